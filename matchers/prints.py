"""What is kept of a picture or a film for matching: bits and points, never its pixels.

A print crosses the wire from the child that decodes, and lies sealed in the casebook. Either way its bytes are read
back as bytes of anybody: their shape is checked, and nothing in them is carried out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchers import hashes
from matchers.errors import BadHash, TooPlain
from matchers.hashes import Fingerprint, Kind, Turn
from matchers.limits import Limits
from matchers.pictures import Picture
from matchers.regions import MOST, Because, Box, Region, regions

MOST_PARTS = MOST + 1
MOST_FEATURES = 700  # of one picture
MOST_STILLS = 4_000  # of one film
MOST_INNER = 4  # parts inside of borders of one still
EDGES = (0.0275, 0.055)  # of the side, cut off at each edge of a still
TURNS = tuple(Turn)


@dataclass(frozen=True, slots=True)
class Part:
    """A picture, or a part of it that may be a picture itself.

    `box` is in pixels of the working size. `turns` holds the PDQ hash in the order of `Turn`: all eight, or the upright
    one alone, which is all there is of a hash from elsewhere.
    """

    box: Box
    because: Because
    turns: tuple[Fingerprint, ...]

    @property
    def upright(self) -> Fingerprint:
        """The hash of it as it is."""
        return self.turns[0]


@dataclass(frozen=True, eq=False, slots=True)
class Features:
    """Local features, the strongest first, at most `MOST_FEATURES`.

    `points`: uint16 of shape (n, 4): x, y and size in 64ths of a pixel of the working size, and the angle in
    65,536ths of a full turn. `descriptors`: uint8 of shape (n, 128), SIFT.
    """

    points: NDArray[np.uint16]
    descriptors: NDArray[np.uint8]


class Print(NamedTuple):
    """One picture, as it is matched: `parts` the whole first, `width` and `height` of the upright original in pixels.

    `width` and `height` are 0 and `parts` has one box of no size where only a hash is known. `features` is None where
    none were asked for.
    """

    width: int
    height: int
    parts: tuple[Part, ...]
    features: Features | None = None

    @property
    def whole(self) -> Part:
        """The picture itself."""
        return self.parts[0]

    def without_features(self) -> "Print":
        """Give what may be kept where nobody consented to more."""
        return self._replace(features=None)

    def slim(self) -> "Print":
        """Give what is enough to find it later by a known picture: of its parts the upright hash only, no features."""
        rest = (replace(part, turns=part.turns[:1]) for part in self.parts[1:])
        return self._replace(parts=(self.whole, *rest), features=None)


class Still(NamedTuple):
    """One picture of a film, `at_s` seconds from its start."""

    at_s: float
    print: Print


class Film(NamedTuple):
    """A film, as it is matched: stills that differ, by their time, at most `MOST_STILLS`; `seconds` it lasts."""

    seconds: float
    stills: tuple[Still, ...]

    def without_features(self) -> "Film":
        """Give what may be kept where nobody consented to more."""
        return self._replace(stills=tuple(Still(at_s, one.without_features()) for at_s, one in self.stills))


def taken(picture: Picture, *, deep: bool = False) -> Print | None:
    """Take the print of a decoded picture; None where it is too plain.

    Args:
        deep: local features too, some 30 ms more.
    """
    light = hashes.light_of(picture.pixels)
    whole = hashes.pdq_of(light)
    return None if whole is None else _taken(picture, light, whole, deep=deep)


def _taken(picture: Picture, light: hashes.Floats, whole: hashes.Turned, *, deep: bool) -> Print:
    parts = [_whole(picture, whole), *_parts(light, regions(picture.pixels)[1:])]
    return Print(picture.width, picture.height, tuple(parts), _features(picture) if deep else None)


def taken_of_still(picture: Picture, whole: hashes.Turned, *, deep: bool = False) -> Print:
    """Take the print of one still of a film: without parts of collages, but also without its edge.

    Films are cropped a little to escape those who look for them. A hash bears a crop of 3 % of the side; those of two
    crops beside it bear 10 %.
    """
    inner = regions(picture.pixels, collages=False)[1 : 1 + MOST_INNER]
    parts = [_whole(picture, whole), *_parts(hashes.light_of(picture.pixels), [*inner, *_crops(picture)])]
    return Print(picture.width, picture.height, tuple(parts), _features(picture) if deep else None)


def _crops(picture: Picture) -> list[Region]:
    height, width = picture.pixels.shape[:2]
    edges = [(round(width * edge), round(height * edge)) for edge in EDGES]
    return [Region(Box(x, y, width - x, height - y), Because.CROP) for x, y in edges]


def taken_of_all(pictures: Sequence[Picture], limits: Limits | None = None, *, deep: bool = False) -> list[Print]:
    """Take the prints of a picture's frames, without those that are about the last one kept, and without plain ones.

    Raises:
        TooPlain: no frame has enough detail.
    """
    kept: list[Print] = []
    for picture in pictures:
        light = hashes.light_of(picture.pixels)
        whole = hashes.pdq_of(light)
        if whole is not None and not (kept and whole.upright.distance(kept[-1].whole.upright) <= hashes.RADIUS):
            kept.append(_taken(picture, light, whole, deep=deep))
    if not kept:
        raise TooPlain(limits)
    return kept


def of_hash(fingerprint: Fingerprint) -> Print:
    """Make the print of a picture of which a PDQ hash is all that is known.

    Raises:
        BadHash: it is no PDQ hash.
    """
    if fingerprint.kind is not Kind.PDQ:
        raise BadHash("pictures are matched by PDQ hashes")
    return Print(0, 0, (Part(Box(0, 0, 0, 0), Because.WHOLE, (fingerprint,)),))


def _whole(picture: Picture, found: hashes.Turned) -> Part:
    return _part(Box(0, 0, *picture.pixels.shape[1::-1]), Because.WHOLE, found)


def _parts(light: hashes.Floats, found: Iterable[Region]) -> Iterator[Part]:
    """Hash regions of a picture that is so light; plain ones have no hash."""
    for region in found:
        hashed = hashes.pdq_of(region.box.of(light))
        if hashed is not None:
            yield _part(region.box, region.because, hashed)


def _part(box: Box, because: Because, found: hashes.Turned) -> Part:
    return Part(box, because, tuple(found.turns[turn] for turn in TURNS))


def _features(picture: Picture) -> Features:
    from matchers import local  # a quarter of a second, for those who match so deep

    return local.features(picture.pixels)


def to_bytes(one: Print | Film) -> bytes:
    """Write a print, to be sealed or sent."""
    from matchers import printed

    return printed.to_bytes(one)


def from_bytes(data: bytes) -> Print | Film:
    """Read a print.

    Raises:
        BadPrint: it is none, or one of a later version.
    """
    from matchers import printed

    return printed.from_bytes(data)
