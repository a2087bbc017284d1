"""How many re-uploads each tier finds, what it finds wrongly, and what it costs.

    python bench/matching.py --photos DIR [--most 100]

DIR is any folder of ordinary photographs. The edits are made here (`bench/edits.py`); nothing is written. The first
`--most` photographs are asked for in every tier; edits of the rest at the hash tier alone, for false hits. `imagehash`
comes with Pehra; `pdqhash` and `threatexchange` are measured beside it where they are installed, as they are used.
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
from edits import EDITS, cropped
from PIL import Image
from recheck import console, machine, show, spread, table

from matchers import hashes, local, pictures, prints
from matchers.hashes import RADIUS
from matchers.hits import Hit, Tier
from matchers.index import SMALL_RADIUS, Bank
from matchers.prints import Print
from matchers.regions import regions

JPEG_SIZE, JPEG_MS, EVERY_MS, ROUNDS = (4000, 3000), 40.0, 150.0, 15
MODULES = {"pillow": "PIL", "opencv-python-headless": "cv2", "faiss-cpu": "faiss"}
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
    """Bits that differ, each with each; word by word, which is much faster than all at once."""
    words = (np.bitwise_count(mine[:, None] ^ theirs) for mine, theirs in zip(one.T, other.T, strict=True))
    return sum(words, np.zeros((len(one), len(other)), np.uint16))


def asked_of(met: Print | None) -> Asked:
    if met is None:
        return Asked(*(rows([]) for _ in Asked._fields))
    parts = [one for part in met.parts for one in part.turns]
    return Asked(rows([met.whole.upright]), rows(met.whole.turns), rows(parts))


def picture_of(data: bytes) -> pictures.Picture:
    return pictures.read(data, light=True)[0]


def pixels_of(data: bytes) -> pictures.Pixels:
    return picture_of(data).pixels


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


OTHERS_SHOWN = {"2x2 collage": 3, "side by side": 1, "picture-in-picture at 40 %": 1}
TIERS = ("PDQ", "with turns", "with regions", "within 45 bits", "features", "every tier")
Known = Callable[[bytes], bool]  # whether a file is known by what was known before


class Query(NamedTuple):
    edit: str
    at: int
    asked: Asked
    hits: list[Hit]


def bank_of(photographs: list[Image.Image]) -> Bank:
    """What Pehra itself would have in memory, with consent to deep matching."""
    bank = Bank()
    for at, one in enumerate(photographs):
        found = prints.taken(picture_of(png(one)), deep=True)
        if found is not None:
            bank.add(at, found)
    return bank


def by_imagehash(make: Callable[[Image.Image], imagehash.ImageHash], photograph: Image.Image) -> Known:
    known = make(photograph)
    return lambda data: known - make(Image.open(BytesIO(data))) <= PEER_RADIUS


def by_threatexchange(photograph: Image.Image) -> Known:
    from threatexchange.signal_type.pdq.signal import PdqSignal

    known = PdqSignal.hash_from_bytes(png(photograph))

    def knows(data: bytes) -> bool:
        try:
            met = PdqSignal.hash_from_bytes(data)
        except Exception:  # noqa: BLE001  # it does not take every colour mode
            return False
        return bool(known and met and PdqSignal.compare_hash(known, met).match)

    return knows


def peers() -> dict[str, Callable[[Image.Image], Known]]:
    """What others find, by column."""
    found: dict[str, Callable[[Image.Image], Known]] = {
        "pHash": partial(by_imagehash, imagehash.phash),
        "dHash": partial(by_imagehash, imagehash.dhash),
    }
    if find_spec("threatexchange") and find_spec("pdqhash"):
        found["threatexchange"] = by_threatexchange
    return found


def recall(photographs: list[Image.Image], known_rows: list[np.ndarray], bank: Bank) -> list[Query]:
    """Print what is found of each edit; give all that was asked, with the photograph it was made of."""
    queries: list[Query] = []
    others = peers()
    columns = (*TIERS, *others)
    found = table(f"recall of {len(photographs)} photographs in a bank of {len(bank)}", "edit", *columns)
    sums = []
    knowing = [[peer(one) for peer in others.values()] for one in photographs]
    for name, edit in EDITS.items():
        hits = np.zeros(len(columns))
        for at, photograph in enumerate(photographs):
            data = edit(photograph, beside(photographs, at))
            met, rows_of_it = prints.taken(picture_of(data), deep=True), known_rows[at]
            query = Query(name, at, asked_of(met), [] if met is None else bank.match(met))
            queries.append(query)
            tiers = {one.tier for one in query.hits if one.key == at}
            hits += [
                *(near(one, rows_of_it) for one in query.asked),
                Tier.HASH in tiers, Tier.FEATURES in tiers, bool(tiers),
                *(knows(data) for knows in knowing[at]),
            ]  # fmt: skip
        sums.append(hits / len(photographs))
        found.add_row(name, *(f"{one:.2f}" for one in sums[-1]))
    found.add_row("mean", *(f"{one:.3f}" for one in np.mean(sums, axis=0)))
    found.add_row("worst", *(f"{one:.2f}" for one in np.min(sums, axis=0)))
    show(found)
    return queries


def beside(photographs: list[Image.Image], at: int) -> list[Image.Image]:
    """The three photographs that an edit of this one may show too."""
    return [photographs[(at + step) % len(photographs)] for step in (1, 2, 3)]


def asked_shallow(photographs: list[Image.Image], first: int) -> list[Query]:
    """Ask for edits of the photographs from `first` on, at the hash tier alone."""
    return [
        Query(name, at, asked_of(prints.taken(picture_of(edit(photographs[at], beside(photographs, at))))), [])
        for at in range(first, len(photographs))
        for name, edit in EDITS.items()
    ]


def shown_by(query: Query, made_of: int) -> set[int]:
    return {(query.at + step) % made_of for step in range(OTHERS_SHOWN.get(query.edit, 0) + 1)}


def false_hits(known_rows: list[np.ndarray], quartered: list[np.ndarray], made_of: int, queries: list[Query]) -> None:
    """Ask every edit against every photograph, and every crop of one, that it has nothing of; `made_of` were edited."""
    columns = ("tier", "against", "pairs of pictures", "pairs of hashes", "wanted", "within 31", "within 45", "nearest")
    made = table("false hits of edits, against unrelated photographs and quarters of them", *columns)
    for against, known in (("photographs", known_rows), ("quarters", quartered)):
        counts = {tier: Count() for tier in ("PDQ", "with turns", "with regions")}
        for one in queries:
            shown = shown_by(one, made_of if one.at < made_of else len(known_rows))
            unrelated = np.vstack([rows for at, rows in enumerate(known) if at not in shown])
            for count, mine in zip(counts.values(), one.asked, strict=True):
                count.add(distances(mine, unrelated))
        for tier, count in counts.items():
            figures = (f"{count.pictures:,}", f"{count.hashes:,}", "0", str(count.hits), str(count.wider))
            made.add_row(tier, against, *figures, f"{count.nearest} bits")
    show(made)


def unrelated_hits(made_of: int, queries: list[Query]) -> None:
    """Say what the whole bank, with features, found that is not to be seen in an edit."""
    wrong = [(one, hit) for one in queries for hit in one.hits if hit.key not in shown_by(one, made_of)]
    made = table(f"unrelated hits of the whole bank in {len(queries):,} queries", "tier", "wanted", "hits", "inliers")
    for tier in (Tier.HASH, Tier.FEATURES):
        mine = [hit for _, hit in wrong if hit.tier is tier]
        wanted = "0" if tier is Tier.HASH else f"{len(queries) // 1000}"
        made.add_row(tier, wanted, str(len(mine)), ", ".join(str(hit.inliers) for hit in mine))
    show(made)
    asked_wrongly = sorted({(one.at, hit.key) for one, hit in wrong})
    console.print(f"Photographs taken for another: {asked_wrongly or 'none'}.\n")


def quarters(photograph: Image.Image) -> list[Image.Image]:
    """Five crops to a quarter of the area each: more unrelated pictures, though of the same photographers."""
    return [cropped(photograph, 0.25, (x, y)) for x, y in ((0, 0), (1, 0), (0, 1), (1, 1), (0.5, 0.5))]


@dataclass
class Count:
    pictures: int = 0
    hashes: int = 0
    hits: int = 0
    wider: int = 0
    nearest: int = 256

    def add(self, apart: np.ndarray) -> None:
        if apart.size:
            self.pictures += apart.shape[1]
            self.hashes += apart.size
            self.hits += int((apart.min(axis=0) <= RADIUS).sum())
            self.wider += int((apart.min(axis=0) <= SMALL_RADIUS).sum())
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


def every_tier(data: bytes, bank: Bank) -> None:
    met = prints.taken(picture_of(data), deep=True)
    assert met is not None
    bank.match(met)


def costs(photographs: list[Image.Image], bank: Bank) -> None:
    files = [large_jpeg(one) for one in photographs[:3]]
    pixels = [pixels_of(one) for one in files]
    small = [Image.fromarray(one) for one in pixels]
    sides: dict[str, Callable[[int], object]] = {
        "Pehra: the whole hash tier": lambda at: prints.taken(picture_of(files[at])),
        f"Pehra: every tier, a bank of {len(bank)}": lambda at: every_tier(files[at], bank),
        "of it: local features": lambda at: local.features(pixels[at]),
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
    if find_spec("threatexchange"):
        from threatexchange.signal_type.pdq import pdq_hasher

        sides["threatexchange PDQ, as it is used"] = lambda at: pdq_hasher.pdq_from_bytes(files[at])
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(ROUNDS + 1):
        for name, work in sides.items():
            ms = cpu_ms(partial(work, turn % len(files)))
            if turn:
                taken[name].append(ms)
    size = statistics.mean(len(one) for one in files) / 1e6
    made = table(f"processor time for a 12 megapixel JPEG of {size:.1f} MB, {ROUNDS} runs", "what", "wanted", "CPU ms")
    for name, times in taken.items():
        wanted = {"Pehra: the": f"under {JPEG_MS:.0f}", "Pehra: eve": f"under {EVERY_MS:.0f}"}.get(name[:10], "")
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
    photographs = photographs_of(options.photos)
    edited = photographs[: options.most]
    machine()
    about = [
        f"{name} {version(name)}"
        for name in ("numpy", "pillow", "opencv-python-headless", "faiss-cpu", "imagehash", "pdqhash", "threatexchange")
        if find_spec(MODULES.get(name, name))
    ]
    console.print(f"{', '.join(about)}. {len(photographs)} photographs, {len(edited)} of them edited.\n")
    agreement(photographs)
    known_rows = [known(one) for one in photographs]
    quartered = [np.vstack([known(part) for part in quarters(one)]) for one in photographs]
    bank = bank_of(photographs)
    costs(edited, bank)
    queries = recall(edited, known_rows, bank)
    unrelated_hits(len(edited), queries)
    false_hits(known_rows, quartered, len(edited), [*queries, *asked_shallow(photographs, len(edited))])


if __name__ == "__main__":
    main()
