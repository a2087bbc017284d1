"""Tables for everybody to read: small counts are hidden, and so much more that nobody can work them out.

Pure. A table's rows and columns add up to margins that are published. A count under the threshold is hidden; if it
were the only one in its row, the row's sum would tell it, so others are hidden with it ("complementary suppression"),
until every hidden count may lie anywhere in a range as wide as the threshold.

Every table is a flow: a row's sum runs through its cells into the columns. What a reader can know of a hidden cell is
how far the flow through it can be raised or lowered along cycles of hidden cells, which is what this module asks.
Source: Gusfield, "A Graph Theoretic Approach to Statistical Data Security" (1988); Kelly, Golden and Assad, "Cell
Suppression: Disclosure Protection for Sensitive Tabular Data" (1992).
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

THRESHOLD = 5
Cell = tuple[int, int]


@dataclass(frozen=True)
class Shown:
    """A table as it may be published: None is hidden. Margins stand for all rows and columns."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[int | None, ...], ...]
    row_sums: tuple[int, ...]
    column_sums: tuple[int, ...]

    @property
    def total(self) -> int:
        """The sum of all."""
        return sum(self.row_sums)

    @property
    def hidden(self) -> float:
        """The share of cells that are hidden."""
        cells = [one for row in self.cells for one in row]
        return sum(one is None for one in cells) / len(cells)


def suppress(
    rows: Sequence[str], columns: Sequence[str], counts: Sequence[Sequence[int]], threshold: int = THRESHOLD
) -> Shown | None:
    """Hide what must be hidden.

    Args:
        counts: whole numbers from 0, a row for each of `rows`; every row's and column's sum is to be published, so
            fold small rows and columns into others first.

    Returns:
        None where a sum is itself under the threshold. Where none is, hiding every cell is always enough.
    """
    table = [list(row) for row in counts]
    sums = [sum(row) for row in table], [sum(column) for column in zip(*table, strict=True)]
    if any(0 <= one < threshold for margin in sums for one in margin):
        return None
    hidden = {(i, j) for i, row in enumerate(table) for j, count in enumerate(row) if count < threshold}
    if not _protect(table, hidden, threshold):
        return None
    cells = tuple(
        tuple(None if (i, j) in hidden else count for j, count in enumerate(row)) for i, row in enumerate(table)
    )
    return Shown(tuple(rows), tuple(columns), cells, tuple(sums[0]), tuple(sums[1]))


def _protect(table: list[list[int]], hidden: set[Cell], threshold: int) -> bool:
    """Hide more until every hidden cell has a range of `threshold`; tell whether that could be had."""
    safe: set[Cell] = set()
    while True:
        exposed = sorted(hidden - safe)
        if not exposed:
            return True
        cell = exposed[0]
        if spread(table, hidden, cell, threshold) >= threshold:
            safe.add(cell)  # hiding more only widens ranges
            continue
        more = (_way(table, hidden, cell, threshold) or _all(table)) - hidden
        if not more:
            return False
        hidden |= more


def _all(table: list[list[int]]) -> set[Cell]:
    return {(i, j) for i, row in enumerate(table) for j in range(len(row))}


def spread(table: Sequence[Sequence[int]], hidden: set[Cell], cell: Cell, enough: int) -> int:
    """Say how wide the range is in which a hidden cell may lie for who sees the rest; counted up to `enough`."""
    row, column = cell
    up = _flow(table, hidden, cell, source=("column", column), sink=("row", row), enough=enough)
    if up >= enough:
        return enough
    down = _flow(
        table, hidden, cell, source=("row", row), sink=("column", column), enough=min(enough - up, table[row][column])
    )
    return up + down


Node = tuple[str, int]


def _flow(
    table: Sequence[Sequence[int]], hidden: set[Cell], cell: Cell, *, source: Node, sink: Node, enough: int
) -> int:
    """Push flow from a source to a sink through the other hidden cells, one way after another, up to `enough`.

    Along row to column a cell is raised, without end; along column to row it is lowered, down to nothing.
    """
    now = {one: table[one[0]][one[1]] for one in hidden if one != cell}
    pushed = 0
    while pushed < enough:
        path = _path(now, source, sink)
        if path is None:
            break
        room = min([enough - pushed, *(now[one] for one, raised in path if not raised)])
        for one, raised in path:
            now[one] += room if raised else -room
        pushed += room
    return pushed


def _path(now: dict[Cell, int], source: Node, sink: Node) -> list[tuple[Cell, bool]] | None:
    """Find the way with the fewest cells; each with whether it is raised on it."""
    came: dict[Node, tuple[Node, Cell, bool] | None] = {source: None}
    queue = [source]
    for node in queue:
        if node == sink:
            break
        kind, number = node
        for one, count in now.items():
            if kind == "row" and one[0] == number:
                step, raised = ("column", one[1]), True
            elif kind == "column" and one[1] == number and count > 0:
                step, raised = ("row", one[0]), False
            else:
                continue
            if step not in came:
                came[step] = (node, one, raised)
                queue.append(step)
    if sink not in came:
        return None
    path, node = [], sink
    while (last := came[node]) is not None:
        path.append((last[1], last[2]))
        node = last[0]
    return path[::-1]


def _way(table: Sequence[Sequence[int]], hidden: set[Cell], cell: Cell, room: int) -> set[Cell]:
    """Find the cycle through a cell along which it can be raised by `room`, that hides the least; empty where none is.

    What is hidden already costs nothing; a cell that is lowered must have as much as it is lowered by.
    """
    wide, long = len(table[0]), len(table)
    start, goal = ("column", cell[1]), ("row", cell[0])
    queue: list[tuple[int, Node, tuple[Cell, ...]]] = [(0, start, ())]
    seen: set[Node] = set()
    while queue:
        cost, node, way = heapq.heappop(queue)
        if node == goal:
            return set(way)
        if node in seen:
            continue
        seen.add(node)
        kind, number = node
        for other in range(wide if kind == "row" else long):
            one = (number, other) if kind == "row" else (other, number)
            if one == cell or (kind == "column" and table[one[0]][one[1]] < room):
                continue
            price = 0 if one in hidden else table[one[0]][one[1]] + 1
            step = ("column", other) if kind == "row" else ("row", other)
            heapq.heappush(queue, (cost + price, step, (*way, one)))
    return set()


def folded(
    rows: Sequence[str], counts: Sequence[Sequence[int]], rest: str, threshold: int = THRESHOLD
) -> tuple[list[str], list[list[int]]]:
    """Put rows whose sums are under the threshold together under one name, with the next smallest if that is too few.

    Returns:
        Rows, and their counts, with `rest` last; nothing at all where even everything together is under the threshold.
    """
    order = sorted(range(len(rows)), key=lambda one: (sum(counts[one]), rows[one]))
    small = [one for one in order if sum(counts[one]) < threshold]
    large = order[len(small) :]
    while small and large and sum(sum(counts[one]) for one in small) < threshold:
        small.append(large.pop(0))
    kept = [one for one in range(len(rows)) if one in set(large)]
    names, table = [rows[one] for one in kept], [list(counts[one]) for one in kept]
    if small and sum(sum(counts[one]) for one in small) >= threshold:
        names.append(rest)
        table.append([sum(column) for column in zip(*(counts[one] for one in small), strict=True)])
    return names, table
