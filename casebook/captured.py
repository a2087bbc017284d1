"""What of its links a case has captured: told from the records' outsides, without opening one."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from casebook.access import Actor, Right, agreed, reach, require
from casebook.store import Casebook
from casebook.tables import CaptureRecord, Case, WatchedLink
from casebook.taken import SAYS
from casebook.vocabulary import Act, LinkId, NotKept, RecordKind, Verdict, Why
from casebook.watchers import holding_children


@dataclass(frozen=True)
class Captured:
    """How a link stands with captures: its case's newest record of it, and its newest capture's number.

    `minor`: the address may hold somebody's child, so that there never is one. `live`: it was captured while it was up,
    and has not been captured as removed since. `wanted`: why its next visit is captured; `reason`: why nothing was kept
    at the newest record, `at` when that was made. `sha256` (hex) is that record's.
    """

    link: LinkId
    case: str
    urgent: bool
    agreed: bool
    minor: bool
    live: bool
    wanted: Why | None
    number: int | None = None
    kind: RecordKind | None = None
    at: datetime | None = None
    sha256: str | None = None
    reason: NotKept | None = None
    capture: int | None = None


def of_links(book: Casebook, links: Collection[LinkId], *, actor: Actor, at: datetime) -> dict[LinkId, Captured]:
    """Say how links stand, of those that the actor may see."""
    require(actor, Right.READ_CASES)
    query = (
        select(
            WatchedLink.id, WatchedLink.address_id, WatchedLink.captured, WatchedLink.capture_wanted, Case.ref,
            Case.urgent, agreed(Act.CAPTURE).label("agreed"),
        )
        .join(Case, Case.id == WatchedLink.case_id)
        .where(WatchedLink.id.in_(links), WatchedLink.case_id.in_(reach(actor, at)))
        .order_by(WatchedLink.id)
    )  # fmt: skip
    with book.reading() as session:
        rows = session.execute(query).all()
        newest, pages = _newest(session, links), _newest(session, links, CaptureRecord.kind == RecordKind.PAGE)
        children = holding_children(session, {row.address_id for row in rows})
        return {
            LinkId(row.id): _captured(row, newest.get(row.id), pages.get(row.id), minor=row.address_id in children)
            for row in rows
        }


def _newest(session: Session, links: Collection[LinkId], *which: object) -> dict[int, CaptureRecord]:
    newest = select(func.max(CaptureRecord.id)).where(CaptureRecord.link_id.in_(links), *which)  # type: ignore[arg-type]
    found = session.scalars(select(CaptureRecord).where(CaptureRecord.id.in_(newest.group_by(CaptureRecord.link_id))))
    return {one.link_id: one for one in found if one.link_id is not None}


def _captured(
    row: Row[int, int, str | None, Why | None, str, bool, bool],
    newest: CaptureRecord | None,
    page: CaptureRecord | None,
    *,
    minor: bool,
) -> Captured:
    known = Captured(
        LinkId(row.id), row.ref, row.urgent, bool(row.agreed), minor, row.captured == Verdict.LIVE, row.capture_wanted
    )
    if newest is None:
        return known
    told = {name: getattr(newest, name) for name in ("number", "kind", "at", "reason")}
    return replace(known, **told, sha256=newest.sha256.hex(), capture=None if page is None else page.number)


def lack(one: Captured, *, tried: bool = True) -> str:
    """Say in a sentence why there is no capture of a link; `tried`: whether its newest record tells that."""
    if not one.agreed:
        return f"{one.case} has not agreed to captures; when they do: pehra consent give {one.case} capture"
    if one.reason is not None and tried:
        return SAYS[one.reason]
    if one.minor:
        return "It may hold somebody's child: nothing of it is captured; it is handed on by its address."
    return "It has not been captured yet; its next visit is."
