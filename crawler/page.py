"""What one visit brought back, before anybody judges it."""

from dataclasses import dataclass, field
from enum import StrEnum


class Failure(StrEnum):
    """Why a visit brought back no answer."""

    DNS = "dns"
    TLS = "tls"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    DROPPED = "dropped"
    REDIRECTS = "redirects"
    PRIVATE = "private"
    MALFORMED = "malformed"


@dataclass(frozen=True)
class Hop:
    """One answer on the way that sent us on.

    `location` is absolute; `status` 200 stands for a page that refreshed itself to another address.
    """

    url: str
    status: int
    location: str


@dataclass(frozen=True)
class Shot:
    """A picture of a page, PNG, in memory only; `missing` says in a sentence why there is none, or what it lacks."""

    png: bytes | None = field(default=None, repr=False)
    missing: str | None = None


@dataclass(frozen=True)
class Page:
    """The last answer of a visit and the way to it.

    `url` is where the visit began, `final_url` where it ended. Header names are lower case, the first value of
    each stands. `body` is decompressed and may be cut (`truncated`); `failure` is set instead of `status` where
    nothing answered. `shot` is set where a browser was asked for one.
    """

    url: str
    final_url: str
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    hops: tuple[Hop, ...] = ()
    failure: Failure | None = None
    truncated: bool = False
    rendered: bool = False
    conditional: bool = False
    shot: Shot | None = None
