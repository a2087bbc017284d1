"""What the helpline asked for, and what came of it: figures per platform, channel, lane and category.

Pure. `docs/figures.md` says what each figure means, and what it does not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from casebook.statistics import KEYS, NEVER, Measured, Numbers, Period
from casebook.vocabulary import Lane
from reporters.survival import Median, Spans, median

HOUR_S, MINUTE_S, MINUTES = 3600, 60, 60
MARKS_H = (24, 48, 168)
LATELY_S = 14 * 24 * HOUR_S  # who was seen up so shortly before the end counts as still up
Flags = npt.NDArray[np.bool_]


class Within(NamedTuple):
    """How many of `of` requests that are old enough to tell were gone within `hours`: surely, and at the most."""

    hours: int
    of: int
    at_least: int
    at_most: int


@dataclass(frozen=True)
class Deadlines:
    """How deadlines ended: `untold` went by between two looks, or were stopped; `running` are not due yet."""

    met: int
    missed: int
    untold: int
    running: int


@dataclass(frozen=True)
class Back:
    """How many of what was removed came back, and after how many days in the median of those."""

    of: int
    resurfaced: int
    median_days: float | None


@dataclass(frozen=True)
class Figures:
    """What came of requests; one request is one link in one report that was sent.

    `removed`, `refused`, `still_up`, `cannot_tell` and `gone_before` add up to `n`: refused is what the platform
    refused and was not gone all the same; still up, what was seen up in the last 14 days; gone before, what was gone
    when it was asked about. None of them counts what was asked of a search engine, nor what was withdrawn.
    `bands` divides `removed` by when it was first seen gone: within 24 h, 48 h, 7 days of sending, or later.
    """

    reports: int
    n: int
    removed: int
    refused: int
    still_up: int
    cannot_tell: int
    gone_before: int
    withdrawn: int
    bands: tuple[int, int, int, int]
    reply: Median
    takedown: Median
    within: tuple[Within, ...]
    deadlines: Deadlines
    back: Back
    check_gap_hours: float | None


@dataclass(frozen=True)
class DeIndexed:
    """What came of asking a search engine: it says so itself, and the content is where it was."""

    reports: int
    links: int
    acted: int
    refused: int
    open: int
    reply: Median


Found = TypeVar("Found", Figures, DeIndexed)


@dataclass(frozen=True)
class Group(Generic[Found]):
    """Figures of what these keys have in common."""

    keys: dict[str, str]
    figures: Found


@dataclass(frozen=True)
class Summary:
    """All figures of a period; `erased` are links, takedowns and resurfacings of erased cases, of all times."""

    period: Period
    by: tuple[str, ...]
    whole: Figures
    groups: list[Group[Figures]]
    de_indexing: list[Group[DeIndexed]]
    gaps_of_every: int
    erased: dict[str, tuple[int, int, int]]


def summarize(found: Measured, period: Period, by: Sequence[str] = KEYS) -> Summary:
    """Compute every figure, for all together and for each group that occurs."""
    end = int(period.as_of.timestamp())
    asked = _asked(found, end)
    searched = np.array([lane == Lane.DE_INDEX for _, _, lane, _ in found.groups], dtype=bool)
    apart = searched[found.report_group] if searched.size else np.zeros(found.report.shape, dtype=bool)
    whole = _figures(_Rows.of(found, asked, ~apart), end)
    groups = [Group(keys, _figures(rows, end)) for keys, rows in _grouped(found, asked, ~apart, by)]
    found_by = [Group(keys, _de_indexed(rows, end)) for keys, rows in _grouped(found, asked, apart, by) if apart.any()]
    return Summary(period, tuple(by), whole, groups, found_by, found.every, found.erased)


@dataclass(frozen=True)
class _Asked:
    """Every request beside its report's place: when it was sent, and what is known of it at the end."""

    place: Numbers
    sent: Numbers
    live: Numbers
    gone: Numbers
    back: Numbers
    refused: Flags
    kept: Flags
    gap_of: Numbers
    gap_hours: npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Rows:
    """Which reports and which requests belong to one group."""

    found: Measured
    asked: _Asked
    reports: Numbers
    requests: Numbers
    clocks: Numbers

    @classmethod
    def of(cls, found: Measured, asked: _Asked, chosen: Flags) -> "_Rows":
        """Choose by a flag on each report."""
        clock = _places(found, found.clock_report)
        return cls(
            found, asked, np.flatnonzero(chosen), np.flatnonzero(chosen[asked.place]), np.flatnonzero(chosen[clock])
        )


def _places(found: Measured, report: Numbers) -> Numbers:
    """Give the place of each report of this number among the reports, which are in order."""
    return np.searchsorted(found.report, report)


def _asked(found: Measured, end: int) -> _Asked:
    """Set back what was not known yet at the end."""
    place = _places(found, found.asked_report)
    gone = np.where(found.gone <= end, found.gone, NEVER)
    live = np.minimum(found.live, end)
    back = np.where(found.back <= end, found.back, NEVER)
    refused = (found.refused == 1) & (found.answered <= end)
    sent = found.sent[place]
    until = np.where(gone == NEVER, end, gone)
    gaps = _gaps(found, sent, until)
    return _Asked(place, sent, live, gone, back, refused[place], found.withdrawn[place] == 0, *gaps)


def _gaps(found: Measured, sent: Numbers, until: Numbers) -> tuple[Numbers, npt.NDArray[np.float64]]:
    """Give the hours between two looks at a request's link while it was waited for, each with its request's place."""
    starts = np.searchsorted(found.gap_link, found.asked_link, side="left")
    looks = np.searchsorted(found.gap_link, found.asked_link, side="right") - starts
    many = np.maximum(looks - 1, 0)
    of = np.repeat(np.arange(sent.size), many)
    first = np.repeat(starts, many) + np.arange(of.size) - np.repeat(np.cumsum(many) - many, many)
    one, other = found.gap_at[first], found.gap_at[first + 1]
    waiting = (one >= sent[of]) & (other <= until[of])
    return of[waiting], (other - one)[waiting] / HOUR_S


def _grouped(
    found: Measured, asked: _Asked, chosen: Flags, by: Sequence[str]
) -> Iterator[tuple[dict[str, str], _Rows]]:
    """Give each group's keys, in order of the alphabet, and its rows."""
    names = [tuple(group[KEYS.index(key)] for key in by) for group in found.groups]
    order = sorted(set(names))
    number = np.array([order.index(name) for name in names], dtype=np.int64)
    of_report = np.where(chosen, number[found.report_group], -1) if number.size else np.empty(0, dtype=np.int64)
    reports = _split(of_report, len(order))
    requests = _split(of_report[asked.place], len(order))
    clocks = _split(of_report[_places(found, found.clock_report)], len(order))
    for one, name in enumerate(order):
        if reports[one].size:
            keys = dict(zip(by, name, strict=True))
            yield keys, _Rows(found, asked, reports[one], requests[one], clocks[one])


def _split(group: Numbers, many: int) -> list[Numbers]:
    """Give the places of each group, one sort for all; of small numbers it is a matter of counting."""
    if many < np.iinfo(np.int16).max:
        group = group.astype(np.int16)
    order = np.argsort(group, kind="stable")
    edges = np.searchsorted(group[order], np.arange(many + 1))
    return [order[edges[one] : edges[one + 1]] for one in range(many)]


def _figures(rows: _Rows, end: int) -> Figures:
    asked, all_ours = rows.asked, rows.requests
    ours = all_ours[asked.kept[all_ours]]
    sent, live, gone, refused = (one[ours] for one in (asked.sent, asked.live, asked.gone, asked.refused))
    before = gone <= sent
    removed = (gone != NEVER) & ~before
    denied = refused & (gone == NEVER)
    up = (gone == NEVER) & ~denied & (live >= end - LATELY_S) & (live > 0)
    waited = ours[~before]
    return Figures(
        reports=int((rows.found.withdrawn[rows.reports] == 0).sum()),
        n=int(ours.size),
        removed=int(removed.sum()),
        refused=int(denied.sum()),
        still_up=int(up.sum()),
        cannot_tell=int(((gone == NEVER) & ~denied & ~up).sum()),
        gone_before=int(before.sum()),
        withdrawn=int(all_ours.size - ours.size),
        bands=_bands((gone - sent)[removed]),
        reply=_reply(rows, end),
        takedown=median(_spans(asked, waited), clumping=_clumping(asked.place[waited])),
        within=tuple(_within(asked, waited, hours, end) for hours in MARKS_H),
        deadlines=_deadlines(rows, end),
        back=_back(asked, ours[removed]),
        check_gap_hours=_gap(asked, waited),
    )


def _bands(waited: Numbers) -> tuple[int, int, int, int]:
    first, second, third, later = np.bincount(
        np.searchsorted([hours * HOUR_S for hours in MARKS_H], waited, side="left"), minlength=4
    )
    return int(first), int(second), int(third), int(later)


def _spans(asked: _Asked, which: Numbers) -> Spans:
    """Give the waits in hours from sending, their ends to whole minutes outward, so that equal ones count once."""
    sent, live, gone = asked.sent[which], asked.live[which], asked.gone[which]
    high = np.where(gone == NEVER, np.inf, -((sent - gone) // MINUTE_S) / MINUTES)
    return Spans.of((live - sent) // MINUTE_S / MINUTES, high)


def _clumping(reports: Numbers) -> float:
    """Say how many requests share a report, seen from the requests: a report of ten is answered once, not ten times."""
    if not reports.size:
        return 1.0
    sizes = np.bincount(np.unique(reports, return_inverse=True)[1]).astype(np.float64)
    return float((sizes**2).sum() / sizes.sum())


def _within(asked: _Asked, which: Numbers, hours: int, end: int) -> Within:
    """Count what was gone within so many hours, of what was sent early enough to tell."""
    old = which[end - asked.sent[which] >= hours * HOUR_S]
    mark = asked.sent[old] + hours * HOUR_S
    surely = asked.gone[old] <= mark
    perhaps = asked.live[old] < mark  # last seen up before it, and gone or out of sight since
    return Within(hours, int(old.size), int(surely.sum()), int((surely | perhaps).sum()))


def _reply(rows: _Rows, end: int) -> Median:
    """Estimate how long the first reply took, of whatever kind; a reply's moment is known."""
    ours = rows.reports[rows.found.withdrawn[rows.reports] == 0]
    sent, replied = rows.found.sent[ours], rows.found.replied[ours]
    came = replied <= end
    waited = (np.where(came, replied, end) - sent) / HOUR_S
    return median(Spans.of(waited, np.where(came, waited, np.inf)), exact=True)


def _deadlines(rows: _Rows, end: int) -> Deadlines:
    found, ours = rows.found, rows.clocks
    met, missed = found.met[ours] <= end, found.missed[ours] <= end
    running = ~met & ~missed & (found.due[ours] > end)
    untold = ~met & ~missed & ~running
    return Deadlines(*(int(one.sum()) for one in (met, missed, untold, running)))


def _back(asked: _Asked, removed: Numbers) -> Back:
    gone, back = asked.gone[removed], asked.back[removed]
    came = back != NEVER
    days = (back[came] - gone[came]) / HOUR_S / 24
    return Back(int(removed.size), int(came.sum()), float(np.median(days)) if days.size else None)


def _gap(asked: _Asked, which: Numbers) -> float | None:
    ours = np.zeros(asked.sent.size, dtype=bool)
    ours[which] = True
    gaps = asked.gap_hours[ours[asked.gap_of]]
    return float(np.median(gaps)) if gaps.size else None


def _de_indexed(rows: _Rows, end: int) -> DeIndexed:
    found = rows.found
    ours = rows.reports[found.withdrawn[rows.reports] == 0]
    told = found.answered[ours] <= end
    acted, refused = (found.acted[ours] == 1) & told, (found.refused[ours] == 1) & told
    links = rows.asked.kept[rows.requests].sum()
    open_ones = (~acted & ~refused).sum()
    reply = _reply(rows, end)
    return DeIndexed(int(ours.size), int(links), int(acted.sum()), int(refused.sum()), int(open_ones), reply)
