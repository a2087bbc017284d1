"""Trouble while the watch runs: no room, no browser, no network, a database that somebody holds. Nothing is lost."""

import json
import os
import resource
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.helpline import BRISK, PATIENCE_S, Helpline, Said, diagnosis, until
from tests.web.server import Web

CHECKS = "SELECT count(*) FROM 'check'"


def test_a_browser_that_does_not_start_costs_only_what_it_would_have_seen(tmp_path: Path, web: Web) -> None:
    helpline = Helpline(tmp_path)
    helpline.opened(web.url("/script/faults"), web.url("/up/faults"))
    said = helpline.pehra("check", "--all", "--json", CRAWLER__BROWSER="/bin/false")
    assert "the browser does not start" in said.err
    assert [link["verdict"] for link in json.loads(said.out)["links"]] == ["unclear", "live"]


def test_while_another_process_holds_the_database_nothing_is_lost(tmp_path: Path) -> None:
    helpline = Helpline(tmp_path)
    with Web(delay_s=0.5) as web, helpline_with_a_monitor(helpline, web):
        before = web.hits("/up/held")
        until("a visit is on its way", lambda: web.hits("/up/held") > before)
        with sqlite3.connect(helpline.home / "pehra.sqlite3", isolation_level=None, timeout=60) as other:
            other.execute("BEGIN IMMEDIATE")
            held = helpline.one(CHECKS)
            asked = [
                helpline.start(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                for words in (["case", "open"], ["doctor", "--json"])
            ]
            assert helpline.ask("status")["monitor"] == "running"
            told = [process.communicate(timeout=PATIENCE_S) for process in asked]
            assert helpline.one(CHECKS) == held
            other.execute("ROLLBACK")
        other.close()
        assert [process.returncode for process in asked] == [1, 1]
        assert told[0][1] == b"pehra: the database is held by another process; try again in a moment\n"
        assert "writing" in diagnosis(Said(1, told[1][0].decode(), ""))
        until("the monitor carries on", lambda: helpline.one(CHECKS) > held + 1)
        assert helpline.ask_here("journal", "verify")["whole"] is True
    assert web.hits("/up/held") - 1 <= helpline.one(CHECKS) <= web.hits("/up/held")


@contextmanager
def helpline_with_a_monitor(helpline: Helpline, web: Web) -> Iterator[None]:
    helpline.opened(web.url("/up/held"))
    with helpline.monitor():
        until("the link was seen", lambda: helpline.one(CHECKS))
        yield


@contextmanager
def mounted(folder: Path, *how: str) -> Iterator[None]:
    """Mount something over a folder, where the system lets us."""
    folder.mkdir(exist_ok=True)
    if os.geteuid() != 0 or subprocess.run(["mount", *how, folder], capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def test_on_a_full_disk_nothing_is_lost_and_with_room_again_the_watch_goes_on(tmp_path: Path) -> None:
    helpline = Helpline(tmp_path)
    with mounted(helpline.home, "-t", "tmpfs", "-o", "size=4m", "tmpfs"), Web() as web:
        helpline.opened(web.url("/up/full"))
        ballast = helpline.home / "ballast"
        with helpline.monitor() as monitor:
            until("the link was seen", lambda: helpline.one(CHECKS))
            fill(ballast)
            until("the monitor says so", lambda: "the disk is full" in monitor.said)
            said = helpline.pehra("case", "open")
            ill = diagnosis(helpline.pehra("doctor", "--json"))
            ballast.unlink()
            known = helpline.one(CHECKS)
            until("the monitor carries on", lambda: helpline.one(CHECKS) > known)
            assert monitor.stop() == 0
        assert (said.code, said.err) == (
            1,
            "pehra: the disk is full or failing: nothing was lost of what was recorded before\n",
        )
        assert "make room" in ill["disk"]
        assert helpline.rows("PRAGMA integrity_check") == [("ok",)]
        assert helpline.ask_here("journal", "verify")["whole"] is True
        assert "Traceback" not in monitor.said


def fill(file: Path) -> None:
    with file.open("wb", buffering=0) as out:
        try:
            while out.write(bytes(4096)):
                pass
        except OSError:
            pass


def test_a_backup_that_finds_no_room_leaves_nothing_half_done(tmp_path: Path) -> None:
    helpline = Helpline(tmp_path)
    helpline.opened()
    with mounted(tmp_path / "small", "-t", "tmpfs", "-o", "size=64k", "tmpfs"):
        said = helpline.pehra("db", "backup", str(tmp_path / "small" / "copy"))
        assert (said.code, list((tmp_path / "small").iterdir())) == (1, [])
    assert "the disk is full" in said.err


def test_a_file_that_may_not_grow_is_a_full_disk(tmp_path: Path) -> None:
    helpline = Helpline(tmp_path)
    helpline.opened()
    ref = helpline.rows("SELECT ref FROM 'case'")[0][0]
    many = "\n".join(f"https://example.org/{number}" for number in range(3000))
    process = helpline.start(
        "link", "add", ref, "--from", "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000)),
    )  # fmt: skip
    _, err = process.communicate(many.encode(), timeout=PATIENCE_S)
    assert (process.returncode, err.count(b"\n"), b"the disk is full or failing" in err) == (1, 1, True)
    assert helpline.one("SELECT count(*) FROM watched_link") % 1000 == 0
    assert helpline.ask_here("journal", "verify")["whole"] is True


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(["case", "open"], "check who owns it", id="a command"),
        pytest.param(["run"], "check who owns it", id="the monitor"),
    ],
)
def test_a_home_that_may_only_be_read_is_said(tmp_path: Path, words: list[str], says: str) -> None:
    helpline = Helpline(tmp_path)
    helpline.opened()
    with mounted(helpline.home, "--bind", str(helpline.home)):
        subprocess.run(["mount", "-o", "remount,ro,bind", helpline.home], check=True)
        said = helpline.pehra(*words)
        ill = diagnosis(helpline.pehra("doctor", "--json"))
    assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)
    assert says in said.err
    assert says in (ill.get("writing") or ill["database"])


def test_no_network_is_told_of_each_link_and_of_none_as_a_removal(tmp_path: Path, web: Web) -> None:
    helpline = Helpline(tmp_path, BRISK)
    helpline.opened(web.no_such_name_url("/1"), web.refused_url("/2"))
    told = helpline.ask("check", "--all")
    assert told["verdicts"] == {"unreachable": 2}
    assert {link["state"] for link in told["links"]} == {"unchecked"}
