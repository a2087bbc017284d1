"""Choosing the next 500 due among a million addresses, on SQLite."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sized
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from casebook import visits
from casebook.access import MONITOR
from casebook.store import Casebook, create_book
from casebook.vault import Vault

ADDRESSES = 1_000_000
HOSTS = 20_000
DUE = 100_000
MOST = 500
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Choosing(NamedTuple):
    """Milliseconds of each run: finding 500 rows in the queue, and the whole verb that also takes them."""

    filled_s: float
    select_ms: list[float]
    lease_ms: list[float]


def measure(folder: Path, runs: int) -> Choosing:
    began = time.perf_counter()
    book = fill(folder / "million.sqlite3")
    filled_s = time.perf_counter() - began
    select_ms: list[float] = []
    lease_ms: list[float] = []
    for _ in range(runs):
        with book.reading() as session:
            select_ms.append(_timed(lambda: visits.next_due(session, NOON, MOST)))
        lease_ms.append(_timed(lambda: _lease(book)))
    book.engine.dispose()
    return Choosing(filled_s, select_ms, lease_ms)


def _timed(work: Callable[[], Sized]) -> float:
    began = time.perf_counter()
    found = work()
    took_ms = (time.perf_counter() - began) * 1000
    assert len(found) == MOST, len(found)
    return took_ms


def _lease(book: Casebook) -> list[visits.Visit]:
    until = NOON + timedelta(minutes=5)
    gap = timedelta(seconds=2)
    return visits.lease(book, "bench", actor=MONITOR, at=NOON, until=until, most=MOST, per_site=37, gap=gap)


def fill(file: Path) -> Casebook:
    """Make a casebook with a million addresses, a tenth of them due, in no order; sealed as real ones are."""
    vault = Vault(bytes(32))
    create_book(f"sqlite:///{file}", vault).engine.dispose()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -200000")
        indexes = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql LIKE 'CREATE INDEX address_%'")
        kept = indexes.fetchall()
        for name, _ in kept:
            connection.execute(f"DROP INDEX {name}")
        connection.executemany(
            "INSERT INTO address (url, url_digest, site_digest, minor, due_at, failures) VALUES (?, ?, ?, 0, ?, 0)",
            _rows(vault),
        )
        for _, sql in kept:
            connection.execute(sql)
        connection.execute("ANALYZE")
    connection.close()
    return Casebook(create_book(f"sqlite:///{file}", vault).engine, vault)


def _rows(vault: Vault) -> Iterator[tuple[bytes, bytes, bytes, str]]:
    sites = [vault.digest("site", f"host-{n}.example") for n in range(HOSTS)]
    for number in range(ADDRESSES):
        url = f"https://host-{number % HOSTS}.example/post/{number}"
        place = number * 611_953 % ADDRESSES  # every place in the queue once, in an order far from the table's
        due = NOON + timedelta(seconds=(place - DUE + 1) * 0.1)
        yield (
            vault.seal("address.url", url),
            vault.digest("url", url),
            sites[number % HOSTS],
            due.strftime("%Y-%m-%d %H:%M:%S.%f"),
        )
