"""Sealed copies of the database that nobody can open for ever: each is sealed to the key of its week, and keys go.

An erased case would otherwise live on in every copy. Keys lie in a folder of the home, apart from the copies; who
needs to survive the loss of the disk keeps that folder elsewhere too, and lets its deletions follow.
"""

import os
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pyrage
from pyrage import x25519
from sqlalchemy import select

from casebook import erasing, journal, store
from casebook.access import MONITOR, Actor, Right, require
from casebook.errors import Refused, Unavailable
from casebook.keys import Identity
from casebook.store import Casebook
from casebook.tables import Case
from casebook.vault import Vault

WEEK = timedelta(days=7)
KEYS, GRAVES, ENDING = "backup-keys", "erased.txt", ".sqlite3.age"


def make(book: Casebook, home: Path, target: Path, *, actor: Actor, at: datetime) -> Path:
    """Write a sealed copy of an SQLite casebook; gives the file of the key that opens it.

    Raises:
        Refused: the file exists, or the casebook lies on a server, which has its own means.
    """
    require(actor, Right.KEEP_CASES)
    key = seal_copy(book, home, target, at=at)
    with book.writing() as session:
        journal.append(session, book.vault, actor, "db.backup", "home", at)
    return key


def seal_copy(book: Casebook, home: Path, target: Path, *, at: datetime) -> Path:
    """Write the copy; for a casebook that cannot be opened as it is, before it is upgraded or replaced."""
    if target.exists():
        raise Refused(f"{target} exists already: name another file")
    key = _key_of_week(home, at)
    bare = home / f".copy-{os.getpid()}.sqlite3"
    try:
        store.copy(book, bare)
        target.touch(mode=0o600)
        pyrage.encrypt_file(str(bare), str(target), [x25519.Recipient.from_str(_read(key).recipient)])
    except BaseException as error:
        target.unlink(missing_ok=True)
        if isinstance(error, pyrage.EncryptError):
            raise Unavailable("the disk is full or failing: no copy was made") from None
        raise
    finally:
        bare.unlink(missing_ok=True)
    return key


def restore(file: Path, home: Path, url: str, vault: Vault, *, at: datetime) -> list[str]:
    """Put a sealed copy in the database's place; cases erased since then are erased in it at once, and named.

    Raises:
        Unavailable: no key here opens it, or it is of another monitor's key; what was there stays.
    """
    if not url.startswith(store.SQLITE):
        raise Refused("this casebook lies on PostgreSQL: restore it with its own means")
    bare = home / f".restored-{os.getpid()}.sqlite3"
    try:
        _open(file, home, bare)
        buried = _bury_again(bare, home, vault, at)
        _replace(Path(url.removeprefix(store.SQLITE)), bare)
    finally:
        for ending in ("", "-wal", "-shm"):
            bare.with_name(bare.name + ending).unlink(missing_ok=True)
    return buried


def _open(file: Path, home: Path, bare: Path) -> None:
    keys = [x25519.Identity.from_str(_read(key).secret) for key in _keys(home)]
    if not file.is_file():
        raise Refused(f"{file} is no file")
    bare.touch(mode=0o600)
    try:
        if not keys:
            raise Unavailable(f"there are no keys in {home / KEYS}: restore that folder first")
        pyrage.decrypt_file(str(file), str(bare), keys)
    except (pyrage.DecryptError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:  # the disk's fault; a broken seal has no number
            raise
        raise Unavailable(
            f"no key in {home / KEYS} opens {file}: it is damaged, or older than backups may get"
        ) from None


def _bury_again(bare: Path, home: Path, vault: Vault, at: datetime) -> list[str]:
    url = f"{store.SQLITE}{bare}"
    store.upgrade(store.connect(url), vault)
    book = store.open_book(url, vault)
    with book.writing() as session:
        graves = _graves(home)
        cases = session.scalars(select(Case).where(Case.ref.in_(graves))).all()
        for case in cases:
            erasing.destroy(session, book, case, "restore", "restore", actor=MONITOR, at=at)
        journal.append(session, book.vault, MONITOR, "db.restore", "home", at)
    erasing.scrub(book)
    book.engine.dispose()
    return [case.ref for case in cases]


def _replace(database: Path, bare: Path) -> None:
    """Swap the files; the log of the old one would be replayed over the new."""
    for ending in ("-wal", "-shm"):
        database.with_name(database.name + ending).unlink(missing_ok=True)
    bare.replace(database)


def bury(home: Path, ref: str) -> None:
    """Keep an erased case's reference outside the database, so that no copy brings it back unseen."""
    with (home / GRAVES).open("a", encoding="ascii") as graves:
        graves.write(f"{ref}\n")
        graves.flush()
        os.fsync(graves.fileno())


def _graves(home: Path) -> list[str]:
    file = home / GRAVES
    return file.read_text("ascii").split() if file.exists() else []


def drop_keys(home: Path, kept: timedelta, *, at: datetime) -> int:
    """Destroy the keys of weeks that ended longer ago than copies may be kept; gives how many."""
    old = [key for key in _keys(home) if _monday(key) + WEEK + kept <= at.replace(tzinfo=None)]
    for key in old:
        with key.open("r+b") as bytes_of:
            bytes_of.write(b"\0" * key.stat().st_size)
            bytes_of.flush()
            os.fsync(bytes_of.fileno())
        key.unlink()
    return len(old)


def tidy(home: Path) -> None:
    """Remove copies that a killed process left between the database and its seal."""
    for bare in (*home.glob(".copy-*.sqlite3*"), *home.glob(".restored-*.sqlite3*")):
        process = int(bare.name.split("-")[1].split(".")[0])
        if process != os.getpid() and not _lives(process):
            bare.unlink(missing_ok=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _keys(home: Path) -> Iterator[Path]:
    yield from sorted((home / KEYS).glob("[0-9]*.key"), reverse=True)


def _monday(key: Path) -> datetime:
    return datetime.combine(date.fromisoformat(key.stem), datetime.min.time())


def _key_of_week(home: Path, at: datetime) -> Path:
    """Give the file with the key of this week, made at need."""
    folder = home / KEYS
    folder.mkdir(mode=0o700, exist_ok=True)
    monday = (at - timedelta(days=at.weekday())).date()
    key = folder / f"{monday.isoformat()}.key"
    if not key.exists():
        Identity.make().write(key, f"Opens this home's backups of the week from {monday}. Kept no longer than they.")
    return key


def _read(key: Path) -> Identity:
    return Identity.of(key.read_text("ascii"))
