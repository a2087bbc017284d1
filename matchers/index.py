"""The bank in memory: which known pictures and films one that was met is.

    bank = Bank()
    bank.add(7, print_of_a_known_picture)
    for hit in bank.match(print_that_was_met): ...

Keys are any whole numbers of at least 0; entries come and go without a restart.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import count, groupby
from operator import attrgetter
from threading import RLock

from matchers.agreement import LEAST_STILLS, agreed
from matchers.hashes import RADIUS
from matchers.hits import Hit, Tier, best
from matchers.nearest import Nearest
from matchers.pairs import Pair, Side, stills_of
from matchers.prints import TURNS, Film, Print

SMALL = 20_000  # entries, up to which a bank is small
# The nearest unrelated pictures were 78 bits apart in 78 million pairs of hashes (docs/benchmarks.md).
SMALL_RADIUS = 45
FILM_RADIUS = 60  # of each of several stills that have to agree
DISMISSED_RADIUS = 16

__all__ = ["Bank", "Hit", "Tier"]


@dataclass
class _Entry:
    """What is known of one key besides its hashes; `times` of a film's stills, None for a picture."""

    key: int
    radius: int | None
    times: tuple[float, ...] | None
    on: bool = True


class _Silence:
    """Which stills of what was met are not to alert, and for which keys: None for all of them."""

    def __init__(self) -> None:
        self._of: dict[int, list[frozenset[int] | None]] = defaultdict(list)

    def add(self, still: int, keys: frozenset[int] | None) -> None:
        self._of[still].append(keys)

    def covers(self, still: int, key: int) -> bool:
        return any(keys is None or key in keys for keys in self._of.get(still, ()))


class Bank:
    """Known pictures and films, and pictures that somebody looked at and dismissed; safe for threads."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._numbers = count()
        self._entries: dict[int, _Entry] = {}
        self._number_of: dict[int, int] = {}
        self._own_radii: Counter[int] = Counter()  # how many entries have each
        self._known, self._dismissed = Side(), Side()
        self._dismissed_of: dict[int, frozenset[int] | None] = {}
        self._nearest = Nearest()

    def add(self, key: int, known: Print | Film, *, radius: int | None = None) -> None:
        """Know one more; what was known by that key is replaced.

        Features are matched where both sides have them.

        Args:
            radius: bits up to which a hash is taken for this picture's; None for the usual of a bank of this size.
        """
        with self._lock:
            self.remove(key)
            number = next(self._numbers)
            times = tuple(one.at_s for one in known.stills) if isinstance(known, Film) else None
            self._number_of[key], self._entries[number] = number, _Entry(key, radius, times)
            self._own_radii.update([] if radius is None else [radius])
            self._known.add(number, known)
            self._nearest.add(number, known)

    def remove(self, key: int) -> None:
        """Know it no more; nothing happens where it was not known."""
        with self._lock:
            number = self._number_of.pop(key, None)
            if number is not None:
                radius = self._entries.pop(number).radius
                self._own_radii.subtract([] if radius is None else [radius])
                self._known.remove(number)
                self._nearest.remove(number)

    def switch(self, key: int, *, on: bool) -> None:
        """Let an entry rest, or wake it: one that floods is quarantined until a person looks."""
        with self._lock:
            if key in self._number_of:
                self._entries[self._number_of[key]].on = on

    def dismiss(self, seen: Print | Film, *, of: Collection[int] | None = None) -> None:
        """Never alert again to a picture within 16 bits of this one.

        Args:
            of: the keys it was dismissed as a copy of; None for all. A picture dismissed in one case may be another's.
        """
        with self._lock:
            number = next(self._numbers)
            self._dismissed_of[number] = None if of is None else frozenset(of)
            self._dismissed.add(number, seen, regions=False)

    def match(self, met: Print | Film) -> list[Hit]:
        """Find what it is a copy of: for each key the best hit of each tier, the surest first."""
        with self._lock:
            silence = self._silence(met)
            return best([*self._by_hash(met, silence), *self._by_features(met, silence)])

    def __len__(self) -> int:
        return len(self._number_of)

    def __contains__(self, key: int) -> bool:
        return key in self._number_of

    def _silence(self, met: Print | Film) -> _Silence:
        silence = _Silence()
        for pair in self._dismissed.pairs(met, DISMISSED_RADIUS, regions=False):
            silence.add(pair.still, self._dismissed_of[pair.owner])
        return silence

    def _wakes(self, owner: int, still: int, silence: _Silence) -> bool:
        entry = self._entries[owner]
        return entry.on and not silence.covers(still, entry.key)

    def _usual(self) -> int:
        return SMALL_RADIUS if len(self._entries) <= SMALL else RADIUS

    def _by_hash(self, met: Print | Film, silence: _Silence) -> Iterator[Hit]:
        radii = [radius for radius, entries in self._own_radii.items() if entries]
        reach = max(self._usual(), *radii, FILM_RADIUS if isinstance(met, Film) else 0)
        pairs = [one for one in self._known.pairs(met, reach) if self._wakes(one.owner, one.still, silence)]
        for owner, group in groupby(sorted(pairs, key=attrgetter("owner")), key=attrgetter("owner")):
            yield from self._of_one(self._entries[owner], list(group), met)

    def _of_one(self, entry: _Entry, pairs: list[Pair], met: Print | Film) -> Iterator[Hit]:
        """Say what pairs with one known picture or film mean; of two films, several stills have to agree."""
        if isinstance(met, Film) and entry.times is not None:
            least = min(LEAST_STILLS, len(met.stills), len(entry.times))
            if least > 1:
                yield from _of_two_films(entry, entry.times, pairs, met, least)
                return
        radius = self._usual() if entry.radius is None else entry.radius
        yield from (_hit(entry, Tier.HASH, one, met) for one in pairs if one.distance <= radius)

    def _by_features(self, met: Print | Film, silence: _Silence) -> Iterator[Hit]:
        for number, still in enumerate(stills_of(met)):
            for found in self._nearest.match(still.print):
                if self._wakes(found.owner, number, silence):
                    entry = self._entries[found.owner]
                    yield Hit(
                        entry.key, Tier.FEATURES, None, found.inliers, found.turn, found.region,
                        still.at_s if isinstance(met, Film) else None,
                        entry.times[found.still] if entry.times else None,
                    )  # fmt: skip


def _of_two_films(entry: _Entry, times: tuple[float, ...], pairs: list[Pair], met: Film, least: int) -> Iterator[Hit]:
    for turn in TURNS:
        mine = [one for one in pairs if one.turn is turn]
        if len(mine) < least:
            continue
        line = agreed([met.stills[one.still].at_s for one in mine], [times[one.known_still] for one in mine], least)
        if line is not None:
            first = min((mine[at] for at in line.pairs), key=attrgetter("still", "distance"))
            nearest = min(mine[at].distance for at in line.pairs)
            yield _hit(entry, Tier.FILM, first, met, nearest, line.stills)


def _hit(
    entry: _Entry, tier: Tier, pair: Pair, met: Print | Film, distance: int | None = None, stills: int | None = None
) -> Hit:
    return Hit(
        entry.key,
        tier,
        pair.distance if distance is None else distance,
        stills,
        pair.turn,
        pair.region,
        met.stills[pair.still].at_s if isinstance(met, Film) else None,
        entry.times[pair.known_still] if entry.times else None,
    )
