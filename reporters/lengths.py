"""When a length of time that a law names has run out: hours, days, working days and months, in the place's own time."""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reporters.bases import ClockRule

_DAY = timedelta(days=1)


def end_of(
    rule: ClockRule, start: datetime, holidays: frozenset[date] = frozenset(), *, longest: bool = False
) -> datetime | None:
    """Tell when a rule's length has run out that began at `start`; in UTC, None where the rule names no length.

    Hours are exact, through nights, holidays and changes of the clocks. For the others the day of the start does not
    count. A deadline of theirs ends with the last hour of its last day in the rule's zone, so that nobody is called
    late who is not; one of ours ends when that day begins, so that nobody relies on its last hours.

    Args:
        start: aware.
        holidays: days nobody works in that zone, beside Saturday and Sunday.
        longest: by `up_to`, where the rule has one.
    Source: Regulation (EEC, Euratom) No 1182/71, article 3, for days and months, and for a last day off.
    """
    length = rule.up_to if longest and rule.up_to is not None else rule.length
    if length is None:
        return None
    if rule.unit == "hours":
        return start.astimezone(UTC) + timedelta(hours=length)
    zone = ZoneInfo(rule.zone)
    last = _last_day(rule, start.astimezone(zone).date(), length, holidays)
    if rule.whose == "theirs":
        last = _working(last, holidays) + _DAY
    return datetime.combine(last, time(), zone).astimezone(UTC)


def _last_day(rule: ClockRule, first: date, length: int, holidays: frozenset[date]) -> date:
    if rule.unit == "months":
        return _months_later(first, length)
    if rule.unit == "days":
        return first + length * _DAY
    day = first
    for _ in range(length):
        day = _working(day + _DAY, holidays)
    return day


def _working(day: date, holidays: frozenset[date]) -> date:
    """Give this day, or the next that is worked on."""
    while day.isoweekday() > 5 or day in holidays:
        day += _DAY
    return day


def _months_later(first: date, months: int) -> date:
    """Give the same day of a later month; its last one, where it has no such day."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, min(first.day, calendar.monthrange(year, month + 1)[1]))
