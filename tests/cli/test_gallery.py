"""A gallery of five hundred pictures with thirty edited copies of ten: all are found, nothing else is, and no picture is kept."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.helpline import ONCE, Helpline
from tests.matchers.drawn import file_of, scene
from tests.web.gallery import Gallery, build
from tests.web.server import Web

PICTURES = 500
SOUGHT = [scene(n) for n in range(10)]
LATE = scene(10)
LONGEST_S = 200.0
PIECE = 48  # bytes
MAGIC = (b"JFIF\0", b"\x89PNG\r\n\x1a\n", b"WEBPVP8", b"ftypisom", b"GIF89a")
SETTINGS = {**ONCE, "CRAWLER__BROWSER": "off", "SWEEPS__FLOOD_PER_DAY": "100"}


@dataclass
class Swept:
    helpline: Helpline
    web: Web
    gallery: Gallery
    case: str
    told: dict[str, Any]

    def sightings(self) -> list[dict[str, Any]]:
        said = self.helpline.here("sighting", "list", "--case", self.case, "--json")
        assert said.code == 0, said.err
        return list(json.loads(said.out))

    def path(self, url: str) -> str:
        return url.removeprefix(self.web.url(""))


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swept]:
    work = tmp_path_factory.mktemp("gallery")
    device = tmp_path_factory.mktemp("device")  # hers: nothing of it is Pehra's to keep or to clear
    for folder in ("tmp", "user"):
        (work / folder).mkdir()
    helpline = Helpline(work, SETTINGS)
    helpline.surroundings = {"TMPDIR": str(work / "tmp"), "HOME": str(work / "user")}
    gallery = build(SOUGHT, LATE, others=PICTURES - 32)
    files = [device / f"{n}.png" for n in range(len(SOUGHT))]
    for file, picture in zip(files, SOUGHT, strict=True):
        file.write_bytes(file_of(picture))
    (device / "late.png").write_bytes(file_of(LATE))
    with Web() as web:
        web.serve("gallery", gallery)
        web.serve("robots.txt", gallery)
        case = helpline.opened()
        helpline.ask_here("consent", "give", case, "hash")
        helpline.ask_here("image", "add", case, *map(str, files))
        for address, kind in (("/gallery/list", "page"), ("/gallery/feed.xml", "feed")):
            helpline.ask_here("source", "add", case, web.url(address), "--kind", kind)
        with helpline.start("sweep", case, "--json", stdout=subprocess.PIPE) as process:
            told, _ = process.communicate(timeout=LONGEST_S)
        assert process.returncode == 0
        yield Swept(helpline, web, gallery, case, json.loads(told))


def places(sightings: list[dict[str, Any]]) -> dict[str, int]:
    """Where copies were met, and of which picture."""
    return {place["media"]: one["image"] for one in sightings for place in one["places"]}


def test_every_copy_is_a_sighting_of_its_picture_and_nothing_else_is(swept: Swept) -> None:
    met = {swept.path(media): image for media, image in places(swept.sightings()).items()}
    assert met == {copy.path: copy.of + 1 for copy in swept.gallery.copies}
    assert swept.told["new_sightings"] == len(swept.sightings())


def test_all_of_it_was_walked_once(swept: Swept) -> None:
    assert swept.gallery.pictures == PICTURES
    assert swept.told["media"] == PICTURES + 1
    assert all(swept.web.hits(path) == 1 for path in swept.gallery.answers if path.startswith("/gallery/media/"))
    assert swept.web.asked("/gallery/members") == frozenset()


def test_each_says_why_it_is_suspected(swept: Swept) -> None:
    for one in swept.sightings():
        assert one["because"].startswith(f"It looks like picture {one['image']}: ")
        assert one["tier"] in ("hash", "features", "film")
        assert one["distance"] is not None or one["inliers"]
        assert one["state"] == "suspected"
    (in_film,) = [one for one in swept.sightings() if one["media"].endswith(".mp4")]
    assert 2 <= in_film["at_s"] <= 4


def test_a_mirrored_copy_is_told_as_such(swept: Swept) -> None:
    turns = {swept.path(one["media"]): one["turn"] for one in swept.sightings()}
    mirrored = [copy.path for copy in swept.gallery.copies if copy.edit == "mirrored" and copy.path in turns]
    assert mirrored
    assert {turns[path] for path in mirrored} == {"mirrored"}


def test_a_picture_that_is_added_afterwards_is_found_in_what_was_seen(swept: Swept) -> None:
    before = places(swept.sightings())
    asked = sum(swept.web.hits(path) for path in swept.gallery.answers)
    late = next(Path(swept.helpline.folder).parent.glob("device*/late.png"))
    added = swept.helpline.here("image", "add", swept.case, str(late), "--json")
    assert added.code == 0, added
    found = {swept.path(media) for media in places(swept.sightings()) if media not in before}
    assert found == {copy.path for copy in swept.gallery.late}
    assert sum(swept.web.hits(path) for path in swept.gallery.answers) == asked


def test_no_byte_of_a_picture_lies_anywhere(swept: Swept) -> None:
    pieces = [
        body[len(body) // 2 :][:PIECE]
        for path, (kind, body) in swept.gallery.answers.items()
        if kind.startswith(("image/", "video/"))
    ][::5] + [file_of(picture)[5_000 : 5_000 + PIECE] for picture in SOUGHT]
    files = [file for file in swept.helpline.folder.rglob("*") if file.is_file()]
    assert any(file.name == "pehra.sqlite3" for file in files)
    for file in files:
        data = file.read_bytes()
        assert not [magic for magic in MAGIC if magic in data], file.name
        assert not any(piece in data for piece in pieces), file.name
