"""What runs when: plain functions, each callable by hand."""

import secrets
import subprocess
import time
from collections.abc import Sequence
from datetime import timedelta

from casebook import backups, digests, erasing, retention, sources, tidying, visits
from casebook.access import MONITOR, Actor
from casebook.erasing import ReceiptView
from casebook.errors import Unavailable
from casebook.retention import Swept
from casebook.store import Casebook
from scheduler import workers
from scheduler.clock import now
from scheduler.home import Home

HELD_WAIT_S = 90.0


def anything_due(book: Casebook) -> bool:
    """Tell whether a worker is wanted."""
    return visits.anything_due(book, at=now())


def let_go(book: Casebook, home: Home) -> tuple[Swept, list[ReceiptView]]:
    """Let go of what is past its time, and erase the cases whose erasing is due."""
    at, limits = now(), home.settings.retention
    swept = retention.sweep(book, limits, actor=MONITOR, at=at)
    objection = timedelta(seconds=limits.objection_s)
    erased = erasing.erase_due(book, actor=MONITOR, at=at, objection=objection, bury=home.bury)
    digests.drop_old(book, at=at)
    backups.tidy(home.folder)
    backups.drop_keys(home.folder, timedelta(seconds=limits.backups_s), at=at)
    tidying.tidy(book, home.strongroom(), home.settings.evidence, actor=MONITOR, at=at)
    return swept, erased


def look_now(book: Casebook, home: Home, addresses: Sequence[int], *, actor: Actor) -> int:
    """Visit these addresses at once; those the monitor is visiting just now are waited for. Gives how many.

    Raises:
        Unavailable: the worker did not end well; what it recorded stays.
    """
    looked = 0
    for start in range(0, len(addresses), home.settings.monitor.batch):
        looked += _look(book, home, addresses[start : start + home.settings.monitor.batch], actor)
    return looked


def _look(book: Casebook, home: Home, addresses: Sequence[int], actor: Actor) -> int:
    owner, began = f"check-{secrets.token_hex(8)}", now()
    # All of them may be of one host, which is asked at its own pace.
    longest_s = home.settings.crawler.visit_time_s + home.settings.crawler.per_host_delay_s * len(addresses)
    until = began + timedelta(seconds=home.settings.monitor.lease_s + longest_s)
    taken, held = visits.lease_these(book, owner, addresses, actor=actor, at=began, until=until)
    if taken:
        try:
            well = _ended_well(workers.start(home, owner, only=True))
        finally:
            visits.release(book, owner, actor=MONITOR, at=now())
        if not well:
            raise Unavailable("the check did not end well; what was seen is on record, the rest is due again")
    _wait_for(book, held)
    return len(taken) + len(held)


def look_at_controls(home: Home, platforms: Sequence[str]) -> None:
    """Visit the controls of these platforms now, due or not.

    Raises:
        Unavailable: the worker did not end well; what it recorded stays.
    """
    worker = workers.start(home, f"check-{secrets.token_hex(8)}", only=True, controls=platforms)
    if not _ended_well(worker):
        raise Unavailable("the check did not end well; what was seen of the controls is on record")


def any_source_due(book: Casebook) -> bool:
    """Tell whether a worker is wanted that sweeps."""
    return sources.anything_due(book, at=now())


def sweep_now(book: Casebook, home: Home, wanted: Sequence[int], *, actor: Actor) -> int:
    """Sweep these sources at once; gives how many. One that the monitor is sweeping just now is left to it.

    Raises:
        Unavailable: the worker did not end well; what it recorded stays.
    """
    owner, began = f"sweep-{secrets.token_hex(8)}", now()
    until = began + timedelta(seconds=home.settings.monitor.lease_s)
    taken, _held = sources.lease_these(book, owner, wanted, actor=actor, at=began, until=until)
    if taken:
        try:
            well = _ended_well(workers.start(home, owner, only=True, sweep=True))
        finally:
            sources.release(book, owner, actor=MONITOR, at=now())
        if not well:
            raise Unavailable("the sweep did not end well; what was seen is on record, the rest is due again")
    return len(taken)


def _ended_well(worker: "subprocess.Popen[bytes]") -> bool:
    """Wait for a worker; who is interrupted meanwhile ends it first."""
    try:
        return worker.wait() == 0
    except BaseException:
        worker.terminate()
        worker.wait(10)
        raise


def _wait_for(book: Casebook, held: list[int]) -> None:
    deadline = time.monotonic() + HELD_WAIT_S
    while held and visits.still_held(book, held, at=now()) and time.monotonic() < deadline:
        time.sleep(0.2)
