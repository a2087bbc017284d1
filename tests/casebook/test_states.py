from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.states import Change, Standing, advance, begin
from casebook.vocabulary import EventKind, State, Verdict

START = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
CONFIRM, LOST, WEEK = 6 * HOUR, 14 * 24 * HOUR, 7 * 24 * HOUR
LIVE, GONE, WALL, DOWN = Verdict.LIVE, Verdict.REMOVED, Verdict.RESTRICTED, Verdict.UNREACHABLE


def step(known: Standing, verdict: Verdict, hours: float, *, confirms: bool = True) -> Change:
    at = START + hours * HOUR
    return advance(known, verdict, at, confirm_after=CONFIRM, lost_after=LOST, flapping_within=WEEK, confirms=confirms)


def watch(*looks: tuple[Verdict, float]) -> tuple[Standing, list[EventKind]]:
    known, events = begin(START), []
    for verdict, hours in looks:
        change = step(known, verdict, hours)
        known = change.standing
        events += change.events
    return known, events


@pytest.mark.parametrize(
    ("looks", "state", "events"),
    [
        pytest.param([(LIVE, 1)], State.LIVE, ["seen-live"], id="up at first sight"),
        pytest.param(
            [(LIVE, 1), (GONE, 2)], State.LIVE, ["seen-live"], id="one look that finds it gone proves nothing"
        ),
        pytest.param([(LIVE, 1), (GONE, 2), (GONE, 3)], State.LIVE, ["seen-live"], id="two looks too close together"),
        pytest.param([(LIVE, 1), (GONE, 2), (GONE, 8)], State.REMOVED, ["seen-live", "taken-down"], id="a takedown"),
        pytest.param(
            [(LIVE, 1), (GONE, 2), (LIVE, 3), (GONE, 8)], State.LIVE, ["seen-live"], id="live between: no takedown"
        ),
        pytest.param(
            [(GONE, 2), (DOWN, 3), (GONE, 8)], State.REMOVED, ["taken-down"], id="gone at first sight, silence between"
        ),
        pytest.param([(GONE, 2), (GONE, 8), (LIVE, 9)], State.REMOVED, ["taken-down"], id="back, but seen once only"),
        pytest.param(
            [(GONE, 2), (GONE, 8), (LIVE, 9), (LIVE, 9.1)],
            State.RESURFACED,
            ["taken-down", "resurfaced"],
            id="back for sure",
        ),
        pytest.param(
            [(GONE, 2), (GONE, 8), (LIVE, 9), (GONE, 10), (LIVE, 11)],
            State.REMOVED,
            ["taken-down"],
            id="a flap is no story",
        ),
        pytest.param(
            [(GONE, 2), (GONE, 8), (WALL, 9)], State.REMOVED, ["taken-down"], id="a wall does not undo a takedown"
        ),
        pytest.param([(LIVE, 1), (WALL, 2)], State.RESTRICTED, ["seen-live", "restricted"], id="behind a wall"),
        pytest.param([(LIVE, 1), (DOWN, 400)], State.LOST, ["seen-live", "lost"], id="silent for too long"),
        pytest.param([(LIVE, 1), (DOWN, 300)], State.LIVE, ["seen-live"], id="silence is not a takedown"),
        pytest.param(
            [(GONE, 2), (GONE, 8), (DOWN, 400), (GONE, 401)],
            State.REMOVED,
            ["taken-down", "lost"],
            id="gone, lost, still gone",
        ),
        pytest.param(
            [(GONE, 2), (GONE, 8), (LIVE, 9), (LIVE, 10), (WALL, 11), (LIVE, 12)],
            State.RESURFACED,
            ["taken-down", "resurfaced", "restricted", "seen-live"],
            id="what came back stays resurfaced behind a wall and after it",
        ),
    ],
)
def test_a_link_is_what_its_looks_prove(looks: list[tuple[Verdict, float]], state: State, events: list[str]) -> None:
    known, happened = watch(*looks)
    assert known.state is state
    assert happened == events


def test_a_takedown_keeps_both_its_ends() -> None:
    known, _ = watch((LIVE, 1), (LIVE, 5), (GONE, 7), (DOWN, 9), (GONE, 20))
    assert known.last_seen_live_at == START + 5 * HOUR
    assert known.first_seen_gone_at == START + 7 * HOUR
    assert known.since == START + 20 * HOUR


looks = st.lists(st.tuples(st.sampled_from(Verdict), st.floats(0.01, 50)), max_size=40)


def told(gaps: list[tuple[Verdict, float]]) -> list[tuple[Verdict, float]]:
    hours, found = 0.0, []
    for verdict, gap in gaps:
        hours += gap
        found.append((verdict, hours))
    return found


@given(looks)
def test_a_takedown_needs_two_looks_far_enough_apart_with_nothing_live_between(
    gaps: list[tuple[Verdict, float]],
) -> None:
    known, seen = begin(START), []
    for verdict, hours in told(gaps):
        seen.append((verdict, START + hours * HOUR))
        change = step(known, verdict, hours)
        if EventKind.TAKEN_DOWN in change.events:
            run = []
            for one, at in reversed(seen):
                if one is LIVE:
                    break
                run.append((one, at))
            gone = [at for one, at in run if one is GONE]
            assert gone[0] - gone[-1] >= CONFIRM
            assert change.standing.first_seen_gone_at == gone[-1]
        known = change.standing


@given(looks)
def test_takedowns_and_resurfacings_take_turns(gaps: list[tuple[Verdict, float]]) -> None:
    _, events = watch(*told(gaps))
    turns = [event for event in events if event in (EventKind.TAKEN_DOWN, EventKind.RESURFACED)]
    assert turns == [EventKind.TAKEN_DOWN, EventKind.RESURFACED] * (len(turns) // 2) + [EventKind.TAKEN_DOWN] * (
        len(turns) % 2
    )


@given(looks, st.data())
def test_a_takedown_is_confirmed_by_a_look_that_may_confirm_and_by_no_other(
    gaps: list[tuple[Verdict, float]], data: st.DataObject
) -> None:
    known = begin(START)
    for verdict, hours in told(gaps):
        confirms = data.draw(st.booleans())
        change = step(known, verdict, hours, confirms=confirms)
        assert confirms or EventKind.TAKEN_DOWN not in change.events
        assert (
            change.standing.gone_since is not None or verdict is not GONE or change.standing.taken_down_at is not None
        )
        known = change.standing


def back_and_forth(times: int, hours_each: float) -> list[tuple[Verdict, float]]:
    """Goes and comes back so often, each time within so many hours."""
    parts = [(GONE, 0.1), (GONE, 0.7), (LIVE, 0.8), (LIVE, 1.0)]
    return [(verdict, (turn + share) * hours_each) for turn in range(times) for verdict, share in parts]


@pytest.mark.parametrize(
    ("looks", "flappings"),
    [
        pytest.param(back_and_forth(2, 12), 0, id="back twice"),
        pytest.param(back_and_forth(3, 12), 1, id="back for the third time within a week"),
        pytest.param(back_and_forth(12, 12), 1, id="back twelve times within a week: one story"),
        pytest.param(back_and_forth(5, 84), 1, id="every three days and a half: three within a week"),
        pytest.param(back_and_forth(9, 90), 0, id="never three within a week"),
        pytest.param(back_and_forth(12, 100), 0, id="twice a week for long"),
        pytest.param(
            [*back_and_forth(4, 12), *((verdict, hours + 300) for verdict, hours in back_and_forth(4, 12))],
            2,
            id="quiet for more than a week, then again: a second story",
        ),
    ],
)
def test_a_link_that_comes_and_goes_is_told_once(looks: list[tuple[Verdict, float]], flappings: int) -> None:
    _, events = watch(*looks)
    assert events.count(EventKind.FLAPPING) == flappings


@given(looks)
def test_flapping_begins_with_a_third_return_within_a_week_and_not_again_while_it_lasts(
    gaps: list[tuple[Verdict, float]],
) -> None:
    known, backs = begin(START), []
    for verdict, hours in told([*gaps, *gaps]):
        change = step(known, verdict, hours)
        backs += [hours] * (EventKind.RESURFACED in change.events)
        if EventKind.FLAPPING in change.events:
            assert change.events == (EventKind.RESURFACED, EventKind.FLAPPING)
            assert known.flapping_at is None or hours - backs[-2] > WEEK / HOUR
            assert backs[-1] - backs[-3] <= WEEK / HOUR
        known = change.standing


@given(looks)
def test_without_a_removed_look_nothing_is_ever_removed(gaps: list[tuple[Verdict, float]]) -> None:
    known, _ = watch(*[(verdict, hours) for verdict, hours in told(gaps) if verdict is not GONE])
    assert known.state not in (State.REMOVED, State.RESURFACED)
    assert known.first_seen_gone_at is None


@given(looks)
def test_state_and_since_change_together(gaps: list[tuple[Verdict, float]]) -> None:
    known = begin(START)
    for verdict, hours in told(gaps):
        after = step(known, verdict, hours).standing
        assert (after.state is known.state) == (after.since == known.since)
        known = replace(after)
