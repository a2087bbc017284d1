"""Evidence: captures sealed to the cases they are for, each with a record chained to the case's record before."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from casebook.access import Actor
from casebook.settings import Evidence
from casebook.store import Casebook
from casebook.strongroom import SealedPart, Strongroom
from casebook.vocabulary import AddressId, CaseId, LinkId, NotKept, RecordKind, Why


@dataclass(frozen=True)
class Watcher:
    """A case that watches an address, and what may be made for it.

    `recorded`: it agreed to captures, so a record is due even where nothing is kept. `capture` and `screenshot`: a part
    may be kept for it; never of a minor's address.
    """

    case: CaseId
    ref: str
    link: LinkId
    minor: bool
    recorded: bool
    capture: bool
    screenshot: bool


@dataclass(frozen=True)
class Taken:
    """What a visit brought, before it belongs to a case.

    `facts` are the record's fields that are the same for every case (see docs/evidence.md); no numbers but whole ones.
    `refers_to` is the capture whose body this one does not repeat, `body` what later ones may refer to.
    `not_kept` says why there are no parts; the sentence for people stands in facts["left_out"].
    """

    address: AddressId
    started_at: datetime
    ended_at: datetime
    why: Why
    facts: dict[str, Any]
    parts: tuple[SealedPart, ...] = ()
    refers_to: int | None = None
    body: dict[str, Any] | None = None
    not_kept: NotKept | None = None


@dataclass(frozen=True)
class Kept:
    """One record that was made; `sha256` in hex."""

    case: str
    number: int
    sha256: str
    kind: RecordKind
    link: LinkId | None
    reason: NotKept | None


@dataclass(frozen=True)
class Body:
    """What a capture of an address holds already, for a next one to refer to; `note` is the crawler's own."""

    capture: int
    note: dict[str, Any]


@dataclass(frozen=True)
class Said:
    """What is said of something that was added by hand: what it is, from whom, and by which way it came."""

    what: str
    source: str | None = None
    way: str | None = None
    file_name: str | None = None


@dataclass(frozen=True)
class PartView:
    """One sealed part that the actor may open; `sha256` (hex) is of what it holds."""

    name: str
    media_type: str
    bytes: int
    sha256: str
    file: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class CaptureView:
    """A record, opened; `record` has the bytes exactly as they were hashed. Expired ones have no parts."""

    id: int
    case: str
    number: int
    sha256: str
    record: bytes = field(repr=False)
    at: datetime
    kind: RecordKind
    link: LinkId | None
    reason: NotKept | None
    token: bytes | None = field(repr=False)
    token_from: str | None
    stamped_at: datetime | None
    expired_at: datetime | None
    parts: tuple[PartView, ...]

    @property
    def fields(self) -> dict[str, Any]:
        """Give the record's fields."""
        raise NotImplementedError


def watchers(book: Casebook, address: AddressId, *, actor: Actor) -> list[Watcher]:
    """Say for which cases a visit to an address is captured: open, watching, and agreed to it."""
    raise NotImplementedError


def body(book: Casebook, address: AddressId, *, actor: Actor) -> Body | None:
    """Give the newest body that every case a capture would be for now holds already; None: keep it whole."""
    raise NotImplementedError


def no_room(book: Casebook, room: Strongroom, limits: Evidence, *, actor: Actor, at: datetime) -> NotKept | None:
    """Say whether captures rest because the disk is nearly full; staff are told once, when that begins."""
    raise NotImplementedError


def want(book: Casebook, links: Collection[LinkId], why: Why, *, actor: Actor, at: datetime) -> None:
    """Have the next visit to these links captured."""
    raise NotImplementedError


def keep(book: Casebook, room: Strongroom, taken: Taken, limits: Evidence, *, actor: Actor, at: datetime) -> list[Kept]:
    """Keep a capture, in one transaction, for every case that `watchers` names then; none: its files go.

    Law 6 is asked again here: of an address that became a minor's meanwhile nothing is kept.
    """
    raise NotImplementedError


def add(
    book: Casebook,
    room: Strongroom,
    ref: str,
    said: Said,
    part: SealedPart | None,
    limits: Evidence,
    *,
    actor: Actor,
    at: datetime,
) -> Kept:
    """Add something that has no address, by hand: a file, or words alone."""
    raise NotImplementedError


def of_case(
    book: Casebook, ref: str, *, actor: Actor, at: datetime, links: Collection[LinkId] = ()
) -> list[CaptureView]:
    """Open a case's records, oldest first, or those of some links; the look is journaled."""
    raise NotImplementedError


def copy_part(room: Strongroom, part: PartView, into: BinaryIO) -> None:
    """Write out what a part holds, streamed.

    Raises:
        Unavailable: the file is gone, altered, or not what the record says; what was written is not to be believed.
    """
    raise NotImplementedError
