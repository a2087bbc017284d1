"""Whether our own eyes are believed, and who hears when they are not."""

import random
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from casebook import assignments, cases, controls, links, notices, visits
from casebook.access import MONITOR, Actor
from casebook.controls import Control
from casebook.links import Found
from casebook.store import Casebook
from casebook.tables import ControlResult
from casebook.vocabulary import Verdict
from tests.casebook.conftest import START
from tests.casebook.test_visits import CADENCE, lease

LIVE = Control("pixhaven", "https://pixhaven.example/p/known", Verdict.LIVE)
MISSING = Control("pixhaven", "https://pixhaven.example/p/zzzzzzzz", Verdict.REMOVED)
BOTH = [LIVE, MISSING]
HOUR = timedelta(hours=1)


def later(hours: float) -> datetime:
    return START + hours * HOUR


def answer(book: Casebook, at: datetime, live: Verdict, missing: Verdict) -> None:
    asked, _ = controls.claim(book, BOTH, actor=MONITOR, at=at, every=timedelta())
    told = dict(zip(asked, (live, missing), strict=True))
    controls.record(book, told, BOTH, actor=MONITOR, at=at)


def broken_now(book: Casebook) -> dict[str, datetime]:
    with book.reading() as session:
        return controls.broken(session)


def works(book: Casebook, hours: float) -> None:
    answer(book, later(hours), Verdict.LIVE, Verdict.REMOVED)


def breaks(book: Casebook, hours: float) -> None:
    answer(book, later(hours), Verdict.LIVE, Verdict.LIVE)


def watch(book: Casebook, officer: Actor, platform: str | None = "pixhaven", seed: int = 1) -> tuple[str, int]:
    ref = cases.open_case(book, actor=officer, at=START, chance=random.Random(seed))
    found = [Found(f"https://{platform}.example/p/{seed}", None, f"{platform}.example", platform)]
    return ref, links.add(book, ref, found, actor=officer, at=START).added[0].link


def look(book: Casebook, hours: float, verdict: Verdict) -> None:
    at = later(hours)
    seen = [
        visits.Seen(one.address, at, verdict, "test.rule", "A test says so.", 200, False, 5) for one in lease(book, at)
    ]
    visits.record(book, "worker-1", seen, actor=MONITOR, cadence=CADENCE, chance=lambda: 0.5)


def shown(book: Casebook, link: int, officer: Actor) -> dict[str, object]:
    return links.show(book, links.LinkId(link), actor=officer, at=later(100))


def told(book: Casebook, officer: Actor) -> list[str]:
    return [one.words for one in notices.read(book, actor=officer, at=later(100), seen=True)][::-1]


@pytest.mark.parametrize(
    ("expected", "verdict", "right"),
    [
        *((Verdict.LIVE, one, False) for one in (Verdict.REMOVED, Verdict.RESTRICTED, Verdict.UNCLEAR)),
        *((Verdict.REMOVED, one, True) for one in (Verdict.REMOVED, Verdict.RESTRICTED, Verdict.UNCLEAR)),
        (Verdict.LIVE, Verdict.LIVE, True),
        (Verdict.REMOVED, Verdict.LIVE, False),
        *((known, one, None) for known in (Verdict.LIVE, Verdict.REMOVED) for one in (Verdict.BLOCKED, Verdict.UNREACHABLE)),
    ],
)  # fmt: skip
def test_a_control_is_right_wrong_or_tells_nothing(expected: Verdict, verdict: Verdict, right: bool | None) -> None:
    assert controls.is_right(expected, verdict) is right


def test_a_control_is_asked_once_an_hour_whoever_asks(book: Casebook) -> None:
    first, following = controls.claim(book, BOTH, actor=MONITOR, at=START, every=HOUR)
    assert ([one.control for one in first], following) == (BOTH, later(1))
    assert controls.claim(book, BOTH, actor=MONITOR, at=later(0.9), every=HOUR) == ([], later(1))
    again, _ = controls.claim(book, BOTH, actor=MONITOR, at=later(1), every=HOUR)
    assert [one.control for one in again] == BOTH


@pytest.mark.parametrize("verdict", [Verdict.LIVE, Verdict.REMOVED, Verdict.RESTRICTED, Verdict.UNCLEAR])
def test_while_our_view_is_broken_a_platforms_findings_are_unclear(
    book: Casebook, officer: Actor, verdict: Verdict
) -> None:
    _, link = watch(book, officer)
    _, other = watch(book, officer, "elsewhere", 2)
    works(book, 0)
    breaks(book, 1)
    look(book, 2, verdict)
    found = shown(book, link, officer)
    assert (found["verdict"], found["rule"], found["state"]) == (Verdict.UNCLEAR, controls.RULE, "unchecked")
    assert "view of this platform is broken" in str(found["because"])
    assert f"seemed to be {verdict}: A test says so." in str(found["because"])
    assert shown(book, other, officer)["verdict"] is verdict


@pytest.mark.parametrize("verdict", [Verdict.BLOCKED, Verdict.UNREACHABLE])
def test_that_no_answer_came_is_true_with_broken_eyes_too(book: Casebook, officer: Actor, verdict: Verdict) -> None:
    _, link = watch(book, officer)
    breaks(book, 1)
    look(book, 2, verdict)
    assert shown(book, link, officer)["verdict"] is verdict


def test_no_takedown_is_confirmed_while_our_view_is_broken_nor_on_what_broken_eyes_saw_first(
    book: Casebook, officer: Actor
) -> None:
    _, link = watch(book, officer)
    works(book, 0)
    look(book, 0.5, Verdict.REMOVED)  # our eyes may have been broken already
    breaks(book, 1)
    look(book, 2, Verdict.REMOVED)
    works(book, 3)
    look(book, 4, Verdict.REMOVED)
    found = shown(book, link, officer)
    assert (found["state"], found["first_seen_gone_at"]) == ("unchecked", later(4))
    look(book, 5.5, Verdict.REMOVED)
    assert shown(book, link, officer)["state"] == "removed"


def test_what_was_seen_while_our_eyes_were_good_stays(book: Casebook, officer: Actor) -> None:
    _, link = watch(book, officer)
    look(book, 0.5, Verdict.REMOVED)
    works(book, 1)
    breaks(book, 2)
    works(book, 3)
    look(book, 4, Verdict.REMOVED)
    found = shown(book, link, officer)
    assert (found["state"], found["first_seen_gone_at"]) == ("removed", later(0.5))


@pytest.mark.parametrize("wall", [Verdict.BLOCKED, Verdict.UNREACHABLE])
def test_a_wall_before_a_control_begins_no_outage_and_ends_none(book: Casebook, wall: Verdict) -> None:
    answer(book, START, wall, wall)
    assert broken_now(book) == {}
    breaks(book, 1)
    answer(book, later(2), wall, wall)
    assert broken_now(book) == {"pixhaven": later(1)}
    works(book, 3)
    assert broken_now(book) == {}


def test_what_a_sheet_has_no_more_counts_no_more(book: Casebook) -> None:
    breaks(book, 1)
    asked, _ = controls.claim(book, [LIVE], actor=MONITOR, at=later(2), every=HOUR)
    controls.record(book, {asked[0]: Verdict.LIVE}, [LIVE], actor=MONITOR, at=later(2))
    assert broken_now(book) == {}
    breaks(book, 3)
    controls.forget(book, ["pixhaven"], actor=MONITOR, at=later(4))
    assert broken_now(book) == {}


def test_those_whose_cases_watch_the_platform_hear_once_that_it_broke_and_once_that_it_works(
    book: Casebook, officer: Actor, colleague: Actor
) -> None:
    refs = sorted(watch(book, officer, seed=seed)[0] for seed in (1, 2))
    watch(book, colleague, "elsewhere", 3)
    for hours, change in enumerate([works, breaks, breaks, breaks, works, works]):
        change(book, hours)
    first, second = told(book, officer)
    assert "pixhaven is broken" in first
    assert "works again" in second
    assert first.endswith(f"it concerns {', '.join(refs)}.")
    assert told(book, colleague) == []
    assert "https" not in first + second
    assert ".example" not in first + second


def test_who_is_assigned_twice_is_told_once(book: Casebook, officer: Actor, colleague: Actor) -> None:
    ref, _ = watch(book, officer)
    assignments.assign(book, ref, "day shift", actor=officer, at=START)
    breaks(book, 1)
    assert (len(told(book, officer)), len(told(book, colleague))) == (1, 1)


def test_an_outage_is_shown_to_whose_cases_watch_the_platform_and_to_nobody_else(
    book: Casebook, officer: Actor, colleague: Actor
) -> None:
    watch(book, officer)
    breaks(book, 1)
    assert controls.outages(book, actor=officer, at=later(2)) == {"pixhaven": later(1)}
    assert controls.outages(book, actor=colleague, at=later(2)) == {}


def test_every_visit_to_a_control_stays_on_record(book: Casebook) -> None:
    works(book, 0)
    breaks(book, 1)
    with book.reading() as session:
        rows = session.execute(select(ControlResult.expected, ControlResult.verdict).order_by(ControlResult.id)).all()
    assert [tuple(row) for row in rows] == [
        (Verdict.LIVE, Verdict.LIVE), (Verdict.REMOVED, Verdict.REMOVED),
        (Verdict.LIVE, Verdict.LIVE), (Verdict.REMOVED, Verdict.LIVE),
    ]  # fmt: skip
    assert [(one.right, one.at) for one in controls.last_visits(book, BOTH)] == [(True, later(1)), (False, later(1))]
