"""Asks a time-stamping authority (RFC 3161) to confirm a digest, and believes it only where all of it holds.

Nothing but the digest and a random number leaves. A server's time must agree with ours: one that states another is
wrong, or our clock is, and a stamp that nobody can place helps no court.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network

from reporters import der
from reporters.tokens import NotStamped, Roots, Stamp, verify

__all__ = ["CLOCKS_MAY_DIFFER", "Asking", "NotStamped", "Servers", "Stamp", "ask", "question", "verify"]

CLOCKS_MAY_DIFFER = timedelta(seconds=60)
MOST_BYTES = 100_000  # a stamp with its certificates has 1,500 to 20,000
KIND = "application/timestamp-query"
SHA256 = bytes.fromhex("608648016503040201")
NONCE_BITS = 64

Clock = Callable[[], datetime]
Networks = tuple[IPv4Network | IPv6Network, ...]


@dataclass(frozen=True)
class Asking:
    """How servers are asked.

    Args:
        roots: the certificates that are trusted.
        clock: gives the present moment.
        dice: gives a random number of that many bits.
        time_s: seconds one server may take.
        allow: private networks in which a server may lie.
    """

    roots: Roots
    clock: Clock
    dice: Callable[[int], int]
    time_s: float = 10.0
    allow: Networks = ()


def question(digest: bytes, nonce: int) -> bytes:
    """Write a DER TimeStampReq for a SHA-256 digest of 32 bytes.

    Source: RFC 3161, section 2.4.1.
    """
    algorithm = der.written(der.SEQUENCE, der.written(der.OID, SHA256), der.written(der.NULL))
    imprint = der.written(der.SEQUENCE, algorithm, der.written(der.OCTETS, digest))
    certificate_wanted = der.written(der.BOOLEAN, b"\xff")
    return der.written(der.SEQUENCE, der.whole_number(1), imprint, der.whole_number(nonce), certificate_wanted)


def ask(server: str, digest: bytes, how: Asking) -> Stamp:
    """Have one server stamp a digest.

    Raises:
        NotStamped: it did not, or what it gave cannot be believed; why, in words without its address.
    """
    nonce, began = how.dice(NONCE_BITS), how.clock()
    answer = _answer(server, question(digest, nonce), how)
    stamp = verify(answer, digest, how.roots, nonce)
    _require_our_time(stamp.at, began, how.clock())
    return stamp


def _answer(server: str, asked: bytes, how: Asking) -> bytes:
    from reporters import outward  # requests: a tenth of a second that only asking needs

    try:
        return outward.post(server, asked, kind=KIND, time_s=how.time_s, most=MOST_BYTES, allow=how.allow)
    except outward.NoAnswer as reason:
        raise NotStamped(str(reason)) from None


def _require_our_time(at: datetime, began: datetime, ended: datetime) -> None:
    if began - CLOCKS_MAY_DIFFER <= at <= ended + CLOCKS_MAY_DIFFER:
        return
    apart = (began - at if at < began else at - ended).total_seconds()
    which = "earlier" if at < began else "later"
    raise NotStamped(f"it states another time than our clock, {apart:.0f} s {which}: one of the two is wrong")


class Servers:
    """Several servers, asked in their order; one that failed is left out from then on."""

    def __init__(self, addresses: Sequence[str], how: Asking) -> None:
        self._addresses, self._how = addresses, how
        self._faults: dict[int, str] = {}

    def stamp(self, digest: bytes) -> tuple[str, Stamp]:
        """Have the first that can stamp a digest; gives its address too.

        Raises:
            NotStamped: none did; each by its place in the list, with its reason.
        """
        for number, address in enumerate(self._addresses, 1):
            if number not in self._faults:
                try:
                    return address, ask(address, digest, self._how)
                except NotStamped as reason:
                    self._faults[number] = str(reason)
        raise NotStamped("; ".join(f"time-stamp server {number}: {why}" for number, why in self._faults.items()))
