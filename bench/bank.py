"""How long the bank takes to find what is near, among a million hashes and more, and how much memory they need.

    python bench/bank.py [--rows 1000000 10000000]

Hashes are random, which costs as much as others: every one is counted. One thread, radius 31.
"""

import argparse
import statistics
import time
from pathlib import Path

import faiss
import numpy as np
from recheck import machine, show, spread, table

from matchers.rows import Rows

WANTED_MS = {1_000_000: 1.5, 10_000_000: 15.0}
WANTED_MB = {10_000_000: 400}
RADIUS, ROUNDS, PART = 31, 30, 500_000


def memory_mb() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmRSS"))


def measured(rows: int) -> tuple[list[float], list[float], float, float]:
    """Times in ms of one question alone and of one among 64, memory in MB, s to fill; each question is checked to be found."""
    dice = np.random.default_rng(1)
    before, start = memory_mb(), time.perf_counter()
    bank = Rows()
    asked = None
    for first in range(0, rows, PART):
        bits = dice.integers(0, 256, (min(PART, rows - first), 32), np.uint8)
        numbers = np.arange(first, first + len(bits), dtype=np.int32)
        bank.add(bits, numbers, np.zeros(len(bits), np.int32))
        asked = bits[:64].copy()
    filled = time.perf_counter() - start
    del bits, numbers
    assert asked is not None
    asked[:, 0] ^= 0b10110  # three bits
    single, many = [], []
    for round_ in range(ROUNDS):
        start = time.process_time()
        found = bank.near(asked[round_ : round_ + 1], RADIUS)
        single.append((time.process_time() - start) * 1000)
        assert found.distance.tolist() == [3]
    for _ in range(5):
        start = time.process_time()
        found = bank.near(asked, RADIUS)
        many.append((time.process_time() - start) * 1000 / len(asked))
        assert len(found.asked) == len(asked)
    return single, many, memory_mb() - before, filled


def plain(rows: int) -> list[float]:
    """Times in ms of one question to faiss by itself, which knows neither whose a hash is nor which turn it was."""
    dice = np.random.default_rng(1)
    index = faiss.IndexBinaryFlat(256)
    for first in range(0, rows, PART):
        bits = dice.integers(0, 256, (min(PART, rows - first), 32), np.uint8)
        index.add(bits)
    bits[:, 0] ^= 0b10110
    took = []
    for round_ in range(ROUNDS):
        start = time.process_time()
        _, distances, _ = index.range_search(bits[round_ : round_ + 1], RADIUS + 1)
        took.append((time.process_time() - start) * 1000)
        assert distances.tolist() == [3]
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, nargs="*", default=[1_000_000])
    options = parser.parse_args()
    faiss.omp_set_num_threads(1)
    machine()
    made = table(f"exact lookup within {RADIUS} bits, one thread", "hashes", "what", "wanted", "measured")
    for rows in options.rows:
        bare = plain(rows)
        single, many, memory, filled = measured(rows)
        made.add_row(f"{rows:,}", "one question, CPU ms", str(WANTED_MS.get(rows, "")), spread(single, 2))
        made.add_row("", "each of 64 questions, CPU ms", str(WANTED_MS.get(rows, "")), spread(many, 2))
        made.add_row("", "one question to faiss alone, CPU ms", "", spread(bare, 2))
        ratio = statistics.median(single) / statistics.median(bare)
        made.add_row("", "ours as a multiple of that", "", f"{ratio:.2f}")
        made.add_row("", "memory, MB", str(WANTED_MB.get(rows, "")), f"{memory:.0f}")
        made.add_row("", "to fill, s", "", f"{filled:.1f}")
    show(made)
    assert statistics.mean(single) > 0


if __name__ == "__main__":
    main()
