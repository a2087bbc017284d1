"""What a host asks of robots, read with the parser that Scrapy brings."""

from dataclasses import dataclass
from typing import Self

from protego import Protego

TOKEN = "Pehra"  # noqa: S105  # the product's name, as RFC 9309 calls it
BYTES_READ = 512_000  # RFC 9309 asks for 500 KiB
DELAY_MAX_S = 60.0


@dataclass(frozen=True)
class Robots:
    """One host's rules; None where it has none."""

    rules: Protego | None
    closed: bool = False

    @classmethod
    def read(cls, status: int | None, body: bytes) -> Self:
        """Read the answer to /robots.txt.

        A host that has none allows everything; one that fails, or cannot be reached, allows nothing for now.

        Source: RFC 9309, section 2.3.1.
        """
        if status is not None and 400 <= status < 500:
            return cls(None)
        if status is None or status >= 500:
            return cls(None, closed=True)
        return cls(Protego.parse(body[:BYTES_READ].decode("utf-8", "replace")))

    def allows(self, url: str) -> bool:
        """Whether we may ask for an address."""
        if self.closed:
            return False
        return self.rules is None or bool(self.rules.can_fetch(url, TOKEN))

    @property
    def delay_s(self) -> float:
        """The seconds between two requests that the host asks for; at most a minute."""
        asked = self.rules.crawl_delay(TOKEN) if self.rules is not None else None
        return min(max(float(asked or 0.0), 0.0), DELAY_MAX_S)
