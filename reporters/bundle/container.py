"""A ZIP read as it is checked: every byte of it is held against what Pehra would have written around the same files."""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from io import RawIOBase
from typing import BinaryIO

from reporters.bundle.packing import Package

CHUNK = 1 << 20
LOCAL = struct.Struct("<26xHH")  # what stands before a name: its length, and that of what follows it
DOCUMENT_BYTES = 50_000_000  # a larger document is none of ours
UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, RuntimeError)
TABLE, END = "the ZIP's own table of contents", "the end of the ZIP"


class Window(RawIOBase):
    """A stretch of a file, as a file of its own."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file, self._start, self._size, self._at = file, start, size, 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that it can be sought in."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go somewhere in it."""
        base = (0, self._at, self._size)[whence]
        if base + offset < 0:
            raise OSError("before the beginning")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        """Say where it stands."""
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        left = max(0, self._size - self._at)
        self._file.seek(self._start + self._at)
        data = self._file.read(left if size < 0 else min(size, left))
        self._at += len(data)
        return data


@dataclass
class Same:
    """Takes what would be written, and notes where the file at hand is otherwise."""

    file: BinaryIO
    at: int = 0
    writing: str = ""
    differs: dict[str, int] = field(default_factory=dict)

    def write(self, data: bytes) -> int:
        """Hold it against the file."""
        self.file.seek(self.at)
        if self.file.read(len(data)) != data:
            self.differs.setdefault(self.writing, self.at)
        self.at += len(data)
        return len(data)


class Container:
    """A ZIP; `hashes` has the SHA-256 of each file in it once it was walked through."""

    def __init__(self, file: BinaryIO) -> None:
        """Open one.

        Raises:
            ValueError: this is no ZIP, or its table of contents cannot be read.
        """
        try:
            self._zip = zipfile.ZipFile(file)
        except (*UNREADABLE, OSError, ValueError) as error:
            raise ValueError("this is no ZIP, or its table of contents cannot be read") from error
        self._file = file
        self.sizes: dict[str, int] = {one.filename: one.file_size for one in self._zip.infolist()}
        self.hashes: dict[str, str] = {}

    def walk(self) -> dict[str, str]:
        """Read everything once; give what is wrong with the ZIP itself, by the file near which it is."""
        members = self._zip.infolist()
        if any(one.compress_type != zipfile.ZIP_STORED or one.flag_bits & 1 for one in members):
            self.hashes = {one.filename: self._hash(one) for one in members}
            return {TABLE: "this ZIP was packed anew by another program; Pehra compresses nothing"}
        if len(self.sizes) != len(members):
            return {TABLE: "a name stands twice in this ZIP"}
        try:
            return self._walk(members)
        except (*UNREADABLE, ValueError, zipfile.LargeZipFile):
            return {TABLE: "this is not as Pehra writes it"}

    def _walk(self, members: list[zipfile.ZipInfo]) -> dict[str, str]:
        date = datetime(*members[0].date_time, tzinfo=UTC) if members else datetime(1980, 1, 1, tzinfo=UTC)
        same = Same(self._file)
        with Package(same, date) as package:
            for one in members:
                same.writing = one.filename
                start, large = self._data(one)
                with package.entry(one.filename, large=large) as into:
                    for chunk in self._chunks(start, one.file_size):
                        into.write(chunk)
                self.hashes[one.filename] = package.entries[one.filename].sha256
            same.writing = TABLE
        said = {name: f"the ZIP was altered at or near byte {at}" for name, at in same.differs.items()}
        rest = self._file.seek(0, 2) - same.at
        return said | ({END: f"{abs(rest)} bytes were {'added' if rest > 0 else 'cut off'}"} if rest else {})

    def _hash(self, member: zipfile.ZipInfo) -> str:
        found = sha256()
        with suppress(*UNREADABLE), self._zip.open(member) as opened:
            while chunk := opened.read(CHUNK):
                found.update(chunk)
        return found.hexdigest()

    def _data(self, member: zipfile.ZipInfo) -> tuple[int, bool]:
        if member.header_offset < 0:
            raise ValueError("this begins before the ZIP does")
        self._file.seek(member.header_offset)
        name, extra = LOCAL.unpack(self._file.read(LOCAL.size).ljust(LOCAL.size, b"\0"))
        return member.header_offset + LOCAL.size + name + extra, extra > 0

    def _chunks(self, start: int, size: int) -> Iterator[bytes]:
        window = Window(self._file, start, size)
        while chunk := window.read(CHUNK):
            yield chunk

    def read(self, name: str) -> bytes:
        """Read a document.

        Raises:
            KeyError: it is not there; ValueError: it is too large for one.
        """
        member = self._zip.getinfo(name)
        if member.file_size > DOCUMENT_BYTES:
            raise ValueError("this is too large")
        if member.compress_type == zipfile.ZIP_STORED:
            return b"".join(self._chunks(self._data(member)[0], member.file_size))
        try:
            return self._zip.read(member)
        except UNREADABLE as error:
            raise ValueError("this cannot be unpacked") from error

    def file(self, name: str) -> BinaryIO:
        """Open a file in it that is a ZIP itself."""
        member = self._zip.getinfo(name)
        if member.compress_type == zipfile.ZIP_STORED:
            return Window(self._file, self._data(member)[0], member.file_size)  # type: ignore[return-value]
        return self._zip.open(member)  # type: ignore[return-value]
