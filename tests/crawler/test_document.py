"""What is read from a page's HTML, and that no bytes can stop the reading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.document import PARSED_BYTES, Document
from crawler.page import Page

URL = "https://pixhaven.example/p/abc"


def document(body: str | bytes, kind: str | None = "text/html; charset=utf-8", *, rendered: bool = False) -> Document:
    raw = body.encode() if isinstance(body, str) else body
    headers = {"content-type": kind} if kind is not None else {}
    return Document(Page(url=URL, final_url=URL, status=200, headers=headers, body=raw, rendered=rendered))


def read_everything(seen: Document) -> None:
    _ = (seen.title, seen.h1, seen.headings, seen.metas, seen.refresh, seen.visible_text_length, seen.has_scripts)
    _ = (
        seen.has_media,
        seen.is_script_shell,
        seen.select("a[["),
        seen.select("p"),
        seen.json_in("state", "a.b"),
        seen.json_reply("a"),
    )


@pytest.mark.parametrize(
    ("body", "kind", "title"),
    [
        pytest.param("<title>  One \n two </title>", "text/html", "One two", id="white space is squeezed"),
        pytest.param("<p>no title</p>", "text/html", "", id="no title"),
        pytest.param("<svg><title>drawing</title></svg>", "text/html", "", id="a drawing's title is not the page's"),
        pytest.param("<title>صفحہ</title>", "text/html; charset=utf-8", "صفحہ", id="Urdu in UTF-8"),
        pytest.param(
            "<title>Доступ</title>".encode("cp1251"),
            "text/html; charset=windows-1251",
            "Доступ",
            id="charset by header",
        ),
        pytest.param(
            '<meta charset="windows-1251"><title>Доступ</title>'.encode("cp1251"),
            "text/html",
            "Доступ",
            id="charset by tag",
        ),
        pytest.param("<title>صفحہ</title>".encode("utf-16"), "text/html", "صفحہ", id="charset by byte order mark"),
        pytest.param("<title>a</title>", "text/html; charset=punycode", "a", id="a charset that is none of the web's"),
        pytest.param("<title>a</title>", "text/html; charset=rot13", "a", id="a charset that is no charset"),
        pytest.param("<title>a</title>", None, "a", id="no declared kind, but it begins like a page"),
        pytest.param("<!doctype html><title>a</title>", "image/jpeg", "a", id="a page that calls itself a picture"),
        pytest.param("<title>a</title>", "image/svg+xml", "", id="a picture is not read as a page"),
    ],
)
def test_title(body: str | bytes, kind: str | None, title: str) -> None:
    assert document(body, kind).title == title


@pytest.mark.parametrize(
    ("body", "headings"),
    [
        pytest.param("<h1> A <b>b</b></h1><h2>C</h2><h3>D</h3>", ("A b", "C"), id="h1 and h2 in order"),
        pytest.param("<ul id='comments-list'><li><h2>gone</h2></ul><h1>A</h1>", ("A",), id="not what comments say"),
        pytest.param("<div class='item user-content'><h1>gone</h1></div>", (), id="not what users wrote"),
        pytest.param("<body class='has-comments'><h1>A</h1>", ("A",), id="a page that has comments is no comment"),
        pytest.param("<h1></h1><h1>A</h1>", ("A",), id="empty headings do not count"),
    ],
)
def test_headings(body: str, headings: tuple[str, ...]) -> None:
    assert document(body).headings == headings


def test_metas_are_found_by_name_and_property_and_the_first_stands() -> None:
    body = "<meta name=Robots content=noindex><meta property='og:image' content='/a'><meta property='og:image' content='/b'>"
    assert document(body).metas == {"robots": "noindex", "og:image": "/a"}


@pytest.mark.parametrize(
    ("tag", "target"),
    [
        pytest.param("<meta http-equiv=refresh content='0;url=/next'>", "https://pixhaven.example/next", id="relative"),
        pytest.param(
            "<meta http-equiv='Refresh' content=\"3; URL='https://b.example/x'\">", "https://b.example/x", id="quoted"
        ),
        pytest.param("<meta http-equiv=refresh content='30;url=/next'>", None, id="too slow to be a redirect"),
        pytest.param("<meta http-equiv=refresh content='0'>", None, id="only reloads"),
        pytest.param("<meta http-equiv=refresh content='0;url=javascript:x()'>", None, id="not an address of the web"),
        pytest.param("<meta http-equiv=refresh content='0;url=http://[x'>", None, id="broken address"),
        pytest.param(
            "<noscript><meta http-equiv=refresh content='0;url=/nojs'></noscript>",
            None,
            id="for readers without scripts",
        ),
    ],
)
def test_refresh(tag: str, target: str | None) -> None:
    assert document(f"<head>{tag}</head>").refresh == target


@pytest.mark.parametrize(
    ("body", "path", "value"),
    [
        pytest.param("<script>var state = {'a':1};</script>", "a", None, id="no JSON"),
        pytest.param('<script>var state = {"a":{"b":"OK"}};more()</script>', "a.b", "OK", id="a variable"),
        pytest.param('<script>window["state"] = {"a":{"b":1}};</script>', "a.b", 1, id="in the window by name"),
        pytest.param('<script>window.state={"a":{"b":1}}</script>', "a.b", 1, id="in the window"),
        pytest.param('<script id=state type="application/json"> {"a":[0,{"b":2}]}</script>', "a.1.b", 2, id="by id"),
        pytest.param('<script id=state>{"a.b":{"c-d":3}}</script>', "a.b.c-d", 3, id="a key with dots"),
        pytest.param('<script>state = null; state = {"a":4}</script>', "a", 4, id="set to nothing first"),
        pytest.param('<script>substate = {"a":5}</script>', "a", None, id="another variable"),
        pytest.param('<p>state = {"a":6}</p>', "a", None, id="words on the page are no script"),
        pytest.param('<script id=state>{"a":null}</script>', "a", None, id="null is absence"),
        pytest.param("<script id=state>" + "[" * 100_000 + "</script>", "a", None, id="nested without end"),
        pytest.param("<script id=state>" + "9" * 5_000 + "</script>", "a", None, id="a number too long"),
    ],
)
def test_json_in(body: str, path: str, value: object) -> None:
    assert document(body).json_in("state", path) == value


SHELL = "<script src=/app.js></script><div id=root></div>"


@pytest.mark.parametrize(
    ("body", "rendered", "shell"),
    [
        pytest.param(SHELL, False, True, id="only scripts"),
        pytest.param(SHELL, True, True, id="only scripts, after they ran"),
        pytest.param(SHELL + "<img src=/a>", True, False, id="scripts put a picture there"),
        pytest.param(SHELL + "<p>" + "word " * 60, False, False, id="text enough to read"),
        pytest.param(
            SHELL + "<noscript>Please enable JavaScript.</noscript><p>" + "word " * 60,
            False,
            True,
            id="asks for scripts",
        ),
        pytest.param(
            SHELL + "<noscript>Please enable JavaScript.</noscript><p>" + "word " * 600,
            False,
            False,
            id="asks, has text",
        ),
        pytest.param("<script type='application/ld+json'>{}</script><p>short", False, False, id="data is no script"),
        pytest.param("<p>short", False, False, id="a small page without scripts"),
    ],
)
def test_script_shell(body: str, rendered: bool, shell: bool) -> None:
    assert document(f"<body>{body}", rendered=rendered).is_script_shell is shell


def test_scripts_and_styles_are_no_visible_text() -> None:
    body = "<body><p>four</p><script>long()</script><style>p{}</style><noscript>no <style>x</style></noscript>"
    assert document(body).visible_text_length == 4


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\0" * 1_000 + b"<title>\0a\0</title>", id="null bytes"),
        pytest.param(b"<title>" + b"a" * 1_000_000, id="a title of a megabyte"),
        pytest.param(b"<div>" * 100_000, id="nesting without end"),
        pytest.param(b"<p><b>" * 50_000, id="formatting without end"),
        pytest.param(b"<" * 500_000, id="only angle brackets"),
        pytest.param(b"<title>\xff\xfe\xed\xa0\x80</title>", id="broken UTF-8"),
        pytest.param(b"<meta charset=unicode_escape><title>\\ud800</title>", id="lone surrogates"),
        pytest.param(b"<meta charset=utf-16><title>a</title>", id="a charset it cannot have"),
        pytest.param(b"<script>" + b"state = [" * 20_000, id="assignments without end"),
        pytest.param(b"<meta http-equiv=refresh content='" + b" " * 200_000 + b"'>", id="a refresh of blanks"),
        pytest.param(b"<p>a" * (PARSED_BYTES // 2), id="more than is ever parsed"),
    ],
)
def test_hostile_pages_are_read_without_an_error(body: bytes) -> None:
    read_everything(document(body))


@given(st.binary(max_size=400), st.one_of(st.none(), st.text(max_size=40)))
def test_any_bytes_are_read_without_an_error(body: bytes, kind: str | None) -> None:
    read_everything(document(body, kind))
    read_everything(document(b"<!doctype html><script id=state>" + body, "text/html"))


@pytest.mark.parametrize(
    ("body", "kind", "value"),
    [
        pytest.param(b' \xef\xbb\xbf{"a": {"b": 1}}'.lstrip(), "application/json", 1, id="in an object"),
        pytest.param(b'{"a": [{"b": "x"}]}', "text/plain", None, id="not where it was asked for"),
        pytest.param(b'{"a": {"b": null}}', "application/json", None, id="a null is absent"),
        pytest.param(b'<html>{"a": {"b": 1}}', "text/html", None, id="a page is no reply"),
        pytest.param(b'{"a": {"b": ', "application/json", None, id="cut midway"),
        pytest.param(b"[" * 100_000, "application/json", None, id="nested without an end"),
        pytest.param(b"\x00\xff", "application/json", None, id="no JSON at all"),
        pytest.param(b"", "application/json", None, id="nothing"),
    ],
)
def test_a_value_in_a_reply(body: bytes, kind: str, value: object) -> None:
    page = Page(url=URL, final_url=URL, status=200, headers={"content-type": kind}, body=body)
    assert Document(page).json_reply("a.b") == value
