"""Tries to send reports: rows. The verbs that begin and end them are in sending.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.selectable import Exists

from casebook.clocks import portions
from casebook.errors import Refused
from casebook.tables import Dispatch, Report
from casebook.vocabulary import Fate, Sending

MESSAGE_ID = "dispatch.message_id"


@dataclass(frozen=True)
class DispatchView:
    """One try to send a report, and what became of it; `fate` is None while it has not ended."""

    began_at: datetime
    handed_over_at: datetime | None
    ended_at: datetime | None
    fate: Fate | None


def open_of(session: Session, report: int) -> Dispatch | None:
    """Give the try of a report that has not ended; there is one at most."""
    return session.scalar(select(Dispatch).where(Dispatch.report_id == report, Dispatch.ended_at.is_(None)))


def sendings(session: Session, reports: Sequence[int]) -> dict[int, Sending]:
    """Say of each report whose sending has not ended how far it came."""
    found = {}
    for some in portions(reports):
        rows = select(Dispatch.report_id, Dispatch.handed_over_at)
        for report, left_at in session.execute(rows.where(Dispatch.report_id.in_(some), Dispatch.ended_at.is_(None))):
            found[report] = Sending.BEGUN if left_at is None else Sending.UNSURE
    return found


def of_report(session: Session, report: int) -> list[DispatchView]:
    """Give every try of a report, oldest first."""
    rows = session.scalars(select(Dispatch).where(Dispatch.report_id == report).order_by(Dispatch.id))
    return [DispatchView(one.began_at, one.handed_over_at, one.ended_at, one.fate) for one in rows]


def may_have_left(report: InstrumentedAttribute[int] = Report.id) -> Exists:
    """Say, in a query that has reports, which of them may have left without anybody knowing whether they arrived."""
    left = (Dispatch.handed_over_at.is_not(None), Dispatch.ended_at.is_(None))
    return exists().where(Dispatch.report_id == report, *left)


def require_here(session: Session, report: int) -> None:
    """Refuse to touch a report that may have left.

    Raises:
        Refused: says how it is resolved.
    """
    row = open_of(session, report)
    if row is not None and row.handed_over_at is not None:
        raise Refused(unsure(report, row.handed_over_at))


def unsure(report: int, left_at: datetime) -> str:
    """Say that a report left and that nobody knows more, and how to go on."""
    return (
        f"report {report} left on {left_at:%Y-%m-%d %H:%M} UTC and no answer came, so nobody knows whether it arrived; "
        f"ask the receiver, or look into the mailbox for sent mail and answers, then say which: "
        f"pehra report send {report} --resolve arrived, or --resolve lost, after which it may be sent again"
    )
