"""What a draft is made from: the channel and its bases, the links, who files, what went before, what staff added."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from pydantic import TypeAdapter

from casebook.links import LinkView
from casebook.settings import Reports
from casebook.vocabulary import Category, Follows, Lane
from platforms.elements import Element
from platforms.words import ChannelKind, Filer
from reporters.lanes import Rung

OURS = frozenset({Filer.ANYONE, Filer.REPRESENTATIVE, Filer.PARTNER, Filer.OWNER})


@dataclass(frozen=True)
class Earlier:
    """The report that this one follows on, as the new one may cite it."""

    report: int
    follows: Follows
    tickets: tuple[str, ...]
    sent_at: datetime | None
    due_at: datetime | None
    platform: str
    state: str
    outcome: str | None
    reason: str | None
    lane: Lane
    law: str | None
    same_channel: bool = False

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """Read back what a draft keeps of it."""
        return TypeAdapter(cls).validate_python(kept)

    def kept(self) -> dict[str, Any]:
        """Give it as JSON."""
        found: dict[str, Any] = TypeAdapter(type(self)).dump_python(self, mode="json")
        return found

    @property
    def ticket(self) -> str | None:
        """The first number that the platform gave, which is what the whole story is known by there."""
        return self.tickets[0] if self.tickets else None


@dataclass(frozen=True)
class Host:
    """Whom an abuse contact leads to, as RDAP told; `told` says in words how it was found, or why it was not."""

    step: str
    email: str | None
    network: str | None
    ip: str | None
    told: str


@dataclass(frozen=True)
class Facts:
    """Everything a draft is made from. No name is among it: names come from the case at the last moment."""

    rung: Rung
    category: Category
    links: tuple[LinkView, ...]
    office: Reports
    at: datetime
    language: str = "en"
    child: bool = False
    earlier: Earlier | None = None
    host: Host | None = None
    to: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def filed_by_us(self) -> bool:
        """Whether the helpline may file; else only the person herself, or her guardian."""
        who = self.rung.channel.who
        return not who or not OURS.isdisjoint(who)

    @property
    def receiver(self) -> str | None:
        """Where it goes: what staff gave, else the mailbox or page of the sheet, else the host's contact."""
        channel = self.rung.channel
        if self.to is not None:
            return self.to
        if channel.kind is ChannelKind.ABUSE_CONTACT:
            return None if self.host is None else self.host.email
        if channel.kind in (ChannelKind.EMAIL, ChannelKind.WEBFORM):
            return channel.mailbox or channel.url
        return channel.to

    @property
    def asks(self) -> tuple[Element, ...]:
        """What is asked: the channel's fields in their order, then what the law wants; of a child only addresses.

        A channel for reports on children gets the address and, where it asks, when it was seen; its other fields are
        answered with the fact that nothing was looked at.
        """
        fields = list(self.rung.channel.asks)
        if not self.child:
            fields += [one for basis in self.rung.bases[:1] for one in basis.asks]
        return tuple(dict.fromkeys(_one_address(fields)))


def _one_address(fields: list[Element]) -> list[Element]:
    """Leave out what asks for the address a second time, in another word."""
    addresses = [one for one in fields if one in ADDRESSES]
    return [one for one in fields if one not in ADDRESSES or one in addresses[:1] or one in KEPT]


KEPT = frozenset({Element.PAGE_URL, Element.SEARCH_RESULT_URL})
ADDRESSES = frozenset({Element.URL, Element.URL_WITH_KEY, Element.PROFILE_URL, Element.IDENTIFICATION_OF_CONTENT})


def host_of(kept: Mapping[str, Any] | None) -> Host | None:
    """Read back what was kept of a look-up."""
    return None if kept is None else Host(**kept)
