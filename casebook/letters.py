"""Answers that came by mail: found by what they cite, sealed raw to the case, and settled by a person."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from casebook import dispatches, journal, keys, notices, reports, tickets
from casebook.access import Actor, Right, admit, key_of, reach, require
from casebook.errors import NotFound, Refused
from casebook.replies import Happened, Noted, message_digest, note_in
from casebook.store import Casebook
from casebook.tables import Case, CaseKey, Dispatch, Letter, ReadFolder, Report, Ticket
from casebook.vocabulary import ReportEventKind, ReportId, ReportState

MARK = "letter.mark"
FOLDER = "read_folder.name"
MOST_WAITING = 50  # letters of one report: more is a loop, and stays in the mailbox
SEVERAL = "several-reports"


@dataclass(frozen=True)
class Cited:
    """What a mail cites, by which its report is found, and what it seems to say."""

    message_ids: Collection[str]
    tickets: Collection[str]
    proposes: ReportEventKind | None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class LetterView:
    """A letter as a list shows it: nothing of it is opened. `doubts` are codes that say why a person has to look."""

    letter: int
    case: str
    report: int
    arrived_at: datetime
    found_by: str
    proposes: ReportEventKind | None
    doubts: list[str]
    size: int
    settled_at: datetime | None
    noted_as: ReportEventKind | None


@dataclass(frozen=True)
class Opened:
    """A letter with the mail as it came, and where its report was sent; None where the report does not say."""

    view: LetterView
    raw: bytes
    to: str | None


def read_up_to(book: Casebook, name: str, validity: int, *, actor: Actor) -> int:
    """Give the number of the last mail of a folder that was read; 0 where the server counts anew."""
    require(actor, Right.RECORD_CHECKS)
    with book.reading() as session:
        row = _folder(session, book, name)
        return row.last_uid if row is not None and row.validity == validity else 0


def _folder(session: Session, book: Casebook, name: str) -> ReadFolder | None:
    rows = session.scalars(select(ReadFolder).with_for_update())
    return next((one for one in rows if book.vault.unseal(FOLDER, one.name) == name), None)


def take(
    book: Casebook,
    name: str,
    validity: int,
    uid: int,
    mail: tuple[bytes, Cited] | None,
    *,
    actor: Actor,
    at: datetime,
) -> int:
    """Keep a mail for every report that it answers, and note that it was read: one transaction.

    Args:
        mail: as it came, with what it cites; None passes it over.

    Returns:
        For how many reports it was kept; of a mail that fits none nothing is kept but its number.
    """
    require(actor, Right.ADD_TO_CASES)
    with book.writing() as session:
        row = _folder(session, book, name)
        if row is None:
            row = ReadFolder(name=book.vault.seal(FOLDER, name), validity=validity, last_uid=0)
            session.add(row)
        if row.validity == validity and row.last_uid >= uid:
            return 0
        row.validity, row.last_uid = validity, uid
        return 0 if mail is None else _keep(session, book, *mail, actor=actor, at=at)


def _keep(session: Session, book: Casebook, raw: bytes, cited: Cited, *, actor: Actor, at: datetime) -> int:
    found = _fitting(session, book, cited)
    doubts = [*cited.doubts, *([SEVERAL] if len(found) > 1 else [])]
    mark = sha256(raw).hexdigest()
    key, kept = book.vault.digest("letter", mark), 0
    for report, by in found.items():
        if _known(session, report, key) or _waiting_of(session, report) >= MOST_WAITING:
            continue
        case = session.scalars(select(Case).join(Report, Report.case_id == Case.id).where(Report.id == report)).one()
        if not _waiting_of(session, report):
            notices.tell_assigned(session, case, f"an answer to report {report} waits; see: pehra inbox list", at)
        session.add(
            Letter(
                report_id=report,
                arrived_at=at,
                found_by=by,
                proposes=cited.proposes,
                doubts=",".join(doubts),
                size=len(raw),
                mark=book.vault.seal(MARK, mark),
                mark_digest=key,
                raw=_sealed(session, case.id, raw),
            )
        )
        journal.append(session, book.vault, actor, "letter.keep", f"{case.ref}/{report}", at)
        session.flush()
        kept += 1
    return kept


def _sealed(session: Session, case: int, raw: bytes) -> bytes:
    held = session.get_one(CaseKey, case, with_for_update={"read": True})  # not while the case gets a new key
    return keys.seal_to([held.recipient], raw)


def _fitting(session: Session, book: Casebook, cited: Cited) -> dict[int, str]:
    """Find the reports: by the mail that is answered, else by a number that the platform gave."""
    digests = [message_digest(book.vault, one) for one in cited.message_ids]
    sent = select(Report.id).where(Report.message_digest.in_(digests))
    left = select(Dispatch.report_id).where(
        Dispatch.message_digest.in_(digests), Dispatch.handed_over_at.is_not(None), Dispatch.ended_at.is_(None)
    )
    found = dict.fromkeys([*session.scalars(sent), *session.scalars(left)], "message-id")
    if found:
        return found
    numbers = [tickets.digest(book.vault, one) for one in cited.tickets]
    out = (ReportState.DRAFTED, ReportState.WITHDRAWN)
    for some in _portions(numbers):
        query = select(Ticket.report_id).join(Report, Report.id == Ticket.report_id)
        query = query.where(Ticket.number_digest.in_(some), Report.state.not_in(out))
        found |= dict.fromkeys(session.scalars(query), "ticket")
    return found


def _portions(digests: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(digests), 400):
        yield digests[start : start + 400]


def _known(session: Session, report: int, key: bytes) -> bool:
    query = select(Letter.id).where(Letter.report_id == report, Letter.mark_digest == key)
    return session.scalar(query) is not None


def _waiting_of(session: Session, report: int) -> int:
    waits = (Letter.report_id == report, Letter.settled_at.is_(None))
    return session.scalar(select(func.count()).select_from(Letter).where(*waits)) or 0


def list_letters(
    book: Casebook, *, actor: Actor, at: datetime, case: str | None = None, settled: bool = False
) -> list[LetterView]:
    """List the letters of the actor's cases that wait, or every one, oldest first; none is opened."""
    require(actor, Right.READ_CASES)
    asked: list[ColumnElement[bool]] = [] if settled else [Letter.settled_at.is_(None)]
    with book.writing() as session:
        if case is not None:
            asked.append(Case.ref == admit(session, actor, case, at).ref)
        rows = session.execute(_joined(actor, at).where(*asked).order_by(Letter.id)).all()
        journal.append(session, book.vault, actor, "letter.list", "all", at)
        return [_view(row.Letter, row.ref) for row in rows]


def _joined(actor: Actor, at: datetime) -> Any:  # noqa: ANN401  # a select of Letter and its case's reference
    query = select(Letter, Case.ref).join(Report, Report.id == Letter.report_id).join(Case, Case.id == Report.case_id)
    return query.where(Case.id.in_(reach(actor, at)))


def _view(row: Letter, ref: str) -> LetterView:
    doubts = row.doubts.split(",") if row.doubts else []
    return LetterView(
        row.id,
        ref,
        row.report_id,
        row.arrived_at,
        row.found_by,
        row.proposes,
        doubts,
        row.size,
        row.settled_at,
        row.noted_as,
    )


def _admitted(session: Session, actor: Actor, letter: int, at: datetime) -> tuple[Letter, str]:
    found = session.execute(_joined(actor, at).where(Letter.id == letter)).one_or_none()
    if found is None:
        raise NotFound("no letter of that number; try: pehra inbox list")
    return found.Letter, found.ref


def show(book: Casebook, letter: int, *, actor: Actor, at: datetime) -> Opened:
    """Open a letter; the look is journaled.

    Raises:
        Refused: it was dismissed, and what it said was let go.
    """
    require(actor, Right.READ_CASES)
    with book.writing() as session:
        row, ref = _admitted(session, actor, letter, at)
        if row.raw is None:
            raise Refused(f"letter {letter} was dismissed, and nothing of it was kept here")
        report = session.get_one(Report, row.report_id)
        identity = key_of(session, actor, report.case_id, at)
        journal.append(session, book.vault, actor, "letter.show", f"{ref}/{row.report_id}", at)
        content = reports.content_of(report, identity)
        return Opened(_view(row, ref), identity.open(row.raw), content.get("to"))


def accept(book: Casebook, letter: int, happened: Happened, *, actor: Actor, at: datetime) -> Noted:
    """Note what a letter says of its report, as a person read it: both in one transaction.

    Raises:
        Refused: it is settled already, or the report cannot have come to that.
    """
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        row, ref = _admitted(session, actor, letter, at)
        report, case = reports.admitted(session, actor, ReportId(row.report_id), at, hold=True)
        session.refresh(row)
        _require_waiting(row)
        dispatches.require_here(session, report.id)
        gone = note_in(session, book, report, case, happened, actor=actor, at=at)
        row.settled_at, row.noted_as = at, happened.kind
        journal.append(session, book.vault, actor, f"report.{happened.kind}", f"{ref}/{report.id}", at)
        session.flush()
        return Noted(reports.views(session, book, [report.id], at)[0], gone)


def dismiss(book: Casebook, letter: int, *, actor: Actor, at: datetime) -> LetterView:
    """Note that a letter is no answer; what it said is let go here, and stays in the mailbox."""
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        row, ref = _admitted(session, actor, letter, at)
        _require_waiting(row)
        row.settled_at, row.raw = at, None
        journal.append(session, book.vault, actor, "letter.dismiss", f"{ref}/{row.report_id}", at)
        return _view(row, ref)


def _require_waiting(row: Letter) -> None:
    if row.settled_at is not None:
        raise Refused(f"letter {row.id} is settled already: {row.noted_as or 'dismissed'}")


def waiting(book: Casebook, *, actor: Actor, at: datetime) -> int:
    """Count the letters of the actor's cases that wait."""
    query = select(func.count()).select_from(Letter).join(Report, Report.id == Letter.report_id)
    with book.reading() as session:
        return session.scalar(query.where(Report.case_id.in_(reach(actor, at)), Letter.settled_at.is_(None))) or 0
