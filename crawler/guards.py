"""Keeps the crawler out of private networks, however an address is spelled."""

import asyncio
import re
import socket
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple, Self
from urllib.parse import unquote

from platforms.networks import is_reachable

LAST_NUMERIC = re.compile(r"(?:^|\.)(?:[0-9]+|0[xX][0-9a-fA-F]*)$")


class PrivateNetwork(Exception):
    """The target lies in a network that we do not visit; waiting does not cure it."""


class Target(NamedTuple):
    """One checked way to a host: `family` is `socket.AF_INET` or `AF_INET6`."""

    family: socket.AddressFamily
    ip: IPv4Address | IPv6Address


@dataclass(frozen=True)
class Guard:
    """Which addresses may be visited: the public ones, and the networks named in `allow`."""

    allow: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def of(cls, networks: Iterable[str]) -> Self:
        """Build a guard from CIDR texts; raises ValueError for a malformed one."""
        return cls(tuple(ip_network(network, strict=False) for network in networks))

    def permits(self, ip: IPv4Address | IPv6Address) -> bool:
        """Say whether a connection to this address may be made."""
        return is_reachable(_plain(ip), self.allow)

    def permits_spelling(self, host: str) -> bool:
        """Say whether a host may be asked of another proxy, where we never see the address behind a name."""
        name = _spelled(host)
        if name == "localhost" or name.endswith(".localhost"):
            return self.permits(IPv4Address("127.0.0.1"))
        ip = literal(host)
        return ip is None or self.permits(ip)

    async def resolve(self, host: str, port: int) -> list[Target]:
        """Look a host up once; only these addresses may then be connected to.

        Raises:
            PrivateNetwork: the host has addresses, and none is permitted.
            OSError: the name does not resolve.
        """
        found = await _addresses(host, port)
        permitted = [target for target in found if self.permits(target.ip)]
        if found and not permitted:
            raise PrivateNetwork("the host leads into a private network")
        if not permitted:
            raise OSError("the name has no address")
        return permitted


def literal(host: str) -> IPv4Address | IPv6Address | None:
    """Read an IP address in any spelling that browsers or the C library take; None for a name.

    Shortened (`127.1`), octal, hexadecimal and whole-number forms, brackets, zones, full-width digits, percent
    signs and a final dot are read; an IPv6 address that wraps an IPv4 one gives the IPv4 one.
    """
    name = _spelled(host)
    if ":" in name:
        try:
            return _plain(ip_address(name.partition("%")[0]))
        except ValueError:
            return None
    return _ipv4(name) if LAST_NUMERIC.search(name) else None


def _spelled(host: str) -> str:
    bare = host.strip().removeprefix("[").removesuffix("]")
    decoded = bare if ":" in bare else unquote(bare)
    return unicodedata.normalize("NFKC", decoded).replace("\u3002", ".").lower().removesuffix(".")


def _ipv4(name: str) -> IPv4Address | None:
    """Read a dotted form with one to four parts; the last part fills what is left (WHATWG URL, IPv4 parser)."""
    numbers = [_number(part) for part in name.split(".")]
    if len(numbers) > 4:
        return None
    value = 0
    for place, number in enumerate(numbers):
        room = 256 if place < len(numbers) - 1 else 256 ** (5 - len(numbers))
        if number is None or number >= room:
            return None
        value = value * room + number
    return IPv4Address(value)


def _number(part: str) -> int | None:
    base, digits = 10, part
    if part.startswith("0x"):
        base, digits = 16, part[2:] or "0"
    elif len(part) > 1 and part.startswith("0"):
        base = 8
    if not re.fullmatch(r"[0-9a-f]{1,64}", digits):
        return None
    try:
        return int(digits, base)
    except ValueError:
        return None


def _plain(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    return ip.ipv4_mapped or ip if isinstance(ip, IPv6Address) else ip


async def _addresses(host: str, port: int) -> list[Target]:
    ip = literal(host)
    if ip is not None:
        return [_target(ip)]
    try:
        rows = await asyncio.get_running_loop().getaddrinfo(
            host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
        )
    except UnicodeError as error:
        raise OSError("the name cannot be looked up") from error
    ips = [_plain(ip_address(str(row[4][0]).partition("%")[0])) for row in rows]
    return [_target(ip) for ip in dict.fromkeys(ips)]


def _target(ip: IPv4Address | IPv6Address) -> Target:
    return Target(socket.AF_INET if ip.version == 4 else socket.AF_INET6, ip)
