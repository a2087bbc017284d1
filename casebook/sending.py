"""Sending a report: begun, handed over, ended; each in a transaction of its own, so that a kill leaves one clear state.

begun         nothing has left; who begins anew some minutes later, or says that it is lost, ends it
handed over   it may have arrived: only its sender's answer or a person's word ends it
ended         sent (and then noted in the report's history), refused, not sent, or lost
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casebook import dispatches, journal, reports
from casebook.access import Actor, Right, key_of, reach, require
from casebook.casefile import seal
from casebook.clocks import NewClock
from casebook.dispatches import DispatchView
from casebook.errors import NotFound, Refused
from casebook.replies import Happened, Noted, message_digest, note_in
from casebook.store import Casebook
from casebook.tables import Case, Dispatch, Report
from casebook.vocabulary import Fate, ReportEventKind, ReportId, ReportState

SENDING_TAKES = timedelta(minutes=10)  # for so long another sender leaves one alone that was just begun


def begin(
    book: Casebook, report: ReportId, content: dict[str, Any], message_id: str, *, actor: Actor, at: datetime
) -> int:
    """Begin to send a draft; gives the number of this try.

    Args:
        content: as it is to leave, names and all.

    Raises:
        Refused: it is being sent, may have left already, is no draft, or lacks a consent.
    """
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        row, case = _draft(session, actor, report, at)
        _require_free(session, report, at)
        made = Dispatch(
            report_id=row.id,
            began_at=at,
            message_id=book.vault.seal(dispatches.MESSAGE_ID, message_id),
            message_digest=message_digest(book.vault, message_id),
            content=seal(session, case.id, content),
        )
        session.add(made)
        journal.append(session, book.vault, actor, "report.send", f"{case.ref}/{report}", at)
        session.flush()
        return made.id


def _draft(session: Session, actor: Actor, report: ReportId, at: datetime) -> tuple[Report, Case]:
    row, case = reports.admitted(session, actor, report, at, hold=True)
    if row.state is not ReportState.DRAFTED:
        raise Refused(f"report {report} is {row.state}: only a draft is sent")
    reports.require_may_leave(session, case, row)
    return row, case


def _require_free(session: Session, report: ReportId, at: datetime) -> None:
    """End an earlier try that was cut short before anything left; refuse while one may still be under way."""
    dispatches.require_here(session, report)
    before = dispatches.open_of(session, report)
    if before is None:
        return
    if at < before.began_at + SENDING_TAKES:
        raise Refused(
            f"report {report} is being sent since {before.began_at:%H:%M:%S} UTC; if that was cut short, nothing has "
            f"left: pehra report send {report} --resolve lost, and send it again"
        )
    _end(before, Fate.NOT_SENT, at)


def _end(row: Dispatch, fate: Fate, at: datetime) -> None:
    row.fate, row.ended_at, row.content = fate, at, None


def hand_over(book: Casebook, dispatch: int, *, actor: Actor, at: datetime) -> None:
    """Note that the message leaves now; it can be noted once, and only while all that it needs still stands.

    Raises:
        Refused: this try was ended meanwhile, or the report was withdrawn, or a consent taken back.
    """
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        found = session.get(Dispatch, dispatch)
        if found is None:
            raise NotFound("no report of that number; try: pehra report list")
        _draft(session, actor, ReportId(found.report_id), at)
        session.refresh(found)
        if found.handed_over_at is not None or found.ended_at is not None:
            raise Refused("this sending was ended by another hand: nothing has left by this one")
        found.handed_over_at = at


def call_off(book: Casebook, dispatch: int, *, actor: Actor, at: datetime) -> None:
    """End a try that broke off before anything left; one that was handed over, or has ended, stays as it is."""
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        found = session.get(Dispatch, dispatch, with_for_update=True)
        if found is not None and found.handed_over_at is None and found.ended_at is None:
            _end(found, Fate.NOT_SENT, at)


def fail(book: Casebook, dispatch: int, fate: Fate, *, actor: Actor, at: datetime) -> None:
    """End a try of which the server said that it does not have the message: it stays a draft."""
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        found, case = _open(session, actor, dispatch, at)
        _end(found, fate, at)
        journal.append(session, book.vault, actor, f"report.{fate}", f"{case.ref}/{found.report_id}", at)


def arrive(book: Casebook, dispatch: int, starts: Sequence[NewClock], *, actor: Actor, at: datetime) -> Noted:
    """Note that the server took it: the try ends, and the report is sent since it was handed over; one transaction."""
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        found, _ = _open(session, actor, dispatch, at)
        return _arrived(session, book, found, starts, actor, at)


def _open(session: Session, actor: Actor, dispatch: int, at: datetime) -> tuple[Dispatch, Case]:
    """Give a try that has not ended, its report held against other writers."""
    found = session.get(Dispatch, dispatch)
    if found is None:
        raise NotFound("no report of that number; try: pehra report list")
    _, case = reports.admitted(session, actor, ReportId(found.report_id), at, hold=True)
    session.refresh(found)
    if found.ended_at is not None:
        raise Refused(f"this sending has ended already; see: pehra report show {found.report_id}")
    return found, case


def _arrived(
    session: Session, book: Casebook, found: Dispatch, starts: Sequence[NewClock], actor: Actor, at: datetime
) -> Noted:
    report = ReportId(found.report_id)
    row, case = reports.admitted(session, actor, report, at, hold=True)
    content = json.loads(key_of(session, actor, case.id, at).open(found.content or b""))
    message_id = book.vault.unseal(dispatches.MESSAGE_ID, found.message_id)
    left_at = found.handed_over_at or at
    happened = Happened(ReportEventKind.SENT, left_at, content=content, message_id=message_id, starts=starts)
    _end(found, Fate.SENT, at)
    gone = note_in(session, book, row, case, happened, actor=actor, at=at, left=True)
    journal.append(session, book.vault, actor, "report.sent", f"{case.ref}/{report}", at)
    return Noted(reports.views(session, book, [row.id], at)[0], gone)


def left_at(book: Casebook, report: ReportId, *, actor: Actor, at: datetime) -> datetime | None:
    """Give when a report left of which nobody knows whether it arrived; None where nothing of it has left.

    Raises:
        Refused: no sending of it was cut short.
    """
    require(actor, Right.READ_CASES)
    with book.reading() as session:
        reports.admitted(session, actor, report, at)
        found = dispatches.open_of(session, report)
        if found is None:
            raise Refused(f"no sending of report {report} was cut short: there is nothing to resolve")
        return found.handed_over_at


def resolve(
    book: Casebook, report: ReportId, starts: Sequence[NewClock] | None, *, actor: Actor, at: datetime
) -> Noted:
    """Note what a person found out of a sending that was cut short.

    Args:
        starts: the clocks that its leaving set going, where it arrived; None: it was lost, and may be sent again.

    Raises:
        Refused: none was cut short, or it never left and so cannot have arrived.
    """
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        row, case = reports.admitted(session, actor, report, at, hold=True)
        found = dispatches.open_of(session, report)
        if found is None:
            raise Refused(f"no sending of report {report} was cut short: there is nothing to resolve")
        if starts is not None and found.handed_over_at is None:
            raise Refused(f"report {report} has not left, so it cannot have arrived: --resolve lost, and send it again")
        if starts is not None:
            return _arrived(session, book, found, starts, actor, at)
        _end(found, Fate.NOT_SENT if found.handed_over_at is None else Fate.LOST, at)
        journal.append(session, book.vault, actor, f"report.{found.fate}", f"{case.ref}/{report}", at)
        return Noted(reports.views(session, book, [row.id], at)[0], [])


def history(book: Casebook, report: ReportId, *, actor: Actor, at: datetime) -> list[DispatchView]:
    """Give every try to send a report, oldest first."""
    require(actor, Right.READ_CASES)
    with book.reading() as session:
        reports.admitted(session, actor, report, at)
        return dispatches.of_report(session, report)


def unsure(book: Casebook, *, actor: Actor, at: datetime) -> int:
    """Count the reports of the actor's cases that may have left without anybody knowing whether they arrived."""
    query = select(func.count()).select_from(Report).where(Report.case_id.in_(reach(actor, at)))
    with book.reading() as session:
        return session.scalar(query.where(dispatches.may_have_left())) or 0
