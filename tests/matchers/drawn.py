"""Pictures that the tests draw: scenes with detail at every scale, and the files they are saved as."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import av
import numpy as np
import pillow_heif
from PIL import Image, ImageDraw

SIZE = (640, 480)


def scene(seed: int = 1, size: tuple[int, int] = SIZE) -> Image.Image:
    """Sky-like gradients, clouds of noise at many scales, and shapes; another one for every seed."""
    dice = np.random.default_rng(seed)
    noise = np.zeros((size[1], size[0], 3))
    for scale in (3, 6, 12, 24, 48):
        coarse = dice.integers(0, 256, (scale, scale, 3), np.uint8)
        smooth = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
        noise += (np.asarray(smooth).astype(float) - 128) / scale**0.4
    picture = Image.fromarray((128 + noise * 0.6).clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    for _ in range(9):
        x, y = dice.integers(0, size[0]), dice.integers(0, size[1])
        across, down = dice.integers(size[0] // 16, size[0] // 4), dice.integers(size[1] // 16, size[1] // 4)
        shape = draw.ellipse if dice.random() < 0.5 else draw.rectangle
        shape((int(x), int(y), int(x + across), int(y + down)), fill=tuple(dice.integers(0, 256, 3).tolist()))
    return picture


def file_of(picture: Image.Image, kind: str = "PNG", **how: Any) -> bytes:
    pillow_heif.register_heif_opener()
    file = BytesIO()
    picture.save(file, kind, **how)
    return file.getvalue()


def animated(frames: Sequence[Image.Image], kind: str, **how: Any) -> bytes:
    return file_of(frames[0], kind, save_all=True, append_images=list(frames[1:]), **how)


def endless_gif(frames: int) -> bytes:
    """A GIF of 64 x 64 pixels whose frames change one pixel each: eleven bytes a frame."""
    head = b"GIF89a" + bytes([64, 0, 64, 0, 0x80, 0, 0]) + bytes([0, 0, 0, 255, 255, 255])
    frame = b"\x2c" + bytes([0, 0, 0, 0, 1, 0, 1, 0, 0]) + b"\x02\x02\x44\x01\x00"
    return head + frame * frames + b"\x3b"


def busy(seed: int = 1, size: tuple[int, int] = SIZE) -> Image.Image:
    """A scene with some hundred small things in it, as a street or a market has."""
    picture = scene(seed, size)
    dice = np.random.default_rng(seed + 1000)
    draw = ImageDraw.Draw(picture)
    for _ in range(220):
        x, y = int(dice.integers(0, size[0])), int(dice.integers(0, size[1]))
        across, down = (int(side) for side in dice.integers(4, size[0] // 14, 2))
        corners = [(x + int(dice.integers(0, across)), y + int(dice.integers(0, down))) for _ in range(3)]
        draw.polygon(corners, fill=tuple(dice.integers(0, 256, 3).tolist()))
        draw.ellipse((x, y, x + across // 2, y + down // 2), outline=tuple(dice.integers(0, 256, 3).tolist()))
    return picture


def film_of(frames: Sequence[Image.Image], *, rate: int = 10, kind: str = "mp4", codec: str = "mpeg4") -> bytes:
    """Encode frames of one even size."""
    file = BytesIO()
    with av.open(file, "w", format=kind) as container:
        stream = container.add_stream(codec, rate=rate, options={"qscale": "4"})
        stream.width, stream.height = frames[0].size
        stream.pix_fmt = "yuv420p"
        for one in frames:
            container.mux(stream.encode(av.VideoFrame.from_image(one)))
        container.mux(stream.encode())
    return file.getvalue()


def walk(seeds: Sequence[int], *, each: int = 12, size: tuple[int, int] = (320, 180)) -> list[Image.Image]:
    """A film's frames: a camera that moves over one scene after another."""
    frames = []
    for seed in seeds:
        wide = scene(seed, (size[0] * 3 // 2, size[1] * 3 // 2))
        for step in range(each):
            x, y = (round((3 * side // 2 - side) * step / each) for side in size)
            frames.append(wide.crop((x, y, x + size[0], y + size[1])))
    return frames
