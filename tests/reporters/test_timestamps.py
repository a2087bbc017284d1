"""A time stamp is believed only where all of it holds; every way in which it does not has its own sentence."""

import hashlib
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from casebook.errors import Refused
from reporters import der
from reporters.timestamps import CLOCKS_MAY_DIFFER, Asking, NotStamped, ask, question, verify
from reporters.tokens import roots_of
from tests.web import tsa
from tests.web.tsa import Authority

DIGEST = hashlib.sha256(b"a record").digest()
LOOPBACK = (ip_network("127.0.0.0/8"),)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with Authority(tmp_path_factory.mktemp("tsa")) as running:
        yield running


def asking(authority: Authority, **more: object) -> Asking:
    usual = {"roots": roots_of(authority.roots.read_bytes()), "clock": lambda: datetime.now(UTC)}
    return Asking(**{**usual, "dice": secrets.randbits, "time_s": 60.0, "allow": LOOPBACK, **more})  # type: ignore[arg-type]


def openssl_accepts(authority: Authority, token: bytes, digest: bytes, folder: Path) -> bool:
    (folder / "token.tsr").write_bytes(token)
    words = ("ts", "-verify", "-digest", digest.hex(), "-in", folder / "token.tsr", "-CAfile", authority.roots)
    return tsa.run(*words).returncode == 0


@pytest.mark.parametrize("mood", ["honest", "by-hand", "named-well"])
def test_a_stamp_that_holds_is_one_that_openssl_accepts(authority: Authority, mood: str, tmp_path: Path) -> None:
    stamp = ask(authority.at(mood), DIGEST, asking(authority))
    assert abs(stamp.at - datetime.now(UTC)) < CLOCKS_MAY_DIFFER
    assert openssl_accepts(authority, stamp.token, DIGEST, tmp_path)
    assert not openssl_accepts(authority, stamp.token, bytes(32), tmp_path)
    assert verify(stamp.token, DIGEST, asking(authority).roots) == stamp


@pytest.mark.parametrize(
    ("mood", "because"),
    [
        pytest.param("wrong-digest", "another digest", id="of another digest"),
        pytest.param("other-hash", "another digest", id="of another hash function"),
        pytest.param("wrong-nonce", "the nonce differs", id="of another question"),
        pytest.param("no-nonce", "the nonce differs", id="of no question"),
        pytest.param("early", "another time than our clock, 3", id="an hour early"),
        pytest.param("late", "another time than our clock, 3", id="an hour late"),
        pytest.param("expired", "certificate had expired", id="an expired certificate"),
        pytest.param("unripe", "certificate was not valid yet", id="a certificate of tomorrow"),
        pytest.param("web", "not made for time stamping alone", id="a web server's certificate"),
        pytest.param("many", "not made for time stamping alone", id="a certificate for many uses"),
        pytest.param("lax", "not made for time stamping alone", id="a use that is not critical"),
        pytest.param("bare", "not made for time stamping", id="a certificate without uses"),
        pytest.param(
            "stranger", "does not lead to one of evidence.timestamp_roots", id="another root of the same name"
        ),
        pytest.param("forged", "signature does not hold", id="a time that was moved"),
        pytest.param("unnamed", "names another certificate", id="a signature that names no certificate"),
        pytest.param("named-wrongly", "names another signer", id="another signer's name"),
        pytest.param("refuses", "it refuses", id="a refusal"),
        pytest.param("waits", "it asks to wait", id="a delay"),
        pytest.param("changes", "it changed what was asked for", id="a change"),
        pytest.param("granted-nothing", "no time stamp", id="granted, and nothing given"),
        pytest.param("garbage", "no time stamp", id="a web page"),
        pytest.param("empty", "no time stamp", id="nothing"),
        pytest.param("bomb", "no time stamp", id="packed, and not unpacked"),
        pytest.param("huge", "more than 100000 bytes", id="30 MB"),
        pytest.param("moved", "sends elsewhere", id="a redirect"),
        pytest.param("failing", "status 503", id="an error"),
        pytest.param("breaks", "cannot be reached, or broke off", id="a broken connection"),
        pytest.param("cut", "cannot be reached, or broke off", id="an answer cut short"),
    ],
)
def test_what_does_not_hold_is_not_believed(authority: Authority, mood: str, because: str) -> None:
    before = len(authority.heard)
    with pytest.raises(NotStamped, match=because) as found:
        ask(authority.at(mood), DIGEST, asking(authority))
    assert "127.0.0.1" not in str(found.value)
    assert len(authority.heard) == before + 1


@pytest.mark.parametrize("mood", ["silent", "drips", "drips_body"])
def test_a_server_that_takes_its_time_is_left(authority: Authority, mood: str) -> None:
    with pytest.raises(NotStamped, match=r"no whole answer within 0\.5 s"):
        ask(authority.at(mood), DIGEST, asking(authority, time_s=0.5))


def test_a_server_that_is_not_there_is_named_as_that(authority: Authority) -> None:
    with pytest.raises(NotStamped, match="cannot be reached"):
        ask("http://127.0.0.1:9/", DIGEST, asking(authority))


def test_a_private_network_is_asked_only_where_that_is_allowed(authority: Authority) -> None:
    before = len(authority.heard)
    with pytest.raises(NotStamped, match=r"private network that evidence\.timestamp_networks does not allow"):
        ask(authority.at("honest"), DIGEST, asking(authority, allow=()))
    assert len(authority.heard) == before


def test_nothing_leaves_but_the_digest(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    ask(authority.at("honest"), DIGEST, asking(authority, dice=lambda _: 12345))
    heard = authority.heard[-1]
    assert heard.body == question(DIGEST, 12345)
    assert {name.lower() for name in heard.headers} == {
        "host", "user-agent", "accept-encoding", "content-type", "content-length",
    }  # fmt: skip
    assert heard.headers["User-Agent"] == "Pehra"


def test_openssl_writes_the_same_question(tmp_path: Path) -> None:
    words = ("ts", "-query", "-digest", DIGEST.hex(), "-sha256", "-cert", "-no_nonce", "-out", tmp_path / "q.tsq")
    assert tsa.run(*words).returncode == 0
    ours = [one.whole for one in der.Item.of(question(DIGEST, 5)).parts()]
    del ours[2]
    assert der.Item.of((tmp_path / "q.tsq").read_bytes()).parts() == [der.Item.of(one) for one in ours]


def test_a_certificate_slipped_in_beside_the_signers_is_found(authority: Authority) -> None:
    """The key of a web server's certificate signs; beside it lies one of the same number and issuer that may stamp."""
    signs = authority.signs
    web = signs.certificates.slipped("web")
    with pytest.raises(NotStamped, match="or more than one"):
        verify(signs.stated(DIGEST, None, by="web", beside=web), DIGEST, asking(authority).roots)


@pytest.mark.parametrize(
    ("by", "beside", "holds"),
    [
        pytest.param("signs", None, True, id="a key that may sign"),
        pytest.param("enciphers", None, False, id="a key that may not sign"),
        pytest.param("below-middle", "middle", True, id="through another certificate"),
        pytest.param("below-middle", None, False, id="the one between is missing"),
        pytest.param("below-old-middle", "old-middle", False, id="through one that has expired"),
        pytest.param("below-honest", "honest", False, id="through one that may not sign others"),
        pytest.param("stranger", "other", False, id="with a root of its own beside it"),
    ],
)
def test_chains_are_judged_as_openssl_judges_them(
    authority: Authority, by: str, beside: str | None, holds: bool, tmp_path: Path
) -> None:
    answer = authority.signs.stated(DIGEST, 5, by=by, beside=beside)
    assert openssl_accepts(authority, answer, DIGEST, tmp_path) is holds
    if holds:
        verify(answer, DIGEST, asking(authority).roots, 5)
    else:
        with pytest.raises(NotStamped, match="does not lead to one of"):
            verify(answer, DIGEST, asking(authority).roots, 5)


def test_a_stamp_of_an_expired_certificate_holds_for_the_time_before(authority: Authority) -> None:
    then = datetime.now(UTC) - timedelta(days=500)
    old = authority.signs.stated(DIGEST, None, by="expired", at=then)
    assert verify(old, DIGEST, asking(authority).roots).at == then.replace(microsecond=0)


def test_no_flipped_byte_changes_what_is_believed(authority: Authority) -> None:
    """A flip is found, or it lies where nothing is proved: then time and digest are as before."""
    roots, whole = asking(authority).roots, authority.signs.stated(DIGEST, None)
    stated = verify(whole, DIGEST, roots).at
    passed = 0
    for place in range(len(whole)):
        try:
            assert verify(whole[:place] + bytes([whole[place] ^ 0x01]) + whole[place + 1 :], DIGEST, roots).at == stated
            passed += 1
        except NotStamped:
            continue
    assert passed < 40


@pytest.mark.parametrize("cut", [0, 1, 5, 60, 400])
def test_a_piece_of_a_stamp_is_none(authority: Authority, cut: int) -> None:
    with pytest.raises(NotStamped, match="no time stamp"):
        verify(authority.stamp(DIGEST)[:cut], DIGEST, asking(authority).roots)


def test_roots_that_are_none_are_refused() -> None:
    with pytest.raises(Refused, match=r"evidence\.timestamp_roots"):
        roots_of(b"no certificate")


@pytest.mark.parametrize("length", [0, 1, 127, 128, 255, 256, 65_536])
def test_der_reads_what_it_writes(length: int) -> None:
    assert der.Item.of(der.written(der.OCTETS, bytes(length))) == der.Item(der.OCTETS, bytes(length))


@pytest.mark.parametrize(
    "data", [b"", b"\x30", b"\x30\x80\x00\x00", b"\x30\x81\x01\x00", b"\x1f\x81\x01\x00", b"\x30\x85\x01\x00\x00\x00\x00", b"\x04\x01\x00\x00"]
)  # fmt: skip
def test_what_is_no_der_is_refused(data: bytes) -> None:
    with pytest.raises(der.NotDer):
        der.Item.of(data)
