"""What sweeps of a case met before: known again by address or by bytes, and matched with pictures added later."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from casebook.access import Actor
from casebook.store import Casebook
from casebook.vocabulary import MediaKind


@dataclass(frozen=True)
class Known:
    """What is known of one address, or of the same bytes at another; `print` is None where there was none to make."""

    kind: MediaKind
    etag: str | None
    last_modified: str | None
    sha256: bytes | None
    print: bytes | None
    last_seen_at: datetime


@dataclass(frozen=True)
class Met:
    """A picture or film that was met before, for the bank."""

    seen: int
    kind: MediaKind
    page: str
    media: str
    sha256: bytes | None
    print: bytes


def known(book: Casebook, case: int, media: Collection[str], *, actor: Actor) -> dict[str, Known]:
    """Give what is known of these addresses."""
    raise NotImplementedError


def known_bytes(book: Casebook, case: int, sums: Collection[bytes], *, actor: Actor) -> dict[bytes, Known]:
    """Give what is known of these bytes (SHA-256), wherever they were met."""
    raise NotImplementedError


def barred(book: Casebook, addresses: Collection[str], *, actor: Actor) -> set[str]:
    """Give those of these (canonical) addresses that hold somebody's child, for whichever case: never fetch them."""
    raise NotImplementedError


def matching(book: Casebook, ref: str, *, actor: Actor, at: datetime, at_once: int = 500) -> Iterator[list[Met]]:
    """Give all that sweeps of a case met and have fingerprints of, some at a time, to hold a new picture against."""
    raise NotImplementedError
