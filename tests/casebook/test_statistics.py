"""What is counted: by hand, from rows as the watch and staff leave them; and for whom."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from casebook import cases, statistics
from casebook.access import Actor, Role
from casebook.errors import Refused
from casebook.statistics import NEVER, Measured, Period
from casebook.store import Casebook
from casebook.tables import Address, Check, Clock, Event, Report, ReportLink, WatchedLink
from casebook.vocabulary import Category, EventKind, Lane, Outcome, ReportState, State, Verdict
from tests.casebook.conftest import START, hired

PERIOD = Period(START - timedelta(days=30), START + timedelta(days=30), START + timedelta(days=60))


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def seconds(hours: float) -> int:
    return int(at(hours).timestamp())


def put(book: Casebook, table: Any, **values: Any) -> int:
    with book.writing() as session:
        made = session.execute(insert(table).values(**values).returning(table.id)).scalar_one()
    return int(made)


def case(book: Casebook, officer: Actor, seed: int = 1) -> int:
    ref = cases.open_case(book, actor=officer, at=START, chance=random.Random(seed))
    with book.reading() as session:
        from casebook.tables import Case

        return int(session.query(Case.id).filter(Case.ref == ref).scalar())


def link(book: Casebook, case: int, **values: Any) -> int:
    digest = random.randbytes(32)
    address = put(book, Address, url=b"x", url_digest=digest, site_digest=digest, minor=False, failures=0)
    fields = {"state": State.LIVE, "since": START, "last_told_at": START, "times_resurfaced": 0, "minor": False}
    one = put(
        book,
        WatchedLink,
        case_id=case,
        address_id=address,
        category=Category.NCII,
        added_at=START,
        **{**fields, **values},
    )
    for hours in (0, 5, 11):
        put(
            book,
            Check,
            address_id=address,
            at=at(hours),
            verdict=Verdict.LIVE,
            rule="r",
            because=b"x",
            rendered=False,
            took_ms=1,
        )
    return one


def report(book: Casebook, case: int, *links: int, **values: Any) -> int:
    fields = {"platform": "p", "channel": "p.form", "lane": Lane.POLICY, "state": ReportState.SENT, "sent_at": START}
    rest = {
        "basis": "b",
        "needs": "",
        "category": Category.NCII,
        "language": "en",
        "drafted_at": START,
        "content": b"x",
    }
    one = put(book, Report, case_id=case, **{**rest, **fields, **values})
    for link in links:
        put(book, ReportLink, report_id=one, link_id=link)
    return one


def check_of(book: Casebook) -> int:
    with book.reading() as session:
        return int(session.query(Check.id).first()[0])  # type: ignore[index]


def story(
    book: Casebook, link: int, kind: EventKind, hours: float, live: float | None = None, gone: float | None = None
) -> None:
    ends = {
        "last_seen_live_at": None if live is None else at(live),
        "first_seen_gone_at": None if gone is None else at(gone),
    }
    put(book, Event, link_id=link, check_id=check_of(book), kind=kind, at=at(hours), **ends)


def measured(book: Casebook, actor: Actor) -> Measured:
    return statistics.measure(book, PERIOD, actor=actor, at=at(0))


def test_what_is_measured_by_hand(book: Casebook, officer: Actor) -> None:
    mine = case(book, officer)
    gone = link(
        book, mine, last_seen_live_at=at(6), first_seen_gone_at=at(12), taken_down_at=at(18), state=State.REMOVED
    )
    up = link(book, mine, last_seen_live_at=at(30))
    back = link(
        book, mine, last_seen_live_at=at(80), first_seen_gone_at=at(10), times_resurfaced=1, state=State.RESURFACED
    )
    story(book, back, EventKind.TAKEN_DOWN, 16, live=4, gone=10)
    story(book, back, EventKind.RESURFACED, 40)
    first = report(
        book,
        mine,
        gone,
        up,
        back,
        first_reply_at=at(3),
        answered_at=at(20),
        outcome=Outcome.REFUSED,
        state=ReportState.ANSWERED,
    )
    again = report(book, mine, back, sent_at=at(50), lane=Lane.STATUTORY)
    report(book, mine, up, sent_at=None, state=ReportState.DRAFTED)
    report(book, mine, up, sent_at=at(-24 * 60))
    put(
        book,
        Clock,
        report_id=again,
        basis="b",
        rule="r",
        awaits="takedown",
        started_at=START,
        due_at=at(98),
        missed_at=at(99),
    )
    put(book, Clock, report_id=again, basis="b", rule="o", awaits="ours", started_at=START, due_at=at(98))
    found = measured(book, officer)
    assert found.report.tolist() == [first, again]
    assert [found.groups[one] for one in found.report_group] == [
        ("p", "p.form", "policy", "ncii"),
        ("p", "p.form", "statutory", "ncii"),
    ]
    assert found.sent.tolist() == [seconds(0), seconds(50)]
    assert found.replied.tolist() == [seconds(3), NEVER]
    assert (found.refused.tolist(), found.acted.tolist(), found.withdrawn.tolist()) == ([1, 0], [0, 0], [0, 0])
    assert list(zip(found.asked_report.tolist(), found.asked_link.tolist(), strict=True)) == [
        (first, gone),
        (first, up),
        (first, back),
        (again, back),
    ]
    assert found.live.tolist() == [seconds(6), seconds(30), seconds(4), seconds(80)]
    assert found.gone.tolist() == [seconds(12), NEVER, seconds(10), NEVER]
    assert found.back.tolist() == [NEVER, NEVER, seconds(40), NEVER]
    assert (found.clock_report.tolist(), found.due.tolist(), found.met.tolist(), found.missed.tolist()) == (
        [again],
        [seconds(98)],
        [NEVER],
        [seconds(99)],
    )
    assert found.gap_at.tolist() == [seconds(hours) for _ in range(3) for hours in (0, 5, 11)]


def test_of_nothing_nothing_is_measured(book: Casebook, officer: Actor) -> None:
    found = measured(book, officer)
    assert (found.groups, found.report.size, found.asked_report.size, found.gap_at.size) == ([], 0, 0, 0)


def test_an_officer_measures_their_own_cases_and_who_counts_all(
    book: Casebook, officer: Actor, colleague: Actor
) -> None:
    for who, seed in ((officer, 1), (colleague, 2)):
        mine = case(book, who, seed)
        report(book, mine, link(book, mine))
    counts = {role: hired(book, officer, role, role) for role in (Role.SUPERVISOR, Role.STATISTICIAN, Role.AUDITOR)}
    assert [measured(book, who).report.size for who in (officer, colleague)] == [1, 1]
    assert [measured(book, counts[role]).report.size for role in (Role.SUPERVISOR, Role.STATISTICIAN)] == [2, 2]
    with pytest.raises(Refused):
        measured(book, counts[Role.AUDITOR])
    with pytest.raises(Refused):
        statistics.publish(book, PERIOD, actor=officer, at=PERIOD.end)


@pytest.mark.parametrize("book", ["sqlite"], indirect=True)
def test_published_periods_are_over_and_never_overlap(book: Casebook, officer: Actor) -> None:
    counts = hired(book, officer, "counts", Role.STATISTICIAN)
    month = [datetime(2026, one, 1, tzinfo=UTC) for one in range(1, 6)]
    first, across, beside = (Period(month[a], month[b], month[b]) for a, b in ((0, 2), (1, 3), (2, 4)))
    with pytest.raises(Refused, match="when it is over"):
        statistics.publish(book, first, actor=counts, at=month[1])
    for again in (first, first, beside):
        statistics.publish(book, again, actor=counts, at=month[4])
    with pytest.raises(Refused, match="subtract"):
        statistics.publish(book, across, actor=counts, at=month[4])
