"""Pages that never let go: each costs its own look and no other, and nothing of the browser outlives it."""

import asyncio
import os
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from crawler import browser as browsers
from crawler.browser import Browser
from crawler.page import Failure, Page
from crawler.processes import Processes, members
from tests.crawler.test_browser import CHROMIUM, LOOPBACK, needs_browser, serving

TIME_S = 10.0
CALM = "<p>still here</p><script>setTimeout(() => document.title = 'calm', 200)</script>"
SPINS = {
    "script": "<p>x</p><script>for (;;);</script>",
    "timer": "<p>x</p><script>setTimeout(() => { for (;;); }, 50)</script>",
    "memory": "<p>x</p><script>const kept = []; for (;;) kept.push(new Array(1e5).fill(Math.random()))</script>",
    "reloading": "<p>x</p><script>location.reload()</script>",
}


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
    assert hostile.failure in (None, Failure.TIMEOUT, Failure.DROPPED, Failure.REDIRECTS)
    assert all(b"still here" in page.body for page in (calm, again))
    assert watched.groups
    assert watched.alive == []


@needs_browser
def test_a_look_that_is_given_up_leaves_nothing_behind(watched: Watched) -> None:
    async def run(url: str, calm: str) -> tuple[list[int], Page]:
        assert CHROMIUM is not None
        async with Browser(CHROMIUM, LOOPBACK, user_agent="watch/1", time_s=60.0) as browser:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(browser.look(url), 3.0)
            return [pid for one in watched.groups[:1] for pid in one.alive], await browser.look(calm)

    with serving({"/hostile": SPINS["script"], "/calm": CALM}) as site:
        left, calm = asyncio.run(run(site.origin + "/hostile", site.origin + "/calm"))
    assert left == []
    assert b"still here" in calm.body
    assert watched.alive == []


DIES = """
import asyncio, sys
from pathlib import Path
from crawler.browser import Browser
from crawler.guards import Guard

async def run():
    guard = Guard.of(["127.0.0.1/32"])
    async with Browser(Path(sys.argv[1]), guard, user_agent="watch/1", time_s=60.0) as browser:
        print(browser._running.processes.alive[0], flush=True)
        await browser.look(sys.argv[2])

asyncio.run(run())
"""
STARTED = """<p>x</p><script>const asked = new XMLHttpRequest(); asked.open('GET', '/started', false); asked.send();
for (;;);</script>"""


class Noticing(list[str]):
    """What a site was asked for; `started` is set once that is among it."""

    def __init__(self) -> None:
        super().__init__()
        self.started = threading.Event()

    def append(self, path: str) -> None:
        super().append(path)
        if path == "/started":
            self.started.set()


@needs_browser
def test_nothing_outlives_a_watch_that_is_killed() -> None:
    with serving({"/": STARTED}) as site:
        site.asked = asked = Noticing()
        command = [sys.executable, "-c", DIES, str(CHROMIUM), site.origin + "/"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watch:
            assert watch.stdout
            group = os.getpgid(int(watch.stdout.readline()))
            assert asked.started.wait(60)
            running = [os.pidfd_open(pid) for pid in members(group)]
            watch.send_signal(signal.SIGKILL)
    assert running
    for handle in running:
        assert select.select([handle], [], [], 60)[0], "a process of the browser outlived the watch"
        os.close(handle)


STAYING = {
    "in a worker": "new Worker(URL.createObjectURL(new Blob(['for (;;);'])))",
    "on leaving": "onbeforeunload = onpagehide = onunload = () => { for (;;); }",
}


@needs_browser
@pytest.mark.parametrize("how", STAYING)
def test_a_page_that_was_read_spins_no_longer_than_its_look(how: str, watched: Watched) -> None:
    """Of the renderers that ran during the look one may stay: the spare, which waits for the next page."""
    page = STARTED.replace("for (;;);", STAYING[how])

    async def run(url: str) -> tuple[Page, int]:
        assert CHROMIUM is not None
        async with Browser(CHROMIUM, LOOPBACK, user_agent="watch/1", time_s=60.0) as browser:
            looking = asyncio.create_task(browser.look(url))
            await asyncio.to_thread(asked.started.wait, 60)
            during = [os.pidfd_open(pid) for pid in renderers(watched.groups[0])]
            seen = await looking
            left = await asyncio.to_thread(all_but_one_gone, during)
            return seen, left

    with serving({"/": page}) as site:
        site.asked = asked = Noticing()
        seen, left = asyncio.run(run(site.origin + "/"))
    assert b"<p>x</p>" in seen.body
    assert left <= 1


def renderers(group: Processes) -> list[int]:
    return [pid for pid in group.alive if b"--type=renderer" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def all_but_one_gone(handles: list[int]) -> int:
    """Wait until at most one of these processes is left, for a minute at most, and give how many are."""
    left, until = set(handles), time.monotonic() + 60
    while len(left) > 1 and time.monotonic() < until:
        left -= set(select.select(list(left), [], [], 1)[0])
    for handle in handles:
        os.close(handle)
    return len(left)
