"""For whom a visit is captured, and what they hold of it already; law 6 is asked here."""

import json
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Row, exists, or_, select
from sqlalchemy.orm import Session

from casebook import journal, lapsing
from casebook.access import Actor, Right, agreed, reach, require, require_consent
from casebook.errors import NotFound, Refused
from casebook.store import Casebook
from casebook.tables import Address, Capture, CaptureKey, CapturePart, Case, WatchedLink
from casebook.taken import SCREENSHOT, Body, Watcher
from casebook.vocabulary import Act, AddressId, CaseId, Category, LinkId, Why


def watchers(book: Casebook, address: AddressId, *, actor: Actor) -> list[Watcher]:
    """Say for which cases a visit to an address is captured: open, watching, and agreed to it."""
    require(actor, Right.RECORD_CHECKS)
    with book.reading() as session:
        return of_address(session, address)


def of_address(session: Session, address: AddressId) -> list[Watcher]:
    """Say it inside the caller's transaction, in the order in which cases are locked."""
    minor = holds_a_child(session, address)
    query = (
        select(
            WatchedLink.id,
            WatchedLink.case_id,
            WatchedLink.capture_wanted,
            Case.ref,
            agreed(Act.CAPTURE).label("capture"),
            agreed(Act.SCREENSHOT).label("screenshot"),
        )
        .join(Case, Case.id == WatchedLink.case_id)
        .where(WatchedLink.address_id == address, WatchedLink.retired_at.is_(None), Case.closed_at.is_(None))
        .where(agreed(Act.WATCH))
        .order_by(WatchedLink.case_id)
    )
    return [_watcher(row, minor=minor) for row in session.execute(query)]


def _watcher(row: Row[int, int, Why | None, str, bool, bool], *, minor: bool) -> Watcher:
    capture = bool(row.capture) and not minor
    return Watcher(
        case=CaseId(row.case_id),
        ref=row.ref,
        link=LinkId(row.id),
        minor=minor,
        recorded=bool(row.capture),
        capture=capture,
        screenshot=capture and bool(row.screenshot),
        wanted=row.capture_wanted,
    )


def holds_a_child(session: Session, address: AddressId) -> bool:
    """Whether an address is held for a minor's by anybody, or was ever reported as what is done to children."""
    return address in holding_children(session, [address])


def holding_children(session: Session, addresses: Collection[int]) -> set[int]:
    """Give those of some addresses of which that is so."""
    child = or_(WatchedLink.minor, Case.minor, WatchedLink.category == Category.CSE)
    marked = exists().where(WatchedLink.address_id == Address.id, WatchedLink.case_id == Case.id, child)
    query = select(Address.id).where(Address.id.in_(addresses), or_(Address.minor, marked))
    return set(session.scalars(query)) if addresses else set()


def body(book: Casebook, address: AddressId, *, actor: Actor) -> Body | None:
    """Give the newest body that every case a capture would be for now holds already; None: keep it whole."""
    require(actor, Right.RECORD_CHECKS)
    with book.reading() as session:
        query = select(Capture.id, Capture.body).where(Capture.address_id == address, Capture.body.is_not(None))
        newest = session.execute(query.where(lapsing.has_parts()).order_by(Capture.id.desc()).limit(1)).one_or_none()
        wanted = {one.case for one in of_address(session, address) if one.capture}
        if newest is None or newest.body is None or not wanted or not wanted <= holders(session, newest.id):
            return None
        return Body(newest.id, json.loads(book.vault.unseal("capture.body", newest.body)))


def holders(session: Session, capture: int) -> set[int]:
    """Say which cases can open what a capture holds, pictures of the screen left aside."""
    parts = select(CapturePart.id).where(CapturePart.capture_id == capture, CapturePart.dropped_at.is_(None))
    parts = parts.where(CapturePart.name != SCREENSHOT)
    return set(session.scalars(select(CaptureKey.case_id).where(CaptureKey.part_id.in_(parts))))


def want(book: Casebook, links: Collection[LinkId], why: Why, *, actor: Actor, at: datetime) -> None:
    """Have the next visit to these links captured.

    Raises:
        NotFound: one is not there, or another's; Refused: nobody watches it, or the complainant did not agree.
    """
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        query = select(WatchedLink, Case).join(Case, Case.id == WatchedLink.case_id)
        query = query.where(WatchedLink.id.in_(list(links)), WatchedLink.case_id.in_(reach(actor, at)))
        rows = session.execute(query.order_by(WatchedLink.id)).all()
        if len(rows) < len(set(links)):
            raise NotFound("no link of that number; try: pehra link list")
        for link, case in rows:
            if link.retired_at is not None or case.closed_at is not None:
                raise Refused(f"link {link.id} of {case.ref} is watched no more")
            require_consent(session, case, Act.CAPTURE)
            link.capture_wanted = why
            journal.append(session, book.vault, actor, f"evidence.want {why}", f"{case.ref}/link-{link.id}", at)
