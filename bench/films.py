"""What is found of films: any still, mirrored, cropped, letterboxed, faster; and what a minute of film costs.

    python bench/films.py --photos DIR [--seconds 60]

A film is made here of a folder's photographs: the camera moves and shakes over each for some seconds, with grain, at 1280 x
720 and 30 frames a second, in H.264. Nothing is written to disc.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

import av
import cv2
import numpy as np
from matching import photographs_of
from PIL import Image, ImageOps
from recheck import console, machine, show, table

from matchers import pictures, prints, video
from matchers.hits import Tier
from matchers.index import Bank
from matchers.prints import Film

SIZE, RATE = (1280, 720), 30
SCENE_S = (2.0, 5.0)
Pixels = np.ndarray
Change = Callable[[Pixels], Pixels]


def scenes(photographs: list[Image.Image], seconds: float, seed: int) -> list[Pixels]:
    """Frames: a window moves over one photograph after another, steadily, with a hand's tremble."""
    dice = np.random.default_rng(seed)
    frames: list[Pixels] = []
    for number in dice.permutation(len(photographs)).tolist() * 9:
        photograph = np.asarray(ImageOps.fit(photographs[number], SIZE, Image.Resampling.BICUBIC))
        length = round(dice.uniform(*SCENE_S) * RATE)
        zooms, corners = dice.uniform(0.6, 1.0, 2), dice.uniform(0, 1, (2, 2))
        for step in range(length):
            part = step / length
            zoom = zooms[0] + (zooms[1] - zooms[0]) * part
            corner = (corners[0] + (corners[1] - corners[0]) * part) * np.array(SIZE) * (1 - zoom) + dice.normal(
                0, 1.5, 2
            )
            x, y = corner.clip(0, np.array(SIZE) * (1 - zoom))
            frames.append(
                cv2.warpAffine(photograph, np.array([[1 / zoom, 0, -x / zoom], [0, 1 / zoom, -y / zoom]]), SIZE)
            )
            if len(frames) == round(seconds * RATE):
                return frames
    return frames


def film(frames: Sequence[Pixels], *, rate: int = RATE, crf: int = 23, change: Change = np.asarray) -> bytes:
    """Encode frames with grain."""
    file = BytesIO()
    height, width = (side // 2 * 2 for side in change(frames[0]).shape[:2])
    grain = np.random.default_rng(3).integers(0, 12, (SIZE[1] * 2, SIZE[0] * 2, 1), np.uint8).repeat(3, axis=2)
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=rate, options={"crf": str(crf), "preset": "superfast", "bf": "2"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number, one in enumerate(frames):
            x, y = number * 37 % SIZE[0], number * 53 % SIZE[1]
            shot = cv2.add(np.ascontiguousarray(change(one)[:height, :width]), grain[y : y + height, x : x + width])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(shot, "rgb24")))
        container.mux(stream.encode())
    return file.getvalue()


def cropped(frame: Pixels) -> Pixels:
    """Keep 90 % of the area."""
    x, y = (round(side * (1 - 0.9**0.5) / 2) for side in frame.shape[1::-1])
    return frame[y : frame.shape[0] - y, x : frame.shape[1] - x]


def letterboxed(frame: Pixels) -> Pixels:
    """On a square ground, as some sites show films."""
    return np.asarray(ImageOps.pad(Image.fromarray(frame), (720, 720), color=(0, 0, 0)))


def mirrored(frame: Pixels) -> Pixels:
    return frame[:, ::-1]


EDITS: dict[str, dict[str, object]] = {
    "compressed again": {"crf": 32},
    "mirrored": {"change": mirrored},
    "cropped to 90 %": {"change": cropped},
    "letterboxed": {"change": letterboxed},
    "faster by 1.25": {"rate": round(RATE * 1.25)},
    "mirrored, cropped to 90 %, faster by 1.25": {
        "rate": round(RATE * 1.25),
        "change": lambda one: mirrored(cropped(one)),
    },
}


def cpu(work: Callable[[], object]) -> tuple[float, object]:
    start = time.process_time()
    found = work()
    return time.process_time() - start, found


def saved(frame: Pixels) -> bytes:
    file = BytesIO()
    Image.fromarray(frame).save(file, "JPEG", quality=75)
    return file.getvalue()


def stills(frames: list[Pixels], known: Film, change: Change, *, deep: bool) -> float:
    """Ask for stills as they are taken from a film and saved as JPEG: which share is found."""
    bank = Bank()
    bank.add(1, known)
    found = 0
    for one in frames:
        asked = prints.taken(pictures.read(saved(np.ascontiguousarray(change(one))))[0], deep=deep)
        found += asked is not None and bool(bank.match(asked))
    return found / len(frames)


def overlap(at: Film, bank: Bank) -> tuple[bool, bool]:
    hits = bank.match(at)
    return any(one.key == 1 and one.tier is Tier.FILM for one in hits), any(one.key != 1 for one in hits)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--photos", type=Path, required=True, help="a folder of ordinary photographs")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--films", type=int, default=3, help="films of which copies are made")
    options = parser.parse_args()
    photographs = photographs_of(options.photos)
    machine()
    costs, recalls = [], {name: [] for name in EDITS}
    still = {name: [] for name in ("as it is", "as it is, deep", "cropped to 90 %", "mirrored")}
    clips, false = [], 0
    share = len(photographs) // (options.films + 1)
    groups = [photographs[at * share : (at + 1) * share] for at in range(options.films + 1)]
    known = []
    for number, group in enumerate(groups):
        data = film(scenes(group, options.seconds, number))
        plain, made = cpu(lambda data=data: video.read(data))
        deep, deep_made = cpu(lambda data=data: video.read(data, deep=True))
        costs.append((plain, deep, len(made.stills), len(data) / 1e6))
        known.append((made, deep_made))
        console.print(f"film {number}: {costs[-1]}")
    bank = Bank()
    for number, (made, _) in enumerate(known[: options.films]):
        bank.add(number, made)
    for number in range(options.films):
        one, frames = Bank(), scenes(groups[number], options.seconds, number)
        for at, (made, _) in enumerate(known[: options.films]):
            one.add(1 if at == number else at + 10, made)
        for name, how in EDITS.items():
            found, wrong = overlap(video.read(film(frames, **how)), one)
            recalls[name].append(found)
            false += wrong
        for start in np.linspace(0, options.seconds - 10, 4):
            part = frames[round(start * RATE) : round((start + 10) * RATE)]
            clips.append(overlap(video.read(film(part, crf=28)), one)[0])
        some = frames[5::53]
        still["as it is"].append(stills(some, known[number][0], np.asarray, deep=False))
        still["as it is, deep"].append(stills(some, known[number][1], np.asarray, deep=True))
        still["cropped to 90 %"].append(stills(some, known[number][0], cropped, deep=False))
        still["mirrored"].append(stills(some, known[number][0], mirrored, deep=False))
    false += bool(bank.match(known[options.films][0]))
    made = table(f"films of {options.seconds:.0f} s", "what", "wanted", "found")
    for name, shares in still.items():
        made.add_row(f"any still, {name}", "0.95", f"{np.mean(shares):.3f}")
    for name, all_found in recalls.items():
        made.add_row(f"film, {name}", "0.9", f"{np.mean(all_found):.2f} of {len(all_found)}")
    made.add_row("clip of 10 s cut from it", "", f"{np.mean(clips):.2f} of {len(clips)}")
    made.add_row("other films taken for it", "0", str(false))
    for at, name in enumerate(("CPU s a minute of film", "CPU s a minute of film, deep", "stills a minute", "MB")):
        figures = [one[at] * 60 / options.seconds for one in costs]
        wanted = "under 5" if at < 2 else ""
        made.add_row(name, wanted, f"{np.median(figures):.2f} ({min(figures):.2f} to {max(figures):.2f})")
    show(made)


if __name__ == "__main__":
    main()
