"""A loopback web of real servers: everything a watched link may do, good and bad, at addresses of our own.

What a path does is told by its first part; what follows only makes it another address. See `BEHAVIOURS`.
"""

import asyncio
import socket
import ssl
import tempfile
import threading
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from ipaddress import ip_address
from itertools import count
from pathlib import Path
from typing import Literal, Self, get_args
from urllib.parse import parse_qs, quote, urlsplit
from zlib import crc32

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.web import pages

State = Literal[
    "live",
    "gone404",
    "gone410",
    "gone-bare",
    "notice",
    "two-faced",
    "restricted",
    "blocked",
    "walled-live",
    "walled-gone",
    "region",
    "posted",
    "vanished",
    "closed",
]

HTML = "text/html; charset=utf-8"
DRIP_S = 0.05
RETRY_AFTER_S = 30
HEADERS = 10_000
HEAD_BYTES = 65_536
NARROW_BYTES = 16_384
HELD_S = 0.02
STOP_S = 60.0
COUNTED = count(1)
OURS = "127.0.0.1"


@dataclass(frozen=True)
class Request:
    """What a client asked for; header names are in small letters."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]

    @property
    def parts(self) -> list[str]:
        """The path's parts: `/gone/404` has two."""
        return self.path.strip("/").split("/")


class Visit:
    """One request and the connection its answer goes to."""

    def __init__(
        self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, served: Counter[str]
    ) -> None:
        self.request = request
        self.ends = False  # whether the connection ends with this answer
        self._reader, self._writer, self._served = reader, writer, served
        self.client = str(writer.get_extra_info("peername")[0])

    async def send(self, data: bytes) -> None:
        """Write, and wait until the client has taken most of it."""
        self._served[self.request.path] += len(data)  # before the client can have it, and look
        self._writer.write(data)
        await self._writer.drain()

    def narrow(self) -> None:
        """Keep little on its way, so that `bytes_served` tells what the client took."""
        self._writer.transport.set_write_buffer_limits(NARROW_BYTES)
        self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, NARROW_BYTES)

    async def head(self, status: int, headers: list[tuple[str, str]]) -> None:
        """Send a status line and headers."""
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {value}" for name, value in headers)]
        await self.send("\r\n".join([*lines, "", ""]).encode("latin-1"))

    async def answer(self, body: bytes = b"", *, status: int = 200, kind: str = HTML, **headers: str) -> None:
        """Send a whole answer; `Retry_After="5"` becomes `Retry-After: 5`."""
        extra = [(name.replace("_", "-"), value) for name, value in headers.items()]
        await self.head(status, [("Content-Type", kind), ("Content-Length", str(len(body))), *extra])
        if self.request.method != "HEAD":
            await self.send(body)

    async def redirect(self, to: str, status: int = 302) -> None:
        """Send the client elsewhere."""
        await self.answer(status=status, Location=to)

    async def hung_up(self, within_s: float | None = None) -> bool:
        """Wait for the client to close, at most `within_s` seconds, and tell whether it did."""
        try:
            async with asyncio.timeout(within_s):
                while await self._reader.read(HEAD_BYTES):
                    pass
        except TimeoutError:
            return False
        return True

    def drop(self) -> None:
        """Close without another byte."""
        self.ends = True
        self._writer.transport.abort()


async def home(visit: Visit) -> None:
    await visit.answer(pages.page("A small web of our own", '<p><a href="/up/1">An article</a></p>'))


async def up(visit: Visit) -> None:
    """An ordinary article; `?bytes=15000` sets its size. Offers a validator and a cookie, like most sites."""
    body = pages.article(visit.request.path, int(visit.request.query.get("bytes", "3000")))
    tag = f'"{crc32(body):08x}"'
    if visit.request.headers.get("if-none-match") == tag:
        await visit.head(304, [("ETag", tag)])
    else:
        await visit.answer(body, ETag=tag, Set_Cookie="visitor=1; Path=/")


async def gone(visit: Visit) -> None:
    status = int(visit.request.parts[1]) if len(visit.request.parts) > 1 else 404
    await visit.answer(pages.page(HTTPStatus(status).phrase, "<p>There is no such page.</p>"), status=status)


async def notice(visit: Visit) -> None:
    await visit.answer(pages.notice())


async def moved(visit: Visit) -> None:
    """`/moved/7` leads to `/up/7`."""
    await visit.redirect("/".join(["/up", *visit.request.parts[1:]]), 301)


async def to_home(visit: Visit) -> None:
    await visit.redirect("/")


async def login_wall(visit: Visit) -> None:
    await visit.redirect(f"/login?next={quote(visit.request.path, safe='')}")


async def login(visit: Visit) -> None:
    await visit.answer(pages.login())


async def rate_limited(visit: Visit) -> None:
    """429; `?after=5` sets the seconds to wait."""
    after = visit.request.query.get("after", str(RETRY_AFTER_S))
    await visit.answer(pages.page("Too many requests", "<p>Slow down.</p>"), status=429, Retry_After=after)


async def challenge(visit: Visit) -> None:
    status = 503 if "503" in visit.request.parts else 403
    await visit.answer(pages.challenge(), status=status, cf_mitigated="challenge", Server="provider")


async def slow(visit: Visit) -> None:
    visit.ends = await visit.hung_up()


async def drip(visit: Visit) -> None:
    """An article byte by byte; `/drip/head` lets its headers drip as well."""
    body = pages.article(visit.request.path)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {HTML}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    if "head" in visit.request.parts:
        head, body = b"", head + body
    await visit.send(head)
    for byte in body:
        await visit.send(bytes([byte]))
        if await visit.hung_up(DRIP_S):
            break
    visit.ends = True


async def drop(visit: Visit) -> None:
    visit.drop()


async def midway(visit: Visit) -> None:
    """Promises 100 kB, and closes after the first tenth."""
    await visit.head(200, [("Content-Type", HTML), ("Content-Length", "100000")])
    await visit.send(pages.article(visit.request.path, 10_000)[:10_000])
    visit.ends = True


async def script(visit: Visit) -> None:
    """Empty until a script draws an article, or with `/script/notice` a notice of removal."""
    await visit.answer(pages.shell("/notice.js" if "notice" in visit.request.parts else "/article.js"))


async def article_script(visit: Visit) -> None:
    await visit.answer(pages.drawing(pages.SUBJECTS[0], pages.SENTENCES[0], alike=False), kind="text/javascript")


async def notice_script(visit: Visit) -> None:
    await visit.answer(pages.drawing("This content has been removed", "It broke our rules."), kind="text/javascript")


async def loop(visit: Visit) -> None:
    """Redirects for ever, each time to a new address."""
    turn = int(visit.request.query.get("turn", "0"))
    await visit.redirect(f"{visit.request.path}?turn={turn + 1}")


async def bomb(visit: Visit) -> None:
    """About 1 MB that unpacks to 1 GB; `/bomb/twice` is a few kB, packed twice."""
    visit.ends = True
    if "twice" in visit.request.parts:
        await visit.answer(await asyncio.to_thread(pages.bomb_in_a_bomb), Content_Encoding="gzip, gzip")
        return
    await visit.head(200, [("Content-Type", HTML), ("Content-Encoding", "gzip"), ("Connection", "close")])
    for piece in pages.bomb():
        await visit.send(piece)


async def headers(visit: Visit) -> None:
    lines = [(f"X-Line-{number}", "a" * 20) for number in range(HEADERS)]
    await visit.head(200, [("Content-Type", HTML), *lines, ("Content-Length", "0")])


async def bad_encoding(visit: Visit) -> None:
    """Bytes that are no UTF-8, declared as such; `/bad-encoding/gzip` is no gzip, declared as such."""
    if "gzip" in visit.request.parts:
        await visit.answer(pages.article(visit.request.path), Content_Encoding="gzip")
    else:
        await visit.answer(pages.article(visit.request.path).replace(b"<p>", b"<p>\xff\xfe\xc3\x28\x80 "))


async def endless(visit: Visit) -> None:
    visit.narrow()
    await visit.head(200, [("Content-Type", HTML), ("Transfer-Encoding", "chunked")])
    piece = pages.article(visit.request.path, 16_000)
    await visit.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
    while True:
        await visit.send(b"%x\r\n%s\r\n" % (len(pages.SENTENCES[0]) * 200, pages.SENTENCES[0].encode() * 200))


async def picture(visit: Visit) -> None:
    number = visit.request.parts[-1].removesuffix(".png")
    own = crc32(visit.request.path.encode())
    card = pages.card(int(number) if number.isdigit() else 0, 320 + own % 256)
    await visit.answer(pages.commented(card, own % 60_000), kind="image/png")  # no two of the same size


async def film(visit: Visit) -> None:
    """A film without end; `/film/image` is a picture without end, `/film/unnamed` says nothing of its kind."""
    visit.narrow()
    kinds = {"image": "image/png", "unnamed": None}
    kind = kinds.get(visit.request.parts[-1], "video/mp4")
    await visit.head(200, [("Content-Type", kind)] if kind else [])
    visit.ends = True
    while True:
        await visit.send(bytes(NARROW_BYTES))


async def to_film(visit: Visit) -> None:
    await visit.redirect("/".join(["/film", *visit.request.parts[1:]]))


async def every(visit: Visit) -> None:
    """A site that answers 200 for everything, in a language nobody knows; `set` says what is `posted` there."""
    await visit.answer(pages.nothing_here(visit.request.parts[-1]))


async def posted(visit: Visit) -> None:
    await visit.answer(pages.posted(visit.request.path, visit.request.query.get("comments", str(next(COUNTED)))))


async def closed(visit: Visit) -> None:
    """The whole site closed for a day, and 200 all the same: for `set` of a path's first part."""
    await visit.answer(pages.closed())


async def missing(visit: Visit) -> None:
    await visit.answer(pages.page("Not Found", "<p>There is no such page.</p>"), status=404)


Behaviour = Callable[[Visit], Awaitable[None]]

BEHAVIOURS: dict[str, Behaviour] = {
    "": home,
    "up": up,
    "gone": gone,
    "notice": notice,
    "moved": moved,
    "to-home": to_home,
    "login-wall": login_wall,
    "login": login,
    "rate-limited": rate_limited,
    "challenge": challenge,
    "slow": slow,
    "drip": drip,
    "drop": drop,
    "midway": midway,
    "script": script,
    "article.js": article_script,
    "notice.js": notice_script,
    "loop": loop,
    "bomb": bomb,
    "headers": headers,
    "bad-encoding": bad_encoding,
    "endless": endless,
    "picture": picture,
    "film": film,
    "to-film": to_film,
    "every": every,
}


async def gone410(visit: Visit) -> None:
    await visit.answer(pages.page("Gone", "<p>There is no such page any more.</p>"), status=410)


async def gone_bare(visit: Visit) -> None:
    """404 without a word."""
    await visit.answer(status=404)


async def two_faced(visit: Visit) -> None:
    await visit.answer(pages.two_faced())


async def walled_live(visit: Visit) -> None:
    """Turns away whoever comes from 127.0.0.1."""
    await (challenge(visit) if visit.client == OURS else up(visit))


async def walled_gone(visit: Visit) -> None:
    await (challenge(visit) if visit.client == OURS else missing(visit))


async def region(visit: Visit) -> None:
    """451 to whoever comes from 127.0.0.1."""
    withheld = pages.page("Withheld", "<p>Not in your country.</p>")
    await (visit.answer(withheld, status=451) if visit.client == OURS else up(visit))


STATES: dict[State, Behaviour] = {
    "live": up,
    "gone404": missing,
    "gone410": gone410,
    "gone-bare": gone_bare,
    "notice": notice,
    "two-faced": two_faced,
    "restricted": login_wall,
    "blocked": challenge,
    "posted": posted,
    "vanished": every,
    "closed": closed,
    "walled-live": walled_live,
    "walled-gone": walled_gone,
    "region": region,
}


class Web:
    """The servers, in a thread of their own; use it in a `with` statement.

    Args:
        hosts: how many plain servers, at 127.0.0.1, 127.0.0.2 and so on (more than one: Linux only), all alike.
        delay_s: seconds that every answer is held back.
    """

    def __init__(self, hosts: int = 1, *, delay_s: float = 0.0) -> None:
        self._wanted, self._delay_s = hosts, delay_s
        self._ports: list[int] = []
        self._tls_port = 0
        self._states: dict[str, State] = {}
        self._own: dict[str, Behaviour] = {}
        self._hits: Counter[str] = Counter()
        self._served: Counter[str] = Counter()
        self._requests: defaultdict[str, list[Request]] = defaultdict(list)
        self._tasks: set[asyncio.Task[None]] = set()
        self._ready = threading.Event()
        self._fault: Exception | None = None
        self._held: Callable[[], bool] = bool

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="web-")
        self._closed = socket.socket()
        self._closed.bind(("127.0.0.1", 0))  # taken, so that nobody else gets it, and never listening
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="web", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._fault:
            self._thread.join()
            self._clear()
            raise self._fault
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(STOP_S)
        self._clear()

    def url(self, path: str, *, host: int = 0) -> str:
        """Address of a path on a plain server; any path works with `set`, else see `BEHAVIOURS`."""
        return f"http://127.0.0.{host + 1}:{self._ports[host]}{path}"

    def tls_url(self, path: str) -> str:
        """Address on the server whose certificate nobody has vouched for."""
        return f"https://localhost:{self._tls_port}{path}"

    @property
    def certificate(self) -> Path:
        """The certificate of the TLS server, for a client that is to trust it."""
        return Path(self._folder.name, "certificate.pem")

    def refused_url(self, path: str = "/") -> str:
        """Address of a port where nobody listens."""
        return f"http://127.0.0.1:{self._closed.getsockname()[1]}{path}"

    def no_such_name_url(self, path: str = "/") -> str:
        """Address whose name never resolves (RFC 6761)."""
        return f"http://nobody-here.invalid{path}"

    def set(self, path: str, state: State) -> None:
        """Say what a link does from now on: take it down, bring it back; of a path's first part, all that is below."""
        if state not in STATES:
            raise ValueError(f"no state {state}; there are: {', '.join(get_args(State))}")
        self._states[path] = state

    def serve(self, first: str, behaviour: Behaviour) -> None:
        """Let all paths with this first part do as a test wants."""
        self._own[first] = behaviour

    def clear(self, path: str) -> None:
        """Let a path, or all below a first part, do again what it does by itself."""
        self._states.pop(path, None)

    def asked(self, start: str) -> frozenset[str]:
        """Every path below `start` that was ever asked for."""
        return frozenset(path for path in list(self._hits) if path.startswith(start))

    def hold(self, held: Callable[[], bool]) -> None:
        """Let every answer wait for as long as this is so."""
        self._held = held

    def hits(self, path: str) -> int:
        """How often a path was asked for, on all servers, whatever the query."""
        return self._hits[path]

    def bytes_served(self, path: str) -> int:
        """How many bytes of answers to a path were written so far, headers included."""
        return self._served[path]

    def requests(self, path: str) -> list[Request]:
        """What was asked for a path, oldest first."""
        return list(self._requests[path])

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        # A client that breaks off, or refuses the certificate, is what these servers are for.
        self._loop.set_exception_handler(lambda _loop, _context: None)
        servers: list[asyncio.Server] = []
        try:
            for number in range(1, self._wanted + 1):
                servers.append(await self._listen(f"127.0.0.{number}"))
                self._ports.append(servers[-1].sockets[0].getsockname()[1])
            servers.append(await self._listen("127.0.0.1", make_certificate(Path(self._folder.name))))
            self._tls_port = servers[-1].sockets[0].getsockname()[1]
        except OSError as fault:
            self._fault = fault
            self._stop.set()
        self._ready.set()
        await self._stop.wait()
        for server in servers:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _listen(self, host: str, tls: ssl.SSLContext | None = None) -> asyncio.Server:
        return await asyncio.start_server(self._connected, host, 0, ssl=tls, limit=HEAD_BYTES, backlog=512)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            while await self._answer(reader, writer):
                pass
            writer.close()
            await writer.wait_closed()
        except (OSError, EOFError, asyncio.LimitOverrunError):
            pass  # the client has gone, or speaks no HTTP
        except asyncio.CancelledError:
            pass  # the web is closing; a task that ends cancelled would be reported as a fault
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; tells whether the connection stays open for another."""
        request = parse(await reader.readuntil(b"\r\n\r\n"))
        await reader.readexactly(int(request.headers.get("content-length", "0")))
        path = request.path
        self._hits[path] += 1
        self._requests[path].append(request)
        visit = Visit(request, reader, writer, self._served)
        if self._delay_s:
            await asyncio.sleep(self._delay_s)
        while self._held():  # noqa: ASYNC110  # what ends it is done in another thread
            await asyncio.sleep(HELD_S)
        state = self._states.get(f"/{request.parts[0]}") or self._states.get(path)
        behaviour = (
            STATES[state] if state else self._own.get(request.parts[0], BEHAVIOURS.get(request.parts[0], missing))
        )
        await behaviour(visit)
        return not visit.ends and request.headers.get("connection", "").lower() != "close"

    def _clear(self) -> None:
        self._closed.close()
        self._folder.cleanup()


def parse(head: bytes) -> Request:
    """Read a request's head; an address in full, as a proxy sends it, is taken for its path."""
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, target, _version = first.split(" ", 2)
    address = urlsplit(target)
    fields = (line.partition(":") for line in lines)
    query = {name: values[-1] for name, values in parse_qs(address.query).items()}
    return Request(method, address.path or "/", query, {name.lower(): value.strip() for name, _, value in fields})


def make_certificate(folder: Path) -> ssl.SSLContext:
    """Make a certificate for localhost that vouches for itself, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2049, 1, 1, tzinfo=UTC))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context
