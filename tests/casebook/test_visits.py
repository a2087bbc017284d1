import random
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from casebook import cases, journal, links, visits
from casebook.access import MONITOR, Actor
from casebook.errors import NotFound, Refused
from casebook.links import Found
from casebook.settings import Cadence
from casebook.store import Casebook
from casebook.tables import Check, Event
from casebook.vocabulary import LinkId, State, Verdict
from tests.casebook.conftest import START

CADENCE = Cadence(confirm_after_s=3600, jitter=0)
SECRET = "https://somebody-by-name.example/private/path?rlkey=k3y"


def later(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def found(*urls: str) -> list[Found]:
    return [Found(url, None, url.split("/")[2], None) for url in urls]


def open_case(book: Casebook, officer: Actor, seed: int = 1, **how: bool) -> str:
    return cases.open_case(book, actor=officer, at=START, chance=random.Random(seed), **how)


def lease(book: Casebook, at: datetime, owner: str = "worker-1", per_site: int = 100) -> list[visits.Visit]:
    return visits.lease(
        book,
        owner,
        actor=MONITOR,
        at=at,
        until=at + timedelta(minutes=5),
        most=500,
        per_site=per_site,
        gap=timedelta(seconds=2),
    )


def look(book: Casebook, at: datetime, verdict: Verdict, owner: str = "worker-1") -> int:
    seen = [
        visits.Seen(one.address, at, verdict, "test.rule", "because a test says so", 200, rendered=False, took_ms=5)
        for one in lease(book, at, owner)
    ]
    return visits.record(book, owner, seen, actor=MONITOR, cadence=CADENCE, chance=lambda: 0.5)


def test_a_link_goes_live_removed_resurfaced_and_keeps_both_ends(book: Casebook, officer: Actor) -> None:
    ref = open_case(book, officer)
    link = LinkId(links.add(book, ref, found(SECRET), actor=officer, at=START).added[0].link)
    story = []
    for hours, verdict in [(0, "live"), (6, "removed"), (7, "removed"), (13, "live"), (13.1, "live")]:
        assert look(book, later(hours), Verdict(verdict)) == 1
        story.append(links.show(book, link, actor=officer, at=START)["state"])
    assert story == ["live", "live", "removed", "removed", "resurfaced"]
    shown = links.show(book, link, actor=officer, at=START)
    assert shown["url"] == SECRET
    assert shown["times_resurfaced"] == 1
    assert shown["since"] == later(13.1)
    assert shown["takedowns"] == [
        {
            "last_seen_live_at": later(0),
            "first_seen_gone_at": later(6),
            "confirmed_at": later(7),
            "resurfaced_at": later(13.1),
        }
    ]
    assert [check["verdict"] for check in shown["checks"]] == ["live", "live", "removed", "removed", "live"]
    assert journal.verify(book, officer).first_bad is None


def test_an_address_that_two_cases_watch_is_visited_once(book: Casebook, officer: Actor) -> None:
    for seed in (1, 2):
        links.add(book, open_case(book, officer, seed), found(SECRET), actor=officer, at=START)
    assert look(book, START, Verdict.LIVE) == 1
    states = [link.state for link in links.list_links(book, actor=officer, at=START)]
    assert states == [State.LIVE, State.LIVE]
    with book.reading() as session:
        assert session.scalar(select(func.count()).select_from(Check)) == 1


def test_adding_twice_adds_none(book: Casebook, officer: Actor) -> None:
    ref = open_case(book, officer)
    first = links.add(book, ref, found(SECRET), actor=officer, at=START)
    second = links.add(book, ref, found(SECRET, SECRET), actor=officer, at=START)
    assert (len(first.added), len(second.added), len(second.already)) == (1, 0, 1)


def test_what_a_dead_worker_held_is_due_again_when_its_lease_ends(book: Casebook, officer: Actor) -> None:
    links.add(book, open_case(book, officer), found(SECRET), actor=officer, at=START)
    assert len(lease(book, START)) == 1
    assert lease(book, START + timedelta(minutes=4), "worker-2") == []
    assert len(lease(book, START + timedelta(minutes=6), "worker-2")) == 1


def test_a_worker_whose_lease_passed_on_records_nothing(book: Casebook, officer: Actor) -> None:
    links.add(book, open_case(book, officer), found(SECRET), actor=officer, at=START)
    stale = lease(book, START)
    lease(book, later(1), "worker-2")
    seen = [visits.Seen(stale[0].address, later(1), Verdict.REMOVED, "r", "b", 404, rendered=False, took_ms=1)]
    assert visits.record(book, "worker-1", seen, actor=MONITOR, cadence=CADENCE, chance=lambda: 0.5) == 0
    with book.reading() as session:
        assert session.scalar(select(func.count()).select_from(Check)) == 0
        assert session.scalar(select(func.count()).select_from(Event)) == 0


def test_one_host_cannot_crowd_out_the_others(book: Casebook, officer: Actor) -> None:
    crowd = found(*[f"https://crowded.example/{n}" for n in range(30)], "https://quiet.example/1")
    links.add(book, open_case(book, officer), crowd, actor=officer, at=START)
    taken = lease(book, START, per_site=5)
    assert len(taken) == 6
    assert len(lease(book, later(1), "worker-2", per_site=100)) == 31


def test_a_host_that_fails_is_slowed_as_a_host(book: Casebook, officer: Actor) -> None:
    urls = [f"https://down.example/{n}" for n in range(4)]
    links.add(book, open_case(book, officer), found(*urls), actor=officer, at=START)
    look(book, START, Verdict.UNREACHABLE)
    links.add(book, open_case(book, officer, 2), found("https://down.example/new"), actor=officer, at=START)
    assert lease(book, START + timedelta(minutes=1)) == []


def test_closing_a_case_ends_its_watch_but_not_another_cases(book: Casebook, officer: Actor) -> None:
    one, two = open_case(book, officer, 1), open_case(book, officer, 2)
    links.add(book, one, found(SECRET, "https://only.example/"), actor=officer, at=START)
    links.add(book, two, found(SECRET), actor=officer, at=START)
    cases.close(book, one, actor=officer, at=START)
    assert len(lease(book, START)) == 1


def test_the_monitor_may_not_open_or_read_cases(book: Casebook, officer: Actor) -> None:
    ref = open_case(book, officer)
    with pytest.raises(Refused):
        cases.show(book, ref, actor=MONITOR, at=START)
    with pytest.raises(NotFound):
        cases.show(book, "C-NOSUCH", actor=officer, at=START)
