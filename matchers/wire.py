"""What goes between the process that asks and the child that decodes: lengths, JSON and bare pixels, no objects.

The child has read bytes made by anybody. Of what it says only the shape is trusted: it could be those bytes' word.
"""

import json
import struct
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

import numpy as np

from matchers.errors import BadPrint
from matchers.limits import WORKING_SIZE, Limits
from matchers.pictures import Picture
from matchers.printed import from_bytes, to_bytes
from matchers.prints import Film, Print

READY = b"ready"
HEAD_MOST = 65_536  # bytes
PRINTS_MOST = 64_000_000  # bytes of all prints of one picture or film
_LENGTH = struct.Struct(">Q")

Take = Callable[[int], bytes]


class Wanted(StrEnum):
    """What is wanted of the bytes that follow."""

    PICTURES = "p"
    PRINTS = "h"
    DEEP_PRINTS = "d"
    FILM = "f"
    DEEP_FILM = "g"


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


def asked(wanted: Wanted, data: bytes) -> bytes:
    """Write a question."""
    return wanted.encode() + packed(data)


def heard_question(take: Take, most: int) -> tuple[Wanted, bytes]:
    """Read a question.

    Raises:
        Garbled: it is none, or more than `most` bytes are announced.
    """
    try:
        return Wanted(take(1).decode()), unpack(take, most)
    except ValueError:
        raise Garbled from None


def told_prints(prints: Sequence[Print | Film]) -> bytes:
    """Write prints as they go over the wire."""
    written = [to_bytes(one) for one in prints]
    lengths = [len(one) for one in written]
    return packed(json.dumps({"prints": lengths}).encode()) + b"".join(written)


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


def heard_prints(take: Take, limits: Limits) -> list[Print | Film] | str:
    """Read the child's answer: prints, or the kind of an error.

    Raises:
        Garbled: it is neither.
    """
    try:
        head = json.loads(unpack(take, HEAD_MOST))
        if "error" in head:
            return str(head["error"])
        lengths = [int(one) for one in head["prints"]]
        if not 0 < len(lengths) <= limits.frames_read or min(lengths) < 0 or sum(lengths) > PRINTS_MOST:
            raise Garbled
        return [from_bytes(take(length)) for length in lengths]
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError, BadPrint):
        raise Garbled from None


def _picture(take: Take, head: dict[str, Any]) -> Picture:
    height, width = (int(side) for side in head["shape"])
    if not (0 < height <= WORKING_SIZE and 0 < width <= WORKING_SIZE):
        raise Garbled
    pixels = np.frombuffer(take(height * width * 3), np.uint8).reshape(height, width, 3)
    return Picture(pixels, int(head["width"]), int(head["height"]), int(head["frame"]))
