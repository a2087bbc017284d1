"""When stills of two films agree that one was cut from the other: several of them, in order, at one speed.

A single still that is alike proves little: films share title cards, logos, a blue sky. Those that agree lie on a line:
their time in the known film is their time in the other, times a speed, plus a shift.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_STILLS = 3  # of each film, that have to agree
# Films are made faster or slower to escape those who look for them; beyond this nobody would want to watch.
# Players and editors offer round ones; between them one is near enough for what is cut from two minutes.
ROUND = (
    0.5,
    0.6,
    0.7,
    0.75,
    0.8,
    0.9,
    0.95,
    24 / 25,
    1.0,
    25 / 24,
    1.05,
    1.1,
    1.15,
    1.2,
    1.25,
    1.3,
    1.4,
    1.5,
    1.6,
    1.75,
    2.0,
)
SPEEDS = tuple(
    sorted({*ROUND, *(round(float(one), 3) for one in np.geomspace(0.5, 2.0, 57))}, key=lambda one: abs(np.log(one)))
)
WITHIN_S = 1.5  # to either side: two films keep their stills at other moments of one slow scene
WINDOWS = 8  # the fullest ones, which are looked at closely

Seconds = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Line:
    """How one film lies in another: `known_at_s` is about `speed * at_s + shift_s`.

    `stills` is how many different ones of each agree, `pairs` which of the pairs that were given.
    """

    speed: float
    shift_s: float
    stills: int
    pairs: NDArray[np.intp]


def agreed(at_s: Sequence[float], known_at_s: Sequence[float], least: int = LEAST_STILLS) -> Line | None:
    """Find the line that most stills agree on; None where fewer than `least` do.

    Args:
        at_s: for each pair of stills that are alike, when in the film that was met.
        known_at_s: the same in the known film.
    """
    met, known = np.asarray(at_s, np.float64), np.asarray(known_at_s, np.float64)
    best: Line | None = None
    for speed in SPEEDS:  # of two that say the same, the likelier
        best = _at_speed(met, known, speed, least if best is None else best.stills + 1) or best
    return best


def _at_speed(at_s: Seconds, known_at_s: Seconds, speed: float, least: int) -> Line | None:
    """Slide a window over the shifts; the pairs in it agree, where they are of at least so many stills."""
    shifts = known_at_s - speed * at_s
    order = np.argsort(shifts, kind="stable")
    shifts = shifts[order]
    starts = np.arange(len(shifts))
    ends = np.searchsorted(shifts, shifts + 2 * WITHIN_S, side="right")
    best: Line | None = None
    for start in np.argsort(starts - ends, kind="stable")[:WINDOWS]:
        pairs = order[start : ends[start]]
        if len(pairs) < least:
            break
        stills = min(len(np.unique(times[pairs])) for times in (at_s, known_at_s))
        if stills >= least:
            least = stills + 1
            best = Line(speed, float(np.median(shifts[start : ends[start]])), stills, pairs)
    return best
