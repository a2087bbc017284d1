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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from types import TracebackType
from typing import Self, TypeVar

from matchers import errors, wire
from matchers.errors import Crashed, Empty, NoDecoder, PictureError, TooCostly, TooManyBytes
from matchers.limits import Limits
from matchers.pictures import Picture
from matchers.prints import Film, Print
from matchers.wire import Wanted

STARTS_WITHIN_S = 60.0
CHUNK = 1 << 20  # bytes
MOST_AT_ONCE = 2
# One thread and few arenas: what a picture may cost is then the same on every machine.
# Memory that was used once is kept for the next picture: to fetch it anew takes as long as finding features in it.
ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "67108864",
    "MALLOC_TRIM_THRESHOLD_": "268435456",
}

Heard = TypeVar("Heard", list[Picture], list[Print | Film])


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
        _measured(data, self.limits)
        with self._child() as child:
            answer = child.ask(Wanted.PICTURES, data, wire.heard)
        return _unless_error(answer, self.limits)

    def prints(self, data: bytes, *, deep: bool = False) -> list[Print]:
        """Take a picture's prints elsewhere, one of each frame that differs; as `matchers.prints.taken_of_all`.

        Args:
            deep: with local features.

        Raises:
            PictureError: as `read`; `TooPlain` where there is too little detail.
            NoDecoder: no child could be started.
        """
        _measured(data, self.limits)
        wanted = Wanted.DEEP_PRINTS if deep else Wanted.PRINTS
        with self._child("deep" if deep else "shallow") as child:
            answer = child.ask(wanted, data, wire.heard_prints)
        return [one for one in _unless_error(answer, self.limits) if isinstance(one, Print)]

    def film(self, data: bytes, *, deep: bool = False) -> Film:
        """Take a film's print in a child of its own, at the cost of a place; as `matchers.video.read`.

        Args:
            deep: with local features of some of its stills.

        Raises:
            PictureError: no film, a damaged one, too much of one, or one in which nothing is to be seen.
            NoDecoder: no child could be started.
        """
        limits = self.limits.for_film()
        _measured(data, limits)
        wanted = Wanted.DEEP_FILM if deep else Wanted.FILM
        with self._child("film") as child:
            answer = child.ask(wanted, data, wire.heard_prints)
        found = _unless_error(answer, limits)[0]
        if not isinstance(found, Film):
            raise Crashed(limits)
        return found

    @contextmanager
    def _child(self, kind: str = "shallow") -> Iterator["_Child"]:
        """Lend a child that is ready for this; one that did not answer properly is killed."""
        child = self._places.get()
        try:
            if child is not None and not (child.lives and child.is_for(kind)):
                child.end()
                child = None
            child = child or _Child(self.limits, kind)
            yield child
            if kind == "film":  # it may have grown large
                child.end()
                child = None
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

    def __init__(self, limits: Limits, kind: str) -> None:
        self._kind = kind
        self._limits = limits = limits.for_film() if kind == "film" else limits
        self._ours, theirs = socket.socketpair()
        with theirs:
            self._process = _start(limits, kind, theirs.fileno())
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

    def is_for(self, kind: str) -> bool:
        """Tell whether it is ready for that: one for deep matching does for shallow too."""
        return kind == self._kind or (kind, self._kind) == ("shallow", "deep")

    def ask(self, wanted: Wanted, data: bytes, hear: Callable[[wire.Take, Limits], Heard | str]) -> Heard | str:
        """Have a picture or film decoded.

        Raises:
            TooCostly: it took longer than it may.
            Crashed: the child ended, or its answer makes no sense.
        """
        self._deadline = time.monotonic() + self._limits.time_s
        try:
            self._ours.settimeout(self._limits.time_s)
            self._ours.sendall(wire.asked(wanted, data))
            return hear(self._take, self._limits)
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


def _measured(data: bytes, limits: Limits) -> None:
    if not data:
        raise Empty(limits)
    if len(data) > limits.bytes:
        raise TooManyBytes(limits)


def _unless_error(answer: Heard | str, limits: Limits) -> Heard:
    if isinstance(answer, str):
        raise _error(answer)(limits)
    return answer


def _start(limits: Limits, kind: str, pipe: int) -> "subprocess.Popen[bytes]":
    line = [sys.executable, "-I", "-m", "matchers.child", json.dumps(asdict(limits)), kind]
    return subprocess.Popen(
        line, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=ENVIRONMENT, start_new_session=True
    )


def _error(name: str) -> type[PictureError]:
    """Find the error of that name; what is none of ours was not said by our child."""
    found = getattr(errors, name, None)
    return found if isinstance(found, type) and issubclass(found, PictureError) else Crashed
