"""Whether features that are alike also lie alike: the proof that one picture shows the other."""

from dataclasses import dataclass

from matchers.hashes import Turn
from matchers.regions import Region


@dataclass(frozen=True)
class Proof:
    """`inliers`: features that lie as they lie in the known picture; `turn` of what was met; `region` where in it."""

    inliers: int
    turn: Turn
    region: Region
