"""Sightings: suspected copies, and what a person makes of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from casebook import copies, journal, links
from casebook.access import Actor, Right, admit, reach, require
from casebook.copies import Hit, Met
from casebook.errors import NotFound, Refused
from casebook.links import Found
from casebook.recording import NAME_TIER, Recorded, record, record_seen
from casebook.seen import Media
from casebook.store import Casebook
from casebook.tables import Case, Sighting, SightingPlace
from casebook.vocabulary import Category, LinkId, SightingState

__all__ = [
    "NAME_TIER",
    "Hit",
    "Media",
    "Met",
    "Place",
    "Recorded",
    "SightingView",
    "confirm",
    "dismiss",
    "list_of",
    "record",
    "record_seen",
    "show",
]


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
    known_at_s: float | None
    because: str
    state: SightingState
    found_at: datetime
    decided_at: datetime | None
    link: int | None
    places: list[Place]


def list_of(
    book: Casebook, *, actor: Actor, at: datetime, case: str | None = None, state: SightingState | None = None
) -> list[SightingView]:
    """List sightings of open cases, or of one case, the nearest matches first."""
    require(actor, Right.READ_CASES)
    with book.writing() as session:
        ref = "all" if case is None else admit(session, actor, case, at).ref
        query = _joined().where(Case.closed_at.is_(None) if case is None else Case.ref == ref)
        if state is not None:
            query = query.where(Sighting.state == state)
        rows = session.execute(query.where(Case.id.in_(reach(actor, at)))).all()
        journal.append(session, book.vault, actor, "sighting.list", ref, at)
        return sorted(_views(session, book, rows), key=_nearness)


def _nearness(view: SightingView) -> tuple[bool, int, int, int]:
    bits = 256 if view.distance is None else view.distance
    return view.state is not SightingState.SUSPECTED, bits, -(view.inliers or 0), view.sighting


def show(book: Casebook, sighting: int, *, actor: Actor, at: datetime) -> SightingView:
    """Give one sighting with all its places; the look is journaled."""
    require(actor, Right.READ_CASES)
    with book.writing() as session:
        row = _admitted(session, actor, sighting, at)
        journal.append(session, book.vault, actor, "sighting.show", f"{row.Case.ref}/{sighting}", at)
        return _views(session, book, [row])[0]


def confirm(
    book: Casebook,
    sighting: int,
    recognise: Callable[[str], Found],
    *,
    actor: Actor,
    at: datetime,
    category: Category = Category.NCII,
    minor: bool = False,
) -> tuple[SightingView, list[LinkId]]:
    """Say that it is a copy: the pages where it was met become watched links of the case, in one act.

    Args:
        recognise: turns a page's address into what is watched, as `link add` does.

    Returns:
        The sighting, and the links' numbers, the first page's first.
    """
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        row = _admitted(session, actor, sighting, at)
        pages = [one.page for one in _views(session, book, [row])[0].places]
        found = [recognise(page) for page in dict.fromkeys(pages)]
        numbers = links.watch(
            session, book, row.Case, found, actor=actor, at=at, category=category, reported_at=None, minor=minor
        ).numbers
        _decide(row.Sighting, SightingState.CONFIRMED, actor, at)
        row.Sighting.link_id = numbers[0]
        journal.append(session, book.vault, actor, "sighting.confirm", f"{row.Case.ref}/{sighting}", at)
        session.flush()
        return _views(session, book, [row])[0], numbers


def dismiss(book: Casebook, sighting: int, *, actor: Actor, at: datetime) -> SightingView:
    """Say that it is none: what looks like it never alerts this case again.

    Raises:
        Refused: it was confirmed before.
    """
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        row = _admitted(session, actor, sighting, at)
        if row.Sighting.state is SightingState.CONFIRMED:
            raise Refused(f"it was confirmed, and its link is watched: pehra link retire {row.Sighting.link_id}")
        _decide(row.Sighting, SightingState.DISMISSED, actor, at)
        journal.append(session, book.vault, actor, "sighting.dismiss", f"{row.Case.ref}/{sighting}", at)
        session.flush()
        return _views(session, book, [row])[0]


def _decide(row: Sighting, state: SightingState, actor: Actor, at: datetime) -> None:
    row.state, row.decided_at, row.decided_by = state, at, actor.name


def _joined() -> Select[Sighting, Case]:
    return select(Sighting, Case).join(Case, Case.id == Sighting.case_id)


def _admitted(session: Session, actor: Actor, sighting: int, at: datetime) -> Row[Sighting, Case]:
    query = _joined().where(Sighting.id == sighting, Case.id.in_(reach(actor, at)))
    row = session.execute(query.with_for_update(of=Sighting)).one_or_none()
    if row is None:
        raise NotFound("no sighting of that number; try: pehra sighting list")
    return row


def _views(session: Session, book: Casebook, rows: Sequence[Row[Sighting, Case]]) -> list[SightingView]:
    found = copies.places(session, [row.Sighting.id for row in rows])
    return [_view(row, [_place(book, one) for one in found[row.Sighting.id]]) for row in rows]


def _place(book: Casebook, row: SightingPlace) -> Place:
    unseal = book.vault.unseal
    media = None if row.media is None else unseal("sighting_place.media", row.media)
    return Place(unseal("sighting_place.page", row.page), media, row.met_at, row.last_met_at)


def _view(row: Row[Sighting, Case], places: list[Place]) -> SightingView:
    one, case = row
    return SightingView(
        sighting=one.id,
        case=case.ref,
        page=places[0].page,
        media=places[0].media,
        image=one.image_id,
        name=one.name_id,
        tier=one.tier,
        distance=one.distance,
        inliers=one.inliers,
        turn=one.turn,
        region=one.region,
        at_s=one.at_s,
        known_at_s=one.known_at_s,
        because=_because(one),
        state=one.state,
        found_at=one.found_at,
        decided_at=one.decided_at,
        link=one.link_id,
        places=places,
    )


def _because(one: Sighting) -> str:
    """Say why it is suspected, in words that a person can check."""
    if one.tier == NAME_TIER:
        return f"The page names somebody who is looked for ({one.region or 'text'})."
    parts = [] if one.distance is None else [f"{one.distance} of 256 bits of its hash differ"]
    if one.inliers is not None:
        parts.append(f"{one.inliers} stills agree" if one.tier == "film" else f"{one.inliers} details lie alike")
    if one.turn is not None:
        parts.append(one.turn)
    if one.region is not None:
        parts.append(f"in {one.region}" if one.region.startswith(("the ", "a ")) else one.region)
    if one.at_s is not None:
        parts.append(f"at {timedelta(seconds=round(one.at_s))} of the film")
    which = "a picture that was removed" if one.image_id is None else f"picture {one.image_id}"
    return f"It looks like {which}: {', '.join(parts) or one.tier}."
