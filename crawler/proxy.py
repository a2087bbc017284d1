"""The browser's only way out: a small proxy on the loopback that connects to nothing but checked addresses."""

import asyncio
from base64 import b64encode
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import SplitResult, SplitResultBytes, unquote, urlsplit

from python_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError, ProxyType
from python_socks.async_.asyncio import Proxy

from crawler.guards import Guard, PrivateNetwork
from crawler.page import Failure

HEAD_BYTES = 64 * 1024
REMEMBERED = 1000
CONNECT_S = 10.0
HOP_BY_HOP = frozenset({b"connection", b"keep-alive", b"proxy-connection", b"proxy-authorization", b"x-pehra-refused"})
PURPOSES = frozenset({b"sec-purpose", b"purpose"})
STATUS = {Failure.PRIVATE: 403, Failure.TIMEOUT: 504, Failure.MALFORMED: 400}

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Refused(Exception):
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.failure = failure


@dataclass(frozen=True)
class _Head:
    """The first line of a message, in its three words, and its header lines."""

    first: tuple[bytes, bytes, bytes]
    lines: tuple[bytes, ...]

    @classmethod
    def of(cls, raw: bytes) -> Self:
        first, *lines = raw.rstrip(b"\r\n").split(b"\r\n")
        words = first.split(b" ", 2)
        if len(words) < 2:
            raise _Refused(Failure.MALFORMED)
        return cls((words[0], words[1], words[2] if len(words) > 2 else b""), tuple(lines))

    @property
    def guesses(self) -> bool:
        """Whether the browser asks on a page's word, for something that nobody may ever want to see."""
        purposes = (line for line in self.lines if line.partition(b":")[0].strip().lower() in PURPOSES)
        return any(b"prefetch" in line.lower() or b"prerender" in line.lower() for line in purposes)

    def rewritten(self, *words: bytes, extra: Iterable[bytes] = ()) -> bytes:
        """Serialise with another first line, for one exchange: a kept connection could serve a second host."""
        kept = [line for line in self.lines if line.partition(b":")[0].strip().lower() not in HOP_BY_HOP]
        return b"\r\n".join([b" ".join(words), *kept, *extra, b"Connection: close", b"", b""])


class _Allowance:
    """Bytes that one connection may still move, both directions together."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, chunk: bytes) -> bytes:
        taken = chunk[: self.left]
        self.left -= len(taken)
        return taken


class GuardingProxy:
    """An HTTP proxy (CONNECT and absolute-form requests) on 127.0.0.1, for one browser.

    A refused target gets 403 with `X-Pehra-Refused: private`; other failures carry their word in the same header,
    which is taken out of every real answer. Nothing is logged. `bytes_limit` and `time_s` bound one connection.
    `upstream` is an http or SOCKS5 proxy that everything goes on to; its own address is not checked, and names are
    resolved there.
    """

    def __init__(
        self, guard: Guard, upstream: str | None = None, *, bytes_limit: int = 10_000_000, time_s: float = 60.0
    ) -> None:
        self._guard = guard
        self._upstream = _upstream(upstream)
        self._bytes_limit, self._time_s = bytes_limit, time_s
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._failures: dict[tuple[str, int], Failure] = {}
        self.url = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=HEAD_BYTES)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def failure(self, host: str, port: int) -> Failure | None:
        """Say why the last connection to this host was not made; None where it was, or was never asked for."""
        return self._failures.get((host.lower(), port))

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve((reader, writer)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, client: Streams) -> None:
        try:
            async with asyncio.timeout(self._time_s):
                await self._exchange(client)
        except _Refused as refusal:
            await _say(client[1], refusal.failure)
        except (OSError, EOFError, asyncio.LimitOverrunError):  # either side went away, or spoke no HTTP
            pass
        finally:
            client[1].close()

    async def _exchange(self, client: Streams) -> None:
        head = _Head.of(await client[0].readuntil(b"\r\n\r\n"))
        method, target, _ = head.first
        if method == b"CONNECT":
            await self._tunnel(client, *_authority(urlsplit(b"//" + target), 443))
        else:
            await self._forward(client, head)

    async def _tunnel(self, client: Streams, host: str, port: int) -> None:
        server = await self._open(host, port)
        try:
            if self._goes_on_by_http:
                await self._ask_upstream(server, host, port)
            client[1].write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await self._join(client, server, _Allowance(self._bytes_limit))
        finally:
            server[1].close()

    async def _ask_upstream(self, server: Streams, host: str, port: int) -> None:
        authority = _netloc(host, port)
        words = (b"CONNECT", authority, b"HTTP/1.1")
        ask = _Head(words, (b"Host: " + authority,)).rewritten(*words, extra=self._credentials())
        server[1].write(ask)
        answer = _Head.of(await server[0].readuntil(b"\r\n\r\n"))
        if answer.first[1] != b"200":
            self._remember(host, port, Failure.REFUSED)
            raise _Refused(Failure.REFUSED)

    async def _forward(self, client: Streams, head: _Head) -> None:
        method, target, version = head.first
        parts = urlsplit(target)
        if parts.scheme != b"http":
            raise _Refused(Failure.MALFORMED)
        if head.guesses:
            raise _Refused(Failure.REFUSED)
        host, port = _authority(parts, 80)
        server = await self._open(host, port)
        path = (parts.path or b"/") + (b"?" + parts.query if parts.query else b"")
        try:
            where = target if self._goes_on_by_http else path
            server[1].write(head.rewritten(method, where, version, extra=self._credentials()))
            allowance = _Allowance(self._bytes_limit)
            sending = asyncio.create_task(_pump(client[0], server[1], allowance))
            try:
                await _answer(server[0], client[1])
                await _pump(server[0], client[1], allowance)
            finally:
                sending.cancel()
        finally:
            server[1].close()

    async def _join(self, one: Streams, other: Streams, allowance: _Allowance) -> None:
        """Carry bytes both ways until either side ends."""
        ways = {
            asyncio.create_task(_pump(one[0], other[1], allowance)),
            asyncio.create_task(_pump(other[0], one[1], allowance)),
        }
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _open(self, host: str, port: int) -> Streams:
        try:
            async with asyncio.timeout(CONNECT_S):
                streams = await self._connect(host, port)
        except (PrivateNetwork, OSError) as error:
            failure = _failure_of(error)
            self._remember(host, port, failure)
            raise _Refused(failure) from error
        self._failures.pop((host.lower(), port), None)
        return streams

    async def _connect(self, host: str, port: int) -> Streams:
        if self._upstream:
            if not self._guard.permits_spelling(host):
                raise PrivateNetwork("the address names a private network")
            if not self._goes_on_by_http:
                return await _dial_by_socks(self._upstream, host, port)
            return await _dial(self._upstream.hostname or "", self._upstream.port or 80)
        targets = await self._guard.resolve(host, port)
        for target in targets[:-1]:
            with suppress(OSError):
                async with asyncio.timeout(CONNECT_S / len(targets)):
                    return await _dial(str(target.ip), port)
        return await _dial(str(targets[-1].ip), port)

    @property
    def _goes_on_by_http(self) -> bool:
        return self._upstream is not None and self._upstream.scheme == "http"

    def _credentials(self) -> list[bytes]:
        if not self._upstream or not self._goes_on_by_http or self._upstream.username is None:
            return []
        pair = f"{unquote(self._upstream.username)}:{unquote(self._upstream.password or '')}"
        return [b"Proxy-Authorization: Basic " + b64encode(pair.encode())]

    def _remember(self, host: str, port: int, failure: Failure) -> None:
        self._failures[(host.lower(), port)] = failure
        while len(self._failures) > REMEMBERED:
            del self._failures[next(iter(self._failures))]


def _upstream(url: str | None) -> SplitResult | None:
    if not url:
        return None
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in ("http", "socks5") or not parts.hostname:
        raise ValueError("the upstream proxy must be an http:// or socks5:// address")
    return parts


def _failure_of(error: PrivateNetwork | OSError) -> Failure:
    match error:
        case PrivateNetwork():
            return Failure.PRIVATE
        case TimeoutError():
            return Failure.TIMEOUT
        case ConnectionError():
            return Failure.REFUSED
        case _:
            return Failure.DNS


def _authority(parts: SplitResultBytes, default_port: int) -> tuple[str, int]:
    try:
        host = (parts.hostname or b"").decode("ascii")
        port = parts.port or default_port
    except ValueError as error:
        raise _Refused(Failure.MALFORMED) from error
    if not host:
        raise _Refused(Failure.MALFORMED)
    return host, port


def _netloc(host: str, port: int) -> bytes:
    return f"[{host}]:{port}".encode() if ":" in host else f"{host}:{port}".encode()


async def _dial(host: str, port: int) -> Streams:
    try:
        return await asyncio.open_connection(host, port, limit=HEAD_BYTES)
    except TimeoutError:
        raise
    except OSError as error:  # no route and the like: the name resolved, the door stayed shut
        raise ConnectionRefusedError from error


async def _dial_by_socks(upstream: SplitResult, host: str, port: int) -> Streams:
    """Connect by SOCKS5; the name goes along as it is, so that nobody here asks for it."""
    proxy = Proxy(
        ProxyType.SOCKS5,
        host=upstream.hostname or "",
        port=upstream.port or 1080,
        username=None if upstream.username is None else unquote(upstream.username),
        password=None if upstream.username is None else unquote(upstream.password or ""),
        rdns=True,
    )
    try:
        sock = await proxy.connect(dest_host=host, dest_port=port, timeout=CONNECT_S)
    except (ProxyConnectionError, ProxyError, ProxyTimeoutError) as error:
        raise ConnectionRefusedError from error
    return await asyncio.open_connection(sock=sock, limit=HEAD_BYTES)


async def _answer(server: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
    """Pass the head of an answer on, told to close; interim answers go through as they are."""
    while True:
        try:
            raw = await server.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError as error:
            raise _Refused(Failure.MALFORMED) from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise _Refused(Failure.DROPPED) from error
        head = _Head.of(raw)
        if not head.first[0].startswith(b"HTTP/1."):
            raise _Refused(Failure.MALFORMED)
        client.write(head.rewritten(*head.first))
        if not head.first[1].startswith(b"1"):
            return


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, allowance: _Allowance) -> None:
    with suppress(OSError):
        while allowance.left and (chunk := await source.read(64 * 1024)):
            sink.write(allowance.take(chunk))
            await sink.drain()


async def _say(client: asyncio.StreamWriter, failure: Failure) -> None:
    status = STATUS.get(failure, 502)
    with suppress(OSError):
        client.write(
            f"HTTP/1.1 {status} Refused\r\nX-Pehra-Refused: {failure.value}\r\n"
            "Content-Length: 0\r\nConnection: close\r\n\r\n".encode()
        )
        await client.drain()
