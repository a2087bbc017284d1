import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from casebook import officers
from casebook.access import Actor, Role
from casebook.store import Casebook, connect, create_book
from casebook.vault import Vault

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def vault() -> Vault:
    return Vault(bytes(range(32)))


@pytest.fixture(params=["sqlite", "postgresql"])
def book(request: pytest.FixtureRequest, tmp_path: Path, vault: Vault) -> Iterator[Casebook]:
    if request.param == "sqlite":
        made = create_book(f"sqlite:///{tmp_path}/book.sqlite3", vault)
        yield made
        made.engine.dispose()
        return
    url: str = request.getfixturevalue("postgres")
    name = f"test_{random.getrandbits(64):x}"
    server = connect(url).execution_options(isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    made = create_book(connect(url).url.set(database=name).render_as_string(hide_password=False), vault)
    yield made
    made.engine.dispose()
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


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
