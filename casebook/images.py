"""Pictures and films that a case looks for: fingerprints under the monitor's key, never the pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from casebook import casefile, hotlines, journal
from casebook.access import Actor, Right, admit, agreed, agrees, key_of, reach, require, require_consent
from casebook.errors import NotFound, Refused
from casebook.store import Casebook
from casebook.tables import Case, Entry, Image, SeenMedia, Sighting, SightingPlace
from casebook.vocabulary import Act, EntryKind, MediaKind, Origin, SightingState

WIDEST = 64  # bits: beyond it unrelated pictures meet


@dataclass(frozen=True)
class NewImage:
    """What is kept of one picture or film.

    `print` is `matchers.prints.Print.to_bytes()` without local features, `features` the same with them, or None.
    `label` says to staff which picture it is; it is sealed to the case.
    """

    print: bytes
    features: bytes | None = None
    kind: MediaKind = MediaKind.PICTURE
    origin: Origin = Origin.FILE
    label: str | None = None


@dataclass(frozen=True)
class ImageView:
    """A picture as a screen may show it; `state` is on, off or quarantined, `deep` whether features are kept."""

    image: int
    case: str
    kind: MediaKind
    origin: Origin
    label: str | None
    radius: int
    deep: bool
    state: str
    added_at: datetime
    sightings: int


@dataclass(frozen=True)
class Added:
    """New pictures, and those the case looks for already, in the order they were given."""

    added: list[int]
    already: list[int]


@dataclass(frozen=True)
class Banked:
    """One entry for the bank in memory: `print` with features where the case agrees to deep matching."""

    image: int
    kind: MediaKind
    print: bytes
    radius: int


def may_add(book: Casebook, ref: str, *, actor: Actor, at: datetime) -> bool:
    """Ask before a file is read whether the case takes pictures; tells whether it takes features too.

    Raises:
        Refused: a minor's case, a closed one, or no consent.
    """
    raise NotImplementedError


def add(book: Casebook, ref: str, pictures: Sequence[NewImage], *, actor: Actor, at: datetime, radius: int) -> Added:
    """Look for pictures from now on; features are dropped where the case has no consent to deep matching."""
    raise NotImplementedError


def list_of(book: Casebook, *, actor: Actor, at: datetime, case: str | None = None) -> list[ImageView]:
    """List pictures of open cases, or of one case, with their labels where the actor's own key opens them."""
    raise NotImplementedError


def remove(book: Casebook, image: int, *, actor: Actor, at: datetime) -> str:
    """Forget a picture: its fingerprints, its label and what it is suspected of; gives its case."""
    raise NotImplementedError


def switch(book: Casebook, image: int, *, on: bool, actor: Actor, at: datetime) -> ImageView:
    """Let a picture match or rest; `on` ends a quarantine too."""
    raise NotImplementedError


def export(book: Casebook, ref: str, *, actor: Actor, at: datetime) -> list[bytes]:
    """Give the prints of a case's pictures (no films), for a list of hashes; journaled."""
    raise NotImplementedError


def bank(book: Casebook, case: int, *, actor: Actor) -> list[Banked]:
    """Give what a sweep of this case matches: consented, not off, not in quarantine, of an open case that is no minor's."""
    raise NotImplementedError
