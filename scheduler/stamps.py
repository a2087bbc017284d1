"""Has records of evidence and days' roots time-stamped, and closes the days that are over."""

import fcntl
import logging
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from casebook import days, stamps
from casebook.access import MONITOR
from casebook.errors import Refused
from casebook.stamps import Pending
from casebook.store import Casebook
from reporters.timestamps import Asking, NotStamped, Servers, ask
from reporters.tokens import Roots, roots_of
from scheduler.clock import now
from scheduler.home import Home

log = logging.getLogger(__name__)

LOCK = "stamps.lock"
AT_ONCE = 10  # of one turn: public servers ask for patience
FAILED_WAIT = timedelta(seconds=30)
FAILED_WAIT_MAX = timedelta(minutes=30)


@dataclass
class Round:
    """What one turn did."""

    closed: int = 0
    stamped: int = 0
    failed: str | None = None


@dataclass
class Stamping:
    """Takes turns; after each that failed it waits longer, so that a server in trouble is left alone."""

    home: Home
    book: Casebook
    clock: Callable[[], datetime] = now
    _failures: int = 0
    _waits_until: datetime | None = field(default=None, repr=False)

    def turn(self) -> Round:
        """Close what is over, stamp some of what waits, and tell staff where that has failed for a day.

        Raises:
            Busy: another process holds the database.
        """
        done = Round()
        with _alone(self.home) as alone:
            if not alone:
                return done
            done.closed = len(days.close(self.book, actor=MONITOR, at=self.clock()))
            if self.home.settings.evidence.timestamp_servers and not self._rests():
                self._stamp(done)
                stamps.tell(self.book, actor=MONITOR, at=self.clock())
        return done

    def _rests(self) -> bool:
        return self._waits_until is not None and self.clock() < self._waits_until

    def _stamp(self, done: Round) -> None:
        waiting = stamps.pending(self.book, actor=MONITOR, most=AT_ONCE)
        servers: Servers | None = None
        for place, one in enumerate(waiting):
            try:
                servers = servers or Servers(
                    self.home.settings.evidence.timestamp_servers, asking(self.home, self.clock)
                )
                server, stamp = servers.stamp(one.digest)
            except (NotStamped, Refused) as reason:
                self._put_off(waiting[place:], str(reason), done)
                return
            kept = stamps.Stamped(stamp.token, server)
            done.stamped += stamps.record(self.book, one, kept, actor=MONITOR, at=self.clock())
        self._failures, self._waits_until = 0, None

    def _put_off(self, waiting: Sequence[Pending], because: str, done: Round) -> None:
        log.warning("evidence has no time stamp yet: %s", because)
        stamps.failed(self.book, waiting, because, actor=MONITOR, at=self.clock())
        self._failures, done.failed = self._failures + 1, because
        self._waits_until = self.clock() + min(FAILED_WAIT * 2 ** min(self._failures - 1, 10), FAILED_WAIT_MAX)


def asking(home: Home, clock: Callable[[], datetime] = now) -> Asking:
    """Say how servers are asked.

    Raises:
        Refused: the certificates that they are held to are not set, or cannot be read.
    """
    settings = home.settings.evidence
    return Asking(_roots(home), clock, secrets.randbits, settings.timestamp_time_s, settings.timestamp_networks)


def servers_of(home: Home, clock: Callable[[], datetime] = now) -> Servers:
    """Give the servers of the settings.

    Raises:
        Refused: as `asking`.
    """
    return Servers(home.settings.evidence.timestamp_servers, asking(home, clock))


def _roots(home: Home) -> Roots:
    file = home.settings.evidence.timestamp_roots
    if file is None:
        raise Refused(
            "evidence.timestamp_roots is not set: it names the certificates that time-stamp servers are held to"
        )
    try:
        return roots_of(file.read_bytes())
    except OSError:
        raise Refused(
            "the file of evidence.timestamp_roots cannot be read: check that it is there, and who owns it"
        ) from None


def tried(home: Home, clock: Callable[[], datetime] = now) -> list[tuple[str, str | None]]:
    """Have each server stamp a number drawn by chance; gives why that failed, None where it did not.

    Raises:
        Refused: the certificates that they are held to are not set, or cannot be read.
    """
    how = asking(home, clock)
    return [(server, _fault(server, how)) for server in home.settings.evidence.timestamp_servers]


def _fault(server: str, how: Asking) -> str | None:
    try:
        ask(server, secrets.token_bytes(32), how)
    except NotStamped as reason:
        return str(reason)
    return None


@contextmanager
def _alone(home: Home) -> Iterator[bool]:
    """Tell whether nobody else on this home stamps, and keep it so."""
    with (home.folder / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
