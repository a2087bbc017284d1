"""An old home comes along: what was there can be read by who could read it, and nothing is left as it was sealed before."""

import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from casebook import casefile, consents, journal, links, officers, store
from casebook.access import Actor
from casebook.errors import OtherKey
from casebook.store import Casebook, open_book
from casebook.vault import Vault
from casebook.vocabulary import Act
from tests.casebook.conftest import START

NOTE = "she must not be called at home"
AT = START.replace(tzinfo=None).isoformat(sep=" ")


def old_home(file: Path, vault: Vault) -> bytes:
    """Make a database as the first version did, with an officer, a case, its note and a link; gives the sealed note."""
    config = Config()
    config.set_main_option("script_location", str(store.MIGRATIONS))
    config.attributes["engine"] = create_engine(f"sqlite:///{file}")
    command.upgrade(config, "0001")
    with sqlite3.connect(file) as raw:
        head = bytes(32)
        for seq, (act, subject) in enumerate([("officer.add", "officer-1"), ("case.open", "C-AAAAAA")], 1):
            parts = (head.hex(), str(seq), START.isoformat(), "officer-1", act, subject)
            head = vault.digest("journal", "\x1f".join(parts))
            raw.execute(
                "INSERT INTO journal VALUES (?, ?, 'officer-1', ?, ?, ?)", (seq, f"{AT}.000000", act, subject, head)
            )
        raw.execute("INSERT INTO book VALUES (1, ?, 2, ?)", (vault.digest("key", "check"), head))
        name = vault.seal("officer.name", "night shift")
        raw.execute("INSERT INTO officer VALUES (1, ?, ?, ?)", (name, vault.digest("officer", "night shift"), AT))
        note = vault.seal("case.note", NOTE)
        raw.execute(
            'INSERT INTO "case" (id, ref, minor, urgent, note, opened_at) VALUES (1, ?, 0, 0, ?, ?)',
            ("C-AAAAAA", note, AT),
        )
        url = "https://one.example/a"
        raw.execute(
            "INSERT INTO address (id, url, url_digest, site_digest, minor, failures) VALUES (1, ?, ?, ?, 0, 0)",
            (vault.seal("address.url", url), vault.digest("url", url), vault.digest("site", "one.example")),
        )
        raw.execute(
            "INSERT INTO watched_link (id, case_id, address_id, category, added_at, state, since, last_told_at, "
            "times_resurfaced) VALUES (1, 1, 1, 'ncii', ?, 'live', ?, ?, 0)",
            (AT, AT, AT),
        )
    return note


@pytest.fixture
def upgraded(tmp_path: Path, vault: Vault) -> Casebook:
    file = tmp_path / "old.sqlite3"
    old_home(file, vault)
    store.upgrade(store.connect(f"sqlite:///{file}"), vault)
    return open_book(f"sqlite:///{file}", vault)


@pytest.fixture
def actor(upgraded: Casebook) -> Actor:
    return officers.prove(upgraded, officers.claim(upgraded, None), None, at=START)


def test_an_old_home_is_read_as_before(upgraded: Casebook, actor: Actor) -> None:
    assert [one.url for one in links.list_links(upgraded, actor=actor, at=START)] == ["https://one.example/a"]
    assert [one.words for one in casefile.read(upgraded, "C-AAAAAA", actor=actor, at=START)] == [{"words": NOTE}]
    lines = consents.ledger(upgraded, "C-AAAAAA", actor=actor, at=START)
    assert [(one.act, one.given) for one in lines] == [(Act.WATCH, True), (Act.HASH, True)]


def test_an_old_journal_stays_whole_and_goes_on(upgraded: Casebook, actor: Actor) -> None:
    assert journal.verify(upgraded, actor) == journal.Verified(2, None, None)
    casefile.read(upgraded, "C-AAAAAA", actor=actor, at=START)
    assert journal.verify(upgraded, actor) == journal.Verified(3, None, None)


def test_the_note_that_the_monitor_could_read_is_gone_from_the_file(tmp_path: Path, vault: Vault) -> None:
    file = tmp_path / "old.sqlite3"
    note = old_home(file, vault)
    assert note in file.read_bytes()
    book = store.connect(f"sqlite:///{file}")
    store.upgrade(book, vault)
    book.dispose()
    assert not [one.name for one in tmp_path.glob("old.sqlite3*") if note in one.read_bytes()]


def test_an_old_home_with_another_key_is_left_alone(tmp_path: Path, vault: Vault) -> None:
    file = tmp_path / "old.sqlite3"
    old_home(file, vault)
    engine = store.connect(f"sqlite:///{file}")
    with pytest.raises(OtherKey):
        store.upgrade(engine, Vault(bytes(32)))
    assert store.revision(engine) == "0001"
