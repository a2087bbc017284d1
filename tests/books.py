"""Books and homes that are made once and copied: each test has its own, without going through every migration anew."""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from casebook.store import Casebook, create_book, open_book
from casebook.vault import Vault

KEY = bytes(range(32))


def new_book(file: Path, key: bytes = KEY) -> Casebook:
    """Give a new book in this file, as `create_book` does."""
    file.touch(mode=0o600)
    file.write_bytes(_empty(key))
    return open_book(f"sqlite:///{file}", Vault(key))


@cache
def _empty(key: bytes) -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder, "book.sqlite3")
        create_book(f"sqlite:///{file}", Vault(key)).engine.dispose()
        return file.read_bytes()


def copied(make: Callable[[Path], None], folder: Path) -> None:
    """Copy what `make` made at its first call to this folder; it must not matter where that lies, or when it was made."""
    shutil.copytree(_made(make), folder, dirs_exist_ok=True)


@cache
def _made(make: Callable[[Path], None]) -> Path:
    folder = Path(mkdtemp(prefix="made-"), "home")
    make(folder)
    return folder
