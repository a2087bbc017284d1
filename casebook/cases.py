"""Cases: one complainant's matter each."""

import random
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from casebook import journal
from casebook.access import Actor, Right, require
from casebook.errors import NotFound, Refused
from casebook.store import Casebook
from casebook.tables import Address, Case, WatchedLink

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
REF_LENGTH = 6


@dataclass(frozen=True)
class CaseView:
    """A case as a screen may show it."""

    ref: str
    minor: bool
    urgent: bool
    links: int
    opened_at: datetime
    closed_at: datetime | None


def open_case(
    book: Casebook,
    *,
    actor: Actor,
    at: datetime,
    chance: random.Random,
    minor: bool = False,
    urgent: bool = False,
    note: str | None = None,
) -> str:
    """Open a case; its reference is drawn by chance, so that it tells nothing of when or how many."""
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        ref = _free_ref(session, chance)
        sealed = None if note is None else book.vault.seal("case.note", note)
        session.add(Case(ref=ref, minor=minor, urgent=urgent, note=sealed, opened_at=at))
        journal.append(session, book.vault, actor, "case.open", ref, at)
    return ref


def _free_ref(session: Session, chance: random.Random) -> str:
    while True:
        ref = "C-" + "".join(chance.choices(ALPHABET, k=REF_LENGTH))
        if session.scalar(select(Case.id).where(Case.ref == ref)) is None:
            return ref


def find(session: Session, ref: str) -> Case:
    """Find a case by its reference, in any case of letters.

    Raises:
        NotFound: there is none.
    """
    case = session.scalar(select(Case).where(Case.ref == ref.strip().upper()))
    if case is None:
        raise NotFound("no case of that reference; try: pehra case list")
    return case


def list_cases(book: Casebook, *, actor: Actor, at: datetime, closed: bool = False) -> list[CaseView]:
    """List cases, newest first; closed ones only when asked for."""
    require(actor, Right.READ_CASES)
    counted = (
        select(func.count())
        .where(WatchedLink.case_id == Case.id, WatchedLink.retired_at.is_(None))
        .correlate(Case)
        .scalar_subquery()
    )
    query = select(Case, counted).order_by(Case.opened_at.desc(), Case.id.desc())
    if not closed:
        query = query.where(Case.closed_at.is_(None))
    with book.writing() as session:
        journal.append(session, book.vault, actor, "case.list", "all", at)
        return [_view(case, links) for case, links in session.execute(query)]


def show(book: Casebook, ref: str, *, actor: Actor, at: datetime) -> tuple[CaseView, str | None]:
    """Give a case and its note; the look is journaled."""
    require(actor, Right.READ_CASES)
    with book.writing() as session:
        case = find(session, ref)
        links = session.scalar(
            select(func.count()).where(WatchedLink.case_id == case.id, WatchedLink.retired_at.is_(None))
        )
        journal.append(session, book.vault, actor, "case.show", case.ref, at)
        note = None if case.note is None else book.vault.unseal("case.note", case.note)
        return _view(case, links or 0), note


def _view(case: Case, links: int) -> CaseView:
    return CaseView(case.ref, case.minor, case.urgent, links, case.opened_at, case.closed_at)


def close(book: Casebook, ref: str, *, actor: Actor, at: datetime) -> None:
    """Close a case: its links are watched no longer, unless another case watches them; what was learned stays."""
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        case = find(session, ref)
        if case.closed_at is not None:
            raise Refused(f"{case.ref} is closed already")
        case.closed_at = at
        session.flush()
        unwatch(session, select(WatchedLink.address_id).where(WatchedLink.case_id == case.id))
        journal.append(session, book.vault, actor, "case.close", case.ref, at)


def unwatch(session: Session, addresses: object) -> None:
    """Take addresses that no open case watches any more out of the queue."""
    watched = (
        select(WatchedLink.address_id)
        .join(Case, Case.id == WatchedLink.case_id)
        .where(WatchedLink.retired_at.is_(None), Case.closed_at.is_(None))
    )
    session.execute(
        update(Address)
        .where(Address.id.in_(addresses), Address.id.not_in(watched))  # type: ignore[arg-type]
        .values(due_at=None, lease=None)
        .execution_options(synchronize_session=False)
    )
