import os
from datetime import timedelta
from pathlib import Path

import pytest

from casebook import backups, casefile, erasing, journal, links, officers, rekey
from casebook.access import MONITOR, Actor
from casebook.errors import OtherKey, Refused, Unavailable
from casebook.store import Casebook, create_book, open_book
from casebook.tables import Case
from casebook.vault import Vault
from casebook.vocabulary import EntryKind, Verdict
from scheduler.home import Home
from tests.casebook.conftest import START
from tests.casebook.test_visits import SECRET, found, look, open_case

PLANTED = "what only the file says"
MONTH = timedelta(days=30)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/pehra.sqlite3"


@pytest.fixture
def lite(url: str, vault: Vault) -> Casebook:
    return create_book(url, vault)


@pytest.fixture
def actor(lite: Casebook) -> Actor:
    return officers.add_first(lite, "night shift", at=START)


def filed(book: Casebook, actor: Actor, seed: int = 1) -> str:
    ref = open_case(book, actor, seed)
    casefile.add(book, ref, EntryKind.NOTE, {"words": PLANTED}, actor=actor, at=START)
    links.add(book, ref, found(SECRET), actor=actor, at=START)
    return ref


def test_a_backup_brings_back_what_was_lost(
    lite: Casebook, actor: Actor, tmp_path: Path, url: str, vault: Vault
) -> None:
    ref = filed(lite, actor)
    backups.make(lite, tmp_path, tmp_path / "b.age", actor=actor, at=START)
    lite.engine.dispose()
    for file in tmp_path.glob("pehra.sqlite3*"):
        file.unlink()
    assert backups.restore(tmp_path / "b.age", tmp_path, url, vault, at=START) == []
    again = open_book(url, vault)
    assert casefile.read(again, ref, actor=actor, at=START)[0].words == {"words": PLANTED}
    assert {file.name for file in tmp_path.iterdir()} >= {"b.age", "backup-keys", "pehra.sqlite3"}
    assert not list(tmp_path.glob(".*"))


def test_a_backup_is_no_database_to_who_has_no_key(lite: Casebook, actor: Actor, tmp_path: Path) -> None:
    filed(lite, actor)
    backups.make(lite, tmp_path, tmp_path / "b.age", actor=actor, at=START)
    data = (tmp_path / "b.age").read_bytes()
    assert data.startswith(b"age-encryption.org/")
    assert b"SQLite" not in data
    assert (tmp_path / "b.age").stat().st_mode & 0o777 == 0o600


def test_an_erased_case_does_not_come_back_with_a_backup(
    lite: Casebook, actor: Actor, tmp_path: Path, url: str, vault: Vault
) -> None:
    gone, kept = filed(lite, actor, 1), filed(lite, actor, 2)
    backups.make(lite, tmp_path, tmp_path / "b.age", actor=actor, at=START)
    backups.bury(tmp_path, gone)
    with lite.writing() as session:
        case = session.query(Case).filter(Case.ref == gone).one()
        erasing.destroy(session, lite, case, "a", "b", actor=MONITOR, at=START)
    lite.engine.dispose()
    assert backups.restore(tmp_path / "b.age", tmp_path, url, vault, at=START) == [gone]
    again = open_book(url, vault)
    assert [one.case for one in links.list_links(again, actor=actor, at=START)] == [kept]


def test_a_backups_key_goes_when_its_time_is_over(
    lite: Casebook, actor: Actor, tmp_path: Path, url: str, vault: Vault
) -> None:
    filed(lite, actor)
    key = backups.make(lite, tmp_path, tmp_path / "b.age", actor=actor, at=START)
    monday = START - timedelta(days=START.weekday(), hours=START.hour)
    assert backups.drop_keys(tmp_path, MONTH, at=monday + timedelta(days=7) + MONTH - timedelta(seconds=1)) == 0
    assert backups.drop_keys(tmp_path, MONTH, at=monday + timedelta(days=7) + MONTH) == 1
    assert not key.exists()
    with pytest.raises(Unavailable, match="no keys"):
        backups.restore(tmp_path / "b.age", tmp_path, url, vault, at=START)
    backups.make(lite, tmp_path, tmp_path / "c.age", actor=actor, at=START + MONTH)
    with pytest.raises(Unavailable, match="older than backups may get"):
        backups.restore(tmp_path / "b.age", tmp_path, url, vault, at=START)
    assert open_book(url, vault)


def test_a_damaged_backup_changes_nothing(lite: Casebook, actor: Actor, tmp_path: Path, url: str, vault: Vault) -> None:
    ref = filed(lite, actor)
    backups.make(lite, tmp_path, tmp_path / "b.age", actor=actor, at=START)
    data = bytearray((tmp_path / "b.age").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "b.age").write_bytes(data)
    with pytest.raises(Unavailable, match="damaged"):
        backups.restore(tmp_path / "b.age", tmp_path, url, vault, at=START)
    assert casefile.read(open_book(url, vault), ref, actor=actor, at=START)
    assert not list(tmp_path.glob(".restored*"))


def test_what_a_killed_backup_left_is_removed(tmp_path: Path) -> None:
    dead, mine = tmp_path / ".copy-999999999.sqlite3", tmp_path / f".copy-{os.getpid()}.sqlite3"
    for file in (dead, mine):
        file.touch()
    backups.tidy(tmp_path)
    assert (dead.exists(), mine.exists()) == (False, True)


def test_a_file_is_never_written_over(lite: Casebook, actor: Actor, tmp_path: Path) -> None:
    (tmp_path / "b.age").write_text("something else")
    with pytest.raises(Refused, match="exists already"):
        backups.make(lite, tmp_path, tmp_path / "b.age", actor=actor, at=START)
    assert (tmp_path / "b.age").read_text() == "something else"


def test_under_a_new_monitors_key_everything_is_found_and_read_and_the_old_key_opens_nothing(
    book: Casebook, officer: Actor
) -> None:
    ref = filed(book, officer)
    look(book, START, Verdict.UNREACHABLE)
    new = Vault(bytes(range(1, 33)))
    rekey.rotate(book, new, actor=officer, at=START)
    url = book.engine.url.render_as_string(hide_password=False)
    with pytest.raises(OtherKey):
        open_book(url, book.vault)
    with pytest.raises(OtherKey, match="changed meanwhile"):
        casefile.add(book, ref, EntryKind.NOTE, {"words": "late"}, actor=officer, at=START)
    again = open_book(url, new)
    actor = officers.prove(again, officers.claim(again, "night shift"), None, at=START)
    link = links.list_links(again, actor=actor, at=START)[0]
    assert (link.url, link.because) == (SECRET, "because a test says so")
    assert links.add(again, ref, found(SECRET), actor=actor, at=START).added == []
    assert casefile.read(again, ref, actor=actor, at=START)[0].words == {"words": PLANTED}
    assert journal.verify(again, actor).first_bad is None
    again.engine.dispose()


def test_the_home_opens_whenever_a_change_of_the_monitors_key_is_cut_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PEHRA_MONITOR_KEY", raising=False)
    home = Home.find(tmp_path / "home", None)
    made, _ = home.make()
    actor = officers.add_first(made, "night shift", at=START)
    ref = filed(made, actor)
    made.engine.dispose()
    monkeypatch.setattr(Home, "_end_change_of_key", lambda _home: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        home.change_key(actor, START)
    monkeypatch.undo()
    monkeypatch.delenv("PEHRA_MONITOR_KEY", raising=False)
    assert casefile.read(home.book(), ref, actor=actor, at=START)
    assert not (home.folder / "monitor.key.next").exists()
    monkeypatch.setattr(rekey, "rotate", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        home.change_key(actor, START)
    monkeypatch.undo()
    assert casefile.read(home.book(), ref, actor=actor, at=START)
