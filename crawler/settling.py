"""When a page that scripts write stands still, without waiting in real time for what its timers will do.

A page's own clock runs ahead: half a second of its timers passes in the few milliseconds that their work takes, and it
stands while an answer from the network is awaited. Where one never comes, the clock is let run like any other.
"""

import asyncio
from collections.abc import Sized
from contextlib import suppress
from typing import Any

from playwright.async_api import BrowserContext, CDPSession, Error
from playwright.async_api import Page as Tab

SETTLE_S = 6.0  # of the page's own time, and of ours
JUMP_S, POLL_S, STEADY_POLLS = 0.5, 0.1, 2
PATIENCE_S = 1.5  # with the network
REAL_POLL_S, REAL_STEADY_POLLS = 0.2, 4
TASKS_AT_ONCE = 1_000  # of a page that never leaves its clock a pause

# `innerText` would lay the page out first, which takes half a minute for a hostile one
_MEASURE = "() => [document.readyState, document.body ? document.body.textContent.length : 0]"

_SCROLL = "() => { scrollTo(0, 1e9); return document.querySelectorAll('*').length }"

_Seen = tuple[str, int, int]


class Clock:
    """The clock that one tab's timers go by; it stands from the start, and goes on in jumps."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session
        self._arrived, self._idle = asyncio.Event(), asyncio.Event()
        self._awaited: set[str] = set()
        self._idle.set()
        session.on("Emulation.virtualTimeBudgetExpired", lambda _: self._arrived.set())
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.loadingFinished", self._answered)
        session.on("Network.loadingFailed", self._answered)

    @classmethod
    async def of(cls, context: BrowserContext, tab: Tab) -> "Clock":
        """Stop a tab's clock."""
        session = await context.new_cdp_session(tab)
        clock = cls(session)
        await session.send("Network.enable")
        await session.send("Emulation.setVirtualTimePolicy", {"policy": "pause"})
        return clock

    @property
    def is_idle(self) -> bool:
        """Whether the page waits for nothing that its scripts asked for."""
        return self._idle.is_set()

    def _asked(self, event: dict[str, Any]) -> None:
        if event.get("type") == "Document":  # another page, or a frame, which is refused
            self._awaited.clear()
            self._idle.set()
        elif event.get("type") in ("Script", "XHR", "Fetch"):
            self._awaited.add(event["requestId"])
            self._idle.clear()

    def _answered(self, event: dict[str, Any]) -> None:
        self._awaited.discard(event["requestId"])
        if not self._awaited:
            self._idle.set()

    async def jump(self, by_s: float) -> bool:
        """Let so much time pass for the page; False where the network keeps it waiting for longer than we do."""
        self._arrived.clear()
        policy = {
            "policy": "pauseIfNetworkFetchesPending",
            "budget": by_s * 1000,
            "maxVirtualTimeTaskStarvationCount": TASKS_AT_ONCE,
        }
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                await self._idle.wait()
                await self._session.send("Emulation.setVirtualTimePolicy", policy)
                await self._arrived.wait()
        return self._arrived.is_set()

    async def release(self) -> None:
        """Let it run on; one that is let go of while it stands would stand for good."""
        await self._session.send("Emulation.setVirtualTimePolicy", {"policy": "advance"})
        await self._session.detach()


async def settle(tab: Tab, clock: Clock, answers: Sized, most: int) -> None:
    """Wait until the text stands still; a page that moves on starts anew, and nothing waits beyond SETTLE_S.

    Args:
        answers: one for each step of the way so far; after more than `most` there is nothing to wait for.

    Raises:
        playwright.async_api.Error: the tab is gone.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(SETTLE_S):
            if not await _in_jumps(tab, clock, answers, most):
                await clock.release()
                await _in_real_time(tab, answers, most)


async def scroll(tab: Tab, clock: Clock, times: int, within_s: float) -> None:
    """Scroll to the end again and again while the page grows, by the clock on the wall, for `within_s` at most."""
    if not times:
        return
    with suppress(Error):  # it may run already
        await clock.release()
    still, last = 0, -1
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            for _ in range(times):
                size = int(await tab.evaluate(_SCROLL))
                still = still + 1 if size == last else 0
                if still >= REAL_STEADY_POLLS:
                    return
                last = size
                await asyncio.sleep(REAL_POLL_S)


async def _in_jumps(tab: Tab, clock: Clock, answers: Sized, most: int) -> bool:
    """Go on until nothing changes, or the page has had its time; False where its clock is held up."""
    left, steady = int(SETTLE_S / JUMP_S), 0
    last: _Seen | None = None
    while steady < STEADY_POLLS and left and len(answers) <= most:
        loading = last is None or last[0] == "loading"  # over the network, whose time is real
        left -= not loading
        if not await clock.jump(POLL_S if loading else JUMP_S):
            return False
        await asyncio.sleep(POLL_S)
        now = await _measure(tab, answers)
        steady = steady + 1 if now == last and _is_something(now) and clock.is_idle else 0
        last = now
    return True


async def _in_real_time(tab: Tab, answers: Sized, most: int) -> None:
    steady, last = 0, None
    while steady < REAL_STEADY_POLLS and len(answers) <= most:
        await asyncio.sleep(REAL_POLL_S)
        now = await _measure(tab, answers)
        steady = steady + 1 if now == last and _is_something(now) else 0
        last = now


def _is_something(now: _Seen) -> bool:
    state, letters, _ = now
    return state != "loading" and letters > 0


async def _measure(tab: Tab, answers: Sized) -> _Seen:
    try:
        state, letters = await tab.evaluate(_MEASURE)
    except Error as error:
        if tab.is_closed() or "closed" in error.message or "crash" in error.message.lower():
            raise
        return "loading", 0, len(answers)
    return str(state), int(letters), len(answers)
