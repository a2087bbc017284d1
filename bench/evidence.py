"""What captures cost: beside the visits they document, and to seal; run by hand: python bench/evidence.py [--quick]

Everything runs over loopback, in a temporary folder that is removed at the end. A worker's pass over addresses that no
case wants captured is set beside the same pass where every page is captured; both are whole passes, from due to recorded.
"""

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from recheck import BENCH, CONFIG, HOSTS, SETTINGS, console, machine, said, show, spread, table, web

from casebook import cases, consents, links, officers
from casebook.strongroom import Strongroom
from casebook.vocabulary import Act, Category
from platforms.address import site_of
from scheduler import workers
from scheduler.home import Home

SHARED = 400  # addresses of the pass over many hosts
ALONE = 60  # addresses of the pass in which one visit follows the other
COST, SEALED_MB_S = 1.5, 100.0
SEALED_BYTES = 400_000_000
PIECE = 1 << 20
SIDES = ("visits alone", "visits that are captured")


def home(folder: Path, urls: list[str], *, captured: bool) -> Path:
    """Make a home in which every address is due."""
    book, _ = Home.find(folder, CONFIG).make()
    at = datetime.now(UTC)
    officer = officers.add_first(book, "bench", at=at)
    ref = cases.open_case(book, actor=officer, at=at, chance=random.Random(1))
    if captured:
        consents.change(book, ref, Act.CAPTURE, given=True, actor=officer, at=at)
    found = [links.Found(url, None, site_of(url), None) for url in urls]
    links.add(book, ref, found, actor=officer, at=at, category=Category.HARASSMENT)
    book.engine.dispose()
    return folder


def pass_over(folder: Path, count: int) -> dict[str, Any]:
    command = [sys.executable, str(BENCH / "sides.py"), "pehra", str(folder)]
    around = {**os.environ, **workers.MEMORY}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=around) as process:
        assert process.stdout
        told: dict[str, Any] = json.loads(process.stdout.read() or "{}")
    assert told.get("done") == count, told
    return told


def captures(folder: Path) -> int:
    return sum(one.suffix == ".age" for one in (folder / "evidence").glob("*"))


def one_round(folder: Path, urls: list[str], turn: int) -> dict[str, dict[str, Any]]:
    order = SIDES if turn % 2 else SIDES[::-1]
    told = {}
    for side in order:
        made = home(folder / "home", urls, captured=side == SIDES[1])
        told[side] = pass_over(made, len(urls))
        assert captures(made) == (len(urls) if side == SIDES[1] else 0)
        shutil.rmtree(made)
    return told


def cost(folder: Path, delay_ms: int, at_once: int, count: int, rounds: int) -> None:
    """Print what a capture adds to a visit, in time and in processor time; `at_once` requests are on their way."""
    os.environ["PEHRA__CRAWLER__HOSTS_AT_ONCE"] = str(at_once)
    with web(delay_ms) as ports:
        urls = [f"http://127.0.0.{n % HOSTS + 1}:{ports[n % HOSTS]}/p/{n}" for n in range(count)]
        results = [one_round(folder, urls, turn) for turn in range(rounds)]
    title = f"{count} addresses, {at_once} at a time, {delay_ms} ms server delay, {rounds} rounds"
    made = table(title, "side", "ms/address", "CPU ms/address", "peak MB")
    for side in SIDES:
        told = [result[side] for result in results]
        made.add_row(
            side,
            spread([one["wall_s"] * 1000 / count for one in told], 1),
            spread([one["cpu_s"] * 1000 / count for one in told], 1),
            spread([one["peak_mb"] for one in told], 0),
        )
    show(made)
    targets = table("", "a capture's cost, in visits", "wanted", "measured", "")
    for name, field in (("time", "wall_s"), ("processor time", "cpu_s")):
        ratios = [(result[SIDES[1]][field] - result[SIDES[0]][field]) / result[SIDES[0]][field] for result in results]
        met = said(statistics.median(ratios) <= COST)
        targets.add_row(name, f"at most {COST}", spread(ratios, 2), met)
    show(targets)


def seal(folder: Path, rounds: int) -> None:
    """Print how fast a part is sealed on its way to the disk."""
    room, piece = Strongroom(folder), os.urandom(PIECE)
    rates = []
    for _ in range(rounds):
        began = time.perf_counter()
        part = room.seal(
            "x", "application/octet-stream", lambda out: [out.write(piece) for _ in range(SEALED_BYTES // PIECE)]
        )
        rates.append(part.bytes / 1e6 / (time.perf_counter() - began))
        room.drop([part.file])
    made = table("", "sealing", "wanted", "MB/s", "")
    met = said(statistics.median(rates) >= SEALED_MB_S)
    made.add_row(f"{SEALED_BYTES // 10**6} MB, streamed", f"at least {SEALED_MB_S:.0f}", spread(rates, 0), met)
    show(made)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what captures cost.")
    parser.add_argument("--quick", action="store_true", help="three rounds instead of five")
    rounds = 3 if parser.parse_args().quick else 5
    os.environ.update(SETTINGS, PEHRA__EVIDENCE__KEEP_FREE_BYTES="0")
    console.print("Every figure is the median, with the least and the most.\n")
    machine()
    with tempfile.TemporaryDirectory(prefix="pehra-bench-") as name:
        folder = Path(name)
        for delay_ms, at_once, count in ((0, 40, SHARED), (50, 40, SHARED), (50, 1, ALONE)):
            cost(folder, delay_ms, at_once, count, rounds)
        seal(folder, rounds)


if __name__ == "__main__":
    main()
