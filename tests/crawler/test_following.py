"""Where a list goes on."""

import pytest

from crawler.document import Document
from crawler.following import Links, links_in
from crawler.page import Page

AT = "https://board.example/tag/kites?page=3"
HTML = {"content-type": "text/html; charset=utf-8"}


def led(markup: str, at: str = AT, *, folder: bool = False) -> Links:
    page = Page(at, at, 200, HTML, f"<html><body>{markup}</body></html>".encode())
    return links_in(Document(page), at, folder=folder)


@pytest.mark.parametrize(
    "markup",
    [
        '<a rel="next" href="?page=4">4</a>',
        '<link rel="next" href="?page=4">',
        '<a href="?page=4">Next</a>',
        '<a href="?page=4"> اگلا صفحہ </a>',
        '<a href="?page=4" aria-label="Next page"><svg></svg></a>',
        '<a class="pagination-next" href="?page=4">weiter geht es</a>',
        '<p>Pages: <a href="?page=4">4</a></p>',
        '<a href="?page=4">»</a>',
    ],
)
def test_the_next_page_is_found(markup: str) -> None:
    assert led(markup).following == ("https://board.example/tag/kites?page=4",)


@pytest.mark.parametrize(
    ("at", "href", "text"),
    [
        ("https://b.example/list", "/list/page/2", "2"),
        ("https://b.example/list", "/list?start=20", "2"),
        ("https://b.example/list", "/list?offset=40", "3"),
        ("https://b.example/g-1.html", "/g-2.html", "2"),
        ("https://b.example/viewtopic?t=7", "/viewtopic?t=7&start=15", "2"),
        ("https://b.example/kites", "/kites?p=2", "2"),
    ],
)
def test_numbered_pages_are_found(at: str, href: str, text: str) -> None:
    assert led(f'<a href="{href}">{text}</a>', at).following == (f"https://b.example{href}",)


def test_numbered_pages_come_in_their_order_and_the_page_itself_does_not() -> None:
    markup = "".join(f'<a href="?page={n}">{n}</a>' for n in (10, 2, 3, 1, 4))
    assert [url.rpartition("=")[2] for url in led(markup).following] == ["1", "2", "4", "10"]


@pytest.mark.parametrize(
    "markup",
    [
        '<table class="calendar"><td><a href="/2026/11/14">14</a></table>',
        '<a href="/archive?year=2026">2026</a>',
        '<a href="/post/88123">1</a>',
        '<a href="#2">2</a>',
        '<a href="/slides/2.jpg">2</a>',
        '<div class="photo-slider"><a href="?slide=2" class="next">next</a></div>',
    ],
)
def test_other_numbers_are_no_pages(markup: str) -> None:
    assert led(markup).following == ()


def test_the_pages_of_pictures_lie_deeper() -> None:
    markup = '<a href="/photo/1"><img src="/t/1.jpg"></a><a href="/about">About</a><a href="/p/2"><i style="background:url(x.jpg)"></i></a>'
    assert led(markup) == Links((), ("https://board.example/photo/1", "https://board.example/p/2"), grows=False)


def test_in_a_folder_all_that_lies_below_counts_and_nothing_above() -> None:
    markup = '<a href="../">up</a><a href="?C=M;O=A">Modified</a><a href="summer/">summer/</a><a href="1.jpg">1.jpg</a><a href="/else/">x</a>'
    assert led(markup, "https://files.example/shared/", folder=True).deeper == ("https://files.example/shared/summer/",)


@pytest.mark.parametrize(
    "markup",
    [
        '<div class="infinite-scroll"></div>', '<button class="btn load-more">More</button>', "<div data-infinite-scroll></div>",
        "<script>new IntersectionObserver(more)</script>", "<script>window.addEventListener('scroll', more)</script>",
    ],
)  # fmt: skip
def test_a_list_that_scripts_lengthen_is_told(markup: str) -> None:
    assert led(markup).grows
    assert not led("<p>nothing</p><script>var a = 1</script>").grows
