"""Medians held to hand-worked tables, to the library, and to simulated platforms whose truth is known."""

import warnings

import numpy as np
import numpy.typing as npt
import pytest
from lifelines import KaplanMeierFitter
from lifelines.fitters.npmle import npmle
from lifelines.utils import median_survival_times

from reporters.survival import Spans, kaplan_meier, median, turnbull, turnbull_median

NEVER = np.inf


def looked_at(
    truth: npt.NDArray[np.float64], until: npt.NDArray[np.float64], first: npt.NDArray[np.float64], gap: float
) -> Spans:
    """What daily looks from `first` on make of the truth, where each stops at `until`."""
    last = np.where(until < first, 0.0, first + np.floor((until - first) / gap) * gap)
    low = np.where(truth < first, 0.0, first + np.floor((truth - first) / gap) * gap)
    high = np.where(truth < first, first, low + gap)
    seen = high <= last
    return Spans.of(np.where(seen, low, np.minimum(low, last)), np.where(seen, high, NEVER))


def platform(chance: np.random.Generator, n: int, gap: float = 24.0) -> Spans:
    """A platform with a true median of 72 h, of which a third is out of sight before it acts."""
    truth = chance.exponential(72 / np.log(2), n)
    return looked_at(truth, chance.exponential(2 * 72 / np.log(2), n), chance.uniform(0, gap, n), gap)


# Six waits: gone at 6, 6, 10 and 22 h; last seen up at 9 and 20 h. Worked by hand:
# at 6 h: 6 at risk, 2 gone, 4/6 left = 0.667; at 10 h: 3 at risk, 1 gone, 0.667 x 2/3 = 0.444; at 22 h: 1 at risk, 0.
TIMES, ENDED = np.array([6.0, 6, 9, 10, 20, 22]), np.array([1.0, 1, 0, 1, 0, 1])


def test_kaplan_and_meier_by_hand() -> None:
    curve = kaplan_meier(TIMES, ENDED, np.ones(6))
    assert curve.times.tolist() == [6, 9, 10, 20, 22]
    assert curve.up == pytest.approx([2 / 3, 2 / 3, 4 / 9, 4 / 9, 0])
    assert curve.greenwood[:3] == pytest.approx([2 / 24, 2 / 24, 2 / 24 + 1 / 6])
    assert curve.quantile(0.5) == 10


def test_intervals_by_hand() -> None:
    """(0,24] twice, (24,48] once, one seen up at 24 h and never again: a half within a day, a quarter in the second.

    The one out of sight may have ended in any piece after 24 h: all of its weight goes to (24,48], the only one.
    """
    spans = Spans.of([0, 0, 24, 24], [24, 24, 48, NEVER])
    pieces = turnbull(spans)
    assert [(a, b) for a, b, share in zip(pieces.low, pieces.high, pieces.share, strict=True) if share > 0.01] == [
        (0, 24),
        (24, 48),
    ]
    assert pieces.share[:2] == pytest.approx([0.5, 0.5], abs=1e-4)
    found = median(spans)
    assert (found.n, found.events) == (4, 3)
    assert found.hours == pytest.approx(24, abs=0.1)
    assert (found.at_least, found.at_most) == (0, 24)


def test_half_is_not_reached() -> None:
    found = median(Spans.of([10, 20, 30, 40], [12, NEVER, NEVER, NEVER]))
    assert (found.n, found.events, found.hours, found.at_most, found.high) == (4, 1, None, None, None)


def test_of_nothing_there_is_no_median() -> None:
    assert median(Spans.of([], [])) == median(Spans.of([], []), exact=True)
    assert median(Spans.of([], [])).n == 0


@pytest.mark.parametrize("seed", range(5))
def test_both_estimates_are_the_library_s(seed: int) -> None:
    spans = platform(np.random.default_rng(seed), 60)
    times, ended = np.where(spans.happened, spans.high, spans.low), spans.happened
    theirs, ours = KaplanMeierFitter().fit(times, ended), kaplan_meier(times, ended.astype(float), spans.weight)
    assert ours.quantile(0.5) == theirs.median_survival_time_
    limits = [ours.limit(0.5, 1.0, lower=lower) or NEVER for lower in (True, False)]
    assert limits == median_survival_times(theirs.confidence_interval_).to_numpy()[0].tolist()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shares, pieces = npmle(spans.low + 1e-9, np.where(spans.happened, spans.high, 1e6), tol=1e-9, max_iter=500)
    reached = turnbull_median(spans)
    where = int(np.argmax(np.cumsum(shares) >= 0.5 - 1e-4))
    assert reached is not None
    assert pieces[where].left - 1e-6 <= reached <= pieces[where].right + 1e-6


@pytest.mark.parametrize("n", [25, 200])
def test_the_truth_lies_inside_the_bounds_and_no_side_is_favoured(n: int) -> None:
    chance, inside, guesses = np.random.default_rng(72), 0, []
    for _ in range(60):
        found = median(platform(chance, n))
        inside += found.low is not None and found.low <= 72 and (found.high is None or found.high >= 72)
        guesses.append(found.hours or 150.0)
    assert inside >= 57
    assert np.median(guesses) == pytest.approx(72, abs=7)


def test_links_that_end_together_are_not_taken_for_many_witnesses() -> None:
    """Reports of ten links, each acted on as a whole: without the clumping the interval would lie far too often."""
    chance, inside, naive = np.random.default_rng(10), 0, 0
    for _ in range(60):
        truth = np.repeat(chance.exponential(72 / np.log(2), 30), 10)
        spans = looked_at(truth, np.full(300, 1000.0), np.repeat(chance.uniform(0, 6, 30), 10), 6.0)
        for clumping in (10.0, 1.0):
            found = median(spans, clumping=clumping)
            right = found.low is not None and found.high is not None and found.low <= 72 <= found.high
            inside, naive = (inside + right, naive) if clumping == 10.0 else (inside, naive + right)
    assert inside >= 57 > naive


def test_many_different_moments_move_the_median_by_less_than_the_gap() -> None:
    spans = platform(np.random.default_rng(3), 20_000)
    found = median(spans)
    assert found.hours == pytest.approx(72, abs=4)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= 72 <= found.high <= 72 + 24 + 6
