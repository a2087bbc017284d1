"""A worker: a child process that leases addresses, visits them, and ends; run as `python -m scheduler.workers`.

It lives in a process of its own so that a crash, a leak or a page that traps it costs one lease and not the monitor.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from casebook import sources, visits
from casebook.access import MONITOR
from casebook.errors import CasebookError
from casebook.keys import leave_no_core
from scheduler import logs
from scheduler.clock import now, state
from scheduler.home import Home

# glibc keeps a heap for each thread that asks; the parsers' trees of many pages would lie scattered over all of them.
MEMORY = {"MALLOC_ARENA_MAX": "1"}


def start(
    home: Home, owner: str, *, only: bool = False, controls: Sequence[str] = (), sweep: bool = False
) -> "subprocess.Popen[bytes]":
    """Start a worker. It ends when our end of its standard input closes, so none outlives a killed monitor.

    `controls` are platforms whose controls it visits at once; with `sweep` it sweeps sources instead of visiting links.
    """
    command = [sys.executable, "-m", "scheduler.workers", "--home", str(home.folder), "--owner", owner]
    if home.config is not None:
        command += ["--config", str(home.config)]
    command += [word for word, wanted in (("--only", only), ("--sweep", sweep)) if wanted]
    command += [word for platform in controls for word in ("--controls", platform)]
    around = {**os.environ, **MEMORY}
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True, env=around
    )


def main() -> int:
    """Run one pass."""
    options = _options()
    leave_no_core()
    try:
        home = Home.find(options.home, options.config)
        logs.set_up(home.settings.logging.level)
        if options.sweep:
            _sweep(home, options.owner, only=options.only)
        else:
            _run(home, options.owner, only=options.only, controls=options.controls)
    except CasebookError as error:
        sys.stderr.write(f"the worker stopped: {error}\n")
        return 1
    except Exception as error:  # noqa: BLE001  # the edge of a job: an exception's text may hold an address
        sys.stderr.write(f"the worker failed ({type(error).__name__}); what it held is looked at again\n")
        return 1
    return 0


def _run(home: Home, owner: str, *, only: bool, controls: Sequence[str]) -> None:
    _silence_twisted()
    from crawler.desk import Desk, Keeping  # heavy: only a worker needs Scrapy
    from crawler.eyes import Eyes
    from crawler.passes import run

    book, registry = home.book(), home.registry()

    def release() -> None:
        visits.release(book, owner, actor=MONITOR, at=now())

    def abandon() -> None:
        release()
        os._exit(0)

    _end_with_parent()
    held = visits.leased(book, owner, actor=MONITOR) if only else None
    eyes = Eyes(book, registry, home.settings.crawler, now, controls)
    chance = random.SystemRandom().random
    keeping = Keeping(home.strongroom(), os.urandom, state)
    desk = Desk(book, home.settings, owner, clock=now, chance=chance, only=held, eyes=eyes, keeping=keeping)
    try:
        run(desk, registry, abandon=abandon)
    finally:
        release()


def _sweep(home: Home, owner: str, *, only: bool) -> None:
    _silence_twisted()
    from crawler.passes import sweep
    from crawler.sweepdesk import SweepDesk

    book, registry = home.book(), home.registry()

    def release() -> None:
        sources.release(book, owner, actor=MONITOR, at=now())

    def abandon() -> None:
        release()
        os._exit(0)

    _end_with_parent()
    held = sources.leased(book, owner, actor=MONITOR, at=now()) if only else None
    desk = SweepDesk(book, home.settings, owner, clock=now, only=held)
    try:
        sweep(desk, registry, abandon=abandon)
    finally:
        release()


def _end_with_parent() -> None:
    """Stop as on SIGTERM when standard input closes."""

    def wait() -> None:
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


def _silence_twisted() -> None:
    """Twisted prints what nobody caught, with its text."""
    from twisted.logger import globalLogBeginner

    globalLogBeginner.beginLoggingTo([], redirectStandardIO=False, discardBuffer=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scheduler.workers", description="Visit what is due, then end.")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--owner", required=True)
    parser.add_argument("--only", action="store_true", help="visit what this owner holds already, and nothing else")
    parser.add_argument("--sweep", action="store_true", help="sweep sources for copies, instead of visiting links")
    parser.add_argument("--controls", action="append", default=[], help="visit this platform's controls at once")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
