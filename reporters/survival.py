"""How long something takes where it was only looked at now and then, and some of it has not happened yet.

Pure. All times are hours since a request was sent. What happened between two looks is an interval, never one invented
moment; what has not happened is "longer than", never left out.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Hours = npt.NDArray[np.float64]
Z95 = 1.959963984540054  # of the normal distribution
MOST_ENDS = 120  # more ends of intervals than this move no median by more than their own width
ROUNDS, SETTLED = 400, 1e-5


@dataclass(frozen=True)
class Spans:
    """Many waits, one row each, or one row for `weight` equal ones.

    `low` is when it had surely not happened yet, `high` when it surely had; infinity where it had not when last seen,
    equal to `low` where the moment is known.
    """

    low: Hours
    high: Hours
    weight: Hours

    @classmethod
    def of(cls, low: Any, high: Any, weight: Any = None) -> "Spans":  # noqa: ANN401  # whatever numpy takes
        """Take what is no array yet; a wait cannot begin before its request."""
        lows = np.maximum(np.asarray(low, dtype=np.float64), 0.0)
        highs = np.maximum(np.asarray(high, dtype=np.float64), lows)
        weights = np.ones_like(lows) if weight is None else np.asarray(weight, dtype=np.float64)
        return cls(lows, highs, weights)

    @property
    def happened(self) -> npt.NDArray[np.bool_]:
        """Which of them did happen."""
        return np.isfinite(self.high)


@dataclass(frozen=True)
class Median:
    """A median wait in hours, and what it can be; None where it is not reached: fewer than half have happened.

    Attributes:
        hours: the estimate: Turnbull's, a straight line inside the interval in which half is passed.
        at_least, at_most: the Kaplan-Meier medians if each had happened right after it was last seen up, and just
            before it was first seen gone: the truth lies between whatever happened unseen.
        low, high: with chance added: the 95 % interval's lower end of the one, upper end of the other.
        n, events: how many waits, and how many of them ended.
    """

    n: int
    events: int
    hours: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    low: float | None = None
    high: float | None = None


def median(spans: Spans, *, clumping: float = 1.0, exact: bool = False) -> Median:
    """Estimate the median wait.

    Args:
        exact: the moments are known, so that Kaplan and Meier's median is the estimate, and the bounds are one.
        clumping: how many waits end together on average, as the links of one report do; the interval is widened as
            if each such clump were one wait (Kish's effective sample size, the cautious end).
    """
    n, events = float(spans.weight.sum()), float(spans.weight[spans.happened].sum())
    if not n:
        return Median(0, 0)
    late = kaplan_meier(*_latest(spans))
    early = late if exact else kaplan_meier(*_earliest(spans))
    return Median(
        round(n),
        round(events),
        hours=late.quantile(0.5) if exact else turnbull_median(spans),
        at_least=early.quantile(0.5),
        at_most=late.quantile(0.5),
        low=early.limit(0.5, clumping, lower=True),
        high=late.limit(0.5, clumping, lower=False),
    )


def _latest(spans: Spans) -> tuple[Hours, Hours, Hours]:
    """Give times, whether each is an event, and weights, as if all happened just before they were first seen gone."""
    return np.where(spans.happened, spans.high, spans.low), spans.happened.astype(np.float64), spans.weight


def _earliest(spans: Spans) -> tuple[Hours, Hours, Hours]:
    """Give the same as if all happened right after they were last seen up.

    A wait that was last seen at `c` and never again may as well have ended right after `c`, so it leaves before the
    events of that moment are counted: a hair earlier, which keeps it out of their risk set.
    """
    before = np.nextafter(spans.low, -np.inf)
    return np.where(spans.happened, spans.low, before), spans.happened.astype(np.float64), spans.weight


@dataclass(frozen=True)
class Curve:
    """A survival curve: after `times[i]` hours the share `up[i]` was left, with Greenwood's sum beside it."""

    times: Hours
    up: Hours
    greenwood: Hours

    def quantile(self, share: float) -> float | None:
        """Give the first moment at which no more than `share` is left."""
        return _first(self.times, self.up <= share + 1e-12)

    def limit(self, share: float, clumping: float, *, lower: bool) -> float | None:
        """Give an end of the 95 % interval of that moment (Brookmeyer and Crowley, on the log-log scale)."""
        least, most = self.band(clumping)
        return _first(self.times, (least if lower else most) <= share + 1e-12)

    def band(self, clumping: float = 1.0) -> tuple[Hours, Hours]:
        """Give the curve's 95 % band, lower and upper."""
        with np.errstate(divide="ignore", invalid="ignore"):
            loglog = np.log(-np.log(self.up))
            swing = Z95 * np.sqrt(self.greenwood * clumping) / np.abs(np.log(self.up))
            least, most = np.exp(-np.exp(loglog + swing)), np.exp(-np.exp(loglog - swing))
        gone, whole = self.up <= 0.0, self.up >= 1.0
        return np.where(gone, 0.0, np.where(whole, 1.0, least)), np.where(gone, 0.0, np.where(whole, 1.0, most))


def _first(times: Hours, where: npt.NDArray[np.bool_]) -> float | None:
    return float(times[int(np.argmax(where))]) if where.any() else None


def kaplan_meier(times: Hours, ended: Hours, weight: Hours) -> Curve:
    """Estimate the share that is left over time; who leaves unseen at a moment was at risk in it.

    Source: Kaplan and Meier, "Nonparametric Estimation from Incomplete Observations" (1958); Greenwood's variance.
    """
    at, where = np.unique(times, return_inverse=True)
    events = np.bincount(where, weights=ended * weight, minlength=at.size)
    leaving = np.bincount(where, weights=weight, minlength=at.size)
    risk = leaving.sum() - np.concatenate(([0.0], np.cumsum(leaving)[:-1]))
    up = np.cumprod(1.0 - events / risk)
    left = risk - events
    step = np.divide(events, risk * left, out=np.zeros_like(events), where=left > 0)
    return Curve(np.maximum(at, 0.0), up, np.cumsum(step))


def turnbull_median(spans: Spans) -> float | None:
    """Estimate the median from intervals; None where half is not reached."""
    pieces = turnbull(spans)
    passed = np.cumsum(pieces.share)
    over = passed >= 0.5 - 1e-6
    if not over.any():
        return None
    where = int(np.argmax(over))
    low, high = float(pieces.low[where]), float(pieces.high[where])
    if not math.isfinite(high):
        return None
    before = float(passed[where - 1]) if where else 0.0
    return low + (high - low) * min(1.0, max(0.0, (0.5 - before) / float(pieces.share[where])))


@dataclass(frozen=True)
class Pieces:
    """Where the estimate puts weight: `share[i]` of all waits ended within (low[i], high[i]]."""

    low: Hours
    high: Hours
    share: Hours


def turnbull(spans: Spans) -> Pieces:
    """Estimate from intervals where waits ended, without a curve's shape being assumed.

    Self-consistency by turns (EM) over whole arrays, since the library's loop over single intervals takes a second a
    group and has no weights beside its interval; tests hold the result to the library's.

    Source: Turnbull, "The Empirical Distribution Function with Arbitrarily Grouped, Censored and Truncated Data"
    (1976).
    """
    low, high, weight = _gathered(spans)
    piece_low, piece_high = _innermost(low, high)
    first = np.searchsorted(piece_low, low, side="left")
    last = np.searchsorted(piece_high, high, side="right")
    share, worth = weight / weight.sum(), np.full(piece_low.size, 1.0 / piece_low.size)

    def better(old: Hours) -> tuple[Hours, float]:
        """Share every wait out over the pieces it may have ended in; give the old shares' log-likelihood too."""
        sums = np.concatenate(([0.0], np.cumsum(old)))
        inside = np.maximum(sums[last] - sums[first], 1e-300)
        edges = np.bincount(first, share / inside, old.size + 1) - np.bincount(last, share / inside, old.size + 1)
        new = np.maximum(old * np.cumsum(edges[:-1]), 0.0)
        return new / new.sum(), float(share @ np.log(inside))

    return Pieces(piece_low, piece_high, _settled(worth, better))


def _settled(start: Hours, better: Callable[[Hours], tuple[Hours, float]]) -> Hours:
    """Repeat until nothing moves, leaping ahead along the way two turns go; a leap that leads down is not taken.

    Source: Varadhan and Roland, "Simple and Globally Convergent Methods for Accelerating the Convergence of Any EM
    Algorithm" (2008), scheme S3.
    """
    now, leap, reached = start, start, -math.inf
    for _ in range(ROUNDS):
        one, worth = better(leap)
        if worth < reached:
            one, worth = better(now)
        reached = worth
        two, _ = better(one)
        way, bend = one - leap, two - 2 * one + leap
        now = two
        if float(np.abs(two - one).max()) < SETTLED:
            break
        far = float(np.linalg.norm(way) / max(float(np.linalg.norm(bend)), 1e-300))
        leap = np.maximum(two if far <= 1.0 else leap + 2 * far * way + far**2 * bend, two * 1e-3)
        leap = leap / leap.sum()
    return now


def _gathered(spans: Spans) -> tuple[Hours, Hours, Hours]:
    """Give distinct intervals with their weights; where their ends are many, widened outward to some of them."""
    low, high = _exact(spans.low, spans.high)
    ends = _distinct(np.concatenate((low, high[spans.happened])))
    if ends.size > MOST_ENDS:
        ends = _distinct(np.quantile(ends, np.linspace(0.0, 1.0, MOST_ENDS), method="nearest"))
    ends = np.append(ends, np.inf)
    begins = np.searchsorted(ends, low, side="right") - 1
    stops = np.searchsorted(ends, high, side="left")
    pairs, where = np.unique(begins * ends.size + stops, return_inverse=True)
    weight = np.bincount(where, weights=spans.weight).astype(np.float64)
    return ends[pairs // ends.size], ends[pairs % ends.size], weight


def _distinct(values: Hours) -> Hours:
    """Give each value once, in order; sorting a million of them is faster than the library's table of hashes."""
    values = np.sort(values)
    return values[np.concatenate(([True], values[1:] != values[:-1]))] if values.size else values


def _exact(low: Hours, high: Hours) -> tuple[Hours, Hours]:
    """Open a known moment a hair to the left, so that every interval is (low, high]."""
    return np.where(low == high, np.nextafter(high, -np.inf), low), high


def _innermost(low: Hours, high: Hours) -> tuple[Hours, Hours]:
    """Give the intervals that begin with a low end and end with the next high one: only they can carry weight."""
    ends = np.concatenate((low, high))
    opens = np.concatenate((np.ones(low.size, dtype=np.int8), np.zeros(high.size, dtype=np.int8)))
    order = np.lexsort((opens, ends))  # at one moment (a, b] ends before (b, c] begins
    ends, opens = ends[order], opens[order]
    turns = np.flatnonzero((opens[:-1] == 1) & (opens[1:] == 0))
    return ends[turns], ends[turns + 1]
