"""A site that is parked, for sale or seized is gone when it was so at every look for a week, and nothing is sooner."""

from datetime import timedelta

import pytest

from casebook import hosts, links, visits
from casebook.access import MONITOR, Actor
from casebook.store import Casebook
from casebook.vocabulary import LinkId, Verdict
from tests.casebook.conftest import START
from tests.casebook.test_visits import CADENCE, found, later, lease, open_case

DAY, WEEK = 24.0, timedelta(days=7)
URL, NEIGHBOUR = "https://sold.example/film", "https://sold.example/other"
PARKED, SALE, SEIZED, HERE = "generic.parked", "generic.for-sale", "generic.seized", "generic.parked-here"
LIVE, DOWN, CHANGED, GONE = "generic.same", "generic.failure-timeout", "generic.changed", "generic.status-404"
VERDICTS = {LIVE: Verdict.LIVE, DOWN: Verdict.UNREACHABLE, GONE: Verdict.REMOVED}


def look(book: Casebook, hours: float, rule: str) -> None:
    at = later(hours)
    verdict = VERDICTS.get(rule, Verdict.UNCLEAR)
    seen = [visits.Seen(one.address, at, verdict, rule, "It is so.", 200, False, 5) for one in lease(book, at)]
    visits.record(book, "worker-1", seen, actor=MONITOR, cadence=CADENCE, chance=lambda: 0.5, dead_after=WEEK)


@pytest.mark.parametrize(
    ("looks", "removed"),
    [
        pytest.param([(0, PARKED), (7 * DAY, PARKED)], True, id="parked for a week"),
        pytest.param([(0, PARKED), (3 * DAY, SALE), (8 * DAY, SEIZED)], True, id="parked, then sold, then seized"),
        pytest.param([(0, SEIZED), (3 * DAY, DOWN), (8 * DAY, SEIZED)], True, id="once it did not answer"),
        pytest.param([(0, LIVE), (1 * DAY, SALE), (8 * DAY, SALE)], True, id="live once, then for sale for a week"),
        pytest.param([(0, PARKED), (6.9 * DAY, PARKED)], False, id="less than a week"),
        pytest.param([(0, PARKED), (3 * DAY, LIVE), (8 * DAY, PARKED)], False, id="live between"),
        pytest.param([(0, PARKED), (3 * DAY, CHANGED), (8 * DAY, PARKED)], False, id="something else between"),
        pytest.param([(0, HERE), (8 * DAY, HERE)], False, id="at this address alone"),
        pytest.param([(0, LIVE), (8 * DAY, PARKED)], False, id="only now"),
        pytest.param([(0, PARKED), (8 * DAY, CHANGED)], False, id="no more"),
    ],
)
def test_a_site_is_given_up_when_it_was_parked_at_every_look_for_a_week(
    book: Casebook, officer: Actor, looks: list[tuple[float, str]], removed: bool
) -> None:
    link = links.add(book, open_case(book, officer), found(URL), actor=officer, at=START).added[0].link
    for hours, rule in looks:
        look(book, hours, rule)
    shown = links.show(book, LinkId(link), actor=officer, at=START)
    last = looks[-1][1]
    assert shown["rule"] == (hosts.PARKED_RULE if removed else last)
    assert (shown["verdict"] == Verdict.REMOVED, shown["state"] == "removed") == (removed, False)
    if removed:
        assert "at every look since" in shown["because"]
        look(book, looks[-1][0] + 2, PARKED)
        assert links.show(book, LinkId(link), actor=officer, at=START)["state"] == "removed"


def test_only_what_was_live_is_named_as_a_witness(book: Casebook, officer: Actor) -> None:
    case = open_case(book, officer)
    links.add(book, case, found(URL, NEIGHBOUR, "https://else.example/film"), actor=officer, at=START)
    look(book, 0, LIVE)
    asked = {one.url: one for one in lease(book, later(99 * DAY))}
    ours = asked[URL]
    assert visits.live_on(book, ours.site, actor=MONITOR, but=ours.address) == [NEIGHBOUR]
    links.retire(book, LinkId(2), actor=officer, at=START)
    assert visits.live_on(book, ours.site, actor=MONITOR, but=ours.address) == []


def test_a_child_s_address_is_no_witness(book: Casebook, officer: Actor) -> None:
    links.add(book, open_case(book, officer), found(URL), actor=officer, at=START)
    links.add(book, open_case(book, officer, minor=True), found(NEIGHBOUR), actor=officer, at=START)
    look(book, 0, LIVE)
    ours = next(one for one in lease(book, later(99 * DAY)) if one.url == URL)
    assert visits.live_on(book, ours.site, actor=MONITOR, but=ours.address) == []
