"""hash: on the complainant's own device, without a home; the good ones kept, a sentence for each of the others."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from matchers import hashes
from matchers.pictures import read
from tests.helpline import Helpline
from tests.matchers.drawn import animated, endless_gif, file_of, scene

BAD = {
    "cut.jpg": (file_of(scene(), "JPEG")[:9000], "damaged or cut short"),
    "words.jpg": (b"just words " * 99, "no picture"),
    "nothing.png": (b"", "empty"),
    "huge.png": (file_of(Image.new("1", (10_000, 10_000))), "80,000,000 pixels"),
    "endless.gif": (endless_gif(30_000), "5,000 frames"),
    "script.gif": (b"GIF89a/*" + b" " * 99 + b"*/=1;alert(1)", "no picture"),
    "plain.png": (file_of(Image.new("RGB", (300, 300), (9, 9, 9))), "too plain to match"),
    "icon.png": (file_of(scene(1, (16, 16))), "smaller than 32 x 32"),
    "mutated.webp": (file_of(scene(), "WEBP")[:200] + b"\xff" * 4000, "damaged or cut short"),
}
GOOD = {
    "one.jpg": file_of(scene(1), "JPEG"),
    "renamed.txt": file_of(scene(2)),
    "polyglot.jpg": file_of(scene(3), "JPEG") + b"PK\x03\x04" + bytes(500),
}


@pytest.fixture
def device(tmp_path: Path) -> Helpline:
    """A folder with pictures, good and bad, and no home."""
    for name, data in {**GOOD, **{name: data for name, (data, _) in BAD.items()}}.items():
        (tmp_path / name).write_bytes(data)
    return Helpline(tmp_path)


def pdq(data: bytes) -> tuple[str, int]:
    found = hashes.pdq(read(data)[0].pixels)
    assert found is not None
    return found.upright.hex, found.quality


def test_good_pictures_one_document_and_no_home(device: Helpline) -> None:
    before = {path: path.read_bytes() for path in device.folder.iterdir()}
    assert device.ask_here("hash", *GOOD) == {
        "hashes": [
            {"file": name, "pdq": pdq(data)[0], "quality": pdq(data)[1], "frame": 0} for name, data in GOOD.items()
        ],
        "refused": [],
    }
    assert {path: path.read_bytes() for path in device.folder.iterdir()} == before


def test_bad_files_have_a_sentence_each_and_the_good_ones_are_kept(device: Helpline) -> None:
    said = device.here("hash", "--json", *BAD, *GOOD, "missing.jpg")
    answer = json.loads(said.out)
    assert (said.code, said.err) == (1, "")
    assert [one["file"] for one in answer["hashes"]] == list(GOOD)
    assert [one["file"] for one in answer["refused"]] == [*BAD, "missing.jpg"]
    for one, says in zip(answer["refused"], [*(says for _, says in BAD.values()), "no such file"], strict=True):
        assert says in one["reason"]


def test_words_for_people_end_with_a_count(device: Helpline) -> None:
    said = device.here("hash", "one.jpg", "words.jpg", "nothing.png")
    digits, quality = pdq(GOOD["one.jpg"])
    assert (said.code, said.out) == (1, f"{digits} {quality:3} one.jpg\n")
    assert said.err.splitlines()[-1] == "pehra: no hash for 2 of 3 file(s)"
    assert said.err.startswith("words.jpg: this is no picture")


def test_an_animated_picture_has_a_hash_for_each_frame_that_differs(device: Helpline) -> None:
    (device.folder / "moving.webp").write_bytes(animated([scene(1), scene(1), scene(2)], "WEBP", quality=90))
    found = device.ask_here("hash", "moving.webp")["hashes"]
    assert [one["frame"] for one in found] == [0, found[-1]["frame"]]
    said = device.here("hash", "moving.webp")
    assert said.out.splitlines()[1].endswith(f" moving.webp (frame {found[-1]['frame']})")


def test_a_name_that_is_no_text(device: Helpline) -> None:
    name = b"caf\xe9.jpg".decode("utf-8", "surrogateescape")
    (device.folder / name).write_bytes(GOOD["one.jpg"])
    assert len(device.ask("hash", name)["hashes"]) == 1
    assert device.pehra("hash", name).code == 0


def test_no_file_is_asked_wrongly(device: Helpline) -> None:
    assert device.here("hash").code == 2


def test_the_command_starts_without_what_pictures_need() -> None:
    code = "import sys, cli.main; print([one for one in ('numpy', 'PIL', 'imagehash', 'pillow_heif') if one in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
