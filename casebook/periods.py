"""The days and hours at which digests are due, where the helpline is."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from casebook.settings import Digest
from casebook.vocabulary import DigestKind

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LASTS = {DigestKind.WEEKLY: timedelta(days=7), DigestKind.DAILY: timedelta(days=1)}


@dataclass(frozen=True)
class Period:
    """The newest moment at which a kind of digest was due; `label` is its day, as the helpline counts days."""

    kind: DigestKind
    label: str
    due_at: datetime


def newest(kind: DigestKind, settings: Digest, at: datetime) -> Period:
    """Give the newest period that has begun at a moment; an hour that a clock leaves out is the one after it."""
    zone = ZoneInfo(settings.timezone)
    day = at.astimezone(zone).date()
    step = 1
    if kind is DigestKind.WEEKLY:
        day -= timedelta(days=(day.weekday() - DAYS.index(settings.weekly_day)) % 7)
        step = 7
    due = datetime.combine(day, time(settings.hour), zone)
    if due > at:
        day -= timedelta(days=step)
        due = datetime.combine(day, time(settings.hour), zone)
    return Period(kind, day.isoformat(), due.astimezone(at.tzinfo))
