"""Local features: places in a picture that are found again when it is cropped, drawn over, or shown in another.

SIFT, with descriptors as their square roots (whose distance is Hellinger's), at most `MOST_FEATURES` of a picture,
spread over it: what is small in a collage then has its share.

Sources: Lowe, "Distinctive Image Features from Scale-Invariant Keypoints" (2004); Arandjelović and Zisserman, "Three
things everyone should know to improve object retrieval" (2012), for the square roots.
"""

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from matchers.limits import WORKING_SIZE
from matchers.prints import MOST_FEATURES, Features

SIDE = 448  # pixels of the longer side: at 512 OpenCV takes twice as long, for a few features more
CONTRAST = 0.02  # half of the usual: dark and blurred copies have little
DETECTED = 1000
CELLS = 4  # across and down
WHOLE = 512.0  # what a descriptor's square roots add up to, squared, before they are rounded to bytes
POINT = 64.0  # points are kept in 64ths of a pixel
ANGLE = 65_536 / 360  # angles in 65,536ths of a full turn

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

# How a descriptor's 4 x 4 x 8 places change where the picture is mirrored: the lower cells are the upper ones, and what
# pointed up points down.
_MIRRORED = np.arange(128).reshape(4, 4, 8)[::-1][:, :, (-np.arange(8)) % 8].ravel()


def features(pixels: Pixels) -> Features:
    """Find the local features of a picture.

    Args:
        pixels: uint8 of shape (height, width, 3), RGB, the longer side `WORKING_SIZE`.
    """
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    scale = SIDE / WORKING_SIZE
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found, descriptors = _sift().detectAndCompute(small, None)
    if not found:
        return Features(np.empty((0, 4), np.uint16), np.empty((0, 128), np.uint8))
    points = np.array([(*one.pt, one.size, one.angle, one.response) for one in found], np.float32)
    chosen = _spread(points, small.shape)
    return Features(_kept(points[chosen], scale), _rooted(descriptors[chosen]))


def points_of(one: Features) -> Floats:
    """Give x, y and size in pixels of the working size, and the angle in radians; shape (n, 4)."""
    points = one.points.astype(np.float32)
    points[:, :3] /= POINT
    points[:, 3] *= np.float32(2 * np.pi / 65_536)
    return points


def mirrored(one: Features) -> Features:
    """Give the features that the mirrored picture would have, without looking at it; x counts from its right edge."""
    points = one.points.copy()
    points[:, 0] = np.uint16(WORKING_SIZE * POINT) - points[:, 0]
    points[:, 3] = (32_768 - points[:, 3].astype(np.int32)) % 65_536
    return Features(points, np.ascontiguousarray(one.descriptors[:, _MIRRORED]))


@lru_cache(maxsize=1)
def _sift() -> Any:  # noqa: ANN401  # OpenCV has no types
    cv2.setNumThreads(1)  # what a picture costs is then the same on every machine
    library: Any = cv2  # its types lack the newest way to make one
    return library.SIFT_create(DETECTED, 3, CONTRAST, 10, 1.6, cv2.CV_8U)


def _spread(points: Floats, shape: tuple[int, ...]) -> NDArray[np.intp]:
    """Choose the strongest of each cell, then of all: numbers of points, the strongest first."""
    strongest = np.argsort(-points[:, 4], kind="stable")
    cell = (points[:, :2] * CELLS / np.array(shape[1::-1])).astype(int).clip(0, CELLS - 1) @ np.array([1, CELLS])
    rank = np.empty(len(points), int)
    for one in range(CELLS * CELLS):
        mine = strongest[cell[strongest] == one]
        rank[mine] = np.arange(len(mine))
    share = MOST_FEATURES // (CELLS * CELLS)
    order = np.lexsort((-points[:, 4], rank >= share))[:MOST_FEATURES]
    return np.sort(order) if len(order) == len(points) else order


def _kept(points: Floats, scale: float) -> NDArray[np.uint16]:
    places = points[:, :3] / scale * POINT
    angle = (points[:, 3:4] * ANGLE) % 65_536
    return np.column_stack([places, angle]).round().clip(0, 65_535).astype(np.uint16)


def _rooted(descriptors: Pixels) -> Pixels:
    whole = descriptors.sum(axis=1, keepdims=True, dtype=np.float32)
    roots: Pixels = (np.sqrt(descriptors / np.maximum(whole, 1)) * WHOLE).round().clip(0, 255).astype(np.uint8)
    return roots
