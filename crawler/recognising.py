"""What is met against what a case looks for: bytes become prints, prints become hits, words become names."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from casebook.images import Banked
from casebook.names import Watched
from casebook.sightings import NAME_TIER, Hit
from casebook.vocabulary import MediaKind
from crawler.reading import Said
from matchers import containers, prints
from matchers.decoding import Decoders
from matchers.errors import BadPrint, NoDecoder, PictureError
from matchers.hits import best
from matchers.index import Bank
from matchers.names import Kind, Name, Watch
from matchers.prints import Film, Print

log = logging.getLogger(__name__)

PICTURES_IN_BOXES = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")


class Taken(NamedTuple):
    """The prints of one picture (of each of its frames that differ), or of one film; none where it tells nothing."""

    kind: MediaKind
    prints: tuple[Print | Film, ...] = ()

    @property
    def kept(self) -> bytes | None:
        """What is noted of it: enough to find it later, without local features."""
        if not self.prints:
            return None
        one = self.prints[0]
        return prints.to_bytes(one.without_features() if isinstance(one, Film) else one.slim())

    @property
    def features(self) -> bytes | None:
        """The same with local features, where they were taken."""
        one = self.prints[0] if self.prints else None
        return prints.to_bytes(one) if one is not None and _has_features(one) else None

    @property
    def pdq(self) -> bytes | None:
        """The hash of the whole picture; None of a film."""
        one = self.prints[0] if self.prints else None
        return one.whole.upright.data if isinstance(one, Print) else None


def is_film(data: bytes) -> bool:
    """Tell by its first bytes whether something is a film."""
    if data[4:8] == b"ftyp" and data[8:12] in PICTURES_IN_BOXES:
        return False
    return containers.kind_of(data) is not None


@dataclass(frozen=True)
class Recogniser:
    """One case's pictures, films and names."""

    bank: Bank
    watch: Watch | None
    deep: bool

    @classmethod
    def of(cls, banked: Iterable[Banked], watched: Sequence[Watched]) -> "Recogniser":
        """Build the bank in memory; a print that does not open is left out, and said without a word of it."""
        bank, deep = Bank(), False
        for one in banked:
            try:
                known = prints.from_bytes(one.print)
            except BadPrint:
                log.warning("image %s has a print that cannot be read", one.image)
                continue
            deep = deep or _has_features(known)
            bank.add(one.image, known, radius=one.radius)
        names = [Name(one.name, Kind(one.kind.value), one.words) for one in watched]
        return cls(bank, Watch(names) if names else None, deep)

    @property
    def idle(self) -> bool:
        """Whether there is nothing to look for yet; what is met is noted all the same."""
        return len(self.bank) == 0 and self.watch is None

    def taken(self, decoders: Decoders, data: bytes) -> Taken:
        """Take the prints of what was fetched; something that cannot be read gives none.

        Raises:
            NoDecoder: the machine cannot start one.
        """
        kind = MediaKind.FILM if is_film(data) else MediaKind.PICTURE
        try:
            if kind is MediaKind.FILM:
                return Taken(kind, (decoders.film(data, deep=self.deep),))
            return Taken(kind, tuple(decoders.prints(data, deep=self.deep)))
        except NoDecoder:
            raise
        except PictureError:
            return Taken(kind)

    def known(self, kind: MediaKind, kept: bytes | None) -> Taken:
        """Take what an earlier sweep noted."""
        try:
            return Taken(kind, () if kept is None else (prints.from_bytes(kept),))
        except BadPrint:
            return Taken(kind)

    def hits(self, taken: Taken) -> tuple[Hit, ...]:
        """Match; for each picture of the case and each way of finding it the best hit."""
        return tuple(Hit.of(hit) for hit in best(hit for one in taken.prints for hit in self.bank.match(one)))

    def named(self, said: Sequence[Said]) -> tuple[Hit, ...]:
        """Look for names in a page's words, taken together; for each name the first place where it stands."""
        if self.watch is None:
            return ()
        starts, text = _joined(said)
        found: dict[int, Hit] = {}
        for mention in self.watch.mentions(text):
            place = next(one.place for start, one in reversed(starts) if start <= mention.where[0])
            found.setdefault(mention.key, Hit(NAME_TIER, name=mention.key, region=place))
        return tuple(found.values())


def _joined(said: Sequence[Said]) -> tuple[list[tuple[int, Said]], str]:
    starts, length = [], 0
    for one in said:
        starts.append((length, one))
        length += len(one.words) + 1
    return starts, "\n".join(one.words for one in said)


def _has_features(known: Print | Film) -> bool:
    if isinstance(known, Film):
        return any(still.print.features is not None for still in known.stills)
    return known.features is not None
