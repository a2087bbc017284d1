"""The monitor: the only file that knows APScheduler."""

import fcntl
import logging
import os
import secrets
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from apscheduler.schedulers.background import BackgroundScheduler

from casebook import beats, sources, visits
from casebook.access import MONITOR
from casebook.errors import CasebookError, Refused
from casebook.store import Casebook
from scheduler import digests, inbox, jobs, workers
from scheduler.clock import now
from scheduler.home import Home
from scheduler.stamps import Stamping

log = logging.getLogger(__name__)

LOCK = "monitor.lock"
SWEEPER = "sweeps-"
BEAT_EVERY_S = 5.0
LET_GO_EVERY_S = 600.0
DIGESTS_EVERY_S = 60.0
STAMPS_EVERY_S = 60.0
WORKER_ENDS_WITHIN_S = 6.0
FAILED_WAIT_MAX_S = 300.0


class Monitor:
    """Starts a worker when something is due, and ends it when it is stuck."""

    def __init__(self, home: Home, book: Casebook) -> None:
        self._home, self._book = home, book
        self._owner = f"monitor-{secrets.token_hex(4)}"
        self._worker: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._progress = (0, now())
        self._failures, self._waits_until = 0, now()
        self._sweeps = _Sweeps(home, book)
        self._stamps = _Stamps(home, book)

    def run(self) -> None:
        """Watch until SIGTERM or SIGINT."""
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, lambda *_: self._stopping.set())
        visits.release(self._book, "monitor-", actor=MONITOR, at=now())
        sources.release(self._book, SWEEPER, actor=MONITOR, at=now())
        beats.begin(self._book, actor=MONITOR, at=now())
        scheduler = BackgroundScheduler(timezone="UTC")
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a turn skipped while the last one waits is no news
        poll_s = self._home.settings.monitor.poll_s
        scheduler.add_job(_safely, "interval", args=[self.recheck], seconds=poll_s, next_run_time=now())
        scheduler.add_job(_safely, "interval", args=[self.sweep], seconds=poll_s, next_run_time=now())
        scheduler.add_job(_safely, "interval", args=[self._beat], seconds=BEAT_EVERY_S)
        scheduler.add_job(_safely, "interval", args=[self._let_go], seconds=LET_GO_EVERY_S, next_run_time=now())
        scheduler.add_job(_safely, "interval", args=[self._digests], seconds=DIGESTS_EVERY_S, next_run_time=now())
        scheduler.add_job(_safely, "interval", args=[self._stamps.turn], seconds=STAMPS_EVERY_S, next_run_time=now())
        if self._home.settings.inbox.host is not None:
            every_s = self._home.settings.inbox.every_s
            scheduler.add_job(_safely, "interval", args=[self._inbox], seconds=every_s, next_run_time=now())
        scheduler.start()
        log.info("the monitor watches")
        self._stopping.wait()
        scheduler.shutdown(wait=False)
        self._end_worker()
        self._sweeps.end()
        visits.release(self._book, "monitor-", actor=MONITOR, at=now())
        beats.beat(self._book, actor=MONITOR, at=now(), ended=True)
        log.info("the monitor has stopped; nothing is held")

    def recheck(self) -> None:
        """Have a worker at work whenever something is due."""
        if self._stopping.is_set():
            return
        if self._worker is not None and self._worker.poll() is None:
            self._end_if_stuck()
            return
        if self._worker is not None:
            code, self._worker = self._worker.returncode, None
            self._after_a_worker(code)
        if now() >= self._waits_until and jobs.anything_due(self._book):
            self._worker = workers.start(self._home, self._owner)
            self._progress = (-1, now())

    def sweep(self) -> None:
        """Have a worker sweeping whenever a source is due."""
        if not self._stopping.is_set():
            self._sweeps.turn()

    def _let_go(self) -> None:
        _, erased = jobs.let_go(self._book, self._home)
        if erased:
            log.info("%d case(s) erased", len(erased))

    def _digests(self) -> None:
        digests.send_owed(self._home, self._book)

    def _inbox(self) -> None:
        inbox.check(self._home, self._book)

    def _after_a_worker(self, code: int) -> None:
        """Wait longer with each worker in a row that failed: a fault must not turn into a visit every few seconds."""
        self._failures = self._failures + 1 if code != 0 else 0
        if code != 0:
            self._waits_until = now() + timedelta(seconds=_wait_s(self._home, self._failures))
            log.warning("a worker ended with %s; what it held is due again", code)
            visits.release(self._book, self._owner, actor=MONITOR, at=now())

    def _beat(self) -> None:
        beats.beat(self._book, actor=MONITOR, at=now())

    def _end_if_stuck(self) -> None:
        last = visits.last_check(self._book)
        running = visits.queue(self._book, actor=MONITOR, at=now()).running
        if last != self._progress[0] or not running:
            self._progress = (last, now())
        elif (now() - self._progress[1]).total_seconds() > self._home.settings.monitor.stuck_after_s:
            log.warning("the worker is stuck; it is ended, and what it held is due again")
            self._kill()

    def _end_worker(self) -> None:
        if self._worker is None:
            return
        self._worker.terminate()
        try:
            self._worker.wait(WORKER_ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._kill()

    def _kill(self) -> None:
        if self._worker is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._worker.pid, signal.SIGKILL)
            self._worker.wait()


class _Stamps:
    """The thread that has evidence stamped, one at a time; it is not waited for at the end, for servers may be slow."""

    def __init__(self, home: Home, book: Casebook) -> None:
        self._stamping = Stamping(home, book)
        self._thread: threading.Thread | None = None

    def turn(self) -> None:
        """Start a turn where none is under way."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=_safely, args=[self._stamping.turn], daemon=True)
            self._thread.start()


class _Sweeps:
    """The worker that sweeps; it is stuck when it no longer prolongs the leases of its sources."""

    def __init__(self, home: Home, book: Casebook) -> None:
        self._home, self._book = home, book
        self._owner = f"{SWEEPER}{secrets.token_hex(4)}"
        self._worker: subprocess.Popen[bytes] | None = None
        self._failures, self._waits_until, self._held_at = 0, now(), now()

    def turn(self) -> None:
        """Start a worker where one is wanted; end one that is stuck."""
        if self._worker is not None and self._worker.poll() is None:
            self._end_if_stuck()
            return
        if self._worker is not None:
            code, self._worker = self._worker.returncode, None
            self._failures = self._failures + 1 if code != 0 else 0
            if code != 0:
                log.warning("a sweep ended with %s; its sources are due again", code)
                sources.release(self._book, self._owner, actor=MONITOR, at=now())
                self._waits_until = now() + timedelta(seconds=_wait_s(self._home, self._failures))
        if now() >= self._waits_until and jobs.any_source_due(self._book):
            self._worker = workers.start(self._home, self._owner, sweep=True)
            self._held_at = now()

    def _end_if_stuck(self) -> None:
        if sources.leased(self._book, self._owner, actor=MONITOR, at=now()):
            self._held_at = now()
        elif (now() - self._held_at).total_seconds() > self._home.settings.monitor.stuck_after_s:
            log.warning("the worker that sweeps is stuck; it is ended, and its sources are due again")
            self._kill()

    def end(self) -> None:
        """End it, and give back what it holds."""
        if self._worker is None:
            return
        self._worker.terminate()
        try:
            self._worker.wait(WORKER_ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._kill()
        sources.release(self._book, self._owner, actor=MONITOR, at=now())

    def _kill(self) -> None:
        if self._worker is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._worker.pid, signal.SIGKILL)
            self._worker.wait()


def _wait_s(home: Home, failures: int) -> float:
    return min(home.settings.monitor.poll_s * 2.0 ** min(failures, 30), FAILED_WAIT_MAX_S)


def _safely(job: Callable[[], object]) -> None:
    """Run a job; what fails is said without its text, and tried again at the next turn."""
    try:
        job()
    except CasebookError as error:
        log.warning("%s", error)
    except Exception as error:  # noqa: BLE001  # the edge of a job
        log.error("a job failed (%s)", type(error).__name__)  # noqa: TRY400  # a traceback may hold an address


@contextmanager
def only_monitor(folder: Path) -> Iterator[None]:
    """Hold the home's lock while the monitor runs; the system gives it back however the monitor ends.

    Raises:
        Refused: another monitor runs on this home.
    """
    with (folder / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused("another monitor runs on this home; see: pehra status") from None
        yield
