"""A ZIP written from front to back, nothing compressed, every date the same: the same entries give the same bytes.

Nothing is compressed, for other versions of zlib compress otherwise, and archives and pictures are so already.
"""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from typing import Protocol, Self

FROM_YEAR = 1980  # a ZIP knows none before
MODE = 0o100644 << 16
LARGE = 2**31 - 2**27  # bytes; from here on an entry is written with 64-bit lengths


class Writes(Protocol):
    """What can be written to, and no more."""

    def write(self, data: bytes, /) -> int:
        """Write all of it."""
        ...


class OneWay:
    """A stream that can only be written to: it looks the same to whoever writes, whatever is behind it."""

    def __init__(self, out: Writes) -> None:
        self._out = out

    def write(self, data: bytes) -> int:
        """Write all of it."""
        self._out.write(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""


class Hashed:
    """Hashes and counts what is written through it."""

    def __init__(self, out: Writes) -> None:
        self._out, self._hash, self.bytes = out, sha256(), 0

    def write(self, data: bytes) -> int:
        """Write all of it."""
        self._hash.update(data)
        self.bytes += len(data)
        self._out.write(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    @property
    def sha256(self) -> str:
        """The hash of what was written up to now."""
        return self._hash.hexdigest()


class Nowhere:
    """Takes what is only hashed."""

    def write(self, data: bytes) -> int:
        """Forget it."""
        return len(data)


class Package:
    """A ZIP being written; `entries` has the hash and length of each entry written so far, in order."""

    def __init__(self, out: Writes, at: datetime) -> None:
        self._zip = zipfile.ZipFile(OneWay(out), "w", zipfile.ZIP_STORED)  # type: ignore[call-overload]
        self._date = zip_date(at)
        self.entries: dict[str, Hashed] = {}

    @contextmanager
    def entry(self, name: str, *, large: bool = False) -> Iterator[Hashed]:
        """Write one entry. One that may reach 2 GB is `large`."""
        about = zipfile.ZipInfo(name, self._date)
        about.create_system, about.external_attr = 3, MODE
        with self._zip.open(about, "w", force_zip64=large) as inside:
            hashed = Hashed(inside)
            yield hashed
        self.entries[name] = hashed

    def add(self, name: str, data: bytes) -> None:
        """Write a small entry."""
        with self.entry(name) as out:
            out.write(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        """Write the table of contents; after a failure nothing more is written."""
        if failed is None:
            self._zip.close()
        else:
            self._zip.fp = None  # else its end writes a table of contents, and what is half would look whole


def zip_date(at: datetime) -> tuple[int, int, int, int, int, int]:
    """Give a time as a ZIP keeps it: UTC, to two seconds."""
    utc = max(at.astimezone(UTC), datetime(FROM_YEAR, 1, 1, tzinfo=UTC))
    return utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second // 2 * 2
