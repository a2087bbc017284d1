"""What happens to a report after it was drafted: sent, acknowledged, answered; noted in the order of time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from casebook import clocks, dispatches, journal, reports, tickets
from casebook.access import Actor, Right, require
from casebook.casefile import seal
from casebook.clocks import NewClock
from casebook.errors import Refused
from casebook.reports import ReportView
from casebook.store import Casebook
from casebook.tables import Case, Report, ReportEvent, ReportLink, WatchedLink
from casebook.vault import Vault
from casebook.vocabulary import Outcome, ReportEventKind, ReportId, ReportState, State

_K, _S = ReportEventKind, ReportState
OUT = frozenset({_S.SENT, _S.ACKNOWLEDGED, _S.INFO_REQUESTED})
ALLOWED: Mapping[ReportEventKind, frozenset[ReportState]] = {
    _K.SENT: frozenset({_S.DRAFTED}),
    _K.BOUNCED: frozenset({_S.SENT}),
    _K.ACKNOWLEDGED: OUT,
    _K.INFO_REQUESTED: OUT,
    _K.INFO_GIVEN: frozenset({_S.INFO_REQUESTED}),
    _K.ACTED: OUT | {_S.ANSWERED},
    _K.REFUSED: OUT | {_S.ANSWERED},
    _K.WITHDRAWN: OUT | {_S.DRAFTED, _S.ANSWERED},
    _K.CLOCK_STARTED: OUT | {_S.ANSWERED},
}
STATE_AFTER: Mapping[ReportEventKind, ReportState] = {
    _K.SENT: _S.SENT,
    _K.BOUNCED: _S.DRAFTED,
    _K.ACKNOWLEDGED: _S.ACKNOWLEDGED,
    _K.INFO_REQUESTED: _S.INFO_REQUESTED,
    _K.INFO_GIVEN: _S.ACKNOWLEDGED,
    _K.ACTED: _S.ANSWERED,
    _K.REFUSED: _S.ANSWERED,
    _K.WITHDRAWN: _S.WITHDRAWN,
}
REPLIES = frozenset({_K.ACKNOWLEDGED, _K.INFO_REQUESTED, _K.ACTED, _K.REFUSED})


@dataclass(frozen=True)
class Happened:
    """One thing to note of a report.

    Args:
        at: when it happened, which may be earlier than when it is noted.
        reason: a code such as `not-a-violation`, words only where staff or the platform wrote them (sealed).
        ticket: the number that the platform gave.
        content: as it was sent, names and all; None keeps what was drafted.
        message_id: of the mail it was sent by, so that replies find it.
        starts: clocks that this event sets going; `holds` the rules whose clocks it holds.
    """

    kind: ReportEventKind
    at: datetime
    reason: str | None = None
    words: str | None = None
    ticket: str | None = None
    content: dict[str, Any] | None = None
    message_id: str | None = None
    starts: Sequence[NewClock] = ()
    holds: Collection[str] = ()


@dataclass(frozen=True)
class Noted:
    """A report after something was noted; `gone_before` are its links that were gone when it was sent."""

    report: ReportView
    gone_before: list[int]


def note(book: Casebook, report: ReportId, happened: Happened, *, actor: Actor, at: datetime) -> Noted:
    """Note what happened to a report; one transaction, and one entry of the journal.

    Raises:
        Refused: it cannot happen to a report in this state, its time would run backwards or has not come yet, or the
            report left the house without the complainant's consent.
    """
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        row, case = reports.admitted(session, actor, report, at, hold=True)
        dispatches.require_here(session, report)
        gone = note_in(session, book, row, case, happened, actor=actor, at=at)
        journal.append(session, book.vault, actor, f"report.{happened.kind}", f"{case.ref}/{report}", at)
        return Noted(reports.views(session, book, [row.id], at)[0], gone)


def note_in(
    session: Session,
    book: Casebook,
    row: Report,
    case: Case,
    happened: Happened,
    *,
    actor: Actor,
    at: datetime,
    left: bool = False,
) -> list[int]:
    """Note it inside the caller's transaction, which holds the report; gives the links gone when it was sent.

    Args:
        left: it was handed over before, and its consents were asked for at that moment: what left has left.
    """
    _require_possible(session, row, happened, at)
    gone: list[int] = []
    if happened.kind is _K.SENT:
        if not left:
            reports.require_may_leave(session, case, row)
        gone = _sent(session, book, row, case, happened)
    if happened.ticket is not None:
        tickets.put(session, book.vault, row.id, happened.ticket, happened.at)
    words = None if happened.words is None else seal(session, case.id, {"words": happened.words})
    _move(row, happened)
    _clocks(session, row.id, happened)
    reports.note_event(
        session,
        row.id,
        happened.kind,
        actor=actor,
        at=happened.at,
        noted_at=at,
        reason=happened.reason,
        words=words,
    )
    return gone


def _require_possible(session: Session, row: Report, happened: Happened, at: datetime) -> None:
    if row.state not in ALLOWED[happened.kind]:
        raise Refused(f"report {row.id} is {row.state}: it cannot be noted as {happened.kind}; {_way_on(row)}")
    if happened.at > at:
        raise Refused(f"{_said(happened.at)} has not come yet: note it when it has happened")
    last = session.scalars(
        select(ReportEvent)
        .where(ReportEvent.report_id == row.id)
        .order_by(ReportEvent.at.desc(), ReportEvent.id.desc())
    ).first()
    if last is not None and happened.at < last.at:
        raise Refused(
            f"time would run backwards: report {row.id} was {last.kind} at {_said(last.at)}, so it cannot have been "
            f"{happened.kind} at {_said(happened.at)}; check --at"
        )


def _way_on(row: Report) -> str:
    if row.state is _S.DRAFTED:
        return f"note first that it was sent: pehra report log {row.id} --sent"
    if row.state is _S.WITHDRAWN:
        return "draft another with: pehra report draft"
    return f"see: pehra report show {row.id}"


def _said(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _sent(session: Session, book: Casebook, row: Report, case: Case, happened: Happened) -> list[int]:
    """Keep what left the house, and look more often for a while at what it names."""
    if happened.content is not None:
        row.content = seal(session, case.id, happened.content)
    if happened.message_id is not None:
        row.message_id = book.vault.seal(reports.MESSAGE_ID, happened.message_id)
        row.message_digest = message_digest(book.vault, happened.message_id)
    if row.predecessor_id is not None:
        clocks.end_ours(session, row.predecessor_id, happened.at)
    named = select(ReportLink.link_id).where(ReportLink.report_id == row.id)
    of_it = WatchedLink.id.in_(named)
    session.execute(update(WatchedLink).where(of_it).values(reported_at=happened.at))
    gone = (WatchedLink.state == State.REMOVED, WatchedLink.first_seen_gone_at <= happened.at)
    return list(session.scalars(select(WatchedLink.id).where(of_it, *gone).order_by(WatchedLink.id)))


def message_digest(vault: Vault, message_id: str) -> bytes:
    """Give what a message is looked up by."""
    return vault.digest("message", message_id.strip().strip("<>"))


def _move(row: Report, happened: Happened) -> None:
    row.state = STATE_AFTER.get(happened.kind, row.state)
    if happened.kind is _K.SENT:
        row.sent_at = happened.at
    if happened.kind is _K.BOUNCED:
        row.sent_at = None
    if happened.kind in REPLIES:
        row.first_reply_at = row.first_reply_at or happened.at
    if happened.kind in (_K.ACTED, _K.REFUSED):
        row.outcome = Outcome(happened.kind.value)
        row.answered_at = row.answered_at or happened.at


def _clocks(session: Session, report: int, happened: Happened) -> None:
    """Let an event work on the clocks. That a platform says it acted meets no deadline: looks tell whether it did."""
    if happened.kind is _K.INFO_REQUESTED:
        clocks.suspend(session, report, happened.holds, happened.at)
    if happened.kind is _K.INFO_GIVEN:
        clocks.resume(session, report, happened.at)
    if happened.kind in (_K.ACTED, _K.REFUSED):
        clocks.answered(session, report, happened.at)
        clocks.end_ours(session, report, happened.at)
    if happened.kind in (_K.REFUSED, _K.WITHDRAWN, _K.BOUNCED):
        clocks.end(session, report, happened.at)
    clocks.start(session, report, happened.starts)
