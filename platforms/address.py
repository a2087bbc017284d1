"""One spelling for every web address, and what its host tells before anything is visited."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import NamedTuple
from urllib.parse import unquote

from platforms.hosts import AddressRefused, canonical_host, ip_of
from platforms.networks import IPNetwork, is_reachable

__all__ = ["AddressRefused", "Parts", "host_of", "is_private_host", "normalise", "parts_of", "site_of", "without"]

LONGEST = 8192  # characters; servers refuse longer ones
_PORTS = {"http": "80", "https": "443"}
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_PORT = re.compile(r"(.*?)(?::([^:\]]*))?", re.DOTALL)
_EDGES = re.compile(r"^[\x00-\x20\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_BREAKS = str.maketrans("", "", "\t\r\n")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ESCAPABLE = re.compile(r"%([0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?]")

# Parameters that only tell who followed a link from where; each is documented as that by the one who adds it.
_TRACKERS = frozenset(
    {
        "_ga",
        "_gl",
        "gclid",
        "gclsrc",
        "dclid",
        "gbraid",
        "wbraid",
        "fbclid",
        "msclkid",
        "yclid",
        "twclid",
        "ttclid",
        "igshid",
        "igsh",
        "mc_cid",
        "mc_eid",
        "_hsenc",
        "_hsmi",
        "mkt_tok",
        "vero_id",
        "oly_anon_id",
        "oly_enc_id",
    }
)
_UTM = re.compile(r"utm_[a-z_]+")
# Only a short plain word is taken for a place to scroll to: a kept fragment harms nothing, a lost key loses the page.
_ANCHOR = re.compile(r"[\w.:~-]{0,15}")

_LOCAL_SUFFIXES = (".local", ".internal", ".lan", ".home.arpa")
_LOOPBACK = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


class Parts(NamedTuple):
    """A normalised address in pieces; `query` and `fragment` are None where absent."""

    scheme: str
    host: str
    port: str | None
    path: str
    query: str | None
    fragment: str | None

    @property
    def site(self) -> str:
        """Host, and the port where it is not the scheme's own."""
        return self.host if self.port is None else f"{self.host}:{self.port}"

    def __str__(self) -> str:
        query = "" if self.query is None else f"?{self.query}"
        fragment = "" if self.fragment is None else f"#{self.fragment}"
        return f"{self.scheme}://{self.site}{self.path}{query}{fragment}"


def normalise(text: str) -> str:
    """Give the one spelling of a web address; doing it again changes nothing.

    Nothing that may open the content is touched: query order, access keys, and every fragment that can carry a key.

    Raises:
        AddressRefused: not an address that can be watched; the reason is a sentence for staff.
    Source: WHATWG URL Standard; RFC 3986, section 6.
    """
    return str(parts_of(text))


def parts_of(text: str) -> Parts:
    """Normalise an address and give it in pieces.

    Raises:
        AddressRefused: not an address that can be watched.
    """
    text = _EDGES.sub("", _EDGES.sub("", text)[::-1])[::-1].translate(_BREAKS)
    if len(text) > LONGEST:
        raise _too_long()
    scheme, rest = _scheme(text)
    rest, hash_mark, fragment = rest.partition("#")
    rest, _, query = rest.partition("?")
    # Browsers read a backslash as a slash; whoever reads it otherwise is led to another host.
    rest = rest.replace("\\", "/")
    if not rest.startswith("//"):
        raise _no_host()
    authority, _, path = rest[2:].partition("/")
    host, port = _host_and_port(authority, scheme)
    parts = Parts(scheme, host, port, _path(path), _query(query), _fragment(fragment) if hash_mark else None)
    if len(str(parts)) > LONGEST:
        raise _too_long()
    return parts


def host_of(url: str) -> str:
    """Give the host without its port; an IPv6 address without its brackets."""
    return parts_of(url).host.strip("[]")


def site_of(url: str) -> str:
    """Give the host with any port that is not the scheme's own: what one pause between visits is counted for."""
    return parts_of(url).site


def without(query: str | None, names: Sequence[str] | frozenset[str]) -> str | None:
    """Drop the parameters of these names from a query; None where nothing is left."""
    if query is None:
        return None
    return "&".join(part for part in query.split("&") if name_of(part) not in names) or None


def name_of(parameter: str) -> str:
    """Give the name in `name=value`, with its escapes undone."""
    return unquote(parameter.partition("=")[0])


def is_private_host(host: str, allow: Sequence[IPNetwork] = ()) -> bool:
    """Tell whether a host is no place on the public internet, going by its spelling alone.

    A name that resolves to a private address is the crawler's to catch, when it connects. What cannot be a host at
    all counts as private.
    """
    try:
        spelled = canonical_host(f"[{host}]" if ":" in host and not host.startswith("[") else host)
    except AddressRefused:
        return True
    ip = ip_of(spelled)
    if ip is not None:
        return not is_reachable(ip, allow)
    if spelled == "localhost" or spelled.endswith(".localhost"):
        return not any(_overlap(network, loopback) for network in allow for loopback in _LOOPBACK)
    return not allow and ("." not in spelled or spelled.endswith(_LOCAL_SUFFIXES) or spelled == "home.arpa")


def _overlap(one: IPNetwork, other: IPNetwork) -> bool:
    if isinstance(one, IPv4Network):
        return isinstance(other, IPv4Network) and one.overlaps(other)
    return isinstance(other, IPv6Network) and one.overlaps(other)


def _too_long() -> AddressRefused:
    return AddressRefused(f"This address is longer than {LONGEST} characters.")


def _no_host() -> AddressRefused:
    return AddressRefused("This address names no host: after https:// there must be the name of a website.")


def _scheme(text: str) -> tuple[str, str]:
    found = _SCHEME.match(text)
    if found is None:
        raise AddressRefused("This is not a web address: it does not begin with https:// or http://.")
    scheme = found[1].lower()
    if scheme not in _PORTS:
        raise AddressRefused("Only web addresses can be watched: they begin with https:// or http://.")
    return scheme, text[found.end() :]


def _host_and_port(authority: str, scheme: str) -> tuple[str, str | None]:
    if "@" in authority:
        raise AddressRefused("This address holds a user name or password: please give it without them.")
    found = _PORT.fullmatch(authority)
    host, port = (found[1], found[2]) if found else (authority, None)
    if not host:
        raise _no_host()
    return canonical_host(host), _port(port, scheme) if port else None


def _port(text: str, scheme: str) -> str | None:
    if not (text.isascii() and text.isdigit()) or not 0 < int(text[-6:]) < 65536 or text[:-6].strip("0"):
        raise AddressRefused("The port in this address is not a number from 1 to 65535.")
    port = str(int(text[-6:]))
    return None if port == _PORTS[scheme] else port


def _path(text: str) -> str:
    kept: list[str] = []
    *heads, last = _escaped(text).split("/")
    for segment in (*heads, last):
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if last in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


def _query(text: str) -> str | None:
    return "&".join(part for part in _escaped(text).split("&") if not _is_tracker(name_of(part))) or None


def _is_tracker(name: str) -> bool:
    return name in _TRACKERS or _UTM.fullmatch(name) is not None


def _fragment(text: str) -> str | None:
    escaped = _escaped(text)
    return None if _ANCHOR.fullmatch(unquote(escaped)) else escaped


def _escaped(text: str) -> str:
    """Escape all that must be, undo escapes that need not be; a lone `%` becomes `%25`, so that it stays one."""
    return _ESCAPABLE.sub(_escape, _SURROGATE.sub("\ufffd", text))


def _escape(found: re.Match[str]) -> str:
    if found[1] is None:
        return "".join(f"%{byte:02X}" for byte in found[0].encode())
    char = chr(int(found[1], 16))
    return char if char in _UNRESERVED else f"%{found[1].upper()}"
