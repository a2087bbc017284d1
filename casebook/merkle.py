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


def root(leaves: Sequence[bytes]) -> bytes:
    """Give the hash over all leaves, in their order; of none, the hash of nothing."""
    if not leaves:
        return sha256().digest()
    return _over([leaf(one) for one in leaves])


def _over(hashes: Sequence[bytes]) -> bytes:
    """Join neighbours, level by level; who has none goes up as it is."""
    while len(hashes) > 1:
        odd = hashes[len(hashes) & ~1 :]
        pairs = zip(hashes[::2], hashes[1::2], strict=False)
        hashes = [*(node(left, right) for left, right in pairs), *odd]
    return hashes[0]


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Give the hashes beside the way from a leaf to the root, from the leaf upwards.

    Raises:
        IndexError: there is no leaf of that index, which counts from 0.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    hashes, beside = [leaf(one) for one in leaves], []
    while len(hashes) > 1:
        if index ^ 1 < len(hashes):
            beside.append(hashes[index ^ 1])
        odd = hashes[len(hashes) & ~1 :]
        hashes = [*(node(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=False)), *odd]
        index //= 2
    return beside


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
