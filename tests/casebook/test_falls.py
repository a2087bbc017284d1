"""How long a takedown took is told from the first report since the content was last up, never from a later one."""

from datetime import UTC, datetime, timedelta

import pytest

from casebook.asked import _Row, _stories
from casebook.falls import Fall, _hours, by_platform, per_day

DAY0 = datetime(2026, 3, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    return DAY0 + timedelta(days=number)


@pytest.mark.parametrize(
    ("asked", "back", "live", "gone", "hours"),
    [
        pytest.param([1], [], 2, 3, (24.0, 48.0), id="asked once"),
        pytest.param([1, 2, 5], [], 2, 3, (24.0, 48.0), id="asked again meanwhile, and after"),
        pytest.param([1, 6], [5], 6.5, 7, (12.0, 24.0), id="asked again after it was back"),
        pytest.param([1], [5], 6, 7, None, id="back, and never asked about since"),
        pytest.param([4], [], 2, 3, None, id="gone before it was asked about"),
        pytest.param([1], [], None, 3, (0.0, 48.0), id="never seen up"),
        pytest.param([2], [], 1, 3, (0.0, 24.0), id="last seen up before it was asked about"),
        pytest.param([], [], 1, 3, None, id="never asked about"),
        pytest.param([1], [], 2, None, None, id="nobody knows when it went"),
    ],
)  # fmt: skip
def test_hours(
    asked: list[float], back: list[float], live: float | None, gone: float | None, hours: tuple[float, float] | None
) -> None:
    moments = [None if one is None else day(one) for one in (live, gone)]
    assert _hours(map(day, asked), map(day, back), *moments) == hours


def test_platforms_are_summed_up_the_fullest_first() -> None:
    falls = [Fall("b", DAY0, (1.0, 3.0)), Fall("b", DAY0, (3.0, 5.0)), Fall("b", DAY0, None), Fall(None, DAY0, None)]
    assert [(one.platform, one.links, one.hours) for one in by_platform(falls)] == [
        ("b", 3, (2.0, 4.0)), (None, 1, None),
    ]  # fmt: skip


def test_days_are_counted_back_from_the_end() -> None:
    falls = [Fall("b", day(n), None) for n in (0.5, 6.5, 7)]
    assert per_day(falls, day(0), day(7)) == (1, 0, 0, 0, 0, 0, 2)


def test_whatever_follows_on_a_report_is_one_story() -> None:
    rows = [_Row(number, before, None, False, True) for number, before in ((1, None), (2, 1), (3, None), (5, 1), (7, 5), (8, 6))]  # fmt: skip
    assert [[one.report for one in story] for story in _stories(rows)] == [[1, 2, 5, 7], [3], [8]]
