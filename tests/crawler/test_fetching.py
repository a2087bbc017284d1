"""The handler under a real Scrapy crawl, in a process of its own: a reactor starts only once."""

import json
import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL import SSL
from scrapy.exceptions import DownloadFailedError, IgnoreRequest
from service_identity import VerificationError
from twisted.internet.error import ConnectionDone, ConnectionLost, DNSLookupError
from twisted.internet.error import TimeoutError as TxTimeoutError
from twisted.python.failure import Failure as TwistedFailure
from twisted.web.client import ResponseFailed, ResponseNeverReceived

from crawler.fetching import failure_of
from crawler.guards import PrivateNetwork
from crawler.page import Failure

ROOT = Path(__file__).parents[2]
CRAWL = """
import json, sys
import scrapy
from scrapy.crawler import CrawlerProcess
from crawler.fetching import failure_of

asked = json.load(sys.stdin)
told = {}

class Visit(scrapy.Spider):
    name = "visit"

    async def start(self):
        for url in asked["urls"]:
            yield scrapy.Request(url, self.answered, errback=self.failed, meta={"asked": url, "download_timeout": asked["times"].get(url, 60)}, dont_filter=True)

    def answered(self, response):
        told[response.meta["asked"]] = [response.status, response.text]

    def failed(self, failure):
        told[failure.request.meta["asked"]] = [None, failure_of(failure.value).value]

process = CrawlerProcess({
    "DOWNLOAD_HANDLERS": dict.fromkeys(("http", "https"), "crawler.fetching.GuardedHandler"),
    "RETRY_ENABLED": False, "HTTPERROR_ALLOW_ALL": True, "LOG_ENABLED": False, "TELNETCONSOLE_ENABLED": False,
    **asked["settings"],
})
process.crawl(Visit)
process.start()
print(json.dumps(told))
"""


def crawl(
    urls: list[str], env: dict[str, str] | None = None, times: dict[str, float] | None = None, **settings: Any
) -> list[list[Any]]:
    done = subprocess.run(
        [sys.executable, "-c", CRAWL],
        input=json.dumps({"urls": urls, "settings": settings, "times": times or {}}),
        capture_output=True, text=True, timeout=200, cwd=ROOT, check=False,
        env={**os.environ, **(env or {})},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    return [told[url] for url in urls]


class Server:
    """Answers each connection with what `answer` makes of the request's first line, and closes."""

    def __init__(self, answer: Callable[[str], bytes], tls: ssl.SSLContext | None = None) -> None:
        self.answer, self.tls = answer, tls
        self.asked: list[str] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        try:
            line = self.tls.wrap_socket(connection, server_side=True) if self.tls else connection
            with line:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += line.recv(65536) or b"\r\n\r\n"
                self.asked.append(head.decode().split("\r\n")[0])
                line.sendall(self.answer(self.asked[-1]))
        except OSError:
            return


@contextmanager
def serving(answer: Callable[[str], bytes], tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(answer, tls)
    threading.Thread(target=server.run, daemon=True).start()
    try:
        yield server
    finally:
        server.socket.shutdown(socket.SHUT_RDWR)
        server.socket.close()


def hello(_: str) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def hosts(port: int) -> list[str]:
    spellings = ["127.0.0.1", "127.1", "2130706433", "0177.0.0.1", "017700000001", "0x7f.0.0.1", "0x7f000001",
                 "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "127.0.0.1.", "127%2e0%2e0%2e1", "localhost"]  # fmt: skip
    return [f"http://{host}:{port}/" for host in spellings]


def test_no_spelling_of_the_loopback_is_connected_to() -> None:
    with serving(hello) as server:
        told = crawl([*hosts(server.port), f"http://[::1]:{server.port}/", f"https://127.1:{server.port}/"])
    assert told == [[None, "private"]] * len(told)
    assert server.asked == []


def test_an_allowed_network_is_visited_by_address_and_by_name() -> None:
    with serving(hello) as server:
        told = crawl(hosts(server.port), PEHRA_ALLOW_NETWORKS=["127.0.0.0/8"])
    assert told == [[200, "hello"]] * len(told)


def test_a_redirect_into_a_private_network_is_refused_at_its_hop() -> None:
    with serving(hello) as server:

        def away(_: str) -> bytes:
            return (
                f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2:{server.port}/\r\nContent-Length: 0\r\n\r\n".encode()
            )

        with serving(away) as first:
            told = crawl([f"http://127.0.0.1:{first.port}/"], PEHRA_ALLOW_NETWORKS=["127.0.0.1/32"])
    assert told == [[None, "private"]]
    assert (len(first.asked), server.asked) == (1, [])


HEADERS = {
    "a long line": b"X: " + b"a" * 40_000 + b"\r\n",
    "too long a line": b"X: " + b"a" * 70_000 + b"\r\n",
    "too many bytes": (b"X: " + b"a" * 1000 + b"\r\n") * 70,
    "too many lines": b"X:\r\n" * 10_001,
    "many lines": b"X:\r\n" * 5_000,
}


def test_headers_beyond_the_limits_fail_and_the_crawl_goes_on() -> None:
    kinds = list(HEADERS)

    def answer(line: str) -> bytes:
        return b"HTTP/1.1 200 OK\r\n" + HEADERS[kinds[int(line.split()[1][1:])]] + b"Content-Length: 2\r\n\r\nok"

    with serving(answer) as server:
        urls = [f"http://127.0.0.1:{server.port}/{n}" for n in range(len(kinds))]
        told = crawl(urls, PEHRA_ALLOW_NETWORKS=["127.0.0.1"])
    assert dict(zip(kinds, told, strict=True)) == {
        "a long line": [200, "ok"],
        "too long a line": [None, "malformed"],
        "too many bytes": [None, "malformed"],
        "too many lines": [None, "malformed"],
        "many lines": [200, "ok"],
    }


BROKEN = [
    (b"", "dropped"),
    (b"HTTP/1.1 200 OK\r\nX: 1", "dropped"),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", "dropped"),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "malformed"),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: pigeon\r\n\r\nx", "malformed"),
    (b"SSH-2.0-server\r\n\r\n", "malformed"),
    (b"HTTP/1.1 two OK\r\n\r\n", "malformed"),
]


def test_broken_answers_have_their_names() -> None:
    with serving(lambda line: BROKEN[int(line.split()[1][1:])][0]) as server:
        urls = [f"http://127.0.0.1:{server.port}/{n}" for n in range(len(BROKEN))]
        told = crawl(urls, PEHRA_ALLOW_NETWORKS=["127.0.0.1"])
    assert told == [[None, failure] for _, failure in BROKEN]


def test_silence_a_shut_door_and_an_unknown_name_have_their_names() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute, socket.socket() as shut:
        shut.bind(("127.0.0.1", 0))
        urls = [f"http://127.0.0.1:{mute.getsockname()[1]}/", f"http://127.0.0.1:{shut.getsockname()[1]}/",
                "http://nowhere.invalid/"]  # fmt: skip
        told = crawl(urls, times={urls[0]: 1}, PEHRA_ALLOW_NETWORKS=["127.0.0.1"])
    assert told == [[None, "timeout"], [None, "refused"], [None, "dns"]]


def certificate(folder: Path, name: str, *names: x509.GeneralName) -> tuple[Path, ssl.SSLContext]:
    """Make a certificate that signs itself, for the given names."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    shown, both = folder / f"{name}.pem", folder / f"{name}.both.pem"
    shown.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    both.write_bytes(shown.read_bytes() + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return shown, context


def test_certificates_are_verified_for_the_name_that_was_asked(tmp_path: Path) -> None:
    names = x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))
    trusted, good = certificate(tmp_path, "good", *names)
    _, unknown = certificate(tmp_path, "unknown", *names)
    other, wrong = certificate(tmp_path, "other", x509.DNSName("elsewhere.example"))
    bundle = tmp_path / "trust.pem"
    bundle.write_bytes(trusted.read_bytes() + other.read_bytes())
    sent: list[str | None] = []
    good.sni_callback = lambda _, name, __: sent.append(name)
    with serving(hello, good) as one, serving(hello, unknown) as two, serving(hello, wrong) as three:
        urls = [f"https://localhost:{one.port}/", f"https://127.0.0.1:{one.port}/",
                f"https://localhost:{two.port}/", f"https://localhost:{three.port}/"]  # fmt: skip
        told = crawl(urls, {"SSL_CERT_FILE": str(bundle)}, PEHRA_ALLOW_NETWORKS=["127.0.0.1"])
    assert told == [[200, "hello"], [200, "hello"], [None, "tls"], [None, "tls"]]
    assert sorted(sent, key=str) == [None, "localhost"]


def test_a_proxy_takes_names_and_is_never_asked_for_private_literals() -> None:
    with serving(hello) as proxy:
        urls = ["http://somewhere.example/page", "http://0x7f.1/", "https://10.0.0.1/", "http://localhost/"]
        told = crawl(urls, PEHRA_PROXY=f"http://127.0.0.1:{proxy.port}")
    assert told == [[200, "hello"], *[[None, "private"]] * 3]
    assert proxy.asked == ["GET http://somewhere.example/page HTTP/1.1"]


def test_a_proxy_from_the_environment_is_no_way_around_the_guard() -> None:
    with serving(hello) as proxy:
        told = crawl(["http://127.0.0.1:9/"], {"http_proxy": f"http://127.0.0.1:{proxy.port}", "no_proxy": ""})
    assert (told, proxy.asked) == ([[None, "private"]], [])


def caused(outer: Exception, inner: Exception) -> Exception:
    outer.__cause__ = inner
    return outer


@pytest.mark.parametrize(
    ("exception", "failure"),
    [
        pytest.param(PrivateNetwork(), Failure.PRIVATE, id="a private network"),
        pytest.param(DNSLookupError(), Failure.DNS, id="no such name"),
        pytest.param(TxTimeoutError(), Failure.TIMEOUT, id="no connection in time"),
        pytest.param(ConnectionLost(), Failure.DROPPED, id="the line went dead"),
        pytest.param(VerificationError([]), Failure.TLS, id="a certificate for another name"),
        pytest.param(IgnoreRequest("max redirections reached"), Failure.REDIRECTS, id="round and round"),
        pytest.param(ResponseNeverReceived([TwistedFailure(SSL.Error([]))]), Failure.TLS, id="TLS, wrapped by Twisted"),
        pytest.param(
            ResponseNeverReceived([TwistedFailure(ConnectionDone())]), Failure.DROPPED, id="closed in silence"
        ),
        pytest.param(
            caused(DownloadFailedError(), ResponseFailed([TwistedFailure(SSL.SysCallError(104, "reset"))])),
            Failure.DROPPED,
            id="a TLS line reset midway, wrapped twice",
        ),
        pytest.param(RuntimeError(), Failure.DROPPED, id="what nobody foresaw"),
    ],
)
def test_exceptions_are_named(exception: Exception, failure: Failure) -> None:
    assert failure_of(exception) is failure
