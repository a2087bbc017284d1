"""Which of a case's sightings a thing that was met is: the same copy is one sighting, however often it is met."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook.seen import Media
from casebook.tables import Sighting, SightingPlace
from casebook.vault import Vault
from casebook.vocabulary import SightingState

if TYPE_CHECKING:
    from matchers.hits import Hit as Found

SAME_BITS = 8  # of 256, between two sizes of one picture on one page
MOST_PLACES = 200  # of one sighting that are kept


@dataclass(frozen=True)
class Hit:
    """Why something is suspected: `image` or `name` is the number of what it matched; None for what does not apply.

    `distance` in bits; `at_s` in seconds of the film that was met, `known_at_s` of ours; `region` in pixels of what was
    met at its working size. For a name `region` is where on the page it stands, such as "title", "text" or "file".
    """

    tier: str
    image: int | None = None
    name: int | None = None
    distance: int | None = None
    inliers: int | None = None
    turn: str | None = None
    region: str | None = None
    at_s: float | None = None
    known_at_s: float | None = None

    @classmethod
    def of(cls, found: "Found") -> "Hit":
        """Take over what the bank answered; its keys are the pictures' numbers."""
        region = None
        if found.region is not None and tuple(found.region.box) != (0, 0, 0, 0):
            left, top, right, bottom = found.region.box
            region = f"{found.region.because}: {left},{top} to {right},{bottom}"[:80]
        return cls(
            tier=str(found.tier),
            image=found.key,
            distance=found.distance,
            inliers=found.inliers,
            turn=None if found.turn == "upright" else str(found.turn),
            region=region,
            at_s=found.at_s,
            known_at_s=found.known_at_s,
        )


@dataclass(frozen=True)
class Met:
    """One thing that a sweep met on a page, with what it matched, if anything; `media` is None for a page's text."""

    page: str
    media: Media | None
    hits: tuple[Hit, ...] = ()


class Copies:
    """A case's sightings in memory, for one transaction."""

    def __init__(self, session: Session, vault: Vault, case: int) -> None:
        self._session, self._vault = session, vault
        self._media: dict[str, Sighting] = {}
        self._contents: dict[str, list[Sighting]] = defaultdict(list)
        self._on: dict[str, list[Sighting]] = defaultdict(list)
        self._texts: dict[str, Sighting] = {}
        self._places: dict[tuple[int, str, str | None], SightingPlace] = {}
        self._count: dict[int, int] = defaultdict(int)
        self._bits: dict[int, int] = {}
        self._dismissed: list[int] = []
        for one in session.scalars(select(Sighting).where(Sighting.case_id == case).order_by(Sighting.id)):
            self._know(one)
        query = select(SightingPlace, Sighting).join(Sighting, Sighting.id == SightingPlace.sighting_id)
        for place, one in session.execute(query.where(Sighting.case_id == case).order_by(SightingPlace.id)):
            self._know_place(one, place)

    def _know(self, one: Sighting) -> None:
        if one.print is not None:
            self._bits[one.id] = int(self._vault.unseal("sighting.print", one.print), 16)
            if one.state is SightingState.DISMISSED:
                self._dismissed.append(self._bits[one.id])

    def _know_place(self, one: Sighting, place: SightingPlace) -> None:
        unseal = self._vault.unseal
        page = unseal("sighting_place.page", place.page)
        media = None if place.media is None else unseal("sighting_place.media", place.media)
        self._places[(one.id, page, media)] = place
        self._count[one.id] += 1
        self._on[page].append(one)
        if media is None:
            self._texts[page] = one
        else:
            self._media[media] = one
        if place.content is not None:
            self._contents[unseal("sighting_place.content", place.content)].append(one)

    def same(self, met: Met) -> Sighting | None:
        """Give the sighting that this is, if it is one.

        It is where the address is the same, or the page and the bytes, or the page and the look. The same bytes on
        another page are the same copy as long as nobody decided; after a confirmation they are a new one, to report.
        """
        if met.media is None:
            return self._texts.get(met.page)
        found = self._media.get(met.media.address)
        return found or self._same_bytes(met.page, met.media) or self._same_look(met.page, met.media)

    def _same_bytes(self, page: str, media: Media) -> Sighting | None:
        alike = [] if media.sha256 is None else self._contents.get(media.sha256.hex(), [])
        here = self._on.get(page, [])
        return next((one for one in alike if one.state is not SightingState.CONFIRMED or one in here), None)

    def _same_look(self, page: str, media: Media) -> Sighting | None:
        if media.pdq is None:
            return None
        bits = int.from_bytes(media.pdq)
        alike = (one for one in self._on.get(page, []) if one.id in self._bits)
        return next((one for one in alike if (self._bits[one.id] ^ bits).bit_count() <= SAME_BITS), None)

    def was_dismissed(self, media: Media, within_bits: int) -> bool:
        """Tell whether a person dismissed something that looks like this."""
        if media.pdq is None:
            return False
        bits = int.from_bytes(media.pdq)
        return any((one ^ bits).bit_count() <= within_bits for one in self._dismissed)

    def begin(self, case: int, met: Met, hit: Hit, at: datetime) -> Sighting:
        """Write a new sighting with its first place."""
        pdq = None if met.media is None or met.media.pdq is None else met.media.pdq.hex()
        one = Sighting(
            case_id=case,
            image_id=hit.image,
            name_id=hit.name,
            state=SightingState.SUSPECTED,
            tier=hit.tier[:24],
            distance=hit.distance,
            inliers=hit.inliers,
            turn=hit.turn,
            region=hit.region,
            at_s=hit.at_s,
            known_at_s=hit.known_at_s,
            print=None if pdq is None else self._vault.seal("sighting.print", pdq),
            found_at=at,
        )
        self._session.add(one)
        self._session.flush()
        self._know(one)
        self.touch(one, met, at)
        return one

    def touch(self, one: Sighting, met: Met, at: datetime) -> None:
        """Note that a copy was met again, at a place it was met before or at a new one."""
        known = self._places.get((one.id, met.page, None if met.media is None else met.media.address))
        if known is not None:
            known.last_met_at = at
        elif self._count[one.id] < MOST_PLACES:
            place = SightingPlace(sighting_id=one.id, met_at=at, last_met_at=at, **self._sealed(met))
            self._session.add(place)
            self._know_place(one, place)

    def _sealed(self, met: Met) -> dict[str, bytes | None]:
        seal, media = self._vault.seal, met.media
        content = None if media is None or media.sha256 is None else media.sha256.hex()
        return {
            "page": seal("sighting_place.page", met.page),
            "media": None if media is None else seal("sighting_place.media", media.address),
            "content": None if content is None else seal("sighting_place.content", content),
        }


def places(session: Session, sightings: Iterable[int]) -> dict[int, list[SightingPlace]]:
    """Give the places of sightings, oldest first."""
    found: dict[int, list[SightingPlace]] = defaultdict(list)
    query = select(SightingPlace).where(SightingPlace.sighting_id.in_(list(sightings))).order_by(SightingPlace.id)
    for place in session.scalars(query):
        found[place.sighting_id].append(place)
    return found
