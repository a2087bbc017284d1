"""How many re-uploads the hash tier finds, what it finds wrongly, and what it costs.

    python bench/matching.py --photos DIR [--most 100]

DIR is any folder of ordinary photographs. The edits are made here (`bench/edits.py`); nothing is written. `imagehash`
comes with Pehra; `pdqhash` is measured beside it where it is installed.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import imagehash
import numpy as np
from edits import EDITS
from PIL import Image
from recheck import console, machine, show, spread, table

from matchers import hashes, pictures
from matchers.hashes import RADIUS
from matchers.regions import regions

JPEG_SIZE, JPEG_MS, ROUNDS = (4000, 3000), 40.0, 15
MODULES = {"pillow": "PIL"}
PEER_RADIUS = 10  # of 64 bits, what imagehash is mostly used with


class Asked(NamedTuple):
    """What a query is asked with."""

    upright: np.ndarray
    turned: np.ndarray
    parts: np.ndarray  # every region in every turn


def rows(fingerprints: Iterable[hashes.Fingerprint]) -> np.ndarray:
    data = b"".join(one.data for one in fingerprints)
    return np.frombuffer(data, np.uint64).reshape(-1, 4)


def distances(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Bits that differ, each with each."""
    return np.bitwise_count(one[:, None, :] ^ other[None, :, :]).sum(axis=2)


def hashed(pixels: pictures.Pixels) -> Asked:
    whole = hashes.pdq(pixels)
    parts = [found for one in regions(pixels) if (found := hashes.pdq(one.box.of(pixels))) is not None]
    return Asked(
        rows([whole.upright] if whole else []),
        rows(whole.turns.values() if whole else []),
        rows(turn for part in parts for turn in part.turns.values()),
    )


def pixels_of(data: bytes) -> pictures.Pixels:
    return pictures.read(data)[0].pixels


def known(photograph: Image.Image) -> np.ndarray:
    """What the bank has of a photograph: one row, or none where it is too plain."""
    found = hashes.pdq(pixels_of(png(photograph)))
    return rows([found.upright] if found else [])


def png(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return file.getvalue()


def near(asked: np.ndarray, bank: np.ndarray) -> bool:
    return bool(len(asked) and len(bank) and distances(asked, bank).min() <= RADIUS)


def recall(photographs: list[Image.Image], bank: list[np.ndarray]) -> list[tuple[str, Asked, int]]:
    """Print what is found of each edit; give all that was asked, with the photograph it was made of."""
    queries: list[tuple[str, Asked, int]] = []
    found = table(
        f"recall of {len(photographs)} photographs, PDQ within {RADIUS} bits",
        "edit",
        "PDQ",
        "with turns",
        "with regions",
        "pHash",
    )
    sums = []
    phashes = [imagehash.phash(one) for one in photographs]
    for name, edit in EDITS.items():
        hits = np.zeros(4)
        for at, photograph in enumerate(photographs):
            others = [photographs[(at + step) % len(photographs)] for step in (1, 2, 3)]
            data = edit(photograph, others)
            asked = hashed(pixels_of(data))
            queries.append((name, asked, at))
            hits += [
                near(asked.upright, bank[at]), near(asked.turned, bank[at]), near(asked.parts, bank[at]),
                phashes[at] - imagehash.phash(Image.open(BytesIO(data))) <= PEER_RADIUS,
            ]  # fmt: skip
        sums.append(hits / len(photographs))
        found.add_row(name, *(f"{one:.2f}" for one in sums[-1]))
    found.add_row("mean", *(f"{one:.3f}" for one in np.mean(sums, axis=0)))
    found.add_row("worst", *(f"{one:.2f}" for one in np.min(sums, axis=0)))
    show(found)
    return queries


def false_hits(bank: list[np.ndarray], made_of: int, queries: list[tuple[str, Asked, int]]) -> None:
    """Ask every edit against every photograph that it has nothing of; the first `made_of` were edited."""
    others = {"2x2 collage": 3, "side by side": 1, "picture-in-picture at 40 %": 1}
    counts = {tier: Count() for tier in ("PDQ", "with turns", "with regions")}
    for name, asked, at in queries:
        shown = {(at + step) % made_of for step in range(others.get(name, 0) + 1)}
        unrelated = np.vstack([one for number, one in enumerate(bank) if number not in shown])
        for count, mine in zip(counts.values(), asked, strict=True):
            count.add(distances(mine, unrelated))
    columns = ("tier", "pairs of pictures", "pairs of hashes", "wanted", "false hits", "nearest")
    made = table(f"false hits within {RADIUS} bits, edits against unrelated photographs", *columns)
    for tier, one in counts.items():
        made.add_row(tier, f"{one.pictures:,}", f"{one.hashes:,}", "0", str(one.hits), f"{one.nearest} bits")
    show(made)


@dataclass
class Count:
    pictures: int = 0
    hashes: int = 0
    hits: int = 0
    nearest: int = 256

    def add(self, apart: np.ndarray) -> None:
        if apart.size:
            self.pictures += apart.shape[1]
            self.hashes += apart.size
            self.hits += int((apart.min(axis=0) <= RADIUS).sum())
            self.nearest = min(self.nearest, int(apart.min()))


def large_jpeg(photograph: Image.Image) -> bytes:
    """12 megapixels with grain, as a phone makes them; an enlarged photograph alone would be too easy to decode."""
    big = np.asarray(photograph.resize(JPEG_SIZE, Image.Resampling.BICUBIC)).astype(np.float32)
    grain = np.random.default_rng(7).normal(0, 5, (JPEG_SIZE[1], JPEG_SIZE[0], 1))
    file = BytesIO()
    Image.fromarray((big + grain).clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=88)
    return file.getvalue()


def cpu_ms(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1000


def costs(photographs: list[Image.Image]) -> None:
    files = [large_jpeg(one) for one in photographs[:3]]
    pixels = [pixels_of(one) for one in files]
    small = [Image.fromarray(one) for one in pixels]
    sides: dict[str, Callable[[int], object]] = {
        "Pehra: the whole hash tier": lambda at: hashed(pixels_of(files[at])),
        "of it: decoding": lambda at: pixels_of(files[at]),
        "of it: PDQ in eight turns": lambda at: hashes.pdq(pixels[at]),
        "of it: finding regions": lambda at: regions(pixels[at]),
        "imagehash pHash, as it is used": lambda at: imagehash.phash(Image.open(BytesIO(files[at]))),
        "imagehash pHash, of 512 pixels": lambda at: imagehash.phash(small[at]),
    }
    if find_spec("pdqhash"):
        import pdqhash

        sides["pdqhash, one turn, as it is used"] = lambda at: pdqhash.compute(
            np.asarray(Image.open(BytesIO(files[at])))
        )
        sides["pdqhash, eight turns, of 512 pixels"] = lambda at: pdqhash.compute_dihedral(pixels[at])
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(ROUNDS + 1):
        for name, work in sides.items():
            ms = cpu_ms(partial(work, turn % len(files)))
            if turn:
                taken[name].append(ms)
    size = statistics.mean(len(one) for one in files) / 1e6
    made = table(f"processor time for a 12 megapixel JPEG of {size:.1f} MB, {ROUNDS} runs", "what", "wanted", "CPU ms")
    for name, times in taken.items():
        wanted = f"under {JPEG_MS:.0f}" if name.startswith("Pehra") else ""
        made.add_row(name, wanted, spread(times, 1))
    show(made)


def agreement(photographs: list[Image.Image]) -> None:
    """Our PDQ beside that of its authors, where that is installed."""
    if not find_spec("pdqhash"):
        return
    import pdqhash

    exact, working = [], []
    for one in photographs:
        whole = np.asarray(one)
        theirs = hashes.Fingerprint(hashes.Kind.PDQ, np.packbits(pdqhash.compute(whole)[0]).tobytes())
        for pixels, found in ((whole, exact), (pixels_of(png(one)), working)):
            ours = hashes.pdq(pixels)
            if ours is not None:
                found.append(ours.upright.distance(theirs))
    made = table(f"bits that differ from pdqhash, {len(exact)} photographs", "ours", "mean", "most")
    for name, found in (("of the same pixels", exact), ("of the working size, theirs of the whole picture", working)):
        made.add_row(name, f"{statistics.mean(found):.2f}", str(max(found)))
    show(made)


def photographs_of(folder: Path) -> list[Image.Image]:
    files = sorted(one for one in folder.iterdir() if one.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp"})
    return [Image.open(one).convert("RGB") for one in files]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--photos", type=Path, required=True, help="a folder of ordinary photographs")
    parser.add_argument("--most", type=int, default=100)
    options = parser.parse_args()
    files = sorted(one for one in options.photos.iterdir() if one.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp"})
    photographs = [Image.open(one).convert("RGB") for one in files]
    edited = photographs[: options.most]
    machine()
    about = [
        f"{name} {version(name)}"
        for name in ("numpy", "pillow", "imagehash", "pdqhash")
        if find_spec(MODULES.get(name, name))
    ]
    console.print(f"{', '.join(about)}. {len(files)} photographs, {len(edited)} of them edited.\n")
    agreement(photographs)
    bank = [known(one) for one in photographs]
    false_hits(bank, len(edited), recall(edited, bank))
    costs(edited)


if __name__ == "__main__":
    main()
