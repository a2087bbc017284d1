"""Where pictures and films lie in a page."""

import pytest

from crawler.document import Document
from crawler.media import Kind, Medium, best_of, kind_of, media_in
from crawler.page import Page

AT = "https://gallery.example/a/list"
HTML = {"content-type": "text/html; charset=utf-8"}


def found(markup: str, head: str = "") -> list[Medium]:
    page = Page(AT, AT, 200, HTML, f"<html><head>{head}</head><body>{markup}</body></html>".encode())
    return media_in(Document(page), AT)


def first(markup: str, head: str = "") -> str:
    return found(markup, head)[0].addresses[0].removeprefix("https://gallery.example")


@pytest.mark.parametrize(
    ("markup", "path"),
    [
        pytest.param('<img src="1.jpg">', "/a/1.jpg", id="a picture"),
        pytest.param('<img src="/x?id=7">', "/x?id=7", id="one without an ending"),
        pytest.param('<img src="dot.gif" data-src="/2.jpg">', "/2.jpg", id="lazy"),
        pytest.param('<img src="data:image/gif;base64,R0" data-original="/3.jpg">', "/3.jpg", id="lazy, original"),
        pytest.param('<img data-srcset="/s.jpg 300w, /l.jpg 1400w, /xl.jpg 4000w" src="/d.gif">', "/l.jpg", id="lazy set"),
        pytest.param('<picture><source srcset="/4.avif 900w"><img src="/4.jpg"></picture>', "/4.jpg", id="picture"),
        pytest.param('<video src="/f.mp4"></video>', "/f.mp4", id="film"),
        pytest.param('<video><source src="/f.webm" type="video/webm"></video>', "/f.webm", id="film's source"),
        pytest.param('<video poster="/p.jpg"></video>', "/p.jpg", id="poster"),
        pytest.param('<div style="background: #fff url(/b.jpg) no-repeat"></div>', "/b.jpg", id="background"),
        pytest.param("<style>.x{background-image:url('/c.jpg')}</style>", "/c.jpg", id="style sheet"),
        pytest.param('<div data-bg="url(/d.jpg)"></div>', "/d.jpg", id="lazy background"),
        pytest.param('<a href="/full/5.JPG">see</a>', "/full/5.JPG", id="link to a file"),
        pytest.param('<a href="/get?file=6.png">see</a>', "/get?file=6.png", id="file named in the query"),
        pytest.param('<noscript><img src="/7.jpg"></noscript>', "/7.jpg", id="without scripts"),
        pytest.param('<svg><image href="/8.png"/></svg>', "/8.png", id="in a drawing"),
        pytest.param('<embed src="/9.mp4">', "/9.mp4", id="embedded"),
    ],
)  # fmt: skip
def test_a_picture_is_found_wherever_it_stands(markup: str, path: str) -> None:
    assert first(markup) == path


@pytest.mark.parametrize(
    ("head", "path", "kind"),
    [
        ('<meta property="og:image" content="/og.jpg">', "/og.jpg", Kind.PICTURE),
        ('<meta property="og:video" content="/og.mp4">', "/og.mp4", Kind.FILM),
        ('<meta name="twitter:image" content="/tw.jpg">', "/tw.jpg", Kind.PICTURE),
        ('<link rel="image_src" href="/src.jpg">', "/src.jpg", Kind.PICTURE),
        ('<script type="application/ld+json">{"@type":"ImageObject","contentUrl":"/ld.jpg"}</script>', "/ld.jpg", Kind.PICTURE),
        ('<script type="application/ld+json">[{"@graph":[{"image":{"url":"/l2.jpg"}}]}]</script>', "/l2.jpg", Kind.PICTURE),
        ('<script type="application/ld+json">{"@type":"VideoObject","contentUrl":"/ld"}</script>', "/ld", Kind.FILM),
    ],
)  # fmt: skip
def test_what_a_page_announces_is_found(head: str, path: str, kind: Kind) -> None:
    (one,) = found("", head)
    assert (one.addresses[0].removeprefix("https://gallery.example"), one.kind) == (path, kind)


def test_a_thumbnail_stands_for_the_file_it_links_to() -> None:
    (one,) = found('<a href="/full.jpg"><img src="/thumb.jpg" alt="A kite"></a>')
    assert [url.rpartition("/")[2] for url in one.addresses] == ["full.jpg", "thumb.jpg"]
    assert not one.embedded


def test_the_same_picture_counts_once_and_a_label_stays() -> None:
    (one,) = found(
        '<img src="/1.jpg" alt=" A   kite "><img src="/1.jpg#x"><img src="https://gallery.example:443/1.jpg">'
    )
    assert one == Medium(("https://gallery.example/1.jpg",), Kind.PICTURE, embedded=True, label="A kite")


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="/dot.gif" width="1" height="1">', '<img src="/logo.svg">', '<img src="javascript:alert(1)">', "<img>",
        '<img src="">', '<a href="/page">x</a>', '<template><img src="/t.jpg"></template>', '<img src="http://[::1">',
        '<script type="application/ld+json">{"image": </script>', '<img srcset=",,, ,">', '<img src="file:///etc/passwd">',
    ],
)  # fmt: skip
def test_what_is_no_picture_is_left_out(markup: str) -> None:
    assert found(markup) == []


def test_a_page_of_a_hundred_thousand_pictures_costs_what_its_limit_allows() -> None:
    assert len(found("".join(f'<img src="/{n}.jpg">' for n in range(100_000)))) <= 2_000


def test_a_base_moves_everything() -> None:
    assert first('<img src="1.jpg">', '<base href="/other/">') == "/other/1.jpg"


def test_of_a_set_the_first_that_is_wide_enough_is_taken() -> None:
    assert best_of("a.jpg, b.jpg 2x, c.jpg 3x")[0] == "c.jpg"
    assert best_of("a.jpg 100w, b.jpg 200w")[0] == "b.jpg"
    assert best_of("a.jpg nonsense, b.jpg .w")[:1] != []


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://x.example/a.JPEG", Kind.PICTURE), ("https://x.example/a.mp4?x=1", Kind.FILM),
        ("https://x.example/a.html", None), ("https://x.example/", None), ("http://[", None),
        ("https://x.example/view?f=b%2Ewebp", Kind.PICTURE),
    ],
)  # fmt: skip
def test_an_ending_tells_what_to_expect(url: str, kind: Kind | None) -> None:
    assert kind_of(url) is kind
