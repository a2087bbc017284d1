"""What is broken is said in one sentence with the right exit code, and nothing is lost."""

import json
import os
import resource
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.helpline import BRISK, Helpline, Said, until
from tests.web.server import Web

Break = Callable[[Helpline], list[str]]
COULD_NOT, ASKED_WRONGLY = 1, 2
CHECKS = "SELECT count(*) FROM 'check'"


def config(text: str) -> Break:
    """A config.yaml of these words, where the command looks for one."""

    def write(helpline: Helpline) -> list[str]:
        (helpline.folder / "config.yaml").write_text(text, "utf-8")
        return ["case", "list"]

    return write


def surroundings(**variables: str) -> Break:
    def set_them(helpline: Helpline) -> list[str]:
        helpline.surroundings |= variables
        return ["case", "list"]

    return set_them


def asked(*words: str) -> Break:
    return lambda _: list(words)


def without_key(helpline: Helpline) -> list[str]:
    (helpline.home / "monitor.key").unlink()
    return ["case", "list"]


def damaged_key(helpline: Helpline) -> list[str]:
    (helpline.home / "monitor.key").write_text("c2hvcnQ=\n")
    return ["case", "list"]


def without_database(helpline: Helpline) -> list[str]:
    (helpline.home / "pehra.sqlite3").unlink()
    return ["case", "list"]


def lost_key(helpline: Helpline) -> list[str]:
    (helpline.home / "monitor.key").unlink()
    return ["init"]


def newer(helpline: Helpline) -> list[str]:
    alter(helpline, "UPDATE alembic_version SET version_num = '9999'")
    return ["run"]


def alter(helpline: Helpline, statement: str) -> None:
    with sqlite3.connect(helpline.home / "pehra.sqlite3") as raw:
        raw.execute(statement)
    raw.close()


def no_database_at_all(helpline: Helpline) -> list[str]:
    (helpline.home / "pehra.sqlite3").write_text("a shopping list\n" * 1000)
    return ["run"]


def damaged(helpline: Helpline) -> list[str]:
    file = helpline.home / "pehra.sqlite3"
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + os.urandom(len(whole) - 4096))
    return ["case", "list"]


KEY = "A" * 43 + "="


@pytest.mark.parametrize(
    ("broken", "code", "says"),
    [
        pytest.param(config("crawler: ["), 2, "config.yaml is not valid YAML, line 1", id="config that is no YAML"),
        pytest.param(config("words"), 2, "config.yaml must hold sections", id="config without sections"),
        pytest.param(config("x: {}"), 2, "`x` is not a setting; there are database, crawler,", id="an unknown section"),
        pytest.param(
            config("crawler: {speed: 3}"), 2, "`crawler.speed` is not a setting; there are user_agent, proxy,",
            id="an unknown key",
        ),
        pytest.param(
            config("crawler: {redirects: few}"), 2, "`crawler.redirects` is not allowed: Input should be a valid integer",
            id="a wrong type",
        ),
        pytest.param(
            config("crawler: {redirects: 51}"), 2, "`crawler.redirects` is not allowed: Input should be less than or eq",
            id="an impossible value",
        ),
        pytest.param(
            surroundings(PEHRA__CRAWLER__ALLOW_NETWORKS="home"), 2, "`crawler.allow_networks` is not allowed: 'home' does",
            id="a network that is none",
        ),
        pytest.param(
            surroundings(PEHRA__CRAWLER__NOPE="1"), 2, "PEHRA__CRAWLER__NOPE: `crawler.nope` is not a setting; there are",
            id="an unknown key in the environment",
        ),
        pytest.param(
            surroundings(PEHRA__NOPE="1"), 2, "PEHRA__NOPE: there is no section `nope`; there are database, crawler",
            id="an unknown section in the environment",
        ),
        pytest.param(
            surroundings(PEHRA__CADENCE__LIVE_S="soon"), 2,
            "PEHRA__CADENCE__LIVE_S: `cadence.live_s` is not allowed: Input should be a valid number",
            id="a wrong type in the environment",
        ),
        pytest.param(surroundings(PEHRA_CONFIG="mine.yaml"), 2, "mine.yaml cannot be read", id="a config that is not there"),
        pytest.param(surroundings(PEHRA_HOME="nowhere"), 1, "no key in nowhere: run `pehra init`", id="no home"),
        pytest.param(without_key, 1, "run `pehra init`, or restore monitor.key", id="no key"),
        pytest.param(damaged_key, 1, "the monitor's key is damaged", id="a damaged key"),
        pytest.param(surroundings(PEHRA_MONITOR_KEY=KEY), 1, "this key does not belong", id="a key of another home"),
        pytest.param(lost_key, 1, "has a database but no key: restore monitor.key", id="init where the key was lost"),
        pytest.param(without_database, 1, "there is no database here: run `pehra init`", id="no database"),
        pytest.param(newer, 1, "made by a newer Pehra", id="a database newer than the program"),
        pytest.param(no_database_at_all, 1, "damaged or is none: restore a backup", id="a file that is no database"),
        pytest.param(damaged, 1, "damaged or is none: restore a backup", id="a database with noise in it"),
        pytest.param(asked("case", "show", "C-222222"), 2, "no case of that reference; try: pehra case list", id="no case"),
        pytest.param(asked("link", "show", "9"), 2, "no link of that number; try: pehra link list", id="no link"),
        pytest.param(asked("check", "9"), 2, "no watched link 9; try: pehra link list", id="no link to check"),
        pytest.param(asked("check"), 2, "name links, or --due, or --all", id="nothing to check"),
        pytest.param(asked("platform", "show", "x"), 2, "no platform of that id", id="no platform"),
        pytest.param(asked("db", "backup", "no/where"), 2, "no cannot be written to", id="no place for a backup"),
    ],
)  # fmt: skip
def test_one_sentence_says_what_is_wrong(tmp_path: Path, broken: Break, code: int, says: str) -> None:
    helpline = Helpline(tmp_path)
    helpline.opened()
    words = broken(helpline)
    before = files(helpline.home)
    said = helpline.pehra(*words)
    assert said.err.startswith("pehra: ")
    assert says in said.err
    assert (said.code, said.out, said.err.count("\n")) == (code, "", 1)
    assert files(helpline.home) == before


def files(folder: Path) -> dict[str, bytes]:
    return {
        file.name: file.read_bytes() for file in folder.iterdir() if not file.name.endswith(("-wal", "-shm", ".lock"))
    }


@pytest.mark.parametrize(
    ("broken", "what", "says"),
    [
        pytest.param(config("crawler: {speed: 3}"), "settings", "`crawler.speed` is not a setting", id="settings"),
        pytest.param(without_key, "key", "no key in", id="no key"),
        pytest.param(surroundings(PEHRA_MONITOR_KEY=KEY), "database", "does not belong", id="another home's key"),
        pytest.param(newer, "database", "newer", id="a newer database"),
        pytest.param(damaged, "database", "damaged", id="a damaged database"),
        pytest.param(
            surroundings(PEHRA_OFFICER="nobody"), "officer", "no officer of that name", id="an unknown officer"
        ),
        pytest.param(
            surroundings(PEHRA__PLATFORMS__FOLDER="nowhere"), "platforms", "no such folder", id="no folder of sheets"
        ),
    ],
)
def test_the_doctor_says_what_does_not_work(tmp_path: Path, broken: Break, what: str, says: str) -> None:
    helpline = Helpline(tmp_path)
    helpline.opened()
    broken(helpline)
    said = helpline.pehra("doctor", "--json")
    assert (said.code, said.err) == (1, "")
    assert says in diagnosis(said)[what]


@pytest.mark.parametrize("setting", [pytest.param("off", id="turned off"), pytest.param("/no/such", id="not there")])
def test_without_a_browser_the_doctor_says_what_is_not_seen(tmp_path: Path, setting: str) -> None:
    helpline = Helpline(tmp_path)
    helpline.opened()
    said = helpline.pehra("doctor", "--json", CRAWLER__BROWSER=setting)
    assert said.code == 0
    assert diagnosis(said) == {"browser": "none: pages that only scripts can show will be `unclear`; install Chromium"}


def diagnosis(said: Said) -> dict[str, str]:
    return {one["what"]: one["says"] for one in json.loads(said.out)["checks"] if not one["ok"]}


def test_a_browser_that_does_not_start_costs_only_what_it_would_have_seen(tmp_path: Path, web: Web) -> None:
    helpline = Helpline(tmp_path)
    helpline.opened(web.url("/script/faults"), web.url("/up/faults"))
    said = helpline.pehra("check", "--all", "--json", CRAWLER__BROWSER="/bin/false")
    assert "the browser does not start" in said.err
    assert [link["verdict"] for link in json.loads(said.out)["links"]] == ["unclear", "live"]


def test_while_another_process_holds_the_database_nothing_is_lost(tmp_path: Path) -> None:
    helpline = Helpline(tmp_path)
    with Web() as web, helpline_with_a_monitor(helpline, web):
        with sqlite3.connect(helpline.home / "pehra.sqlite3", isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            held = helpline.one(CHECKS)
            asked = [
                helpline.start(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                for words in (["case", "open"], ["doctor", "--json"])
            ]
            assert helpline.ask("status")["monitor"] == "running"
            told = [process.communicate(timeout=30) for process in asked]
            assert helpline.one(CHECKS) == held
            other.execute("ROLLBACK")
        other.close()
        assert [process.returncode for process in asked] == [1, 1]
        assert told[0][1] == b"pehra: the database is held by another process; try again in a moment\n"
        assert "writing" in diagnosis(Said(1, told[1][0].decode(), ""))
        until("the monitor carries on", lambda: helpline.one(CHECKS) > held + 1)
        assert helpline.ask("journal", "verify")["whole"] is True
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
        assert helpline.ask("journal", "verify")["whole"] is True
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
    _, err = process.communicate(many.encode(), timeout=30)
    assert (process.returncode, err.count(b"\n"), b"the disk is full or failing" in err) == (1, 1, True)
    assert helpline.one("SELECT count(*) FROM watched_link") % 1000 == 0
    assert helpline.ask("journal", "verify")["whole"] is True


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
