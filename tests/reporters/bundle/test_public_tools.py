"""A bundle in a stranger's hands: nothing of Pehra, public tools alone, and the steps as they are written in it."""

import base64
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from warcio.archiveiterator import ArchiveIterator

from tests.reporters.bundle import made

BIN = Path(sys.executable).parent
WRONG = ("DOES NOT", "IS NOT", "FAILED", "fail")


@dataclass(frozen=True)
class Stranger:
    """Somebody with a bundle unpacked in a folder, and a shell."""

    folder: Path

    def run(self, *lines: str, code: int = 0) -> str:
        path = {"PATH": f"{BIN}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
        script = "\n".join(lines)
        done = subprocess.run(
            ["bash", "-c", script], cwd=self.folder, env=path, capture_output=True, timeout=60, check=False
        )
        said = (done.stdout + done.stderr).decode()
        assert done.returncode == code, (script, said)
        return said

    def steps(self) -> dict[str, list[str]]:
        """The commands of each step, as READ-ME-FIRST.txt has them."""
        found: dict[str, list[str]] = {}
        title = ""
        for line in (self.folder / "READ-ME-FIRST.txt").read_text("utf-8").splitlines():
            heading = re.fullmatch(r"\d+\. (.+)", line)
            title = heading[1] if heading else title
            if line.startswith("    "):
                found.setdefault(title, []).append(line.removeprefix("    "))
        return found


@pytest.fixture(scope="module")
def stranger(whole: bytes, tmp_path_factory: pytest.TempPathFactory) -> Stranger:
    folder = tmp_path_factory.mktemp("stranger")
    with zipfile.ZipFile(BytesIO(whole)) as package:
        package.extractall(folder)
    return Stranger(folder)


def test_every_step_that_is_written_down_holds(stranger: Stranger) -> None:
    steps = stranger.steps()
    assert len(steps) == 10
    said = {title: stranger.run("set -o pipefail", *lines) for title, lines in steps.items() if "pehra" not in lines[0]}
    assert {title: words for title, words in said.items() if any(one in words for one in WRONG)} == {}
    assert said["Every file is as it was packed"] == "every file is as it was packed\n"
    assert said["The list was signed by the helpline"].startswith("Verified OK\n")
    assert said["Each record names the one before"].splitlines()[1:] == [
        f"records/000{one}.json follows" for one in (1, 2, 3, 4)
    ]
    assert said["Each part is what its record names"].count("is what record") == 6
    assert said["A time-stamp server saw the record"].count("Verification: OK") == 2
    assert said["A time-stamp server saw the record"].count("Time stamp: ") == 2
    assert said["The record stands in its day's root"].count("holds") == 4
    assert said["A time-stamp server saw the day's root"].count("Verification: OK") == 1
    assert said["The web archives are sound"].count("archive.warc.gz") == 3
    assert said["One file for replaying"].splitlines() == ["0001 is the same", "0002 is the same", "0003 is the same"]


@pytest.mark.parametrize(
    ("file", "step", "says"),
    [
        pytest.param("records/0002.json", "Every file is as it was packed", "records/0002.json: FAILED", id="a record"),
        pytest.param("records/0002.json", "Each record names the one before", "records/0002.json: FAILED", id="a record's chain"),
        pytest.param("records/0001.json", "A time-stamp server saw the record", "Verification: FAILED", id="a stamped record"),
        pytest.param("parts/0001/screenshot.png", "Each part is what its record names", "IS NOT WHAT RECORD 0001 NAMES", id="a part"),
        pytest.param("manifest.sha256", "The list was signed by the helpline", "Verification failure", id="the manifest"),
        pytest.param("days/2026-03-01.json", "The record stands in its day's root", "DOES NOT HOLD", id="a proof"),
        pytest.param("parts/0003/archive.warc.gz", "One file for replaying", "0003 IS NOT THE SAME", id="an archive"),
    ],
)  # fmt: skip
def test_the_steps_find_what_was_changed(whole: bytes, tmp_path: Path, file: str, step: str, says: str) -> None:
    with zipfile.ZipFile(BytesIO(whole)) as package:
        package.extractall(tmp_path)
    there = (tmp_path / file).read_bytes()
    changed = re.sub(rb"([0-9a-f])(?=[0-9a-f]{60})", lambda one: b"0" if one[0] != b"0" else b"1", there, count=2)
    (tmp_path / file).write_bytes(changed if changed != there else there[:-40] + bytes([there[-40] ^ 1]) + there[-39:])
    stranger = Stranger(tmp_path)
    done = subprocess.run(
        ["bash", "-c", "\n".join(stranger.steps()[step])], cwd=tmp_path, capture_output=True, timeout=60, check=False
    )
    assert says in (done.stdout + done.stderr).decode()


def test_warcio_finds_a_changed_page(stranger: Stranger, tmp_path: Path) -> None:
    plain = gzip.decompress((stranger.folder / "parts/0001/archive.warc.gz").read_bytes())
    (tmp_path / "archive.warc").write_bytes(plain.replace(b"a tiger", b"a heron"))
    assert "digest failed" in Stranger(tmp_path).run("warcio check -v archive.warc", code=1)


def test_the_archive_for_replaying_is_as_its_specification_says(stranger: Stranger) -> None:
    with zipfile.ZipFile(stranger.folder / "captures.wacz") as wacz:
        names = wacz.namelist()
        package, digest = (json.loads(wacz.read(one)) for one in ("datapackage.json", "datapackage-digest.json"))
        assert (package["profile"], package["wacz_version"]) == ("data-package", "1.1.1")
        listed = {one["path"]: (one["hash"], one["bytes"]) for one in package["resources"]}
        found = {one: (f"sha256:{sha256(wacz.read(one)).hexdigest()}", len(wacz.read(one))) for one in names}
        assert listed == {name: about for name, about in found.items() if not name.startswith("datapackage")}
        assert all(one.compress_type == zipfile.ZIP_STORED for one in wacz.infolist())
        assert digest["hash"] == f"sha256:{sha256(wacz.read('datapackage.json')).hexdigest()}"
        _is_signed(stranger, digest["signedData"])
        _is_indexed(wacz)
        pages = [json.loads(one) for one in wacz.read("pages/pages.jsonl").splitlines()]
    assert [one["url"] for one in pages[1:]] == [made.URL.format(one % 2) for one in (1, 2, 3)]
    assert {"format": "json-pages-1.0"}.items() <= pages[0].items()


def _is_signed(stranger: Stranger, signed: dict[str, str]) -> None:
    """Verify with openssl what a browser would verify: r and s over the hash's text, under the key in one line."""
    folder = stranger.folder / "replay-signature"
    folder.mkdir()
    both = base64.b64decode(signed["signature"])
    (folder / "signature").write_bytes(encode_dss_signature(int.from_bytes(both[:48]), int.from_bytes(both[48:])))
    (folder / "hash").write_text(signed["hash"], "ascii")
    (folder / "key.der").write_bytes(base64.b64decode(signed["publicKey"]))
    told = Stranger(folder).run(
        "openssl pkey -pubin -inform DER -in key.der -out key.pem",
        "openssl dgst -sha256 -verify key.pem -signature signature hash && cmp key.pem ../keys/helpline.pem",
    )
    assert told == "Verified OK\n"


def _is_indexed(wacz: zipfile.ZipFile) -> None:
    """Go from the summary to a block, from a line to a record, and find there what the line says."""
    packed = wacz.read("indexes/index.cdx.gz")
    lines: list[str] = []
    for line in wacz.read("indexes/index.idx").decode().splitlines()[1:]:
        about = json.loads(line.split(" ", 2)[2])
        block = packed[about["offset"] : about["offset"] + about["length"]]
        assert about["digest"] == f"sha256:{sha256(block).hexdigest()}"
        lines += gzip.decompress(block).decode().splitlines()
    assert lines == sorted(lines)
    assert len(lines) == 6
    for line in lines:
        key, at, facts = line.split(" ", 2)
        record, data = _record(wacz, json.loads(facts))
        assert json.loads(facts)["url"] == record.rec_headers.get_header("WARC-Target-URI")
        assert at == re.sub(r"\D", "", record.rec_headers.get_header("WARC-Date"))[:14]
        assert key.startswith("example,pixhaven)/p/abcd")
        assert (b"tiger" in data) or data == made.picture()


def _record(wacz: zipfile.ZipFile, facts: dict[str, Any]) -> tuple[Any, bytes]:
    archive = wacz.read(f"archive/{facts['filename']}")
    start, end = int(facts["offset"]), int(facts["offset"]) + int(facts["length"])
    assert facts["recordDigest"] == f"sha256:{sha256(archive[start:end]).hexdigest()}"
    record = next(iter(ArchiveIterator(BytesIO(archive[start:end]))))
    return record, record.content_stream().read()


@pytest.mark.skipif(
    shutil.which("wacz", path=f"{BIN}:{os.environ['PATH']}") is None, reason="the program wacz is not installed"
)
def test_the_validator_of_web_archives_agrees(stranger: Stranger) -> None:
    assert "is valid" in stranger.run("wacz validate -f captures.wacz")


def test_records_are_byte_for_byte_as_they_were_hashed(stranger: Stranger) -> None:
    for one in made.made(4):
        assert (stranger.folder / one.name).read_bytes() == one.record


def test_a_revisit_resolves_inside_the_bundle() -> None:
    first = made.made(3)[0]
    archive = next(one for one in first.parts if one.name == "archive.warc.gz")
    into = BytesIO()
    archive.copy(into)
    record = next(one for one in ArchiveIterator(BytesIO(into.getvalue())) if one.rec_type == "response")
    digest = record.rec_headers.get_header("WARC-Payload-Digest")
    again = made.warc(made.URL.format(1), made.AT, b"", again=digest.removeprefix("sha1:").encode())
    part = made.part("archive.warc.gz", "application/warc", again)
    seen = made.record(2, first.sha256, (part,), link=2, address=made.URL.format(1))
    what = made.bundle(2, records=(first, seen), chain=((1, first.sha256), (2, seen.sha256)))
    with (
        zipfile.ZipFile(BytesIO(made.written(what))) as package,
        zipfile.ZipFile(BytesIO(package.read("captures.wacz"))) as wacz,
    ):
        lines = [
            json.loads(one.split(" ", 2)[2])
            for one in gzip.decompress(wacz.read("indexes/index.cdx.gz")).decode().splitlines()
        ]
    revisits = [one for one in lines if one["mime"] == "warc/revisit"]
    assert [one["digest"] for one in revisits] == [digest]
    assert [one["filename"] for one in lines if one["digest"] == digest and one not in revisits] == ["0001.warc.gz"]
