"""Our own eyes: what addresses known to be live or missing answered, and whether a platform's findings are believed.

A live control that is judged anything but live, or a missing one that is judged live, answers wrongly: from then on,
until each answers rightly again, the platform has an outage. `blocked` and `unreachable` say neither: a wall before a
control is a wall before the links too, and ends no outage.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from casebook import notices
from casebook.access import Actor, Right, reach, require, standing
from casebook.store import Casebook
from casebook.tables import Address, Assignment, Book, Case, ControlResult, Outage, WatchedLink
from casebook.vocabulary import Verdict
from platforms.sheet import Sheet

CANNOT_TELL = frozenset({Verdict.BLOCKED, Verdict.UNREACHABLE})
RULE = "pehra.view-broken"
CASES_NAMED = 10


@dataclass(frozen=True)
class Control:
    """An address of a platform's sheet and what it is known to be: `live`, or missing, which is `removed`.

    `visit` is the address that tells more of it, as for a link.
    """

    platform: str
    url: str
    expected: Verdict
    visit: str | None = None

    @property
    def key(self) -> str:
        """Tell it from the platform's other controls."""
        return sha256(f"{self.expected} {self.url}".encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Asked:
    """A control that is about to be visited; `row` is where its answer goes."""

    row: int
    control: Control


@dataclass(frozen=True)
class ControlView:
    """A control's last visit; `right` is None where it could not tell, or was never asked."""

    platform: str
    url: str
    expected: Verdict
    verdict: Verdict | None
    right: bool | None
    at: datetime | None


def controls_of(sheet: Sheet) -> list[Control]:
    """Give the controls of a sheet."""
    return [
        Control(sheet.id, one.live or one.missing or "", Verdict.LIVE if one.live else Verdict.REMOVED)
        for one in sheet.control
    ]


def is_right(expected: Verdict, verdict: Verdict) -> bool | None:
    """Say whether a control answered as it should; None where the answer says nothing of our eyes."""
    if verdict in CANNOT_TELL:
        return None
    return verdict is Verdict.LIVE if expected is Verdict.LIVE else verdict is not Verdict.LIVE


def claim(
    book: Casebook, controls: Sequence[Control], *, actor: Actor, at: datetime, every: timedelta
) -> tuple[list[Asked], datetime]:
    """Take those of a platform's controls (there is one at least) that nobody visited within `every`.

    Tells too when the next of them falls due.
    """
    require(actor, Right.RECORD_CHECKS)
    with book.reading() as session:
        last = _last_asked(session, controls[0].platform)
    if not _due(controls, last, at, every):
        return [], min(last[one.key] + every for one in controls)
    with book.writing() as session:
        session.scalar(select(Book.id).with_for_update())  # two workers take turns
        last = _last_asked(session, controls[0].platform)
        due = _due(controls, last, at, every)
        rows = [ControlResult(platform=one.platform, control=one.key, expected=one.expected, at=at) for one in due]
        session.add_all(rows)
        session.flush()
        nexts = [at + every if one in due else last[one.key] + every for one in controls]
        return [Asked(row.id, one) for row, one in zip(rows, due, strict=True)], min(nexts)


def _due(controls: Sequence[Control], last: Mapping[str, datetime], at: datetime, every: timedelta) -> list[Control]:
    return [one for one in controls if one.key not in last or last[one.key] + every <= at]


def _last_asked(session: Session, platform: str) -> dict[str, datetime]:
    """When each control of a platform was last asked; a plain column's maximum keeps its type."""
    query = select(ControlResult.control, func.max(ControlResult.at)).where(ControlResult.platform == platform)
    return {key: at for key, at in session.execute(query.group_by(ControlResult.control))}  # noqa: C416


def record(
    book: Casebook,
    answers: Mapping[Asked, Verdict],
    controls: Sequence[Control],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Write what the controls of one platform answered; begin or end its outage, and tell staff once of each.

    Args:
        controls: all that the platform's sheet has now; what an older sheet had counts no longer.
    """
    require(actor, Right.RECORD_CHECKS)
    with book.writing() as session:
        for asked, verdict in answers.items():
            session.execute(update(ControlResult).where(ControlResult.id == asked.row).values(verdict=verdict))
        session.flush()
        for platform in {one.control.platform for one in answers}:
            _settle(session, platform, [one for one in controls if one.platform == platform], at)


def forget(book: Casebook, platforms: Collection[str], *, actor: Actor, at: datetime) -> None:
    """End the outage of platforms whose sheets have no control any more, or that have no sheet."""
    require(actor, Right.RECORD_CHECKS)
    with book.reading() as session:
        ended = broken(session).keys() & set(platforms)
    if not ended:
        return
    with book.writing() as session:
        for platform in sorted(ended):
            _settle(session, platform, [], at)


def _settle(session: Session, platform: str, controls: Sequence[Control], at: datetime) -> None:
    wrong = [one for one in controls if _is_wrong(session, one)]
    outage = session.scalar(select(Outage).where(Outage.platform == platform, Outage.ended_at.is_(None)))
    if wrong and outage is None:
        session.add(Outage(platform=platform, began_at=at))
        for one in wrong:
            _doubt(session, platform, _last_right(session, one))
        kinds = " and ".join(sorted({"live" if one.expected is Verdict.LIVE else "missing" for one in wrong}))
        words = (
            f"Our view of {platform} is broken: an address known to be {kinds} does not look so. Until that is mended, "
            f"what is seen there counts as unclear and no takedown is confirmed; see: pehra platform check {platform}."
        )
        _tell(session, platform, words, at)
    elif not wrong and outage is not None:
        outage.ended_at = at
        _tell(session, platform, f"Our view of {platform} works again; its links are judged as before.", at)


def _is_wrong(session: Session, control: Control) -> bool:
    """Say whether a control was wrong when it last told anything."""
    query = _visits(control).where(ControlResult.verdict.not_in(CANNOT_TELL))
    verdict = session.scalar(query.with_only_columns(ControlResult.verdict).limit(1))
    return verdict is not None and is_right(control.expected, verdict) is False


def _last_right(session: Session, control: Control) -> datetime | None:
    live = ControlResult.verdict == Verdict.LIVE
    right = live if control.expected is Verdict.LIVE else ControlResult.verdict.not_in({Verdict.LIVE, *CANNOT_TELL})
    return session.scalar(_visits(control).where(right).with_only_columns(ControlResult.at).limit(1))


def _visits(control: Control) -> Select[ControlResult]:
    """Give the visits to a control, newest first."""
    of = (ControlResult.platform == control.platform, ControlResult.control == control.key)
    return select(ControlResult).where(*of).order_by(ControlResult.id.desc())


def _doubt(session: Session, platform: str, since: datetime | None) -> None:
    """Take back first looks that wait for their second: they were made after our eyes were last known to be good."""
    theirs = WatchedLink.address_id.in_(select(Address.id).where(Address.platform == platform))
    for column in (WatchedLink.gone_since, WatchedLink.live_again_at):
        doubted = column.is_not(None) if since is None else column > since
        change = update(WatchedLink).where(theirs, doubted).values({column: None})
        session.execute(change.execution_options(synchronize_session=False))


def _tell(session: Session, platform: str, words: str, at: datetime) -> None:
    """Leave one notice for each officer who is assigned to open cases that watch the platform."""
    query = (
        select(Assignment.officer_id, Case.ref)
        .join(Case, Case.id == Assignment.case_id)
        .join(WatchedLink, WatchedLink.case_id == Case.id)
        .join(Address, Address.id == WatchedLink.address_id)
        .where(Address.platform == platform, WatchedLink.retired_at.is_(None), Case.closed_at.is_(None), *standing(at))
        .order_by(Assignment.officer_id, Case.ref)
        .distinct()
    )
    theirs: dict[int, list[str]] = defaultdict(list)
    for officer, ref in session.execute(query):
        theirs[officer].append(ref)
    for officer, refs in theirs.items():
        more = f" and {len(refs) - CASES_NAMED} more" if len(refs) > CASES_NAMED else ""
        notices.tell(session, officer, f"{words} Of your cases it concerns {', '.join(refs[:CASES_NAMED])}{more}.", at)


def broken(session: Session) -> dict[str, datetime]:
    """Give the platforms whose findings are not believed now, each since when."""
    query = select(Outage.platform, Outage.began_at).where(Outage.ended_at.is_(None))
    return {platform: began for platform, began in session.execute(query)}  # noqa: C416  # rows are no pairs to a type


def outages(book: Casebook, *, actor: Actor, at: datetime) -> dict[str, datetime]:
    """Give the same to a screen, of platforms that the actor's own cases watch.

    Controls are visited because somebody watches their platform, so an outage would tell of another's case.
    """
    theirs = (
        select(Address.platform)
        .join(WatchedLink, WatchedLink.address_id == Address.id)
        .where(WatchedLink.case_id.in_(reach(actor, at)), WatchedLink.retired_at.is_(None))
        .distinct()
    )
    with book.reading() as session:
        mine = set(session.scalars(theirs))
        return {platform: since for platform, since in broken(session).items() if platform in mine}


def last_visits(book: Casebook, controls: Iterable[Control]) -> list[ControlView]:
    """Give each control's last judged visit."""
    with book.reading() as session:
        return [_view(session, one) for one in controls]


def _view(session: Session, control: Control) -> ControlView:
    row = session.scalar(_visits(control).where(ControlResult.verdict.is_not(None)).limit(1))
    verdict, at = (None, None) if row is None else (row.verdict, row.at)
    right = None if verdict is None else is_right(control.expected, verdict)
    return ControlView(control.platform, control.url, control.expected, verdict, right, at)
