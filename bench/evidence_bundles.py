"""What a court bundle costs: 1,000 captures exported and verified, each in a process of its own; time and memory.

Usage: python bench/evidence_bundles.py [CAPTURES]
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import chdir
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from casebook import cases, consents, evidence, links, officers
from casebook.access import MONITOR
from casebook.settings import Evidence
from casebook.store import create_book
from casebook.strongroom import Strongroom
from casebook.vault import make_key, open_vault
from casebook.vocabulary import Act, AddressId, Why
from scheduler.clock import now
from scheduler.home import DATABASE
from tests.helpline import PEHRA
from tests.reporters.bundle import made

PAGE_BYTES, SCREENSHOT_BYTES = 90_000, 200_000


def home(folder: Path, count: int) -> str:
    """Make a home whose one case has so many captures."""
    import random

    folder.mkdir()
    make_key(folder)
    book, at = create_book(f"sqlite:///{folder}/{DATABASE}", open_vault(folder, {})), now()
    actor = officers.add_first(book, "bench", at=at)
    ref = cases.open_case(book, actor=actor, at=at, chance=random.SystemRandom())
    for act in (Act.CAPTURE, Act.SCREENSHOT):
        consents.change(book, ref, act, given=True, actor=actor, at=at)
    links.add(
        book, ref, [links.Found("https://pixhaven.example/p/a", None, "pixhaven.example", None)], actor=actor, at=at
    )
    (address,) = links.addresses_of(book, None, actor=actor, at=at)
    room, drawn = Strongroom(folder), np.random.default_rng(1)
    for _ in range(count):
        capture(book, room, address, drawn)
    book.engine.dispose()
    return ref


def capture(book: object, room: Strongroom, address: int, drawn: np.random.Generator) -> None:
    at = now()
    archive = made.warc("https://pixhaven.example/p/a", at, drawn.bytes(PAGE_BYTES))
    parts = [
        room.seal(name, media, lambda out, data=data: out.write(data), address=address)
        for name, media, data in (
            ("archive.warc.gz", "application/warc", archive),
            ("screenshot.png", "image/png", b"\x89PNG\r\n\x1a\n" + drawn.bytes(SCREENSHOT_BYTES)),
        )
    ]
    hop = {"address": "https://pixhaven.example/p/a", "status": 200, "ip": "192.0.2.7", "certificate_sha256": "ab" * 32}
    facts = {
        "verdict": "live",
        "rule": "pixhaven.player",
        "because": "the frame is there and no notice",
        "hops": [hop],
        "tool": "Pehra",
    }
    seen = evidence.Taken(AddressId(address), at, at, Why.CHANGE, facts, tuple(parts))
    evidence.keep(book, room, seen, Evidence(keep_free_bytes=0), actor=MONITOR, at=at)  # type: ignore[arg-type]


def measured(*words: str) -> tuple[float, float, dict[str, object]]:
    """Run a command: seconds, MB of memory at most, and what it printed."""
    before = time.perf_counter()
    process = subprocess.Popen([PEHRA, *words, "--json"], stdout=subprocess.PIPE)
    out = process.stdout.read() if process.stdout else b""
    _, status, used = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    return time.perf_counter() - before, used.ru_maxrss / 1024, json.loads(out)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as name, chdir(name):
        ref = home(Path(name) / "home", count)
        at_home = ("--home", "home")
        print(f"{count} captures of {(PAGE_BYTES + SCREENSHOT_BYTES) // 1000} kB; load {os.getloadavg()[0]:.1f}")
        tell(
            "export",
            measured(*at_home, "evidence", "export", ref, "--to", "a court", "--for", "bench", "--out", "one.zip"),
        )
        print(f"the bundle has {Path('one.zip').stat().st_size / 1e6:.0f} MB")
        tell("verify the file", measured("evidence", "verify", "one.zip"))
        tell("verify the case", measured(*at_home, "evidence", "verify", ref))
        Path("one.zip").unlink()
        tell(
            "redacted twin",
            measured(
                *at_home,
                "evidence",
                "export",
                ref,
                "--to",
                "a court",
                "--for",
                "bench",
                "--redacted",
                "--out",
                "two.zip",
            ),
        )
    print(f"making the home took {resource.getrusage(resource.RUSAGE_SELF).ru_utime:.0f} s of processor time")


def tell(what: str, found: tuple[float, float, dict[str, object]]) -> None:
    print(f"{what:16} {found[0]:6.1f} s   {found[1]:6.0f} MB")


if __name__ == "__main__":
    main()
