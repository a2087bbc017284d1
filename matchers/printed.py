"""Prints as bytes: a version, then fixed fields; every length is checked before it is believed."""

import struct
from collections.abc import Iterator

import numpy as np

from matchers.errors import BadPrint
from matchers.hashes import Fingerprint, Kind
from matchers.prints import MOST_FEATURES, MOST_PARTS, MOST_STILLS, TURNS, Features, Film, Part, Print, Still
from matchers.regions import Because, Box

VERSION = 1
MOST_BYTES = 400_000_000
PICTURE, FILM = b"P", b"F"
BECAUSE = tuple(Because)
HASH = Kind.PDQ.length

_HEAD = struct.Struct(">2sBc")  # "pp", version, kind
_PICTURE = struct.Struct(">IIBH")  # width, height, parts, features (one more than there are; 0 for None)
_PART = struct.Struct(">4HBB")  # box, because, turns
_FILM = struct.Struct(">dI")  # seconds, stills
_STILL = struct.Struct(">d")


def to_bytes(one: Print | Film) -> bytes:
    """Write a print."""
    if isinstance(one, Film):
        head = _HEAD.pack(b"pp", VERSION, FILM) + _FILM.pack(one.seconds, len(one.stills))
        return head + b"".join(_STILL.pack(still.at_s) + _picture(still.print) for still in one.stills)
    return _HEAD.pack(b"pp", VERSION, PICTURE) + _picture(one)


def _picture(one: Print) -> bytes:
    features = 0 if one.features is None else len(one.features.points) + 1
    parts = b"".join(_part(part) for part in one.parts)
    return _PICTURE.pack(one.width, one.height, len(one.parts), features) + parts + _features(one.features)


def _part(part: Part) -> bytes:
    head = _PART.pack(*part.box, BECAUSE.index(part.because), len(part.turns))
    return head + b"".join(turn.data for turn in part.turns)


def _features(features: Features | None) -> bytes:
    if features is None:
        return b""
    return features.points.astype(">u2").tobytes() + features.descriptors.tobytes()


def from_bytes(data: bytes) -> Print | Film:
    """Read a print.

    Raises:
        BadPrint: it is none, or one of a later version.
    """
    if len(data) > MOST_BYTES:
        raise BadPrint("this is no print: it is too long")
    reader = _Reader(data)
    try:
        mark, version, kind = reader.fields(_HEAD)
        if mark != b"pp" or version != VERSION or kind not in (PICTURE, FILM):
            raise BadPrint("this is no print of a picture, or one of a later version")
        found = reader.film() if kind == FILM else reader.picture()
    except (struct.error, ValueError, IndexError):
        raise BadPrint("this print of a picture is damaged") from None
    if reader.left:
        raise BadPrint("this print of a picture is damaged")
    return found


class _Reader:
    """Takes fields one after another; whoever asks for more than there is gets a `ValueError`."""

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._data) - self._at

    def take(self, length: int) -> bytes:
        if length > self.left:
            raise ValueError
        self._at += length
        return bytes(self._data[self._at - length : self._at])

    def fields(self, form: struct.Struct) -> tuple[object, ...]:
        return form.unpack(self.take(form.size))

    def film(self) -> Film:
        seconds, count = _FILM.unpack(self.take(_FILM.size))
        if not 0 <= seconds < float("inf") or not 0 < count <= MOST_STILLS:
            raise ValueError
        return Film(seconds, tuple(self._stills(count)))

    def _stills(self, count: int) -> Iterator[Still]:
        for _ in range(count):
            (at_s,) = _STILL.unpack(self.take(_STILL.size))
            if not 0 <= at_s < float("inf"):
                raise ValueError
            yield Still(at_s, self.picture())

    def picture(self) -> Print:
        width, height, parts, features = _PICTURE.unpack(self.take(_PICTURE.size))
        if not 0 < parts <= MOST_PARTS or features > MOST_FEATURES + 1:
            raise ValueError
        return Print(
            width, height, tuple(self._part() for _ in range(parts)), self._features(features - 1) if features else None
        )

    def _part(self) -> Part:
        *box, because, turns = _PART.unpack(self.take(_PART.size))
        if turns not in (1, len(TURNS)):
            raise ValueError
        data = [Fingerprint(Kind.PDQ, self.take(HASH)) for _ in range(turns)]
        return Part(Box(*box), BECAUSE[because], tuple(data))

    def _features(self, count: int) -> Features:
        points = np.frombuffer(self.take(count * 8), ">u2").reshape(count, 4).astype(np.uint16)
        return Features(points, np.frombuffer(self.take(count * 128), np.uint8).reshape(count, 128))
