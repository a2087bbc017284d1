"""evidence export, verify: what leaves the house, by whose act, and what proves it."""

import json
import shutil
import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pyrage import decrypt, x25519

from casebook import days, evidence, links, officers
from casebook.access import MONITOR
from casebook.settings import Evidence
from casebook.store import open_book
from casebook.strongroom import Strongroom
from casebook.vault import open_vault
from casebook.vocabulary import AddressId, LinkId, Why
from reporters.bundle import verifying
from scheduler.clock import now
from tests.cli.conftest import Staff
from tests.reporters.bundle import made

URL = "https://pixhaven.example/p/abcd1"
FOR = ("--to", "District Court, Room 4", "--for", "complaint 12 of 2026")


def capture(staff: Staff, *links_of: int) -> None:
    """Let the monitor capture these links as a visit does, one after the other."""
    book = open_book(f"sqlite:///{staff.home}/pehra.sqlite3", open_vault(staff.home, {}))
    room, at = Strongroom(staff.home), now()
    officer = officers.prove(book, officers.claim(book, "amina"), None, at=at)
    for link in links_of:
        (address,) = links.addresses_of(book, [LinkId(link)], actor=officer, at=at)
        parts = [room.seal(one.name, one.media_type, one.copy, address=address) for one in made.page_parts(link)]
        facts: dict[str, Any] = {"verdict": "live", "rule": "pixhaven.player", "because": "it is there", "hops": []}
        seen = evidence.Taken(AddressId(address), at, at, Why.FIRST_SEEN, facts, tuple(parts))
        assert len(evidence.keep(book, room, seen, Evidence(keep_free_bytes=0), actor=MONITOR, at=at)) == 1
    book.engine.dispose()


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A home with a case that has two links captured and one thing added by hand."""
    folder = tmp_path_factory.mktemp("first")
    staff = Staff(folder / "home")
    assert staff.type("init", "--officer", "amina").code == 0
    case = staff.ask("case", "open")["case"]
    for act in ("capture", "screenshot"):
        staff.ask("consent", "give", case, act)
    staff.ask("link", "add", case, URL, URL.replace("abcd1", "abcd2"))
    capture(staff, 1, 2)
    note = folder / "note.ogg"
    note.write_bytes(b"OggS" * 1000)
    staff.ask("evidence", "add", case, note, "--what", "a voice note", "--from", "the complainant")
    return staff.home, case


@pytest.fixture
def staff(first: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Staff:
    """Staff in a copy of that home."""
    for name in ("PEHRA_HOME", "PEHRA_CONFIG", "PEHRA_OFFICER", "PEHRA_PASSPHRASE_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    shutil.copytree(first[0], tmp_path / "home")
    return Staff(tmp_path / "home")


@pytest.fixture
def captured(first: tuple[Path, str]) -> str:
    return first[1]


def checked(file: Path, **more: Any) -> Any:
    return verifying.verify(file, **more)


def test_a_case_is_exported_verified_and_exported_again_to_the_byte(
    staff: Staff, captured: str, tmp_path: Path
) -> None:
    told = staff.ask("evidence", "export", captured, *FOR, "--out", tmp_path / "one.zip")
    assert (told["case"], told["export"], told["records"], told["redacted"], told["missing"]) == (
        captured,
        1,
        3,
        False,
        {},
    )
    found = checked(tmp_path / "one.zip", key=told["key"])
    assert found.faults == []
    assert (found.about["for"], found.about["purpose"], found.about["made_by"]) == (FOR[1], FOR[3], "officer-1")
    assert found.counted == {
        "files": 17,
        "records": 3,
        "parts": 5,
        "archives for replaying": 2,
        "entries of custody": 4,
    }
    staff.ask("evidence", "add", captured, "--what", "something later")
    said = staff.type("evidence", "export", captured, "--again", 1, "--out", tmp_path / "two.zip")
    assert said.code == 0, said
    assert told["key"] in said.out
    assert (tmp_path / "two.zip").read_bytes() == (tmp_path / "one.zip").read_bytes()
    again = staff.ask("evidence", "export", captured, *FOR)
    assert (Path(again["file"]).name, again["records"]) == (f"{captured}-export-2.zip", 4)
    assert checked(Path(again["file"]), key=told["key"]).faults == []


def test_who_exported_what_stands_in_the_journal_and_for_whom_only_sealed(
    staff: Staff, captured: str, tmp_path: Path
) -> None:
    staff.ask("evidence", "export", captured, *FOR, "--out", tmp_path / "one.zip")
    acts = [(one["act"], one["subject"], one["actor"]) for one in staff.ask("journal", "list", "--case", captured)]
    assert ("evidence.export", f"{captured}/export-1", "officer-1") in acts
    assert "District" not in json.dumps(acts)
    assert b"District" not in b"".join(one.read_bytes() for one in staff.home.iterdir() if one.is_file())
    custody = json.loads(zipfile.ZipFile(tmp_path / "one.zip").read("custody.json"))
    assert [one["did"] for one in custody["entries"]] == [
        "evidence.capture",
        "evidence.capture",
        "evidence.add",
        "evidence.export",
    ]


def test_the_twin_and_a_single_link(staff: Staff, captured: str, tmp_path: Path) -> None:
    told = staff.ask("evidence", "export", captured, *FOR, "--redacted", "--out", tmp_path / "twin.zip")
    assert told["redacted"] is True
    with zipfile.ZipFile(tmp_path / "twin.zip") as package:
        assert not any(one.endswith((".png", ".gz", ".wacz")) for one in package.namelist())
        assert b"\x89PNG" not in b"".join(package.read(one) for one in package.namelist())
    of_link = staff.ask("evidence", "export", captured, *FOR, "--link", 2, "--out", tmp_path / "link.zip")
    assert of_link["records"] == 1
    found = checked(tmp_path / "link.zip", key=told["key"])
    assert found.faults == []
    assert found.about["records"] == [2]
    assert checked(tmp_path / "twin.zip", key=told["key"]).faults == []
    staff.ask("evidence", "export", captured, "--again", 2, "--out", tmp_path / "link-2.zip")
    assert (tmp_path / "link-2.zip").read_bytes() == (tmp_path / "link.zip").read_bytes()


def test_days_come_along_with_their_proofs(staff: Staff, captured: str, tmp_path: Path) -> None:
    book = open_book(f"sqlite:///{staff.home}/pehra.sqlite3", open_vault(staff.home, {}))
    assert len(days.close(book, actor=MONITOR, at=now() + timedelta(days=2))) in (1, 2)
    book.engine.dispose()
    told = staff.ask("evidence", "export", captured, *FOR, "--out", tmp_path / "one.zip")
    found = checked(tmp_path / "one.zip", key=told["key"])
    assert (found.faults, found.counted["proofs of a day"]) == ([], 3)
    assert staff.ask("evidence", "verify", captured)["verified"][0]["counted"]["proofs of a day"] == 3


def test_sealed_for_the_recipient(staff: Staff, captured: str) -> None:
    key = x25519.Identity.generate()
    told = staff.ask("evidence", "export", captured, *FOR, "--seal-to", key.to_public())
    assert told["file"].endswith(".zip.age")
    plain = decrypt(Path(told["file"]).read_bytes(), [key])
    assert verifying.check(BytesIO(plain), key=told["key"]).faults == []
    assert "age1" in staff.refused("evidence", "export", captured, *FOR, "--seal-to", "age1x")


def test_a_bundle_is_verified_without_a_home(staff: Staff, captured: str, tmp_path: Path) -> None:
    told = staff.ask("evidence", "export", captured, *FOR, "--out", tmp_path / "one.zip")
    elsewhere = Staff(tmp_path / "no-home")
    said = elsewhere.type("evidence", "verify", tmp_path / "one.zip", "--key", told["key"].upper())
    assert (said.code, "all of it holds" in said.out) == (0, True), said
    assert not elsewhere.home.exists()
    data = bytearray((tmp_path / "one.zip").read_bytes())
    data[data.index(b"OggS")] ^= 1
    (tmp_path / "one.zip").write_bytes(data)
    said = elsewhere.type("evidence", "verify", tmp_path / "one.zip")
    assert said.code == 1
    assert "NOT whole" in said.out
    assert "parts/0003/" in said.out
    answer = elsewhere.type("evidence", "verify", tmp_path / "one.zip", "--json")
    assert json.loads(answer.out)["whole"] is False
    assert "64 hexadecimal" in elsewhere.refused("evidence", "verify", tmp_path / "one.zip", "--key", "x")
    (tmp_path / "note.ogg").write_bytes(b"OggS")
    assert "no ZIP" in elsewhere.refused("evidence", "verify", tmp_path / "note.ogg")
    assert elsewhere.type("evidence", "verify", tmp_path / "missing").code == 1


def test_a_case_is_verified_where_it_lies_and_a_changed_file_named(staff: Staff, captured: str) -> None:
    said = staff.ask("evidence", "verify", captured)["verified"]
    assert [(one["whole"], one["counted"]) for one in said] == [(True, {"records": 3, "parts": 5})]
    assert staff.type("evidence", "verify").out == f"{captured}: all of it holds: 3 records, 5 parts.\n"
    file = max(staff.home.joinpath("evidence").iterdir(), key=lambda one: one.stat().st_mtime_ns)
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    said = staff.type("evidence", "verify", captured)
    assert said.code == 1
    assert "record 3: " in said.out
    told = staff.ask("evidence", "export", captured, *FOR)
    assert [one.startswith("parts/0003/") for one in told["missing"]] == [True]
    assert checked(Path(told["file"]), key=told["key"]).faults == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param([], "--to", id="nobody named"),
        pytest.param(["--to", "a court"], "--for", id="nothing said of what for"),
        pytest.param(["--to", "a\ncourt", "--for", "x"], "line break", id="a name with a line's end"),
        pytest.param(["--to", "a\u202ecourt", "--for", "x"], "control", id="a name that turns the line"),
        pytest.param(["--to", "x", "--for", "a\x1b[31m"], "control", id="a purpose with a control character"),
        pytest.param(["--to", "x" * 300, "--for", "x"], "characters", id="a name that is too long"),
        pytest.param(["--again", "1", "--to", "x"], "--again", id="again, and otherwise"),
        pytest.param(["--again", "7"], "no export", id="an export that never was"),
        pytest.param(["--to", "x", "--for", "x", "--link", "9"], "no link", id="a link of nobody"),
    ],
)
def test_what_is_asked_wrongly_is_said_and_nothing_written(
    staff: Staff, captured: str, words: list[str], says: str
) -> None:
    before = sorted(Path.cwd().iterdir())
    assert says in staff.refused("evidence", "export", captured, *words)
    assert sorted(Path.cwd().iterdir()) == before


def test_a_file_that_is_there_is_never_replaced_nor_an_export_noted(
    staff: Staff, captured: str, tmp_path: Path
) -> None:
    (tmp_path / "mine.zip").write_bytes(b"mine")
    assert "exists already" in staff.refused("evidence", "export", captured, *FOR, "--out", tmp_path / "mine.zip")
    assert staff.ask("evidence", "list", captured)["exports"] == []


def test_a_case_without_evidence_has_nothing_to_export(staff: Staff) -> None:
    case = staff.ask("case", "open")["case"]
    assert "no evidence" in staff.refused("evidence", "export", case, *FOR)
    assert staff.type("evidence", "verify", case).out == f"{case}: all of it holds: no evidence.\n"


def test_where_it_cannot_be_written_the_way_on_is_said(staff: Staff, captured: str, tmp_path: Path) -> None:
    said = staff.type("evidence", "export", captured, *FOR, "--out", tmp_path / "none" / "one.zip")
    assert said.code == 1
    assert f"pehra evidence export {captured} --again 1" in said.err
