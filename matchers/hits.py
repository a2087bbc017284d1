"""What the bank answers: which known picture, how it was found, how near, and where."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from matchers.hashes import Turn
from matchers.regions import Region


class Tier(StrEnum):
    """How a copy was found, the surest first."""

    HASH = "hash"
    FILM = "film"
    FEATURES = "features"


ORDER = {tier: at for at, tier in enumerate(Tier)}


@dataclass(frozen=True)
class Hit:
    """A known picture or film that what was met is a copy of, as far as can be told without a person.

    `distance`: bits that differ, the least of all pairs; None at the features' tier. `inliers`: features that lie as
    they lie in the known picture, at the features' tier; stills that agree, at the film's; None at the hashes'. `turn`:
    how the copy was turned. `region`: where in the picture that was met, in pixels of the working size; None where it
    is the whole. `at_s`: when in the film that was met; `known_at_s`: when in the known one; None for pictures.
    """

    key: int
    tier: Tier
    distance: int | None = None
    inliers: int | None = None
    turn: Turn = Turn.UPRIGHT
    region: Region | None = None
    at_s: float | None = None
    known_at_s: float | None = None


def best(hits: Iterable[Hit]) -> list[Hit]:
    """Keep for each key the best hit of each tier, the surest first."""
    kept: dict[tuple[int, Tier], Hit] = {}
    for hit in sorted(hits, key=_rank):
        kept.setdefault((hit.key, hit.tier), hit)
    return list(kept.values())


def _rank(hit: Hit) -> tuple[int, int, int, int, float]:
    distance = 256 if hit.distance is None else hit.distance
    return ORDER[hit.tier], -(hit.inliers or 0), distance, hit.key, hit.at_s or 0.0
