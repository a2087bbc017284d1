"""The same export gives the same bytes, whoever makes it, when and where; and the twin shows nothing."""

import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest

from reporters.bundle import lettering, paper, stamps, writing
from reporters.bundle.contents import Bundle
from reporters.bundle.steps import steps
from reporters.bundle.story import Facts, Story, Words
from reporters.bundle.verifying import check
from tests.reporters.bundle import made
from tests.web.tsa import Signs

ROOT = Path(__file__).parents[3]
AGAIN = """
from hashlib import sha256
from tests.reporters.bundle import made
from tests.web.tsa import Signs
what = made.bundle(4, days=(made.day_of(made.made(4)),))
print(sha256(made.written(what)).hexdigest())
"""
PICTURES = {
    "a PNG": b"\x89PNG\r\n\x1a\n", "a JPEG": b"\xff\xd8\xff", "a GIF": b"GIF8", "a WebP": b"WEBP", "a film": b"ftyp", "a WebM": b"\x1a\x45\xdf\xa3",
    "gzip": b"\x1f\x8b\x08", "a script": b"<script", "a script's address": b"javascript:", "a picture's tag": b"<img", "a frame": b"<iframe",
    "a picture in a PDF": b"/Subtype /Image", "a PDF's script": b"/JavaScript", "an inline picture": b"data:image", "an event": b"onload=",
    "the page's text": b"the tiger", "a web archive": b"WARC/1",
}  # fmt: skip


def test_another_process_in_another_place_writes_the_same_bytes() -> None:
    surroundings = {**os.environ, "TZ": "America/St_Johns", "PYTHONHASHSEED": "77", "LANG": "C"}
    done = subprocess.run(
        [sys.executable, "-c", AGAIN], cwd=ROOT, env=surroundings, capture_output=True, check=True, timeout=100
    )
    here = made.written(made.bundle(4, days=(made.day_of(made.made(4)),)))
    assert done.stdout.decode().strip() == sha256(here).hexdigest()


def test_the_same_process_writes_the_same_bytes_twice(bundle: Bundle, whole: bytes) -> None:
    assert made.written(bundle) == whole


@pytest.fixture(scope="module")
def twin(bundle: Bundle) -> bytes:
    return made.written(replace(bundle, export=replace(made.FOR, redacted=True)))


def test_the_twin_holds_no_picture_film_script_or_page(twin: bytes) -> None:
    with zipfile.ZipFile(BytesIO(twin)) as package:
        inside = {one.filename: package.read(one) for one in package.infolist()}
    found = [(name, what) for name, data in inside.items() for what, magic in PICTURES.items() if magic in data]
    assert [one for one in found if one != ("READ-ME-FIRST.txt", "a web archive")] == []
    assert {one.rsplit(".", 1)[-1] for one in inside} == {"txt", "json", "html", "pdf", "pem", "sha256", "sig", "tsr"}
    assert sorted(one for one in inside if one.startswith("parts/0001/")) == [
        "parts/0001/archive.warc.gz.sha256",
        "parts/0001/screenshot.png.sha256",
    ]
    assert "captures.wacz" not in inside


def test_the_pictures_that_the_twin_is_searched_for_are_in_the_whole(whole: bytes) -> None:
    assert PICTURES["a PNG"] in whole
    assert PICTURES["gzip"] in whole


def test_the_twin_has_every_record_and_proof(bundle: Bundle, whole: bytes, twin: bytes) -> None:
    with zipfile.ZipFile(BytesIO(whole)) as one, zipfile.ZipFile(BytesIO(twin)) as other:
        same = [
            name
            for name in one.namelist()
            if name.startswith(("records/", "stamps/", "days/", "chain", "keys/", "custody"))
        ]
        assert [name for name in same if one.read(name) != other.read(name)] == []
    found = check(BytesIO(twin))
    assert found.faults == []
    assert found.counted["hashes of parts"] == sum(len(one.parts) for one in bundle.records)


def test_the_whole_paper_shows_no_picture(whole: bytes) -> None:
    with zipfile.ZipFile(BytesIO(whole)) as package:
        told = package.read("report.pdf") + package.read("index.html")
    assert not any(one in told for one in (b"/Subtype /Image", b"<img", b"<script", b"href", b"src="))


URDU = "درخواست نمبر"  # letters that the paper's font has
BEYOND = "یہ تصویر ہے"  # with two letters that it has not


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        pytest.param("plain words", "plain words", id="plain"),
        pytest.param("a\nb\u202ec", "a\\u{A}b\\u{202E}c", id="a line's end and a turn of direction"),
        pytest.param(URDU, URDU, id="Urdu that can be shown"),
        pytest.param(BEYOND, "\\u{6CC}\\u{6C1} تصویر \\u{6C1}\\u{6D2}", id="words with letters that cannot"),
        pytest.param("https://x.example/تصویر?a=1", "https://x.example/تصویر?a=1", id="an address"),
        pytest.param("ok 漢", "ok \\u{6F22}", id="no letter of this font"),
    ],
)
def test_what_cannot_be_shown_is_escaped(words: str, shown: str) -> None:
    page = paper.Paper("a", "b", made.AT)
    assert lettering.escaped(words, page.shows) == shown


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        pytest.param("تصویر", "ﺮﻳﻮﺼﺗ".replace("ﻳ", "ﯾ"), id="joined, from right to left"),
        pytest.param("case 12 تصویر", "case 12 ﺮﯾﻮﺼﺗ", id="in a line from left to right"),
        pytest.param("no Urdu", "no Urdu", id="as it is"),
    ],
)
def test_urdu_is_joined_and_runs_from_right_to_left(line: str, seen: str) -> None:
    assert lettering.in_order(line) == seen


def test_a_line_is_broken_at_spaces_and_a_long_word_anywhere() -> None:
    assert lettering.broken("aa bb cccccccc d", lambda _: 1.0, 5) == ["aa bb", "ccccc", "ccc d"]
    assert lettering.broken("", lambda _: 1.0, 5) == [""]


def test_every_letter_of_a_long_story_is_on_paper() -> None:
    """More lines than a page has, in the narrowest column."""
    blocks = (Words("word " * 3000), Facts((("a long name of a row " * 3, "value" * 200),)))
    written = paper.write(Story("t", "f", blocks), made.AT)
    assert written.count(b"/Type /Page\n") > 2
    assert written == paper.write(Story("t", "f", blocks), made.AT)


def test_the_first_page_names_recipient_and_purpose(bundle: Bundle) -> None:
    told = writing._story(bundle, "ab" * 32, steps(bundle, "ab" * 32), {})
    facts = next(one for one in told.blocks if isinstance(one, Facts))
    assert {("For", "District Court, Room 4"), ("Purpose", "complaint 12 of 2026")} <= set(facts.rows)


def test_words_that_look_like_the_number_of_pages_stay_words() -> None:
    """What stands for it is no word that anybody can write: it would be escaped."""
    assert lettering.escaped(paper.ALL_PAGES) != paper.ALL_PAGES
    told = paper.write(Story("t", "f", (Words("{nb}"),)), made.AT)
    assert paper.ALL_PAGES.encode("utf-16-be") not in told


def test_only_certificates_that_the_stamps_need_come_along(tmp_path: Path) -> None:
    signs = Signs(tmp_path)
    root, other = signs.certificates.pem(), signs.certificates.pem("other")
    token = signs.stated(bytes(32), 7)
    one, two = stamps.needed([token], root + signs.certificates.pem("web")), stamps.needed([token, token], root)
    assert one == two == root
    assert stamps.needed([b"no stamp"], root + other) == b""
