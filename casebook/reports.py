"""Reports: what was asked of whom, in which lane, on which basis, and the story each belongs to."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from casebook import clocks, dispatches, journal, tickets
from casebook.access import Actor, Right, admit, key_of, reach, require, require_consent
from casebook.casefile import EntryView, opened, seal
from casebook.clocks import ClockView
from casebook.errors import NotFound, Refused
from casebook.keys import Identity
from casebook.store import Casebook
from casebook.tables import Case, Clock, Report, ReportEvent, ReportLink, WatchedLink
from casebook.vocabulary import (
    Act,
    Category,
    Follows,
    Lane,
    LinkId,
    Outcome,
    ReportEventKind,
    ReportId,
    ReportState,
    Sending,
)

LONGEST_CHAIN = 200
MESSAGE_ID = "report.message_id"
ACT_OF = {
    Lane.PARTNER: Act.REPORT_PARTNER,
    Lane.POLICY: Act.REPORT_POLICY,
    Lane.STATUTORY: Act.REPORT_STATUTORY,
    Lane.REGULATOR: Act.REPORT_REGULATOR,
    Lane.HOST: Act.REPORT_HOST,
    Lane.DE_INDEX: Act.REPORT_DEINDEX,
}


@dataclass(frozen=True)
class NewReport:
    """A draft to keep. `content` is JSON in the shape of its drafter, sealed to the case; it holds no names yet.

    `needs` are the consents without which it does not leave the house; None: the one of its lane.
    `since` is when it began where that is noted later, as of an authority's request; None: now.
    """

    links: tuple[LinkId, ...]
    platform: str | None
    channel: str
    lane: Lane
    basis: tuple[str, ...]
    category: Category
    language: str
    content: dict[str, Any]
    predecessor: ReportId | None = None
    follows: Follows | None = None
    since: datetime | None = None
    needs: tuple[Act, ...] | None = None


@dataclass(frozen=True)
class ReportView:
    """A report as a screen may show it to who may open its case.

    `due_at` is the next deadline that still runs; `overdue` says that it has passed, `missed` that a look found the
    content up after it, which silence alone never says. `sending` is set while a try to send it has not ended.
    """

    report: ReportId
    case: str
    links: list[LinkId]
    platform: str | None
    channel: str
    lane: Lane
    basis: list[str]
    category: Category
    language: str
    state: ReportState
    outcome: Outcome | None
    drafted_at: datetime
    sent_at: datetime | None
    first_reply_at: datetime | None
    answered_at: datetime | None
    due_at: datetime | None
    overdue: bool
    missed: bool
    ticket: str | None
    tickets: list[str]
    predecessor: ReportId | None
    follows: Follows | None
    sending: Sending | None


@dataclass(frozen=True)
class EventView:
    """One thing that happened to a report, opened."""

    kind: ReportEventKind
    at: datetime
    noted_at: datetime
    reason: str | None
    words: str | None
    author: str


@dataclass(frozen=True)
class ReportShown:
    """A report opened: its content, what happened to it, its clocks, and the chain of its story, oldest first."""

    view: ReportView
    content: dict[str, Any]
    events: list[EventView]
    clocks: list[ClockView]
    chain: list[ReportView]


def draft(book: Casebook, ref: str, new: Sequence[NewReport], *, actor: Actor, at: datetime) -> list[ReportView]:
    """Keep drafts for a case, in one transaction; nothing leaves the house by it.

    Raises:
        Refused: the case is closed; NotFound: a link or a predecessor is not the case's.
    """
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        if case.closed_at is not None:
            raise Refused(f"{case.ref} is closed: nothing is drafted for it")
        _require_own(session, case, new)
        ids = [_put(session, case, one, actor, at) for one in new]
        journal.append(session, book.vault, actor, f"report.draft {len(ids)}", case.ref, at)
        return views(session, book, ids, at)


def _require_own(session: Session, case: Case, new: Sequence[NewReport]) -> None:
    """Refuse what belongs to another case, in the words for what is not there."""
    links = {link for one in new for link in one.links}
    own = set(session.scalars(select(WatchedLink.id).where(WatchedLink.case_id == case.id)))
    if not links <= own:
        raise NotFound("no link of that number in this case; try: pehra link list")
    before = {one.predecessor for one in new if one.predecessor is not None}
    if before and not before <= set(session.scalars(select(Report.id).where(Report.case_id == case.id))):
        raise NotFound("no report of that number in this case; try: pehra report list")


def _put(session: Session, case: Case, new: NewReport, actor: Actor, at: datetime) -> int:
    row = Report(
        case_id=case.id,
        platform=new.platform,
        channel=new.channel,
        lane=new.lane,
        basis=",".join(new.basis),
        needs=",".join(acts_needed(new.lane, new.category) if new.needs is None else new.needs),
        category=new.category,
        language=new.language,
        state=ReportState.DRAFTED,
        drafted_at=new.since or at,
        predecessor_id=new.predecessor,
        follows=new.follows,
        content=seal(session, case.id, new.content),
    )
    session.add(row)
    session.flush()
    session.add_all(ReportLink(report_id=row.id, link_id=link) for link in dict.fromkeys(new.links))
    note_event(session, row.id, ReportEventKind.DRAFTED, actor=actor, at=new.since or at, noted_at=at)
    return row.id


def note_event(
    session: Session,
    report: int,
    kind: ReportEventKind,
    *,
    actor: Actor,
    at: datetime,
    noted_at: datetime,
    reason: str | None = None,
    words: bytes | None = None,
) -> None:
    """Add to a report's history inside the caller's transaction; `words` are sealed to the case already."""
    session.add(
        ReportEvent(
            report_id=report, kind=kind, at=at, noted_at=noted_at, reason=reason, author=actor.name, words=words
        )
    )
    session.flush()


def list_reports(
    book: Casebook,
    *,
    actor: Actor,
    at: datetime,
    case: str | None = None,
    overdue: bool = False,
    state: ReportState | None = None,
) -> list[ReportView]:
    """List the reports of a case, or of all the actor's open ones, oldest first; those past a deadline if asked."""
    require(actor, Right.READ_CASES)
    query = select(Report.id).join(Case, Case.id == Report.case_id).where(Case.id.in_(reach(actor, at)))
    if state is not None:
        query = query.where(Report.state == state)
    if overdue:
        query = query.where(exists().where(Clock.report_id == Report.id, *clocks.runs_out(at)))
    with book.writing() as session:
        ref = "all" if case is None else admit(session, actor, case, at).ref
        query = query.where(Case.closed_at.is_(None)) if case is None else query.where(Case.ref == ref)
        journal.append(session, book.vault, actor, "report.list", ref, at)
        return views(session, book, session.scalars(query.order_by(Report.id)).all(), at)


def show(book: Casebook, report: ReportId, *, actor: Actor, at: datetime) -> ReportShown:
    """Open one report; the look is journaled.

    Raises:
        Refused: the actor's own key is not unlocked.
    """
    require(actor, Right.READ_CASES)
    with book.writing() as session:
        row, case = admitted(session, actor, report, at)
        identity = key_of(session, actor, case.id, at)
        journal.append(session, book.vault, actor, "report.show", f"{case.ref}/{report}", at)
        return ReportShown(
            views(session, book, [row.id], at)[0],
            json.loads(identity.open(row.content)),
            _events(session, row.id, identity),
            clocks.of_reports(session, [row.id])[row.id],
            views(session, book, _chain(session, row), at),
        )


def content_of(row: Report, identity: Identity) -> dict[str, Any]:
    """Open what a report says."""
    content: dict[str, Any] = json.loads(identity.open(row.content))
    return content


def glance(book: Casebook, report: ReportId, *, actor: Actor, at: datetime) -> ReportView:
    """Give a report without its content, to act on it: the act is journaled by its own verb."""
    require(actor, Right.READ_CASES)
    with book.reading() as session:
        row, _ = admitted(session, actor, report, at)
        return views(session, book, [row.id], at)[0]


def contents(book: Casebook, numbers: Sequence[ReportId], *, actor: Actor, at: datetime) -> dict[int, dict[str, Any]]:
    """Open what some reports of one case say; journaled once."""
    require(actor, Right.READ_CASES)
    found: dict[int, dict[str, Any]] = {}
    with book.writing() as session:
        for number in numbers:
            row, case = admitted(session, actor, number, at)
            found[number] = json.loads(key_of(session, actor, case.id, at).open(row.content))
        if numbers:
            journal.append(session, book.vault, actor, f"report.read {len(found)}", case.ref, at)
    return found


def rewrite(book: Casebook, report: ReportId, content: dict[str, Any], *, actor: Actor, at: datetime) -> ReportView:
    """Replace what a draft says.

    Raises:
        Refused: it has left the house; what was sent stays as it was.
    """
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        row, case = admitted(session, actor, report, at, hold=True)
        if row.state is not ReportState.DRAFTED:
            raise Refused(f"report {report} is {row.state}: what was sent stays as it was; draft another")
        dispatches.require_here(session, report)
        row.content = seal(session, case.id, content)
        journal.append(session, book.vault, actor, "report.rewrite", f"{case.ref}/{report}", at)
        session.flush()
        return views(session, book, [row.id], at)[0]


@dataclass(frozen=True)
class Opened:
    """A draft that may leave the house, with the case's file, from which its names come.

    `thread` has the Message-IDs of the mails by which the reports that it follows on were sent, oldest first.
    """

    view: ReportView
    content: dict[str, Any]
    entries: list[EntryView]
    thread: tuple[str, ...] = ()


def open_to_send(book: Casebook, report: ReportId, *, actor: Actor, at: datetime) -> Opened:
    """Open a draft and the file of its case, to fill it in at the last moment; journaled as such.

    Raises:
        Refused: it was sent or withdrawn already, or a consent that it needs is missing.
    """
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        row, case = admitted(session, actor, report, at)
        if row.state is not ReportState.DRAFTED:
            raise Refused(f"report {report} is {row.state}: only a draft is filled in and sent")
        dispatches.require_here(session, report)
        require_may_leave(session, case, row)
        identity = key_of(session, actor, case.id, at)
        journal.append(session, book.vault, actor, "report.fill", f"{case.ref}/{report}", at)
        content = json.loads(identity.open(row.content))
        view, entries = views(session, book, [row.id], at)[0], opened(session, case.id, identity)
        return Opened(view, content, entries, _thread(session, book, row))


def _thread(session: Session, book: Casebook, row: Report) -> tuple[str, ...]:
    found: list[str] = []
    before = row.predecessor_id
    for _ in range(LONGEST_CHAIN):
        if before is None:
            break
        one = session.get_one(Report, before)
        found += [] if one.message_id is None else [book.vault.unseal(MESSAGE_ID, one.message_id)]
        before = one.predecessor_id
    return tuple(reversed(found))


def require_may_leave(session: Session, case: Case, row: Report) -> None:
    """Refuse to let a report leave the house without the consents it needs."""
    for act in needs(row):
        require_consent(session, case, act)


def needs(row: Report) -> list[Act]:
    """Give the consents that a report needs."""
    return [Act(one) for one in row.needs.split(",") if one]


def acts_needed(lane: Lane, category: Category) -> list[Act]:
    """Say which consents a report of this lane needs before it leaves the house: one, and one more for copyright.

    The hand-over of a child's addresses needs none: it carries nothing of the case but them. Nor does the record of an
    authority's own request.
    """
    acts = [] if lane not in ACT_OF else [ACT_OF[lane]]
    return [*acts, Act.REPORT_COPYRIGHT] if category is Category.COPYRIGHT else acts


def _events(session: Session, report: int, identity: Identity) -> list[EventView]:
    rows = session.scalars(select(ReportEvent).where(ReportEvent.report_id == report).order_by(ReportEvent.id))
    return [
        EventView(
            one.kind,
            one.at,
            one.noted_at,
            one.reason,
            None if one.words is None else json.loads(identity.open(one.words))["words"],
            one.author,
        )
        for one in rows
    ]


def _chain(session: Session, row: Report) -> list[int]:
    """Walk to the story's first report, then give it with everything that follows on it."""
    first = row
    for _ in range(LONGEST_CHAIN):
        if first.predecessor_id is None:
            break
        first = session.get_one(Report, first.predecessor_id)
    found, fresh = [first.id], [first.id]
    while fresh and len(found) < LONGEST_CHAIN:
        fresh = list(session.scalars(select(Report.id).where(Report.predecessor_id.in_(fresh))))
        found += fresh
    return sorted(found)


def admitted(
    session: Session, actor: Actor, report: ReportId, at: datetime, *, hold: bool = False
) -> tuple[Report, Case]:
    """Give a report of a case that the actor may open, held against other writers if asked.

    Raises:
        NotFound: there is none, or it is another's: the two are never told apart.
    """
    query = select(Report, Case).join(Case, Case.id == Report.case_id)
    query = query.where(Report.id == report, Case.id.in_(reach(actor, at)))
    row = session.execute(query.with_for_update(of=Report) if hold else query).one_or_none()
    if row is None:
        raise NotFound("no report of that number; try: pehra report list")
    return row.Report, row.Case


def views(session: Session, book: Casebook, ids: Iterable[int], at: datetime) -> list[ReportView]:
    """Give reports as a screen shows them, in the order of their numbers; the caller has asked who may see them."""
    wanted = list(ids)
    links, running = _links(session, wanted), clocks.of_reports(session, wanted)
    numbers, sendings = tickets.of_reports(session, book.vault, wanted), dispatches.sendings(session, wanted)
    rows = [row for some in clocks.portions(wanted) for row in session.execute(_joined(some))]
    return [
        _view(
            row.Report,
            row.ref,
            links[row.Report.id],
            running[row.Report.id],
            numbers[row.Report.id],
            sendings.get(row.Report.id),
            at,
        )
        for row in rows
    ]


def _joined(ids: Sequence[int]) -> Select[Report, str]:
    query = select(Report, Case.ref).join(Case, Case.id == Report.case_id)
    return query.where(Report.id.in_(ids)).order_by(Report.id)


def _links(session: Session, ids: Sequence[int]) -> dict[int, list[LinkId]]:
    found: dict[int, list[LinkId]] = {one: [] for one in ids}
    for some in clocks.portions(ids):
        query = select(ReportLink.report_id, ReportLink.link_id).where(ReportLink.report_id.in_(some))
        for report, link in session.execute(query.order_by(ReportLink.id)):
            found[report].append(LinkId(link))
    return found


def _view(
    row: Report,
    ref: str,
    links: list[LinkId],
    running: list[ClockView],
    numbers: list[str],
    sending: Sending | None,
    at: datetime,
) -> ReportView:
    open_ones = [one for one in running if one.runs]
    due = min((one.due_at for one in open_ones), default=None)
    return ReportView(
        report=ReportId(row.id),
        case=ref,
        links=links,
        platform=row.platform,
        channel=row.channel,
        lane=row.lane,
        basis=row.basis.split(",") if row.basis else [],
        category=row.category,
        language=row.language,
        state=row.state,
        outcome=row.outcome,
        drafted_at=row.drafted_at,
        sent_at=row.sent_at,
        first_reply_at=row.first_reply_at,
        answered_at=row.answered_at,
        due_at=due,
        overdue=due is not None and due <= at,
        missed=any(one.missed_at is not None for one in running),
        ticket=numbers[-1] if numbers else None,
        tickets=numbers,
        predecessor=None if row.predecessor_id is None else ReportId(row.predecessor_id),
        follows=row.follows,
        sending=sending,
    )
