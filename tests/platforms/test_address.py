from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platforms.address import LONGEST, AddressRefused, host_of, is_private_host, normalise, site_of


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        pytest.param(
            "HTTPS://Example.COM", "https://example.com/", id="scheme and host are lower case, a path is there"
        ),
        pytest.param("https://example.com./a", "https://example.com/a", id="the host's last dot goes"),
        pytest.param("https://example.com:443/", "https://example.com/", id="the scheme's own port goes"),
        pytest.param("http://example.com:0080/", "http://example.com/", id="even when written with zeros"),
        pytest.param("http://example.com:443/", "http://example.com:443/", id="another scheme's port stays"),
        pytest.param("http://example.com:/", "http://example.com/", id="an empty port goes"),
        pytest.param("https://bücher.example/", "https://xn--bcher-kva.example/", id="a name in letters beyond ASCII"),
        pytest.param("https://Faß.example/", "https://xn--fa-hia.example/", id="mapped as browsers do today"),
        pytest.param("https://i❤.ws/", "https://xn--i-7iq.ws/", id="an emoji name exists, whatever IDNA 2008 says"),
        pytest.param("https://ex%61mple.com/", "https://example.com/", id="an escaped letter in the host"),
        pytest.param(
            "https://my_site.example/", "https://my_site.example/", id="an underscore in a host is met in life"
        ),
        pytest.param("http://2130706433/", "http://127.0.0.1/", id="an IP address as one decimal number"),
        pytest.param("http://0x7f.1/", "http://127.0.0.1/", id="in hexadecimal"),
        pytest.param("http://017700000001/", "http://127.0.0.1/", id="in octal"),
        pytest.param("http://127.1/", "http://127.0.0.1/", id="in the short form"),
        pytest.param("http://１２７.0.0.1/", "http://127.0.0.1/", id="in full-width digits"),
        pytest.param("http://[0:0::0:1]:8080/", "http://[::1]:8080/", id="IPv6 is compressed"),
        pytest.param("http://[::FFFF:1.2.3.4]/", "http://[::ffff:102:304]/", id="mapped IPv6 has one form"),
        pytest.param("https://a.example/%7euser/%2f", "https://a.example/~user/%2F", id="only needless escapes go"),
        pytest.param(
            "https://a.example/ایک دو", "https://a.example/%D8%A7%DB%8C%DA%A9%20%D8%AF%D9%88", id="Urdu, blank"
        ),
        pytest.param("https://a.example/%%34%31", "https://a.example/%2541", id="a lone percent sign stays one"),
        pytest.param("https://a.example/b/./c/../d/..", "https://a.example/b/", id="dot segments are walked"),
        pytest.param("https://a.example/%2e%2E/b", "https://a.example/b", id="escaped ones too"),
        pytest.param("https://a.example/../../b", "https://a.example/b", id="nobody climbs above the root"),
        pytest.param("https://a.example//b", "https://a.example//b", id="an empty segment means something to some"),
        pytest.param("https:\\\\a.example\\b?c\\d", "https://a.example/b?c%5Cd", id="backslashes before the query"),
        pytest.param("  https://a.exam\nple/ \u200f", "https://a.example/", id="breaks and invisible edges go"),
        pytest.param(
            "https://a.example/?b=2&a=1&b=2", "https://a.example/?b=2&a=1&b=2", id="the query keeps its order"
        ),
        pytest.param("https://a.example?x", "https://a.example/?x", id="a query without a path"),
        pytest.param("https://a.example/?", "https://a.example/", id="an empty query goes"),
        pytest.param("https://a.example/?utm_source=x&id=1&fbclid=y", "https://a.example/?id=1", id="trackers go"),
        pytest.param("https://a.example/?utm_id5=x&gclidx=y", "https://a.example/?utm_id5=x&gclidx=y", id="likes stay"),
        pytest.param("https://a.example/?rlkey=K%2Fk+&st=x", "https://a.example/?rlkey=K%2Fk+&st=x", id="keys stay"),
        pytest.param("https://a.example/#comments", "https://a.example/", id="a place to scroll to goes"),
        pytest.param("https://a.example/#", "https://a.example/", id="an empty fragment goes"),
        pytest.param("https://mega.nz/#!Ab1!k_-y", "https://mega.nz/#!Ab1!k_-y", id="Mega's old form keeps its key"),
        pytest.param(
            "https://mega.nz/file/Ab1#0123456789abcdef",
            "https://mega.nz/file/Ab1#0123456789abcdef",
            id="a fragment long enough to be a key stays",
        ),
        pytest.param("https://a.example/#/p/1", "https://a.example/#/p/1", id="a page inside a script's page stays"),
        pytest.param("https://a.example/#k=v", "https://a.example/#k=v", id="a setting in a fragment stays"),
    ],
)
def test_one_spelling(written: str, canonical: str) -> None:
    assert normalise(written) == canonical


@pytest.mark.parametrize(
    ("written", "says"),
    [
        pytest.param("ftp://secret.example/", "begin with", id="another scheme"),
        pytest.param("javascript:secret()", "begin with", id="a script"),
        pytest.param("secret.example/x", "does not begin", id="no scheme"),
        pytest.param("https:///secret", "no host", id="no host"),
        pytest.param("https:secret.example", "no host", id="no slashes"),
        pytest.param("https://:8080/secret", "no host", id="a port alone"),
        pytest.param("https://secret.example/" + "a" * LONGEST, "longer", id="too long"),
        pytest.param("https://secret.example/" + "ی" * (LONGEST // 6), "longer", id="too long once escaped"),
        pytest.param("https://secret:pw@a.example/", "user name", id="a password inside"),
        pytest.param("https://good.example\\@secret.example/@", None, id="an at sign in a path is none"),
        pytest.param("https://secret.example:port/", "port", id="a port that is no number"),
        pytest.param("https://secret.example:65536/", "port", id="a port beyond the last"),
        pytest.param("https://secret.example:0/", "port", id="port zero"),
        pytest.param("https://secret.example:" + "9" * 5000 + "/", "port", id="a port of five thousand digits"),
        pytest.param("https://secret..example/", "host", id="an empty label"),
        pytest.param("https://sec ret.example/", "host", id="a blank in the host"),
        pytest.param("https://" + "a" * 64 + ".example/", "host", id="a label too long"),
        pytest.param("https://" + "a." * 200 + "example/", "host", id="a name too long"),
        pytest.param("https://1.2.3.4.5/", "host", id="five numbers are no IP address"),
        pytest.param("https://256.1.1.1/", "host", id="nor is one above 255"),
        pytest.param("https://09.1/", "host", id="nor a nine in octal"),
        pytest.param("https://[::1/", "host", id="an open bracket"),
        pytest.param("https://[fe80::1%25eth0]/", "host", id="a zone"),
        pytest.param("", "does not begin", id="nothing"),
    ],
)
def test_refusals_say_why_and_never_what(written: str, says: str | None) -> None:
    if says is None:
        assert host_of(written) == "good.example"
        return
    with pytest.raises(AddressRefused, match=says) as refusal:
        normalise(written)
    assert refusal.value.reason == str(refusal.value)
    assert "secret" not in refusal.value.reason


_URLISH = st.text(st.one_of(st.sampled_from("%#?&=/.:@[]\\!aA0x -_~2eE"), st.characters()), max_size=60)


@given(
    st.sampled_from(["https://", "HTTP://", "https:"]),
    st.sampled_from(["a.example", "1.2", "[::1]:80", "ß.de"]),
    _URLISH,
)
def test_doing_it_again_changes_nothing(scheme: str, host: str, rest: str) -> None:
    try:
        once = normalise(scheme + host + rest)
    except AddressRefused:
        return
    assert normalise(once) == once
    assert once.isascii()
    assert " " not in once


@given(st.text(), st.sampled_from(["", "https://"]))
def test_any_text_is_an_address_or_refused(text: str, scheme: str) -> None:
    try:
        spelled = normalise(scheme + text)
    except AddressRefused:
        return
    assert spelled.startswith(("https://", "http://"))


@given(st.text("abcABC019_-~!=/%&+", min_size=16, max_size=64))
def test_a_long_fragment_is_never_lost(key: str) -> None:
    assert "#" in normalise(f"https://mega.nz/file/x#{key}")


def test_host_and_site() -> None:
    assert host_of("https://A.example:8443/x") == "a.example"
    assert site_of("https://A.example:8443/x") == "a.example:8443"
    assert site_of("https://A.example:443/x") == "a.example"
    assert host_of("http://[::1]:8080/") == "::1"
    assert site_of("http://[::1]:8080/") == "[::1]:8080"


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST.",
        "a.localhost",
        "printer.local",
        "x.internal",
        "nas.lan",
        "x.home.arpa",
        "intranet",
        "127.0.0.1",
        "2130706433",
        "127.1",
        "::1",
        "[::1]",
        "::ffff:10.0.0.1",
        "a..b",
        "169.254.169.254",
        "",
    ],
)
def test_private_hosts(host: str) -> None:
    assert is_private_host(host)


@pytest.mark.parametrize("host", ["example.com", "8.8.8.8", "2606:4700::1", "localhost.example.com", "local.example"])
def test_public_hosts(host: str) -> None:
    assert not is_private_host(host)


def test_what_the_helpline_allows() -> None:
    loopback, office = [ip_network("127.0.0.0/8")], [ip_network("10.0.0.0/8")]
    assert not is_private_host("localhost", loopback)
    assert not is_private_host("x.localhost", loopback)
    assert not is_private_host("127.0.0.1", loopback)
    assert is_private_host("localhost", office)
    assert is_private_host("127.0.0.1", office)
    assert not is_private_host("intranet", office)
    assert not is_private_host("wiki.lan", office)
