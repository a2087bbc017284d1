"""Clocks against dates worked out by hand, over changes of the clocks and ends of years, in UTC and in Karachi."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporters import bases, clocks
from reporters.bases import ClockRule, Pauses
from reporters.clocks import Clock, ClockRefused, Hold, Outcome, Standing

KARACHI = ZoneInfo("Asia/Karachi")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RULES = {rule.id: rule for basis in bases.known().values() for rule in basis.clock}
T0 = datetime(2026, 11, 2, 9, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def clock(rule: str = "us-tida-48h", at: datetime = T0) -> Clock:
    return clocks.start(RULES[rule], "R-1", at)


@pytest.mark.parametrize(
    ("rule", "at", "due"),
    [
        pytest.param("us-tida-48h", "2026-10-24T22:00+00:00", "2026-10-26T22:00+00:00", id="48 hours over the end of summer time"),
        pytest.param("us-tida-48h", "2026-03-28T12:00+00:00", "2026-03-30T12:00+00:00", id="and over its beginning"),
        pytest.param("us-tida-48h", "2026-12-31T20:00+05:00", "2027-01-02T15:00+00:00", id="48 hours from New Year's Eve in Karachi"),
        pytest.param("us-tida-48h", "2028-02-28T23:30+05:00", "2028-03-01T18:30+00:00", id="48 hours over a leap day"),
        pytest.param("in-it-3-2-b-2h", "2026-12-31T23:30+05:30", "2026-12-31T20:00+00:00", id="2 hours over midnight in India"),
        pytest.param("pk-smpra-24h", "2026-12-31T23:30+05:00", "2027-01-01T18:30+00:00", id="24 hours over the year's end in Karachi"),
        pytest.param("gdpr-17-month", "2027-01-31T10:00+00:00", "2027-03-01T23:00+00:00", id="a month from 31 January ends on a Sunday, so on Monday"),
        pytest.param("gdpr-17-month", "2028-01-31T10:00+00:00", "2028-02-29T23:00+00:00", id="in a leap year on the 29th"),
        pytest.param("gdpr-17-month", "2026-02-27T12:00+00:00", "2026-03-27T23:00+00:00", id="a month that ends before summer time"),
        pytest.param("gdpr-17-month", "2026-02-28T12:00+00:00", "2026-03-30T22:00+00:00", id="one day later: a Saturday, moved into summer time"),
        pytest.param("gdpr-17-month", "2026-05-30T23:30+00:00", "2026-06-30T22:00+00:00", id="late evening in UTC is the 31st in Brussels"),
        pytest.param("gdpr-17-month", "2026-12-01T03:30+05:00", "2026-12-30T23:00+00:00", id="the small hours of 1 December in Karachi are 30 November in Brussels"),
        pytest.param("eu-dsa-20-window", "2026-08-31T09:00+00:00", "2027-02-27T23:00+00:00", id="six months of ours end as their last day begins"),
        pytest.param("eu-dsa-21-decision", "2026-10-01T10:00+00:00", "2026-12-30T23:00+00:00", id="90 days over the end of summer time"),
        pytest.param("us-dmca-counter-notice", "2026-12-24T20:00+00:00", "2027-01-08T08:00+00:00", id="10 working days over the year's end"),
        pytest.param("us-dmca-counter-notice", "2026-03-06T12:00+00:00", "2026-03-21T07:00+00:00", id="10 working days into American summer time"),
        pytest.param("policy-follow-up", "2026-12-28T20:30+00:00", "2027-01-04T19:00+00:00", id="7 days of ours from the small hours in Karachi"),
        pytest.param("host-follow-up", "2026-11-27T11:00+05:00", "2026-12-01T19:00+00:00", id="3 working days of ours from a Friday in Karachi"),
    ],
)  # fmt: skip
def test_due_as_worked_out_by_hand(rule: str, at: str, due: str) -> None:
    assert clocks.due(clock(rule, datetime.fromisoformat(at))) == utc(due)


def test_due_is_told_in_utc_and_is_the_same_moment_in_karachi() -> None:
    at = clocks.due(clock(at=datetime(2026, 12, 31, 20, tzinfo=KARACHI)))
    assert at is not None
    assert at.tzinfo is UTC
    assert at.astimezone(KARACHI) == datetime(2027, 1, 2, 20, tzinfo=KARACHI)


def test_holidays_are_no_working_days() -> None:
    away = frozenset({date(2026, 12, 25), date(2027, 1, 1)})
    counter = clock("us-dmca-counter-notice", utc("2026-12-24T20:00+00:00"))
    assert clocks.due(counter, away) == utc("2027-01-12T08:00+00:00")
    assert clocks.due(clock(at=utc("2026-12-24T20:00+00:00")), away) == utc("2026-12-26T20:00+00:00")  # hours run on


def test_a_longer_end_holds_once_it_was_asked_for() -> None:
    counter = clocks.extend(clock("us-dmca-counter-notice", utc("2026-12-24T20:00+00:00")))
    assert clocks.due(counter) == utc("2027-01-14T08:00+00:00")
    with pytest.raises(ClockRefused, match="no longer end"):
        clocks.extend(clock())


def test_a_held_clock_is_not_due_and_runs_on_by_what_it_was_held() -> None:
    held = clocks.hold(clock("gdpr-17-month"), Pauses.IDENTITY_ASKED, T0 + DAY)
    assert clocks.due(held) is None
    assert clocks.standing(held, T0 + 400 * DAY) is Standing.HELD
    assert clocks.due(clocks.let_go(held, T0 + 4 * DAY)) == utc("2026-12-07T23:00+00:00")  # 5 December is a Saturday


def test_a_clock_without_a_length_is_open_for_ever() -> None:
    never = clock("eu-dsa-16-decision")
    assert clocks.due(never) is None
    assert clocks.standing(never, T0 + 1000 * DAY) is Standing.OPEN
    assert clocks.outcome(never, T0 + DAY, T0, T0 + HOUR) is Outcome.NO_DEADLINE


@pytest.mark.parametrize(
    ("after", "standing"),
    [
        pytest.param(timedelta(0), Standing.SOON, id="48 hours left"),
        pytest.param(48 * HOUR - timedelta(seconds=1), Standing.SOON, id="a second left"),
        pytest.param(48 * HOUR, Standing.MISSED, id="to the second"),
    ],
)
def test_how_a_clock_stands(after: timedelta, standing: Standing) -> None:
    assert clocks.standing(clock(), T0 + after) is standing


def test_a_long_clock_runs_first() -> None:
    assert clocks.standing(clock("gdpr-17-month"), T0) is Standing.RUNNING


def test_what_begins_again_is_a_new_clock_and_the_old_one_stays() -> None:
    first = clocks.stop(clock(), T0 + HOUR)
    second = clocks.start(first.rule, first.of, T0 + DAY)
    assert (first.started_at, first.stopped_at) == (T0, T0 + HOUR)
    assert (second.started_at, second.stopped_at) == (T0 + DAY, None)
    assert clocks.standing(first, T0 + 9 * DAY) is Standing.STOPPED
    with pytest.raises(ClockRefused, match="new clock"):
        clocks.stop(first, T0 + DAY)


BACK = "would run backwards"


@pytest.mark.parametrize(
    ("act", "says"),
    [
        pytest.param(lambda: clocks.stop(clock(), T0 - HOUR), BACK, id="stopped before it started"),
        pytest.param(lambda: clocks.hold(clock("gdpr-17-month"), Pauses.IDENTITY_ASKED, T0 - HOUR), BACK, id="held before it started"),
        pytest.param(lambda: clocks.let_go(held(), T0), BACK, id="let go before it was held"),
        pytest.param(lambda: clocks.stop(clocks.let_go(held(), T0 + 9 * DAY), T0 + DAY), BACK, id="stopped while it was held, in the past"),
        pytest.param(lambda: clocks.start(RULES["us-tida-48h"], "R-1", T0, now=T0 - HOUR), BACK, id="started in the future"),
        pytest.param(lambda: Clock("R-1", RULES["us-tida-48h"], T0, stopped_at=T0 - DAY), BACK, id="kept wrongly"),
        pytest.param(lambda: clocks.hold(clock(), Pauses.INFO_REQUESTED, T0), "what holds it: nothing", id="held by what does not hold it"),
        pytest.param(lambda: clocks.hold(held(), Pauses.IDENTITY_ASKED, T0 + 9 * DAY), "held already", id="held twice"),
        pytest.param(lambda: clocks.let_go(clock(), T0), "not held", id="let go without being held"),
        pytest.param(lambda: clock(at=T0.replace(tzinfo=None)), "time zone", id="a moment without a zone"),
        pytest.param(lambda: Clock("R-1", RULES["us-tida-48h"], T0.replace(tzinfo=None)), "time zone", id="kept without a zone"),
    ],
)  # fmt: skip
def test_a_clock_that_cannot_be_is_refused_with_a_sentence(act: object, says: str) -> None:
    with pytest.raises(ClockRefused, match=says) as refused:
        act()  # type: ignore[operator]
    assert str(refused.value).endswith(".")


def held() -> Clock:
    return clocks.hold(clock("gdpr-17-month"), Pauses.IDENTITY_ASKED, T0 + DAY)


@pytest.mark.parametrize(
    ("live", "gone", "now", "outcome"),
    [
        pytest.param(0, 40, 50, Outcome.KEPT, id="gone before it was due"),
        pytest.param(47, 48, 50, Outcome.KEPT, id="gone on the second"),
        pytest.param(49, 60, 70, Outcome.MISSED, id="seen live after it was due, then gone"),
        pytest.param(49, None, 50, Outcome.MISSED, id="seen live after it was due"),
        pytest.param(40, 60, 70, Outcome.CANNOT_TELL, id="went between two looks on both sides"),
        pytest.param(40, None, 50, Outcome.CANNOT_TELL, id="nobody has looked since it was due"),
        pytest.param(None, None, 50, Outcome.CANNOT_TELL, id="silence tells nothing"),
        pytest.param(40, None, 47, Outcome.PENDING, id="still in time"),
        pytest.param(None, -1, 50, Outcome.BEFORE, id="removed before it was reported"),
    ],
)
def test_a_deadline_is_judged_by_two_looks(live: int | None, gone: int | None, now: int, outcome: Outcome) -> None:
    def hour(number: int | None) -> datetime | None:
        return None if number is None else T0 + number * HOUR

    assert clocks.outcome(clock(), T0 + now * HOUR, hour(live), hour(gone)) is outcome


def test_a_sweep_finds_what_is_missed_and_what_is_due_by_its_date() -> None:
    late, later = clock(at=T0 - 9 * DAY), clock(at=T0 - 3 * DAY)
    soon, sooner = clock(at=T0 - HOUR), clock(at=T0 - DAY)
    away = clock("gdpr-17-month"), clock("eu-dsa-16-decision"), held(), clocks.stop(clock(at=T0 - 9 * DAY), T0)
    swept = clocks.sweep([soon, later, *away, late, sooner], T0)
    assert swept.missed == (late, later)
    assert swept.soon == (sooner, soon)
    assert clocks.sweep([soon, sooner], T0, within=30 * HOUR).soon == (sooner,)


def test_a_missed_clock_says_what_to_do_next() -> None:
    told = clocks.tell(clock(), T0 + 3 * DAY)
    assert (told.standing, told.due_at, told.then[0]) == (Standing.MISSED, T0 + 2 * DAY, "us-ftc")
    assert told.next
    assert clocks.tell(clock(), T0).next == ()


moments = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(st.sampled_from([rule for rule in RULES.values() if rule.length]), moments, moments)
def test_a_clock_never_runs_out_before_it_starts_and_never_earlier_for_starting_later(
    rule: ClockRule, one: datetime, other: datetime
) -> None:
    first, second = (clocks.due(clocks.start(rule, "R-1", at)) for at in sorted((one, other)))
    assert first is not None
    assert second is not None
    assert min(one, other) <= first <= second


@given(moments, st.timedeltas(timedelta(0), 60 * DAY), st.timedeltas(timedelta(0), 60 * DAY))
def test_being_held_never_makes_a_clock_due_earlier(at: datetime, before: timedelta, span: timedelta) -> None:
    rule = RULES["gdpr-17-month"]
    plain = clocks.due(clocks.start(rule, "R-1", at))
    pause = Hold(Pauses.IDENTITY_ASKED, at + before, at + before + span)
    delayed = clocks.due(Clock("R-1", rule, at, (pause,)))
    assert plain is not None
    assert delayed is not None
    assert delayed >= plain
