"""Processes that start at once: one that has read the program already splits off each command that the tests run.

A command that is split off is a process of its own as any other: its words, surroundings, folder, streams, signals, exit
code and end are its own, and all that it holds in memory is what it read for itself. It only does not read the same
modules from the disk as the hundreds before it did, which takes ten times as long as most of what is asked of it.
What it cannot take over from who asks (a limit set before the start, say, or another Python path) is started as usual.
"""

import atexit
import ctypes
import gc
import inspect
import os
import pickle
import secrets
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

ROOT = Path(__file__).parents[1]
PEHRA = str(Path(sys.executable).with_name("pehra"))
WORKER = [sys.executable, "-m", "scheduler.workers"]
WORKS_HERE = sys.platform == "linux" and hasattr(subprocess.Popen, "_close_pipe_fds")
ROOM = " " * 4000  # for the words of a command, where others look for them
LENGTH = 8
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}  # of who splits off: what has threads cannot be split off
ONLY_AT_START = ("PYTHON", "LC_", "LANG", "TZ", "LD_", "MALLOC_")
PLAIN = {"preexec_fn": None, "pass_fds": (), "shell": False, "gid": None, "uid": None, "umask": -1, "process_group": -1}
LATER = (  # what commands and workers read only when they come to need it
    "alembic.command", "apscheduler.schedulers.background", "crawler.browser", "crawler.desk", "crawler.eyes", "crawler.passes",
    "crawler.pipelines", "crawler.spiders.recheck", "crawler.sweepdesk", "scrapy.core.scheduler", "scrapy.pqueues",
)  # fmt: skip
Main = Callable[[], object]
_PLAIN_POPEN = subprocess.Popen
_splitter = ""  # in a process that was split off: by whom


class Popen(subprocess.Popen[bytes]):
    """`subprocess.Popen`; a command of ours among them starts at once."""

    _line: socket.socket | None = None

    def _execute_child(self, *given: Any, **named: Any) -> None:
        usual: Any = super()._execute_child
        asked = inspect.signature(usual).bind(*given, **named).arguments
        module = _module(asked)
        if module is None:
            usual(*given, **named)
            return
        streams = [asked["p2cread"], asked["c2pwrite"], asked["errwrite"]]
        wanted = {
            "module": module, "words": [*map(os.fsdecode, asked["args"])], "folder": os.fspath(asked["cwd"] or Path.cwd()),
            "surroundings": dict(os.environ if asked["env"] is None else asked["env"]), "own": asked["start_new_session"],
        }  # fmt: skip
        self._line = socket.socket(socket.AF_UNIX)
        self._line.connect(_address())
        body = pickle.dumps(wanted)
        handed = [usual if stream == -1 else stream for usual, stream in enumerate(streams)]
        socket.send_fds(self._line, [len(body).to_bytes(LENGTH)], handed)
        self._line.sendall(body)
        self.pid = int.from_bytes(self._line.recv(LENGTH))
        self._child_created = True
        names = ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")
        self._close_pipe_fds(*(asked[name] for name in names))

    def _try_wait(self, wait_flags: int) -> tuple[int, int]:
        if self._line is None:
            return super()._try_wait(wait_flags)
        if wait_flags & os.WNOHANG and not select.select([self._line], [], [], 0)[0]:
            return 0, 0
        with self._line:
            told = self._line.recv(LENGTH)
        return self.pid, int.from_bytes(told) if told else signal.SIGKILL

    def _internal_poll(self, *given: Any, **named: Any) -> int | None:
        if self._line is None:
            return super()._internal_poll(*given, **named)
        if self.returncode is None:
            pid, status = self._try_wait(os.WNOHANG)
            if pid:
                self._handle_exitstatus(status)
        return self.returncode


def _module(asked: dict[str, Any]) -> str | None:
    """Name what a command runs, where it is ours and nothing has to be set before Python starts."""
    if not WORKS_HERE or any(asked.get(name, plain) != plain for name, plain in PLAIN.items()):
        return None
    if not isinstance(asked["args"], list) or _early(asked["env"]) != _early(os.environ):
        return None
    if asked["args"][:1] == [PEHRA]:
        return "cli.main"
    return WORKER[2] if asked["args"][:3] == WORKER else None


def _early(surroundings: Any) -> dict[str, str]:
    taken = os.environ if surroundings is None else surroundings
    ours = {"MALLOC_ARENA_MAX"}  # saves a worker memory, and changes nothing that it does
    return {name: value for name, value in taken.items() if name.startswith(ONLY_AT_START) and name not in ours}


@cache
def _address() -> str:
    """Start who splits them off, once for each process of the tests; it ends with us."""
    if _splitter:
        return "\0" + _splitter
    name = f"pehra-tests-{secrets.token_hex(8)}"
    with socket.socket(socket.AF_UNIX) as door:
        door.bind("\0" + name)
        door.listen(64)
        command = [sys.executable, "-m", "tests.warm", name, str(door.fileno()), ROOM]
        started = _PLAIN_POPEN(
            command, cwd=ROOT, stdin=subprocess.PIPE, pass_fds=[door.fileno()], env={**os.environ, **ONE_THREAD}
        )
    atexit.register(_end, started)
    return "\0" + name


def _end(started: "subprocess.Popen[bytes]") -> None:
    started.communicate()


class Splitter:
    """Reads the program once, and splits off a process for each command that comes through the door."""

    def __init__(self, door: socket.socket) -> None:
        self._door, self._lines = door, dict[int, socket.socket]()
        self._ended, told = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(told)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def serve(self) -> Main | None:
        """Split off until who started us ends; in the process that was split off, give what it has to run."""
        while True:
            ready, _, _ = select.select([0, self._door, self._ended], [], [])
            if self._ended in ready:
                os.read(self._ended, 4096)
                self._tell()
            if self._door in ready and (main := self._split(self._door.accept()[0])):
                return main
            if 0 in ready:
                return None

    def _split(self, line: socket.socket) -> Main | None:
        head, streams, _, _ = socket.recv_fds(line, LENGTH, 3)
        body = bytearray()
        while len(body) < int.from_bytes(head):
            body += line.recv(1 << 16)
        wanted = pickle.loads(body)
        pid = os.fork()
        if pid == 0:
            for one in (line, self._door, *self._lines.values()):
                one.detach()
            return _become(wanted, streams)
        for stream in streams:
            os.close(stream)
        line.sendall(pid.to_bytes(LENGTH))
        self._lines[pid] = line
        return None

    def _tell(self) -> None:
        """Say to each who waits how their process ended."""
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                with self._lines.pop(ended[0]) as line, suppress(OSError):
                    line.sendall(ended[1].to_bytes(LENGTH))


def _become(wanted: dict[str, Any], streams: list[int]) -> Main:
    """Make this process what was asked for, with nothing of who split it off."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if wanted["own"]:
        os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.closerange(3, 4096)
    os.chdir(wanted["folder"])
    os.environ.clear()
    os.environ.update(wanted["surroundings"])
    for number, (name, mode) in enumerate([("stdin", "r"), ("stdout", "w"), ("stderr", "w")]):
        old = getattr(sys, name)
        made = open(number, mode, encoding=old.encoding, errors=old.errors, buffering=1 if name == "stderr" else -1)  # noqa: SIM115, PTH123
        setattr(sys, name, made)
        setattr(sys, f"__{name}__", made)
    worker = wanted["module"] == WORKER[2]
    if worker:
        subprocess.Popen = _PLAIN_POPEN
    sys.argv = wanted["words"][2 if worker else 0 :]
    sys.modules["__main__"] = ModuleType("__main__")  # or the usage would name this module as the program
    _show(wanted["words"])
    return import_module(wanted["module"]).main


def _show(words: list[str]) -> None:
    """Have the system list this process by its own words."""
    begin, end = (int(one) for one in Path("/proc/self/stat").read_text().rpartition(")")[2].split()[45:47])
    told = b"".join(os.fsencode(word) + b"\0" for word in words)[: end - begin - 1]
    ctypes.memset(begin, 0, end - begin)
    ctypes.memmove(begin, told, len(told))


def _read_the_program() -> None:
    """Read what commands and workers read, but nothing that starts threads: they would not be split off with us."""
    from sqlalchemy.orm import configure_mappers

    from cli.main import pehra
    from platforms.registry import Registry

    pehra.complete()
    for name in LATER:
        import_module(name)
    configure_mappers()
    Registry.load(None)
    assert len(list(Path("/proc/self/task").iterdir())) == 1
    gc.collect()
    gc.freeze()


def _serve(name: str, door: str) -> NoReturn:
    global _splitter  # noqa: PLW0603
    _splitter = name
    _read_the_program()
    subprocess.Popen = Popen
    main = Splitter(socket.socket(fileno=int(door))).serve()
    sys.exit(main() if main else 0)


if __name__ == "__main__":
    from tests import warm  # noqa: PLW0406  # by the name that those who import it know

    warm._serve(*sys.argv[1:3])
