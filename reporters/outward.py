"""One small question to a server that the helpline chose: bounded in time and size, and to no place it did not choose.

Redirects are not followed, nothing is unpacked, no cookie and no setting of the machine's (proxies, .netrc) is used. A
time limit per read does not hold a server that sends a byte now and then, so the whole is cut off when its time is
over. Where a connection really leads is looked at when it stands: a name may point elsewhere than a moment before.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, ReadTimeoutError

from platforms.networks import is_reachable

OK = 200
REDIRECTS = range(300, 400)
AT_ONCE = 16_384
AGENT = "Pehra"

Networks = tuple[IPv4Network | IPv6Network, ...]


class NoAnswer(Exception):
    """The server gave no answer that may be used; the text says why, and holds no address."""


@dataclass
class _Watch:
    """Cuts the connections of one question when its time is over."""

    allow: Networks
    over: bool = False
    _open: list[socket.socket] = field(default_factory=list)

    def admit(self, connection: socket.socket) -> socket.socket:
        """Keep hold of a connection; one into a private network is refused."""
        self._open.append(connection.dup())  # TLS takes the first one's handle away
        if not is_reachable(ip_address(connection.getpeername()[0].split("%")[0]), self.allow):
            connection.close()
            raise NoAnswer("it lies in a private network that evidence.timestamp_networks does not allow")
        if self.over:
            self.cut()
        return connection

    def cut(self) -> None:
        """End them all; whoever waits on one is told so."""
        self.over = True
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go."""
        for one in self._open:
            one.close()


class _Adapter(HTTPAdapter):
    """Opens connections that the watch has admitted."""

    def __init__(self, watch: _Watch) -> None:
        super().__init__(max_retries=0)

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return watch.admit(super()._new_conn())

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return watch.admit(super()._new_conn())

        plain, secure = type("_Plain", (HTTPConnectionPool,), {}), type("_Secure", (HTTPSConnectionPool,), {})
        plain.ConnectionCls, secure.ConnectionCls = Plain, Secure  # type: ignore[attr-defined]
        self.poolmanager.pool_classes_by_scheme = {"http": plain, "https": secure}


def post(server: str, body: bytes, *, kind: str, time_s: float, most: int, allow: Networks = ()) -> bytes:
    """Ask a server, and give the bytes of its answer.

    Args:
        server: an http or https address.
        body: what is asked.
        kind: its media type.
        time_s: seconds after which all of it ends, however it stands.
        most: bytes that an answer may have.
        allow: private networks in which the server may lie.

    Raises:
        NoAnswer: the reason in words.
    """
    watch = _Watch(allow)
    timer = threading.Timer(time_s, watch.cut)
    timer.daemon = True
    timer.start()
    try:
        with _session(watch) as session:
            found = _answer(session, server, body, {"Content-Type": kind}, time_s, most)
    except requests.exceptions.SSLError:
        raise NoAnswer(_slow(time_s) if watch.over else "its TLS certificate is not trusted") from None
    except (requests.exceptions.Timeout, ReadTimeoutError):
        raise NoAnswer(_slow(time_s)) from None
    except (requests.RequestException, HTTPError, OSError, ValueError):
        raise NoAnswer(_slow(time_s) if watch.over else "it cannot be reached, or broke off") from None
    finally:
        timer.cancel()
        watch.close()
    if watch.over:  # an answer without a stated length ends where it was cut
        raise NoAnswer(_slow(time_s))
    return found


@contextmanager
def _session(watch: _Watch) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.headers = requests.structures.CaseInsensitiveDict({"User-Agent": AGENT, "Accept-Encoding": "identity"})
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Adapter(watch))
        yield session


def _answer(
    session: requests.Session, server: str, body: bytes, headers: dict[str, str], time_s: float, most: int
) -> bytes:
    asked: dict[str, Any] = {"timeout": time_s, "allow_redirects": False, "stream": True}
    with session.post(server, data=body, headers=headers, **asked) as answer:
        if answer.status_code in REDIRECTS:
            raise NoAnswer("it sends elsewhere, which is not followed")
        if answer.status_code != OK:
            raise NoAnswer(f"it answers with status {answer.status_code}")
        return _read(answer, most)


def _read(answer: requests.Response, most: int) -> bytes:
    """Read as it came, nothing unpacked; an answer that is cut short fails here."""
    whole = b""
    for some in answer.raw.stream(AT_ONCE, decode_content=False):
        whole += some
        if len(whole) > most:
            raise NoAnswer(f"its answer has more than {most} bytes")
    return whole


def _slow(time_s: float) -> str:
    return f"it gave no whole answer within {time_s:g} s"
