"""Digests are due at the helpline's own hour, whatever its clock does."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.periods import newest
from casebook.settings import Digest
from casebook.vocabulary import DigestKind

KARACHI = Digest(weekly_day="monday", hour=8, timezone="Asia/Karachi")
BERLIN = Digest(weekly_day="sunday", hour=2, timezone="Europe/Berlin")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("settings", "kind", "at", "label", "due_at"),
    [
        pytest.param(KARACHI, "weekly", utc(2026, 3, 2, 3), "2026-03-02", utc(2026, 3, 2, 3), id="the very hour"),
        pytest.param(KARACHI, "weekly", utc(2026, 3, 2, 2, 59), "2026-02-23", utc(2026, 2, 23, 3), id="a minute before"),
        pytest.param(KARACHI, "weekly", utc(2026, 3, 8, 23), "2026-03-02", utc(2026, 3, 2, 3), id="Monday's first hours there"),
        pytest.param(KARACHI, "weekly", utc(2027, 1, 1), "2026-12-28", utc(2026, 12, 28, 3), id="over the year's end"),
        pytest.param(KARACHI, "daily", utc(2026, 3, 2, 2), "2026-03-01", utc(2026, 3, 1, 3), id="yesterday's, still"),
        pytest.param(BERLIN, "weekly", utc(2026, 3, 29, 6), "2026-03-29", utc(2026, 3, 29, 1), id="the hour that is left out"),
        pytest.param(BERLIN, "weekly", utc(2026, 10, 25, 6), "2026-10-25", utc(2026, 10, 25, 0), id="the hour that comes twice: its first"),
    ],
)  # fmt: skip
def test_the_newest_day(settings: Digest, kind: str, at: datetime, label: str, due_at: datetime) -> None:
    period = newest(DigestKind(kind), settings, at)
    assert (period.label, period.due_at) == (label, due_at)


@given(st.integers(0, 5 * 366 * 24 * 60), st.sampled_from([KARACHI, BERLIN]), st.sampled_from(["weekly", "daily"]))
def test_each_moment_has_one_day_that_has_begun(minutes: int, settings: Digest, kind: str) -> None:
    at = utc(2025, 1, 1) + timedelta(minutes=minutes)
    period = newest(DigestKind(kind), settings, at)
    longest = timedelta(days=7 if kind == "weekly" else 1, hours=1)
    assert period.due_at <= at < period.due_at + longest
    assert newest(DigestKind(kind), settings, period.due_at) == period
