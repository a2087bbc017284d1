"""What lies on the disk, and who can alter it."""

import random
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from casebook import cases, journal, links, store, visits
from casebook.access import MONITOR, Actor
from casebook.errors import Unavailable
from casebook.settings import Cadence
from casebook.store import Casebook, create_book, open_book
from casebook.tables import Base
from casebook.vault import Vault, make_key, open_vault
from casebook.vocabulary import Verdict
from tests.casebook.conftest import START
from tests.casebook.test_visits import found, lease

PLANTED = ["somebody-by-name", "secretpath", "k3yk3yk3y", "a note about her brother", "night shift"]
URL = "https://somebody-by-name.example/secretpath?rlkey=k3yk3yk3y"


def test_migrations_and_tables_agree(book: Casebook) -> None:
    with book.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []


def test_the_database_without_its_key_shows_nothing(tmp_path: Path, vault: Vault) -> None:
    from casebook import officers

    book = create_book(f"sqlite:///{tmp_path}/book.sqlite3", vault)
    officer = officers.add_first(book, "night shift", at=START)
    ref = cases.open_case(book, actor=officer, at=START, chance=random.Random(1), note="a note about her brother")
    links.add(book, ref, found(URL), actor=officer, at=START)
    seen = [
        visits.Seen(one.address, START, Verdict.LIVE, "r", "somebody-by-name", 200, rendered=False, took_ms=1,
                    baseline=visits.Baseline(etag="k3yk3yk3y"), read_whole=True)
        for one in lease(book, START)
    ]  # fmt: skip
    assert visits.record(book, "worker-1", seen, actor=MONITOR, cadence=Cadence(), chance=lambda: 0.5) == 1
    files = [file.read_bytes() for file in tmp_path.iterdir() if file.is_file()]
    assert files
    assert not [word for word in PLANTED for data in files if word.encode() in data]


def test_the_journal_names_its_first_bad_entry(tmp_path: Path, vault: Vault) -> None:
    from casebook import officers

    book = create_book(f"sqlite:///{tmp_path}/book.sqlite3", vault)
    officer = officers.add_first(book, "night shift", at=START)
    for seed in range(5):
        cases.open_case(book, actor=officer, at=START, chance=random.Random(seed))
    assert journal.verify(book, officer) == journal.Verified(6, None, None)
    for number, (tamper, bad) in enumerate(
        [
            ("UPDATE journal SET subject = 'C-OTHER2' WHERE seq = 3", 3),
            ("DELETE FROM journal WHERE seq = 4", 4),
            ("DELETE FROM journal WHERE seq = 6", 6),
            ("UPDATE journal SET at = '2020-01-01 00:00:00.000000' WHERE seq = 1", 1),
        ]
    ):
        copy = tmp_path / f"copy{number}.sqlite3"
        store.copy(book, copy)
        with sqlite3.connect(copy) as raw:
            raw.executescript("DROP TRIGGER journal_no_update; DROP TRIGGER journal_no_delete;")
            raw.execute(tamper)
        assert journal.verify(open_book(f"sqlite:///{copy}", vault), officer).first_bad == bad


@pytest.mark.parametrize("act", ["UPDATE journal SET act = 'nothing'", "DELETE FROM journal"])
def test_the_database_refuses_to_change_the_journal(book: Casebook, officer: Actor, act: str) -> None:
    assert officer
    with pytest.raises(DBAPIError, match="append-only"), book.engine.begin() as connection:
        connection.execute(text(act))


def test_another_key_is_refused_in_words(book: Casebook) -> None:
    url = book.engine.url.render_as_string(hide_password=False)
    with pytest.raises(Unavailable, match="does not belong"):
        open_book(url, Vault(bytes(32)))


def test_a_newer_database_is_refused_and_left_alone(book: Casebook, vault: Vault) -> None:
    with book.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Unavailable, match="newer"):
        open_book(book.engine.url.render_as_string(hide_password=False), vault)
    with pytest.raises(Unavailable, match="newer"):
        store.upgrade(book.engine, vault)


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    file = make_key(tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        make_key(tmp_path)
    sealed = open_vault(tmp_path, {}).seal("a.b", "words")
    assert open_vault(tmp_path, {}).unseal("a.b", sealed) == "words"
    with pytest.raises(Unavailable):
        open_vault(tmp_path, {}).unseal("a.other", sealed)
    with pytest.raises(Unavailable, match="damaged"):
        open_vault(tmp_path, {"PEHRA_MONITOR_KEY": "short"})


def test_a_backup_is_whole_and_still_sealed(tmp_path: Path, vault: Vault) -> None:
    book = create_book(f"sqlite:///{tmp_path}/book.sqlite3", vault)
    store.copy(book, tmp_path / "copy.sqlite3")
    assert open_book(f"sqlite:///{tmp_path}/copy.sqlite3", vault)


def test_the_steps_told_by_file_names_are_those_alembic_knows() -> None:
    from alembic.script import ScriptDirectory

    known = [script.revision for script in ScriptDirectory(str(store.MIGRATIONS)).walk_revisions()]
    assert store.steps() == known[::-1]
