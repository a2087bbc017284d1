"""What was asked in a time, case by case: stories of reports, what follows on what, and what waits to be sent."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select, union_all
from sqlalchemy.orm import Session

from casebook.access import among
from casebook.tables import Case, Report, ReportLink
from casebook.vocabulary import Follows, ReportState

STANDS = Report.state != ReportState.WITHDRAWN


@dataclass(frozen=True)
class Step:
    """A report that was drafted on what happened, and whether it has left."""

    report: int
    sent: bool


@dataclass(frozen=True)
class Asked:
    """What was sent in one case, and what is drafted and waits.

    A story is a report with everything that follows on it, oldest first; platforms are None for a site without a sheet.
    """

    case: str
    stories: tuple[tuple[int, ...], ...]
    platforms: tuple[str | None, ...]
    to_send: tuple[int, ...]


@dataclass(frozen=True)
class _Row:
    report: int
    before: int | None
    platform: str | None
    drafted: bool
    fresh: bool


def cases(mine: Select[int], since: datetime, until: datetime) -> Select[int, datetime]:
    """Give cases in which something was sent in a time, or is drafted and waits; the newest first, as a query."""
    sent = select(Report.case_id, Report.sent_at.label("at")).where(Report.sent_at > since, Report.sent_at <= until)
    waits = select(Report.case_id, Report.drafted_at.label("at")).where(
        Report.state == ReportState.DRAFTED, Report.case_id.in_(mine)
    )
    both = union_all(sent.where(among(Report.case_id, mine)), waits).subquery()
    newest = func.max(both.c.at)
    return select(both.c.case_id, newest).group_by(both.c.case_id).order_by(newest.desc(), both.c.case_id)


def in_cases(session: Session, chosen: Sequence[int], since: datetime, until: datetime) -> list[Asked]:
    """Tell what was asked in these cases, in their order; stories in which nothing is new are left out."""
    refs = {row.id: row.ref for row in session.execute(select(Case.id, Case.ref).where(Case.id.in_(chosen)))}
    query = select(Report.case_id, Report.id, Report.predecessor_id, Report.platform, Report.state, Report.sent_at)
    query = query.where(Report.case_id.in_(chosen), STANDS).order_by(Report.id)
    by: dict[int, list[_Row]] = {}
    for case, report, before, platform, state, sent_at in session.execute(query):
        drafted = state is ReportState.DRAFTED
        fresh = drafted or (sent_at is not None and since < sent_at <= until)
        by.setdefault(case, []).append(_Row(report, before, platform, drafted, fresh))
    return [_asked(refs[case], by[case]) for case in chosen]


def _asked(ref: str, rows: Sequence[_Row]) -> Asked:
    stories = [story for story in _stories(rows) if any(one.fresh for one in story)]
    told = [one for story in stories for one in story]
    return Asked(
        ref,
        tuple(tuple(one.report for one in story) for story in stories),
        tuple(dict.fromkeys(one.platform for one in told)),
        tuple(sorted(one.report for one in told if one.drafted)),
    )


def _stories(rows: Iterable[_Row]) -> list[list[_Row]]:
    """Put reports that follow on one another together; whatever follows has the higher number."""
    of: dict[int, list[_Row]] = {}
    for row in rows:
        story = of.get(row.before or 0, [])
        story.append(row)
        of[row.report] = story
    return list({id(story): story for story in of.values()}.values())


def further(session: Session, reports: Collection[int]) -> dict[int, Step]:
    """Give the newest step that was drafted after each of these reports ran out of time or was refused."""
    query = select(Report.predecessor_id, Report.id, Report.state).where(
        Report.predecessor_id.in_(reports), Report.follows == Follows.ESCALATION, STANDS
    )
    rows = sorted(session.execute(query), key=lambda row: row.id)
    return {before: Step(number, _left(state)) for before, number, state in rows if before is not None}


def since(session: Session, links: Mapping[int, datetime]) -> dict[int, Step]:
    """Give the newest report that names each of these links and was drafted after a moment of the link's own."""
    query = (
        select(ReportLink.link_id, Report.id, Report.state, Report.drafted_at)
        .join(Report, Report.id == ReportLink.report_id)
        .where(ReportLink.link_id.in_(links), STANDS)
    )
    rows = session.execute(query.order_by(Report.id))
    return {link: Step(number, _left(state)) for link, number, state, at in rows if at >= links[link]}


def _left(state: ReportState) -> bool:
    return state is not ReportState.DRAFTED
