"""A real Chromium against loopback servers; what it must not fetch is counted by the servers."""

import asyncio
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from crawler.browser import Browser, find_browser
from crawler.guards import Guard
from crawler.page import Failure, Hop, Page

CHROMIUM = find_browser("auto")
LOOPBACK = Guard.of(["127.0.0.1/32"])
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine, and none from Playwright")


class Site(ThreadingHTTPServer):
    """Pages by path; `asked` holds every path that was asked for."""

    daemon_threads = True

    def __init__(self, host: str, pages: dict[str, str]) -> None:
        super().__init__((host, 0), Answerer)
        self.pages, self.asked = pages, list[str]()
        self.origin = f"http://{host}:{self.server_port}"


class Answerer(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        text = self.server.pages.get(self.path, "")
        self.send_response(302 if text.startswith(("/", "http")) else 200)
        self.send_header(
            "Location" if text.startswith(("/", "http")) else "X-Kept",
            text[:200].replace("\n", " ") if text.isascii() else "",
        )
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def serving(pages: dict[str, str], host: str = "127.0.0.1") -> Iterator[Site]:
    with Site(host, pages) as site:
        threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield site
        site.shutdown()


def look(*urls: str, guard: Guard = LOOPBACK, time_s: float = 120.0, recycle_after: int = 50) -> list[Page]:
    async def run() -> list[Page]:
        assert CHROMIUM is not None
        async with Browser(
            CHROMIUM, guard, user_agent="watch/1", time_s=time_s, recycle_after=recycle_after
        ) as browser:
            return [await browser.look(url) for url in urls]

    return asyncio.run(run())


@needs_browser
def test_a_page_is_read_as_its_scripts_leave_it() -> None:
    page = "<p id=p></p><script>setTimeout(() => p.textContent = 'written ' + navigator.userAgent, 300)</script>"
    with serving({"/": page}) as site:
        (seen,) = look(site.origin + "/")
    assert b'<p id="p">written watch/1</p>' in seen.body
    assert (seen.status, seen.failure, seen.rendered, seen.truncated) == (200, None, True, False)
    assert seen.headers["content-type"] == "text/html; charset=utf-8"


@needs_browser
def test_the_way_to_a_page_is_kept() -> None:
    with serving({"/a": "/b", "/b": "<script>location.replace('/c')</script>one", "/c": "two"}) as site:
        (seen,) = look(site.origin + "/a")
    a, b, c = (site.origin + path for path in ("/a", "/b", "/c"))
    assert seen.hops == (Hop(a, 302, b), Hop(b, 200, c))
    assert (seen.url, seen.final_url) == (a, c)


MEDIA = """
<link rel=icon href=/icon><link rel=preload as=image href=/preload><link rel=preload as=font href=/font crossorigin>
<link rel=prefetch href=/prefetch.jpg><link rel=prefetch href=/guess><link rel=prefetch as=image href=/guessed>
<link rel=prerender href=/rendered><script type=speculationrules>
{"prefetch": [{"source": "list", "urls": ["/likely"], "eagerness": "immediate"}],
"prerender": [{"source": "list", "urls": ["/likelier"], "eagerness": "immediate"}]}</script>
<style>@font-face { font-family: f; src: url(/face) } p { font-family: f; background: url(/background) }</style>
<p>text</p><img src=/picture><img src=/picture.png><img srcset="/set 2x"><picture><source srcset=/source><img></picture>
<video src=/film autoplay poster=/poster></video><audio src=/sound preload=auto></audio><video src=/film.mp4></video>
<svg><image href=/vector></image></svg><input type=image src=/button>
<object data=/object></object><embed src=/embed><object data=/movie type=video/mp4></object>
<script>let link = document.createElement('link'); link.rel = 'prefetch'; link.href = '/later'; document.head.append(link);
new Image().src = '/made'; new FontFace('g', 'url(/loaded)').load().catch(() => 0)</script>
"""


@needs_browser
def test_no_picture_film_or_font_is_fetched() -> None:
    with serving({"/": MEDIA + "<iframe src=FRAME></iframe>", "/frame": MEDIA}) as site:
        site.pages["/"] = site.pages["/"].replace("FRAME", f"http://localhost:{site.server_port}/frame")
        (seen,) = look(site.origin + "/")
    assert seen.status == 200
    assert sorted(site.asked) == ["/"]


@needs_browser
def test_what_scripts_ask_for_is_fetched() -> None:
    page = """<p id=p>waiting</p><script src=/script></script><script>
        const asked = new XMLHttpRequest(); asked.open('GET', '/old'); asked.send();
        fetch('/new').then(answer => answer.text()).then(text => p.textContent = 'got ' + text)</script>"""
    with serving({"/": page, "/new": "news"}) as site:
        (seen,) = look(site.origin + "/")
    assert b">got news</p>" in seen.body
    assert sorted(site.asked) == ["/", "/new", "/old", "/script"]


@needs_browser
def test_nothing_on_a_page_reaches_a_private_network() -> None:
    with serving({}, "127.0.0.2") as inside:
        there = inside.origin
        socket = there.replace("http:", "ws:")
        page = f"""<p id=p>waiting</p><script src={there}/script></script><iframe src={there}/frame></iframe>
            <link rel=stylesheet href={there}/style><link rel=preconnect href={there}>
            <script>navigator.sendBeacon('{there}/beacon'); new WebSocket('{socket}/socket'); open('{there}/popup');
            fetch('{there}/fetch', {{mode: 'no-cors'}}).then(a => a.text())
            .then(() => p.textContent = 'asked')</script>"""
        with serving({"/": page, "/away": there + "/redirected"}) as site:
            seen, away, direct = look(site.origin + "/", site.origin + "/away", there + "/direct")
    assert inside.asked == []
    assert seen.status == 200
    assert (away.status, away.failure) == (None, Failure.PRIVATE)
    assert away.hops == (Hop(site.origin + "/away", 302, there + "/redirected"),)
    assert (direct.status, direct.failure) == (None, Failure.PRIVATE)


@needs_browser
def test_a_script_without_end_is_stopped_and_the_next_page_is_seen(room: Path) -> None:
    with serving({"/loop": "<p>x</p><script>while (true) {}</script>", "/": "still here"}) as site:
        stuck, seen = look(site.origin + "/loop", site.origin + "/", time_s=12.0)
    assert (stuck.status, stuck.failure) == (None, Failure.TIMEOUT)
    assert b"still here" in seen.body
    assert list(room.iterdir()) == []


@needs_browser
def test_each_page_starts_without_a_past_across_recycled_browsers() -> None:
    page = """<p id=p></p><script>p.textContent = 'saw:' + document.cookie + localStorage.x;
        document.cookie = 'a=1'; localStorage.x = 'kept'</script>"""
    with serving({"/": page}) as site:
        seen = look(*[site.origin + "/"] * 4, recycle_after=2)
    assert all(b">saw:undefined</p>" in page.body for page in seen)


@needs_browser
def test_a_huge_page_is_cut() -> None:
    with serving({"/": "<p>پہرا" * 200_000}) as site:
        (seen,) = look(site.origin + "/")
    assert (seen.failure, seen.truncated) == (None, True)
    assert 1_999_990 < len(seen.body) <= 2_000_000
    assert seen.body.decode()


@needs_browser
def test_what_does_not_answer_has_its_name() -> None:
    with serving({"/round": "/round"}) as site:
        gone = Site("127.0.0.1", {})
        gone.server_close()
        seen = look(
            "http://nowhere.invalid/", "https://127.0.0.2/", gone.origin, site.origin + "/round", "file:///etc/hostname"
        )
    assert [page.failure for page in seen] == [
        Failure.DNS, Failure.PRIVATE, Failure.REFUSED, Failure.REDIRECTS, Failure.MALFORMED,
    ]  # fmt: skip


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short temporary folder of our own: Chromium keeps a socket there, whose path may not be long."""
    with TemporaryDirectory(prefix="room-") as folder:
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], Path]:
    def make(name: str) -> Path:
        path = tmp_path / name
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
        return path

    return make


def test_the_first_known_browser_on_the_path_is_found(
    program: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program("microsoft-edge")
    chrome = program("google-chrome")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_browser("auto") == chrome
    assert find_browser("off") is None


def test_a_path_is_taken_when_it_can_be_run(program: Callable[[str], Path], tmp_path: Path) -> None:
    mine = program("mine")
    assert find_browser(str(mine)) == mine
    assert find_browser(str(tmp_path / "missing")) is None


def test_no_browser_is_no_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    assert find_browser("auto") is None


GROWING = """<div id=list></div><script>
let n = 0
const more = () => { for (let i = 0; i < 5 && n < 15; i++) list.insertAdjacentHTML('beforeend', `<img src="/${n++}.jpg" style="height:900px">`) }
more(); addEventListener('scroll', () => setTimeout(more, 20))
</script>"""


@needs_browser
def test_a_list_that_grows_is_scrolled_to_its_end_only_where_that_is_asked() -> None:
    async def run(origin: str) -> list[Page]:
        assert CHROMIUM is not None
        async with Browser(CHROMIUM, LOOPBACK, user_agent="watch/1") as browser:
            return [await browser.look(f"{origin}/list", scrolls=scrolls) for scrolls in (0, 30)]

    with serving({"/list": GROWING}) as site:
        shown = [page.body.count(b"<img src") for page in asyncio.run(run(site.origin))]
        assert not any(path.endswith(".jpg") for path in site.asked)
    assert shown == [6, 16]  # one of them is in the script
