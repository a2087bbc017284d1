"""Pictures added today, held against what sweeps met before."""

from collections.abc import Iterable, Mapping

from casebook import seen, sightings
from casebook.access import Actor
from casebook.settings import Sweeps
from casebook.sightings import Hit, Recorded
from casebook.store import Casebook
from matchers.prints import Film, Print
from scheduler.clock import now


def look_back(
    book: Casebook,
    ref: str,
    pictures: Mapping[int, Print | Film],
    *,
    actor: Actor,
    sweeps: Sweeps,
    radius: int | None = None,
) -> Recorded:
    """Match pictures, by their numbers, with all that sweeps of the case have met and that is kept still."""
    from matchers.errors import BadPrint
    from matchers.index import Bank  # faiss: a quarter of a second
    from matchers.prints import from_bytes

    bank = Bank()
    for number, one in pictures.items():
        bank.add(number, one, radius=radius)
    total = Recorded([], 0, 0, [])
    for some in seen.matching(book, ref, actor=actor, at=now()):
        hits = []
        for met in some:
            try:
                found = bank.match(from_bytes(met.print))
            except BadPrint:  # of an earlier version: the next sweep makes it anew
                continue
            if found:
                hits.append((met.seen, [Hit.of(one) for one in found]))
        if hits:
            done = sightings.record_seen(book, ref, hits, actor=actor, at=now(), sweeps=sweeps)
            total = _sum((total, done))
    return total


def _sum(parts: Iterable[Recorded]) -> Recorded:
    parts = list(parts)
    return Recorded(
        new=[number for one in parts for number in one.new],
        again=sum(one.again for one in parts),
        silenced=sum(one.silenced for one in parts),
        quarantined=[number for one in parts for number in one.quarantined],
    )
