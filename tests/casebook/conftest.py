import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from casebook import officers
from casebook.access import Actor, Role
from casebook.store import Casebook, connect, create_book, open_book
from casebook.vault import Vault
from tests.books import KEY, new_book

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def vault() -> Vault:
    return Vault(KEY)


@pytest.fixture(params=["sqlite", "postgresql"])
def book(request: pytest.FixtureRequest, tmp_path: Path, vault: Vault) -> Iterator[Casebook]:
    if request.param == "sqlite":
        made = new_book(tmp_path / "book.sqlite3")
        yield made
        made.engine.dispose()
        return
    server, empty = request.getfixturevalue("empty_on_postgres")
    name = f"test_{secrets.token_hex(8)}"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {empty}"))
    made = open_book(_within(server, name), vault)
    yield made
    made.engine.dispose()
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def empty_on_postgres(postgres: str) -> Iterator[tuple[Engine, str]]:
    """A server, and the name of a new book there that is copied for each test."""
    server, name = connect(postgres).execution_options(isolation_level="AUTOCOMMIT"), f"empty_{secrets.token_hex(8)}"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    create_book(_within(server, name), Vault(KEY)).engine.dispose()
    yield server, name
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


def _within(server: Engine, name: str) -> str:
    return server.url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def officer(book: Casebook) -> Actor:
    return officers.add_first(book, "night shift", at=START)


def hired(book: Casebook, by: Actor, name: str, role: Role = Role.OFFICER) -> Actor:
    """Add a member of staff who has no passphrase, and give them as they act."""
    officers.add(book, name, role, actor=by, at=START, passphrase=None)
    return officers.prove(book, officers.claim(book, name), None, at=START)


@pytest.fixture
def colleague(book: Casebook, officer: Actor) -> Actor:
    """Another officer, assigned to nothing."""
    return hired(book, officer, "day shift")
