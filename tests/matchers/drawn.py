"""Pictures that the tests draw: scenes with detail at every scale, and the files they are saved as."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

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
