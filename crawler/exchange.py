"""One request and its answer as they went over the wire; kept only where a visit may become a capture."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any


@dataclass
class Wire:
    """What is noted of a request while it is on its way.

    `asked` and `answered` are the heads as they were sent and came, each with its last empty line; `ip` is the server's
    address, None where another machine stands between; `certificate` is the SHA-256 (hex) of what the server showed.
    """

    began: datetime
    asked: bytes = b""
    answered: bytes = b""
    ip: str | None = None
    certificate: str | None = None


@dataclass(frozen=True)
class Exchange:
    """A request and its answer. `body` is as it came, still packed, without the framing of chunks.

    `cut` says in a word of the WARC format why the body is not whole: length, disconnect or unspecified.
    """

    url: str
    status: int
    began: datetime
    ended: datetime
    asked: bytes
    answered: bytes
    body: bytes
    ip: str | None = None
    certificate: str | None = None
    cut: str | None = None


class Heads:
    """Takes what Twisted writes for a request's head."""

    def __init__(self) -> None:
        self.written = b""

    def writeSequence(self, lines: list[bytes]) -> None:  # noqa: N802  # Twisted's name
        """Take the lines."""
        self.written += b"".join(lines)


def note(wire: Wire, answer: Any, *, direct: bool) -> None:  # noqa: ANN401  # Twisted's private type
    """Note a request's head, its answer's, and who answered; `answer` is Twisted's, as `crawler.fetching` leaves it.

    Args:
        direct: whether the connection goes to the server itself. Else its address is not seen.
    """
    heads = Heads()
    request, lines = answer.pehra_wire
    request._writeHeaders(heads, None)  # noqa: SLF001  # Twisted has no public way to a head as it was sent
    wire.asked, wire.answered = heads.written, b"\n".join([*lines, b""])
    wire.ip = str(answer._scrapy_ip_address) if direct and hasattr(answer, "_scrapy_ip_address") else None  # noqa: SLF001
    shown = getattr(answer, "_scrapy_certificate", None)
    wire.certificate = None if shown is None else sha256(shown.dump()).hexdigest()
