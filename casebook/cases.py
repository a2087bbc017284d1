"""Cases: one complainant's matter each."""

import random
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casebook import assignments, casefile, consents, journal, sweeping, watching, withdrawing
from casebook.access import Actor, Right, admit, agrees, reach, require
from casebook.errors import Refused
from casebook.store import Casebook
from casebook.tables import Case, WatchedLink
from casebook.vocabulary import Act, EntryKind

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
    """Open a case and assign its opener; its reference is drawn by chance, and tells nothing of when or how many.

    Who brings a matter here asks for it to be watched, and for its pictures to be recognised: these two consents are
    on the ledger from the start, and can be taken back like any other.
    """
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        ref = _free_ref(session, chance)
        case = Case(ref=ref, minor=minor, urgent=urgent, opened_at=at)
        session.add(case)
        session.flush()
        assignments.begin(session, case.id, actor, at)
        for act in (Act.WATCH, Act.HASH):
            consents.note(session, case.id, act, given=True, actor=actor, at=at)
        if note is not None:
            casefile.put(session, case.id, EntryKind.NOTE, {"words": note}, actor=actor, at=at)
        journal.append(session, book.vault, actor, "case.open", ref, at)
    return ref


def _free_ref(session: Session, chance: random.Random) -> str:
    while True:
        ref = "C-" + "".join(chance.choices(ALPHABET, k=REF_LENGTH))
        if session.scalar(select(Case.id).where(Case.ref == ref)) is None:
            return ref


def list_cases(book: Casebook, *, actor: Actor, at: datetime, closed: bool = False) -> list[CaseView]:
    """List cases, newest first; closed ones only when asked for."""
    require(actor, Right.READ_CASES)
    counted = (
        select(func.count())
        .where(WatchedLink.case_id == Case.id, WatchedLink.retired_at.is_(None))
        .correlate(Case)
        .scalar_subquery()
    )
    mine = Case.id.in_(reach(actor, at))
    query = select(Case, counted).where(mine).order_by(Case.opened_at.desc(), Case.id.desc())
    if not closed:
        query = query.where(Case.closed_at.is_(None))
    with book.writing() as session:
        journal.append(session, book.vault, actor, "case.list", "all", at)
        return [_view(case, links) for case, links in session.execute(query)]


def show(book: Casebook, ref: str, *, actor: Actor, at: datetime) -> CaseView:
    """Give a case without its file; the look is journaled."""
    require(actor, Right.READ_CASES)
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        links = session.scalar(
            select(func.count()).where(WatchedLink.case_id == case.id, WatchedLink.retired_at.is_(None))
        )
        journal.append(session, book.vault, actor, "case.show", case.ref, at)
        return _view(case, links or 0)


def _view(case: Case, links: int) -> CaseView:
    return CaseView(case.ref, case.minor, case.urgent, links, case.opened_at, case.closed_at)


def withdraw(book: Casebook, ref: str, *, actor: Actor, at: datetime) -> list[Act]:
    """Take back every consent that stands, and close the case; gives which. Its file stays until it is erased."""
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        standing = [act for act in Act if agrees(session, case, act)]
        for act in standing:
            consents.note(session, case.id, act, given=False, actor=actor, at=at)
            sweeping.withdrawn(session, case.id, act)
        withdrawing.drop_unsent(session, case, standing, actor=actor, at=at)
        sweeping.closed(session, case.id)
        case.closed_at = case.closed_at or at
        session.flush()
        watching.unwatch(session, select(WatchedLink.address_id).where(WatchedLink.case_id == case.id))
        journal.append(session, book.vault, actor, "case.withdraw", case.ref, at)
        return standing


def close(book: Casebook, ref: str, *, actor: Actor, at: datetime) -> None:
    """Close a case: its links are watched no longer, unless another case watches them; what was learned stays."""
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        if case.closed_at is not None:
            raise Refused(f"{case.ref} is closed already")
        case.closed_at = at
        session.flush()
        sweeping.closed(session, case.id)
        watching.unwatch(session, select(WatchedLink.address_id).where(WatchedLink.case_id == case.id))
        journal.append(session, book.vault, actor, "case.close", case.ref, at)
