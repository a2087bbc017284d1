"""Stills that agree: several, of both films, on one line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers.agreement import LEAST_STILLS, WITHIN_S, agreed

TIMES = st.lists(st.floats(0, 600), min_size=LEAST_STILLS, max_size=20, unique_by=round)


@given(TIMES, st.sampled_from([0.5, 0.8, 1.0, 1.25, 1.5, 2.0]), st.floats(0, 100))
def test_a_film_at_any_speed_agrees_with_itself(times: list[float], speed: float, shift: float) -> None:
    line = agreed(times, [speed * one + shift for one in times])
    assert line is not None
    assert line.stills >= LEAST_STILLS


@given(st.lists(st.tuples(st.floats(0, 600), st.floats(0, 600)), max_size=LEAST_STILLS - 1))
def test_too_few_never_agree(pairs: list[tuple[float, float]]) -> None:
    assert agreed([one for one, _ in pairs], [other for _, other in pairs]) is None


@given(st.floats(0, 600), st.lists(st.floats(0, 600), max_size=30))
def test_one_still_that_is_like_many_does_not_agree_with_them(at: float, known: list[float]) -> None:
    assert agreed([at] * len(known), known) is None
    assert agreed(known, [at] * len(known)) is None


@given(st.lists(st.tuples(st.floats(0, 600), st.floats(0, 600)), min_size=1, max_size=25))
def test_those_that_agree_lie_on_the_line(pairs: list[tuple[float, float]]) -> None:
    line = agreed([one for one, _ in pairs], [other for _, other in pairs])
    if line is not None:
        off = [pairs[at][1] - line.speed * pairs[at][0] - line.shift_s for at in line.pairs]
        assert max(map(abs, off)) <= 2 * WITHIN_S + 1e-6
        assert len({pairs[at][0] for at in line.pairs}) >= LEAST_STILLS


def test_a_film_backwards_does_not_agree() -> None:
    times = [float(one) for one in range(0, 100, 10)]
    assert agreed(times, times[::-1]) is None


@pytest.mark.parametrize("least", [2, 3])
def test_a_short_film_needs_fewer(least: int) -> None:
    assert (agreed([1.0, 5.0], [11.0, 15.0], least) is not None) is (least == 2)
