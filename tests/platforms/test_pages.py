"""Every sheet against pages of our own making: each sign is proved by a page, each page judged, each link has one spelling.

`tests/pages/<platform>/pages.toml` lists links as they are pasted, and what a visit may bring back: see `Saved`.
"""

import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from crawler.page import Hop, Page
from crawler.verdict import judge
from platforms.address import AddressRefused
from platforms.registry import Registry
from platforms.sheet import Sheet
from platforms.words import Verdict

PAGES = Path(__file__).parents[1] / "pages"
REGISTRY = Registry.load()


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Link(Strict):
    """`pasted` by somebody is watched as `watched`, and visited at `visited` where that is another address."""

    pasted: str
    watched: str
    visited: str | None = None


class Saved(Strict):
    """What a visit brought back, and what it proves; `about` is the test's name and reads as a sentence.

    `file` lies beside the list, and is a page that we wrote, no copy; `by` are the hops' addresses between `asked`
    and `final`.
    """

    about: str
    asked: str
    status: int
    verdict: Verdict
    rule: str
    file: str | None = None
    kind: str = "text/html; charset=utf-8"
    final: str | None = None
    by: list[str] = []
    headers: dict[str, str] = {}
    rendered: bool = False

    def page(self, folder: Path) -> Page:
        """Put it into the form of a visit."""
        way = [self.asked, *self.by, self.final or self.asked]
        steps = pairwise(way) if self.final else ()
        return Page(
            url=self.asked,
            final_url=way[-1],
            status=self.status,
            headers={"content-type": self.kind, **self.headers},
            body=(folder / self.file).read_bytes() if self.file else b"",
            hops=tuple(Hop(one, 302, other) for one, other in steps),
            rendered=self.rendered,
        )


class Listed(Strict):
    link: list[Link] = []
    page: list[Saved] = []


def lists() -> dict[str, Listed]:
    files = sorted(PAGES.glob("*/pages.toml"))
    return {file.parent.name: Listed.model_validate(tomllib.loads(file.read_text("utf-8"))) for file in files}


LISTS = lists()


def pages() -> Iterator[object]:
    for platform, listed in LISTS.items():
        for saved in listed.page:
            yield pytest.param(platform, saved, id=f"{platform}: {saved.about}")


def links() -> Iterator[object]:
    for platform, listed in LISTS.items():
        for link in listed.link:
            yield pytest.param(platform, link, id=link.pasted)


def sheet_of(platform: str) -> Sheet:
    sheet = REGISTRY.sheet(platform)
    assert sheet is not None, f"tests/pages/{platform} has no sheet"
    return sheet


@pytest.mark.parametrize(("platform", "saved"), pages())
def test_a_page_proves_what_its_list_says(platform: str, saved: Saved) -> None:
    assert REGISTRY.identify(saved.asked).platform == platform
    finding = judge(saved.page(PAGES / platform), sheet_of(platform))
    assert (finding.verdict, finding.rule) == (saved.verdict, saved.rule)


@pytest.mark.parametrize(("platform", "link"), links())
def test_a_link_has_one_spelling_that_stays(platform: str, link: Link) -> None:
    found = REGISTRY.identify(link.pasted)
    assert (found.platform, found.canonical) == (platform, link.watched)
    again = REGISTRY.identify(link.watched)
    assert (again.canonical, again.visit) == (link.watched, link.visited or link.watched)


@pytest.mark.parametrize("status", [403, 429, 500, 503])
@pytest.mark.parametrize(("platform", "saved"), list(pages()))
def test_no_page_is_a_removal_when_it_comes_with_a_refusal(platform: str, saved: Saved, status: int) -> None:
    page = saved.model_copy(update={"status": status}).page(PAGES / platform)
    finding = judge(page, sheet_of(platform))
    rule = next((marker for marker in sheet_of(platform).marker if marker.rule == finding.rule), None)
    told_by_the_way = rule is not None and (rule.hop is not None or status in rule.status)
    assert finding.verdict is not Verdict.REMOVED or told_by_the_way


@pytest.mark.parametrize("platform", LISTS)
def test_every_sign_of_a_sheet_is_proved_by_a_page(platform: str) -> None:
    shown = {saved.rule for saved in LISTS[platform].page}
    assert [marker.rule for marker in sheet_of(platform).marker if marker.rule not in shown] == []


PASTED = [link.pasted for listed in LISTS.values() for link in listed.link]


@given(st.sampled_from(PASTED), st.integers(8, 60), st.text("/?#&=@%.+-_!aZ9 é", max_size=3))
@example("https://www.dropbox.com/s/ab1/a//", 60, "")
def test_a_spelling_is_settled_at_once(pasted: str, place: int, more: str) -> None:
    try:
        canonical = REGISTRY.identify(pasted[:place] + more + pasted[place:]).canonical
    except AddressRefused:
        return
    assert REGISTRY.identify(canonical).canonical == canonical


@pytest.mark.parametrize("platform", LISTS)
def test_every_form_of_a_sheet_has_an_example(platform: str) -> None:
    shown = {id(REGISTRY.identify(link.pasted).permalink) for link in LISTS[platform].link}
    assert [form.pattern for form in sheet_of(platform).permalink if id(form) not in shown] == []


@pytest.mark.parametrize("platform", LISTS)
def test_every_saved_page_is_in_its_list(platform: str) -> None:
    listed = {saved.file for saved in LISTS[platform].page} | {"pages.toml"}
    assert {file.name for file in (PAGES / platform).iterdir()} - listed == set()
