"""Sealed files of evidence: each is sealed while it is written, so that nothing of it ever lies open on the disk.

A file belongs to the process that writes it until it is on record; who holds none of its lock is dead, and what it
left is swept up. Names hold chance and an address's number, nothing else.
"""

import fcntl
import hashlib
import io
import os
import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from threading import Semaphore, Thread
from typing import TYPE_CHECKING, BinaryIO, cast

import pyrage
from pyrage import x25519

from casebook.errors import Busy, Unavailable
from casebook.keys import Identity

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

FOLDER = "evidence"
ENDING, WAITING = ".age", ".part"
NAME_BYTES, TOKEN_BYTES = 16, 8
CHUNK_BYTES = 1 << 20
NAMED = re.compile(r"[0-9a-f]{32}\.age")
LEFT = re.compile(r"([0-9a-f]{32})\.([0-9]{1,19})\.([0-9a-f]{16})\.part")
AHEAD = 4  # chunks that may wait to be sealed: what one capture holds in memory beside itself
FULL = "the disk is full or failing: nothing of this was kept"


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
    """Files of one capture that a dead process was writing, last at `at`; no `address`: added by hand."""

    address: int | None
    files: tuple[str, ...]
    at: datetime


class Strongroom:
    """The folder `evidence` of a home; files are for their owner's eyes, and sealed besides."""

    def __init__(self, home: Path, *, random: Callable[[int], bytes] = os.urandom) -> None:
        self.folder = home / FOLDER
        self._random = random
        self._token = random(TOKEN_BYTES).hex()
        self._held: dict[str, tuple[Path, BinaryIO]] = {}

    def seal(
        self, name: str, media_type: str, write: Callable[[BinaryIO], object], *, address: int | None = None
    ) -> SealedPart:
        """Seal what `write` writes, while it writes it; the file waits, held by this process, until it is settled.

        An exception of `write` goes through, and nothing is left of the file.

        Raises:
            Unavailable: the disk is full or failing; nothing is left of the file.
        """
        identity = Identity.make()
        file = self._begin(address)
        try:
            sealing = _Sealing(self._held[file][1], identity.recipient)
            with sealing:
                write(cast(BinaryIO, sealing))
            self._sync(file)
        except BaseException:
            self.drop([file])
            raise
        return SealedPart(
            name, media_type, sealing.size, sealing.sha256, file, identity.recipient, secret=identity.secret
        )

    def _begin(self, address: int | None) -> str:
        """Make a file and hold it; where somebody swept it up before it was held, make another."""
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            while True:
                stem = self._random(NAME_BYTES).hex()
                path = self.folder / f"{stem}.{address or 0}.{self._token}{WAITING}"
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                fcntl.flock(handle, fcntl.LOCK_EX)
                if os.fstat(handle).st_nlink:
                    self._held[stem + ENDING] = (path, os.fdopen(handle, "wb", buffering=0))
                    return stem + ENDING
                os.close(handle)
        except OSError as error:
            raise Unavailable(f"{self.folder} cannot be written to: {error.strerror}") from None

    def _sync(self, file: str) -> None:
        try:
            os.fsync(self._held[file][1].fileno())
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError:
            raise Unavailable(FULL) from None

    def settle(self, files: Iterable[str]) -> None:
        """Let files that are on record now be what they are called there."""
        for file in files:
            waiting = self._waiting(file)
            path, handle = self._held.pop(file, (None, None))
            for one in [path] if path is not None else waiting:
                one.replace(self.folder / file)
            if handle is not None:
                handle.close()

    def drop(self, files: Iterable[str]) -> None:
        """Remove files, waiting or settled."""
        for file in files:
            waiting = self._waiting(file)
            path, handle = self._held.pop(file, (None, None))
            for one in (*([path] if path is not None else waiting), self.folder / file):
                one.unlink(missing_ok=True)
            if handle is not None:
                handle.close()

    @contextmanager
    def on_record(self, parts: Iterable[SealedPart]) -> Iterator[set[str]]:
        """Around a transaction: what is named in the set that this gives is settled, everything else dropped.

        While the database is held by others everything waits, for another try.
        """
        files = [one.file for one in parts]
        recorded: set[str] = set()
        try:
            yield recorded
        except Busy:
            raise
        except BaseException:
            self.drop(files)
            raise
        self.settle(recorded)
        self.drop([one for one in files if one not in recorded])

    def _waiting(self, file: str) -> list[Path]:
        if not NAMED.fullmatch(file):
            raise Unavailable("the database names a sealed file as no file is named: it was altered")
        return list(self.folder.glob(f"{file.removesuffix(ENDING)}.*{WAITING}"))

    def open(self, file: str, secret: str, into: BinaryIO) -> None:
        """Open a file with its key, streamed.

        Raises:
            Unavailable: it is gone, altered, or cut off; what was written until then is not to be believed.
        """
        with self._reading(file) as sealed:
            try:
                pyrage.decrypt_io(sealed, into, [x25519.Identity.from_str(secret)])
            except (pyrage.DecryptError, OSError) as error:
                if isinstance(error, OSError) and error.errno is not None:  # where it is written to; a seal has none
                    raise
                raise Unavailable(f"the sealed file {file} was altered, or is not whole") from None

    def _reading(self, file: str) -> BinaryIO:
        waiting = self._waiting(file)
        for path in (self.folder / file, *waiting, self.folder / file):  # it may be settled just now
            try:
                return path.open("rb", buffering=CHUNK_BYTES)
            except FileNotFoundError:
                continue
        raise Unavailable(f"the sealed file {file} is gone from {self.folder}")

    def has(self, file: str) -> bool:
        """Tell whether a file is there."""
        return bool(self._waiting(file)) or (self.folder / file).exists()

    def files(self) -> set[str]:
        """Name every file that is settled."""
        return {one.name for one in self.folder.glob(f"*{ENDING}")}

    def left(self) -> list[Left]:
        """Find what dead processes were writing, and hold it until it is settled or dropped."""
        found: dict[tuple[int, str], list[tuple[str, float]]] = defaultdict(list)
        for path in sorted(self.folder.glob(f"*{WAITING}")):
            named = LEFT.fullmatch(path.name)
            if named is None:
                continue
            stem, address, token = named.groups()
            if self._take(stem + ENDING, path):
                found[int(address), token].append((stem + ENDING, path.stat().st_mtime))
        return [
            Left(address or None, tuple(file for file, _ in files), _moment(max(at for _, at in files)))
            for (address, _), files in found.items()
        ]

    def _take(self, file: str, path: Path) -> bool:
        """Hold a file that nobody holds."""
        try:
            handle = path.open("r+b", buffering=0)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.close()
            return False
        if os.fstat(handle.fileno()).st_nlink == 0 or not path.exists():
            handle.close()
            return False
        self._held[file] = (path, handle)
        return True

    def free_bytes(self) -> int:
        """Say how much room the disk has."""
        return shutil.disk_usage(self.folder if self.folder.exists() else self.folder.parent).free


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


class _Sealing(io.RawIOBase):
    """What a part is written to: hashed on the way, and handed to a thread that seals it, a few chunks behind."""

    def __init__(self, out: BinaryIO, recipient: str) -> None:
        self._hash, self.size = hashlib.sha256(), 0
        self._chunk = bytearray()
        self._queue: SimpleQueue[bytes | None] = SimpleQueue()
        self._free = Semaphore(AHEAD)
        self._cut = self._ended = self._whole = False
        self._thread = Thread(target=self._run, args=(out, recipient), daemon=True)

    def __enter__(self) -> "_Sealing":
        self._thread.start()
        return self

    def __exit__(self, kind: object, *_rest: object) -> None:
        self._cut = kind is not None
        if not self._cut:
            self._hand_over()
        self._queue.put(None)
        self._thread.join()
        if not self._whole and not self._cut:
            raise Unavailable(FULL)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.size

    def write(self, data: "ReadableBuffer") -> int:
        with memoryview(data) as view:
            self._hash.update(view)
            self.size += view.nbytes
            self._chunk += view
            written = view.nbytes
        if len(self._chunk) >= CHUNK_BYTES:
            self._hand_over()
        return written

    def _hand_over(self) -> None:
        self._free.acquire()
        if self._ended:
            self._free.release()
            raise Unavailable(FULL)
        self._queue.put(bytes(self._chunk))
        self._chunk.clear()

    def _run(self, out: BinaryIO, recipient: str) -> None:
        try:
            with io.BufferedWriter(_Kept(out), CHUNK_BYTES) as buffered:
                pyrage.encrypt_io(_Chunks(self._chunks()), buffered, [x25519.Recipient.from_str(recipient)])
            self._whole = True
        except (pyrage.EncryptError, OSError):
            pass  # what is not whole is said at the end, whatever the reason
        finally:
            self._ended = True
            for _ in range(AHEAD):  # who waits to hand over learns of it
                self._free.release()

    def _chunks(self) -> Iterator[bytes]:
        while (chunk := self._queue.get()) is not None:
            self._free.release()
            yield chunk
        if self._cut:
            raise OSError("cut short")


class _Chunks(io.RawIOBase):
    """Chunks as a file that is read."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._rest = chunks, memoryview(b"")

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if not self._rest:
            self._rest = memoryview(next(self._chunks, b""))
        head, self._rest = self._rest[:size], self._rest[size:]
        return bytes(head)


class _Kept(io.RawIOBase):
    """A file that stays open, and locked, when what writes to it is closed."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def writable(self) -> bool:
        return True

    def write(self, data: "ReadableBuffer") -> int:
        return self._out.write(data)
