"""What sweeps rest on: which cases may be swept for, and what goes when they may no longer."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.orm import Session

from casebook import hotlines
from casebook.access import agreed, require_consent
from casebook.errors import Refused
from casebook.tables import Case, Entry, Image, SeenMedia, Sighting, SightingPlace, Source, WatchedName
from casebook.vocabulary import Act, SightingState

TABLES = (Image, WatchedName, Source, SeenMedia, Sighting, SightingPlace)


def swept() -> ColumnElement[bool]:
    """Whether the case at hand (in a query that has `Case`) may be swept for: open, agreed to, and no minor's."""
    return and_(Case.closed_at.is_(None), Case.minor.is_(False), agreed(Act.WATCH))


def require_swept(session: Session, case: Case, act: Act) -> None:
    """Refuse to look for anything of a case that may not be swept for.

    Raises:
        Refused: in words; for a minor's case with who may lawfully match, and where to go.
    """
    if case.minor:
        raise Refused(hotlines.instead(case.ref))
    if case.closed_at is not None:
        raise Refused(f"{case.ref} is closed: open a new case for this")
    require_consent(session, case, act)


def withdrawn(session: Session, case: int, act: Act) -> None:
    """Let go of what rested on a consent that was taken back, inside the caller's transaction."""
    if act is Act.DEEP_MATCH:
        _forget_features(session, case)
    if act is Act.HASH:
        forget_images(session, case)
        session.execute(delete(SeenMedia).where(SeenMedia.case_id == case))
    if act is Act.WATCH:
        stop(session, case)


def stop(session: Session, case: int) -> None:
    """End every sweep on its way, and forget names: nothing is looked for any more."""
    session.execute(update(Source).where(Source.case_id == case).values(lease=None))
    forget_names(session, case)


def closed(session: Session, case: int) -> None:
    """Let go of what only sweeps need; sightings and fingerprints stay for as long as the case's file does."""
    stop(session, case)
    _forget_features(session, case)
    session.execute(delete(SeenMedia).where(SeenMedia.case_id == case))


def _forget_features(session: Session, case: int) -> None:
    for table in (Image, SeenMedia):
        session.execute(update(table).where(table.case_id == case).values(features=None))


def erased(session: Session, case: int) -> None:
    """Delete all of a case's that sweeps made or used."""
    _drop(session, Sighting.case_id == case)
    for table in (SeenMedia, Source, Image, WatchedName):
        session.execute(delete(table).where(table.case_id == case))


def forget_images(session: Session, case: int, images: Collection[int] | None = None) -> None:
    """Forget pictures: fingerprints, labels, what was suspected or dismissed; what was confirmed keeps its places."""
    mine = [Image.case_id == case] if images is None else [Image.case_id == case, Image.id.in_(images)]
    chosen = select(Image.id).where(*mine)
    labels = session.scalars(select(Image.label_id).where(*mine, Image.label_id.is_not(None))).all()
    _drop(session, Sighting.image_id.in_(chosen), Sighting.state != SightingState.CONFIRMED)
    kept = update(Sighting).where(Sighting.image_id.in_(chosen))
    session.execute(kept.values(image_id=None, print=None).execution_options(synchronize_session=False))
    session.execute(delete(Image).where(*mine).execution_options(synchronize_session=False))
    session.execute(delete(Entry).where(Entry.id.in_(labels)))


def forget_names(session: Session, case: int, names: Collection[int] | None = None) -> None:
    """Forget names, and what was suspected for them."""
    mine = [WatchedName.case_id == case] if names is None else [WatchedName.case_id == case, WatchedName.id.in_(names)]
    chosen = select(WatchedName.id).where(*mine)
    _drop(session, Sighting.name_id.in_(chosen), Sighting.state != SightingState.CONFIRMED)
    kept = update(Sighting).where(Sighting.name_id.in_(chosen))
    session.execute(kept.values(name_id=None).execution_options(synchronize_session=False))
    session.execute(delete(WatchedName).where(*mine).execution_options(synchronize_session=False))


def _drop(session: Session, *which: ColumnElement[bool]) -> None:
    """Delete sightings with their places."""
    chosen = select(Sighting.id).where(*which)
    session.execute(delete(SightingPlace).where(SightingPlace.sighting_id.in_(chosen)))
    session.execute(delete(Sighting).where(*which).execution_options(synchronize_session=False))
