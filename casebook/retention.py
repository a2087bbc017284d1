"""What is kept no longer than it has to be, kind by kind; cases themselves are erased by two people, never by time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from casebook import dispatches, journal, lapsing, notices, sweeping
from casebook.access import Actor, Right, agreed, require
from casebook.clocks import portions
from casebook.erasing import forget_reports
from casebook.settings import Retention
from casebook.store import Casebook
from casebook.tables import Assignment, Case, Check, Event, JournalEntry, Notice, Report, SeenMedia, WatchedName
from casebook.vocabulary import Act, ReportState

REMINDED_EVERY = timedelta(days=30)
DELETED_AT_ONCE = 5000


@dataclass(frozen=True)
class Swept:
    """What one round let go."""

    checks: int
    notices: int
    drafts: int
    seen: int
    names: int
    captures: int
    ways_in_ended: int
    reminders: int


def sweep(book: Casebook, limits: Retention, *, actor: Actor, at: datetime) -> Swept:
    """Let go of what is past its time, end ways in that were for a time, and remind of cases to erase."""
    require(actor, Right.RECORD_CHECKS)
    return Swept(
        checks=_drop_checks(book, at - timedelta(seconds=limits.checks_s)),
        notices=_drop_notices(book, at - timedelta(seconds=limits.notices_s)),
        drafts=_drop_drafts(book, at - timedelta(seconds=limits.drafts_s)),
        seen=_drop_seen(book, at - timedelta(seconds=limits.seen_s)),
        names=_drop_names(book, actor, at),
        captures=lapsing.expire(book, at - timedelta(seconds=limits.captures_s), actor=actor, at=at),
        ways_in_ended=_end_ways_in(book, actor, at),
        reminders=_remind(book, limits, actor, at),
    )


def _drop_checks(book: Casebook, before: datetime) -> int:
    """Drop old checks in small transactions, so that nobody waits; one that an event stands on is kept.

    Checks are numbered in the order of their times, so the walk ends at the first young one.
    """
    newer = aliased(Check)
    needless = (
        ~exists().where(Event.check_id == Check.id),
        exists().where(newer.address_id == Check.address_id, newer.id > Check.id),
    )
    dropped, last = 0, 0
    while True:
        query = select(Check.id, Check.at).where(Check.id > last).order_by(Check.id).limit(DELETED_AT_ONCE)
        with book.reading() as session:
            rows = session.execute(query).all()
        old = [row.id for row in rows if row.at < before]
        if not old:
            return dropped
        last = old[-1]
        with book.writing() as session:
            gone = delete(Check).where(Check.id > old[0] - 1, Check.id <= last, Check.at < before, *needless)
            dropped += len(session.execute(gone.returning(Check.id)).all())
        if len(old) < len(rows):
            return dropped


def _drop_notices(book: Casebook, before: datetime) -> int:
    with book.writing() as session:
        return len(session.execute(delete(Notice).where(Notice.seen_at < before).returning(Notice.id)).all())


def _drop_drafts(book: Casebook, before: datetime) -> int:
    """Drop reports that were drafted and never sent, except where another follows on them."""
    later = aliased(Report)
    never_sent = (Report.sent_at.is_(None), Report.state.in_((ReportState.DRAFTED, ReportState.WITHDRAWN)))
    query = select(Report.id).where(*never_sent, Report.drafted_at < before)
    query = query.where(~exists().where(later.predecessor_id == Report.id), ~dispatches.may_have_left())
    with book.writing() as session:
        old = session.scalars(query.limit(DELETED_AT_ONCE)).all()
        return sum(forget_reports(session, select(Report.id).where(Report.id.in_(some))) for some in portions(old))


def _drop_seen(book: Casebook, before: datetime) -> int:
    """Drop what sweeps met and did not meet again for long, in small transactions."""
    dropped = 0
    while True:
        old = select(SeenMedia.id).where(SeenMedia.last_seen_at < before).order_by(SeenMedia.id).limit(DELETED_AT_ONCE)
        with book.writing() as session:
            gone = delete(SeenMedia).where(SeenMedia.id.in_(old)).returning(SeenMedia.id)
            count = len(session.execute(gone.execution_options(synchronize_session=False)).all())
        dropped += count
        if count < DELETED_AT_ONCE:
            return dropped


def _drop_names(book: Casebook, actor: Actor, at: datetime) -> int:
    """Say that a name's time is over, and forget it when nobody renewed it for a month."""
    with book.writing() as session:
        query = select(WatchedName, Case).join(Case, Case.id == WatchedName.case_id).where(WatchedName.until <= at)
        over = session.execute(query).all()
        for name, case in over:
            subject = f"{case.ref}/{name.id}"
            if name.until <= at - REMINDED_EVERY:
                sweeping.forget_names(session, case.id, [name.id])
                journal.append(session, book.vault, actor, "name.forget", subject, at)
            elif not _told(session, subject, name.until):
                words = f"name {name.id} of {case.ref} is looked for no more: pehra name renew {name.id}, or let it go"
                notices.tell_assigned(session, case, words, at)
                journal.append(session, book.vault, actor, "name.over", subject, at)
        return sum(name.until <= at - REMINDED_EVERY for name, _ in over)


def _told(session: Session, subject: str, since: datetime) -> bool:
    query = select(JournalEntry.seq).where(
        JournalEntry.act == "name.over", JournalEntry.subject == subject, JournalEntry.at >= since
    )
    return session.scalar(query.limit(1)) is not None


def _end_ways_in(book: Casebook, actor: Actor, at: datetime) -> int:
    """Destroy the sealed keys of ways in whose time is over; access has refused them since that moment."""
    with book.writing() as session:
        query = (
            update(Assignment)
            .where(Assignment.until <= at, Assignment.ended_at.is_(None))
            .values(ended_at=Assignment.until, key=None)
            .returning(Assignment.officer_id, Assignment.case_id)
        )
        ended = session.execute(query.execution_options(synchronize_session=False)).all()
        for officer, case in ended:
            ref = session.get_one(Case, case).ref
            journal.append(session, book.vault, actor, "case.way in ended", f"{ref}/officer-{officer}", at)
        return len(ended)


def _remind(book: Casebook, limits: Retention, actor: Actor, at: datetime) -> int:
    closed = Case.closed_at < at - timedelta(seconds=limits.closed_cases_s)
    withdrawn = and_(Case.closed_at < at - timedelta(seconds=limits.withdrawn_cases_s), ~agreed(Act.WATCH))
    with book.writing() as session:
        cases = session.scalars(select(Case).where(or_(closed, withdrawn))).all()
        due = [case for case in cases if not _reminded(session, case.ref, at)]
        for case in due:
            words = f"{case.ref} is past its time: have it erased with `pehra case erase {case.ref}`"
            notices.tell_assigned(session, case, words, at)
            journal.append(session, book.vault, actor, "retention.remind", case.ref, at)
        return len(due)


def _reminded(session: Session, ref: str, at: datetime) -> bool:
    query = select(func.count()).where(
        JournalEntry.act == "retention.remind", JournalEntry.subject == ref, JournalEntry.at > at - REMINDED_EVERY
    )
    return bool(session.scalar(query))
