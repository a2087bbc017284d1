"""How fast Pehra rechecks, chooses and takes addresses in, against its targets; run by `make bench`.

Everything runs over loopback, in a temporary folder that is removed at the end. The tables are Markdown, so that they
can be kept as they came out. `--quick` makes three rounds instead of five.
"""

import argparse
import json
import os
import platform
import random
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import capacity
import leasing
from rich import box
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select, update

from casebook import cases, links, officers
from casebook.tables import Address, Check
from platforms.address import site_of
from scheduler import workers
from scheduler.home import Home

BENCH = Path(__file__).parent
CONFIG = BENCH.parent / "config.yaml"
HOSTS = 40
ADDRESSES = 2_000
ADDED = 10_000
LEASES = 30
DELAYS_MS = (0, 50)
RATIO, PEAK_MB, CHOOSE_MS, ADD_S = 0.7, 150.0, 20.0, 10.0
LONGEST_S = 60.0
SETTINGS = {
    "PEHRA__CRAWLER__PER_HOST_DELAY_S": "0",
    "PEHRA__CRAWLER__ALLOW_NETWORKS": "127.0.0.0/8",
    "PEHRA__MONITOR__LINGER_S": "0",
}
EXPECTED = {"live": ADDRESSES * 19 // 20, "removed": ADDRESSES // 20}
KNOWN = {"whole": "known pages, read whole", "tags": "known pages, 304 where the site has tags"}
SIDES = {"shipped": "Scrapy as it ships", "bare": "Scrapy, Pehra's settings", "pehra": "Pehra"}
WHAT = f"""\
{ADDRESSES:,} addresses of {HOSTS} loopback hosts in no order, 15 kB each, 5 % of them 404, 5 % redirects that are followed
(so 2,100 requests). One process each, no delay per host, one request per host and {{at_once}} in all at a time. The
servers run in a process of their own.

- *Scrapy as it ships*: its defaults with the same numbers for concurrency, delay and timeout, no log, and a callback
  that does nothing. Its own middleware follows the redirects.
- *Scrapy, Pehra's settings*: the same callback, with every setting of Pehra's worker: no middlewares, no extensions,
  one item at a time per answer. Scrapy at its fastest, and not how anybody runs it. The callback asks for redirects.
- *Pehra*: one worker's pass, from due to recorded: lease, guarded visit, judgement, record, on SQLite.

The rate runs from the first lease (or first address) to the last record (or last answer); the start of a process is left
out on all sides. Each round runs all three, in changing order; a ratio is of one round.
"""
CHOOSING = f"""\
{leasing.ADDRESSES:,} sealed addresses of {leasing.HOSTS:,} hosts, {leasing.DUE:,} of them due, in no order. Each run finds the
{leasing.MOST} longest due anew, because the one before took its {leasing.MOST}. *Choosing* is the statement that finds them,
with all that is read of them; *the whole lease* also writes each row, commits, and unseals the addresses.
"""
ADDING = f"""\
`pehra link add CASE --from FILE` with {ADDED:,} addresses, the start of the program included; the second run adds none.
"""

console = Console(width=120, highlight=False)


class Round(NamedTuple):
    """One run of each side, by its name."""

    sides: dict[str, dict[str, Any]]

    def rate(self, side: str) -> float:
        return float(self.sides[side]["done"] / self.sides[side]["wall_s"])

    def ratio(self, side: str) -> float:
        return self.rate("pehra") / self.rate(side)


@contextmanager
def web(delay_ms: int) -> Iterator[list[int]]:
    """Start the servers and give their ports; they end when their standard input closes."""
    command = [sys.executable, str(BENCH / "loopback.py"), str(HOSTS), str(delay_ms)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin
        assert server.stdout
        try:
            yield json.loads(server.stdout.readline())
        finally:
            server.stdin.close()
            server.wait(LONGEST_S)


def addresses(ports: list[int]) -> list[str]:
    """Give every address, in an order of its own that is the same each time."""
    kinds = ["gone", "moved", *["p"] * 18]
    urls = []
    for number in range(ADDRESSES):
        host, turn = number % HOSTS, number // HOSTS
        urls.append(f"http://127.0.0.{host + 1}:{ports[host]}/{kinds[(turn + host) % 20]}/{number}")
    random.Random(1).shuffle(urls)
    return urls


def home(folder: Path, urls: list[str]) -> None:
    """Make a home in which every address is due."""
    book, _ = Home.find(folder, CONFIG).make()
    at = datetime.now(UTC)
    officer = officers.add_first(book, "bench", at=at)
    case = cases.open_case(book, actor=officer, at=at, chance=random.Random(1))
    found = [links.Found(url, None, site_of(url), None) for url in urls]
    for start in range(0, len(found), links.ADDED_AT_ONCE):
        links.add(book, case, found[start : start + links.ADDED_AT_ONCE], actor=officer, at=at)
    book.engine.dispose()


def one_round(folder: Path, turn: int) -> Round:
    order = list(SIDES)[turn % 3 :] + list(SIDES)[: turn % 3]
    return Round({side: run(side, folder, turn) for side in order})


def run(side: str, folder: Path, turn: int) -> dict[str, Any]:
    what = folder / "addresses.json"
    if side in ("pehra", "unsealed"):
        what = folder / f"home-{turn}"
        shutil.copytree(folder / "home", what)
    told = pass_over(what, side)
    if side in ("pehra", "unsealed"):
        told["verdicts"] = verdicts(what)
        assert told["verdicts"] == EXPECTED, told
        shutil.rmtree(what)
    return told


def known(folder: Path) -> dict[str, dict[str, Any]]:
    """Look at every address once, then again: with the whole page read, and with what did not change left out."""
    what = folder / "home-known"
    shutil.copytree(folder / "home", what)
    told = {"first": pass_over(what)}
    for name in KNOWN:
        due_again(what, whole=name == "whole")
        told[name] = pass_over(what)
    assert verdicts(what) == {verdict: n * 3 for verdict, n in EXPECTED.items()}
    shutil.rmtree(what)
    return told


def pass_over(what: Path, side: str = "pehra") -> dict[str, Any]:
    command = [sys.executable, str(BENCH / "sides.py"), side, str(what)]
    around = {**os.environ, **workers.MEMORY}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=around) as process:
        assert process.stdout
        too_long = threading.Timer(LONGEST_S, process.kill)
        too_long.start()
        told: dict[str, Any] = json.loads(process.stdout.read() or "{}")  # a worker ends when its standard input does
        too_long.cancel()
    assert told.get("done") == ADDRESSES, f"{side}: {told}"
    return told


def due_again(folder: Path, *, whole: bool) -> None:
    """Make every address due; `whole` forgets that pages were read, so that nothing is asked for conditionally."""
    book = Home.find(folder, CONFIG).book()
    changes: dict[str, Any] = {"due_at": datetime.now(UTC)}
    with book.writing() as session:
        session.execute(update(Address).values(changes | ({"read_whole_at": None} if whole else {})))
    book.engine.dispose()


def verdicts(folder: Path) -> dict[str, int]:
    """Count what is on record: a fast wrong answer is none."""
    book = Home.find(folder, CONFIG).book()
    with book.reading() as session:
        found = {
            one.value: n for one, n in session.execute(select(Check.verdict, func.count()).group_by(Check.verdict))
        }
    book.engine.dispose()
    return found


def recheck(folder: Path, delay_ms: int, rounds: int) -> float:
    """Run the rounds at one delay, print their tables, and give the capacity of the servers."""
    with web(delay_ms) as ports:
        urls = addresses(ports)
        folder.mkdir()
        (folder / "addresses.json").write_text(json.dumps(urls))
        home(folder / "home", urls)
        most = capacity.measure(urls)
        results = [one_round(folder, turn) for turn in range(rounds)]
        again = [known(folder) for _ in range(rounds)] if delay_ms == 0 else []
    rates = table(f"{delay_ms} ms server delay, {rounds} rounds", "side", "addresses/s", "CPU ms/address", "peak MB")
    for side, name in SIDES.items():
        told = [result.sides[side] for result in results]
        rates.add_row(
            name,
            spread([result.rate(side) for result in results], 0),
            spread([one["cpu_s"] * 1000 / ADDRESSES for one in told], 2),
            spread([one["peak_mb"] for one in told], 0),
        )
    for name, what in KNOWN.items() if again else ():
        rates.add_row(
            f"Pehra, {what}",
            spread([one[name]["done"] / one[name]["wall_s"] for one in again], 0),
            spread([one[name]["cpu_s"] * 1000 / ADDRESSES for one in again], 2),
            spread([one[name]["peak_mb"] for one in again], 0),
        )
    show(rates)
    targets = table("", "target", "wanted", "measured", "")
    for side in ("shipped", "bare"):
        ratios = [result.ratio(side) for result in results]
        met = statistics.median(ratios) >= RATIO
        targets.add_row(f"rate, as a share of: {SIDES[side]}", f"at least {RATIO}", spread(ratios, 2), said(met))
    peaks = [result.sides["pehra"]["peak_mb"] for result in results]
    targets.add_row(
        "most memory of the worker", f"under {PEAK_MB:.0f} MB", spread(peaks, 0), said(max(peaks) < PEAK_MB)
    )
    show(targets)
    return most


def choose(folder: Path) -> None:
    found = leasing.measure(folder, LEASES)
    times = table(f"{LEASES} runs", "what", "wanted", "ms", "")
    chosen = statistics.median(found.select_ms) < CHOOSE_MS
    leased = statistics.median(found.lease_ms) < CHOOSE_MS
    times.add_row("choosing", f"under {CHOOSE_MS:.0f} ms", spread(found.select_ms, 1), said(chosen))
    times.add_row("the whole lease", f"under {CHOOSE_MS:.0f} ms", spread(found.lease_ms, 1), said(leased))
    show(times)


def add(folder: Path) -> None:
    pehra = [str(Path(sys.executable).with_name("pehra")), "--home", str(folder / "home"), "--config", str(CONFIG)]
    subprocess.run([*pehra, "init", "--officer", "Bench"], stdout=subprocess.DEVNULL, check=True)
    opened = subprocess.run([*pehra, "case", "open", "--json"], stdout=subprocess.PIPE, check=True)
    case = json.loads(opened.stdout)["case"]
    file = folder / "addresses.txt"
    file.write_text("".join(f"https://site-{n % 700}.example/post/{n}?id={n * 7}\n" for n in range(ADDED)))
    times = table("", "run", "wanted", "s", "added", "already watched", "")
    for turn in ("first", "second"):
        began = time.perf_counter()
        command = [*pehra, "link", "add", case, "--from", str(file), "--json"]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=LONGEST_S)
        took_s = time.perf_counter() - began
        told = {name: len(one) for name, one in json.loads(done.stdout).items()}
        met = said(took_s < ADD_S)
        times.add_row(turn, f"under {ADD_S:.0f} s", f"{took_s:.1f}", f"{told['added']}", f"{told['already']}", met)
    show(times)


def table(title: str, *columns: str) -> Table:
    made = Table(title=title or None, title_justify="left", title_style="", box=box.MARKDOWN)
    for column in columns:
        made.add_column(column, no_wrap=True)
    return made


def show(made: Table) -> None:
    console.print(made)
    console.print()


def spread(values: list[float], digits: int) -> str:
    """The median, and between which ends the rest lies."""
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def said(met: bool) -> str:
    return "met" if met else "**missed**"


def machine() -> None:
    about = table("", "machine", "")
    about.add_row("processor", _line("/proc/cpuinfo", r"model name\s*: (.+)") + f", {os.cpu_count()} cores")
    memory_kb = _line("/proc/meminfo", r"MemTotal:\s*(\d+)")
    about.add_row("memory", f"{int(memory_kb) / 1e6:.1f} GB" if memory_kb.isdigit() else memory_kb)
    system = _line("/etc/os-release", r'PRETTY_NAME="(.+)"')
    about.add_row("system", f"{system}, {platform.system()} {platform.machine()}")
    about.add_row("Python", platform.python_version())
    about.add_row("SQLite", sqlite3.sqlite_version)
    about.add_row("libraries", ", ".join(f"{name} {version(name)}" for name in ("Scrapy", "Twisted", "SQLAlchemy")))
    about.add_row("busy before", f"load {os.getloadavg()[0]:.1f} over the last minute")
    show(about)


def _line(file: str, pattern: str) -> str:
    try:
        found = re.search(pattern, Path(file).read_text())
    except OSError:
        found = None
    return found[1] if found else "unknown"


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure Pehra against its targets.")
    parser.add_argument("--quick", action="store_true", help="three rounds instead of five")
    rounds = 3 if parser.parse_args().quick else 5
    os.environ.update(SETTINGS)
    at_once = Home.find(Path("none"), CONFIG).settings.crawler.hosts_at_once
    console.print("Every figure is the median, with the least and the most.\n")
    machine()
    with tempfile.TemporaryDirectory(prefix="pehra-bench-") as name:
        folder = Path(name)
        console.print(f"## Rechecking\n\n{WHAT.format(at_once=at_once)}", soft_wrap=True)
        most = [recheck(folder / f"delay-{delay_ms}", delay_ms, rounds) for delay_ms in DELAYS_MS]
        for delay_ms, rate in zip(DELAYS_MS, most, strict=True):
            console.print(f"At {delay_ms} ms the servers themselves answer {rate:,.0f} requests/s to {HOSTS} clients.")
        console.print(f"\n## Choosing what is due\n\n{CHOOSING}", soft_wrap=True)
        choose(folder)
        console.print(f"## Taking links in\n\n{ADDING}", soft_wrap=True)
        add(folder)


if __name__ == "__main__":
    main()
