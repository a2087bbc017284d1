"""Moments as people type them: an ISO date or time, or so many hours or days from now."""

import re
from datetime import UTC, date, datetime, time, timedelta

import click

from scheduler.clock import now

AHEAD = re.compile(r"\+(\d{1,5})([hd])")
UNITS = {"h": "hours", "d": "days"}


def moment(text: str, at: datetime) -> datetime:
    """Read a moment. One without a zone is UTC; a day without a time means the day's end.

    Raises:
        ValueError: it is none.
    """
    ahead = AHEAD.fullmatch(text)
    if ahead:
        return at + timedelta(**{UNITS[ahead[2]]: int(ahead[1])})
    if len(text) == len("2026-03-01"):
        return datetime.combine(date.fromisoformat(text), time(23, 59, 59), UTC)
    read = datetime.fromisoformat(text)
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


class When(click.ParamType[datetime]):
    """A moment."""

    name = "when"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read it against the clock."""
        try:
            return moment(value.strip(), now())
        except (ValueError, OverflowError):
            self.fail("a moment is written 2026-03-05, 2026-03-05T14:00, +3d or +12h", param, ctx)


class Day(click.ParamType[date]):
    """A day."""

    name = "date"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read it."""
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            self.fail("a day is written 2026-03-05", param, ctx)


WHEN, DAY = When(), Day()
