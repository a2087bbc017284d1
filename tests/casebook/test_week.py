"""What a digest tells is gathered from rows alike on both databases: each kind, and what was drafted since."""

from datetime import timedelta

import pytest

from casebook import week
from casebook.access import Actor
from casebook.asked import Asked, Step
from casebook.errors import Refused
from casebook.falls import Down
from casebook.store import Casebook
from casebook.tables import Clock
from casebook.vocabulary import EventKind, Follows, Outcome, ReportState, State
from tests.casebook.conftest import hired
from tests.casebook.test_statistics import at, case, link, put, report, story

DAYS = 24


def clock(book: Casebook, report: int, due: float, awaits: str = "takedown") -> None:
    put(book, Clock, report_id=report, basis="us-tida", rule="r", awaits=awaits, started_at=at(0), due_at=at(due))


def test_a_week_by_hand(book: Casebook, officer: Actor) -> None:
    mine = case(book, officer)
    other = case(book, hired(book, officer, "sana"), seed=2)
    back = link(book, mine, state=State.RESURFACED, times_resurfaced=1)
    gone = link(book, mine, state=State.REMOVED)
    hers = link(book, other, state=State.RESURFACED, times_resurfaced=1)
    lost = link(book, mine, state=State.LOST)
    first = report(book, mine, back, gone, sent_at=at(2))
    wide = report(book, mine, back, sent_at=at(3), state=ReportState.ANSWERED, outcome=Outcome.ACTED)
    report(book, other, hers, sent_at=at(2))
    for one in (back, gone, hers):
        story(book, one, EventKind.TAKEN_DOWN, 30, live=4, gone=26)
    for one in (back, hers):
        story(book, one, EventKind.RESURFACED, 3 * DAYS)
    story(book, lost, EventKind.LOST, 4 * DAYS)
    again = report(book, mine, back, sent_at=at(4 * DAYS), predecessor_id=first, follows=Follows.AGAIN)
    step = report(
        book, mine, back, sent_at=None, drafted_at=at(5 * DAYS), state=ReportState.DRAFTED, predecessor_id=first,
        follows=Follows.ESCALATION,
    )  # fmt: skip
    clock(book, first, 50)
    clock(book, again, 8 * DAYS)
    clock(book, wide, 10 * DAYS, "ours")
    now = at(7 * DAYS)
    told = week.of_officer(book, officer.officer or 0, now - timedelta(days=7), now, actor=officer, at=now)
    [up] = told.back.shown
    assert (up.link, up.at, up.report, up.again) == (back, at(3 * DAYS), wide, Step(step, sent=False))
    assert [(one.report, one.then) for one in told.missed.shown] == [(first, Step(step, sent=False))]
    assert [(one.report, one.ours, one.then) for one in told.due.shown] == [(again, False, None)]
    [asked] = told.asked.shown
    assert asked == Asked(up.case, ((first, again, step), (wide,)), ("p",), (step,))
    assert [one.link for one in told.lost.shown] == [lost]
    assert told.down == (Down(None, 2, (2.0, 24.0)),)
    assert (sum(told.per_day), told.cases, told.watched) == (2, 1, 3)


def test_of_many_the_first_are_told_and_how_many_there_are(book: Casebook, officer: Actor) -> None:
    mine = case(book, officer)
    for number in range(week.SHOWN + 3):
        clock(book, report(book, mine), number)
    now = at(100)
    told = week.of_officer(book, officer.officer or 0, at(0), now, actor=officer, at=now)
    assert (len(told.missed.shown), told.missed.of, told.missed.more) == (week.SHOWN, week.SHOWN + 3, 3)
    assert told.missed.shown[0].due_at == at(0)


def test_a_digest_is_for_its_reader_alone(book: Casebook, officer: Actor) -> None:
    with pytest.raises(Refused, match="for the officer whose cases"):
        week.of_officer(book, (officer.officer or 0) + 1, at(0), at(1), actor=officer, at=at(1))
