"""Pages that never let go: each costs its own look and no other, and nothing of the browser outlives it."""

import asyncio

import pytest

from crawler import browser as browsers
from crawler.browser import Browser
from crawler.page import Failure, Page
from crawler.processes import Processes
from tests.crawler.test_browser import CHROMIUM, LOOPBACK, needs_browser, serving

TIME_S = 6.0
CALM = "<p>still here</p><script>setTimeout(() => document.title = 'calm', 200)</script>"
SPINS = {
    "script": "<p>x</p><script>for (;;);</script>",
    "timer": "<p>x</p><script>setTimeout(() => { for (;;); }, 50)</script>",
    "late timer": "<p>x</p><script>setTimeout(() => { for (;;); }, 30000)</script>",
    "worker": "<p>x</p><script>new Worker(URL.createObjectURL(new Blob(['for (;;);'])))</script>",
    "memory": "<p>x</p><script>const kept = []; for (;;) kept.push(new Array(1e5).fill(Math.random()))</script>",
    "microtasks": "<p>x</p><script>(function again() { Promise.resolve().then(again) })()</script>",
    "leaving": "<p>x</p><script>onbeforeunload = onpagehide = onunload = () => { for (;;); }</script>",
}
NAVIGATES = "<p>x</p><script>location.replace('/' + Math.random())</script>"


class Watched:
    """Every group of processes that was started, so that what is left of it can be told."""

    def __init__(self) -> None:
        self.groups: list[Processes] = []

    @property
    def alive(self) -> list[int]:
        return [pid for one in self.groups for pid in one.alive]


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    found = Watched()

    class Noted(Processes):
        def __init__(self, leader: int) -> None:
            super().__init__(leader)
            found.groups.append(self)

    monkeypatch.setattr(browsers, "Processes", Noted)
    return found


def look(*urls: str, time_s: float = TIME_S, tabs: int = 4) -> list[Page]:
    """Look at all of them at once, in one browser."""

    async def run() -> list[Page]:
        assert CHROMIUM is not None
        async with Browser(CHROMIUM, LOOPBACK, user_agent="watch/1", time_s=time_s, tabs=tabs) as browser:
            return list(await asyncio.gather(*(browser.look(url) for url in urls)))

    return asyncio.run(run())


@needs_browser
@pytest.mark.parametrize("how", SPINS)
def test_a_page_that_never_ends_costs_only_its_own_look(how: str, watched: Watched) -> None:
    with serving({"/hostile": SPINS[how], "/calm": CALM}) as site:
        hostile, calm, again = look(site.origin + "/hostile", site.origin + "/calm", site.origin + "/calm")
    assert hostile.failure in (None, Failure.TIMEOUT, Failure.DROPPED)
    assert all(b"still here" in page.body for page in (calm, again))
    assert watched.groups
    assert watched.alive == []
