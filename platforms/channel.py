"""One way to ask: where, on what footing, what it asks for, what it gives, and what to beware of."""

import re
from datetime import date
from typing import Annotated, Self

from pydantic import Field, computed_field, model_validator

from platforms.elements import Element
from platforms.facts import Facts
from platforms.words import ChannelKind, Filer, Lane, Subject, Sure, Use, covers

Words = Annotated[str, Field(min_length=3)]

_URL = re.compile(r"https://[^\s]+")
_MAILBOX = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NEEDS_ADDRESS = (ChannelKind.WEBFORM, ChannelKind.EMAIL, ChannelKind.API)


class Channel(Facts):
    """One way to ask for something to come down.

    `to` is an https address, a mailbox or a bot's name where one is known, otherwise words that tell a person where to
    look; `at` says where on that page. `asks` are the fields in the channel's own order, `gives` is what it returns to
    refer to, `traps` what to beware of. `who` may file (empty: not known), told finer in `who_says`. `account` tells
    whether one has to be logged in (None: not known). `links_at_once` is the most links per report (None: no limit
    known), `same_host` that all of them must be on one host. `languages` it is known to read, as ISO 639 codes.
    `basis` are ids of bases that this channel can be used under, the first one first: what runs is the
    clock of a basis, never a number of the channel's own.
    """

    kind: ChannelKind
    to: Words
    at: Words | None = None
    lane: Lane
    use: Use = Use.REPORT
    categories: Annotated[tuple[Subject, ...], Field(min_length=1)]
    basis: Annotated[tuple[str, ...], Field(min_length=1)]
    asks: Annotated[tuple[Element, ...], Field(min_length=1)]
    gives: Words | None = None
    who: tuple[Filer, ...] = ()
    who_says: Words | None = None
    account: bool | None = None
    links_at_once: Annotated[int, Field(ge=1)] | None = None
    same_host: bool = False
    languages: tuple[Annotated[str, Field(pattern=r"^[a-z]{2}$")], ...] = ()
    traps: tuple[Words, ...] = ()
    sure: Sure
    source: Words
    seen: date

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own way to show a property
    @property
    def verify(self) -> bool:
        """Whether a person has to verify it before it is used; every draft says so."""
        return self.sure is not Sure.PAGE_SEEN

    @property
    def url(self) -> str | None:
        """The https address to open; None where there is none, or it is not known."""
        return self.to if _URL.fullmatch(self.to) else None

    @property
    def mailbox(self) -> str | None:
        """The mail address to write to; None where it is no mail channel, or the address is not known."""
        return self.to if self.kind is ChannelKind.EMAIL and _MAILBOX.fullmatch(self.to) else None

    def takes(self, category: str) -> bool:
        """Tell whether it takes reports of this category (as a link has it)."""
        return covers(self.categories, category)

    @model_validator(mode="after")
    def knows_its_address(self) -> Self:
        """Refuse a channel that is called sure without an address, and one that asks a thing twice."""
        if self.kind in _NEEDS_ADDRESS and self.url is None and self.mailbox is None and not self.verify:
            raise ValueError("`to` is no address, so it cannot be sure: verify before use")
        if self.sure is Sure.HOUSE:
            raise ValueError("a channel is a fact: say how well it is known")
        if len(set(self.asks)) != len(self.asks):
            raise ValueError("`asks` names an element twice")
        return self
