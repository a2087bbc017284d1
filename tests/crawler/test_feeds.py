"""Feeds: what their entries show, and where they go on."""

import pytest

from crawler.feeds import Feed, read_feed
from crawler.media import Kind
from crawler.page import Page

AT = "https://blog.example/feed"

RSS = b"""<?xml version="1.0"?><rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>Kites</title><item><title>A kite</title><link>https://blog.example/1</link>
<enclosure url="/e.jpg" type="image/jpeg" length="1"/><media:content url="/m" medium="video"/><media:thumbnail url="/t.jpg"/>
<description>&lt;p&gt;Wind &lt;img src="/d.png"&gt;&lt;/p&gt;</description><content:encoded><![CDATA[<img src="/c.webp">]]></content:encoded>
</item><item><title>Bread</title><link>/2</link><enclosure url="/a.mp3" type="audio/mpeg"/></item></channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><link rel="next" href="?page=2"/><entry><title>A kite</title>
<link rel="alternate" href="/1"/><link rel="enclosure" type="video/mp4" href="/f.mp4"/>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><img src="/x.jpg"/></div></content></entry></feed>"""
JSON = b"""{"version": "https://jsonfeed.org/version/1.1", "next_url": "/feed2", "items": [{"url": "/1", "title": "A kite", "image": "/i.jpg",
"content_html": "<img src='/h.jpg'>", "attachments": [{"url": "/f", "mime_type": "video/mp4"}, {"url": "/a", "mime_type": "audio/x"}]}, 7]}"""


def feed(body: bytes) -> Feed | None:
    return read_feed(Page(AT, AT, 200, {}, body))


def paths(read: Feed | None) -> tuple[list[str], list[str], list[str]]:
    assert read is not None
    cut = len("https://blog.example")
    return (
        [u[cut:] for u in read.entries],
        [m.addresses[0][cut:] for m in read.media],
        [u[cut:] for u in read.following],
    )


def test_rss() -> None:
    read = feed(RSS)
    assert paths(read) == (["/1", "/2"], ["/e.jpg", "/m", "/t.jpg", "/d.png", "/c.webp"], [])
    assert read is not None
    assert [one.kind for one in read.media].count(Kind.FILM) == 1
    assert {"A kite", "Bread", "Wind"} <= set(read.texts)


def test_atom() -> None:
    assert paths(feed(ATOM)) == (["/1"], ["/f.mp4", "/x.jpg"], ["/feed?page=2"])


def test_a_json_feed() -> None:
    assert paths(feed(JSON)) == (["/1"], ["/i.jpg", "/f", "/h.jpg"], ["/feed2"])


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><rss><channel><item><title>&j;</title></item></channel></rss>"
)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html><body>x</body></html>", b"<?xml version='1.0'?><svg/>", b"{", b"[]", b'{"items": []}', b"<rss", b"<?xml",
        b"\x00<rss>", BOMB, b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]><rss><item><title>&f;</title></item></rss>',
        b"<rss><channel>" + b"<item>" * 20_000, b'{"version":1,"items":' + b"[" * 100_000,
    ],
    ids=range(13),
)  # fmt: skip
def test_what_is_no_feed_or_means_harm_gives_nothing(body: bytes) -> None:
    read = feed(body)
    assert read is None or (read.media == () and all(len(text) < 100 and "root:" not in text for text in read.texts))
