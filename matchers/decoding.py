"""Decoding in child processes: a picture that crashes, traps or floods a decoder costs that picture alone.

A decoder that is taken over finds itself where no file and no socket can be opened (see `matchers.child`).
"""

import json
import queue
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from types import TracebackType
from typing import Self

from matchers import errors, wire
from matchers.errors import Crashed, Empty, NoDecoder, PictureError, TooCostly, TooManyBytes
from matchers.limits import Limits
from matchers.pictures import Picture
from matchers.prints import Film, Print, taken_of_all

STARTS_WITHIN_S = 60.0
CHUNK = 1 << 20  # bytes
MOST_AT_ONCE = 2
# One thread and few arenas: what a picture may cost is then the same on every machine.
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}


class Decoders:
    """One or two children, started when first needed, used again, replaced when one is lost; safe for threads.

    Use it as a context: the children end with the block. At most as many pictures are decoded at a time as there are
    children; whoever asks for one more waits.
    """

    def __init__(self, limits: Limits | None = None, *, children: int = 1) -> None:
        if not 1 <= children <= MOST_AT_ONCE:
            raise ValueError("one or two children")
        self.limits = limits or Limits()
        self._places: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        for _ in range(children):
            self._places.put(None)
        self._children = children

    def read(self, data: bytes) -> list[Picture]:
        """Decode a picture elsewhere; as `matchers.pictures.read`.

        Raises:
            PictureError: one of its kinds; `Crashed` and `TooCostly` where the child was lost over it.
            NoDecoder: no child could be started.
        """
        if not data:
            raise Empty(self.limits)
        if len(data) > self.limits.bytes:
            raise TooManyBytes(self.limits)
        with self._child() as child:
            answer = child.ask(data)
        if isinstance(answer, list):
            return answer
        raise _error(answer)(self.limits)

    def prints(self, data: bytes, *, deep: bool = False) -> list[Print]:
        """Take a picture's prints elsewhere, one of each frame that differs; as `matchers.prints.taken_of_all`.

        Args:
            deep: with local features.

        Raises:
            PictureError: as `read`; `TooPlain` where there is too little detail.
            NoDecoder: no child could be started.
        """
        return taken_of_all(self.read(data), self.limits, deep=deep)

    def film(self, data: bytes, *, deep: bool = False) -> Film:
        """Take a film's print elsewhere; as `matchers.video.read`.

        Args:
            deep: with local features of some of its stills.

        Raises:
            PictureError: no film, a damaged one, too much of one, or one in which nothing is to be seen.
            NoDecoder: no child could be started.
        """
        raise NotImplementedError

    @contextmanager
    def _child(self) -> Iterator["_Child"]:
        """Lend a child, a new one where there is none that lives; one that did not answer properly is killed."""
        child = self._places.get()
        try:
            if child is not None and not child.lives:
                child.end()
                child = None
            child = child or _Child(self.limits)
            yield child
        except BaseException:
            if child is not None:
                child.end()
            child = None
            raise
        finally:
            self._places.put(child)

    def close(self) -> None:
        """End the children; waits for those that are at work."""
        for child in [self._places.get() for _ in range(self._children)]:
            if child is not None:
                child.end()
            self._places.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class _Child:
    """One process that decodes, one picture at a time."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._ours, theirs = socket.socketpair()
        with theirs:
            self._process = _start(limits, theirs.fileno())
        self._deadline = time.monotonic() + STARTS_WITHIN_S
        try:
            ready = self._take(len(wire.READY)) == wire.READY
        except (OSError, wire.Garbled):
            ready = False
        if not ready:
            self.end()
            raise NoDecoder("the process that decodes pictures did not start; the machine may be busy: try again")

    @property
    def lives(self) -> bool:
        return self._process.poll() is None

    def ask(self, data: bytes) -> list[Picture] | str:
        """Have a picture decoded.

        Raises:
            TooCostly: it took longer than it may.
            Crashed: the child ended, or its answer makes no sense.
        """
        self._deadline = time.monotonic() + self._limits.time_s
        try:
            self._ours.settimeout(self._limits.time_s)
            self._ours.sendall(wire.packed(data))
            return wire.heard(self._take, self._limits)
        except TimeoutError:
            raise TooCostly(self._limits) from None
        except (OSError, wire.Garbled):
            self.end()
            out_of_time = self._process.returncode == -signal.SIGXCPU
            raise (TooCostly if out_of_time else Crashed)(self._limits) from None

    def end(self) -> None:
        """Kill it, unless it has ended by itself."""
        self._ours.close()
        self._process.kill()
        self._process.wait()

    def _take(self, length: int) -> bytes:
        """Take so many bytes.

        Raises:
            TimeoutError: they did not come in time.
            Garbled: they are not going to come.
        """
        taken = bytearray()
        while len(taken) < length:
            self._ours.settimeout(max(0.001, self._deadline - time.monotonic()))
            some = self._ours.recv(min(CHUNK, length - len(taken)))
            if not some:
                raise wire.Garbled
            taken += some
        return bytes(taken)


def _start(limits: Limits, pipe: int) -> "subprocess.Popen[bytes]":
    line = [sys.executable, "-I", "-m", "matchers.child", json.dumps(asdict(limits))]
    return subprocess.Popen(
        line, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=ENVIRONMENT, start_new_session=True
    )


def _error(name: str) -> type[PictureError]:
    """Find the error of that name; what is none of ours was not said by our child."""
    found = getattr(errors, name, None)
    return found if isinstance(found, type) and issubclass(found, PictureError) else Crashed
