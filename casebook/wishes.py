"""Which visits are captured: read when an address is leased, decided when its page is judged."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook.access import agreed
from casebook.tables import Case, WatchedLink
from casebook.vocabulary import Act, Verdict, Why
from casebook.watchers import holding_children

_Link = tuple[str | None, Why | None, bool]

CHANGES = {Verdict.LIVE: "removed", Verdict.REMOVED: "live"}
FAILED = "none-"  # before the verdict of a visit that should have been captured and was not


@dataclass(frozen=True)
class Due:
    """Why a visit is captured; `again` where the same was tried before, and a record says that it failed."""

    why: Why
    again: bool = False


@dataclass(frozen=True)
class Wish:
    """What the cases that agreed to captures of an address have of it.

    `captured` are the verdicts that their links were last captured with (see `WatchedLink.captured`), None where a link
    never was. `asked` is why somebody wants a capture now; `screenshot`: one of these cases agreed to that as well.
    `minor`: the address may hold somebody's child, so that nothing is captured, and a record says so.
    """

    captured: frozenset[str | None]
    asked: Why | None = None
    screenshot: bool = False
    minor: bool = False

    def due(self, verdict: Verdict) -> Due | None:
        """Say whether a visit that found this is captured: what is live for the first time, and every change."""
        if self.asked is not None:
            return Due(self.asked)
        before = CHANGES.get(verdict)
        if before is None:
            return None
        if verdict is Verdict.LIVE and None in self.captured:
            return Due(Why.FIRST_SEEN)
        if self.captured & {before, FAILED + before}:
            return Due(Why.CHANGE)
        failed = FAILED + verdict in self.captured and verdict not in self.captured
        return Due(Why.CHANGE, again=True) if failed else None

    @property
    def likely(self) -> bool:
        """Whether a page that is up is captured, as nearly all are: so it is asked for whole."""
        return self.due(Verdict.LIVE) is not None


def read(session: Session, addresses: Collection[int]) -> dict[int, Wish]:
    """Read the wishes for addresses; none where no case that watches agreed to captures."""
    query = (
        select(WatchedLink.address_id, WatchedLink.captured, WatchedLink.capture_wanted, agreed(Act.SCREENSHOT))
        .join(Case, Case.id == WatchedLink.case_id)
        .where(WatchedLink.address_id.in_(addresses), WatchedLink.retired_at.is_(None), Case.closed_at.is_(None))
        .where(agreed(Act.WATCH), agreed(Act.CAPTURE))
        .order_by(WatchedLink.id)
    )
    links: dict[int, list[_Link]] = defaultdict(list)
    for address, captured, wanted, screenshot in session.execute(query) if addresses else ():
        links[address].append((captured, wanted, screenshot))
    children = holding_children(session, links)
    return {address: _wish(some, minor=address in children) for address, some in links.items()}


def _wish(links: list[_Link], *, minor: bool) -> Wish:
    return Wish(
        captured=frozenset(captured for captured, _, _ in links),
        asked=next((wanted for _, wanted, _ in links if wanted is not None), None),
        screenshot=any(screenshot for *_, screenshot in links) and not minor,
        minor=minor,
    )
