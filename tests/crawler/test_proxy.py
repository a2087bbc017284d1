import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest

from crawler.guards import Guard
from crawler.page import Failure
from crawler.proxy import GuardingProxy
from tests.web.exits import Exit

LOOPBACK = Guard.of(["127.0.0.1/32"])


@asynccontextmanager
async def serving(answer: bytes, asked: list[bytes]) -> AsyncIterator[int]:
    """A server that keeps its connections open: closing is the proxy's business."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(answer)
            await reader.read()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def ask(proxy: GuardingProxy, request: bytes, *, until: bytes | None = None) -> bytes:
    reader, writer = await asyncio.open_connection(*urlsplit(proxy.url).netloc.split(":"))
    try:
        writer.write(request)
        return await (reader.readuntil(until) if until else reader.read())
    finally:
        writer.close()


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Pehra-Refused: private\r\nConnection: keep-alive\r\n\r\nok"


def test_a_plain_request_goes_on_in_origin_form() -> None:
    async def run() -> None:
        asked: list[bytes] = []
        async with serving(OK, asked) as port, GuardingProxy(LOOPBACK) as proxy:
            request = f"GET http://localhost:{port}/a?b=c HTTP/1.1\r\nHost: localhost\r\nProxy-Connection: x\r\n\r\n"
            answer = await ask(proxy, request.encode(), until=b"ok")
        assert asked == [b"GET /a?b=c HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"]
        assert answer == b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"

    asyncio.run(run())


def test_a_tunnel_carries_bytes_both_ways() -> None:
    async def run() -> None:
        asked: list[bytes] = []
        async with serving(b"pong", asked) as port, GuardingProxy(LOOPBACK) as proxy:
            request = f"CONNECT localhost:{port} HTTP/1.1\r\n\r\nping\r\n\r\n".encode()
            answer = await ask(proxy, request, until=b"pong")
        assert answer == b"HTTP/1.1 200 Connection established\r\n\r\npong"
        assert asked == [b"ping\r\n\r\n"]

    asyncio.run(run())


@pytest.mark.parametrize("host", ["127.0.0.2", "0x7f.2", "2130706434", "[::1]", "[::ffff:127.0.0.2]", "10.0.0.1"])
@pytest.mark.parametrize("request_line", ["CONNECT {}:80", "GET http://{}:80/"])
def test_private_targets_are_refused(host: str, request_line: str) -> None:
    async def run() -> None:
        async with GuardingProxy(LOOPBACK) as proxy:
            answer = await ask(proxy, f"{request_line.format(host)} HTTP/1.1\r\n\r\n".encode())
            assert proxy.failure(host.strip("[]"), 80) is Failure.PRIVATE
        assert answer.startswith(b"HTTP/1.1 403 ")
        assert b"\r\nX-Pehra-Refused: private\r\n" in answer

    asyncio.run(run())


def test_a_name_that_leads_into_a_private_network_is_refused() -> None:
    async def run() -> bytes:
        async with GuardingProxy(Guard()) as proxy:
            return await ask(proxy, b"CONNECT localhost:443 HTTP/1.1\r\n\r\n")

    assert b"\r\nX-Pehra-Refused: private\r\n" in asyncio.run(run())


@pytest.mark.parametrize(
    ("request_line", "word"),
    [
        ("CONNECT nowhere.invalid:443", b"dns"),
        ("GET /origin-form", b"malformed"),
        ("GET ftp://example.org/", b"malformed"),
        ("GET http://127.0.0.1:port/", b"malformed"),
        ("nonsense", b"malformed"),
    ],
)
def test_other_failures_carry_their_word(request_line: str, word: bytes) -> None:
    async def run() -> bytes:
        async with GuardingProxy(LOOPBACK) as proxy:
            return await ask(proxy, f"{request_line} HTTP/1.1\r\n\r\n".replace("nonsense HTTP/1.1", "x").encode())

    assert b"\r\nX-Pehra-Refused: " + word + b"\r\n" in asyncio.run(run())


@pytest.mark.parametrize(
    "answer", [b"SSH-2.0\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000], ids=["no HTTP", "endless headers"]
)
def test_an_answer_that_cannot_be_read_is_not_passed_on(answer: bytes) -> None:
    async def run() -> bytes:
        async with serving(answer, []) as port, GuardingProxy(LOOPBACK) as proxy:
            return await ask(proxy, f"GET http://127.0.0.1:{port}/ HTTP/1.1\r\n\r\n".encode())

    assert b"\r\nX-Pehra-Refused: malformed\r\n" in asyncio.run(run())


def test_a_connection_moves_no_more_than_its_bytes() -> None:
    async def run() -> bytes:
        async with serving(b"x" * 500_000, []) as port, GuardingProxy(LOOPBACK, bytes_limit=1000) as proxy:
            return await ask(proxy, f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\n\r\n\r\n".encode())

    _, _, body = asyncio.run(run()).partition(b"\r\n\r\n")
    assert 990 <= len(body) <= 1000


def test_a_connection_ends_with_its_time() -> None:
    async def run() -> bytes:
        async with GuardingProxy(LOOPBACK, time_s=1.0) as proxy:
            return await ask(proxy, b"GET http://half")

    assert asyncio.run(run()) == b""


def test_everything_goes_on_to_an_upstream_proxy() -> None:
    async def run() -> None:
        asked: list[bytes] = []
        async with (
            serving(b"HTTP/1.1 200 OK\r\n\r\ndone", asked) as port,
            GuardingProxy(Guard(), f"http://us%65r:pass@127.0.0.1:{port}") as proxy,
        ):
            await ask(proxy, b"GET http://somewhere.example/a HTTP/1.1\r\n\r\n", until=b"done")
            await ask(proxy, b"CONNECT somewhere.example:443 HTTP/1.1\r\n\r\n", until=b"done")
            refused = await ask(proxy, b"CONNECT 127.0.0.1:443 HTTP/1.1\r\n\r\n")
        credentials = b"Proxy-Authorization: Basic dXNlcjpwYXNz\r\nConnection: close\r\n\r\n"
        assert asked == [
            b"GET http://somewhere.example/a HTTP/1.1\r\n" + credentials,
            b"CONNECT somewhere.example:443 HTTP/1.1\r\nHost: somewhere.example:443\r\n" + credentials,
        ]
        assert b"\r\nX-Pehra-Refused: private\r\n" in refused

    asyncio.run(run())


@pytest.mark.parametrize("login", [None, ("us%65r", "pass")], ids=["open", "with a password"])
def test_a_socks_exit_is_given_names_and_never_private_literals(login: tuple[str, str] | None) -> None:
    async def run() -> list[bytes]:
        asked: list[bytes] = []
        async with serving(b"HTTP/1.1 200 OK\r\n\r\ndone", asked) as port:
            names = {"somewhere.example": ("127.0.0.1", port)}
            right = None if login is None else ("user", "pass")
            with Exit("socks5", names=names, login=right) as other:
                upstream = f"socks5://{'' if login is None else ':'.join(login) + '@'}{other.url.rpartition('/')[2].rpartition('@')[2]}"
                async with GuardingProxy(Guard(), upstream) as proxy:
                    await ask(proxy, b"GET http://somewhere.example/a HTTP/1.1\r\n\r\n", until=b"done")
                    await ask(proxy, b"CONNECT somewhere.example:443 HTTP/1.1\r\n\r\nping\r\n\r\n", until=b"done")
                    refused = [
                        await ask(proxy, f"CONNECT {host}:443 HTTP/1.1\r\n\r\n".encode())
                        for host in ("127.0.0.1", "0x7f.1", "[::1]", "10.0.0.1", "localhost")
                    ]
        assert other.asked == ["somewhere.example"] * 2
        assert asked == [b"GET /a HTTP/1.1\r\nConnection: close\r\n\r\n", b"ping\r\n\r\n"]
        return refused

    assert all(b"\r\nX-Pehra-Refused: private\r\n" in one for one in asyncio.run(run()))


@pytest.mark.parametrize("failing", [Exit("socks5", fails=True), Exit("socks5", login=("a", "b"))], ids=["no", "who?"])
def test_a_socks_exit_that_refuses_is_a_refused_connection(failing: Exit) -> None:
    async def run(upstream: str) -> bytes:
        async with GuardingProxy(Guard(), upstream) as proxy:
            return await ask(proxy, b"CONNECT somewhere.example:443 HTTP/1.1\r\n\r\n")

    with failing as other:
        upstream = f"socks5://{other.url.rpartition('/')[2].rpartition('@')[2]}"
        assert b"\r\nX-Pehra-Refused: refused\r\n" in asyncio.run(run(upstream))
