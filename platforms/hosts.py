"""The host of an address: one spelling for every name and every way to write an IP address."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import unquote

import idna

_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_NAME_LIMIT = 253  # RFC 1035, without the trailing dot
_TEXT_LIMIT = 1024  # more than any name can have before it is mapped; bounds the work of punycode


class AddressRefused(Exception):
    """An address that cannot be watched; the text is one sentence for staff and never holds the address."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def canonical_host(text: str) -> str:
    """Spell a host the one way: A-labels, dotted quad, or compressed IPv6 in brackets.

    Raises:
        AddressRefused: no such host can exist.
    Source: WHATWG URL Standard, host parsing; UTS #46 non-transitional.
    """
    if text.startswith("["):
        return _ipv6(text)
    name = _ascii_name(text)
    return _ipv4(name) if _ends_in_number(name) else name


def ip_of(host: str) -> IPv4Address | IPv6Address | None:
    """Read a canonical host as an IP address; None where it is a name."""
    try:
        return IPv6Address(host[1:-1]) if host.startswith("[") else IPv4Address(host)
    except AddressValueError:
        return None


def _refused() -> AddressRefused:
    return AddressRefused("The host in this address cannot exist: please check how it is spelled.")


def _ipv6(text: str) -> str:
    if not text.endswith("]") or "%" in text:
        raise _refused()
    try:
        ip = IPv6Address(text[1:-1])
    except AddressValueError:
        raise _refused() from None
    if ip.ipv4_mapped is None:
        return f"[{ip.compressed}]"
    # Python 3.13 writes these with a dotted quad, earlier ones do not; the standard has hexadecimal.
    low = int(ip) & 0xFFFF_FFFF
    return f"[::ffff:{low >> 16:x}:{low & 0xFFFF:x}]"


def _ascii_name(text: str) -> str:
    if len(text) > _TEXT_LIMIT:
        raise _refused()
    try:
        mapped = idna.uts46_remap(unquote(text, errors="strict"), std3_rules=False, transitional=False)
        name = ".".join(_a_label(label) for label in mapped.removesuffix(".").split("."))
    except (idna.IDNAError, UnicodeError):
        raise _refused() from None
    if len(name) > _NAME_LIMIT or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise _refused()
    return name


def _a_label(label: str) -> str:
    if label.isascii():
        return label
    try:
        return idna.alabel(label).decode("ascii")
    except idna.IDNAError:
        # IDNA 2008 has no emoji, yet browsers and registries do.
        return "xn--" + label.encode("punycode").decode("ascii").lower()


def _ends_in_number(name: str) -> bool:
    return _NUMBER.fullmatch(name.rpartition(".")[2]) is not None


def _ipv4(name: str) -> str:
    parts = name.split(".")
    if len(parts) > 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        raise _refused()
    *heads, tail = [_number(part) for part in parts]
    if any(head > 255 for head in heads) or tail >= 256 ** (4 - len(heads)):
        raise _refused()
    return str(IPv4Address(tail + sum(head << 8 * (3 - place) for place, head in enumerate(heads))))


def _number(part: str) -> int:
    try:
        if part.startswith("0x"):
            return int(part[2:] or "0", 16)
        return int(part, 8 if part.startswith("0") else 10)
    except ValueError:
        raise _refused() from None
