"""The takedowns of a time, and how long each took from the report that asked for it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from casebook.clocks import portions
from casebook.tables import Address, Event, Report, ReportLink, WatchedLink
from casebook.vocabulary import EventKind, Lane

Columns = Select[*tuple[Any, ...]]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOST_DAYS = 31
ASK_NOTHING = (Lane.DATA_REQUEST, Lane.DE_INDEX)  # an authority's own request, and a search engine: neither removes


@dataclass(frozen=True)
class Down:
    """Links of one platform that were taken down; hours from report to takedown by its two ends; None: unreported.

    Medians of what came down: what is still up has no hours yet, so these are no platform's response time.
    """

    platform: str | None
    links: int
    hours: tuple[float, float] | None


@dataclass(frozen=True)
class Fall:
    """One takedown: told at `at`, it happened so many hours after the report, between the two ends."""

    platform: str | None
    at: datetime
    hours: tuple[float, float] | None


def of_links(session: Session, fallen: Columns) -> list[Fall]:
    """Give takedowns; `fallen` is a query of their events, their watched links and cases, without columns yet."""
    columns = (
        Event.link_id, Address.platform, Event.at, WatchedLink.reported_at, Event.last_seen_live_at,
        Event.first_seen_gone_at,
    )  # fmt: skip
    query = fallen.add_columns(*columns).join(Address, Address.id == WatchedLink.address_id)
    rows = session.execute(query).all()
    links = sorted({row[0] for row in rows})
    asked, back = (
        _moments(session, _asked(), ReportLink.link_id, links),
        _moments(session, _back(), Event.link_id, links),
    )
    return [
        Fall(platform, at, _hours([*asked[link], *([noted] if noted else [])], back[link], live, gone))
        for link, platform, at, noted, live, gone in rows
    ]


def _asked() -> Columns:
    return (
        select(ReportLink.link_id, Report.sent_at)
        .join(Report, Report.id == ReportLink.report_id)
        .where(Report.sent_at.is_not(None), Report.lane.not_in(ASK_NOTHING))
    )


def _back() -> Columns:
    return select(Event.link_id, Event.at).where(Event.kind == EventKind.RESURFACED)


def _moments(session: Session, query: Columns, column: Any, links: Sequence[int]) -> dict[int, list[datetime]]:  # noqa: ANN401  # a column of numbers
    found: dict[int, list[datetime]] = defaultdict(list)
    for some in portions(links):
        for link, at in session.execute(query.where(column.in_(some))):
            found[link].append(at)
    return found


def _hours(
    asked: Iterable[datetime], back: Iterable[datetime], live: datetime | None, gone: datetime | None
) -> tuple[float, float] | None:
    """Measure from the first report since the content came back last; what was gone before any has no time."""
    if gone is None:
        return None
    up_since = max((at for at in back if at < gone), default=None)
    told = [at for at in asked if at <= gone and (up_since is None or at >= up_since)]
    if not told:
        return None
    first = min(told)
    return (max(live or first, first) - first) / HOUR, (gone - first) / HOUR


def by_platform(falls: Iterable[Fall]) -> Iterator[Down]:
    """Sum up by platform, those with most takedowns first."""
    by: dict[str, list[Fall]] = defaultdict(list)
    for fall in falls:
        by[fall.platform or ""].append(fall)
    for platform, some in sorted(by.items(), key=lambda one: (-len(one[1]), one[0])):
        ends = [fall.hours for fall in some if fall.hours is not None]
        hours = (median(low for low, _ in ends), median(high for _, high in ends)) if ends else None
        yield Down(platform or None, len(some), hours)


def per_day(falls: Sequence[Fall], since: datetime, until: datetime) -> tuple[int, ...]:
    """Count by day of 24 hours up to the end, oldest first."""
    counts = [0] * min(max(1, -(-(until - since) // DAY)), MOST_DAYS)
    for fall in falls:
        back = (until - fall.at) // DAY
        if back < len(counts):
            counts[-1 - back] += 1
    return tuple(counts)
