"""The loopback web does what the other tests rely on."""

import http.client
import itertools
import socket
import ssl
import zlib
from urllib.parse import urlsplit

import pytest

from tests.web import pages
from tests.web.server import HEADERS, State, Web

Answer = tuple[int, http.client.HTTPMessage, bytes]


def get(url: str, **headers: str) -> Answer:
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    try:
        connection.request("GET", url.partition(address.netloc)[2], headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def raw(web: Web, path: str) -> socket.socket:
    """Ask, and leave the reading to the test."""
    address = urlsplit(web.url(path))
    client = socket.create_connection((address.hostname or "", address.port or 0), timeout=60)
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode())
    return client


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        pytest.param("/", 200, b"<h1>A small web", id="a home page"),
        pytest.param("/up/1", 200, b"<article>", id="an article"),
        pytest.param("/gone/404", 404, b"no such page", id="not found"),
        pytest.param("/gone/410/b", 410, b"no such page", id="gone"),
        pytest.param("/notice/1", 200, b"<title>This content has been removed</title>", id="a notice of removal"),
        pytest.param("/login", 200, b'type="password"', id="a login page"),
        pytest.param("/rate-limited", 429, b"Slow down", id="asked too often"),
        pytest.param("/challenge", 403, b"making sure", id="challenged with 403"),
        pytest.param("/challenge/503", 503, b"making sure", id="challenged with 503"),
        pytest.param("/script/1", 200, b'<div id="root"></div>', id="an empty shell"),
        pytest.param("/article.js", 200, b"<article>", id="the script that fills it"),
        pytest.param("/nowhere", 404, b"no such page", id="a path nobody thought of"),
    ],
)
def test_answers(web: Web, path: str, status: int, says: bytes) -> None:
    found, _, body = get(web.url(path))
    assert found == status
    assert says in body


@pytest.mark.parametrize(
    ("path", "status", "to"),
    [
        pytest.param("/moved/7", 301, "/up/7", id="moved"),
        pytest.param("/to-home/7", 302, "/", id="to the home page"),
        pytest.param("/login-wall/7", 302, "/login?next=%2Flogin-wall%2F7", id="to a login page"),
        pytest.param("/loop/7", 302, "/loop/7?turn=1", id="round and round"),
        pytest.param("/loop/7?turn=41", 302, "/loop/7?turn=42", id="and round again"),
    ],
)
def test_redirects(web: Web, path: str, status: int, to: str) -> None:
    found, headers, _ = get(web.url(path))
    assert (found, headers["Location"]) == (status, to)


def test_an_article_has_the_size_asked_for(web: Web) -> None:
    assert len(get(web.url("/up/size?bytes=15000"))[2]) == pytest.approx(15_000, rel=0.05)


def test_an_article_stays_the_same_and_says_so(web: Web) -> None:
    _, first, _ = get(web.url("/up/same"))
    status, _, body = get(web.url("/up/same"), **{"If-None-Match": first["ETag"]})
    assert (status, body) == (304, b"")


def test_rate_limit_and_challenge_say_what_they_are(web: Web) -> None:
    assert get(web.url("/rate-limited/h"))[1]["Retry-After"] == "30"
    assert get(web.url("/rate-limited/h?after=2"))[1]["Retry-After"] == "2"
    assert get(web.url("/challenge/h"))[1]["cf-mitigated"] == "challenge"


def test_slow_never_answers(web: Web) -> None:
    with raw(web, "/slow/1") as client:
        client.settimeout(0.3)
        with pytest.raises(TimeoutError):
            client.recv(1)
    assert web.bytes_served("/slow/1") == 0


def test_drip_gives_a_byte_at_a_time(web: Web) -> None:
    with raw(web, "/drip/head") as client:
        assert [client.recv(100) for _ in range(4)] == [b"H", b"T", b"T", b"P"]


def test_drop_closes_at_once(web: Web) -> None:
    with pytest.raises((ConnectionError, http.client.RemoteDisconnected)):
        get(web.url("/drop/1"))


def test_midway_breaks_its_promise(web: Web) -> None:
    with pytest.raises(http.client.IncompleteRead) as caught:
        get(web.url("/midway/1"))
    assert len(caught.value.partial) < 100_000


def test_headers_are_ten_thousand(web: Web) -> None:
    with raw(web, "/headers/1") as client, client.makefile("rb") as stream:
        lines = list(itertools.takewhile(lambda line: line != b"\r\n", stream))
    assert sum(line.startswith(b"X-Line-") for line in lines) == HEADERS


def test_bad_encoding_is_bad(web: Web) -> None:
    with pytest.raises(UnicodeDecodeError):
        get(web.url("/bad-encoding/1"))[2].decode("utf-8")
    _, headers, body = get(web.url("/bad-encoding/gzip"))
    assert headers["Content-Encoding"] == "gzip"
    assert not body.startswith(b"\x1f\x8b")


def test_endless_goes_on(web: Web) -> None:
    with raw(web, "/endless/1") as client:
        taken = 0
        while taken < 5_000_000:
            taken += len(client.recv(1_000_000))
    assert web.bytes_served("/endless/1") >= taken


def unpacked(pieces: list[bytes], *, times: int = 1) -> int:
    """Count what gzip unpacks to, without ever holding it."""
    for _ in range(times - 1):
        pieces = [zlib.decompress(b"".join(pieces), wbits=31)]
    unpacker, size = zlib.decompressobj(wbits=31), 0
    for piece in pieces:
        rest = piece
        while rest:
            size += len(unpacker.decompress(rest, 1_000_000))
            rest = unpacker.unconsumed_tail
    assert unpacker.eof
    return size


def test_a_bomb_is_small_and_becomes_large(web: Web) -> None:
    _, headers, body = get(web.url("/bomb/1"))
    assert headers["Content-Encoding"] == "gzip"
    assert len(body) < 1_500_000
    assert unpacked([body]) > 1_000_000_000


def test_a_bomb_in_a_bomb_is_a_few_kilobytes(web: Web) -> None:
    _, headers, body = get(web.url("/bomb/twice"))
    assert headers["Content-Encoding"] == "gzip, gzip"
    assert len(body) < 20_000
    assert len(zlib.decompress(body, wbits=31)) < 1_500_000


def test_a_picture_is_a_test_card(web: Web) -> None:
    _, headers, body = get(web.url("/picture/3.png"))
    assert headers["Content-Type"] == "image/png"
    assert body.startswith(b"\x89PNG")
    assert pages.card(3) != pages.card(4)
    assert get(web.url("/picture/3.png"))[2] == body != get(web.url("/picture/4.png"))[2]


def test_a_link_is_taken_down_and_comes_back(web: Web) -> None:
    seen = []
    states: tuple[State, ...] = ("live", "gone404", "gone410", "notice", "restricted", "blocked", "live")
    for state in states:
        web.set("/controlled/1", state)
        seen.append(get(web.url("/controlled/1"))[0])
    assert seen == [200, 404, 410, 200, 302, 403, 200]
    assert web.hits("/controlled/1") == 7


def test_an_unknown_state_is_refused(web: Web) -> None:
    with pytest.raises(ValueError, match="there are: live"):
        web.set("/controlled/2", "asleep")  # type: ignore[arg-type]


def test_what_was_asked_is_remembered(web: Web) -> None:
    get(web.url("/up/asked?a=1"), Accept="text/html")
    get(web.url("/up/asked?a=2"))
    assert web.hits("/up/asked") == 2
    assert web.bytes_served("/up/asked") > 6_000
    assert [request.query for request in web.requests("/up/asked")] == [{"a": "1"}, {"a": "2"}]
    assert web.requests("/up/asked")[0].headers["accept"] == "text/html"


def test_a_connection_serves_many(web: Web) -> None:
    address = urlsplit(web.url("/"))
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    for path in ("/up/many", "/gone/404/many", "/notice/many"):
        connection.request("GET", path)
        connection.getresponse().read()
        assert connection.sock is not None
    connection.close()


def https(web: Web, context: ssl.SSLContext) -> int:
    address = urlsplit(web.tls_url("/up/tls"))
    connection = http.client.HTTPSConnection(address.hostname or "", address.port, timeout=60, context=context)
    try:
        connection.request("GET", "/up/tls")
        return connection.getresponse().status
    finally:
        connection.close()


def test_nobody_vouches_for_the_certificate(web: Web) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        https(web, ssl.create_default_context())


def test_who_trusts_the_certificate_is_answered(web: Web) -> None:
    assert https(web, ssl.create_default_context(cafile=str(web.certificate))) == 200


def test_nobody_listens_at_the_refused_address(web: Web) -> None:
    with pytest.raises(ConnectionRefusedError):
        get(web.refused_url())


def test_no_such_name(web: Web) -> None:
    with pytest.raises(socket.gaierror):
        get(web.no_such_name_url())


def test_several_hosts_serve_the_same() -> None:
    with Web(hosts=3) as web:
        urls = [web.url("/up/1", host=number) for number in range(3)]
        assert len({urlsplit(url).hostname for url in urls}) == 3
        assert len({get(url)[2] for url in urls}) == 1
        assert web.hits("/up/1") == 3


def test_closes_with_connections_open() -> None:
    with Web() as web:
        clients = [raw(web, path) for path in ("/slow", "/drip", "/endless", "/up/1")]
        clients[1].recv(1)
    assert not web._thread.is_alive()
    for client in clients:
        client.close()
