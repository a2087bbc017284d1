"""Which IP addresses lie on the public internet: the one judgement for links and for connections alike."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

IPNetwork = IPv4Network | IPv6Network

_NAT64 = IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = IPv6Network("2000::/3")
# Tunnels that carry an IPv4 address of the sender's choosing, and documentation ranges older Pythons take for public.
_NEVER_PUBLIC = (
    IPv6Network("2001::/32"),  # Teredo, RFC 4380
    IPv6Network("2002::/16"),  # 6to4, deprecated by RFC 7526
    IPv6Network("3fff::/20"),  # documentation, RFC 9637
)


def is_reachable(ip: IPv4Address | IPv6Address, allow: Sequence[IPNetwork] = ()) -> bool:
    """Tell whether an address is on the public internet, or in a network the helpline has allowed.

    An IPv6 address that only wraps an IPv4 one (mapped, or NAT64) is judged as that one: otherwise a wrapped
    loopback address would pass for public. Teredo and 6to4 wrap one too, serve no platform, and are refused whole.
    """
    if any(ip.version == network.version and ip in network for network in allow):
        return True
    if isinstance(ip, IPv4Address):
        return ip.is_global and not (ip.is_multicast or ip.is_reserved)
    wrapped = _wrapped(ip)
    if wrapped is not None:
        return is_reachable(wrapped, allow)
    return _is_public(ip)


def _wrapped(ip: IPv6Address) -> IPv4Address | None:
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped


def _is_public(ip: IPv6Address) -> bool:
    if ip not in _GLOBAL_UNICAST or any(ip in network for network in _NEVER_PUBLIC):
        return False
    return ip.is_global and not ip.is_multicast
