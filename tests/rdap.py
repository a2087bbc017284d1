"""A loopback RDAP service that answers as registries do: nested, incomplete, wrongly, or not at all."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


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
        "objectClassName": "ip network", "handle": "NET-1", "name": name, "startAddress": "11.22.33.0",
        "endAddress": "11.22.33.255", "ipVersion": "v4", "entities": list(entities),
    }  # fmt: skip


def domain(*entities: dict[str, Any]) -> dict[str, Any]:
    return {"objectClassName": "domain", "handle": "D-1", "ldhName": "gossip.example", "entities": list(entities)}


DEEP = entity(
    "registrant", "holder", None, entity("technical", "noc", "noc@net.test", entity("abuse", "desk", "abuse@net.test"))
)
ANSWERS: dict[str, tuple[int, Any]] = {
    "/ip/11.22.33.1": (200, network(entity("abuse", "desk", "abuse@net.test"))),
    "/ip/11.22.33.2": (200, network(DEEP)),
    "/ip/11.22.33.3": (200, network(entity("technical", "noc", "noc@net.test"))),
    "/ip/11.22.33.4": (200, network(entity("abuse", "nobody", "no-email@apnic.net"))),
    "/ip/11.22.33.5": (404, {"errorCode": 404}),
    "/ip/11.22.33.6": (500, {"errorCode": 500}),
    "/ip/11.22.33.7": (200, "this is no JSON"),
    "/ip/11.22.33.8": (200, {"entities": "none", "objectClassName": "ip network"}),
    "/ip/11.22.33.9": (200, network(entity("abuse", "carrier", "abuse@cdn.test"), name="CLOUDFLARENET")),
    "/ip/11.22.33.10": (200, network(entity("abuse", "mute", None))),
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


@contextmanager
def registry() -> Iterator[str]:
    """Run the service; gives its address."""
    running = ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}/"
    running.shutdown()
    running.server_close()
