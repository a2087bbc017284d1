"""What confidentiality costs: opening a case file, and sealing on the way of a recheck; run by `make bench`."""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import sides
from recheck import ADDRESSES, CONFIG, HOSTS, SETTINGS, addresses, console, home, run, said, show, spread, table, web

from casebook import casefile, cases, keys, officers
from casebook.keys import Identity
from casebook.vault import Vault
from casebook.vocabulary import EntryKind
from scheduler.home import Home

ENTRIES, OPENINGS = 200, 20
OPEN_MS, SHARE = 300.0, 0.10
ROUNDS = 5
PASSPHRASE = "some long words of a bench"


def timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def open_files(folder: Path) -> None:
    """A case file with many entries: opened in one process, and by the command as a whole."""
    book, _ = Home.find(folder, CONFIG).make()
    at = datetime.now(UTC)
    officers.add_first(book, "bench", at=at, passphrase=PASSPHRASE)
    claim = officers.claim(book, "bench")
    actor = officers.prove(book, claim, PASSPHRASE, at=at)
    ref = cases.open_case(book, actor=actor, at=at, chance=random.Random(1))
    for number in range(ENTRIES):
        words = {"words": f"note {number}, " + "of ordinary length " * 10}
        casefile.add(book, ref, EntryKind.NOTE, words, actor=actor, at=at)
    locked = keys.lock(Identity.make(), PASSPHRASE)
    passphrase = [timed(lambda: keys.unlock(locked, PASSPHRASE)) for _ in range(OPENINGS)]
    inside = [timed(lambda: casefile.read(book, ref, actor=actor, at=at)) for _ in range(OPENINGS)]
    slip = folder / "passphrase.txt"
    slip.write_text(PASSPHRASE)
    environment = {**os.environ, "PEHRA_PASSPHRASE_FILE": str(slip)}
    pehra = [str(Path(sys.executable).with_name("pehra")), "--home", str(folder), "--config", str(CONFIG)]

    def command(*words: str) -> Callable[[], object]:
        line = [*pehra, *words]
        return lambda: subprocess.run(line, env=environment, check=True, stdout=subprocess.DEVNULL)

    whole, without = [], []
    for _ in range(OPENINGS // 2):
        whole.append(timed(command("file", "show", ref, "--json")))
        without.append(timed(command("case", "list", "--json")))
    more = statistics.median(one - other for one, other in zip(whole, without, strict=True))
    times = table(f"a case file of {ENTRIES} entries, {OPENINGS} openings", "what", "wanted", "ms", "")
    times.add_row("the passphrase's own cost", "", spread(passphrase, 0), "")
    met = statistics.median(inside) < OPEN_MS
    times.add_row("opening the file", f"under {OPEN_MS:.0f} ms", spread(inside, 1), said(met))
    times.add_row("`pehra file show`, start and passphrase included", "", spread(whole, 0), "")
    times.add_row(
        "more than `pehra case list` takes, pair by pair",
        f"under {OPEN_MS:.0f} ms",
        f"{more:.0f}",
        said(more < OPEN_MS),
    )
    show(times)


def share_of_sealing(folder: Path) -> None:
    """The same pass with seals that are none, pair by pair in turn."""
    with web(0) as ports:
        urls = addresses(ports)
        for kind in ("sealed", "open"):
            (folder / kind).mkdir()
        home(folder / "sealed" / "home", urls)
        with patch.object(Vault, "seal", sides.no_seal), patch.object(Vault, "unseal", sides.no_unseal):
            home(folder / "open" / "home", urls)
        sealed, bare = [], []
        for turn in range(ROUNDS):
            sealed.append(run("pehra", folder / "sealed", turn)["cpu_s"] * 1000 / ADDRESSES)
            bare.append(run("unsealed", folder / "open", turn)["cpu_s"] * 1000 / ADDRESSES)
    ratios = [one / other - 1 for one, other in zip(sealed, bare, strict=True)]
    costs = table(f"{ADDRESSES:,} addresses of {HOSTS} hosts, {ROUNDS} pairs", "side", "wanted", "CPU ms/address", "")
    costs.add_row("sealed", "", spread(sealed, 2), "")
    costs.add_row("with seals that are none", "", spread(bare, 2), "")
    met = statistics.median(ratios) < SHARE
    costs.add_row(
        "sealing adds, pair by pair", f"under {SHARE:.0%}", f"{spread([100 * one for one in ratios], 1)} %", said(met)
    )
    show(costs)


def main() -> None:
    os.environ.update(SETTINGS)
    console.print("## What confidentiality costs\n")
    with tempfile.TemporaryDirectory(prefix="pehra-bench-") as name:
        open_files(Path(name) / "home")
        share_of_sealing(Path(name))


if __name__ == "__main__":
    main()
