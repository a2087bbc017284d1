"""Safe contact, follow-ups, risk and referrals: what stands in a case's file, and what follows from it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from casebook import care, casefile, cases, followups, journal, referrals, risk
from casebook.access import MONITOR, Actor, Role
from casebook.care import SafeContact
from casebook.errors import NotFound, Refused
from casebook.store import Casebook
from casebook.vocabulary import EntryKind, Risk
from tests.casebook.conftest import START, hired
from tests.casebook.test_visits import later, open_case


def due(book: Casebook, actor: Actor, at: datetime, case: str | None = None) -> list[tuple[datetime, bool]]:
    return [(one.due_at, one.overdue) for one in followups.list_open(book, actor=actor, at=at, case=case)]


def acts(book: Casebook, officer: Actor) -> list[str]:
    auditor = hired(book, officer, "auditor", Role.AUDITOR)
    return [one.act for one in journal.entries(book, actor=auditor, at=START)]


def test_the_newest_safe_contact_rules_count(book: Casebook, officer: Actor) -> None:
    ref = open_case(book, officer)
    first, second = SafeContact(channel="her sister"), SafeContact(hours="after nine", never="the landline")
    for rules in (first, second):
        casefile.add(book, ref, EntryKind.SAFE_CONTACT, rules.entry(), actor=officer, at=START)
    assert care.how_to_reach(book, ref, actor=officer, at=START) == second
    assert care.safe_way(book, ref.lower(), actor=officer, at=START) == second
    assert "file.how to reach" in acts(book, officer)


def test_without_rules_no_message_goes_out(book: Casebook, officer: Actor) -> None:
    ref = open_case(book, officer)
    assert care.how_to_reach(book, ref, actor=officer, at=START) is None
    with pytest.raises(Refused, match="no message goes out"):
        care.safe_way(book, ref, actor=officer, at=START)


def test_rules_that_say_nothing_are_refused() -> None:
    with pytest.raises(Refused, match="how they may be reached"):
        SafeContact(channel="").entry()


def test_follow_ups_come_due_first_and_overdue_ones_are_marked(book: Casebook, officer: Actor) -> None:
    one, two = (open_case(book, officer, seed) for seed in (1, 2))
    followups.add(book, one, later(48), "ask about school", actor=officer, at=START)
    followups.add(book, two, later(24), None, actor=officer, at=START)
    assert due(book, officer, later(24)) == [(later(24), True), (later(48), False)]
    assert due(book, officer, later(1), one) == [(later(48), False)]
    cases.close(book, two, actor=officer, at=START)
    assert due(book, officer, later(24)) == [(later(48), False)]
    assert due(book, officer, later(24), two) == [(later(24), True)]


def test_a_follow_up_is_ended_once_and_lies_ahead(book: Casebook, officer: Actor) -> None:
    ref = open_case(book, officer)
    entry = followups.add(book, ref, later(1), None, actor=officer, at=START)
    assert followups.done(book, entry, "she is well", actor=officer, at=later(1)) == ref
    assert due(book, officer, later(2)) == []
    with pytest.raises(Refused, match="is over"):
        followups.done(book, entry, None, actor=officer, at=later(1))
    for when in (later(2), later(1)):
        with pytest.raises(Refused, match="lies ahead"):
            followups.add(book, ref, when, None, actor=officer, at=later(2))
    file = casefile.read(book, ref, actor=officer, at=START)
    assert [one.words for one in file] == [{}, {"of": entry, "outcome": "done", "words": "she is well"}]


def test_two_who_end_a_follow_up_at_once_end_it_once(book: Casebook, officer: Actor) -> None:
    ref = open_case(book, officer)
    entry = followups.add(book, ref, later(1), None, actor=officer, at=START)

    def end(_: int) -> str:
        try:
            return followups.done(book, entry, None, actor=officer, at=later(1))
        except Refused:
            return "over"

    with ThreadPoolExecutor(4) as crowd:
        assert sorted(crowd.map(end, range(4))) == [ref, "over", "over", "over"]
    assert len(casefile.read(book, ref, actor=officer, at=START)) == 2


def test_a_missed_contact_sets_the_next_and_three_in_a_row_are_a_risk(book: Casebook, officer: Actor) -> None:
    ref = open_case(book, officer)
    entry = followups.add(book, ref, later(1), None, actor=officer, at=START)
    told = []
    for hours, outcome in enumerate(["missed", "missed", "done", "missed", "missed", "missed", "missed"], 1):
        if outcome == "done":
            followups.done(book, entry, None, actor=officer, at=later(hours))
            entry = followups.add(book, ref, later(hours + 1), None, actor=officer, at=later(hours))
            continue
        found = followups.missed(book, entry, later(hours + 1), "no answer", actor=officer, at=later(hours))
        told.append((found.in_a_row, found.risk_protocol))
        entry = found.next
    assert told == [(1, False), (2, False), (1, False), (2, False), (3, True), (4, True)]
    listed = followups.list_open(book, actor=officer, at=START)
    assert [(one.entry, one.due_at, one.missed_in_a_row) for one in listed] == [(entry, later(8), 4)]


def test_a_miss_without_a_next_time_ahead_changes_nothing(book: Casebook, officer: Actor) -> None:
    entry = followups.add(book, open_case(book, officer), later(1), None, actor=officer, at=START)
    with pytest.raises(Refused, match="lies ahead"):
        followups.missed(book, entry, later(1), None, actor=officer, at=later(2))
    assert due(book, officer, later(2)) == [(later(1), True)]


@pytest.mark.parametrize(
    ("level", "asked", "set_already", "listed"),
    [
        pytest.param(Risk.WATCH, None, None, [], id="a low risk demands nothing"),
        pytest.param(Risk.HIGH, None, None, [72], id="a high one within three days"),
        pytest.param(Risk.IMMEDIATE, None, None, [24], id="an immediate one within a day"),
        pytest.param(Risk.IMMEDIATE, 2, None, [2], id="sooner, where asked for"),
        pytest.param(Risk.IMMEDIATE, None, 20, [20], id="one that comes in time is enough"),
        pytest.param(Risk.IMMEDIATE, None, 30, [24, 30], id="one that comes too late is not"),
    ],
)
def test_a_risk_has_its_follow_up(
    book: Casebook, officer: Actor, level: Risk, asked: float | None, set_already: float | None, listed: list[float]
) -> None:
    ref = open_case(book, officer)
    if set_already is not None:
        followups.add(book, ref, later(set_already), None, actor=officer, at=START)
    wanted = None if asked is None else later(asked)
    flagged = risk.flag(book, ref, level, "he has her address", actor=officer, at=START, due_at=wanted)
    assert flagged.follow_up_due_at == (later(listed[0]) if listed else None)
    assert due(book, officer, START) == [(later(hours), False) for hours in listed]
    kept = [one.words for one in casefile.read(book, ref, actor=officer, at=START) if one.kind is EntryKind.RISK]
    assert kept == [{"level": level.value, "words": "he has her address"}]


def test_a_follow_up_that_comes_too_late_for_its_risk_is_refused(book: Casebook, officer: Actor) -> None:
    ref = open_case(book, officer)
    with pytest.raises(Refused, match="within 24 hours"):
        risk.flag(book, ref, Risk.IMMEDIATE, "why", actor=officer, at=START, due_at=later(25))
    assert casefile.read(book, ref, actor=officer, at=START) == []


def test_a_referral_keeps_all_that_came_of_it(book: Casebook, officer: Actor) -> None:
    ref = open_case(book, officer)
    entry = referrals.add(
        book, ref, "the commission", START.date(), actor=officer, at=START, accompanied="a colleague", outcome="filed"
    )
    assert referrals.add_outcome(book, entry, "heard", actor=officer, at=later(1)) == ref
    found = referrals.list_of(book, ref, actor=officer, at=START)
    assert [(one.entry, one.to, one.on, one.accompanied, one.outcomes) for one in found] == [
        (entry, "the commission", "2026-03-01", "a colleague", ["filed", "heard"])
    ]
    with pytest.raises(Refused, match="is an outcome"):
        referrals.add_outcome(book, entry + 1, "again", actor=officer, at=START)


LATER = START + timedelta(days=1)
VERBS: dict[str, Callable[[Casebook, str, int, Actor], object]] = {
    "how to reach": lambda book, ref, _, actor: care.how_to_reach(book, ref, actor=actor, at=START),
    "set a follow-up": lambda book, ref, _, actor: followups.add(book, ref, LATER, None, actor=actor, at=START),
    "list follow-ups": lambda book, ref, _, actor: followups.list_open(book, actor=actor, at=START, case=ref),
    "flag": lambda book, ref, _, actor: risk.flag(book, ref, Risk.HIGH, "why", actor=actor, at=START),
    "refer": lambda book, ref, _, actor: referrals.add(book, ref, "to", START.date(), actor=actor, at=START),
    "list referrals": lambda book, ref, _, actor: referrals.list_of(book, ref, actor=actor, at=START),
    "end a follow-up": lambda book, _, entry, actor: followups.done(book, entry, None, actor=actor, at=START),
    "miss one": lambda book, _, entry, actor: followups.missed(book, entry, LATER, None, actor=actor, at=START),
    "outcome": lambda book, _, entry, actor: referrals.add_outcome(book, entry, "x", actor=actor, at=START),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_colleague_cannot_tell_a_case_of_others_from_none(book: Casebook, officer: Actor, verb: str) -> None:
    ref = open_case(book, officer)
    if verb == "outcome":
        entry = referrals.add(book, ref, "to", START.date(), actor=officer, at=START)
    else:
        entry = followups.add(book, ref, LATER, None, actor=officer, at=START)
    said = set()
    for asked in ((ref, entry), ("C-222222", 99)):
        with pytest.raises(NotFound) as refused:
            VERBS[verb](book, *asked, hired(book, officer, f"of {asked[0]}"))
        said.add(str(refused.value))
    assert len(said) == 1
    assert due(book, hired(book, officer, "third"), LATER) == []


@pytest.mark.parametrize("verb", VERBS)
def test_nobody_but_an_officer_reads_or_keeps_them(book: Casebook, officer: Actor, verb: str) -> None:
    ref = open_case(book, officer)
    others = [hired(book, officer, role, role) for role in (Role.SUPERVISOR, Role.AUDITOR, Role.STATISTICIAN)]
    for actor in (MONITOR, *others):
        with pytest.raises(Refused, match="may not"):
            VERBS[verb](book, ref, 1, actor)
