"""What goes into a bundle, as plain values: whoever makes them need not know a ZIP, and the writers no database."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from typing import Any, BinaryIO

ARCHIVE = "archive.warc.gz"
BUNDLE = "pehra evidence bundle 1"
PART_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,39}")  # a name comes out of a record, and becomes one of a file
NO_RECORD = "0" * 64  # what the first record names as the one before


def software() -> str:
    """Name what writes the bundle."""
    return f"Pehra {version('pehra')}"


def moment(at: datetime) -> str:
    """Write a time as ISO 8601 UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def plainly(document: object) -> bytes:
    """Write a JSON document that a person can read; the same values give the same bytes."""
    return (json.dumps(document, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()


@dataclass(frozen=True)
class PartView:
    """One part of a capture; `copy` writes its plain bytes into what it is given. `gone` says why it is not there."""

    name: str
    media_type: str
    bytes: int
    sha256: str
    copy: Callable[[BinaryIO], None] = field(repr=False)
    gone: str | None = None


@dataclass(frozen=True)
class RecordView:
    """One record of a case: its bytes exactly as hashed, its parts, and its time stamp (a DER TimeStampResp)."""

    number: int
    sha256: str
    record: bytes = field(repr=False)
    parts: tuple[PartView, ...] = ()
    token: bytes | None = field(default=None, repr=False)
    token_from: str | None = None

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What the record says."""
        said: dict[str, Any] = json.loads(self.record)
        return said

    @property
    def name(self) -> str:
        """Its file in the bundle."""
        return record_file(self.number)

    @property
    def folder(self) -> str:
        """The folder of its parts in the bundle."""
        return f"parts/{self.number:04}"


def record_file(number: int) -> str:
    """Name the file of a record."""
    return f"records/{number:04}.json"


@dataclass(frozen=True)
class ProofView:
    """Where one record's hash stands in a day's tree: hashes from leaf to root, each with the side it stands on."""

    number: int
    sha256: str
    path: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class DayView:
    """A day's root over all records of the home, and where this case's stand below it; not how many there were."""

    day: str
    root: str
    journal_entry: int
    proofs: tuple[ProofView, ...]
    token: bytes | None = field(default=None, repr=False)
    token_from: str | None = None


@dataclass(frozen=True)
class HandledView:
    """One entry of the journal about a case's evidence."""

    seq: int
    at: datetime
    actor: str
    act: str
    subject: str


@dataclass(frozen=True)
class Addressed:
    """Which export it is: of what, for whom, for what, by whom."""

    number: int
    case: str
    at: datetime
    officer: str
    to: str
    purpose: str
    redacted: bool = False
    link: int | None = None


@dataclass(frozen=True)
class Bundle:
    """All that one bundle is made of. `chain` has the hash of every record of the case, of those left out too."""

    export: Addressed
    records: tuple[RecordView, ...]
    chain: tuple[tuple[int, str], ...]
    custody: tuple[HandledView, ...] = ()
    days: tuple[DayView, ...] = ()
    roots: bytes | None = field(default=None, repr=False)
