"""What is broken is said in one sentence with the right exit code, and nothing is lost."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from casebook import store
from casebook.vault import make_key, open_vault
from tests.casebook.test_upgrade import NOTE as OLD_NOTE
from tests.casebook.test_upgrade import old_home
from tests.helpline import Helpline, diagnosis

Break = Callable[[Helpline], list[str]]


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
    return ["status"]


def alter(helpline: Helpline, statement: str) -> None:
    with sqlite3.connect(helpline.home / "pehra.sqlite3") as raw:
        raw.execute(statement)
    raw.close()


def no_database_at_all(helpline: Helpline) -> list[str]:
    (helpline.home / "pehra.sqlite3").write_text("a shopping list\n" * 1000)
    return ["status"]


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
    said = helpline.here(*words)
    assert said.err.startswith("pehra: ")
    assert says in said.err
    assert (said.code, said.out, said.err.count("\n")) == (code, "", 1)
    assert files(helpline.home) == before


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        pytest.param(config("crawler: {speed: 3}"), 2, id="asked wrongly"),
        pytest.param(newer, 1, id="could not"),
    ],
)
def test_the_monitor_does_not_start_on_a_fault(tmp_path: Path, broken: Break, code: int) -> None:
    helpline = Helpline(tmp_path)
    helpline.opened()
    broken(helpline)
    said = helpline.pehra("run")
    assert (said.code, said.out, said.err.count("\n"), said.err[:7]) == (code, "", 1, "pehra: ")


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
    said = helpline.here("doctor", "--json")
    assert (said.code, said.err) == (1, "")
    assert says in diagnosis(said)[what]


@pytest.mark.parametrize("setting", [pytest.param("off", id="turned off"), pytest.param("/no/such", id="not there")])
def test_without_a_browser_the_doctor_says_what_is_not_seen(tmp_path: Path, setting: str) -> None:
    helpline = Helpline(tmp_path)
    helpline.opened()
    said = helpline.here("doctor", "--json", CRAWLER__BROWSER=setting)
    assert said.code == 0
    assert diagnosis(said) == {"browser": "none: pages that only scripts can show will be `unclear`; install Chromium"}


def test_an_old_home_comes_along_and_keeps_a_sealed_copy_of_what_it_was(tmp_path: Path) -> None:
    helpline = Helpline(tmp_path)
    helpline.home.mkdir()
    make_key(helpline.home)
    old_home(helpline.home / "pehra.sqlite3", open_vault(helpline.home, {}))
    assert "older than this program" in helpline.pehra("case", "list").err
    told = helpline.ask("db", "upgrade")
    assert told["revision"] == store.steps()[-1]
    assert Path(told["backup"]).read_bytes().startswith(b"age-encryption.org/")
    assert helpline.ask("case", "show", "C-AAAAAA")["note"] == OLD_NOTE
    assert helpline.ask("db", "upgrade")["backup"] is None
    assert helpline.ask("db", "restore", told["backup"], "--replace")["erased_again"] == []
    assert helpline.ask("case", "show", "C-AAAAAA")["note"] == OLD_NOTE
