"""A host without a name is gone after a week of it, as every look and two resolvers say, and nothing is sooner."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from casebook import hosts, links, visits
from casebook.access import MONITOR, Actor
from casebook.hosts import Answer, Name
from casebook.store import Casebook
from casebook.tables import Site
from casebook.vocabulary import AddressId, LinkId, Verdict
from tests.casebook.conftest import START
from tests.casebook.test_visits import CADENCE, found, later, lease, open_case

DAY, WEEK = 24.0, timedelta(days=7)
URL = "https://gone.example/film"
GONE, UNKNOWN, FOUND = Name.GONE, Name.UNKNOWN, Name.FOUND


def look(book: Casebook, hours: float, name: Name, verdict: Verdict = Verdict.UNREACHABLE) -> None:
    at = later(hours)
    seen = [
        visits.Seen(one.address, at, verdict, "generic.failure-dns", "No name.", None, False, 5, name=name)
        for one in lease(book, at)
    ]
    visits.record(book, "worker-1", seen, actor=MONITOR, cadence=CADENCE, chance=lambda: 0.5, dead_after=WEEK)


@pytest.mark.parametrize(
    ("looks", "removed"),
    [
        pytest.param([(0, GONE), (7 * DAY, GONE)], True, id="a week without a name"),
        pytest.param([(0, GONE), (3 * DAY, UNKNOWN), (8 * DAY, GONE)], True, id="a silent resolver between"),
        pytest.param([(0, GONE), (6.9 * DAY, GONE)], False, id="less than a week"),
        pytest.param([(0, UNKNOWN), (8 * DAY, GONE)], False, id="only now do both deny it"),
        pytest.param([(0, GONE), (8 * DAY, UNKNOWN)], False, id="the second resolver is silent now"),
        pytest.param([(0, GONE), (3 * DAY, FOUND), (8 * DAY, GONE)], False, id="it had a name between"),
        pytest.param([(0, UNKNOWN), (30 * DAY, UNKNOWN)], False, id="no second resolver, for a month"),
    ],
)
def test_a_host_is_dead_when_both_resolvers_deny_its_name_for_a_week(
    book: Casebook, officer: Actor, looks: list[tuple[float, Name]], removed: bool
) -> None:
    link = links.add(book, open_case(book, officer), found(URL), actor=officer, at=START).added[0].link
    for hours, name in looks:
        look(book, hours, name)
    shown = links.show(book, LinkId(link), actor=officer, at=START)
    assert (shown["verdict"], shown["rule"]) == (
        (Verdict.REMOVED, hosts.RULE) if removed else (Verdict.UNREACHABLE, "generic.failure-dns")
    )
    assert shown["state"] != "removed"
    if removed:
        assert "two resolvers" in shown["because"]
        look(book, looks[-1][0] + 2, GONE)
        assert links.show(book, LinkId(link), actor=officer, at=START)["state"] == "removed"


def test_what_one_address_found_counts_for_the_whole_host(book: Casebook, officer: Actor) -> None:
    urls = found(*[f"https://gone.example/{n}" for n in range(3)])
    links.add(book, open_case(book, officer), urls, actor=officer, at=START)
    look(book, 0, GONE)
    with book.reading() as session:
        assert session.scalars(select(Site.first_dns_failure_at)).all() == [START]
    at = later(DAY)
    held = lease(book, at)
    names = [FOUND, GONE, GONE]
    seen = [
        visits.Seen(one.address, at, Verdict.UNREACHABLE, "r", "b", None, False, 5, name=name)
        for one, name in zip(held, names, strict=True)
    ]
    visits.record(book, "worker-1", seen, actor=MONITOR, cadence=CADENCE, chance=lambda: 0.5)
    with book.reading() as session:
        assert session.scalars(select(Site.first_dns_failure_at)).all() == [at]


@given(st.lists(st.tuples(st.sampled_from(Name), st.floats(0.1, 100)), max_size=40))
def test_nothing_is_buried_sooner(gaps: list[tuple[Name, float]]) -> None:
    since, hours, run = None, 0.0, []
    for name, gap in gaps:
        hours += gap
        at = later(hours)
        one = Answer(AddressId(1), b"", at, True, None, name)
        since = hosts._nameless_since(since, one)
        run = [] if name is FOUND else [*run, (name, at)]
        seen = visits.Seen(AddressId(1), at, Verdict.UNREACHABLE, "r", "b", None, False, 5, name=name)
        judged = visits._buried(seen, {} if since is None else {AddressId(1): since}, WEEK)
        denied = [when for denial, when in run if denial is GONE]
        buried = name is GONE and bool(denied) and at - denied[0] >= WEEK
        assert (judged.verdict is Verdict.REMOVED) is buried
