"""What is still to be read of a source, and when it is enough."""

import pytest

from crawler.frontier import Bounds, Frontier, Step, is_trap
from crawler.novelty import Novelty
from crawler.robots import Robots
from crawler.territory import Territory

BOUNDS = Bounds(pages=5, depth=1, media=9, barren=3, alike=4, time_s=60)


def frontier(**other: int) -> Frontier:
    made = Frontier(Bounds(**{**BOUNDS.__dict__, **other}))
    made.add(["https://a.example/1"], 0)
    return made


def taken(one: Frontier) -> list[Step]:
    steps = []
    while (step := one.take(after_s=0)) is not None:
        steps.append(step)
    return steps


def test_the_list_comes_before_what_lies_deeper_and_each_address_once() -> None:
    one = frontier()
    one.add(["https://a.example/photo/1"], 1)
    one.add(["https://a.example/2", "http://a.example/2", "https://a.example/1"], 0)
    one.add(["https://a.example/beyond"], 2)
    assert [step.url.rpartition("example")[2] for step in taken(one)] == ["/1", "/2", "/photo/1"]
    assert one.troubles == []


def test_an_end_by_count_is_said() -> None:
    one = frontier()
    one.add([f"https://a.example/p{n}" for n in range(9)], 0)
    assert len(taken(one)) == 5
    assert [each.because for each in one.troubles] == ["Stopped after 5 pages, the most of one sweep; there are more."]


def test_an_end_by_time_is_said() -> None:
    one = frontier()
    assert one.take(after_s=61) is None
    assert [each.rule for each in one.troubles] == ["sweep.time"]


def test_pages_that_bring_nothing_new_end_it() -> None:
    one = frontier(pages=100)
    one.add([f"https://a.example/calendar/{n}" for n in range(50)], 0)
    one.read(new=True)
    for _ in range(3):
        one.read(new=False)
    assert one.take(after_s=0) is None
    assert [each.rule for each in one.troubles] == ["sweep.barren"]


def test_one_picture_over_and_over_ends_it() -> None:
    one = frontier()
    one.met(b"a")
    for _ in range(5):
        one.met(b"b")
    assert not one.may_go_on(after_s=0)
    assert [each.because for each in one.troubles] == [
        "Stopped after 0 pages: 5 pictures in a row are one and the same."
    ]


def test_a_picture_now_and_then_the_same_ends_nothing() -> None:
    one = frontier()
    for n in range(50):
        one.met(b"logo")
        one.met(b"%d" % n)
    assert one.may_go_on(after_s=0)
    assert not one.may_go_on(after_s=61)


@pytest.mark.parametrize(
    "url",
    ["/a/b/a/c/a/d", "/" + "x/" * 13, "/s?" + "&".join(["f=1"] * 9), "/s?q=" + "a" * 3_000],
)
def test_what_looks_made_up_is_a_trap(url: str) -> None:
    assert is_trap(f"https://a.example{url}")


@pytest.mark.parametrize("url", ["/", "/tag/kites?page=7", "/2026/11/11/11", "/a/b/a/", "/s?a=1&b=2&c=3"])
def test_what_looks_ordinary_is_none(url: str) -> None:
    assert not is_trap(f"https://a.example{url}")


def test_a_sweep_stays_on_the_site_and_the_hosts_of_its_pictures() -> None:
    here = Territory(["https://www.board.co.uk/tag/kites"])
    assert here.holds("http://forum.board.co.uk/2")
    assert not here.holds("https://other.co.uk/")
    assert not here.serves("https://files.example/1.jpg", embedded=False)
    assert here.serves("https://cdn.example/1.jpg", embedded=True)
    assert here.serves("https://cdn.example/2.jpg", embedded=False)
    assert not here.holds("https://cdn.example/page")


def test_two_blogs_of_one_host_are_two_sites() -> None:
    assert not Territory(["https://one.blogspot.com/"]).holds("https://two.blogspot.com/")
    assert Territory(["http://127.0.0.1:8000/a"]).holds("http://127.0.0.1:8001/b")


def test_hosts_of_pictures_are_not_learned_without_end() -> None:
    here = Territory(["https://a.example/"])
    assert sum(here.serves(f"https://ads{n}.example.net/x.jpg", embedded=True) for n in range(1)) == 1
    assert sum(here.serves(f"https://x.ads{n}.com/x.jpg", embedded=True) for n in range(99)) < 20


RULES = b"User-agent: *\nDisallow: /private\nCrawl-delay: 999\n\nUser-agent: pehra\nDisallow: /no\nCrawl-delay: 5\n"


@pytest.mark.parametrize(
    ("status", "path", "allowed"),
    [
        (200, "/no/1", False), (200, "/private/1", True), (404, "/no", True), (403, "/no", True), (500, "/", False), (None, "/", False),
    ],
)  # fmt: skip
def test_robots_txt_is_obeyed_as_rfc_9309_says(status: int | None, path: str, allowed: bool) -> None:
    assert Robots.read(status, RULES).allows(f"https://a.example{path}") is allowed


def test_a_delay_that_is_asked_for_is_kept_within_reason() -> None:
    assert Robots.read(200, RULES).delay_s == 5
    assert Robots.read(200, b"User-agent: *\nCrawl-delay: 9999").delay_s == 60
    assert Robots.read(200, b"\xff\xfe nonsense \x00").delay_s == 0


def test_a_calendar_says_nothing_new_and_another_article_does() -> None:
    novelty = Novelty()
    month = (
        "Mo Tu We Th Fr Sa Su "
        + " ".join(map(str, range(31)))
        + " earlier {} later about contact terms home kites events of the club " * 4
    )
    assert novelty.adds(month.format(*["May"] * 4))
    assert not novelty.adds(month.format(*["June"] * 4) + " 2027")
    assert novelty.adds(" ".join(f"word{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(200)))
