from ipaddress import ip_address, ip_network

import pytest

from platforms.networks import is_reachable


@pytest.mark.parametrize(
    "ip",
    [
        pytest.param("93.184.215.14", id="an ordinary IPv4 address"),
        pytest.param("2606:4700::6810:84e5", id="an ordinary IPv6 address"),
        pytest.param("::ffff:8.8.8.8", id="a public address mapped into IPv6"),
        pytest.param("64:ff9b::808:808", id="a public address behind NAT64"),
    ],
)
def test_public_addresses_are_reachable(ip: str) -> None:
    assert is_reachable(ip_address(ip))


@pytest.mark.parametrize(
    "ip",
    [
        pytest.param("127.0.0.1", id="loopback"),
        pytest.param("10.0.0.1", id="a private network"),
        pytest.param("172.31.255.255", id="the end of a private network"),
        pytest.param("192.168.1.1", id="a home router"),
        pytest.param("100.64.0.1", id="a carrier's shared network"),
        pytest.param("169.254.169.254", id="a cloud's metadata service"),
        pytest.param("0.0.0.0", id="unspecified"),
        pytest.param("224.0.0.1", id="multicast"),
        pytest.param("240.0.0.1", id="reserved"),
        pytest.param("255.255.255.255", id="broadcast"),
        pytest.param("::", id="unspecified IPv6"),
        pytest.param("::1", id="loopback IPv6"),
        pytest.param("fe80::1", id="link local"),
        pytest.param("fe80::1%eth0", id="link local with a zone"),
        pytest.param("fd00::1", id="unique local"),
        pytest.param("ff0e::1", id="multicast IPv6, though of global scope"),
        pytest.param("2001:db8::1", id="documentation"),
        pytest.param("::ffff:127.0.0.1", id="loopback mapped into IPv6"),
        pytest.param("::127.0.0.1", id="loopback in the old compatible form"),
        pytest.param("64:ff9b::7f00:1", id="loopback behind NAT64"),
        pytest.param("2002:7f00:1::", id="loopback in 6to4"),
        pytest.param("2001:0:4136:e378:8000:63bf:80ff:fffe", id="loopback in Teredo"),
    ],
)
def test_everything_else_is_not(ip: str) -> None:
    assert not is_reachable(ip_address(ip))


def test_an_allowed_network_is_reachable_however_its_address_is_wrapped() -> None:
    allow = [ip_network("127.0.0.0/8")]
    assert is_reachable(ip_address("127.0.0.1"), allow)
    assert is_reachable(ip_address("::ffff:127.0.0.1"), allow)
    assert not is_reachable(ip_address("10.0.0.1"), allow)
    assert not is_reachable(ip_address("::1"), allow)
