"""The bank in memory: which known pictures and films one that was met is.

    bank = Bank()
    bank.add(7, print_of_a_known_picture)
    for hit in bank.match(print_that_was_met): ...

Keys are any whole numbers of at least 0; entries come and go without a restart.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from matchers.hashes import Turn
from matchers.prints import Film, Print
from matchers.regions import Region


class Tier(StrEnum):
    """How a copy was found."""

    HASH = "hash"
    FEATURES = "features"
    FILM = "film"


@dataclass(frozen=True)
class Hit:
    """A known picture or film that what was met is a copy of, as far as can be told without a person.

    `distance`: bits that differ, the least of all pairs; None at the features' tier. `inliers`: features that lie as they
    lie in the known picture, at the features' tier; stills that agree, at the film's. `turn`: how the copy was turned.
    `region`: where in the picture that was met, in pixels of the working size; None where it is the whole. `at_s`: when in
    the film that was met; `known_at_s`: when in the known one.
    """

    key: int
    tier: Tier
    distance: int | None = None
    inliers: int | None = None
    turn: Turn = Turn.UPRIGHT
    region: Region | None = None
    at_s: float | None = None
    known_at_s: float | None = None


class Bank:
    """Known pictures and films, and pictures that somebody looked at and dismissed; safe for threads."""

    def add(self, key: int, known: Print | Film, *, radius: int | None = None) -> None:
        """Know one more; what was known by that key is replaced.

        Features are matched where both sides have them.

        Args:
            radius: bits up to which a hash is taken for this picture's; None for the usual of a bank of this size.
        """
        raise NotImplementedError

    def remove(self, key: int) -> None:
        """Know it no more; nothing happens where it was not known."""
        raise NotImplementedError

    def switch(self, key: int, *, on: bool) -> None:
        """Let an entry rest, or wake it: one that floods is quarantined until a person looks."""
        raise NotImplementedError

    def dismiss(self, seen: Print | Film, *, of: Collection[int] | None = None) -> None:
        """Never alert again to a picture within 16 bits of this one.

        Args:
            of: the keys it was dismissed as a copy of; None for all. A picture dismissed in one case may be another's.
        """
        raise NotImplementedError

    def match(self, met: Print | Film) -> list[Hit]:
        """Find what it is a copy of: for each key the best hit of each tier, the surest first."""
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    def __contains__(self, key: int) -> bool:
        raise NotImplementedError
