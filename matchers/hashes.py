"""Fingerprints: bits that stay near under small edits.

PDQ is written here in numpy, because the package of its authors' code has no wheels and needs a compiler. Both
blurs and the choice of 64 x 64 points are one weighted sum of few neighbours on each axis. No product here is large
enough for a library to spread it over threads, which would cost far more than it saves.

Source: Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm" (2019), and its reference
code, by which edges, rounding and the order of bits are settled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from matchers.errors import BadHash, TooPlain
from matchers.limits import Limits
from matchers.pictures import Picture

RADIUS = 31  # bits: the usual distance up to which two PDQ hashes are taken for one picture
DETAIL_FLOOR = 50  # of 100: below it a hash says more about plainness than about the picture

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]
Indices = NDArray[np.intp]

_SIDE, _WAVES = 64, 16
MEDIAN = _WAVES * _WAVES // 2 - 1  # the lower one of the two in the middle
_LUMA: Floats = np.array([0.299, 0.587, 0.114], np.float32)
_DCT: Floats = (
    np.sqrt(2 / _SIDE) * np.cos(np.pi / (2 * _SIDE) * np.outer(np.arange(1, _WAVES + 1), 2 * np.arange(_SIDE) + 1))
).astype(np.float32)


class Kind(StrEnum):
    """Which hash a fingerprint is."""

    PDQ = "pdq"
    PHASH = "phash"
    DHASH = "dhash"

    @property
    def length(self) -> int:
        """How many bytes it has."""
        return 32 if self is Kind.PDQ else 8


class Turn(StrEnum):
    """How a picture was turned or mirrored, clockwise."""

    UPRIGHT = "upright"
    QUARTER = "turned by 90 degrees"
    HALF = "turned by 180 degrees"
    THREE_QUARTERS = "turned by 270 degrees"
    MIRRORED = "mirrored"
    FLIPPED = "upside down, mirrored"
    TRANSPOSED = "turned by 90 degrees, mirrored"
    TRANSVERSED = "turned by 270 degrees, mirrored"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A hash: `data` holds 32 bytes of PDQ, 8 of pHash and dHash, most significant bit first, as others write it."""

    kind: Kind
    data: bytes

    def __post_init__(self) -> None:
        if len(self.data) != self.kind.length:
            raise BadHash(f"a {self.kind} hash has {self.kind.length * 8} bits")

    @classmethod
    def from_hex(cls, text: str, kind: Kind = Kind.PDQ) -> Self:
        """Read hexadecimal digits, 64 for PDQ and 16 for the others; leading zeros belong to it.

        Raises:
            BadHash: another number of digits, or something else than digits.
        """
        text = text.strip()
        wanted = f"a {kind} hash is written as {kind.length * 2} hexadecimal digits"
        if len(text) != kind.length * 2 or not text.isascii():
            raise BadHash(wanted)
        try:
            return cls(kind, bytes.fromhex(text))
        except ValueError:
            raise BadHash(wanted) from None

    @property
    def hex(self) -> str:
        """Lower-case hexadecimal digits with all leading zeros."""
        return self.data.hex()

    def distance(self, other: "Fingerprint") -> int:
        """Count the bits that differ, 0 to 256 or 64.

        Raises:
            BadHash: the two are of different kinds.
        """
        if self.kind is not other.kind:
            raise BadHash(f"a {self.kind} hash cannot be compared with a {other.kind} hash")
        return (int.from_bytes(self.data) ^ int.from_bytes(other.data)).bit_count()


class Turned(NamedTuple):
    """A picture's PDQ in all eight turns, and its quality (detail), 0 to 100."""

    turns: dict[Turn, Fingerprint]
    quality: int

    @property
    def upright(self) -> Fingerprint:
        """The hash of the picture as it is."""
        return self.turns[Turn.UPRIGHT]


def pdq(pixels: Pixels) -> Turned | None:
    """Hash a picture so that small edits move few bits, in all eight turns.

    Each turn's hash is the one that the turned picture itself would get, to the bit. The paper's way, changing signs in
    one transform, is off by 16 bits or more, half of the usual radius: the points chosen do not lie symmetrically.

    Args:
        pixels: uint8 of shape (height, width, 3), RGB, any size.

    Returns:
        None where the picture has too little detail (quality below 50 of 100).
    """
    return pdq_of(light_of(pixels))


def light_of(pixels: Pixels) -> Floats:
    """Give how light each pixel is, 0 to 255: float32 of shape (height, width)."""
    light: Floats = pixels @ _LUMA
    return light


def pdq_of(light: Floats) -> Turned | None:
    """Hash as `pdq` does what is known to be so light: parts of one picture then share that work."""
    points = _points(light)
    quality = _quality(points[0, 0])
    if quality < DETAIL_FLOOR:
        return None
    return Turned(dict(zip(Turn, _fingerprints(_turns(points)), strict=True)), quality)


def distinct(pictures: Sequence[Picture], limits: Limits | None = None) -> list[tuple[Picture, Turned]]:
    """Hash the frames of a picture, without those within `RADIUS` of the last one kept, and without plain ones.

    Raises:
        TooPlain: no frame has enough detail.
    """
    kept: list[tuple[Picture, Turned]] = []
    for picture in pictures:
        one = pdq(picture.pixels)
        if one is not None and (not kept or one.upright.distance(kept[-1][1].upright) > RADIUS):
            kept.append((picture, one))
    if not kept:
        raise TooPlain(limits)
    return kept


def phash(pixels: Pixels) -> Fingerprint:
    """Give imagehash's pHash of a picture (64 bits of a cosine transform)."""
    import imagehash  # an eighth of a second, with the libraries it needs
    from PIL import Image

    return Fingerprint.from_hex(str(imagehash.phash(Image.fromarray(pixels))), Kind.PHASH)


def dhash(pixels: Pixels) -> Fingerprint:
    """Give imagehash's dHash of a picture (64 bits: which neighbour is brighter)."""
    import imagehash
    from PIL import Image

    return Fingerprint.from_hex(str(imagehash.dhash(Image.fromarray(pixels))), Kind.DHASH)


def _points(light: Floats) -> Floats:
    """Lightness at 64 x 64 points, 0 to 255: shape (2, 2, 64, 64), the second ones upside down and mirrored."""
    rows, columns = _neighbours(light.shape[0]), _neighbours(light.shape[1])
    lines = np.einsum("ikx,ik->xi", light[rows.at], rows.weights)
    points = np.einsum("jki,jk->ij", lines[columns.at], columns.weights)
    four: Floats = points.reshape(2, _SIDE, 2, _SIDE).swapaxes(1, 2)
    return four


class Neighbours(NamedTuple):
    """Which places of a line go into each of 2 x 64 points, and by how much: shape (128, k) both."""

    at: Indices
    weights: Floats


@lru_cache(maxsize=1024)
def _neighbours(length: int) -> Neighbours:
    """Blur a line twice and choose 64 points of it, and the same for the line read backwards.

    The window has a 128th of the line, rounded up; at the ends it is cut, and divided by what is left of it.
    """
    window = (length + 2 * _SIDE - 1) // (2 * _SIDE)
    ahead = (window + 2) // 2
    behind = window - ahead
    chosen = ((np.arange(_SIDE) + 0.5) * length / _SIDE).astype(np.intp)[:, None]
    reach = min(length, 2 * window - 1)
    at = np.clip(chosen - 2 * behind, 0, length - reach) + np.arange(reach)
    middle = chosen + np.arange(-behind, ahead)
    there = (middle >= 0) & (middle < length)
    share = there / np.maximum(np.minimum(middle + ahead, length) - np.maximum(middle - behind, 0), 1)
    step = at[:, None, :] - middle[:, :, None]
    weights = (((step >= -behind) & (step < ahead)) * share[:, :, None]).sum(axis=1) / there.sum(axis=1)[:, None]
    return Neighbours(np.vstack([at, length - 1 - at]), np.vstack([weights, weights]).astype(np.float32))


def _quality(points: Floats) -> int:
    """Sum the steps between neighbouring points, in whole hundredths of full contrast."""
    steps = sum(np.abs(np.trunc(np.diff(points, axis=axis) * (100 / 255))).sum() for axis in (0, 1))
    return min(100, int(steps / 90))


def _turns(points: Floats) -> Floats:
    """Transform each mirroring by itself; a turn by 90 degrees swaps the axes. As `Turn` has them: (8, 16, 16)."""
    (upright, mirrored), (flipped, half) = _DCT @ points @ _DCT.T
    return np.stack([upright, flipped.T, half, mirrored.T, mirrored, flipped, upright.T, half.T])


def _fingerprints(waves: Floats) -> list[Fingerprint]:
    """One bit for each wave above the median; the last wave is the most significant bit."""
    flat = waves.reshape(len(waves), -1)
    median = np.partition(flat, MEDIAN, axis=1)[:, MEDIAN, None]
    return [Fingerprint(Kind.PDQ, row.tobytes()) for row in np.packbits(flat[:, ::-1] > median, axis=1)]
