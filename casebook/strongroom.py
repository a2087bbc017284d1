"""Sealed files of evidence: each is sealed while it is written, so that nothing of it ever lies open on the disk.

A file belongs to the process that writes it until it is on record; who holds none of its lock is dead, and what it
left is swept up. Names hold chance and an address's number, nothing else.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

FOLDER = "evidence"


@dataclass(frozen=True)
class SealedPart:
    """One file, sealed to a key of its own; `bytes` and `sha256` (hex) are those of what it holds."""

    name: str
    media_type: str
    bytes: int
    sha256: str
    file: str
    recipient: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Left:
    """Files of one capture that a dead process was writing; `address` is None for what was added by hand."""

    address: int | None
    files: tuple[str, ...]


class Strongroom:
    """The folder `evidence` of a home."""

    def __init__(self, home: Path) -> None:
        self.folder = home / FOLDER

    def seal(
        self, name: str, media_type: str, write: Callable[[BinaryIO], None], *, address: int | None = None
    ) -> SealedPart:
        """Seal what `write` writes, while it writes it; the file waits, held by this process, until it is settled.

        An exception of `write` goes through, and nothing is left of the file.

        Raises:
            Unavailable: the disk is full or failing; nothing is left of the file.
        """
        raise NotImplementedError

    def settle(self, files: Iterable[str]) -> None:
        """Let files that are on record now be what they are called there."""
        raise NotImplementedError

    def drop(self, files: Iterable[str]) -> None:
        """Remove files, waiting or settled."""
        raise NotImplementedError

    def open(self, file: str, secret: str, into: BinaryIO) -> None:
        """Open a file with its key, streamed.

        Raises:
            Unavailable: it is gone, altered, or cut off; what was written until then is not to be believed.
        """
        raise NotImplementedError

    def free_bytes(self) -> int:
        """Say how much room the disk has."""
        raise NotImplementedError
