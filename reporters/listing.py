"""Figures as rows: for tables in a terminal, CSV, JSON and plots."""

from dataclasses import asdict
from typing import Any

from reporters.figures import DeIndexed, Figures, Summary
from reporters.plots import Bar, Wait
from reporters.survival import Median

PARTS = (
    "gone within 24 h", "within 48 h", "within 7 days", "later",
    "gone before", "refused", "still up", "cannot tell",
)  # fmt: skip
OUTCOMES = (
    "n", "removed", "refused", "still up", "cannot tell", "gone before",
    "24 h", "48 h", "7 d", "deadline met", "missed", "came back",
)  # fmt: skip
TIMES = ("takedown", "95 %", "first reply", "95 %", "back after, days", "between checks")
SEARCHES = ("reports", "links", "acted", "refused", "open", "first reply", "95 %")
MOST_BARS = 40


def fields(figures: Figures) -> dict[str, Any]:
    """Give figures as one JSON object, shares beside their counts."""
    known = asdict(figures)
    known["within"] = {
        f"{one.hours}h": {
            "of": one.of,
            "at_least": one.at_least,
            "at_most": one.at_most,
            "share_at_least": _share(one.at_least, one.of),
            "share_at_most": _share(one.at_most, one.of),
        }
        for one in figures.within
    }
    known["removed_within"] = dict(zip(("24h", "48h", "7d", "later"), known.pop("bands"), strict=True))
    known["resurfaced"] = {**known.pop("back"), "share": _share(figures.back.resurfaced, figures.back.of)}
    return known


def searched(figures: DeIndexed) -> dict[str, Any]:
    """Give figures of search engines as one JSON object."""
    return asdict(figures)


def flat(figures: Figures) -> dict[str, Any]:
    """Give figures as one row of CSV; what is nested gets its path as a name."""
    return _flat("", fields(figures))


def _flat(path: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {path: "" if value is None else value}
    return {
        key: one for name, inner in value.items() for key, one in _flat(f"{path}_{name}".lstrip("_"), inner).items()
    }


def outcomes(figures: Figures) -> tuple[object, ...]:
    """Give the row of the table of outcomes."""
    within = [_between(_share(one.at_least, one.of), _share(one.at_most, one.of)) for one in figures.within]
    back = f"{figures.back.resurfaced} of {figures.back.of}"
    return (
        figures.n, figures.removed, figures.refused, figures.still_up, figures.cannot_tell, figures.gone_before,
        *within, figures.deadlines.met, figures.deadlines.missed, back,
    )  # fmt: skip


def times(figures: Figures) -> tuple[object, ...]:
    """Give the row of the table of times."""
    days, gap = figures.back.median_days, figures.check_gap_hours
    return (
        *_median(figures.takedown),
        *_median(figures.reply),
        _number(days),
        "-" if gap is None else f"{_number(gap)} h",
    )


def searches(figures: DeIndexed) -> tuple[object, ...]:
    """Give the row of the table of search engines."""
    return (figures.reports, figures.links, figures.acted, figures.refused, figures.open, *_median(figures.reply))


def _share(part: int, of: int) -> float | None:
    return round(part / of, 4) if of else None


def _between(least: float | None, most: float | None) -> str:
    if least is None or most is None:
        return "-"
    return f"{least:.0%}" if least == most else f"{least:.0%} to {most:.0%}"


def _median(found: Median) -> tuple[str, str]:
    if not found.n:
        return "-", "-"
    middle = "not reached" if found.hours is None else f"{_number(found.hours)} h"
    low, high = _number(found.low) if found.low is not None else "?", found.high
    return middle, "-" if found.low is None and high is None else f"{low} to {'?' if high is None else _number(high)}"


def _number(value: float | None) -> str:
    """Give three digits at most: more would say more than is known."""
    if value is None:
        return "-"
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"


def _name(keys: dict[str, str]) -> str:
    """Name a group; a channel's id begins with its platform's."""
    words = dict(keys)
    if "channel" in words and words["channel"].startswith(words.get("platform") or "\n"):
        words.pop("platform")
    return ", ".join(word or "no sheet" for word in words.values())


def waits(found: Summary, *, reply: bool = False) -> list[Wait]:
    """Give the lines of a plot of medians: all together, then the groups with most requests."""
    lines = []
    for name, one in _shown(found):
        known = one.reply if reply else one.takedown
        if known.n:
            lines.append(Wait(name, known.hours, known.low, known.high))
    return lines


def bars(found: Summary) -> list[Bar]:
    """Give the bars of a plot of outcomes, the same groups."""
    return [Bar(name, parts(one), one.n) for name, one in _shown(found)]


def parts(figures: Figures) -> tuple[int, ...]:
    """Divide all requests, in the order of `PARTS`."""
    return (*figures.bands, figures.gone_before, figures.refused, figures.still_up, figures.cannot_tell)


def _shown(found: Summary) -> list[tuple[str, Figures]]:
    most = sorted(found.groups, key=lambda one: -one.figures.n)[:MOST_BARS]
    chosen = [(_name(one.keys), one.figures) for one in found.groups if one in most]
    return [("all", found.whole), *chosen]
