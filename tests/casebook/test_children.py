"""Law 6: what is taken of an address that holds a child, and how it is handed on."""

import ast
from pathlib import Path

import pytest

from casebook import children, journal, links, referrals, visits
from casebook.access import MONITOR, Actor
from casebook.children import Allowance
from casebook.errors import NotFound, Refused
from casebook.settings import Crawler
from casebook.store import Casebook
from casebook.vocabulary import LinkId, Verdict
from tests.casebook.conftest import START, hired
from tests.casebook.test_visits import CADENCE, SECRET, found, later, lease, open_case

ROOT = Path(__file__).parents[2]
OTHER = "https://another.example/page"


def add(book: Casebook, officer: Actor, ref: str, url: str = SECRET, *, minor: bool = False) -> LinkId:
    return LinkId(links.add(book, ref, found(url), actor=officer, at=START, minor=minor).added[0].link)


def live(book: Casebook, on_their_way: list[visits.Visit]) -> int:
    """Record what these visits brought, page noted, as a worker would."""
    seen = [
        visits.Seen(one.address, later(1), Verdict.LIVE, "r", "because", 200, rendered=False, took_ms=1,
                    baseline=visits.Baseline(etag="tag"), read_whole=True)
        for one in on_their_way
    ]  # fmt: skip
    return visits.record(book, "worker-1", seen, actor=MONITOR, cadence=CADENCE, chance=lambda: 0.5)


@pytest.mark.parametrize("minor", [False, True])
def test_a_visit_may_take_what_its_address_allows(book: Casebook, officer: Actor, *, minor: bool) -> None:
    add(book, officer, open_case(book, officer), minor=minor)
    limits = Crawler(body_bytes=50_000, minor_body_bytes=2_000)
    narrow = Allowance(2_000, unnamed=False, browser=False, pictures=False)
    wide = Allowance(50_000, unnamed=True, browser=True, pictures=True)
    assert [children.allowance(one, limits) for one in lease(book, START)] == [narrow if minor else wide]


def test_the_decision_stands_in_one_place() -> None:
    readers = {
        path.relative_to(ROOT).as_posix()
        for package in ("crawler", "reporters", "scheduler", "matchers")
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("minor", "minor_body_bytes")
    }
    assert readers == set()


@pytest.mark.parametrize("how", ["marked", "added by another case"])
def test_a_visit_on_its_way_when_a_link_becomes_a_minors_is_dropped(book: Casebook, officer: Actor, how: str) -> None:
    link = add(book, officer, open_case(book, officer))
    assert live(book, lease(book, START)) == 1
    on_their_way = lease(book, later(24))
    assert [(one.minor, one.baseline) for one in on_their_way] == [(False, visits.Baseline(etag="tag"))]
    if how == "marked":
        links.mark_minor(book, link, actor=officer, at=later(24))
    else:
        add(book, officer, open_case(book, officer, 2), minor=True)
    assert live(book, on_their_way) == 0
    again = lease(book, later(24))
    assert [(one.minor, one.baseline, one.read_whole_at) for one in again] == [(True, None, None)]
    assert len(links.show(book, link, actor=officer, at=START)["checks"]) == 1


def test_a_child_stays_one_for_every_case_and_whatever_is_added_later(book: Casebook, officer: Actor) -> None:
    ref = open_case(book, officer)
    add(book, officer, ref, minor=True)
    already = links.add(book, ref, found(SECRET), actor=officer, at=START).already
    add(book, officer, open_case(book, officer, 2))
    assert [one.minor for one in already] == [True]
    assert [one.minor for one in lease(book, START)] == [True]


def test_the_hand_over_gives_addresses_alone_and_is_noted(book: Casebook, officer: Actor) -> None:
    ref = open_case(book, officer)
    child, _, gone = (
        add(book, officer, ref, SECRET, minor=True),
        add(book, officer, ref, OTHER),
        add(book, officer, ref, f"{OTHER}/2", minor=True),
    )
    links.retire(book, gone, actor=officer, at=START)
    handed = children.hand_over(book, ref, "a hotline", START.date(), actor=officer, at=START)
    assert handed.addresses == [SECRET]
    noted = referrals.list_of(book, ref, actor=officer, at=START)
    assert [(one.entry, one.to, one.links) for one in noted] == [(handed.referral, "a hotline", [child])]
    acts = [(one.act, one.subject) for one in journal.entries(book, actor=officer, at=START)]
    assert ("link.handover 1", f"{ref}/{handed.referral}") in acts


def test_the_hand_over_of_nothing_and_of_others_is_refused(book: Casebook, officer: Actor) -> None:
    ref = open_case(book, officer)
    add(book, officer, ref)
    with pytest.raises(Refused, match="is marked as a minor"):
        children.hand_over(book, ref, "a hotline", START.date(), actor=officer, at=START)
    with pytest.raises(NotFound, match="no case of that reference"):
        children.hand_over(book, ref, "x", START.date(), actor=hired(book, officer, "other"), at=START)
