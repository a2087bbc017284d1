"""Evidence: captures sealed to the cases they are for, each with a record chained to the case's record before."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from casebook import captures, chain, journal, room
from casebook.access import Actor, Right, require
from casebook.exhibits import copy_part, of_case, record_of
from casebook.items import add, may_add
from casebook.room import no_room, stopped_since
from casebook.settings import Evidence
from casebook.store import Casebook
from casebook.strongroom import SealedPart, Strongroom
from casebook.tables import Address, Capture, CapturePart, CaptureRecord, Case, CaseKey, WatchedLink
from casebook.taken import ARCHIVE, SAYS, SCREENSHOT, Body, CaptureView, Kept, PartView, Said, Taken, Watcher
from casebook.vocabulary import CaseId, NotKept, RecordKind, Verdict, Why
from casebook.watchers import body, holders, of_address, want, watchers
from casebook.wishes import Due, Wish

__all__ = [
    "SAYS", "Body", "CaptureView", "Kept", "PartView", "Said", "Taken", "Watcher", "add", "body", "copy_part", "keep",
    "may_add", "no_room", "of_case", "record_of", "stopped_since", "want", "watchers",
]  # fmt: skip
NO_SCREENSHOT = "There is no picture of the screen: the complainant did not agree to one."
JOINED = "The case began to watch while the page was being captured; the next visit is captured for it."
SAID_ONCE = frozenset({NotKept.DISK, NotKept.CASE})  # and again only after something was kept
STILL_WANTED = frozenset({NotKept.DISK, NotKept.HALF_WRITTEN})


@dataclass
class _Capture:
    """One capture that is being kept; its row is made when the first case keeps something of it."""

    session: Session
    book: Casebook
    taken: Taken
    limits: Evidence
    actor: Actor
    at: datetime
    url: str
    row: Capture | None = None
    files: set[str] = field(default_factory=set)


def keep(
    book: Casebook, strongroom: Strongroom, taken: Taken, limits: Evidence, *, actor: Actor, at: datetime
) -> list[Kept]:
    """Keep a capture, in one transaction, for every case that `watchers` names then; none: its files go.

    Law 6 is asked again here: of an address that became a minor's meanwhile nothing is kept. After `Busy` the files
    wait: try again, or drop them.
    """
    require(actor, Right.RECORD_CHECKS)
    with strongroom.on_record(taken.parts) as recorded, book.writing() as session:
        cases = _hold(session, [one.case for one in of_address(session, taken.address) if one.recorded])
        held = select(Address).where(Address.id == taken.address).with_for_update(read=True)
        address = session.scalar(held)
        if address is None:
            return []
        url = book.vault.unseal("address.url", address.url)
        making = _Capture(session, book, taken, limits, actor, at, url)
        due = [one for one in of_address(session, taken.address) if one.recorded and one.case in cases]
        made = [_for_case(making, one) for one in due]
        _forget_unkept(making)
        recorded.update(making.files)
        return [one for one in made if one is not None]


def _hold(session: Session, cases: list[CaseId]) -> set[int]:
    """Hold the keys of cases, in the order in which all do: cases before addresses. One erased meanwhile has none."""
    query = select(CaseKey.case_id).where(CaseKey.case_id.in_(cases)).order_by(CaseKey.case_id)
    return set(session.scalars(query.with_for_update()))


def _for_case(making: _Capture, watcher: Watcher) -> Kept | None:
    """Make one case's record; none where it would say again what the newest one says, or alone would not be due."""
    session, at = making.session, making.at
    case, link = session.get_one(Case, watcher.case), session.get_one(WatchedLink, watcher.link)
    due = _due(link, making.taken)
    if due is None:
        return None
    reason, says = _not_kept(making, watcher, case)
    _note(link, making.taken, kept=reason is None)
    if reason in SAID_ONCE and _said_last(session, watcher, reason):
        return None
    if reason is NotKept.CASE:
        room.tell_full(session, case, making.limits, at)
    parts = [] if reason else _allowed(making.taken, watcher)
    kind = RecordKind.NONE if reason else RecordKind.PAGE
    capture = _row(making) if parts else None
    fields = _fields(making, watcher, due.why, parts, says)
    row = chain.append(
        session, making.book.vault, case, fields, kind=kind, at=at, capture=capture, link=watcher.link, reason=reason
    )
    if capture is not None:
        captures.give(session, capture, parts, case.id)
        making.files.update(one.file for one in parts)
    if says == [JOINED]:
        link.capture_wanted = Why.FIRST_SEEN
    elif reason not in STILL_WANTED:
        link.capture_wanted = None
    act = f"evidence.none {reason}" if reason else "evidence.capture"
    journal.append(session, making.book.vault, making.actor, act, f"{case.ref}/{row.number}", at)
    return Kept(case.ref, row.number, row.sha256.hex(), kind, watcher.link, reason)


def _due(link: WatchedLink, taken: Taken) -> Due | None:
    """Say why a capture is due to one case, as if no other watched: else a record would tell that one does."""
    verdict = taken.facts.get("verdict")
    if verdict is None:
        return Due(link.capture_wanted or taken.why)
    return Wish(frozenset({link.captured}), link.capture_wanted).due(Verdict(verdict))


def _not_kept(making: _Capture, watcher: Watcher, case: Case) -> tuple[NotKept | None, list[str]]:
    """Say why nothing is kept for a case, where that is so, and what else is left out."""
    taken = making.taken
    says: list[str] = list(taken.facts.get("left_out", ()))
    if watcher.minor:
        return NotKept.MINOR, [SAYS[NotKept.MINOR]]
    if taken.not_kept is not None or not taken.parts:
        reason = taken.not_kept or NotKept.FAILED
        return reason, says or [SAYS[reason]]
    if taken.refers_to is not None and case.id not in holders(making.session, taken.refers_to):
        return NotKept.FAILED, [JOINED]
    size = sum(one.bytes for one in _allowed(taken, watcher))
    if room.used(making.session, case.id) + size > making.limits.case_bytes:
        return NotKept.CASE, [SAYS[NotKept.CASE]]
    return None, says if watcher.screenshot else [*says, NO_SCREENSHOT]


def _note(link: WatchedLink, taken: Taken, *, kept: bool) -> None:
    """Note which change the case has captured, or should have."""
    verdict = taken.facts.get("verdict")
    if verdict in (Verdict.LIVE, Verdict.REMOVED):
        link.captured = str(verdict) if kept else f"none-{verdict}"


def _said_last(session: Session, watcher: Watcher, reason: NotKept) -> bool:
    query = select(CaptureRecord.reason).where(
        CaptureRecord.case_id == watcher.case, CaptureRecord.link_id == watcher.link
    )
    return session.scalar(query.order_by(CaptureRecord.number.desc()).limit(1)) is reason


def _allowed(taken: Taken, watcher: Watcher) -> list[SealedPart]:
    return [one for one in taken.parts if one.name != SCREENSHOT or watcher.screenshot]


def _row(making: _Capture) -> Capture:
    """Give the capture's row, made once, with all its parts."""
    if making.row is None:
        taken = making.taken
        making.row = captures.put(
            making.session,
            making.book,
            taken.parts,
            started_at=taken.started_at,
            ended_at=taken.ended_at,
            address=taken.address,
            refers_to=taken.refers_to,
            body=taken.body,
        )
    return making.row


def _forget_unkept(making: _Capture) -> None:
    """Take parts that nobody keeps off the record again."""
    if making.row is not None and not making.files.issuperset(one.file for one in making.taken.parts):
        unkept = (CapturePart.capture_id == making.row.id, CapturePart.file.not_in(making.files))
        making.session.execute(delete(CapturePart).where(*unkept))


def _fields(making: _Capture, watcher: Watcher, why: Why, parts: list[SealedPart], says: list[str]) -> dict[str, Any]:
    taken = making.taken
    ours = {
        "why": why.value,
        "started_at": chain.moment(taken.started_at),
        "ended_at": chain.moment(taken.ended_at),
        "parts": [_referring(making, watcher, one) for one in captures.listed(parts)],
        "left_out": says,
    }
    return {"address": making.url, "collector": making.actor.name} | taken.facts | ours


def _referring(making: _Capture, watcher: Watcher, part: dict[str, Any]) -> dict[str, Any]:
    """Name the case's own record that holds what a part refers to."""
    whole = making.taken.refers_to
    if whole is None or part["name"] != ARCHIVE:
        return part
    query = (
        select(CaptureRecord.number, CapturePart.sha256)
        .join(CapturePart, CapturePart.capture_id == CaptureRecord.capture_id)
        .where(CaptureRecord.case_id == watcher.case, CaptureRecord.capture_id == whole, CapturePart.name == ARCHIVE)
    )
    found = making.session.execute(query).first()
    if found is None:
        return part
    sha256 = making.book.vault.unseal(captures.SHA256, found.sha256)
    return part | {"refers_to": {"number": found.number, "sha256": sha256}}
