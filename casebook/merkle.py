"""A Merkle tree: one hash over many, and short proofs that something was among them. Pure mathematics.

Source: RFC 6962, section 2.1 (hashing and paths); RFC 9162, section 2.1.3.2 (checking a path).
"""

from collections.abc import Sequence
from hashlib import sha256

LEAF, NODE = b"\x00", b"\x01"  # so that no node passes for a leaf


def leaf(data: bytes) -> bytes:
    """Hash what a leaf stands for."""
    return sha256(LEAF + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees."""
    return sha256(NODE + left + right).digest()


class Tree:
    """The tree over leaves, in their order."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._levels = [[leaf(one) for one in leaves]]
        while len(self._levels[-1]) > 1:
            self._levels.append(_joined(self._levels[-1]))

    @property
    def root(self) -> bytes:
        """Give the hash over all; of no leaf, the hash of nothing."""
        return self._levels[-1][0] if self._levels[0] else sha256().digest()

    def path(self, index: int) -> list[bytes]:
        """Give the hashes beside the way from a leaf to the root, from the leaf upwards.

        Raises:
            IndexError: there is no leaf of that index, which counts from 0.
        """
        if not 0 <= index < len(self._levels[0]):
            raise IndexError(index)
        beside = []
        for level in self._levels:
            if index ^ 1 < len(level):
                beside.append(level[index ^ 1])
            index //= 2
        return beside


def _joined(hashes: Sequence[bytes]) -> list[bytes]:
    """Join neighbours; who has none goes up as it is."""
    pairs = zip(hashes[::2], hashes[1::2], strict=False)
    return [*(node(left, right) for left, right in pairs), *hashes[len(hashes) & ~1 :]]


def holds(data: bytes, index: int, count: int, beside: Sequence[bytes], root: bytes) -> bool:
    """Tell whether a leaf was the one of this index among `count`, under this root.

    Args:
        data: what the leaf stands for.
        index: its place, from 0.
        count: how many leaves the tree has.
        beside: the hashes of `path`.
        root: 32 bytes.
    """
    if not 0 <= index < count or len(beside) > count.bit_length():
        return False
    here, last, found = index, count - 1, leaf(data)
    for one in beside:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = node(one, found)
            while not here & 1 and here != 0:
                here, last = here >> 1, last >> 1
        else:
            found = node(found, one)
        here, last = here >> 1, last >> 1
    return last == 0 and found == root
