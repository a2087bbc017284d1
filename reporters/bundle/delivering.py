"""A bundle written to a file: whole or not at all, and where it is sealed, never open on the disk."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path
from typing import BinaryIO

import pyrage
from pyrage import x25519

from casebook.errors import Refused, Unavailable
from reporters.bundle import writing
from reporters.bundle.contents import Bundle
from reporters.bundle.lettering import deceives
from reporters.bundle.packing import Hashed
from reporters.bundle.signing import Signer

TO_CHARACTERS, PURPOSE_CHARACTERS = 200, 1000
HELD_BACK = 1 << 20  # bytes that are written at once
PRIVATE = 0o600


@dataclass(frozen=True)
class Delivered:
    """What was written: the file's own hash, and what is missing in the bundle."""

    bytes: int
    sha256: str
    missing: dict[str, str]


def require_words(words: str, about: str, most: int) -> str:
    """Give words that fit on one line, as they are to stand on the first page.

    Raises:
        Refused: there are none, too many, or some that would break or turn the line.
    """
    words = words.strip()
    if not words or len(words) > most:
        raise Refused(f"{about} has between 1 and {most} characters")
    if any(deceives(one) for one in words):
        raise Refused(f"{about} stands on one line: it has a line break or a control character in it")
    return words


def require_recipient(text: str) -> x25519.Recipient:
    """Read the public key of somebody who uses age.

    Raises:
        Refused: it is none.
    """
    try:
        return x25519.Recipient.from_str(text.strip())
    except (pyrage.RecipientError, ValueError):
        raise Refused("--seal-to takes a public key of age: it begins with age1") from None


def deliver(bundle: Bundle, signer: Signer, file: Path, seal_to: x25519.Recipient | None = None) -> Delivered:
    """Write a bundle to a new file.

    Raises:
        Refused: the file is there already.
        Unavailable: it could not be written, for instance because the disk is full; nothing is left of it.
    """
    try:
        with _new(file) as opened:
            out = Hashed(opened)
            missing = writing.write(bundle, out, signer) if seal_to is None else _sealed(bundle, signer, out, seal_to)
            opened.flush()
            os.fsync(opened.fileno())
    except FileExistsError:
        raise Refused(f"{file} exists already: name another file with --out") from None
    except OSError as error:
        raise Unavailable(f"{file} could not be written: {error.strerror}; nothing is left of it") from None
    return Delivered(out.bytes, out.sha256, missing)


@contextmanager
def _new(file: Path) -> Iterator[BinaryIO]:
    """Open a file that has no name until it is whole, so that not even a kill leaves half of it."""
    if file.exists():
        raise FileExistsError
    try:
        handle = os.open(file.parent, os.O_WRONLY | os.O_TMPFILE, PRIVATE)
    except (OSError, AttributeError):
        with _named(file) as opened:
            yield opened
        return
    with os.fdopen(handle, "wb", buffering=HELD_BACK) as opened:
        yield opened
        _name(handle, file)


def _name(handle: int, file: Path) -> None:
    """Give an open file its name. Source: open(2), on O_TMPFILE."""
    mine = os.open("/proc/self/fd", os.O_RDONLY)
    try:
        os.link(str(handle), file, src_dir_fd=mine, follow_symlinks=True)
    finally:
        os.close(mine)


@contextmanager
def _named(file: Path) -> Iterator[BinaryIO]:
    """Do the same where the system knows no files without names."""
    half = file.with_name(f".{file.name}.half")
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    try:
        with os.fdopen(handle, "wb", buffering=HELD_BACK) as opened:
            yield opened
        os.link(half, file)
    finally:
        half.unlink()


class _Pipe(RawIOBase):
    """What one thread writes and another reads; the reader fails where the writer did."""

    def __init__(self, bundle: Bundle, signer: Signer) -> None:
        self._out, into = os.pipe()
        self._into = os.fdopen(into, "wb", buffering=HELD_BACK)
        self.missing: dict[str, str] = {}
        self.failed: Exception | None = None
        self._thread = threading.Thread(target=self._write, args=(bundle, signer))
        self._thread.start()

    def _write(self, bundle: Bundle, signer: Signer) -> None:
        try:
            with self._into:
                self.missing = writing.write(bundle, self._into, signer)
        except Exception as error:  # noqa: BLE001  # it is raised where the pipe is read
            self.failed = error

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read on; at the end, fail where the writer failed."""
        data = os.read(self._out, HELD_BACK if size < 0 else size)
        if not data:
            self._thread.join()
            if self.failed is not None:
                raise OSError("the writer failed")
        return data

    def end(self) -> None:
        """Let the writer go, whether all was read or not."""
        os.close(self._out)
        self._thread.join()


def _sealed(bundle: Bundle, signer: Signer, out: Hashed, to: x25519.Recipient) -> dict[str, str]:
    pipe = _Pipe(bundle, signer)
    try:
        pyrage.encrypt_io(pipe, out, [to])
    except Exception:
        if pipe.failed is not None and not isinstance(pipe.failed, BrokenPipeError):
            raise pipe.failed from None
        raise
    finally:
        with suppress(OSError):
            pipe.end()
    return pipe.missing
