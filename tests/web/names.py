"""A resolver of our own on the loopback, which says of every name what it was told to say."""

import asyncio
import threading
from typing import Literal, Self, cast

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

Says = Literal["no such name", "an address", "no address", "out of order", "nothing"]
STOP_S = 60.0


class Resolver:
    """It runs in a thread of its own; `asked` are the names it was asked for."""

    def __init__(self, says: Says) -> None:
        self.says: Says = says
        self.asked: list[str] = []
        self._ready = threading.Event()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="resolver", daemon=True)
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(STOP_S)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        transport, _ = await self._loop.create_datagram_endpoint(lambda: _Answering(self), ("127.0.0.1", 0))
        self._port = transport.get_extra_info("sockname")[1]
        self._ready.set()
        await self._stop.wait()
        transport.close()

    def answer(self, wire: bytes) -> bytes | None:
        """Answer one question."""
        question = dns.message.from_wire(wire)
        name = question.question[0].name
        self.asked.append(str(name))
        reply = dns.message.make_response(question)
        reply.flags |= dns.flags.RA
        if self.says == "nothing":
            return None
        if self.says == "no such name":
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif self.says == "out of order":
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif self.says == "an address":
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "A", "192.0.2.1"))
        return reply.to_wire()


class _Answering(asyncio.DatagramProtocol):
    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if (reply := self._resolver.answer(data)) is not None:
            self._transport.sendto(reply, addr)
