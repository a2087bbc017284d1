"""Does a host's name exist? Asked of two resolvers, once the visit has failed for want of a name.

Nothing is ever connected to what the second one answers: only its "no such name" counts. A name is asked of it in full,
without any search list, and for `TIME_S` at most.
"""

import asyncio
import socket

import dns.asyncresolver
import dns.exception
import dns.resolver

from casebook.hosts import Name
from crawler.guards import literal

TIME_S = 5.0
DENIALS = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})


async def ask(host: str, resolver: str | None) -> Name:
    """Say what became of a host's name that could not be looked up.

    Args:
        resolver: IP and port of the second one; without it a name is never gone for good.
    """
    if resolver is None or literal(host) is not None:
        return Name.UNKNOWN
    ours, theirs = await asyncio.gather(_system(host), _second(host, resolver))
    if Name.FOUND in (ours, theirs):
        return Name.FOUND
    return Name.GONE if ours is theirs is Name.GONE else Name.UNKNOWN


async def _system(host: str) -> Name:
    try:
        async with asyncio.timeout(TIME_S):
            await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return Name.GONE if error.errno in DENIALS else Name.UNKNOWN
    except (OSError, UnicodeError):
        return Name.UNKNOWN
    return Name.FOUND


async def _second(host: str, resolver: str) -> Name:
    address, _, port = resolver.rpartition(":")
    asked = dns.asyncresolver.Resolver(configure=False)
    asked.nameservers, asked.port = [address.removeprefix("[").removesuffix("]")], int(port)
    try:
        await asked.resolve(f"{host.rstrip('.')}.", "A", lifetime=TIME_S, search=False, raise_on_no_answer=False)
    except dns.resolver.NXDOMAIN:
        return Name.GONE
    except (dns.exception.DNSException, OSError, ValueError):
        return Name.UNKNOWN
    return Name.FOUND
