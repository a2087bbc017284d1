"""Hashes in memory, asked all at once which of them are near: exact, no guesses.

32 bytes a hash in faiss and 8 for whose it is; a million is asked in about a millisecond.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import faiss
import numpy as np
from numpy.typing import NDArray

from matchers.hashes import Fingerprint, Kind

Bits = NDArray[np.uint8]
Numbers = NDArray[np.int32]

LENGTH = Kind.PDQ.length
DEAD = -1
ASKED_AT_ONCE = 64  # a machine word's worth: what is found of them has to fit into memory


class Near(NamedTuple):
    """Pairs found, one place each: the number of the question, whose the row is, its note, and bits that differ."""

    asked: NDArray[np.int64]
    owner: Numbers
    note: Numbers
    distance: Numbers


def bits_of(fingerprints: Sequence[Fingerprint]) -> Bits:
    """Give PDQ hashes as uint8 of shape (n, 32)."""
    return np.frombuffer(b"".join(one.data for one in fingerprints), np.uint8).reshape(-1, LENGTH)


class Rows:
    """Hashes with an owner and a note each, both whole numbers of 0 or more below 2 to the power of 31."""

    def __init__(self) -> None:
        self._index = faiss.IndexBinaryFlat(LENGTH * 8)
        self._owner = np.empty(0, np.int32)
        self._note = np.empty(0, np.int32)
        self._new: list[
            tuple[Numbers, Numbers]
        ] = []  # laid together when asked: one by one takes the square of the time
        self._dead = 0

    def __len__(self) -> int:
        return int(self._index.ntotal) - self._dead

    def add(self, bits: Bits, owner: Numbers, note: Numbers) -> None:
        """Add rows: `bits` uint8 of shape (n, 32), the others int32 of shape (n,)."""
        if len(bits):
            self._index.add(np.ascontiguousarray(bits))
            self._new.append((owner, note))

    def _lay_together(self) -> None:
        if self._new:
            self._owner = np.concatenate([self._owner, *(owner for owner, _ in self._new)])
            self._note = np.concatenate([self._note, *(note for _, note in self._new)])
            self._new.clear()

    def remove(self, owner: int) -> None:
        """Forget an owner's rows; what they take up is freed when half of all are dead."""
        self._lay_together()
        mine = self._owner == owner
        self._dead += int(np.count_nonzero(mine))
        self._owner[mine] = DEAD
        if self._dead * 2 > self._index.ntotal:
            self._compact()

    def near(self, bits: Bits, radius: int) -> Near:
        """Find all rows at most `radius` bits away from each of `bits`."""
        self._lay_together()
        found = [self._some(bits[at : at + ASKED_AT_ONCE], radius, at) for at in range(0, len(bits), ASKED_AT_ONCE)]
        if not found or not len(self):
            none = np.empty(0, np.int32)
            return Near(np.empty(0, np.int64), none, none, none)
        return Near(*(np.concatenate(column) for column in zip(*found, strict=True)))

    def _some(self, bits: Bits, radius: int, first: int) -> Near:
        ends, distance, row = self._index.range_search(
            np.ascontiguousarray(bits), radius + 1
        )  # faiss leaves its end out
        asked = np.repeat(np.arange(first, first + len(bits)), np.diff(ends.astype(np.int64)))
        alive = self._owner[row] != DEAD
        row = row[alive]
        return Near(asked[alive], self._owner[row], self._note[row], distance[alive].astype(np.int32))

    def _compact(self) -> None:
        alive = self._owner != DEAD
        held: Any = self._index  # its rows are a field of its base class, which the types do not know
        bits = faiss.vector_to_array(held.xb).reshape(-1, LENGTH)[alive]
        self._index.reset()
        self._index.add(np.ascontiguousarray(bits))
        self._owner, self._note, self._dead = self._owner[alive], self._note[alive], 0
