"""Pictures decoded: any kind and colour mode to RGB, upright, at one working size, within limits.

Decoders are large and written in C: bytes from elsewhere go through `matchers.decoding`, which calls this in a child.
"""

import stat
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms, UnidentifiedImageError

from matchers.errors import (
    Broken,
    Empty,
    NoFile,
    NoPicture,
    PictureError,
    TooCostly,
    TooManyBytes,
    TooManyFrames,
    TooManyPixels,
    TooSmall,
)
from matchers.gif import frames_in
from matchers.limits import LEAST_SIDE, WORKING_SIZE, Limits

KINDS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF")
GROUND = (255, 255, 255)  # what shows through: most viewers and pages are white

UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
ON_ITS_SIDE = 5  # from here on width and height change places

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Picture:
    """One frame, decoded.

    `pixels`: uint8 of shape (height, width, 3), RGB, upright, the longer side `WORKING_SIZE`. `width` and `height` are
    those of the upright original, in pixels. `frame` counts from 0.
    """

    pixels: Pixels
    width: int
    height: int
    frame: int = 0


def read_file(path: Path, limits: Limits | None = None) -> bytes:
    """Read a file where it lies; nothing is written.

    Raises:
        NoFile: there is none, it is no ordinary file, or it may not be read.
        TooManyBytes: more than `limits.bytes`.
    """
    limits = limits or Limits()
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would wait for ever, a device never end
            raise NoFile(limits)
        with path.open("rb") as file:
            data = file.read(limits.bytes + 1)
    except (OSError, ValueError):
        raise NoFile(limits) from None
    if len(data) > limits.bytes:
        raise TooManyBytes(limits)
    return data


def read(data: bytes, limits: Limits | None = None, *, light: bool = False) -> list[Picture]:
    """Decode a picture: one frame of a still, up to `limits.frames_read` of an animated one, evenly spread.

    What kind it is, is read from the bytes, whatever the file is called; what follows the picture's end is ignored.

    Args:
        light: colours are not asked for, as no hash and no feature does; a JPEG comes grey then, and sooner.

    Raises:
        PictureError: one of its kinds; nothing else, whatever the bytes are.
    """
    limits = limits or Limits()
    if not data:
        raise Empty(limits)
    if len(data) > limits.bytes:
        raise TooManyBytes(limits)
    try:
        with warnings.catch_warnings(action="ignore"), _opened(data, limits) as opened:
            return list(_frames(opened, data, limits, light=light))
    except PictureError:
        raise
    except MemoryError:
        raise TooCostly(limits) from None
    except Image.DecompressionBombError:
        raise TooManyPixels(limits) from None
    except Exception:  # noqa: BLE001  # the edge of decoders that raise whatever the bytes led them to
        raise Broken(limits) from None


@lru_cache(maxsize=1)
def make_ready() -> None:
    """Load every decoder, each with one thread: a picture's cost is then the same on any machine."""
    import pillow_heif
    from PIL import AvifImagePlugin

    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.register_heif_opener()
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    Image.init()


def _opened(data: bytes, limits: Limits) -> Image.Image:
    make_ready()
    try:
        return Image.open(BytesIO(data), formats=KINDS)
    except UnidentifiedImageError:
        raise NoPicture(limits) from None


def _frames(opened: Image.Image, data: bytes, limits: Limits, *, light: bool) -> Iterator[Picture]:
    deadline = time.monotonic() + limits.time_s
    for frame in _chosen(_count(opened, data, limits), limits):
        if time.monotonic() > deadline:
            raise TooCostly(limits)
        if frame:
            opened.seek(frame)
        yield _picture(opened, frame, limits, light=light)


def _count(opened: Image.Image, data: bytes, limits: Limits) -> int:
    """Count the frames; a JPEG's further ones are depth maps and thumbnails."""
    if opened.format in ("JPEG", "MPO"):
        return 1
    if opened.format == "GIF":
        return frames_in(data, limits.frames + 1)
    return int(getattr(opened, "n_frames", 1))


def _chosen(count: int, limits: Limits) -> list[int]:
    if count > limits.frames:
        raise TooManyFrames(limits)
    read = min(count, limits.frames_read)
    return [index * count // read for index in range(read)]


def _picture(opened: Image.Image, frame: int, limits: Limits, *, light: bool) -> Picture:
    width, height = opened.size
    if width * height > limits.pixels:
        raise TooManyPixels(limits)
    if min(width, height) < LEAST_SIDE:
        raise TooSmall(limits)
    opened.draft(
        "L" if light else None, _working(width, height)
    )  # a JPEG is decoded at an eighth to a half, where that is enough
    opened.load()
    turn = _turn(opened)
    small = _turned(_over_ground(_small(_plain(opened), width, height)), turn)
    if turn >= ON_ITS_SIDE:
        width, height = height, width
    return Picture(np.asarray(small), width, height, frame)


def _working(width: int, height: int) -> tuple[int, int]:
    longer = max(width, height)
    return max(1, round(width * WORKING_SIZE / longer)), max(1, round(height * WORKING_SIZE / longer))


def _turn(picture: Image.Image) -> int:
    """How the camera was held, 1 to 8 of Exif; TIFF, HEIC and AVIF come upright from their decoders, or say it here."""
    try:
        turn = picture.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # noqa: BLE001  # a picture is no worse for broken notes about it
        return 1
    return turn if turn in UPRIGHT else 1


def _turned(picture: Image.Image, turn: int) -> Image.Image:
    return picture.transpose(UPRIGHT[turn]) if turn in UPRIGHT else picture


def _plain(picture: Image.Image) -> Image.Image:
    """Bring a picture to a mode that can be made smaller: L, LA, RGB, RGBA or CMYK."""
    if picture.mode in ("I", "F") or picture.mode.startswith("I;16"):
        return _stretched(picture)
    if picture.mode == "LAB":
        return ImageCms.applyTransform(picture, _from_lab()) or picture
    if picture.has_transparency_data:
        return picture if picture.mode in ("LA", "RGBA") else picture.convert("RGBA")
    if picture.mode == "1":
        return picture.convert("L")
    return picture if picture.mode in ("L", "RGB", "CMYK") else picture.convert("RGB")


@lru_cache(maxsize=1)
def _from_lab() -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB")


def _stretched(picture: Image.Image) -> Image.Image:
    """Grey of 16 or 32 bits to 8: 16 by its upper half, what has no fixed range from its darkest to its brightest."""
    grey = np.asarray(picture)
    if picture.mode.startswith("I;16"):
        return Image.fromarray((grey >> 8).astype(np.uint8))
    grey = np.nan_to_num(grey.astype(np.float32), posinf=0, neginf=0)
    low, high = float(grey.min()), float(grey.max())
    return Image.fromarray(((grey - low) * (255 / max(high - low, 1e-9))).astype(np.uint8))


def _small(picture: Image.Image, width: int, height: int) -> Image.Image:
    # A cheaper filter saved two milliseconds, and missed one more of a hundred pictures within pictures.
    return picture.resize(_working(width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _over_ground(picture: Image.Image) -> Image.Image:
    if picture.mode not in ("LA", "RGBA"):
        return picture.convert("RGB")
    ground = Image.new("RGB", picture.size, GROUND)
    ground.paste(picture.convert("RGB"), mask=picture.getchannel("A"))
    return ground
