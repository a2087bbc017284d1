"""How many pages a second the browser path sees, and what a look costs; run by hand.

    python bench/browser.py [--looks N] [--chromium PATH]

A loopback site of many hosts serves pages of 15 kB whose scripts write forty rows and name two pictures. Beside Pehra's
own browser, with one tab and with several, stands plain Playwright with a new context for each page and pictures refused
by routing. Processor time is that of all processes together, without what starting and ending Chromium costs.
"""

import argparse
import asyncio
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import loopback
from playwright.async_api import Route, async_playwright
from recheck import console, machine, said, show, table

from crawler.browser import Browser
from crawler.chromium import FLAGS, find_browser
from crawler.guards import Guard

WANTED = 8.0
ROWS = """<div id=rows></div><script>for (let n = 0; n < 40; n++) {
    const row = document.createElement('p'); row.textContent = 'row ' + n; document.getElementById('rows').append(row); }
    localStorage.seen = document.cookie = 'seen=1'</script><img src=/one.jpg><img src=/two.jpg></article>"""
PAGE = loopback.page(1).replace(b"</article>", ROWS.encode())
LAST = b"row 39<"

Looks = Callable[[list[str]], Coroutine[Any, Any, None]]


class Answerer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = PAGE if self.path.startswith("/p") else b""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


def serve() -> None:
    """Serve until standard input closes, in a process of its own; prints the port."""
    with ThreadingHTTPServer(("0.0.0.0", 0), Answerer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_port, flush=True)
        sys.stdin.read()


async def at_once(urls: list[str], many: int, look: Callable[[str], Coroutine[Any, Any, None]]) -> None:
    left = iter(urls)

    async def one() -> None:
        for url in left:
            await look(url)

    await asyncio.gather(*(one() for _ in range(many)))


async def ours(path: Path, urls: list[str], tabs: int) -> float:
    guard = Guard.of(["127.0.0.0/8"])
    async with Browser(path, guard, user_agent="bench/1", recycle_after=10_000, time_s=60.0, tabs=tabs) as browser:

        async def look(url: str) -> None:
            page = await browser.look(url)
            assert LAST in page.body, page.failure

        began = time.monotonic()
        await at_once(urls, tabs, look)
        return time.monotonic() - began


async def plain(path: Path, urls: list[str], tabs: int) -> float:
    async with async_playwright() as playwright:
        flags = [flag for flag in FLAGS if "proxy" not in flag and "resolver" not in flag]
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        chromium = await playwright.chromium.launch(executable_path=path, args=[*flags, *sandbox])

        async def route(one: Route) -> None:
            unseen = one.request.resource_type in ("image", "media", "font")
            await (one.abort() if unseen else one.continue_())

        async def look(url: str) -> None:
            context = await chromium.new_context()
            tab = await context.new_page()
            await tab.route("**/*", route)
            await tab.goto(url, wait_until="networkidle")
            assert LAST in (await tab.content()).encode()
            await context.close()

        began = time.monotonic()
        await at_once(urls, tabs, look)
        took_s = time.monotonic() - began
        await chromium.close()
        return took_s


def cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--looks", type=int, default=40)
    parser.add_argument("--chromium", default="auto")
    asked = parser.parse_args()
    path = find_browser(asked.chromium)
    if path is None:
        sys.exit("there is no Chromium here")
    machine()
    command = [sys.executable, "-c", "import browser; browser.serve()"]
    with subprocess.Popen(
        command, cwd=Path(__file__).parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin
        assert server.stdout
        port = server.stdout.readline().strip()
        urls = [f"http://127.0.{1 + n % 7}.{1 + n % 200}:{port}/p/{n}" for n in range(asked.looks)]
        made = table(f"{asked.looks} looks with {path.name}", "side", "tabs", "pages/s", "CPU s/look", "load", "")
        sides: list[tuple[str, Callable[[Path, list[str], int], Coroutine[Any, Any, float]], int]] = [
            ("Pehra", ours, 1),
            ("Pehra", ours, 4),
            ("plain Playwright, routing", plain, 1),
            ("plain Playwright, routing", plain, 4),
        ]
        starting = {}
        for name, side, tabs in sides:
            if side not in starting:
                before = cpu_s()
                asyncio.run(side(path, [], 1))
                starting[side] = cpu_s() - before
            before = cpu_s()
            rate = asked.looks / asyncio.run(side(path, urls, tabs))
            used = (cpu_s() - before - starting[side]) / asked.looks
            met = said(rate >= WANTED) if side is ours and tabs > 1 else ""
            made.add_row(name, f"{tabs}", f"{rate:.1f}", f"{used:.2f}", f"{os.getloadavg()[0]:.1f}", met)
        show(made)
        console.print(f"Wanted of Pehra: at least {WANTED:.0f} pages/s on two cores.")
        server.stdin.close()


if __name__ == "__main__":
    main()
