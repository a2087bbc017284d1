"""Other ways out, real ones on the loopback: an HTTP proxy and a SOCKS5 server that connect from an address of their own."""

import asyncio
import threading
from typing import Literal, Self
from urllib.parse import urlsplit

FROM = "127.0.0.9"
STOP_S = 60.0

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Exit:
    """One exit, in a thread of its own; `asked` are the hosts it was asked for, as they were spelled.

    Args:
        names: what names lead to, as host and port; any other goes where it says.
        login: user and password that a SOCKS client has to give.
        fails: refuse whatever is asked for.
    """

    def __init__(
        self,
        kind: Literal["http", "socks5"],
        *,
        names: dict[str, tuple[str, int]] | None = None,
        login: tuple[str, str] | None = None,
        fails: bool = False,
    ) -> None:
        self._kind, self._names, self._login, self._fails = kind, names or {}, login, fails
        self.asked: list[str] = []
        self._ready = threading.Event()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="exit", daemon=True)
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(STOP_S)

    @property
    def url(self) -> str:
        login = "" if self._login is None else f"{self._login[0]}:{self._login[1]}@"
        return f"{self._kind}://{login}127.0.0.1:{self._port}"

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._loop.set_exception_handler(lambda _loop, _context: None)
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self._port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await (self._http if self._kind == "http" else self._socks)(reader, writer)
        except (OSError, EOFError):
            pass
        finally:
            writer.close()

    async def _dial(self, host: str, port: int) -> Streams:
        self.asked.append(host)
        if self._fails:
            raise OSError
        return await asyncio.open_connection(*self._names.get(host, (host, port)), local_addr=(FROM, 0))

    async def _http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, rest = head.split(b" ", 2)
        parts = urlsplit((b"//" + target if method == b"CONNECT" else target).decode())
        try:
            server = await self._dial(parts.hostname or "", parts.port or 80)
        except OSError:
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        if method == b"CONNECT":
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            server[1].write(b" ".join([method, path.encode(), rest]))
        await join((reader, writer), server)

    async def _socks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """RFC 1928, and RFC 1929 where there is a login."""
        _, count = await reader.readexactly(2)
        offered, wanted = await reader.readexactly(count), 2 if self._login else 0
        if wanted not in offered:
            writer.write(b"\x05\xff")
            return
        writer.write(bytes([5, wanted]))
        if self._login:
            user = await reader.readexactly((await reader.readexactly(2))[1])
            password = await reader.readexactly((await reader.readexactly(1))[0])
            right = (user.decode(), password.decode()) == self._login
            writer.write(b"\x01\x00" if right else b"\x01\x01")
            if not right:
                return
        kind = (await reader.readexactly(4))[3]
        if kind == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            host = ".".join(map(str, await reader.readexactly(4))) if kind == 1 else "::1"
        port = int.from_bytes(await reader.readexactly(2))
        try:
            server = await self._dial(host, port)
        except OSError:
            writer.write(b"\x05\x05\x00\x01" + bytes(6))
            return
        writer.write(b"\x05\x00\x00\x01" + bytes(6))
        await join((reader, writer), server)


async def join(one: Streams, other: Streams) -> None:
    """Carry bytes both ways until either side ends."""

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()

    ways = [asyncio.create_task(pump(one[0], other[1])), asyncio.create_task(pump(other[0], one[1]))]
    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    for way in ways:
        way.cancel()
    await asyncio.gather(*ways, return_exceptions=True)
    other[1].close()
