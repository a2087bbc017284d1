"""Keeps an officer's unlocked key for some minutes, in the memory of a process of its own and nowhere on disk.

`pehra unlock` starts it; commands ask it over a socket that only its owner reaches; `pehra lock`, or time, ends it.
"""

import ctypes
import hashlib
import os
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from casebook.errors import Unavailable
from casebook.keys import Identity, leave_no_core

READY = b"ready\n"
LOCK, ASK = b"lock", b"ask"
ANSWER_BYTES = 200
PATIENCE_S = 5.0
LONGEST_ROOT = 60  # bytes; a socket's whole path has to fit into 104
PR_SET_DUMPABLE, MLOCK_ALL = 4, 3


def keep(home: Path, officer: str, identity: Identity, minutes: float) -> None:
    """Start a keeper for this key; one that is there gives way.

    Raises:
        Unavailable: it did not start.
    """
    forget(home, officer)
    place = _place(home, officer)
    command = [sys.executable, "-m", "cli.agent", str(place), str(minutes * 60)]
    keeper = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )
    assert keeper.stdin is not None  # noqa: S101  # asked for above
    assert keeper.stdout is not None  # noqa: S101
    with keeper.stdin, keeper.stdout:
        keeper.stdin.write(identity.secret.encode() + b"\n")
        keeper.stdin.flush()
        if keeper.stdout.readline() != READY:
            raise Unavailable("the key could not be kept unlocked here: it is asked for at each command")


def kept(home: Path, officer: str) -> Identity | None:
    """Ask the keeper for the key; None where none keeps it."""
    answer = _ask(_place(home, officer), ASK)
    return Identity.of(answer.decode("ascii")) if answer else None


def forget(home: Path, officer: str) -> bool:
    """End the keeper; tell whether there was one."""
    return bool(_ask(_place(home, officer), LOCK))


def _place(home: Path, officer: str) -> Path:
    """Where the socket lies: a folder that only we can open, and a name that tells nothing."""
    roots = (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp")  # noqa: S108  # checked below
    root = next((one for one in roots if one and len(os.fsencode(one)) <= LONGEST_ROOT), "/tmp")  # noqa: S108
    folder = Path(root, f"pehra-{os.getuid()}")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    seen = folder.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.getuid() or seen.st_mode & 0o077:
        raise Unavailable(f"{folder} belongs to somebody else or is open to others: remove it")
    name = hashlib.sha256(f"{home.resolve()}\0{officer}".encode()).hexdigest()[:24]
    return folder / f"{name}.sock"


def _ask(place: Path, what: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as line, suppress(OSError):
        line.settimeout(PATIENCE_S)
        line.connect(str(place))
        line.sendall(what)
        return line.recv(ANSWER_BYTES)
    return b""


def main() -> None:
    """Take a key from standard input and keep it until time is up."""
    place, until = Path(sys.argv[1]), time.monotonic() + float(sys.argv[2])
    _stay_in_memory()
    secret = sys.stdin.buffer.readline().strip()
    with socket.socket(socket.AF_UNIX) as door:
        place.unlink(missing_ok=True)
        door.bind(str(place))
        place.chmod(0o600)
        door.listen()
        sys.stdout.buffer.write(READY)
        sys.stdout.buffer.flush()
        os.close(1)
        try:
            _serve(door, secret, until)
        finally:
            place.unlink(missing_ok=True)


def _serve(door: socket.socket, secret: bytes, until: float) -> None:
    while (left := until - time.monotonic()) > 0:
        door.settimeout(left)
        with suppress(OSError):
            line, _ = door.accept()
            with line:
                line.settimeout(PATIENCE_S)
                what = line.recv(len(LOCK)) if _is_ours(line) else b""
                if what in (ASK, LOCK):
                    line.sendall(secret if what == ASK else READY)
                if what == LOCK:
                    return


def _is_ours(line: socket.socket) -> bool:
    """Whether the other end runs as the same user."""
    if sys.platform != "linux":
        return True  # the folder and the socket are closed to others
    who = line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, user, _ = struct.unpack("3i", who)
    return bool(user == os.getuid())


def _stay_in_memory() -> None:
    """Keep the key out of swap and of core files, where the system lets us."""
    leave_no_core()
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
        libc.mlockall(MLOCK_ALL)


if __name__ == "__main__":
    main()
