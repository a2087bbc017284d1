"""Who handled evidence, and what was given out of it, so that the same can be given out again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from casebook import journal, keys
from casebook.access import Actor, Right, admit, key_of, require
from casebook.errors import NotFound, Refused
from casebook.journal import EntryView
from casebook.keys import Identity
from casebook.store import Casebook
from casebook.tables import Book, CaptureRecord, Case, CaseKey, EvidenceExport, JournalEntry, WatchedLink
from casebook.vocabulary import LinkId


@dataclass(frozen=True)
class Export:
    """One export, by its number in the case: for whom and for what, and how far records and journal then went.

    `link`: it was of this link alone.
    """

    case: str
    number: int
    at: datetime
    officer: str
    to: str
    purpose: str
    last_number: int
    journal_seq: int
    redacted: bool
    link: LinkId | None


def custody(book: Casebook, ref: str, *, actor: Actor, at: datetime, up_to: int | None = None) -> list[EntryView]:
    """Give the journal's entries about a case's evidence, oldest first, up to that entry; itself not journaled."""
    require(actor, Right.READ_CASES)
    with book.reading() as session:
        case = admit(session, actor, ref, at)
        query = select(JournalEntry).where(
            JournalEntry.act.startswith("evidence."),
            func.substr(JournalEntry.subject, 1, journal.REF_LENGTH) == case.ref,
        )
        if up_to is not None:
            query = query.where(JournalEntry.seq <= up_to)
        rows = session.scalars(query.order_by(JournalEntry.seq)).all()
        return [EntryView(one.seq, one.at, one.actor, one.act, one.subject) for one in rows]


def begin_export(
    book: Casebook,
    ref: str,
    to: str,
    purpose: str,
    *,
    actor: Actor,
    at: datetime,
    redacted: bool = False,
    link: LinkId | None = None,
) -> Export:
    """Note an export before anything leaves; its own journal entry is the last of its custody record.

    Raises:
        Refused: nobody is named, or nothing said of what it is for, or there is no evidence; NotFound: no such link.
    """
    require(actor, Right.READ_CASES)
    if not to.strip() or not purpose.strip():
        raise Refused("say for whom it is, and for what: both are kept with the export")
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        identity = key_of(session, actor, case.id, at)
        held = session.get_one(CaseKey, case.id, with_for_update=True)
        if link is not None and _case_of(session, link) != case.id:
            raise NotFound(f"no link of that number; try: pehra link list --case {case.ref}")
        last = session.scalar(select(func.max(CaptureRecord.number)).where(CaptureRecord.case_id == case.id))
        if last is None:
            raise Refused(f"{case.ref} has no evidence yet")
        before = session.scalar(select(func.max(EvidenceExport.number)).where(EvidenceExport.case_id == case.id))
        number = (before or 0) + 1
        act = f"evidence.export{' redacted' if redacted else ''}"
        journal.append(session, book.vault, actor, act, f"{case.ref}/export-{number}", at)
        row = EvidenceExport(
            case_id=case.id,
            number=number,
            at=at,
            officer=actor.name,
            to=keys.seal_to([held.recipient], to.strip().encode()),
            purpose=keys.seal_to([held.recipient], purpose.strip().encode()),
            last_number=last,
            journal_seq=session.scalars(select(Book.journal_length)).one(),
            redacted=redacted,
            link_id=link,
        )
        session.add(row)
        session.flush()
        return _view(row, case, identity)


def _case_of(session: Session, link: LinkId) -> int | None:
    return session.scalar(select(WatchedLink.case_id).where(WatchedLink.id == link))


def export(book: Casebook, ref: str, number: int, *, actor: Actor, at: datetime) -> Export:
    """Give an export that was made before, to make it again: what came after it is not in it; journaled as a look."""
    require(actor, Right.READ_CASES)
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        identity = key_of(session, actor, case.id, at)
        row = session.scalar(_of(case).where(EvidenceExport.number == number))
        if row is None:
            raise NotFound(f"no export of that number; try: pehra evidence list {case.ref}")
        journal.append(session, book.vault, actor, "evidence.export again", f"{case.ref}/export-{number}", at)
        return _view(row, case, identity)


def exports(book: Casebook, ref: str, *, actor: Actor, at: datetime) -> list[Export]:
    """List a case's exports, oldest first; the look is journaled."""
    require(actor, Right.READ_CASES)
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        identity = key_of(session, actor, case.id, at)
        journal.append(session, book.vault, actor, "evidence.list exports", case.ref, at)
        return [_view(row, case, identity) for row in _rows(session, case)]


def _of(case: Case) -> Select[EvidenceExport]:
    return select(EvidenceExport).where(EvidenceExport.case_id == case.id)


def _rows(session: Session, case: Case) -> list[EvidenceExport]:
    return list(session.scalars(_of(case).order_by(EvidenceExport.number)))


def _view(row: EvidenceExport, case: Case, identity: Identity) -> Export:
    return Export(
        case=case.ref,
        number=row.number,
        at=row.at,
        officer=row.officer,
        to=identity.open(row.to).decode(),
        purpose=identity.open(row.purpose).decode(),
        last_number=row.last_number,
        journal_seq=row.journal_seq,
        redacted=row.redacted,
        link=None if row.link_id is None else LinkId(row.link_id),
    )
