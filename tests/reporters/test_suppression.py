"""What may be published: no reader who adds and subtracts learns a hidden count."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from reporters.suppression import THRESHOLD, Shown, folded, suppress

COUNTS = st.one_of(st.just(0), st.integers(0, 8), st.integers(0, 60))
TABLES = st.integers(2, 6).flatmap(
    lambda wide: st.lists(st.lists(COUNTS, min_size=wide, max_size=wide), min_size=2, max_size=7)
)


def shown(counts: list[list[int]]) -> Shown | None:
    rows, table = folded([f"row {one}" for one in range(len(counts))], counts, "others")
    if not table:
        return None
    columns, turned = folded(
        [f"column {one}" for one in range(len(table[0]))], [list(one) for one in zip(*table, strict=True)], "other"
    )
    return suppress(rows, columns, [list(one) for one in zip(*turned, strict=True)]) if turned else None


def ranges(table: Shown) -> list[tuple[float, float]]:
    """Everything a reader can know of each hidden cell, asked of a linear programme that knows nothing of flows."""
    hidden = [(i, j) for i, row in enumerate(table.cells) for j, one in enumerate(row) if one is None]
    equal, right = [], []
    for i, row in enumerate(table.cells):
        equal.append([float(one[0] == i) for one in hidden])
        right.append(table.row_sums[i] - sum(one for one in row if one is not None))
    for j in range(len(table.columns)):
        equal.append([float(one[1] == j) for one in hidden])
        right.append(table.column_sums[j] - sum(row[j] for row in table.cells if row[j] is not None))
    found = []
    for one in range(len(hidden)):
        sides = []
        for sign in (1.0, -1.0):
            goal = np.zeros(len(hidden))
            goal[one] = sign
            answer: Any = linprog(goal, A_eq=equal, b_eq=right, bounds=(0, None), method="highs")
            assert answer.status == 0
            sides.append(sign * answer.fun)
        found.append((sides[0], sides[1]))
    return found


@settings(max_examples=75)
@given(TABLES)
def test_no_hidden_count_can_be_derived(counts: list[list[int]]) -> None:
    table = shown(counts)
    if table is not None:
        for least, most in ranges(table):
            assert most - least >= THRESHOLD - 1e-6


@given(TABLES)
def test_what_is_shown_is_true_and_never_small(counts: list[list[int]]) -> None:
    table = shown(counts)
    if table is None:
        return
    assert table.total == sum(map(sum, counts)) == sum(table.column_sums)
    everything = [*table.row_sums, *table.column_sums, *(one for row in table.cells for one in row if one is not None)]
    assert min(everything) >= THRESHOLD


@pytest.mark.parametrize(
    ("counts", "cells"),
    [
        pytest.param([[20, 3], [30, 40]], ((None, None), (None, None)), id="one small count hides a square"),
        pytest.param([[20, 30], [30, 40]], ((20, 30), (30, 40)), id="nothing small, nothing hidden"),
        pytest.param(
            [[20, 3, 9], [30, 40, 8], [50, 60, 70]], ((20, None, None), (30, None, None), (50, 60, 70)),
            id="the square that costs least",
        ),
    ],
)  # fmt: skip
def test_by_hand(counts: list[list[int]], cells: tuple[tuple[int | None, ...], ...]) -> None:
    table = suppress([str(one) for one in range(len(counts))], [str(one) for one in range(len(counts[0]))], counts)
    assert table is not None
    assert table.cells == cells


@pytest.mark.parametrize(
    "counts",
    [
        pytest.param([[3, 20]], id="one row: its cells are the columns' sums"),
        pytest.param([[3], [20]], id="one column"),
        pytest.param([[1, 9], [1, 9]], id="a column's sum is small itself"),
    ],
)
def test_what_cannot_be_protected_is_kept_back(counts: list[list[int]]) -> None:
    assert (
        suppress([str(one) for one in range(len(counts))], [str(one) for one in range(len(counts[0]))], counts) is None
    )


def test_small_rows_become_one_that_is_not_small() -> None:
    names, table = folded(["a", "b", "c", "d"], [[1, 1], [20, 1], [0, 1], [6, 0]], "others")
    assert (names, table) == (["b", "others"], [[20, 1], [7, 2]])
    assert folded(["a"], [[1, 1]], "others") == ([], [])
