"""The page for everybody: nothing small, nothing of anybody, and the same for the same figures."""

import random
import re
from html.parser import HTMLParser

import pytest

from casebook.statistics import Measured
from reporters import plots, public
from reporters.suppression import THRESHOLD
from tests.reporters.test_figures import PERIOD, ago, measured

GROUPS = [
    (f"p{platform}", f"p{platform}.form", lane, kind)
    for platform in range(5)
    for lane in ("policy", "partner")
    for kind in ("ncii", "privacy", "threats")
]


def many(reports: int, seed: int = 1) -> Measured:
    """Requests to five platforms, one of them with few, in every kind of outcome."""
    chance, made = random.Random(seed), []
    for _ in range(reports):
        group = min(chance.randrange(len(GROUPS)), chance.randrange(len(GROUPS)))
        sent, low = ago(chance.uniform(20, 80)), chance.expovariate(1 / 60)
        ends = [(low, low + 6, None), (low, low + 6, low + 200), (24 * 90, None, None), (3, None, None), (-9, -3, None)]
        links = chance.choices(ends, (50, 10, 20, 10, 2), k=chance.randrange(1, 4))
        made.append(
            {
                "sent": sent,
                "group": group,
                "links": links,
                "replied": int(sent + 9000),
                "answered": int(sent + 9000),
                "refused": int(chance.random() < 0.1),
            }
        )
    clocks = [(place, ago(10), ago(11) if place % 3 else 1 << 62, 1 << 62) for place in range(reports)]
    return measured(GROUPS, made, clocks)


class Cells(HTMLParser):
    """The words of every cell of every table."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        if tag == "td":
            self.cells.append("")
        self._inside = tag == "td" or (self._inside and tag == "abbr")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "td"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.cells[-1] += data


@pytest.mark.parametrize(("reports", "seed"), [(6, 1), (40, 2), (150, 3), (900, 4)])
def test_no_count_on_the_page_is_small(reports: int, seed: int) -> None:
    page = public.page(many(reports, seed), PERIOD, {"p0": "Pixhaven & Co"})
    cells = Cells()
    cells.feed(page)
    counts = [int(found[1]) for one in cells.cells if (found := re.fullmatch(r"(\d+)(?: \(\d+%\))?", one.strip()))]
    assert counts
    assert min(counts) >= THRESHOLD
    assert "Pixhaven &amp; Co" in page or reports < 40
    assert set(re.findall(r"https?://([^/\"]+)", page)) <= {"www.w3.org"}  # names of SVG's own kind; nothing is fetched


def test_too_few_are_not_published() -> None:
    assert "too few to publish" in public.page(many(1), PERIOD)


def test_the_page_is_the_same_for_the_same_figures() -> None:
    assert public.page(many(60), PERIOD) == public.page(many(60), PERIOD)


def test_the_page_states_method_and_denominators() -> None:
    page = public.page(many(60), PERIOD)
    for words in (
        "denominator of every percentage",
        "Turnbull",
        "Kaplan and Meier",
        "could be anything in a range",
        "erased",
    ):
        assert words in page


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_plots_are_drawn(kind: str) -> None:
    waits = [plots.Wait("a", 30.0, 12.0, 60.0), plots.Wait("b", None, 400.0, None), plots.Wait("c", 1.0, None, 2.0)]
    bars = [plots.Bar("a", (5, None, 9), 20), plots.Bar("b", (0, 0, 0), 0)]
    for figure in (plots.waits(waits, "Waits"), plots.outcomes(bars, ("Removed", "Refused", "Other"), "Outcomes")):
        drawn = plots.render(figure, kind)  # type: ignore[arg-type]
        assert drawn.startswith(b"\x89PNG" if kind == "png" else b"<?xml")
