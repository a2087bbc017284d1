"""Who is assigned to a case: each has its key, sealed to theirs; who leaves takes none along that still opens it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from casebook import journal, keys, notices, officers, readers
from casebook.access import Actor, Right, Role, admit, is_assigned, key_of, require
from casebook.errors import NotFound, Refused
from casebook.keys import Identity
from casebook.store import Casebook
from casebook.tables import (
    Assignment,
    Book,
    CaptureKey,
    CaptureRecord,
    Case,
    CaseKey,
    Consent,
    Dispatch,
    Entry,
    EvidenceExport,
    Letter,
    OfficerKey,
    Report,
    ReportEvent,
)


@dataclass(frozen=True)
class AssignmentView:
    """One line of a case's history of assignments."""

    officer: str
    since: datetime
    until: datetime | None
    ended_at: datetime | None


def begin(session: Session, case: int, actor: Actor, at: datetime) -> None:
    """Give a new case its key, and its opener the way in."""
    if actor.officer is None:
        raise Refused("a case is opened by an officer")
    identity = Identity.make()
    session.add(CaseKey(case_id=case, recipient=identity.recipient, escrow=_in_escrow(session, identity)))
    let_in(session, case, actor.officer, identity, at)
    session.flush()


def assign(book: Casebook, ref: str, name: str, *, actor: Actor, at: datetime, escrow: Identity | None = None) -> None:
    """Let an officer into a case. The actor is assigned to it, or brings the escrow key where nobody is left to.

    Raises:
        Refused: they are assigned already, or their role opens no cases.
    """
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        case = admit(session, actor, ref, at) if escrow is None else _any_case(session, ref)
        officer = officers.present(session, book, name)
        if officer.role != Role.OFFICER:
            raise Refused(f"a {officer.role} opens no cases: only officers are assigned")
        hold(session, case.id)
        if _of(session, case.id, officer.id) is not None:
            raise Refused("they are assigned to this case already")
        identity = key_of(session, actor, case.id, at) if escrow is None else escrowed(session, case.id, escrow)
        if escrow is not None:
            notices.tell_assigned(session, case, f"{case.ref} was opened with the escrow key", at)
        let_in(session, case.id, officer.id, identity, at)
        act = "case.assign" if escrow is None else "case.assign with escrow"
        journal.append(session, book.vault, actor, act, f"{case.ref}/officer-{officer.id}", at)


def unassign(book: Casebook, ref: str, name: str, *, actor: Actor, at: datetime) -> None:
    """End an officer's way into a case, and give the case a new key; what they did stays in its history.

    Raises:
        Refused: nobody would be left.
    """
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        hold(session, case.id)
        officer = officers.present(session, book, name)
        row = _of(session, case.id, officer.id)
        if row is None:
            raise NotFound("they are not assigned to this case")
        identity = key_of(session, actor, case.id, at)
        row.ended_at, row.key = at, None
        session.flush()
        if _permanent(session, case.id) == 0:
            raise Refused("nobody would be left: assign somebody else first")
        rotate(session, case.id, identity)
        journal.append(session, book.vault, actor, "case.unassign", f"{case.ref}/officer-{officer.id}", at)


def dismiss(book: Casebook, name: str, *, actor: Actor, at: datetime) -> str:
    """Take a member of staff off the list: their key is destroyed and their ways into cases end; what they did stays.

    Cases that the actor is assigned to get new keys; those assigned to the others are told to give them one.

    Raises:
        Refused: an open case would be left with nobody; assign somebody first.
    """
    require(actor, Right.KEEP_OFFICERS)
    with book.writing() as session:
        officer = officers.present(session, book, name)
        theirs = select(Assignment).where(Assignment.officer_id == officer.id, Assignment.ended_at.is_(None))
        for one in session.scalars(theirs).all():
            _end(session, one, officers.id_of(officer), actor, at)
        session.execute(delete(OfficerKey).where(OfficerKey.officer_id == officer.id))
        readers.forget(session, officer.id)
        officer.left_at = at
        journal.append(session, book.vault, actor, "officer.remove", officers.id_of(officer), at)
        return officers.id_of(officer)


def _end(session: Session, one: Assignment, who: str, actor: Actor, at: datetime) -> None:
    case = session.get_one(Case, one.case_id)
    hold(session, case.id)
    mine = is_assigned(session, actor, case.id, at) and one.officer_id != actor.officer
    identity = key_of(session, actor, case.id, at) if mine else None
    one.ended_at, one.key = at, None
    session.flush()
    if case.closed_at is None and _permanent(session, case.id) == 0:
        raise Refused("they are the only one assigned to an open case: let them assign somebody first")
    if identity is not None:
        rotate(session, case.id, identity)
    else:
        notices.tell_assigned(session, case, f"{who} left: pehra key rotate --case {case.ref}", at)


def rotate_case(book: Casebook, ref: str, *, actor: Actor, at: datetime) -> None:
    """Give a case a new key, and seal its file to it."""
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        hold(session, case.id)
        rotate(session, case.id, key_of(session, actor, case.id, at))
        journal.append(session, book.vault, actor, "case.rotate", case.ref, at)


def rotate(session: Session, case: int, old: Identity) -> None:
    """Make a new key inside the caller's transaction; all that was sealed to the old one is sealed anew."""
    new = Identity.make()
    row = session.get_one(CaseKey, case)
    row.recipient, row.escrow = new.recipient, _in_escrow(session, new)
    for one in _standing(session, case):
        one.key = keys.seal_to([_recipient(session, one.officer_id)], new.secret.encode())
    kept: list[Entry | Consent | ReportEvent] = list(session.scalars(select(Entry).where(Entry.case_id == case)))
    kept += session.scalars(select(Consent).where(Consent.case_id == case, Consent.words.is_not(None)))
    told = select(ReportEvent).join(Report, Report.id == ReportEvent.report_id)
    kept += session.scalars(told.where(Report.case_id == case, ReportEvent.words.is_not(None)))
    for line in kept:
        line.words = keys.seal_to([new.recipient], old.open(line.words or b""))
    for report in session.scalars(select(Report).where(Report.case_id == case)):
        report.content = keys.seal_to([new.recipient], old.open(report.content))
    under_way = select(Dispatch).join(Report, Report.id == Dispatch.report_id).where(Report.case_id == case)
    for sending in session.scalars(under_way.where(Dispatch.content.is_not(None))):
        sending.content = keys.seal_to([new.recipient], old.open(sending.content or b""))
    came = select(Letter).join(Report, Report.id == Letter.report_id).where(Report.case_id == case)
    for letter in session.scalars(came.where(Letter.raw.is_not(None))):
        letter.raw = keys.seal_to([new.recipient], old.open(letter.raw or b""))
    _evidence_anew(session, case, old, new)
    session.flush()


def _evidence_anew(session: Session, case: int, old: Identity, new: Identity) -> None:
    """Seal records, exports and the keys of sealed files anew; the files themselves stay as they are."""
    for key in session.scalars(select(CaptureKey).where(CaptureKey.case_id == case)):
        key.key = keys.seal_to([new.recipient], old.open(key.key))
    for record in session.scalars(select(CaptureRecord).where(CaptureRecord.case_id == case)):
        record.record = keys.seal_to([new.recipient], old.open(record.record))
    for export in session.scalars(select(EvidenceExport).where(EvidenceExport.case_id == case)):
        export.to, export.purpose = (
            keys.seal_to([new.recipient], old.open(one)) for one in (export.to, export.purpose)
        )


def history(book: Casebook, ref: str, *, actor: Actor, at: datetime) -> list[AssignmentView]:
    """Tell who is and was assigned to a case, oldest first."""
    require(actor, Right.READ_CASES)
    with book.reading() as session:
        case = admit(session, actor, ref, at)
        rows = session.scalars(select(Assignment).where(Assignment.case_id == case.id).order_by(Assignment.id))
        return [AssignmentView(f"officer-{one.officer_id}", one.since, one.until, one.ended_at) for one in rows]


def export_key(book: Casebook, ref: str, *, actor: Actor, at: datetime) -> str:
    """Give a case's private key, as the age program reads it, for files sealed to the case; journaled."""
    require(actor, Right.READ_CASES)
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        journal.append(session, book.vault, actor, "case.export key", case.ref, at)
        return key_of(session, actor, case.id, at).secret


def escrowed(session: Session, case: int, escrow: Identity) -> Identity:
    """Open a case's key with the escrow key.

    Raises:
        Refused: it is another home's, or the case is older than it.
    """
    if session.scalars(select(Book.escrow)).one() != escrow.recipient:
        raise Refused("this is not the escrow key of this home")
    sealed = session.get_one(CaseKey, case).escrow
    if sealed is None:
        raise Refused("this case is older than the escrow key: `pehra key rotate --case` brings it under it")
    return Identity.of(escrow.open(sealed).decode())


def hold(session: Session, case: int) -> None:
    """Let nobody else change the case's key, or seal to it, until this transaction ends."""
    session.get_one(CaseKey, case, with_for_update=True)


def let_in(
    session: Session, case: int, officer: int, identity: Identity, at: datetime, until: datetime | None = None
) -> None:
    """Let somebody into a case, for good or for a time, inside the caller's transaction."""
    sealed = keys.seal_to([_recipient(session, officer)], identity.secret.encode())
    session.add(Assignment(case_id=case, officer_id=officer, key=sealed, since=at, until=until))


def _in_escrow(session: Session, identity: Identity) -> bytes | None:
    escrow = session.scalars(select(Book.escrow)).one()
    return None if escrow is None else keys.seal_to([escrow], identity.secret.encode())


def _recipient(session: Session, officer: int) -> str:
    return session.get_one(OfficerKey, officer).recipient


def _of(session: Session, case: int, officer: int) -> Assignment | None:
    return next((one for one in _standing(session, case) if one.officer_id == officer and one.until is None), None)


def _standing(session: Session, case: int) -> list[Assignment]:
    query = select(Assignment).where(
        Assignment.case_id == case, Assignment.ended_at.is_(None), Assignment.key.is_not(None)
    )
    return list(session.scalars(query.order_by(Assignment.id)))


def _permanent(session: Session, case: int) -> int:
    return sum(one.until is None for one in _standing(session, case))


def _any_case(session: Session, ref: str) -> Case:
    case = session.scalar(select(Case).where(Case.ref == ref.strip().upper()))
    if case is None:
        raise NotFound("no case of that reference; try: pehra case list")
    return case
