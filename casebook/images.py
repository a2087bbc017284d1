"""Pictures and films that a case looks for: fingerprints under the monitor's key, never the pictures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from casebook import casefile, journal, sweeping
from casebook.access import Actor, Right, admit, agreed, agrees, key_of, reach, require
from casebook.errors import NotFound, Refused
from casebook.keys import Identity
from casebook.store import Casebook
from casebook.tables import Case, Entry, Image, Sighting
from casebook.vocabulary import Act, EntryKind, MediaKind, Origin

WIDEST = 64  # bits: beyond it unrelated pictures meet
MOST = 200_000  # pictures of one case: a whole list of hashes from elsewhere, and more
AT_ONCE = 5_000  # asked about in one statement: databases take some tens of thousands of values


@dataclass(frozen=True)
class NewImage:
    """What is kept of one picture or film.

    `print` is `matchers.prints.to_bytes` without local features, `features` the same with them, or None.
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
    radius: int | None
    deep: bool
    state: str
    added_at: datetime
    sightings: int


@dataclass(frozen=True)
class Added:
    """The number of each picture that was given, in that order, and those of them that were looked for already."""

    images: list[int]
    already: set[int]


@dataclass(frozen=True)
class Banked:
    """One entry for the bank in memory: `print` with features where the case agrees to deep matching."""

    image: int
    kind: MediaKind
    print: bytes
    radius: int | None


def may_add(book: Casebook, ref: str, *, actor: Actor, at: datetime) -> bool:
    """Ask before a file is read whether the case takes pictures; tells whether it takes features too.

    Raises:
        Refused: a minor's case, a closed one, or no consent.
    """
    require(actor, Right.KEEP_CASES)
    with book.reading() as session:
        case = admit(session, actor, ref, at)
        sweeping.require_swept(session, case, Act.HASH)
        return agrees(session, case, Act.DEEP_MATCH)


def add(
    book: Casebook, ref: str, pictures: Sequence[NewImage], *, actor: Actor, at: datetime, radius: int | None = None
) -> Added:
    """Look for pictures from now on; features are dropped where the case has no consent to deep matching.

    One that is looked for already stays as it is, but gets the features it lacks.
    """
    require(actor, Right.KEEP_CASES)
    if radius is not None and not 0 <= radius <= WIDEST:
        raise Refused(f"a radius is 0 to {WIDEST} bits")
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        sweeping.require_swept(session, case, Act.HASH)
        deep = agrees(session, case, Act.DEEP_MATCH)
        known = _known(session, book, case.id, pictures)
        if (_count(session, case.id) or 0) + len(pictures) - len(known) > MOST:
            raise Refused(f"a case looks for at most {MOST} pictures")
        already = {one.id for one in known.values()}
        for one in pictures:
            row = known.get(one.print)
            if row is None:
                known[one.print] = row = _new(session, book, case.id, one, actor, at, radius)
            if deep and one.features is not None and row.features is None:
                row.features = book.vault.seal_bytes("image.features", one.features)
        session.flush()
        numbers = [known[one.print].id for one in pictures]
        journal.append(session, book.vault, actor, f"image.add {len(set(numbers) - already)}", case.ref, at)
        return Added(numbers, already)


def _known(session: Session, book: Casebook, case: int, pictures: Iterable[NewImage]) -> dict[bytes, Image]:
    wanted = {_digest(book, one.print): one.print for one in pictures}
    found: dict[bytes, Image] = {}
    digests = list(wanted)
    for first in range(0, len(digests), AT_ONCE):
        some = digests[first : first + AT_ONCE]
        query = select(Image).where(Image.case_id == case, Image.print_digest.in_(some))
        found |= {wanted[row.print_digest]: row for row in session.scalars(query)}
    return found


def _digest(book: Casebook, print: bytes) -> bytes:  # noqa: A002
    return book.vault.digest("image", print.hex())


def _new(
    session: Session, book: Casebook, case: int, one: NewImage, actor: Actor, at: datetime, radius: int | None
) -> Image:
    label = None
    if one.label is not None:
        label = casefile.put(session, case, EntryKind.IMAGE_LABEL, {"words": one.label}, actor=actor, at=at).id
    row = Image(
        case_id=case,
        kind=one.kind,
        origin=one.origin,
        label_id=label,
        print=book.vault.seal_bytes("image.print", one.print),
        print_digest=_digest(book, one.print),
        radius=radius,
        added_at=at,
    )
    session.add(row)
    return row


def _count(session: Session, case: int) -> int | None:
    return session.scalar(select(func.count()).where(Image.case_id == case))


def list_of(book: Casebook, *, actor: Actor, at: datetime, case: str | None = None) -> list[ImageView]:
    """List pictures of open cases, or of one case, with their labels where the actor's own key opens them."""
    require(actor, Right.READ_CASES)
    with book.writing() as session:
        ref = "all" if case is None else admit(session, actor, case, at).ref
        query = _joined().where(Case.closed_at.is_(None) if case is None else Case.ref == ref)
        rows = session.execute(query.where(Case.id.in_(reach(actor, at))).order_by(Image.id)).all()
        opened = {one: _key(session, actor, one, at) for one in sorted({row.Case.id for row in rows})}
        journal.append(session, book.vault, actor, "image.list", ref, at)
        return [_view(row, opened[row.Case.id]) for row in rows]


def _key(session: Session, actor: Actor, case: int, at: datetime) -> Identity | None:
    return None if actor.identity is None else key_of(session, actor, case, at)


def _joined() -> Select[Image, Case, Entry, int]:
    counted = select(func.count()).where(Sighting.image_id == Image.id).correlate(Image).scalar_subquery()
    query = select(Image, Case, Entry, counted.label("sightings")).join(Case, Case.id == Image.case_id)
    return query.outerjoin(Entry, Entry.id == Image.label_id)


def _view(row: Row[Image, Case, Entry, int], identity: Identity | None) -> ImageView:
    image, case, entry, sightings = row
    label = None if entry is None or identity is None else casefile.words_of(entry, identity)["words"]
    return ImageView(
        image=image.id,
        case=case.ref,
        kind=image.kind,
        origin=image.origin,
        label=label,
        radius=image.radius,
        deep=image.features is not None,
        state="off" if image.off_at else "quarantined" if image.quarantined_at else "on",
        added_at=image.added_at,
        sightings=sightings,
    )


def _admitted(session: Session, actor: Actor, image: int, at: datetime) -> Row[Image, Case, Entry, int]:
    query = _joined().where(Image.id == image, Case.id.in_(reach(actor, at)))
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("no picture of that number; try: pehra image list")
    return row


def remove(book: Casebook, image: int, *, actor: Actor, at: datetime) -> str:
    """Forget a picture: its fingerprints, its label and what it is suspected of; gives its case."""
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        _, case, _, _ = _admitted(session, actor, image, at)
        sweeping.forget_images(session, case.id, [image])
        journal.append(session, book.vault, actor, "image.remove", f"{case.ref}/{image}", at)
        return case.ref


def switch(book: Casebook, image: int, *, on: bool, actor: Actor, at: datetime) -> ImageView:
    """Let a picture match or rest; `on` ends a quarantine too."""
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        row = _admitted(session, actor, image, at)
        if on:
            row.Image.off_at = row.Image.quarantined_at = None
            row.Image.looked_at = at
        else:
            row.Image.off_at = row.Image.off_at or at
        journal.append(session, book.vault, actor, f"image.{'on' if on else 'off'}", f"{row.Case.ref}/{image}", at)
        session.flush()
        return _view(row, _key(session, actor, row.Case.id, at))


def export(book: Casebook, ref: str, *, actor: Actor, at: datetime) -> list[bytes]:
    """Give the prints of a case's pictures (no films), for a list of hashes; journaled."""
    require(actor, Right.READ_CASES)
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        query = select(Image.print).where(Image.case_id == case.id, Image.kind == MediaKind.PICTURE)
        rows = session.scalars(query.order_by(Image.id)).all()
        journal.append(session, book.vault, actor, f"image.export {len(rows)}", case.ref, at)
        return [book.vault.unseal_bytes("image.print", one) for one in rows]


def bank(book: Casebook, case: int, *, actor: Actor) -> list[Banked]:
    """Give what a sweep of this case matches: consented, not resting, of an open case that is no minor's."""
    require(actor, Right.RECORD_CHECKS)
    with book.reading() as session:
        rows = session.scalars(matched(case).order_by(Image.id).execution_options(yield_per=AT_ONCE))
        of = session.get(Case, case)
        deep = of is not None and agrees(session, of, Act.DEEP_MATCH)
        return [_banked(book, row, deep=deep) for row in rows]


def matched(case: int) -> Select[Image]:
    """Give the pictures of a case that may match now, as a query."""
    may = (sweeping.swept(), agreed(Act.HASH), Image.off_at.is_(None), Image.quarantined_at.is_(None))
    return select(Image).join(Case, Case.id == Image.case_id).where(Image.case_id == case, *may)


def _banked(book: Casebook, row: Image, *, deep: bool) -> Banked:
    unseal = book.vault.unseal_bytes
    if deep and row.features is not None:
        return Banked(row.id, row.kind, unseal("image.features", row.features), row.radius)
    return Banked(row.id, row.kind, unseal("image.print", row.print), row.radius)
