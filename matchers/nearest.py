"""Local features of known pictures, asked which pictures they may be of; what they say is proved by geometry.

A feature votes for the pictures whose features are clearly nearer to it than the usual ones are. Votes that are equally
large and equally turned count together; the pictures with most of them are looked at closely.

Source: Jégou, Douze and Schmid, "Hamming embedding and weak geometric consistency for large scale image search" (2008).
"""

from typing import Any, NamedTuple

import cv2
import faiss
import numpy as np
from numpy.typing import NDArray

from matchers import local
from matchers.geometry import Lie, proved, shows
from matchers.hashes import Turn
from matchers.limits import WORKING_SIZE
from matchers.pairs import stills_of
from matchers.prints import Features, Film, Print
from matchers.regions import Because, Box, Region

NEIGHBOURS = 8  # the last of them is what an unrelated feature is like
CLEARLY = 0.85  # of the last one's distance
SURELY = 0.10  # of the longest possible squared distance: so near is no accident, however many others are
LOOKED_AT = 4  # pictures for one that is met
LEAST_VOTES = 4
PARTNER = 0.85  # of the distance to the second nearest, within one picture
PER_LIST, MOST_LISTS, PROBED = 96, 512, 4
GROWN = 4  # times larger than when it was trained: the index is trained anew
TRAINED_WITH = 40  # descriptors a list
WAYS = 17 * 12  # in which two features may be unequally large and turned
WIDTH = 128
LONGEST = 2 * local.WHOLE**2

QUARTERS = (Turn.UPRIGHT, Turn.QUARTER, Turn.HALF, Turn.THREE_QUARTERS)
MIRRORED = (Turn.MIRRORED, Turn.TRANSPOSED, Turn.FLIPPED, Turn.TRANSVERSED)

Numbers = NDArray[np.int64]
Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]


class Found(NamedTuple):
    """Whose picture it is and which of its stills; `inliers`, `turn` and `region` of what was met; how they lie."""

    owner: int
    still: int
    inliers: int
    turn: Turn
    region: Region | None
    lie: Lie


class _Block(NamedTuple):
    """The features of one known picture, from row `first` of the index."""

    owner: int
    still: int
    first: int
    size: Box
    features: Features


class Nearest:
    """The features of known pictures, by owner."""

    def __init__(self) -> None:
        self._blocks: list[_Block] = []
        self._block_of = np.empty(0, np.int64)  # of each row
        self._points = np.empty((0, 4), np.float32)
        self._rows_known = 0
        self._gone: set[int] = set()  # blocks
        self._index: faiss.Index | None = None
        self._trained_with = 0

    def add(self, owner: int, known: Print | Film) -> None:
        """Know one more; nothing happens where it has no features."""
        for number, still in enumerate(stills_of(known)):
            features = still.print.features
            if features is not None and len(features.points) > 1:
                self._add(owner, number, still.print.whole.box, features)

    def _add(self, owner: int, still: int, size: Box, features: Features) -> None:
        self._blocks.append(_Block(owner, still, self._rows_known, size, features))
        self._rows_known += len(features.points)

    def _lay_together(self) -> None:
        """Put new blocks behind the others: once for all of them, for one by one takes the square of the time."""
        new = [at for at, one in enumerate(self._blocks) if one.first >= len(self._block_of)]
        if new:
            blocks = [self._blocks[at].features for at in new]
            numbers = np.repeat(new, [len(one.points) for one in blocks])
            self._block_of = np.concatenate([self._block_of, numbers])
            self._points = np.concatenate([self._points, *(local.points_of(one) for one in blocks)])

    def remove(self, owner: int) -> None:
        """Know it no more."""
        self._gone.update(at for at, one in enumerate(self._blocks) if one.owner == owner)
        if len(self._gone) * 2 > len(self._blocks):
            self._compact()

    def _compact(self) -> None:
        alive = [one for at, one in enumerate(self._blocks) if at not in self._gone]
        self.__init__()  # type: ignore[misc]
        for one in alive:
            self._add(one.owner, one.still, one.size, one.features)

    def match(self, met: Print) -> list[Found]:
        """Find the known pictures that are seen in the one that was met; none where it has no features."""
        if met.features is None or len(met.features.points) < 2 or not self._blocks:
            return []
        # More threads take longer, and turn on the spot where they wait. Each thread that asks has to be told anew.
        faiss.omp_set_num_threads(1)
        self._lay_together()
        sides = [(QUARTERS, met.features), (MIRRORED, local.mirrored(met.features))]
        ranked = sorted(
            (-votes, block, side) for side, (_, one) in enumerate(sides) for block, votes in self._votes(one)
        )
        found = (self._looked_at(block, *sides[side], met) for _, block, side in ranked[:LOOKED_AT])
        return [one for one in found if one is not None]

    def _votes(self, met: Features) -> list[tuple[int, int]]:
        """Give blocks with the votes of the features that agree on size and turn."""
        points = local.points_of(met)
        apart, row = self._ready().search(met.descriptors.astype(np.float32), min(NEIGHBOURS, len(self._block_of)))
        usual = np.where(row[:, -1:] < 0, LONGEST, apart[:, -1:])
        votes = (row >= 0) & ((apart < CLEARLY**2 * usual) | (apart < SURELY * LONGEST))
        asked, nth = np.nonzero(votes)
        known = row[asked, nth]
        alike = _alike(self._points[known], points[asked])
        ballots = np.unique((self._block_of[known] * WAYS + alike) * len(points) + asked)  # one feature, one vote
        heaps, counts = np.unique(ballots // len(points), return_counts=True)
        enough = counts >= LEAST_VOTES
        best: dict[int, int] = {}
        for block, votes_of in zip((heaps[enough] // WAYS).tolist(), counts[enough].tolist(), strict=True):
            best[block] = max(best.get(block, 0), votes_of)
        return [(block, most) for block, most in best.items() if block not in self._gone]

    def _ready(self) -> faiss.Index:
        """Give the index with all that is known in it; trained anew where it has grown much."""
        rows = len(self._block_of)
        if self._index is None or rows > GROWN * self._trained_with:
            self._index, self._trained_with = _trained(self._rows(0)), rows
        if self._index.ntotal < rows:
            self._index.add(self._rows(self._index.ntotal))
        return self._index

    def _rows(self, first: int) -> Floats:
        blocks = [one.features.descriptors for one in self._blocks if one.first >= first]
        return np.concatenate(blocks).astype(np.float32)

    def _looked_at(self, block: int, turns: tuple[Turn, ...], features: Features, met: Print) -> Found | None:
        known = self._blocks[block]
        mine, theirs = _partners(features, known.features)
        here, there = local.points_of(known.features)[theirs], local.points_of(features)[mine]
        lie = proved(here, there)
        if lie is None or not shows(lie, known.size, local.points_of(features)):
            return None
        slope = lie.matrix[:2, :2]
        quarter = round(np.degrees(np.arctan2(slope[1, 0] - slope[0, 1], slope[0, 0] + slope[1, 1])) / 90) % 4
        box = lie.box_of(known.size.width, known.size.height)
        if turns is MIRRORED:
            box = box._replace(left=WORKING_SIZE - box.right, right=WORKING_SIZE - box.left)
        return Found(known.owner, known.still, lie.inliers, turns[quarter], _region(box, met.whole.box), lie)


def _trained(rows: Floats) -> faiss.Index:
    lists = int(np.clip(len(rows) // PER_LIST, 1, MOST_LISTS))
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatL2(WIDTH), WIDTH, lists, faiss.ScalarQuantizer.QT_8bit_direct, faiss.METRIC_L2, False
    )
    index.nprobe = PROBED
    index.cp.niter, index.cp.min_points_per_centroid = 4, 1
    index.train(rows[:: max(1, len(rows) // (TRAINED_WITH * lists))])
    return index


def _alike(known: Floats, met: Floats) -> Numbers:
    """Give one number to all pairs that are about equally much larger, by octaves, and equally turned, by 12ths."""
    octave = np.round(np.log2(met[:, 2] / known[:, 2])).clip(-8, 8) + 8
    turn = np.round((met[:, 3] - known[:, 3]) / (2 * np.pi) * 12) % 12
    alike: Numbers = (octave * 12 + turn).astype(np.int64)
    return alike


def _partners(met: Features, known: Features) -> tuple[Numbers, Numbers]:
    """Pair features whose nearest is clearly nearer than their second nearest."""
    alike = _products(met.descriptors, known.descriptors)  # all are of one length
    at = np.arange(len(alike))
    nearest = alike.argmax(axis=1)
    first = alike[at, nearest]
    alike[at, nearest] = -np.inf
    mine = np.flatnonzero(LONGEST - 2 * first < PARTNER**2 * (LONGEST - 2 * alike.max(axis=1)))
    return mine, nearest[mine]


def _products(one: Pixels, other: Pixels) -> Floats:
    """Multiply each row with each.

    By numpy it would be spread over threads, which then turn on the spot; by faiss it takes thrice as long.
    """
    here, there = one.astype(np.float32), np.ascontiguousarray(other.T.astype(np.float32))
    library: Any = cv2  # its types do not know that nothing may be added
    products: Floats = library.gemm(here, there, 1, None, 0)
    return products


def _region(box: Box, whole: Box) -> Region | None:
    """Cut to what is there; None where it is about all of it."""
    inside = Box(max(box.left, 0), max(box.top, 0), min(box.right, whole.right), min(box.bottom, whole.bottom))
    return None if inside.is_about(whole) or not inside.area else Region(inside, Because.DETAIL)
