"""evidence add, list, show: what is kept is told in words, and nothing that was kept is opened."""

from pathlib import Path

import pytest

from tests.cli.conftest import Staff

VOICE = b"OggS" + bytes(range(256)) * 400


@pytest.fixture
def agreed(staff: Staff, case: str) -> str:
    staff.ask("consent", "give", case, "capture")
    return case


def file(tmp_path: Path, name: str, data: bytes) -> Path:
    made = tmp_path / name
    made.write_bytes(data)
    return made


def test_a_file_is_added_listed_and_shown(staff: Staff, agreed: str, tmp_path: Path) -> None:
    note = file(tmp_path, "PTT-0001.ogg", VOICE)
    words = ("--what", "a voice note", "--from", "the person who threatens her", "--way", "WhatsApp")
    made = staff.ask("evidence", "add", agreed, note, *words)
    assert (made["case"], made["number"], made["kind"]) == (agreed, 1, "item")
    assert note.read_bytes() == VOICE
    (record,) = staff.ask("evidence", "list", agreed)["records"]
    (part,) = record["parts"]
    assert (part["name"], part["type"], part["bytes"]) == ("item.ogg", "audio/ogg", len(VOICE))
    shown = staff.ask("evidence", "show", agreed, 1)
    assert shown["sha256"] == made["sha256"]
    assert shown["record"]["source"] == {
        "source": "the person who threatens her", "way": "WhatsApp", "file_name": "PTT-0001.ogg"
    }  # fmt: skip
    said = staff.type("evidence", "show", agreed, 1).out
    assert all(word in said for word in ("a voice note", "WhatsApp", part["sha256"], made["sha256"], "none yet"))
    assert "item.ogg" in staff.type("evidence", "list", agreed).out
    assert all(VOICE[:64] not in one.read_bytes() for one in staff.home.rglob("*") if one.is_file())


def test_words_alone_are_evidence_too(staff: Staff, agreed: str) -> None:
    made = staff.ask("evidence", "add", agreed, "--what", "-", stdin="he called from ٠٣٠٠".encode())
    assert staff.ask("evidence", "show", agreed, made["number"])["record"]["said"] == "he called from ٠٣٠٠"
    assert not (staff.home / "evidence").exists()


def test_what_a_terminal_would_obey_is_not_printed(staff: Staff, agreed: str) -> None:
    staff.ask("evidence", "add", agreed, "--what", "-", stdin=b"quiet\x1b[2J\x07 please")
    for words in (("list", agreed), ("show", agreed, 1)):
        said = staff.type("evidence", *words).out
        assert "quiet" in said
        assert "\x1b" not in said
        assert "\x07" not in said


@pytest.mark.parametrize(
    ("name", "data", "taken"),
    [
        pytest.param("chat.txt", "سلام, he wrote\n".encode(), True, id="words"),
        pytest.param("chat.txt", b"\xff\xd8\xff\xe0 what is no text", False, id="a picture called text"),
        pytest.param("chat.txt", b"words, then \0", False, id="something behind words"),
        pytest.param("chat.txt", "سلام".encode()[:-1], False, id="cut off in a letter"),
        pytest.param("chat.txt", b"words\n<SVG width='9'></svg>", False, id="a drawing"),
        pytest.param("card.vcf", b"BEGIN:VCARD\nPHOTO;ENCODING=b:AA\n", False, id="a card with a photograph"),
        pytest.param("mail.txt", b"x" * 1048570 + b" data:image/png", False, id="a picture across two pieces"),
    ],
)
def test_of_a_minors_case_only_text_is_taken(staff: Staff, tmp_path: Path, name: str, data: bytes, taken: bool) -> None:
    ref = staff.ask("case", "open", "--minor")["case"]
    staff.ask("consent", "give", ref, "capture")
    words = ("evidence", "add", ref, file(tmp_path, name, data), "--what", "a chat")
    if taken:
        assert staff.ask(*words)["number"] == 1
    else:
        assert "only files of plain text" in staff.refused(*words)
        assert list((staff.home / "evidence").iterdir()) == []
        assert staff.ask("evidence", "list", ref)["records"] == []


def test_what_cannot_be_added_is_said_in_a_sentence(
    staff: Staff, case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    big = file(tmp_path, "film.mp4", bytes(200_000))
    assert "no consent to `capture`" in staff.refused("evidence", "add", case, big, "--what", "x")
    staff.ask("consent", "give", case, "capture")
    assert "is no file" in staff.refused("evidence", "add", case, tmp_path, "--what", "x")
    assert "is no file" in staff.refused("evidence", "add", case, tmp_path / "none", "--what", "x")
    assert "what it is" in staff.refused("evidence", "add", case, big)
    assert "no evidence of that number" in staff.refused("evidence", "show", case, 1)
    monkeypatch.setenv("PEHRA__EVIDENCE__CASE_BYTES", "150000")
    assert "larger than" in staff.refused("evidence", "add", case, big, "--what", "x")
    monkeypatch.setenv("PEHRA__EVIDENCE__KEEP_FREE_BYTES", "1000000000000")
    monkeypatch.setenv("PEHRA__EVIDENCE__CASE_BYTES", "300000")
    assert "too little room" in staff.refused("evidence", "add", case, big, "--what", "x")
    assert list((staff.home / "evidence").iterdir()) == []
    findings = {one["what"]: one["says"] for one in staff.ask("doctor")["checks"]}
    assert "not captured until" in findings["evidence"]


def test_the_doctor_misses_a_sealed_file(staff: Staff, agreed: str, tmp_path: Path) -> None:
    staff.ask("evidence", "add", agreed, file(tmp_path, "note.ogg", VOICE), "--what", "a voice note")
    for one in (staff.home / "evidence").iterdir():
        one.rename(one.with_name("0" * 32 + ".age"))
    said = staff.type("doctor")
    assert said.code == 1
    assert "1 sealed file(s) are gone" in said.out


def test_a_backup_says_that_evidence_is_a_folder_of_its_own(staff: Staff, tmp_path: Path) -> None:
    said = staff.type("db", "backup", tmp_path / "copy.age")
    assert "evidence is not in it" in said.out
