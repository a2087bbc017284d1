"""The web that is measured against: 40 loopback hosts in a process of their own, as cheap as asyncio allows.

    python bench/loopback.py HOSTS DELAY_MS

prints its ports and ends when its standard input closes. Every answer is built beforehand.
"""

import asyncio
import json
import os
import sys
from random import Random

PAGE_BYTES = 15_000
VARIANTS = 50
POSTED = 1_000_000
NOT_FOUND = "<!doctype html><html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>"
SENTENCES = (
    "Start early in the morning, before the day grows hot.",
    "A neighbour who has done this before is worth ten books.",
    "Measure twice, and write the numbers down.",
    "What is left over keeps for a week in a cool place.",
    "Most mistakes can be put right on the second try.",
)


def page(number: int) -> bytes:
    """Build an article of 15 kB as sites write them: metas, a style, a script, a menu, paragraphs, comments."""
    chance = Random(number)
    menu = "".join(f'<li class="item"><a href="/topic/{n}">Topic {n}</a></li>' for n in range(24))
    settings = json.dumps({"id": number, "flags": [f"flag-{n}" for n in range(40)], "title": "Tomatoes in pots"})
    start = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Tomatoes in pots, part {number} | Garden'
        '</title><meta name="viewport" content="width=device-width"><meta property="og:type" content="article">'
        f'<meta property="og:title" content="Tomatoes in pots, part {number}"><meta property="og:site_name" '
        'content="Garden"><link rel="stylesheet" href="/site.css">'
        f"<style>{'.item{margin:0 4px;padding:2px}' * 20}</style></head>\n<body><header><nav><ul>{menu}</ul></nav>"
        f'</header><main><h1>Tomatoes in pots, part {number}</h1><img src="/pot.jpg" alt="A pot"><article>\n'
    )
    end = (
        "</article></main><section class='comments'><h2>Comments</h2>"
        + "".join(f'<div class="comment"><b>Reader {n}</b><p>{SENTENCES[n % 5]}</p></div>' for n in range(20))
        + f"</section><script>window.__STATE__ = {settings};</script><script src='/site.js'></script></body></html>\n"
    )
    text = ""
    while len(start) + len(text) + len(end) < PAGE_BYTES - 400:
        text += f'<p class="text">{" ".join(chance.choice(SENTENCES) for _ in range(5))} <a href="/more">More</a></p>\n'
    return (start + text.ljust(PAGE_BYTES - len(start) - len(end)) + end).encode()


def answer(status: str, body: bytes, *more: str) -> bytes:
    """Build a whole answer."""
    lines = (f"HTTP/1.1 {status}", "Content-Type: text/html; charset=utf-8", f"Content-Length: {len(body)}", *more)
    return "\r\n".join([*lines, "", ""]).encode() + body


PAGES = [answer("200 OK", page(n), f'ETag: "page-{n}"', "Cache-Control: max-age=60") for n in range(VARIANTS)]
SAME = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\n\r\n"
GONE = answer("404 Not Found", NOT_FOUND.encode())


class Host(asyncio.Protocol):
    """One connection: /p/N is a page as far as there are any, /gone/N is not there, /moved/N leads to /p/N."""

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._loop = asyncio.get_running_loop()

    def data_received(self, data: bytes) -> None:
        *heads, self._waiting = (self._waiting + data).split(b"\r\n\r\n")
        for head in heads:
            _, kind, number = head.split(b" ", 2)[1].split(b"/", 2)
            if kind == b"p" and int(number) < POSTED and b"\r\nif-none-match:" in head.lower():
                whole = SAME  # every page stays as it is
            elif kind == b"p" and int(number) < POSTED:
                whole = PAGES[int(number) % VARIANTS]
            elif kind == b"moved":
                whole = answer("301 Moved Permanently", b"", f"Location: /p/{number.decode()}")
            else:
                whole = GONE
            if self._delay_s:
                self._loop.call_later(self._delay_s, self._write, whole)
            else:
                self._transport.write(whole)

    def _write(self, whole: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(whole)


async def serve(hosts: int, delay_s: float) -> None:
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(lambda: Host(delay_s), f"127.0.0.{n}", 0) for n in range(1, hosts + 1)]
    print(json.dumps([server.sockets[0].getsockname()[1] for server in servers]), flush=True)
    await loop.run_in_executor(None, lambda: os.read(0, 1))


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2]) / 1000))
