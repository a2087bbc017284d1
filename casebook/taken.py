"""What evidence is made of: what a visit brings, what is kept of it for a case, and how it is shown again."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from casebook.strongroom import SealedPart
from casebook.vocabulary import AddressId, CaseId, LinkId, NotKept, RecordKind, Why

ARCHIVE, SCREENSHOT = "archive.warc.gz", "screenshot.png"
SAYS = {
    NotKept.MINOR: "This address may hold somebody's child: nothing of it is captured; it is handed on by its address.",
    NotKept.DISK: "The disk had too little room, so captures rested while checks went on.",
    NotKept.CASE: "What may be kept as evidence of one case is used up.",
    NotKept.TOO_LARGE: "The page was larger than what may be captured.",
    NotKept.HALF_WRITTEN: "The program was stopped while this was being sealed; what was half written was removed.",
    NotKept.DIFFERED: "The page showed the browser something else than the first request.",
    NotKept.FAILED: "The capture did not succeed.",
}


@dataclass(frozen=True)
class Watcher:
    """A case that watches an address, and what may be made for it.

    `recorded`: it agreed to captures, so a record is due even where nothing is kept. `capture` and `screenshot`: a part
    may be kept for it; never of a minor's address. `wanted`: it asked for the next visit to be captured.
    """

    case: CaseId
    ref: str
    link: LinkId
    minor: bool
    recorded: bool
    capture: bool
    screenshot: bool
    wanted: Why | None


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
        fields: dict[str, Any] = json.loads(self.record)
        return fields
