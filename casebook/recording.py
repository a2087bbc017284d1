"""What a sweep met, written down in one transaction: what was seen, who is suspected, what is silent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casebook import images, journal, names, notices, seen, sources, sweeping
from casebook.access import Actor, Right, admit, require
from casebook.copies import Copies, Hit, Met
from casebook.seen import Media
from casebook.settings import Sweeps
from casebook.store import Casebook
from casebook.tables import Case, Image, SeenMedia, Sighting
from casebook.vocabulary import Act, SightingState

NAME_TIER = "name"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Recorded:
    """What recording did: new sightings, copies met again, those silenced, and pictures that flooded.

    Silenced are what was dismissed before, and hits of pictures that rest.
    """

    new: list[int]
    again: int
    silenced: int
    quarantined: list[int]


@dataclass
class _Tally:
    new: list[int] = field(default_factory=list)
    again: int = 0
    silenced: int = 0
    quarantined: list[int] = field(default_factory=list)


def record(
    book: Casebook, owner: str, source: int, met: Sequence[Met], *, actor: Actor, at: datetime, sweeps: Sweeps
) -> Recorded | None:
    """Write what a sweep met and whom it suspects, in one transaction: what was seen, sightings, places.

    The same copy is one sighting however often it is met (`Copies.same`). What is within `dismissed_bits` of something
    dismissed never alerts again. A picture with more than `flood_per_day` new sightings in a day rests until a person
    looks. Hits of another case's pictures, or of such that rest, count for nothing. Each one's surest hit stands first.

    Returns:
        None where the source is not the owner's any more: it ended, its case closed, or another worker has it.
    """
    require(actor, Right.RECORD_CHECKS)
    with book.writing() as session:
        row = sources.held(session, owner, source)
        if row is None:
            return None
        seen.put(session, book, row.Case, source, [(one.page, one.media) for one in met if one.media], at)
        return _write(session, book, row.Case, met, f"{row.Case.ref}/{source}", actor, at, sweeps)


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
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        session.refresh(case, with_for_update=True)
        sweeping.require_swept(session, case, Act.HASH)
        numbers = dict(hits)
        rows = session.scalars(select(SeenMedia).where(SeenMedia.case_id == case.id, SeenMedia.id.in_(numbers))).all()
        met = [_met(book, row, tuple(numbers[row.id])) for row in rows]
        return _write(session, book, case, met, case.ref, actor, at, sweeps)


def _met(book: Casebook, row: SeenMedia, hits: tuple[Hit, ...]) -> Met:
    what, unseal = seen.what_of(book.vault, row), book.vault.unseal
    media = Media(unseal("seen_media.media", row.media), row.kind, sha256=what["sha256"], pdq=what["pdq"])
    return Met(unseal("seen_media.page", row.page), media, hits)


def _write(
    session: Session,
    book: Casebook,
    case: Case,
    met: Iterable[Met],
    subject: str,
    actor: Actor,
    at: datetime,
    sweeps: Sweeps,
) -> Recorded:
    copies, tally = Copies(session, book.vault, case.id), _Tally()
    matched = {one.id: one for one in session.scalars(images.matched(case.id))}
    named = {one.name for one in names.current(session, book, case.id, at)}
    for one in met:
        hit = next((hit for hit in one.hits if hit.image in matched or hit.name in named), None)
        fresh = _one(copies, case.id, one, hit, tally, at, sweeps)
        if fresh is not None and _floods(session, matched, fresh, at, sweeps):
            _quarantine(session, book, case, matched.pop(fresh.image_id or 0), actor, at, sweeps)
            tally.quarantined.append(fresh.image_id or 0)
    if tally.new:
        journal.append(session, book.vault, actor, f"sighting.suspect {len(tally.new)}", subject, at)
    return Recorded(tally.new, tally.again, tally.silenced, tally.quarantined)


def _one(
    copies: Copies, case: int, met: Met, hit: Hit | None, tally: _Tally, at: datetime, sweeps: Sweeps
) -> Sighting | None:
    """Write one thing that was met; gives the sighting where it is a new one."""
    same = copies.same(met)
    if same is not None and same.state is not SightingState.DISMISSED:
        copies.touch(same, met, at)
        tally.again += 1
        return None
    silent = same is not None or hit is None or _was_dismissed(copies, met, sweeps)
    if silent or hit is None:
        tally.silenced += bool(met.hits)
        return None
    fresh = copies.begin(case, met, hit, at)
    tally.new.append(fresh.id)
    return fresh


def _was_dismissed(copies: Copies, met: Met, sweeps: Sweeps) -> bool:
    return met.media is not None and copies.was_dismissed(met.media, sweeps.dismissed_bits)


def _floods(session: Session, matched: dict[int, Image], fresh: Sighting, at: datetime, sweeps: Sweeps) -> bool:
    """Tell whether a picture found more than it may in a day, or since a person last looked."""
    image = matched.get(fresh.image_id or 0)
    if image is None:
        return False
    since = max(at - DAY, image.looked_at or at - DAY)
    query = select(func.count()).where(Sighting.image_id == image.id, Sighting.found_at > since)
    return (session.scalar(query) or 0) > sweeps.flood_per_day


def _quarantine(
    session: Session, book: Casebook, case: Case, image: Image, actor: Actor, at: datetime, sweeps: Sweeps
) -> None:
    """Let a picture rest that matches so much that it must be too common; those assigned are told."""
    image.quarantined_at = at
    words = (
        f"picture {image.id} of {case.ref} rests: it matched more than {sweeps.flood_per_day} times in a day; look at "
        f"them with `pehra sighting list --case {case.ref}`, then: pehra image on {image.id}"
    )
    notices.tell_assigned(session, case, words, at)
    journal.append(session, book.vault, actor, "image.quarantine", f"{case.ref}/{image.id}", at)
