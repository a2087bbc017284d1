"""Nothing of a part lies open on the disk: not while it is sealed, not after a kill in the midst of it."""

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import pytest

from casebook import consents, evidence, links, officers, tidying
from casebook.access import MONITOR
from casebook.errors import Unavailable
from casebook.settings import Evidence
from casebook.store import create_book, open_book
from casebook.strongroom import CHUNK_BYTES, Strongroom
from casebook.vault import Vault
from casebook.vocabulary import Act, AddressId, NotKept, Why
from tests.casebook.conftest import START
from tests.casebook.test_visits import SECRET, found, later, open_case

MARKER = b"what-nobody-may-read-on-the-disk"
PIECE = MARKER * 2048  # 64 KB
LIMITS = Evidence(keep_free_bytes=0)
# Seals three chunks, says so, and never ends.
SEALER = """
import sys, threading
from pathlib import Path
from casebook.strongroom import Strongroom

def write(out):
    while out.tell() < 16 * 1048576:
        out.write({piece!r})
    print("sealing", flush=True)
    threading.Event().wait()

Strongroom(Path(sys.argv[1])).seal("archive.warc.gz", "application/warc+gzip", write, address=1)
"""


def open_on_the_disk(home: Path) -> list[str]:
    """Every file of a home, whatever it is called, in which the marker can be read."""
    return [one.name for one in home.rglob("*") if one.is_file() and MARKER in one.read_bytes()]


def sealed_bytes(home: Path) -> int:
    return sum(one.stat().st_size for one in (home / "evidence").iterdir())


def test_nothing_open_is_on_the_disk_while_a_part_is_sealed(tmp_path: Path) -> None:
    room, seen = Strongroom(tmp_path), []

    def write(out: BinaryIO) -> None:
        for _ in range(96):
            out.write(PIECE)
            seen.append(open_on_the_disk(tmp_path))

    part = room.seal("archive.warc.gz", "application/warc+gzip", write, address=1)
    assert part.bytes == 96 * len(PIECE)
    assert part.sha256 == hashlib.sha256(PIECE * 96).hexdigest()
    room.settle([part.file])
    assert [one for one in (*seen, open_on_the_disk(tmp_path)) if one] == []
    assert sealed_bytes(tmp_path) > part.bytes
    assert {one.stat().st_mode & 0o777 for one in room.folder.iterdir()} == {0o600}
    assert room.folder.stat().st_mode & 0o777 == 0o700


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """A home in which a process was killed while it sealed a capture of address 1."""
    sealer = [sys.executable, "-c", SEALER.format(piece=PIECE), str(tmp_path)]
    with subprocess.Popen(sealer, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"sealing\n"
            assert open_on_the_disk(tmp_path) == []
            assert Strongroom(tmp_path).left() == []  # it lives, and holds its file
        finally:
            os.kill(process.pid, signal.SIGKILL)
    return tmp_path


def test_after_a_kill_in_the_midst_nothing_open_is_left_and_it_is_recorded(killed: Path) -> None:
    assert sealed_bytes(killed) > CHUNK_BYTES
    assert open_on_the_disk(killed) == []
    book = create_book(f"sqlite:///{killed}/book.sqlite3", Vault(bytes(range(32))))
    officer = officers.add_first(book, "night shift", at=START)
    ref = open_case(book, officer)
    consents.change(book, ref, Act.CAPTURE, given=True, actor=officer, at=START)
    links.add(book, ref, found(SECRET), actor=officer, at=START)
    room = Strongroom(killed)
    assert tidying.tidy(book, room, LIMITS, actor=MONITOR, at=later(1)).half_written == 1
    assert tidying.tidy(book, room, LIMITS, actor=MONITOR, at=later(2)).half_written == 0
    assert list(room.folder.iterdir()) == []
    part = room.seal("archive.warc.gz", "application/warc+gzip", lambda out: out.write(PIECE), address=1)
    taken = evidence.Taken(AddressId(1), START, START, Why.FIRST_SEEN, {"because": MARKER.decode()}, (part,))
    evidence.keep(book, room, taken, LIMITS, actor=MONITOR, at=later(2))
    views = evidence.of_case(book, ref, actor=officer, at=later(3))
    assert [one.reason for one in views] == [NotKept.HALF_WRITTEN, None]
    assert "stopped while this was being sealed" in views[0].fields["left_out"][0]
    assert open_on_the_disk(killed) == []
    book.engine.dispose()
    assert open_book(f"sqlite:///{killed}/book.sqlite3", Vault(bytes(range(32))))


def test_what_a_failing_writer_left_is_gone(tmp_path: Path) -> None:
    room = Strongroom(tmp_path)

    def write(out: BinaryIO) -> None:
        out.write(PIECE * 40)
        raise KeyError("a fault of the writer's")

    with pytest.raises(KeyError):
        room.seal("archive.warc.gz", "application/warc+gzip", write)
    assert list(room.folder.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
@pytest.mark.parametrize("pieces", [1, 400], ids=["at the end", "in the midst"])
def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pieces: int) -> None:
    begin = Strongroom._begin

    def on_a_full_disk(room: Strongroom, address: int | None) -> str:
        file = begin(room, address)
        path, handle = room._held[file]
        handle.close()
        room._held[file] = (path, os.fdopen(os.open("/dev/full", os.O_WRONLY), "wb", buffering=0))
        return file

    monkeypatch.setattr(Strongroom, "_begin", on_a_full_disk)
    room = Strongroom(tmp_path)
    with pytest.raises(Unavailable, match="disk is full"):
        room.seal("archive.warc.gz", "application/warc+gzip", lambda out: out.writelines([PIECE] * pieces))
    assert list(room.folder.iterdir()) == []
    assert room._held == {}


def test_an_empty_part_is_sealed_too(tmp_path: Path) -> None:
    room = Strongroom(tmp_path)
    part = room.seal("item", "text/plain", lambda _: None)
    with (tmp_path / "out").open("wb") as into:
        room.open(part.file, part.secret, into)
    assert (part.bytes, (tmp_path / "out").read_bytes()) == (0, b"")


def test_a_file_outside_is_out_of_reach_whatever_the_database_says(tmp_path: Path) -> None:
    room, outside = Strongroom(tmp_path), tmp_path / "monitor.key"
    outside.write_bytes(b"key")
    room.seal("item", "text/plain", lambda _: None)
    for name in ("../monitor.key", str(outside), "*.age", "../" + "0" * 32 + ".age", ""):
        for verb in (room.drop, room.settle):
            with pytest.raises(Unavailable, match="altered"):
                verb([name])
        with pytest.raises(Unavailable, match="altered"):
            room.open(name, "", sys.stdout.buffer)
    assert outside.exists()
    (room.folder / "notes.part").touch()
    (room.folder / "a.b.c.part").touch()
    assert Strongroom(tmp_path).left() == []
