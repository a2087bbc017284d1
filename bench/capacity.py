"""How much the loopback web can give, so that nobody measures the servers by mistake."""

import asyncio
import time
from collections import defaultdict
from functools import partial
from urllib.parse import urlsplit

SECONDS = 1.0


def measure(urls: list[str]) -> float:
    """Give requests per second, from one plain connection per host that asks as soon as it is answered."""
    by_host: dict[tuple[str, int], list[bytes]] = defaultdict(list)
    for url in urls:
        parts = urlsplit(url)
        by_host[str(parts.hostname), int(parts.port or 80)].append(
            f"GET {parts.path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        )
    return asyncio.run(_ask(by_host)) / SECONDS


async def _ask(by_host: dict[tuple[str, int], list[bytes]]) -> int:
    ends = time.perf_counter() + SECONDS
    loop = asyncio.get_running_loop()
    clients = [_Client(requests, ends) for requests in by_host.values()]
    for client, (host, port) in zip(clients, by_host, strict=True):
        await loop.create_connection(partial(_itself, client), host, port)
    await asyncio.sleep(max(0.0, ends - time.perf_counter()))
    for client in clients:
        client.close()
    return sum(client.answered for client in clients)


def _itself(client: "_Client") -> "_Client":
    return client


class _Client(asyncio.Protocol):
    def __init__(self, requests: list[bytes], ends: float) -> None:
        self.answered = 0
        self._requests, self._ends = requests, ends
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def close(self) -> None:
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, blank, body = self._got.partition(b"\r\n\r\n")
        if blank and len(body) >= int(head.partition(b"Content-Length: ")[2].split(b"\r\n", 1)[0]):
            self._got = b""
            self.answered += 1
            self._ask()

    def _ask(self) -> None:
        if time.perf_counter() < self._ends:
            self._transport.write(self._requests[self.answered % len(self._requests)])
