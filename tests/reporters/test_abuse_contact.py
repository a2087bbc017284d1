"""Whose host it is, as a loopback RDAP service tells it: in awkward ways, not at all, or wrongly."""

from collections.abc import Iterator

import pytest

from reporters.abuse_contact import Asking, Directory
from tests.rdap import registry


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with registry() as address:
        yield address


def directory(server: str, *ips: str) -> Directory:
    return Directory(Asking(3), lambda _: list(ips), server)


@pytest.mark.parametrize(
    ("ip", "email", "told"),
    [
        pytest.param("11.22.33.1", "abuse@net.test", "as RDAP has it", id="on top"),
        pytest.param("11.22.33.2", "abuse@net.test", "as RDAP has it", id="nested three deep"),
        pytest.param("11.22.33.3", "abuse@gossip.example", "publishes no abuse contact", id="no such role"),
        pytest.param(
            "11.22.33.4", "abuse@gossip.example", "publishes no abuse contact", id="a placeholder nobody reads"
        ),
        pytest.param(
            "11.22.33.10", "abuse@gossip.example", "a guess by RFC 2142: VERIFY", id="a role without a mailbox"
        ),
        pytest.param(
            "11.22.33.5", "abuse@gossip.example", "publishes no abuse contact", id="not known to the registry"
        ),
        pytest.param("11.22.33.6", None, "could not be asked", id="a failure is not an absence"),
        pytest.param("11.22.33.7", None, "could not be asked", id="an answer that is no JSON"),
        pytest.param("11.22.33.8", None, "could not be asked", id="an answer that is malformed"),
    ],
)
def test_the_abuse_contact_of_a_host(server: str, ip: str, email: str | None, told: str) -> None:
    found = directory(server, ip).host("www.gossip.example")
    assert (found.step, found.email, found.ip) == ("host", email, ip)
    assert told in found.told
    assert "gossip" not in found.told


def test_a_server_that_is_not_there_is_a_failure() -> None:
    found = directory("http://127.0.0.1:9/", "11.22.33.1").host("gossip.example")
    assert found.email is None
    assert "could not be asked" in found.told


@pytest.mark.parametrize("ips", [pytest.param([], id="no address"), pytest.param(["10.0.0.1"], id="a private one")])
def test_a_host_without_a_public_address_is_asked_of_nobody(server: str, ips: list[str]) -> None:
    found = directory(server, *ips).host("gossip.example")
    assert (found.email, found.ip) == (None, None)
    assert "no public address" in found.told


def test_an_address_without_a_name_has_no_guess(server: str) -> None:
    assert directory(server).host("11.22.33.3").email is None


def test_a_carriers_network_is_known_by_its_name(server: str) -> None:
    assert "CLOUDFLARE" in (directory(server, "11.22.33.9").host("gossip.example").network or "")


def test_the_registrar_is_asked_by_the_domain(server: str) -> None:
    assert directory(server).domain("www.gossip.example").email == "abuse@names.test"
    assert directory(server).domain("www.quiet.example").email is None
    assert "could not be asked" in directory("http://127.0.0.1:9/").domain("gossip.example").told
