"""A sweep of a site with photographs and edited copies of some of them: what it finds, what it finds wrongly, what it costs.

    python bench/sweep.py --photos DIR [--sought 10] [--most 200] [--shallow]

The first `--sought` photographs are looked for; each has 31 edited copies on the site (`bench/edits.py`), beside the rest
of the photographs as they are, twenty to a page. The site is on the loopback, the sweep the real command with its worker.
`--shallow` goes without local features. Nothing is written but a home in a temporary folder, which goes.
"""

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from edits import EDITS
from PIL import Image
from recheck import console, machine

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.helpline import ONCE, Helpline
from tests.web.server import Visit, Web

PER_PAGE = 20
LONGEST_S = 1_800.0


class Hung(NamedTuple):
    """One picture of the site; `of` is the photograph that it is a copy of, if any."""

    body: bytes
    of: int | None
    edit: str


def hang(photos: list[Path], sought: int) -> list[Hung]:
    pictures = [Image.open(file).convert("RGB") for file in photos]
    rest = pictures[sought:]
    copies = [
        Hung(edit(one, rest[:4]), n, name) for n, one in enumerate(pictures[:sought]) for name, edit in EDITS.items()
    ]
    hung = [*copies, *(Hung(file.read_bytes(), None, "") for file in photos[sought:])]
    random.Random(1).shuffle(hung)
    return hung


class Site:
    def __init__(self, hung: list[Hung]) -> None:
        self._hung = hung

    async def __call__(self, visit: Visit) -> None:
        if visit.request.path == "/site":
            at = int(visit.request.query.get("page", "1"))
            here = range((at - 1) * PER_PAGE, min(at * PER_PAGE, len(self._hung)))
            shown = "".join(f'<img src="/site/{n}.jpg">' for n in here)
            more = f'<a rel="next" href="/site?page={at + 1}">next</a>' if here.stop < len(self._hung) else ""
            await visit.answer(f"<html><title>Photographs</title><body>{shown}{more}</body></html>".encode())
        else:
            number = int(visit.request.parts[-1].removesuffix(".jpg"))
            await visit.answer(self._hung[number].body, kind="image/jpeg")


def measure(photos: list[Path], sought: int, *, deep: bool) -> None:
    hung = hang(photos, sought)
    settings = {**ONCE, "CRAWLER__BROWSER": "off", "SWEEPS__FLOOD_PER_DAY": "100000"}
    with Web() as web, tempfile.TemporaryDirectory(prefix="sweep-bench-") as folder:
        web.serve("site", Site(hung))
        helpline = Helpline(Path(folder), settings)
        case = helpline.opened()
        for act in ("hash", "deep-match") if deep else ("hash",):
            helpline.ask_here("consent", "give", case, act)
        helpline.ask_here("image", "add", case, *(str(file) for file in photos[:sought]))
        helpline.ask_here("source", "add", case, web.url("/site"), "--pages", "10000")
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        process = helpline.start("sweep", case, "--json", stdout=-1)
        told = json.loads(process.communicate(timeout=LONGEST_S)[0])
        took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        said = json.loads(helpline.here("sighting", "list", "--case", case, "--json").out)
    met = {int(place["media"].rpartition("/")[2][:-4]): one["image"] - 1 for one in said for place in one["places"]}
    report(
        hung, met, told, took, (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime), after.ru_maxrss
    )


def report(
    hung: list[Hung], met: dict[int, int], told: dict[str, object], took: float, cpu: float, peak_kb: int
) -> None:
    copies = [(n, one) for n, one in enumerate(hung) if one.of is not None]
    found = [one.edit for n, one in copies if met.get(n) == one.of]
    false = [n for n, of in met.items() if hung[n].of != of]
    missed = Counter(one.edit for n, one in copies if met.get(n) != one.of)
    pages, media = int(str(told["pages"])), int(str(told["media"]))
    machine()
    console.print(f"{len(hung)} pictures, {len(copies)} of them copies; {pages} pages and {media} pictures fetched")
    console.print(f"recall {len(found) / len(copies):.3f}; false sightings {len(false)}")
    console.print(f"missed: {dict(missed.most_common())}")
    console.print(f"{took:.1f} s, {pages / took:.2f} pages/s, {media / took:.1f} pictures/s, {cpu:.1f} s of CPU")
    console.print(f"peak memory of the largest process {peak_kb / 1024:.0f} MB")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--photos", type=Path, required=True)
    options.add_argument("--sought", type=int, default=10)
    options.add_argument("--most", type=int, default=200)
    options.add_argument("--shallow", action="store_true")
    given = options.parse_args()
    photos = sorted(one for one in given.photos.resolve().iterdir() if one.suffix.lower() in (".jpg", ".jpeg", ".png"))
    measure(photos[: given.most], given.sought, deep=not given.shallow)


if __name__ == "__main__":
    main()
