"""Where a record stands in a day's tree. Source: RFC 6962, section 2.1."""

from collections.abc import Iterable, Sequence
from hashlib import sha256


def holds(record: str, path: Iterable[Sequence[str]], root: str) -> bool:
    """Whether the hashes on the way lead from a record's hash to the root; all in hex, each with its side."""
    node = sha256(b"\0" + bytes.fromhex(record)).digest()
    for side, other in path:
        beside = bytes.fromhex(other)
        node = sha256(b"\1" + (beside + node if side == "left" else node + beside)).digest()
    return node.hex() == root


def sides(index: int, count: int, siblings: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Say on which side each sibling stands, from the leaf up.

    Source: RFC 9162, section 2.1.3.2.
    """
    found, node, last = [], index, count - 1
    for one in siblings:
        if node & 1 or node == last:
            found.append(("left", one))
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            found.append(("right", one))
        node, last = node >> 1, last >> 1
    return tuple(found)
