"""Pictures, films and prints, changed at random for as long as wanted: whatever they are, they are read or refused.

    python bench/fuzz_pictures.py picture|film|print [-max_total_time=60]

Needs `atheris`, which is not installed with Pehra; where there is none, plain random changes are made for as many seconds.
What crashes the process, or raises anything but our own errors, is a finding; atheris writes it to a file.
"""

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from io import BytesIO

import av
import numpy as np
from PIL import Image

from matchers import pictures, prints, video
from matchers.errors import MatcherError
from matchers.limits import Limits

LIMITS = Limits(pixels=1_000_000, frames=50, frames_read=4, film_frames=50, film_time_s=10, time_s=10)
KINDS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")


def noise(seed: int, size: tuple[int, int] = (96, 64)) -> Image.Image:
    coarse = np.random.default_rng(seed).integers(0, 256, (8, 12, 3), np.uint8)
    return Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)


def picture_seeds() -> list[bytes]:
    made = []
    for kind in KINDS:
        file = BytesIO()
        noise(1).save(file, kind)
        made.append(file.getvalue())
    return made


def film_seeds() -> list[bytes]:
    made = []
    for kind, codec in (
        ("mp4", "mpeg4"),
        ("matroska", "libx264"),
        ("avi", "mpeg4"),
        ("mpegts", "mpeg2video"),
        ("flv", "flv"),
    ):
        file = BytesIO()
        with av.open(file, "w", format=kind) as container:
            stream = container.add_stream(codec, rate=25)
            stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
            for seed in range(6):
                container.mux(stream.encode(av.VideoFrame.from_image(noise(seed))))
            container.mux(stream.encode())
        made.append(file.getvalue())
    return made


def print_seeds() -> list[bytes]:
    found = prints.taken(pictures.Picture(np.asarray(noise(1, (512, 384))), 512, 384), deep=True)
    assert found is not None
    return [prints.to_bytes(found), prints.to_bytes(prints.Film(3.0, (prints.Still(0.0, found),)))]


SIDES: dict[str, tuple[Callable[[], list[bytes]], Callable[[bytes], object]]] = {
    "picture": (picture_seeds, lambda data: pictures.read(data, LIMITS)),
    "film": (film_seeds, lambda data: video.read(data, LIMITS)),
    "print": (print_seeds, prints.from_bytes),
}


def changed(dice: np.random.Generator, seeds: list[bytes]) -> bytes:
    made = bytearray(seeds[dice.integers(len(seeds))])
    for _ in range(dice.integers(1, 12)):
        at = int(dice.integers(min(len(made), int(dice.choice([64, 600, len(made)])))))
        match dice.integers(4):
            case 0:
                made[at] = int(dice.integers(256))
            case 1:
                made[at : at + 4] = dice.choice([b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff"])
            case 2:
                del made[at : at + int(dice.integers(1, 40))]
            case _:
                made[at:at] = made[at : at + int(dice.integers(1, 400))]
        if not made:
            break
    return bytes(made)


def plainly(seeds: list[bytes], read: Callable[[bytes], object], seconds: float) -> None:
    dice, tried, taken = np.random.default_rng(7), 0, 0
    deadline = time.monotonic() + seconds
    slowest = 0.0
    while time.monotonic() < deadline:
        start = time.monotonic()
        with suppress(MatcherError):
            read(changed(dice, seeds))
            taken += 1
        slowest = max(slowest, time.monotonic() - start)
        tried += 1
    print(f"{tried:,} tried, {taken:,} read, all others refused; the slowest took {slowest:.1f} s")


def main() -> None:
    what = sys.argv.pop(1) if len(sys.argv) > 1 and sys.argv[1] in SIDES else "picture"
    make, read = SIDES[what]
    if not find_spec("atheris"):
        limit = [one.partition("=")[2] for one in sys.argv[1:] if one.startswith("-max_total_time=")]
        plainly(make(), read, float(limit[0]) if limit else 60)
        return
    import atheris

    seeds = make()

    def one(data: bytes) -> None:
        with suppress(MatcherError):
            read(data)

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        dice = np.random.default_rng(seed)
        start = data if len(data) > 50 else seeds[dice.integers(len(seeds))]
        return atheris.Mutate(start, most) if seed % 3 else changed(dice, [start])[:most]

    atheris.Setup([*sys.argv, "-max_len=20000", "-timeout=20"], one, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
