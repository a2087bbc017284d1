"""The laws and policies a report can lean on, as data: who may file, what it needs, what clock it starts."""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Literal, Self
from zoneinfo import available_timezones

from pydantic import Field, computed_field, model_validator

from platforms.elements import Element
from platforms.facts import Facts
from platforms.reading import read
from platforms.sheet import Sheet
from platforms.words import Filer, Lane, Subject, Sure
from platforms.words import covers as subjects_cover

BasisId = Annotated[str, Field(pattern=r"^[a-z0-9-]{2,40}$")]
Words = Annotated[str, Field(min_length=3)]


class Starts(StrEnum):
    """What sets a clock going; nothing else does, least of all the moment of drafting."""

    RECEIPT = "receipt"  # a complete report reaches the platform
    EMAIL_VERIFIED = "email-verified"  # the link in the platform's mail is opened
    DIRECTION = "direction"  # a regulator orders the platform
    REGULATOR_RECEIPT = "regulator-receipt"  # a complete complaint reaches the regulator
    UPLOADER_TOLD = "uploader-told"  # the platform tells the uploader and lets them act first
    COUNTER_NOTICE = "counter-notice"  # the uploader objects
    DECISION = "decision"  # the platform's decision reaches who filed
    REFERRAL = "referral"  # the matter reaches a body that settles disputes
    LAST_WORD = "last-word"  # whatever was last heard or sent


class Pauses(StrEnum):
    """What holds a clock that runs."""

    INFO_REQUESTED = "info-requested"  # until the answer is sent
    IDENTITY_ASKED = "identity-asked"  # until the proof is given
    COURT = "court"  # until a court has decided
    CONSENT_AWAITED = "consent-awaited"  # until the complainant has said yes or no


class Consent(StrEnum):
    """What the complainant is asked for separately, each time, before a draft is made on this basis."""

    REGULATOR = "regulator"
    POLICE = "police"
    COPYRIGHT = "copyright"


class ClockRule(Facts):
    """One clock that a basis knows: from which event, how long, what holds it, what to do when it has run out.

    `length` in `unit`s, None where the basis names no number: such a clock is shown and never missed. Hours run
    through nights, holidays and changes of the clocks; days, working days and months end with a day in `zone`.
    `up_to` is the longer end where the basis names a span. `whose` deadline it is: `theirs`, or `ours` to act by.
    `then` are the bases to propose next, in order.
    """

    id: BasisId
    starts: Starts
    starts_says: Words
    length: Annotated[int, Field(ge=1)] | None = None
    up_to: Annotated[int, Field(ge=1)] | None = None
    unit: Literal["hours", "days", "working-days", "months"] = "hours"
    zone: str = "UTC"
    whose: Literal["theirs", "ours"] = "theirs"
    paused_by: tuple[Pauses, ...] = ()
    missed: Annotated[tuple[Words, ...], Field(min_length=1)]
    then: tuple[BasisId, ...] = ()
    sure: Sure
    source: Words
    seen: date

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own way to show a property
    @property
    def verify(self) -> bool:
        """Whether a person has to verify it before it is relied on."""
        return self.sure not in {Sure.PAGE_SEEN, Sure.HOUSE}

    @model_validator(mode="after")
    def counts(self) -> Self:
        """Refuse a span that ends before it begins, or without a length."""
        if self.zone not in available_timezones():
            raise ValueError("`zone` is no time zone")
        if self.up_to is not None and (self.length is None or self.up_to <= self.length):
            raise ValueError("`up_to` is longer than `length`, and needs one")
        return self


class Basis(Facts):
    """One law or policy.

    `covers` are the categories it can be used for, `who` may file (empty: not known). `asks` are the elements without
    which a report on it is not complete, whatever the channel asks beside. `exposes` says what it may show of the
    complainant, and to whom. `first` is false where it is never proposed first. `consent` has to be asked for
    separately. `beware` are other warnings, in words.
    """

    id: BasisId
    name: Words
    law: Words
    lane: Lane
    covers: Annotated[tuple[Subject, ...], Field(min_length=1)]
    who: tuple[Filer, ...] = ()
    who_says: Words | None = None
    asks: tuple[Element, ...] = ()
    exposes: tuple[Words, ...] = ()
    first: bool = True
    consent: Consent | None = None
    beware: tuple[Words, ...] = ()
    clock: tuple[ClockRule, ...] = ()
    sure: Sure
    source: Words
    seen: date

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own way to show a property
    @property
    def verify(self) -> bool:
        """Whether a person has to verify it before it is relied on."""
        return self.sure not in {Sure.PAGE_SEEN, Sure.HOUSE}

    def fits(self, category: str) -> bool:
        """Tell whether it can be used for this category (as a link has it)."""
        return subjects_cover(self.covers, category)


class Bases(Facts):
    """The whole file."""

    basis: tuple[Basis, ...]

    @model_validator(mode="after")
    def fits_together(self) -> Self:
        """Refuse two bases or clocks of one id, and a next step to a basis that is not there."""
        ids = [one.id for one in self.basis]
        clocks = [rule.id for one in self.basis for rule in one.clock]
        if twice := [name for names in (ids, clocks) for name in names if names.count(name) > 1]:
            raise ValueError(f"two have the id {twice[0]!r}")
        named = {then for one in self.basis for rule in one.clock for then in rule.then}
        if unknown := sorted(named - set(ids)):
            raise ValueError(f"`then` names no basis: {', '.join(unknown)}")
        return self


def load(file: Traversable | None = None) -> Mapping[str, Basis]:
    """Read the bases, by id, in the file's order.

    Raises:
        SheetRefused: a file that cannot be used; names the file, the place and the line.
    """
    return {one.id: one for one in read(file or files("reporters") / "bases.toml", Bases).basis}


@cache
def known() -> Mapping[str, Basis]:
    """Give the bases that come with Pehra, read once."""
    return load()


def rule_of(clock: str) -> ClockRule | None:
    """Give the clock of this id, of whatever basis; None where there is none."""
    return next((rule for basis in known().values() for rule in basis.clock if rule.id == clock), None)


def strangers(sheets: Iterable[Sheet]) -> Mapping[str, tuple[str, ...]]:
    """Name the bases that channels rely on and that nobody has described, by the id of the sheet."""
    named = {sheet.id: {one for channel in sheet.channel for one in channel.basis} for sheet in sheets}
    return {sheet: tuple(sorted(ids - known().keys())) for sheet, ids in named.items() if ids - known().keys()}
