"""Local features of known pictures, asked which pictures they may be of; what they say is proved by geometry."""

from typing import NamedTuple

from matchers.geometry import Proof
from matchers.prints import Film, Print


class Found(NamedTuple):
    """Whose picture it may be, which of its stills, and why."""

    owner: int
    still: int
    proof: Proof


class Nearest:
    """The features of known pictures, by owner."""

    def add(self, owner: int, known: Print | Film) -> None:
        """Know one more; nothing happens where it has no features."""

    def remove(self, owner: int) -> None:
        """Know it no more."""

    def match(self, _met: Print) -> list[Found]:
        """Find the known pictures that are seen in the one that was met; none where it has no features."""
        return []
