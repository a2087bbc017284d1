"""Whether features that are alike also lie alike: the proof that one picture shows the other.

Every pair of features says by itself how one picture would lie in the other: where, how large, how turned. The saying
that most others agree with is taken, and made exact by those that agree. No dice: the same pictures, the same proof.

Source: Lowe, "Distinctive Image Features from Scale-Invariant Keypoints" (2004), sections 7.1 to 7.4; Hartley and
Zisserman, "Multiple View Geometry" (2004), section 4.4.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchers.regions import Box

Floats = NDArray[np.float32]
Matrix = NDArray[np.float64]
Mask = NDArray[np.bool_]

LEAST_INLIERS = 10
MANY_INLIERS = 24
# Of the features that are alike where the known picture is seen, how many have to lie right; of all features there, how
# many, and how many where inliers are few: a small copy is alike all over, two tigers in a stripe here and there.
LEAST_SHARE, LEAST_OF_ALL, LEAST_OF_FEW = 0.55, 0.05, 0.12
ROUGH_PX, FINE_PX = 24.0, (16.0, 9.0, 6.0)  # how far a point may lie from where it should
SIZE_APART, ANGLE_APART = np.log(1.7), np.radians(25)
SCALES = (0.08, 8.0)  # of the known picture in the other
SHEAR = 2.2  # the longer axis of a circle, drawn over, to the shorter
SPREAD_PX = 9.0  # standard deviation across the narrower direction; text and fences lie on one line
HEARD = 120  # of the pairs, how many are heard for what they say
LEAST_PERSPECTIVE = 12  # pairs from which a map in perspective is trusted


@dataclass(frozen=True, eq=False)
class Lie:
    """How a known picture lies in another.

    `matrix`: float64 of shape (3, 3), from points of the known picture to points of the other. `inliers`: how many
    points, different in both pictures, lie where they should. `share`: which part of the features that are alike does,
    of those that lie where the known picture is seen.
    """

    matrix: Matrix
    inliers: int
    share: float

    def box_of(self, width: int, height: int) -> Box:
        """Give the box, in the other picture, around the known one of that size; it may reach over the edge."""
        corners = _moved(self.matrix, np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64))
        left, top = np.floor(corners.min(axis=0))
        right, bottom = np.ceil(corners.max(axis=0))
        return Box(int(left), int(top), int(right), int(bottom))


def proved(known: Floats, met: Floats) -> Lie | None:
    """Find how the known picture lies in the one that was met; None where nothing proves that it does.

    Args:
        known: x, y, size (pixels) and angle (radians) of features that are alike, shape (n, 4).
        met: the same of their partners, in the same order.
    """
    if len(known) < LEAST_INLIERS:
        return None
    inside = _agreeing(known, met)
    matrix = np.eye(3)
    for within in FINE_PX:
        if np.count_nonzero(inside) < LEAST_INLIERS:
            return None
        matrix = _affine(known[inside, :2], met[inside, :2])
        inside = _near(matrix, known, met, within)
    if np.count_nonzero(inside) >= LEAST_PERSPECTIVE:
        matrix, inside = _in_perspective(matrix, inside, known, met)
    inliers = _different(known[inside], met[inside])
    if inliers < LEAST_INLIERS or not _is_plausible(matrix, known[inside], met[inside]):
        return None
    seen = int(np.count_nonzero(_inside(matrix, met, known[:, :2].min(axis=0), known[:, :2].max(axis=0))))
    return Lie(matrix, inliers, int(np.count_nonzero(inside)) / max(1, seen))


def shows(lie: Lie, size: Box, met: Floats) -> bool:
    """Tell whether enough of what is there to be seen is the known picture, and not one thing that both show.

    Args:
        size: of the known picture.
        met: all features of the picture that was met, shape (n, 4).
    """
    seen = int(np.count_nonzero(_inside(lie.matrix, met, np.zeros(2), np.array([size.width, size.height]))))
    least = LEAST_OF_ALL if lie.inliers >= MANY_INLIERS else LEAST_OF_FEW
    return lie.share >= LEAST_SHARE and lie.inliers >= least * seen


def _agreeing(known: Floats, met: Floats) -> Mask:
    """Take the pairs that most agree with one of them: they lie where it says, as large and as turned as it says."""
    size = np.log(met[:, 2] / known[:, 2])
    angle = met[:, 3] - known[:, 3]
    turn = np.exp(size + 1j * angle).astype(np.complex64)
    here, there = _complex(known), _complex(met)
    some = slice(None, None, -(-len(known) // HEARD))
    away = turn[some, None] * (here - here[some, None]) - (there - there[some, None])
    agree = away.real**2 + away.imag**2 < ROUGH_PX**2
    agree &= np.abs(size - size[some, None]) < SIZE_APART
    turned = np.abs(angle - angle[some, None]) % (2 * np.pi)
    agree &= np.minimum(turned, 2 * np.pi - turned) < ANGLE_APART
    best: Mask = agree[agree.sum(axis=1).argmax()]
    return best


def _complex(points: Floats) -> NDArray[np.complex64]:
    return (points[:, 0] + 1j * points[:, 1]).astype(np.complex64)


def _affine(here: Floats, there: Floats) -> Matrix:
    """Fit an affine map by least squares."""
    ones = np.column_stack([here, np.ones(len(here))])
    found = np.linalg.lstsq(ones, there, rcond=None)[0]
    matrix = np.eye(3)
    matrix[:2] = found.T
    return matrix


def _in_perspective(matrix: Matrix, inside: Mask, known: Floats, met: Floats) -> tuple[Matrix, Mask]:
    """Let parallel lines meet, where that makes more points lie right."""
    for within in FINE_PX:
        better = _homography(known[inside, :2], met[inside, :2])
        now = _near(better, known, met, within)
        if np.count_nonzero(now) < np.count_nonzero(inside):
            break
        matrix, inside = better, now
    return matrix, inside


def _homography(here: Floats, there: Floats) -> Matrix:
    """Fit a map in perspective by the normalised direct linear transform."""
    (x, y), before = _normal(here)
    (u, v), after = _normal(there)
    none, one = np.zeros_like(x), np.ones_like(x)
    rows = np.vstack(
        [
            np.column_stack([x, y, one, none, none, none, -u * x, -u * y, -u]),
            np.column_stack([none, none, none, x, y, one, -v * x, -v * y, -v]),
        ]
    )
    flat = np.linalg.eigh(rows.T @ rows)[1][:, 0]
    matrix: Matrix = np.linalg.inv(after) @ flat.reshape(3, 3) @ before
    return matrix / matrix[2, 2] if abs(matrix[2, 2]) > 1e-12 else matrix


def _normal(points: Floats) -> tuple[Matrix, Matrix]:
    """Move points around 0, at a distance of about 1; give them as (2, n), and the matrix that did it."""
    middle = points.mean(axis=0, dtype=np.float64)
    scale = 1 / max(1e-9, float(np.abs(points - middle).mean()))
    matrix = np.array([[scale, 0, -scale * middle[0]], [0, scale, -scale * middle[1]], [0, 0, 1]])
    return ((points - middle) * scale).T, matrix


def _moved(matrix: Matrix, points: NDArray[Any]) -> Matrix:
    away = points @ matrix[:, :2].T + matrix[:, 2]
    moved: Matrix = away[:, :2] / np.where(np.abs(away[:, 2:]) < 1e-9, 1e-9, away[:, 2:])
    return moved


def _near(matrix: Matrix, known: Floats, met: Floats, within: float) -> Mask:
    apart = np.linalg.norm(_moved(matrix, known[:, :2]) - met[:, :2], axis=1)
    near: Mask = apart < within
    return near


def _inside(matrix: Matrix, met: Floats, low: Floats | Matrix, high: Floats | Matrix) -> Mask:
    """Tell which points that were met lie in that part of the known picture."""
    back = _moved(np.linalg.inv(matrix).astype(np.float64), met[:, :2])
    inside: Mask = np.all((back >= low) & (back <= high), axis=1)
    return inside


def _different(known: Floats, met: Floats) -> int:
    """Count points that differ in both pictures: one point may have many features."""
    return min(len(np.unique(np.round(one[:, :2] / 2), axis=0)) for one in (known, met))


def _is_plausible(matrix: Matrix, known: Floats, met: Floats) -> bool:
    """Tell whether somebody may have laid a picture so: not mirrored, not a thousandth of its size, not a thin line."""
    middle = known[:, :2].mean(axis=0, dtype=np.float64)
    slope = _slope(matrix, middle)
    long, short = np.linalg.svd(slope, compute_uv=False)
    if np.linalg.det(slope) <= 0 or not (SCALES[0] <= short and long <= SCALES[1] and long <= SHEAR * short):
        return False
    return all(_narrow(points) >= SPREAD_PX for points in (known, met))


def _slope(matrix: Matrix, at: Matrix) -> Matrix:
    """Give the map around a point, as a matrix of shape (2, 2)."""
    x, y, w = matrix @ np.array([*at, 1.0])
    slope: Matrix = (matrix[:2, :2] - np.outer([x / w, y / w], matrix[2, :2])) / w
    return slope


def _narrow(points: Floats) -> float:
    return float(np.sqrt(max(0.0, np.linalg.eigvalsh(np.cov(points[:, :2].T))[0])))
