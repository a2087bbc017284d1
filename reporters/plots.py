"""Plots of figures: median waits with what they can be, and what came of requests, as SVG and PNG."""

import io
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:  # a second that only a plot needs
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, GREY, PALE, HIDDEN = "#1f2933", "#7b8794", "#e4e7eb", "#ffffff"
ACCENT = "#1d5b79"
COLOURS = {
    "gone within 24 h": "#0b3954", "within 48 h": "#1d5b79", "within 7 days": "#4f8aa8", "later": "#9cc0d3",
    "removed": "#1d5b79", "gone before": "#cbd2d9", "refused": "#c7522a", "still up": "#e5a58d",
    "cannot tell": "#f3ead7",
}  # fmt: skip
WIDTH_IN, ROW_IN, EDGES_IN = 7.2, 0.3, 0.95
TICKS_H = ((1, "1 h"), (6, "6 h"), (24, "1 d"), (72, "3 d"), (168, "1 w"), (672, "4 w"), (2016, "12 w"))
LONGEST_H = 4000.0


@dataclass(frozen=True)
class Wait:
    """One line of a plot of medians, in hours; None where it is not reached."""

    name: str
    hours: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Bar:
    """One bar: counts of each part, None where one is hidden, and the sum, which is shown."""

    name: str
    parts: tuple[int | None, ...]
    total: int


def waits(lines: Sequence[Wait], title: str) -> "Figure":
    """Draw medians as dots with their 95 % intervals; an arrow where the end is not reached."""
    figure, axes = _figure(len(lines), title)
    longest = max([96.0, *(one for line in lines for one in (line.hours, line.high) if one is not None)])
    edge = min(longest * 1.6, LONGEST_H)
    for place, line in enumerate(lines):
        low = max(line.low or 0.5, 0.5)
        end = edge if line.high is None else line.high
        if line.low is not None or line.high is not None:
            axes.plot([low, end], [place, place], color=GREY, linewidth=1.6, solid_capstyle="butt")
            if line.high is None:
                axes.plot([edge], [place], marker=">", color=GREY, markersize=5, clip_on=False)
        if line.hours is not None:
            axes.plot([max(line.hours, 0.5)], [place], marker="o", color=ACCENT, markersize=6)
        else:
            said: dict[str, Any] = {"textcoords": "offset points", "ha": "right", "fontsize": 7.5, "color": GREY}
            axes.annotate("not reached", (edge, place), (-8, 4), **said)
    axes.set_xscale("log")
    axes.set_xlim(0.5, edge)
    shown = [(at, word) for at, word in TICKS_H if at <= edge]
    axes.set_xticks([at for at, _ in shown], [word for _, word in shown])
    axes.minorticks_off()
    axes.grid(visible=True, axis="x", color=PALE, linewidth=0.8)
    _named(axes, [line.name for line in lines])
    return figure


def outcomes(bars: Sequence[Bar], parts: Sequence[str], title: str) -> "Figure":
    """Draw what came of requests, one bar of a whole each; what is hidden stays white."""
    figure, axes = _figure(len(bars), title, legend=True)
    colours = [COLOURS.get(part.lower(), GREY) for part in parts]
    for place, bar in enumerate(bars):
        left = 0.0
        shown = sum(one for one in bar.parts if one is not None)
        axes.barh(place, 1.0, color=HIDDEN, edgecolor=GREY, linewidth=0.6, height=0.62, hatch="....", zorder=1)
        for number, count in enumerate(bar.parts):
            share = (count or 0) / bar.total if bar.total else 0.0
            axes.barh(place, share, left=left, color=colours[number], height=0.62, zorder=2)
            left += share
        if shown == bar.total:
            axes.barh(place, 1.0, fill=False, edgecolor=GREY, linewidth=0.6, height=0.62, zorder=3)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
    _named(axes, [f"{bar.name}  ({bar.total})" for bar in bars])
    _legend(axes, parts, colours)
    return figure


def _legend(axes: "Axes", parts: Sequence[str], colours: Sequence[str]) -> None:
    from matplotlib.patches import Patch

    patches = [Patch(facecolor=colours[one], label=part) for one, part in enumerate(parts)]
    patches.append(Patch(facecolor=HIDDEN, edgecolor=GREY, hatch="....", label="not shown"))
    axes.legend(
        handles=patches, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, frameon=False, fontsize=7.5,
        handlelength=1.1, columnspacing=1.2, labelspacing=0.3, borderaxespad=0.2,
    )  # fmt: skip


def _figure(lines: int, title: str, *, legend: bool = False) -> tuple["Figure", "Axes"]:
    os.environ.setdefault("MPLCONFIGDIR", tempfile.gettempdir())  # else it warns where there is no home to write to
    from matplotlib.figure import Figure

    figure = Figure(
        figsize=(WIDTH_IN, EDGES_IN + (0.45 if legend else 0.0) + ROW_IN * max(lines, 1)), layout="constrained"
    )
    axes = figure.add_subplot()
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontsize=10.5, fontweight="bold", color=INK)
    return figure, axes


def _named(axes: "Axes", names: Sequence[str]) -> None:
    """Write the lines' names, the first on top, and take away what carries nothing."""
    axes.set_yticks(range(len(names)), list(names))
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(length=0, labelsize=8.5, colors=INK)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)


def render(figure: "Figure", kind: Literal["svg", "png"], dpi: int = 160) -> bytes:
    """Give a plot's file, the same bytes for the same figures; text stays text in SVG."""
    import matplotlib as mpl

    settings: Any = {"svg.hashsalt": "pehra", "svg.fonttype": "none", "font.family": "sans-serif"}
    out = io.BytesIO()
    with mpl.rc_context(settings):
        figure.savefig(out, format=kind, dpi=dpi, metadata={"Date": None} if kind == "svg" else {"Software": None})
    return out.getvalue()
