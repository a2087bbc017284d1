"""One Chromium's processes: held to a measure of memory, and ended so that none is left, whoever dies first.

Its renderers run whatever pages tell them to. One that spins for ever hears no request to close, and would outlive a
watch that was killed; so the whole group is killed, and a watchman of a few kilobytes does it where we no longer can.
"""

import asyncio
import os
import resource
import signal
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

MEMORY_BYTES = 1_500_000_000  # in use, of each process; a limit of the system's stops Chromium from starting
ENDS_WITHIN_S = 5.0
_TABLE = Path("/proc")
_CAN_TELL = _TABLE.is_dir()
_WATCHMAN = 'read -r _; kill -KILL -- "-$1"'


class Processes:
    """The process group that one Chromium leads.

    Raises:
        ProcessLookupError: it is gone already.
    """

    def __init__(self, leader: int) -> None:
        self._leader, self._group = leader, os.getpgid(leader)
        self._own = self._group == os.getpgid(0)
        self._watchman = None if self._own else _watchman(self._group)

    @property
    def alive(self) -> tuple[int, ...]:
        """Those that still run; none where the system has no /proc to tell."""
        found = members(self._group)
        return tuple(pid for pid in found if pid == self._leader) if self._own else found

    def kill(self) -> None:
        """Kill them all, at once and unasked; never our own group."""
        with suppress(ProcessLookupError):
            if self._own:
                os.kill(self._leader, signal.SIGKILL)
            else:
                os.killpg(self._group, signal.SIGKILL)

    async def end(self) -> bool:
        """Kill what is left and wait until it is gone; False where something stays beyond all signals."""
        if not _CAN_TELL:
            self.kill()
        with suppress(TimeoutError):
            async with asyncio.timeout(ENDS_WITHIN_S):
                while left := self.alive:
                    self.kill()
                    await asyncio.gather(*(_gone(pid) for pid in left))
        if self._watchman is not None:
            self._watchman.kill()
            self._watchman.wait()
            self._watchman = None
        return not self.alive

    def kill_hoarders(self) -> None:
        """Kill those that hold more memory than any page needs; the look that they serve ends with them."""
        for pid in self.alive:
            with suppress(OSError, ValueError, IndexError):  # it ended while we read
                pages = int((_TABLE / str(pid) / "statm").read_text().split()[1])
                if pages * resource.getpagesize() > MEMORY_BYTES:
                    os.kill(pid, signal.SIGKILL)


def members(group: int) -> tuple[int, ...]:
    """Give the processes of a group that still run; none where the system has no /proc to tell."""
    return tuple(pid for pid, its, state in _table() if its == group and state not in "ZX")


def _watchman(group: int) -> "subprocess.Popen[bytes]":
    """Start who kills the group when our end of its standard input closes: we ended, in whatever way."""
    command = ["/bin/sh", "-c", _WATCHMAN, "sh", str(group)]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, start_new_session=True)


def _table() -> Iterable[tuple[int, int, str]]:
    """Give each process's id, group and state."""
    for entry in _TABLE.glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):  # it ended while we read
            state, _, group = entry.read_text("utf-8", "replace").rpartition(")")[2].split()[:3]
            yield int(entry.parent.name), int(group), state


async def _gone(pid: int) -> None:
    try:
        handle = os.pidfd_open(pid)
    except OSError:  # gone already, or a system that cannot wait for a stranger's child
        await asyncio.sleep(0)
        return
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(handle, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(handle)
        os.close(handle)
