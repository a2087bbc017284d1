"""link minor, handover, open; exposure; workload."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Staff

PEHRA = str(Path(sys.executable).with_name("pehra"))
URL = "https://somebody-by-name.example/private/path?rlkey=k3y"


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in for the system's opener: it writes down what it was given."""
    opened, folder = tmp_path / "opened", tmp_path / "bin"
    folder.mkdir()
    opener = folder / "xdg-open"
    opener.write_text(f'#!/bin/sh\nprintf "%s\\n" "$1" >> "{opened}.part" && mv "{opened}.part" "{opened}"\n')
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return opened


def add(staff: Staff, case: str, *words: str, url: str = URL) -> int:
    number: int = staff.ask("link", "add", case, url, *words)["added"][0]["link"]
    return number


def wait_for(file: Path) -> str:
    subprocess.run(["sh", "-c", 'until test -e "$0"; do sleep 0.02; done', str(file)], check=True, timeout=150)
    return file.read_text("utf-8")


def test_opening_says_how_many_this_week(staff: Staff, case: str, browser: Path) -> None:
    link = add(staff, case)
    assert staff.ask("link", "open", link, "--yes") == {"link": link, "opened": True, "in_7_days": 1}
    assert wait_for(browser) == f"{URL}\n"
    assert staff.type("link", "open", link, "--yes").out == f"Opened link {link}. You opened 2 in the last 7 days.\n"
    newest = staff.ask("journal", "list", "--last", 1)[0]
    assert (newest["act"], newest["subject"]) == ("link.open", f"{case}/{link}")


def test_opening_is_deliberate(staff: Staff, case: str, browser: Path) -> None:
    link = add(staff, case)
    assert "say --yes" in staff.refused("link", "open", link)
    ours, theirs = pty.openpty()
    run = [PEHRA, "--home", str(staff.home), "link", "open", str(link)]
    with subprocess.Popen(run, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        os.write(ours, b"n\n")
        out, err = process.communicate(timeout=150)
    os.close(ours)
    os.close(theirs)
    assert (process.returncode, out) == (1, b"")
    assert b"You opened 0 in the last 7 days." in err
    assert staff.ask("exposure") == {"officer": "officer-1", "in_7_days": 0, "in_30_days": 0, "days": {}}
    assert not browser.exists()


@pytest.mark.parametrize("how", ["added so", "marked so", "of a minor's case"])
def test_a_childs_link_is_never_opened(staff: Staff, case: str, browser: Path, how: str) -> None:
    if how == "of a minor's case":
        case = staff.ask("case", "open", "--minor")["case"]
    link = add(staff, case, *(["--minor"] if how == "added so" else []))
    if how == "marked so":
        assert staff.ask("link", "minor", link)["minor"] is True
    assert "nobody here opens" in staff.refused("link", "open", link, "--yes")
    assert not browser.exists()


def test_the_hand_over_prints_addresses_alone(staff: Staff, case: str) -> None:
    staff.ask("file", "add", case, "name", "Amna")
    add(staff, case, "--minor")
    add(staff, case, url="https://an.example/other")
    said = staff.type("link", "handover", case, "--to", "a hotline")
    assert (said.code, said.out) == (0, f"{URL}\n")
    assert staff.ask("link", "handover", case, "--to", "a hotline") == {"addresses": [URL]}
    listed = staff.ask("referral", "list", case)
    assert [(one["to"], one["links"]) for one in listed] == [("a hotline", [1]), ("a hotline", [1])]
    acts = [one["act"] for one in staff.ask("journal", "list", "--case", case)]
    assert acts.count("link.handover 1") == 2
    other = staff.ask("case", "open")["case"]
    assert "is marked as a minor's" in staff.refused("link", "handover", other, "--to", "x")


def test_a_supervisor_sees_sums_and_loads_and_nothing_of_a_case(staff: Staff, case: str, browser: Path) -> None:
    staff.ask("officer", "add", "lead", "--role", "supervisor")
    staff.ask("file", "add", case, "name", "Amna")
    staff.ask("followup", "add", case, "--due", "+1h")
    staff.ask("link", "open", add(staff, case), "--yes")
    wait_for(browser)
    assert staff.ask("exposure", who="lead") == [{"officer": "officer-1", "in_7_days": 1, "in_30_days": 1}]
    assert staff.ask("workload", who="lead") == [
        {
            "officer": "officer-1",
            "open_cases": 1,
            "watched_links": 1,
            "links_waiting": 0,
            "follow_ups_overdue": 0,
            "missed_in_7_days": 0,
            "opened_in_7_days": 1,
        }
    ]
    said = "".join(staff.type(one, who="lead").out for one in ("exposure", "workload"))
    assert "officer-1" in said
    assert not [word for word in (case, "Amna", "somebody-by-name", "amina") if word in said]
    assert "may not see the workload" in staff.refused("workload")
    assert staff.type("exposure").out.count("\n") == 4
