"""Whose host it is, as a loopback RDAP service tells it: in awkward ways, not at all, or wrongly."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any

import pytest

from reporters.abuse_contact import Asking, Directory

ALLOW = (ip_network("192.0.2.0/24"),)


def vcard(name: str, email: str | None) -> list[Any]:
    rows: list[Any] = [["version", {}, "text", "4.0"], ["fn", {}, "text", name]]
    return ["vcard", rows if email is None else [*rows, ["email", {}, "text", email]]]


def entity(role: str, name: str, email: str | None = None, *inside: dict[str, Any]) -> dict[str, Any]:
    return {
        "objectClassName": "entity", "handle": name.upper(), "roles": [role], "vcardArray": vcard(name, email),
        "entities": list(inside),
    }  # fmt: skip


def network(*entities: dict[str, Any], name: str = "EXAMPLE-NET") -> dict[str, Any]:
    return {
        "objectClassName": "ip network", "handle": "NET-1", "name": name, "startAddress": "192.0.2.0",
        "endAddress": "192.0.2.255", "ipVersion": "v4", "entities": list(entities),
    }  # fmt: skip


def domain(*entities: dict[str, Any]) -> dict[str, Any]:
    return {"objectClassName": "domain", "handle": "D-1", "ldhName": "gossip.example", "entities": list(entities)}


DEEP = entity(
    "registrant", "holder", None, entity("technical", "noc", "noc@net.test", entity("abuse", "desk", "abuse@net.test"))
)
ANSWERS: dict[str, tuple[int, Any]] = {
    "/ip/192.0.2.1": (200, network(entity("abuse", "desk", "abuse@net.test"))),
    "/ip/192.0.2.2": (200, network(DEEP)),
    "/ip/192.0.2.3": (200, network(entity("technical", "noc", "noc@net.test"))),
    "/ip/192.0.2.4": (200, network(entity("abuse", "nobody", "no-email@apnic.net"))),
    "/ip/192.0.2.5": (404, {"errorCode": 404}),
    "/ip/192.0.2.6": (500, {"errorCode": 500}),
    "/ip/192.0.2.7": (200, "this is no JSON"),
    "/ip/192.0.2.8": (200, {"entities": "none", "objectClassName": "ip network"}),
    "/ip/192.0.2.9": (200, network(entity("abuse", "carrier", "abuse@cdn.test"), name="CLOUDFLARENET")),
    "/ip/192.0.2.10": (200, network(entity("abuse", "mute", None))),
    "/domain/gossip.example": (200, domain(entity("registrar", "names", None, entity("abuse", "desk", "abuse@names.test")))),
    "/domain/quiet.example": (200, domain(entity("registrar", "names"))),
}  # fmt: skip


class Registry(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, answer = ANSWERS.get(self.path, (404, {}))
        data = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/rdap+json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}/"
    running.shutdown()
    running.server_close()


def directory(server: str, *ips: str) -> Directory:
    return Directory(Asking(3), lambda _: list(ips), server, ALLOW)


@pytest.mark.parametrize(
    ("ip", "email", "told"),
    [
        pytest.param("192.0.2.1", "abuse@net.test", "as RDAP has it", id="on top"),
        pytest.param("192.0.2.2", "abuse@net.test", "as RDAP has it", id="nested three deep"),
        pytest.param("192.0.2.3", "abuse@gossip.example", "publishes no abuse contact", id="no such role"),
        pytest.param(
            "192.0.2.4", "abuse@gossip.example", "publishes no abuse contact", id="a placeholder nobody reads"
        ),
        pytest.param(
            "192.0.2.10", "abuse@gossip.example", "a guess by RFC 2142: VERIFY", id="a role without a mailbox"
        ),
        pytest.param("192.0.2.5", "abuse@gossip.example", "publishes no abuse contact", id="not known to the registry"),
        pytest.param("192.0.2.6", None, "could not be asked", id="a failure is not an absence"),
        pytest.param("192.0.2.7", None, "could not be asked", id="an answer that is no JSON"),
        pytest.param("192.0.2.8", None, "could not be asked", id="an answer that is malformed"),
    ],
)
def test_the_abuse_contact_of_a_host(server: str, ip: str, email: str | None, told: str) -> None:
    found = directory(server, ip).host("www.gossip.example")
    assert (found.step, found.email, found.ip) == ("host", email, ip)
    assert told in found.told
    assert "gossip" not in found.told


def test_a_server_that_is_not_there_is_a_failure() -> None:
    found = directory("http://127.0.0.1:9/", "192.0.2.1").host("gossip.example")
    assert found.email is None
    assert "could not be asked" in found.told


@pytest.mark.parametrize("ips", [pytest.param([], id="no address"), pytest.param(["10.0.0.1"], id="a private one")])
def test_a_host_without_a_public_address_is_asked_of_nobody(server: str, ips: list[str]) -> None:
    found = directory(server, *ips).host("gossip.example")
    assert (found.email, found.ip) == (None, None)
    assert "no public address" in found.told


def test_an_address_without_a_name_has_no_guess(server: str) -> None:
    assert directory(server).host("192.0.2.3").email is None


def test_a_carriers_network_is_known_by_its_name(server: str) -> None:
    assert "CLOUDFLARE" in (directory(server, "192.0.2.9").host("gossip.example").network or "")


def test_the_registrar_is_asked_by_the_domain(server: str) -> None:
    assert directory(server).domain("www.gossip.example").email == "abuse@names.test"
    assert directory(server).domain("www.quiet.example").email is None
    assert "could not be asked" in directory("http://127.0.0.1:9/").domain("gossip.example").told
