"""journal list, anchor, verify."""

import json
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Staff


def test_the_journal_is_listed_for_whom_it_concerns(staff: Staff, case: str) -> None:
    staff.ask("officer", "add", "reader", "--role", "auditor")
    staff.ask("officer", "add", "lead", "--role", "supervisor")
    everything = staff.ask("journal", "list", who="reader")
    assert [one["act"] for one in everything if one["subject"] == case] == ["case.open"]
    assert set(everything[0]) == {"seq", "at", "actor", "act", "subject"}
    assert len(staff.ask("journal", "list", "--last", 2, who="reader")) == 2
    assert case in staff.type("journal", "list", "--case", case).out
    assert "may not read the journal" in staff.refused("journal", "list", who="lead")
    assert staff.type("journal", "list", "--last", 0).code == 2


def test_an_anchor_is_written_once_and_proves(staff: Staff, tmp_path: Path) -> None:
    file = tmp_path / "anchor.json"
    said = staff.type("journal", "anchor", file).out
    made = json.loads(file.read_text("ascii"))
    assert made["key"] in said
    assert file.stat().st_mode & 0o777 == 0o600
    assert "exists already" in staff.refused("journal", "anchor", file)
    printed = staff.type("journal", "anchor", "-")
    assert json.loads(printed.out)["length"] == made["length"] + 1
    staff.ask("case", "open")
    proved = staff.ask("journal", "verify", "--anchor", file)
    assert (proved["whole"], proved["anchors"]) == (True, [{"file": str(file), "holds": True, "because": None}])
    assert staff.type("journal", "verify").out.startswith("The journal is whole: ")


def test_a_forged_anchor_a_cut_and_no_anchor_are_named(staff: Staff, tmp_path: Path) -> None:
    file, forged, none = tmp_path / "anchor.json", tmp_path / "forged.json", tmp_path / "none.json"
    with sqlite3.connect(staff.home / "pehra.sqlite3") as raw, sqlite3.connect(tmp_path / "before.sqlite3") as before:
        raw.backup(before)
    staff.ask("case", "open")
    staff.ask("journal", "anchor", file)
    forged.write_text(file.read_text("ascii").replace('"length": ', '"length": 1'), "ascii")
    none.write_text("{}", "ascii")
    said = staff.type("journal", "verify", "--anchor", file, "--anchor", forged)
    assert said.code == 1
    assert f"{file}: it holds.\n" in said.out
    assert f"{forged}: it is forged or was altered" in said.out
    assert "is no anchor" in staff.refused("journal", "verify", "--anchor", none)
    assert staff.type("journal", "verify", "--anchor", tmp_path / "missing").code == 1
    with sqlite3.connect(staff.home / "pehra.sqlite3") as raw, sqlite3.connect(tmp_path / "before.sqlite3") as before:
        signing = raw.execute("SELECT signing_key FROM book").fetchone()[0]
        before.execute("UPDATE book SET signing_key = ?", (signing,))
        before.commit()
        before.backup(raw)
    said = staff.type("journal", "verify", "--anchor", file)
    assert said.code == 1
    assert "The journal is whole" in said.out
    assert "was cut" in said.out


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_an_anchor_can_be_stamped_as_the_docs_say(staff: Staff, tmp_path: Path) -> None:
    staff.type("journal", "anchor", tmp_path / "anchor.json")
    docs = (Path(__file__).parents[2] / "docs" / "journal.md").read_text("utf-8")
    query = next(line.strip() for line in docs.splitlines() if line.strip().startswith("openssl ts -query"))
    subprocess.run(["sh", "-c", query], cwd=tmp_path, check=True, capture_output=True, timeout=150)
    shown = subprocess.run(
        ["openssl", "ts", "-query", "-in", "anchor.tsq", "-text"], cwd=tmp_path, check=True, capture_output=True
    )
    assert b"sha256" in shown.stdout
