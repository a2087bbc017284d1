"""What a consent that is taken back stops: reports that have not left the house go no further."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook import clocks, dispatches, reports
from casebook.access import Actor
from casebook.tables import Case, Report
from casebook.vocabulary import Act, ReportEventKind, ReportState


def drop_unsent(session: Session, case: Case, acts: Collection[Act], *, actor: Actor, at: datetime) -> list[int]:
    """Withdraw the case's drafts that need one of these consents, inside the caller's transaction; gives their numbers.

    What was sent, or may have been, cannot be unsent by us: it stays on the record as it is, for a person to withdraw
    at the platform.
    """
    query = select(Report).where(Report.case_id == case.id, Report.state == ReportState.DRAFTED)
    query = query.where(~dispatches.may_have_left())
    dropped = [
        one for one in session.scalars(query.with_for_update()).all() if not set(acts).isdisjoint(reports.needs(one))
    ]
    for one in dropped:
        one.state = ReportState.WITHDRAWN
        clocks.end(session, one.id, at)
        kind = ReportEventKind.WITHDRAWN
        reports.note_event(session, one.id, kind, actor=actor, at=at, noted_at=at, reason="consent-revoked")
    return [one.id for one in dropped]
