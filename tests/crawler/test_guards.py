import asyncio
import socket
from ipaddress import ip_address

import pytest

from crawler.guards import Guard, PrivateNetwork, literal

SPELLINGS = [
    pytest.param("127.0.0.1", id="dotted"),
    pytest.param("127.1", id="short"),
    pytest.param("127.0.1", id="three parts"),
    pytest.param("2130706433", id="whole number"),
    pytest.param("0177.0.0.1", id="octal part"),
    pytest.param("017700000001", id="octal whole number"),
    pytest.param("0x7f.0.0.1", id="hexadecimal part"),
    pytest.param("0X7F000001", id="hexadecimal whole number"),
    pytest.param("::ffff:127.0.0.1", id="mapped into IPv6"),
    pytest.param("[::ffff:7f00:1]", id="mapped, in hexadecimal, in brackets"),
    pytest.param("127.0.0.1.", id="final dot"),
    pytest.param("127%2e0%2e0%2e1", id="percent signs"),
    pytest.param("１２７.０.０.１", id="full-width digits"),
    pytest.param("127。0。0。1", id="ideographic full stops"),
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_of_the_loopback_is_read(spelling: str) -> None:
    assert literal(spelling) == ip_address("127.0.0.1")


@pytest.mark.parametrize("host", ["[::1]", "::1", "0:0:0:0:0:0:0:1"])
def test_ipv6_is_read(host: str) -> None:
    assert literal(host) == ip_address("::1")


def test_a_zone_is_left_out() -> None:
    assert literal("[fe80::1%eth0]") == ip_address("fe80::1")


@pytest.mark.parametrize(
    "host", ["example.org", "1.2.3.4.5", "256.1.1.1", "08.1.1.1", "1.2.3.256", "4294967296", "a.1", "", ".", "::g"]
)
def test_a_name_or_an_impossible_address_is_no_literal(host: str) -> None:
    assert literal(host) is None


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_of_the_loopback_resolves(spelling: str) -> None:
    with pytest.raises(PrivateNetwork):
        asyncio.run(Guard().resolve(spelling, 80))


@pytest.mark.parametrize("host", ["10.0.0.1", "192.168.1.1", "169.254.169.254", "[fd00::1]", "0.0.0.0", "100.64.0.1"])
def test_private_networks_are_refused(host: str) -> None:
    with pytest.raises(PrivateNetwork):
        asyncio.run(Guard().resolve(host, 80))


def test_a_name_is_judged_by_its_addresses() -> None:
    with pytest.raises(PrivateNetwork):
        asyncio.run(Guard().resolve("localhost", 80))


def test_only_permitted_addresses_come_back() -> None:
    guard = Guard.of(["127.0.0.0/8"])
    assert asyncio.run(guard.resolve("localhost", 80)) == [(socket.AF_INET, ip_address("127.0.0.1"))]


def test_a_public_literal_is_permitted_without_a_lookup() -> None:
    assert asyncio.run(Guard().resolve("93.184.215.14", 80)) == [(socket.AF_INET, ip_address("93.184.215.14"))]


@pytest.mark.parametrize("host", ["nowhere.invalid", "a" * 70 + ".example", "256.1.1.1"])
def test_a_name_that_does_not_resolve_is_an_os_error(host: str) -> None:
    with pytest.raises(OSError):  # noqa: PT011
        asyncio.run(Guard().resolve(host, 80))


@pytest.mark.parametrize(
    ("host", "permitted"),
    [("localhost", False), ("a.localhost.", False), ("0x7f.1", False), ("example.org", True), ("93.184.215.14", True)],
)
def test_what_may_be_asked_of_another_proxy(host: str, permitted: bool) -> None:
    assert Guard().permits_spelling(host) is permitted
