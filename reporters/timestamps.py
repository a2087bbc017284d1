"""Asks a time-stamping authority (RFC 3161) to confirm a digest, and believes it only where all of it holds.

Nothing but the digest and a random number leaves. A server's time must agree with ours: one that states another is
wrong, or our clock is, and a stamp that nobody can place helps no court.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from reporters import der, outward
from reporters.outward import Networks, NoAnswer
from reporters.tokens import NotStamped, Roots, Stamp, verify

__all__ = ["CLOCKS_MAY_DIFFER", "Asking", "NotStamped", "Stamp", "ask", "question", "verify"]

CLOCKS_MAY_DIFFER = timedelta(seconds=60)
MOST_BYTES = 100_000  # a stamp with its certificates has 1,500 to 20,000
KIND = "application/timestamp-query"
SHA256 = bytes.fromhex("608648016503040201")
NONCE_BITS = 64

Clock = Callable[[], datetime]


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
    try:
        answer = outward.post(
            server, question(digest, nonce), kind=KIND, time_s=how.time_s, most=MOST_BYTES, allow=how.allow
        )
    except NoAnswer as reason:
        raise NotStamped(str(reason)) from None
    stamp = verify(answer, digest, how.roots, nonce)
    _require_our_time(stamp.at, began, how.clock())
    return stamp


def _require_our_time(at: datetime, began: datetime, ended: datetime) -> None:
    if began - CLOCKS_MAY_DIFFER <= at <= ended + CLOCKS_MAY_DIFFER:
        return
    apart = (began - at if at < began else at - ended).total_seconds()
    which = "earlier" if at < began else "later"
    raise NotStamped(f"it states another time than our clock, {apart:.0f} s {which}: one of the two is wrong")
