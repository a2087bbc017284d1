"""The report on response times for everybody to read: one page of HTML that needs nothing else.

No free text of anybody's, no case, no address, and nothing of where complainants live: the casebook has none of it in
clear. Every count stands in a table whose small cells are hidden so that they cannot be worked out. The tables share no
more than one margin with each other, so that laying them side by side tells no more than each does alone.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from casebook.statistics import Measured, Period
from reporters import plots
from reporters.figures import Deadlines, Figures, Group, summarize
from reporters.listing import PARTS, parts
from reporters.plots import Bar, Wait
from reporters.suppression import THRESHOLD, Shown, folded, suppress
from reporters.survival import Median

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

TEMPLATES = Path(__file__).parent / "templates"
OTHERS, OTHER = "All others", "Other"
NO_SHEET = "Other sites"
FINE = tuple(part[0].upper() + part[1:] for part in PARTS)
REMOVED = FINE[:4]
COARSE = ("Removed", *FINE[4:])
ROW_LEAST = 20  # requests; with fewer a platform's row would be points and little else
HIDDEN_MOST = 1 / 3
DEADLINES = ("Met", "Missed", "Not known", "Still running")
LANES = {
    "partner": "Partner channel",
    "policy": "Platform's own rules",
    "statutory": "Notice under a law",
    "regulator": "Regulator",
    "host": "Host or provider",
    "hotline": "Hotline",
    "data-request": "Request for data",
}
CATEGORIES = {
    "ncii": "Intimate images",
    "cse": "Content with children",
    "impersonation": "Impersonation",
    "privacy": "Privacy",
    "harassment": "Harassment",
    "defamation": "Defamation",
    "threats": "Threats",
    "copyright": "Copyright",
}
DAY_H, WEEK_H = 24, 168
METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)


@dataclass(frozen=True)
class Grid:
    """A table on the page: cells as words, with what stands above and beside them."""

    caption: str
    corner: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    foot: tuple[str, ...]


def page(found: Measured, period: Period, names: Mapping[str, str] | None = None) -> str:
    """Write the page.

    Args:
        names: platforms' names by their ids; an id without one stands for itself.
    """
    called = {"": NO_SHEET, **(names or {})}
    platforms = summarize(found, period, ("platform",))
    whole = platforms.whole
    outcomes, lanes = _outcomes(platforms.groups, summarize(found, period, ("lane",)).groups, called)
    large = [one for one in platforms.groups if one.figures.n >= ROW_LEAST]
    waits = [(_called(one, "platform", called), one.figures) for one in large]
    deadlines = _table(platforms.groups, "platform", called, lambda one: _deadlines(one.deadlines), DEADLINES)
    searched = summarize(found, period, ()).de_indexing
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("public.html").render(
        first=f"{period.start:%-d %B %Y}",
        last=f"{period.end - timedelta(days=1):%-d %B %Y}",
        enough=whole.n >= THRESHOLD,
        n=whole.n,
        threshold=THRESHOLD,
        row_least=ROW_LEAST,
        takedown=words(whole.takedown),
        reply=words(whole.reply),
        gap=None if whole.check_gap_hours is None else _hours(whole.check_gap_hours),
        within=_within(whole, outcomes),
        outcomes=None if outcomes is None else _grid(outcomes, "Platform", "What came of requests, by platform"),
        outcomes_plot=None if outcomes is None else _svg(plots.outcomes(_bars(outcomes), outcomes.columns, "")),
        waits=_waits(whole, waits),
        waits_plot=_svg(plots.waits(_lines(whole, waits), "")),
        categories=_categories(found, period, called),
        lanes=None if lanes is None else _grid(lanes, "Way of asking", "What came of requests, by way of asking"),
        deadlines=None
        if deadlines is None
        else _grid(deadlines, "Platform", "How deadlines ended, by platform", "Deadlines"),
        back=_back(whole, outcomes),
        searched=_searched(searched[0].figures.reports, searched[0].figures.acted) if searched else None,
    )


Counts = Callable[[Figures], Sequence[int]]


def _outcomes(
    platforms: Sequence[Group[Figures]], lanes: Sequence[Group[Figures]], called: Mapping[str, str]
) -> tuple[Shown | None, Shown | None]:
    """Lay out outcomes by platform and by way of asking, in the same columns: others would give each other away."""
    kinds: tuple[tuple[Counts, Sequence[str]], ...] = ((parts, FINE), (_coarse, COARSE))
    for counts, columns in kinds:
        ways = _rows(lanes, "lane", LANES, counts, columns)
        table = _rows(platforms, "platform", called, counts, columns)
        if table is not None and table.hidden <= HIDDEN_MOST:
            return table, ways if ways is not None and ways.hidden <= HIDDEN_MOST else None
    return _sums(platforms, _coarse, COARSE), ways if ways is not None and ways.hidden <= HIDDEN_MOST else None


def _coarse(figures: Figures) -> tuple[int, ...]:
    return (figures.removed, *parts(figures)[4:])


def _called(group: Group[Figures], key: str, called: Mapping[str, str]) -> str:
    return called.get(group.keys[key], group.keys[key])


def _rows(
    groups: Sequence[Group[Figures]], key: str, called: Mapping[str, str], counts: Counts, columns: Sequence[str]
) -> Shown | None:
    """Fold what is small, by rows and by columns, and hide what is small inside."""
    named = sorted((_called(one, key, called), list(counts(one.figures))) for one in groups)
    return _safe([name for name, _ in named], columns, [row for _, row in named])


def _table(
    groups: Sequence[Group[Figures]], key: str, called: Mapping[str, str], counts: Counts, columns: Sequence[str]
) -> Shown | None:
    """Give the table, or only its sums where most of it would be points."""
    table = _rows(groups, key, called, counts, columns)
    return table if table is not None and table.hidden <= HIDDEN_MOST else _sums(groups, counts, columns)


def _sums(groups: Sequence[Group[Figures]], counts: Counts, columns: Sequence[str]) -> Shown | None:
    """Give the columns' sums alone."""
    rows = [counts(one.figures) for one in groups]
    return _safe(["All"], columns, [[sum(column) for column in zip(*rows, strict=True)]]) if rows else None


def _safe(names: Sequence[str], columns: Sequence[str], counts: Sequence[Sequence[int]]) -> Shown | None:
    """Fold and hide; what occurs nowhere is left out, for there is nobody in it."""
    if not counts or sum(map(sum, counts)) < THRESHOLD:
        return None
    met = [(head, list(one)) for head, one in zip(columns, zip(*counts, strict=True), strict=True) if any(one)]
    heads, turned = folded([head for head, _ in met], [column for _, column in met], OTHER)
    rows, table = folded(names, [list(one) for one in zip(*turned, strict=True)], OTHERS, ROW_LEAST)
    if not table:  # less than one row's worth altogether
        rows, table = ["All"], [[sum(column) for column in turned]]
    return suppress(rows, heads, table)


def _categories(found: Measured, period: Period, called: Mapping[str, str]) -> Grid | None:
    """Lay out how many requests were about what, by platform."""
    groups = summarize(found, period, ("platform", "category")).groups
    kinds = sorted({one.keys["category"] for one in groups}, key=list(CATEGORIES).index)
    counts: dict[str, list[int]] = {}
    for one in groups:
        counts.setdefault(_called(one, "platform", called), [0] * len(kinds))[kinds.index(one.keys["category"])] += (
            one.figures.n
        )
    names, heads = sorted(counts), [CATEGORIES[one] for one in kinds]
    table = _safe(names, heads, [counts[name] for name in names])
    if table is None or table.hidden > HIDDEN_MOST:
        table = _safe(
            ["All"], heads, [[sum(column) for column in zip(*counts.values(), strict=True)]] if counts else []
        )
    return None if table is None else _grid(table, "Platform", "What requests were about, by platform")


def _grid(table: Shown, corner: str, caption: str, counted: str = "Requests") -> Grid:
    rows = tuple(
        (name, str(total), *(_cell(one, total) for one in cells))
        for name, cells, total in zip(table.rows, table.cells, table.row_sums, strict=True)
    )
    foot = ("All", str(table.total), *(_cell(one, table.total) for one in table.column_sums))
    return Grid(caption, corner, (counted, *table.columns), rows if len(rows) > 1 else (), foot)


def _cell(count: int | None, of: int) -> str:
    if count is None:
        return "·"
    return f"{count} ({count / of:.0%})"


def _bars(table: Shown) -> list[Bar]:
    return [Bar(name, cells, total) for name, cells, total in zip(table.rows, table.cells, table.row_sums, strict=True)]


def _within(whole: Figures, outcomes: Shown | None) -> list[tuple[str, str]]:
    """Give the shares that were surely gone by each mark, where what was removed, and each band of it, may be told."""
    if not _tells_removed(outcomes) or min(whole.bands) < THRESHOLD:
        return []
    marks = ("24 hours", "48 hours", "7 days")
    return [(mark, f"{sum(whole.bands[: one + 1]) / whole.n:.0%}") for one, mark in enumerate(marks)]


def _tells_removed(outcomes: Shown | None) -> bool:
    return outcomes is not None and ("Removed" in outcomes.columns or set(REMOVED) <= set(outcomes.columns))


def _waits(whole: Figures, platforms: Sequence[tuple[str, Figures]]) -> Grid:
    rows = tuple((name, *_wait(one)) for name, one in platforms)
    columns = ("Takedown, median", "between", "First reply, median", "between")
    return Grid("How long it took, by platform", "Platform", columns, rows, ("All", *_wait(whole)))


def _wait(figures: Figures) -> tuple[str, str, str, str]:
    few = ("too few", "-")
    gone = words(figures.takedown) if figures.n - figures.gone_before >= THRESHOLD else few
    return (*gone, *(words(figures.reply) if figures.reports >= THRESHOLD else few))


def words(found: Median) -> tuple[str, str]:
    """Say a median and its bounds, rounded outward to what is no single link's moment."""
    if not found.n:
        return "-", "-"
    middle = "not reached" if found.hours is None else _hours(found.hours)
    least = "0" if found.low is None else _hours(found.low, math.floor)
    most = "no end in sight" if found.high is None else _hours(found.high, math.ceil)
    return middle, f"{least} and {most}"


def _hours(value: float, to: Callable[[float], int] = round) -> str:
    """Give whole hours up to three days, then days; above a month, weeks."""
    if value < 3 * DAY_H:
        return f"{to(value)} h"
    return f"{to(value / DAY_H)} days" if value < 5 * WEEK_H else f"{to(value / WEEK_H)} weeks"


def _lines(whole: Figures, platforms: Sequence[tuple[str, Figures]]) -> list[Wait]:
    chosen = [("All", whole), *platforms]
    return [
        Wait(name, one.takedown.hours, one.takedown.low, one.takedown.high)
        for name, one in chosen
        if one.n - one.gone_before >= THRESHOLD
    ]


def _deadlines(known: Deadlines) -> tuple[int, int, int, int]:
    return known.met, known.missed, known.untold, known.running


def _back(whole: Figures, outcomes: Shown | None) -> str | None:
    """Say how many came back; None where that or its opposite is too few to say, or how many went may not be told."""
    back = whole.back
    if not _tells_removed(outcomes) or min(back.resurfaced, back.of - back.resurfaced) < THRESHOLD:
        return None
    days = "" if back.median_days is None else f", in the median {back.median_days:.0f} days after they were gone"
    return f"{back.resurfaced} of {back.of} removed links ({back.resurfaced / back.of:.0%}) were found up again{days}."


def _searched(reports: int, acted: int) -> str | None:
    if reports < THRESHOLD:
        return None
    if min(acted, reports - acted) < THRESHOLD:
        return (
            f"{reports} requests went to search engines; how many were granted is too few, or all but too few, to say."
        )
    return f"{reports} requests went to search engines; {acted} ({acted / reports:.0%}) were granted, as they say."


def _svg(figure: "Drawing") -> Markup:
    """Give a plot to stand inside the page: without the head of a file of its own."""
    drawn = plots.render(figure, "svg").decode()
    inside = METADATA.sub("", drawn[drawn.index("<svg") :])
    return Markup(inside)  # noqa: S704  # our own drawing; matplotlib escapes its words
