"""Figures held to tables worked by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from casebook.statistics import NEVER, Measured, Period
from reporters import listing
from reporters.figures import Back, Deadlines, Within, summarize

END = datetime(2026, 4, 1, tzinfo=UTC)
HOUR = 3600


def ago(days: float) -> int:
    return int((END - timedelta(days=days)).timestamp())


def measured(
    groups: list[tuple[str, str, str, str]],
    reports: list[dict[str, Any]],
    clocks: Sequence[tuple[int, int, int, int]] = (),
) -> Measured:
    """Lay reports out as columns; each has `links`: (last seen live, first seen gone, back) in hours from sending."""

    def column(values: list[int]) -> np.ndarray[Any, np.dtype[np.int64]]:
        return np.array(values, dtype=np.int64)

    def of(name: str, default: int = NEVER) -> np.ndarray[Any, np.dtype[np.int64]]:
        return column([one.get(name, default) for one in reports])

    asked = [(place, one["sent"], *link) for place, one in enumerate(reports) for link in one["links"]]

    def moments(which: int) -> np.ndarray[Any, np.dtype[np.int64]]:
        return column([NEVER if one[which] is None else int(one[1] + one[which] * HOUR) for one in asked])

    flags = [of(name, 0) for name in ("refused", "acted", "withdrawn")]
    rows = [column(list(one)) for one in zip(*clocks, strict=True)] or [column([])] * 4
    looks = sorted((number, one[1] + hours * HOUR) for number, one in enumerate(asked) for hours in (0, 8, 16))
    return Measured(
        groups, column(list(range(len(reports)))), of("group", 0), of("sent"), of("replied"), of("answered"), *flags,
        column([one[0] for one in asked]), column(list(range(len(asked)))), moments(2), moments(3), moments(4),
        *rows, column([one[0] for one in looks]), column([one[1] for one in looks]), every=1, erased={},
    )  # fmt: skip


GROUPS = [
    ("imgur", "imgur.form", "policy", "ncii"),
    ("google_search", "google_search.form", "de-index", "ncii"),
    ("imgur", "imgur.mail", "statutory", "ncii"),
]
REPORTS = [
    # removed between 10 and 20 h, and came back after 10 days; removed between 30 and 60 h; gone before it was asked
    {"sent": ago(60), "group": 0, "links": [(10, 20, 20 + 240), (30, 60, None), (-30, -2, None)], "replied": ago(59)},
    # refused after a day, still up; refused, yet gone between 100 and 150 h
    {
        "sent": ago(40),
        "group": 0,
        "links": [(959, None, None), (100, 150, None)],
        "replied": ago(39),
        "answered": ago(39),
        "refused": 1,
    },
    # still up yesterday; last seen up after 5 h, then hidden
    {"sent": ago(30), "group": 2, "links": [(29 * 24, None, None), (5, None, None)]},
    {"sent": ago(30), "group": 2, "links": [(1, 2, None)], "withdrawn": 1},
    {
        "sent": ago(20),
        "group": 1,
        "links": [(100, None, None), (100, None, None)],
        "replied": ago(19),
        "answered": ago(19),
        "acted": 1,
    },
]
CLOCKS = [
    (0, ago(58), ago(59), NEVER),
    (1, ago(38), NEVER, ago(37)),
    (2, ago(28), NEVER, NEVER),
    (2, ago(-5), NEVER, NEVER),
]
PERIOD = Period(END - timedelta(days=90), END, END)


@pytest.fixture(scope="module")
def found() -> Any:
    return summarize(measured(GROUPS, REPORTS, CLOCKS), PERIOD)


def test_outcomes_by_hand(found: Any) -> None:
    whole = found.whole
    assert (whole.reports, whole.n, whole.withdrawn) == (3, 7, 1)
    assert (whole.removed, whole.refused, whole.still_up, whole.cannot_tell, whole.gone_before) == (3, 1, 1, 1, 1)
    assert whole.bands == (1, 0, 2, 0)
    assert whole.back == Back(of=3, resurfaced=1, median_days=10.0)
    assert whole.deadlines == Deadlines(met=1, missed=1, untold=1, running=1)
    assert whole.check_gap_hours == 8


def test_within_is_bounded_by_what_was_not_seen(found: Any) -> None:
    """Of six that were up: by 24 h surely one; perhaps the one last seen at 5 h too. By 48 h perhaps (30, 60) as well."""
    assert found.whole.within == (Within(24, 6, 1, 2), Within(48, 6, 1, 3), Within(168, 6, 3, 4))


def test_search_engines_count_apart(found: Any) -> None:
    assert [one.keys["platform"] for one in found.groups] == ["imgur", "imgur"]
    (only,) = found.de_indexing
    assert (only.figures.links, only.figures.reports, only.figures.acted, only.figures.open) == (2, 1, 1, 0)


def test_medians_by_hand(found: Any) -> None:
    """Replies after a day, a day, and none in 30: the second of three ends half. Takedowns: three of six."""
    assert (found.whole.reply.n, found.whole.reply.hours) == (3, 24.0)
    takedown = found.whole.takedown
    assert (takedown.n, takedown.events) == (6, 3)
    assert takedown.at_least == 100
    assert takedown.at_most == 150
    assert 100 <= takedown.hours <= 150


def test_what_happened_after_the_end_is_not_known() -> None:
    early = Period(PERIOD.start, END, END - timedelta(days=59, hours=12))
    whole = summarize(measured(GROUPS, REPORTS[:1], []), early).whole
    assert (whole.removed, whole.still_up, whole.gone_before) == (0, 2, 1)


@pytest.mark.parametrize("by", [("platform",), ("lane", "category"), ()])
def test_groups_add_up(by: tuple[str, ...]) -> None:
    found = summarize(measured(GROUPS, REPORTS, CLOCKS), PERIOD, by)
    assert sum(one.figures.n for one in found.groups) == found.whole.n
    assert sum(sum(listing.parts(one.figures)) for one in found.groups) == found.whole.n


def test_rows_have_as_many_fields_as_heads(found: Any) -> None:
    assert len(listing.outcomes(found.whole)) == len(listing.OUTCOMES)
    assert len(listing.times(found.whole)) == len(listing.TIMES)
    assert len(listing.searches(found.de_indexing[0].figures)) == len(listing.SEARCHES)
    assert "takedown_hours" in listing.flat(found.whole)


def test_of_nothing_there_are_figures_too() -> None:
    found = summarize(measured([], []), PERIOD)
    assert (found.whole.n, found.groups, found.whole.takedown.hours) == (0, [], None)
