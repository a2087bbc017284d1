"""The engine, and one transaction per verb."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, inspect, select, text, update
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import Session

from casebook.errors import Busy, Refused, Unavailable
from casebook.tables import Book
from casebook.vault import Vault

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_S = 10


@dataclass(frozen=True)
class Casebook:
    """The open book: where it lies, and the key that reads it."""

    engine: Engine
    vault: Vault

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction that holds the book's only pen on SQLite from its first moment."""
        with said(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One transaction that only reads."""
        with (
            said(),
            Session(self.engine.execution_options(reads=True), expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session


@contextmanager
def said() -> Iterator[None]:
    """Turn a database's failure into a sentence that holds no value of the statement."""
    try:
        yield
    except DBAPIError as error:
        words = str(error.orig).lower()
        if "locked" in words or "deadlock" in words:
            raise Busy("the database is held by another process; try again in a moment") from None
        if "disk is full" in words or "no space" in words or "disk i/o" in words:
            raise Unavailable("the disk is full or failing: nothing was lost of what was recorded before") from None
        if "readonly" in words or "read-only" in words:
            raise Unavailable("the database may only be read: check who owns its file and folder") from None
        if "unable to open" in words:
            raise Unavailable(
                "the database file cannot be opened: check who owns it, its folder and its disk"
            ) from None
        if "no such table" in words or "does not exist" in words or "no such column" in words:
            raise Unavailable("the database is not set up: run `pehra init` or `pehra db upgrade`") from None
        if "not a database" in words or "malformed" in words:
            raise Unavailable("the database file is damaged or is none: restore a backup") from None
        if isinstance(error, OperationalError):
            raise Unavailable("the database cannot be reached: check database.url and that the server runs") from None
        raise Unavailable(f"the database refused ({type(error.orig).__name__})") from None


def connect(url: str) -> Engine:
    """Make the engine; nothing is opened yet."""
    try:
        engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), hide_parameters=True)
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise Refused("database.url is not an address of SQLite or PostgreSQL") from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:  # noqa: ANN401
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_S * 1000}",
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
        "secure_delete = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:  # noqa: ANN401
    reads = connection.get_execution_options().get("reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def open_book(url: str, vault: Vault) -> Casebook:
    """Open a casebook that is set up, current, and belongs to this key.

    Raises:
        Unavailable: not set up, older or newer than this program, or of another key.
    """
    book = Casebook(connect(url), vault)
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        raise Unavailable("there is no database here: run `pehra init`")
    _require_current(book.engine)
    with book.reading() as session:
        key_check = session.scalar(select(Book.key_check))
    if key_check is None:
        raise Unavailable("the database is not set up: run `pehra init`")
    if key_check != vault.digest("key", "check"):
        raise Unavailable("this key does not belong to this database: restore the monitor.key made with it")
    return book


def create_book(url: str, vault: Vault) -> Casebook:
    """Set up the tables and bind the database to this key; one that is set up already is left as it is."""
    book = Casebook(connect(url), vault)
    upgrade(book.engine)
    with book.writing() as session:
        if session.scalar(select(Book)) is None:
            check = vault.digest("key", "check")
            session.add(Book(id=1, key_check=check, journal_length=0, journal_head=bytes(32)))
    book.engine.dispose()
    return open_book(url, vault)


def upgrade(engine: Engine) -> None:
    """Bring the tables to this program's form."""
    from alembic import command  # a tenth of a second that only this verb needs
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    with said():
        _require_not_newer(revision(engine))
        command.upgrade(config, "head")


def revision(engine: Engine) -> str | None:
    """Which step the database stands at; None before the first."""
    with said(), engine.execution_options(reads=True).connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found


def steps() -> list[str]:
    """Every step this program knows, oldest first: the files' names begin with them."""
    return sorted(file.name.split("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _require_not_newer(at: str | None) -> None:
    if at is not None and at not in steps():
        raise Unavailable("the database was made by a newer Pehra: install that version; nothing was changed")


def _require_current(engine: Engine) -> None:
    at = revision(engine)
    _require_not_newer(at)
    if at is None:
        raise Unavailable("the database is not set up: run `pehra init`")
    if at != steps()[-1]:
        raise Unavailable("the database is older than this program: run `pehra db backup`, then `pehra db upgrade`")


def prove_writable(book: Casebook) -> None:
    """Write what is there already: a lock, a full disk or a folder that is read-only shows only so.

    Raises:
        Unavailable: in words; Busy where waiting may cure it.
    """
    with book.writing() as session:
        session.execute(update(Book).values(key_check=Book.key_check))


def backup(book: Casebook, target: Path) -> None:
    """Write a consistent copy of an SQLite casebook; what is sealed stays sealed.

    Raises:
        Refused: the file exists, or the casebook lies on a server, which has its own means.
    """
    if book.engine.dialect.name != "sqlite":
        raise Refused("this casebook lies on PostgreSQL: back it up with pg_dump; what is sealed stays sealed")
    if target.exists():
        raise Refused(f"{target} exists already: name another file")
    try:
        with said(), book.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.execute(text("VACUUM INTO :target"), {"target": str(target)})
            connection.exec_driver_sql("BEGIN")
        target.chmod(0o600)
    except BaseException:
        target.unlink(missing_ok=True)  # half a copy would pass for one
        raise
