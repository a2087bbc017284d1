"""What goes between the process that asks and the child that decodes: lengths, JSON and bare pixels, no objects.

The child has read bytes made by anybody. Of what it says only the shape is trusted: it could be those bytes' word.
"""

import json
import struct
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from matchers.limits import WORKING_SIZE, Limits
from matchers.pictures import Picture

READY = b"ready"
HEAD_MOST = 65_536  # bytes
_LENGTH = struct.Struct(">Q")

Take = Callable[[int], bytes]


class Garbled(Exception):
    """What the other side said makes no sense, or it said nothing more."""


def packed(data: bytes) -> bytes:
    """Put its length before it."""
    return _LENGTH.pack(len(data)) + data


def unpack(take: Take, most: int) -> bytes:
    """Take what was packed.

    Raises:
        Garbled: more than `most` bytes are announced.
    """
    (length,) = _LENGTH.unpack(take(_LENGTH.size))
    if length > most:
        raise Garbled
    return take(length)


def told_pictures(pictures: Sequence[Picture]) -> bytes:
    """Write pictures as they go over the wire."""
    heads = [
        {"shape": one.pixels.shape[:2], "width": one.width, "height": one.height, "frame": one.frame}
        for one in pictures
    ]
    return packed(json.dumps({"pictures": heads}).encode()) + b"".join(one.pixels.tobytes() for one in pictures)


def told_error(error: Exception) -> bytes:
    """Write an error's kind; its sentence is made again at the other end."""
    return packed(json.dumps({"error": type(error).__name__}).encode())


def heard(take: Take, limits: Limits) -> list[Picture] | str:
    """Read the child's answer: pictures, or the kind of an error.

    Raises:
        Garbled: it is neither.
    """
    try:
        head = json.loads(unpack(take, HEAD_MOST))
        if "error" in head:
            return str(head["error"])
        heads = list(head["pictures"])
        if not 0 < len(heads) <= limits.frames_read:
            raise Garbled
        return [_picture(take, one) for one in heads]
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise Garbled from None


def _picture(take: Take, head: dict[str, Any]) -> Picture:
    height, width = (int(side) for side in head["shape"])
    if not (0 < height <= WORKING_SIZE and 0 < width <= WORKING_SIZE):
        raise Garbled
    pixels = np.frombuffer(take(height * width * 3), np.uint8).reshape(height, width, 3)
    return Picture(pixels, int(head["width"]), int(head["height"]), int(head["frame"]))
