"""Chromium for pages that scripts decide: it sees text only, through the guarding proxy, and never for too long."""

import asyncio
import os
import shutil
import signal
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Literal, NamedTuple, Self
from urllib.parse import urlsplit

from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, CDPSession, Error, Playwright, Response, async_playwright
from playwright.async_api import Page as Tab

from crawler.guards import Guard
from crawler.page import Failure, Hop, Page
from crawler.proxy import GuardingProxy

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
BODY_BYTES = 2_000_000
HOPS = 20
LAUNCH_S = 30.0
SETTLE_S = 6.0
POLL_S = 0.2
STEADY_POLLS = 4

FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-site-isolation-trials",  # frames of other sites stay in reach of the page's own request filter
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--dns-prefetch-disable",
    "--disk-cache-size=1",
    "--media-cache-size=1",
    "--blink-settings=imagesEnabled=false",
)
ENDINGS = (
    *("png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "ico", "bmp"),
    *("mp4", "webm", "m4v", "mov", "m3u8", "ts", "mp3", "m4a", "ogg", "wav"),
    *("woff", "woff2", "ttf", "otf", "eot"),
)
UNSEEN = ("Image", "Media", "Font", "Ping", "Other")  # an icon is "Other"
ERRORS = {
    "net::ERR_NAME_": Failure.DNS,
    "net::ERR_CERT_": Failure.TLS,
    "net::ERR_SSL_": Failure.TLS,
    "net::ERR_BAD_SSL": Failure.TLS,
    "net::ERR_CONNECTION_REFUSED": Failure.REFUSED,
    "net::ERR_TUNNEL_CONNECTION_FAILED": Failure.REFUSED,
    "net::ERR_TIMED_OUT": Failure.TIMEOUT,
    "net::ERR_CONNECTION_TIMED_OUT": Failure.TIMEOUT,
    "Timeout ": Failure.TIMEOUT,
    "net::ERR_TOO_MANY_REDIRECTS": Failure.REDIRECTS,
    "net::ERR_INVALID": Failure.MALFORMED,
    "net::ERR_RESPONSE_HEADERS": Failure.MALFORMED,
    "net::ERR_UNKNOWN_URL_SCHEME": Failure.MALFORMED,
    "net::ERR_UNSAFE_PORT": Failure.MALFORMED,
    "net::ERR_CONTENT_DECODING_FAILED": Failure.MALFORMED,
    "invalid URL": Failure.MALFORMED,
}
# A download, a 204, or an error's status without a body: no page to show, and an answer all the same
NO_PAGE = ("net::ERR_ABORTED", "Download is starting", "net::ERR_HTTP_RESPONSE_CODE_FAILURE")
# `innerText` would lay the page out first, which takes half a minute for a hostile one
MEASURE = "() => [document.readyState, document.body ? document.body.textContent.length : 0]"
SCROLL = "() => { scrollTo(0, 1e9); return document.querySelectorAll('*').length }"
READ = "limit => document.documentElement ? document.documentElement.outerHTML.slice(0, limit) : ''"


class _Running(NamedTuple):
    chromium: Chromium
    pid: int
    home: TemporaryDirectory[str]


class Browser:
    """One Chromium, started at need, looking at one page at a time.

    `recycle_after` pages a new process takes over. A look that takes longer than `time_s` ends with the process
    killed. `upstream` is an http proxy that the guarding proxy goes on to.

    Raises:
        playwright.async_api.Error: on entering, when Chromium does not start.
    """

    def __init__(
        self,
        path: Path,
        guard: Guard,
        *,
        user_agent: str,
        recycle_after: int = 50,
        time_s: float = 20.0,
        upstream: str | None = None,
    ) -> None:
        self._path, self._user_agent = path, user_agent
        self._recycle_after, self._time_s = recycle_after, time_s
        self._proxy = GuardingProxy(guard, upstream)
        self._stack = AsyncExitStack()
        self._turn = asyncio.Lock()
        self._playwright: Playwright | None = None
        self._running: _Running | None = None
        self._looks = 0

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._proxy)
            self._playwright = await stack.enter_async_context(async_playwright())
            stack.push_async_callback(self._stop)
            await self._started()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def end(self) -> None:
        """Kill what runs, in the middle of a look too, and leave nothing of it behind."""
        await self._kill()

    async def look(self, url: str, *, scrolls: int = 0) -> Page:
        """Render one address; whatever goes wrong is told as the page's failure.

        Args:
            scrolls: how often it scrolls to the end, as long as the page grows by it.
        """
        if urlsplit(url).scheme not in ("http", "https"):  # a file of this machine is no page
            return _failed(url, Failure.MALFORMED)
        async with self._turn:
            try:
                async with asyncio.timeout(self._time_s):
                    running = await self._started()
                    page = await self._visit(running.chromium, url, scrolls)
            except TimeoutError:
                await self._kill()
                return _failed(url, Failure.TIMEOUT)
            except asyncio.CancelledError:
                await self._kill()
                raise
            except Error:
                await self._kill()
                return _failed(url, Failure.DROPPED)
            return page

    async def _visit(self, chromium: Chromium, url: str, scrolls: int) -> Page:
        self._looks += 1
        context = await chromium.new_context(
            user_agent=self._user_agent, accept_downloads=False, service_workers="block"
        )
        tab = await context.new_page()
        await _blindfold(context, tab)
        context.on("page", _close_soon)
        answers: list[Response] = []
        tab.on("response", lambda answer: _note(answers, tab, answer))
        page = await self._read(tab, url, answers, scrolls)
        await context.close()
        return page

    async def _read(self, tab: Tab, url: str, answers: list[Response], scrolls: int) -> Page:
        try:
            await tab.goto(url, wait_until="commit", timeout=self._time_s * 1000)
            await _settle(tab, answers)
            await _scroll(tab, scrolls, self._time_s / 2)
        except Error as error:
            return self._stopped(url, answers, error)
        if not answers:
            return _failed(url, Failure.MALFORMED)
        if len(answers) > HOPS:
            return _failed(url, Failure.REDIRECTS)
        if (failure := self._refusal(answers[-1])) is not None:
            return _failed(url, failure, answers)
        html = str(await tab.evaluate(READ, BODY_BYTES + 1))
        return _answered(url, answers, html, tab.url)

    def _stopped(self, url: str, answers: list[Response], error: Error) -> Page:
        """Read what a navigation that showed no page still tells; a download or a 204 is an answer too."""
        aborted = any(sign in error.message for sign in NO_PAGE)
        if answers and aborted and self._refusal(answers[-1]) is None and not 300 <= answers[-1].status < 400:
            return _answered(url, answers, "", answers[-1].url)
        where = _next(answers[-1]) if answers else url
        known = self._proxy.failure(*_authority(where))
        found = next((failure for sign, failure in ERRORS.items() if sign in error.message), Failure.DROPPED)
        return _failed(url, known or found, answers)

    def _refusal(self, answer: Response) -> Failure | None:
        """Tell the proxy's own answers from the site's; over TLS nothing here is the proxy's."""
        if urlsplit(answer.url).scheme != "http":
            return None
        word = answer.headers.get("x-pehra-refused")
        return Failure(word) if word in set(Failure) else None

    async def _started(self) -> _Running:
        if self._running and (self._looks >= self._recycle_after or not self._running.chromium.is_connected()):
            await self._stop()
        if self._running is None:
            self._running = await self._launch()
            self._looks = 0
        return self._running

    async def _launch(self) -> _Running:
        assert self._playwright is not None, "use `async with Browser(...)`"  # noqa: S101  # a caller's mistake
        home = TemporaryDirectory(prefix="pehra-browser-", ignore_cleanup_errors=True)
        try:
            chromium = await self._playwright.chromium.launch(
                executable_path=self._path,
                headless=True,
                args=[*FLAGS, f"--proxy-server={self._proxy.url}", *(["--no-sandbox"] if os.geteuid() == 0 else [])],
                ignore_default_args=["--disable-popup-blocking"],
                env={**os.environ, "TMPDIR": home.name},
                timeout=LAUNCH_S * 1000,
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
            return _Running(chromium, await _pid(chromium), home)
        except BaseException:
            home.cleanup()
            raise

    async def _stop(self) -> None:
        """Close Chromium; where it does not answer, kill it."""
        if self._running is None:
            return
        running, self._running = self._running, None
        try:
            async with asyncio.timeout(5):
                await running.chromium.close()
        except (TimeoutError, Error):
            _end(running.pid)
        finally:
            running.home.cleanup()

    async def _kill(self) -> None:
        """End a process that may no longer listen; closing afterwards lets Playwright sweep its profile away."""
        if self._running is not None:
            _end(self._running.pid)
        await self._stop()


def find_browser(setting: Literal["auto", "off"] | str) -> Path | None:  # the two words are the contract
    """Find the Chromium to use: `auto` takes the system's, else Playwright's own; `off` none; else a path."""
    if setting == "off":
        return None
    if setting != "auto":
        return Path(setting) if os.access(setting, os.X_OK) and Path(setting).is_file() else None
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return Path(found) if found else _playwrights_own()


def _playwrights_own() -> Path | None:
    root = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    shapes = ("chromium-*/chrome-linux*/chrome", "chromium_headless_shell-*/chrome-*linux*/*headless*shell")
    return next((path for shape in shapes for path in sorted(root.glob(shape), reverse=True)), None)


async def _pid(chromium: Chromium) -> int:
    session = await chromium.new_browser_cdp_session()
    told = await session.send("SystemInfo.getProcessInfo")
    await session.detach()
    return int(next(process["id"] for process in told["processInfo"] if process["type"] == "browser"))


def _end(pid: int) -> None:
    """Kill one Chromium and the helpers in its own process group, never ours."""
    with suppress(ProcessLookupError):
        group = os.getpgid(pid)
        if group == os.getpgid(0):
            os.kill(pid, signal.SIGKILL)
        else:
            os.killpg(group, signal.SIGKILL)


async def _blindfold(context: BrowserContext, tab: Tab) -> None:
    """Refuse pictures, films and fonts by what they are for, whatever their address looks like.

    Frames inside the page are refused too, and <object> and <embed> with them: nobody reads them, they may be films.
    """
    session = await context.new_cdp_session(tab)
    tree = await session.send("Page.getFrameTree")
    main = tree["frameTree"]["frame"]["id"]
    session.on("Fetch.requestPaused", lambda event: _decide(session, event, main))
    await session.send("Network.enable")
    await session.send("Network.setBlockedURLs", {"urls": [f"*.{e}{tail}" for e in ENDINGS for tail in ("", "?*")]})
    await session.send(
        "Fetch.enable", {"patterns": [{"urlPattern": "*", "resourceType": kind} for kind in (*UNSEEN, "Document")]}
    )


def _decide(session: CDPSession, event: dict[str, Any], main: str) -> None:
    which = {"requestId": event["requestId"]}
    if event["resourceType"] == "Document" and event["frameId"] == main:
        _in_background(session.send("Fetch.continueRequest", which))
    else:
        _in_background(session.send("Fetch.failRequest", {**which, "errorReason": "BlockedByClient"}))


def _close_soon(tab: Tab) -> None:
    _in_background(tab.close())


_pending: set[asyncio.Task[None]] = set()


def _in_background(work: Any) -> None:  # noqa: ANN401  # any awaitable
    async def quietly() -> None:
        with suppress(Error):
            await work

    task = asyncio.ensure_future(quietly())
    _pending.add(task)
    task.add_done_callback(_pending.discard)


def _note(answers: list[Response], tab: Tab, answer: Response) -> None:
    with suppress(Error):  # a service worker's answer has no frame
        if answer.request.is_navigation_request() and answer.frame == tab.main_frame and len(answers) <= HOPS:
            answers.append(answer)


async def _settle(tab: Tab, answers: list[Response]) -> None:
    """Wait until the text stands still; a page that moves on starts anew, and nothing waits beyond SETTLE_S."""
    steady, last = 0, None
    with suppress(TimeoutError):
        async with asyncio.timeout(SETTLE_S):
            while steady < STEADY_POLLS and len(answers) <= HOPS:
                await asyncio.sleep(POLL_S)
                state, letters = await _measure(tab)
                now = (state, letters, len(answers))
                steady = steady + 1 if now == last and state != "loading" and letters else 0
                last = now


async def _scroll(tab: Tab, scrolls: int, within_s: float) -> None:
    """Scroll to the end again and again while the page grows; half of a look's time at most."""
    still, last = 0, -1
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            for _ in range(scrolls):
                size = int(await tab.evaluate(SCROLL))
                still = still + 1 if size == last else 0
                if still >= STEADY_POLLS:
                    return
                last = size
                await asyncio.sleep(POLL_S)


async def _measure(tab: Tab) -> tuple[str, int]:
    try:
        state, letters = await tab.evaluate(MEASURE)
    except Error as error:
        if tab.is_closed() or "closed" in error.message or "crash" in error.message.lower():
            raise
        return "loading", 0
    return str(state), int(letters)


def _answered(url: str, answers: list[Response], html: str, shown: str) -> Page:
    last = answers[-1]
    encoded = html.encode("utf-8", "replace")
    body = encoded[:BODY_BYTES].decode("utf-8", "ignore").encode()
    return Page(
        url=url,
        final_url=shown if shown.startswith(("http://", "https://")) else last.url,
        status=last.status,
        headers={**last.headers, "content-type": "text/html; charset=utf-8"} if html else dict(last.headers),
        body=body,
        hops=_hops(answers, last.url),
        truncated=len(encoded) > BODY_BYTES,
        rendered=True,
    )


def _failed(url: str, failure: Failure, answers: list[Response] | None = None) -> Page:
    if not answers:
        return Page(url=url, final_url=url, failure=failure, rendered=True)
    final = _next(answers[-1])
    hops = _hops(answers, final)
    if final != answers[-1].url:
        hops = (*hops, Hop(answers[-1].url, answers[-1].status, final))
    return Page(url=url, final_url=final, hops=hops, failure=failure, rendered=True)


def _hops(answers: list[Response], final: str) -> tuple[Hop, ...]:
    nexts = [answer.url for answer in answers[1:]]
    return tuple(
        Hop(answer.url, answer.status, after or final) for answer, after in zip(answers[:-1], nexts, strict=True)
    )


def _next(answer: Response) -> str:
    """Where an answer sends us; its own address when it sends us nowhere."""
    request = answer.request.redirected_to
    return request.url if request else answer.url


def _authority(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
