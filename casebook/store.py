"""The engine, and one transaction per verb."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, inspect, select, text, update
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import Session

from casebook.errors import Busy, OtherKey, Refused, Unavailable
from casebook.tables import Book
from casebook.vault import Vault

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_S = 10
SQLITE = "sqlite:///"
LOG_PAGES = 8000  # 32 MB: a lease among a million addresses touches a thousand pages, far apart


@dataclass(frozen=True)
class Casebook:
    """The open book: where it lies, and the key that reads it."""

    engine: Engine
    vault: Vault

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction that holds the book's only pen on SQLite from its first moment."""
        with said(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            _require_same_key(session, self.vault)
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


def _require_same_key(session: Session, vault: Vault) -> None:
    """Refuse to write under a key that was changed after the book was opened."""
    check = session.scalar(select(Book.key_check))
    if check is not None and check != vault.digest("key", "check"):
        raise OtherKey("the monitor's key was changed meanwhile: run this again")


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
        f"wal_autocheckpoint = {LOG_PAGES}",
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
    if url.startswith(SQLITE) and not Path(url.removeprefix(SQLITE)).exists():
        raise Unavailable("there is no database here: run `pehra init`")
    _require_current(book.engine)
    if not _require_key(book.engine, vault):
        raise Unavailable("the database is not set up: run `pehra init`")
    return book


def _require_key(engine: Engine, vault: Vault) -> bool:
    """Refuse another key; tell whether the database is bound to one at all."""
    with said(), engine.execution_options(reads=True).connect() as connection:
        found = connection.scalar(select(Book.key_check))
    if found is not None and found != vault.digest("key", "check"):
        raise OtherKey("this key does not belong to this database: restore the monitor.key made with it")
    return found is not None


def create_book(url: str, vault: Vault) -> Casebook:
    """Set up the tables and bind the database to this key; one that is set up already is left as it is."""
    if url.startswith(SQLITE):  # before SQLite makes it, for everybody to read
        Path(url.removeprefix(SQLITE)).touch(mode=0o600)
    book = Casebook(connect(url), vault)
    upgrade(book.engine, vault)
    with book.writing() as session:
        if session.scalar(select(Book)) is None:
            check = vault.digest("key", "check")
            chain = vault.seal("book.journal_key", vault.fresh_key().hex())
            session.add(Book(id=1, key_check=check, journal_length=0, journal_head=bytes(32), journal_key=chain))
    book.engine.dispose()
    return open_book(url, vault)


def upgrade(engine: Engine, vault: Vault) -> None:
    """Bring the tables to this program's form, and what is sealed with them.

    Raises:
        Unavailable: the database is newer than this program, or of another key; nothing was changed.
    """
    from alembic import command  # a tenth of a second that only this verb needs
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    config.attributes["vault"] = vault
    with said():
        at = revision(engine)
        _require_not_newer(at)
        if at is not None:
            _require_key(engine, vault)
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


@contextmanager
def outside_transactions(book: Casebook) -> Iterator[Callable[..., object]]:
    """Give a way to execute what no transaction may hold: VACUUM, checkpoints."""
    engine = book.engine.execution_options(isolation_level="AUTOCOMMIT")
    lite = engine.dialect.name == "sqlite"
    with said(), (book.engine if lite else engine).connect() as connection:
        if lite:
            connection.exec_driver_sql("COMMIT")  # our own BEGIN
        yield connection.exec_driver_sql
        if lite:
            connection.exec_driver_sql("BEGIN")


def copy(book: Casebook, target: Path) -> None:
    """Write a consistent copy of an SQLite casebook; what is sealed in it stays sealed.

    Raises:
        Refused: the file exists, or the casebook lies on a server, which has its own means.
    """
    if book.engine.dialect.name != "sqlite":
        raise Refused("this casebook lies on PostgreSQL: back it up with pg_dump; what is sealed stays sealed")
    if target.exists():
        raise Refused(f"{target} exists already: name another file")
    try:
        target.touch(mode=0o600)
        with outside_transactions(book) as execute:
            execute("VACUUM INTO ?", (str(target),))
    except BaseException:
        target.unlink(missing_ok=True)  # half a copy would pass for one
        raise
