"""Sightings: suspected copies, recorded once each, and what a person makes of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from casebook.access import Actor
from casebook.links import Found
from casebook.settings import Sweeps
from casebook.store import Casebook
from casebook.vocabulary import Category, MediaKind, SightingState


@dataclass(frozen=True)
class Hit:
    """Why something is suspected: `image` or `name` is the number of what it matched; None where it has no such measure.

    `distance` in bits, `at_s` in seconds of a film (ours, or that which was met), `region` of the picture that was met;
    for a name the place on the page where it stands ("title", "text", "file").
    """

    tier: str
    image: int | None = None
    name: int | None = None
    distance: int | None = None
    inliers: int | None = None
    turn: str | None = None
    region: str | None = None
    at_s: float | None = None


@dataclass(frozen=True)
class Media:
    """A picture or film as it was met: validators and SHA-256 of its bytes, its print (without features), its PDQ.

    `pdq` (32 bytes) is of the whole picture upright; None where it could not be read or is too plain.
    """

    address: str
    kind: MediaKind
    sha256: bytes | None = None
    etag: str | None = None
    last_modified: str | None = None
    print: bytes | None = None
    pdq: bytes | None = None


@dataclass(frozen=True)
class Met:
    """One thing that a sweep met on a page, with what it matched, if anything; `media` is None for a page's text."""

    page: str
    media: Media | None
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True)
class Recorded:
    """What recording did: new sightings, copies met again, those silenced, and pictures that flooded.

    Silenced are what was dismissed before, and hits of pictures that rest.
    """

    new: list[int]
    again: int
    silenced: int
    quarantined: list[int]


@dataclass(frozen=True)
class Place:
    """Where a copy was met."""

    page: str
    media: str | None
    met_at: datetime
    last_met_at: datetime


@dataclass(frozen=True)
class SightingView:
    """A sighting as a screen may show it to who may open its case; `page` and `media` are of its first place."""

    sighting: int
    case: str
    page: str
    media: str | None
    image: int | None
    name: int | None
    tier: str
    distance: int | None
    inliers: int | None
    turn: str | None
    region: str | None
    at_s: float | None
    because: str
    state: SightingState
    found_at: datetime
    decided_at: datetime | None
    link: int | None
    places: list[Place]


def record(
    book: Casebook, owner: str, source: int, met: Sequence[Met], *, actor: Actor, at: datetime, sweeps: Sweeps
) -> Recorded | None:
    """Write what a sweep met and whom it suspects, in one transaction: what was seen, sightings, places.

    The same copy is one sighting however often it is met: the same bytes, or the same address, or on the same page the
    same picture at another size. What is within `dismissed_bits` of something dismissed never alerts again. A picture
    with more than `flood_per_day` new sightings in a day rests until a person looks.

    Returns:
        None where the source is not the owner's any more: it ended, its case closed, or another worker has it.
    """
    raise NotImplementedError


def record_seen(
    book: Casebook,
    ref: str,
    hits: Sequence[tuple[int, Sequence[Hit]]],
    *,
    actor: Actor,
    at: datetime,
    sweeps: Sweeps,
) -> Recorded:
    """Write what a picture added now matches of what was seen before: numbers of `seen.Met`, and their hits."""
    raise NotImplementedError


def list_of(
    book: Casebook, *, actor: Actor, at: datetime, case: str | None = None, state: SightingState | None = None
) -> list[SightingView]:
    """List sightings of open cases, or of one case, the nearest matches first."""
    raise NotImplementedError


def show(book: Casebook, sighting: int, *, actor: Actor, at: datetime) -> SightingView:
    """Give one sighting with all its places; the look is journaled."""
    raise NotImplementedError


def confirm(
    book: Casebook,
    sighting: int,
    recognise: Callable[[str], Found],
    *,
    actor: Actor,
    at: datetime,
    category: Category = Category.NCII,
    minor: bool = False,
) -> tuple[SightingView, list[int]]:
    """Say that it is a copy: the pages where it was met become watched links of the case, in one act.

    Returns:
        The sighting, and the links' numbers.
    """
    raise NotImplementedError


def dismiss(book: Casebook, sighting: int, *, actor: Actor, at: datetime) -> SightingView:
    """Say that it is none: what looks like it never alerts this case again."""
    raise NotImplementedError
