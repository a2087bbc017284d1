"""What one member of staff asks for and a second approves: a way in in an emergency, and the erasing of a case."""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from casebook import assignments, journal, keys, notices, officers
from casebook.access import Actor, Right, Role, admit, is_assigned, key_of, reach, require
from casebook.errors import NotFound, Refused, Unavailable
from casebook.keys import Identity
from casebook.store import Casebook
from casebook.tables import Assignment, Case, Officer, OfficerKey, Request
from casebook.vocabulary import RequestKind

REFERENCE = re.compile(r"C-[2-9A-HJ-NP-Z]{6}")
MOST_HOURS = 72


@dataclass(frozen=True)
class RequestView:
    """A request as those it concerns see it."""

    request: int
    kind: RequestKind
    case: str
    asked_by: str
    approver: str
    asked_at: datetime
    reason: str
    hours: int | None
    approved_at: datetime | None
    refused_at: datetime | None
    done_at: datetime | None


def break_glass(
    book: Casebook, ref: str, approver: str, reason: str, hours: int, *, actor: Actor, at: datetime
) -> None:
    """Ask for a way into somebody else's case. The answer is the same where there is no such case.

    Raises:
        Refused: no reason, too long, or no second person; NotFound: no such approver.
    """
    require(actor, Right.KEEP_CASES)
    ref = _spelled(ref)
    if not 1 <= hours <= MOST_HOURS:
        raise Refused(f"a way in in an emergency lasts 1 to {MOST_HOURS} hours")
    with book.writing() as session:
        second = _second(session, book, approver, actor)
        case = session.scalar(select(Case).where(Case.ref == ref))
        if case is not None and is_assigned(session, actor, case.id, at):
            raise Refused("you are assigned to this case already")
        _ask(session, RequestKind.BREAK_GLASS, case, second, reason, hours, actor, at)
        journal.append(session, book.vault, actor, "request.break-glass", ref, at)


def erase(book: Casebook, ref: str, approver: str, reason: str, *, actor: Actor, at: datetime) -> None:
    """Ask for a case of one's own to be erased."""
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        second = _second(session, book, approver, actor)
        pending = select(Request.id).where(
            Request.case_id == case.id, Request.kind == RequestKind.ERASE, Request.refused_at.is_(None)
        )
        if session.scalar(pending.limit(1)) is not None:
            raise Refused("somebody asked for this already; see: pehra request list")
        _ask(session, RequestKind.ERASE, case, second, reason, None, actor, at)
        journal.append(session, book.vault, actor, "request.erase", case.ref, at)


def _spelled(ref: str) -> str:
    spelled = ref.strip().upper()
    if not REFERENCE.fullmatch(spelled):
        raise Refused("a case's reference looks like C-7F3K2M")
    return spelled


def _second(session: Session, book: Casebook, name: str, actor: Actor) -> Officer:
    second = officers.present(session, book, name)
    if second.id == actor.officer:
        raise Refused("a second person has to approve: name somebody else")
    require(Actor(officers.id_of(second), Role(second.role)), Right.APPROVE)
    return second


def _ask(
    session: Session,
    kind: RequestKind,
    case: Case | None,
    second: Officer,
    reason: str,
    hours: int | None,
    actor: Actor,
    at: datetime,
) -> None:
    """Write a request down; where there is no case the same work is done, and nothing is written."""
    if not reason.strip():
        raise Refused("say why: it is kept with the request")
    readers = {second.id, actor.officer or 0, *_assigned(session, case)}
    recipients = session.scalars(select(OfficerKey.recipient).where(OfficerKey.officer_id.in_(readers))).all()
    sealed = keys.seal_to(recipients, json.dumps({"words": reason}, ensure_ascii=False).encode())
    if case is None:
        return
    request = Request(
        kind=kind,
        case_id=case.id,
        asked_by=actor.officer,
        approver=second.id,
        asked_at=at,
        reason=sealed,
        hours=hours,
    )
    session.add(request)
    session.flush()
    notices.tell(session, second.id, f"{actor.name} asks you to approve request {request.id} ({kind}, {case.ref})", at)


def _assigned(session: Session, case: Case | None) -> list[int]:
    if case is None:
        return []
    query = select(Assignment.officer_id).where(
        Assignment.case_id == case.id, Assignment.ended_at.is_(None), Assignment.until.is_(None)
    )
    return list(session.scalars(query))


def approve(book: Casebook, request: int, *, actor: Actor, at: datetime, escrow: Identity | None = None) -> RequestView:
    """Approve what was asked of the actor. Those assigned to the case are told, and nobody can unsay it.

    For a way in the case's key comes from the approver, where they are assigned, else from the escrow key.
    """
    require(actor, Right.APPROVE)
    with book.writing() as session:
        row, case = _open(session, request, actor, at)
        if row.approver != actor.officer:
            raise Refused("this was asked of somebody else")
        row.approved_at = at
        if row.kind is RequestKind.BREAK_GLASS:
            _let_in(session, row, case, actor, at, escrow)
        else:
            notices.tell_assigned(session, case, f"{case.ref} is going to be erased; to object: request {row.id}", at)
        journal.append(session, book.vault, actor, f"request.approve {row.kind}", f"{case.ref}/{row.id}", at)
        return _view(row, case, actor)


def _let_in(session: Session, row: Request, case: Case, actor: Actor, at: datetime, escrow: Identity | None) -> None:
    own = escrow is None and is_assigned(session, actor, case.id, at)
    if not own and escrow is None:
        raise Refused("you are not assigned to this case: its key has to come from the escrow key (--escrow FILE)")
    assignments.hold(session, case.id)
    identity = key_of(session, actor, case.id, at) if escrow is None else assignments.escrowed(session, case.id, escrow)
    until = at + timedelta(hours=row.hours or 1)
    how = "" if own else " with the escrow key"
    words = (
        f"officer-{row.asked_by} opens {case.ref} in an emergency until {until:%Y-%m-%d %H:%M} UTC, "
        f"approved by {actor.name}{how}; the reason stands in request {row.id}"
    )
    notices.tell_assigned(session, case, words, at)
    assignments.let_in(session, case.id, row.asked_by, identity, at, until)
    row.done_at = at


def refuse(book: Casebook, request: int, *, actor: Actor, at: datetime) -> RequestView:
    """Refuse what was asked of the actor, or object to an approved erasing of a case of theirs."""
    with book.writing() as session:
        row, case = _open(session, request, actor, at, objecting=True)
        row.refused_at = at
        if row.asked_by != actor.officer:
            notices.tell(session, row.asked_by, f"request {row.id} ({row.kind}, {case.ref}) is refused", at)
        journal.append(session, book.vault, actor, f"request.refuse {row.kind}", f"{case.ref}/{row.id}", at)
        return _view(row, case, actor)


def _open(
    session: Session, request: int, actor: Actor, at: datetime, *, objecting: bool = False
) -> tuple[Request, Case]:
    row = session.scalar(select(Request).where(Request.id == request).with_for_update())
    if row is None or not _concerns(session, row, actor, at):
        raise NotFound("no request of that number; try: pehra request list")
    if row.refused_at is not None or row.done_at is not None or (row.approved_at is not None and not objecting):
        raise Refused("this was decided already")
    return row, session.get_one(Case, row.case_id)


def _concerns(session: Session, row: Request, actor: Actor, at: datetime) -> bool:
    return session.scalar(select(Request.id).where(Request.id == row.id, _theirs(actor, at))) is not None


def _theirs(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """Whose a request is: who approves, who is assigned, and who asked.

    Who asked for a way in sees it only when it was decided: else asking would tell whether there is such a case.
    """
    told = or_(Request.kind == RequestKind.ERASE, Request.approved_at.is_not(None), Request.refused_at.is_not(None))
    return or_(
        Request.approver == actor.officer,
        Request.case_id.in_(reach(actor, at)),
        and_(Request.asked_by == actor.officer, told),
    )


def list_requests(book: Casebook, *, actor: Actor, at: datetime) -> list[RequestView]:
    """List the requests that concern the actor, newest first: asked by or of them, or about a case of theirs."""
    with book.writing() as session:
        query = select(Request, Case).join(Case, Case.id == Request.case_id).where(_theirs(actor, at))
        query = query.order_by(Request.id.desc())
        journal.append(session, book.vault, actor, "request.list", "own", at)
        return [_view(row, case, actor) for row, case in session.execute(query)]


def _view(row: Request, case: Case, actor: Actor) -> RequestView:
    return RequestView(
        request=row.id,
        kind=row.kind,
        case=case.ref,
        asked_by=f"officer-{row.asked_by}",
        approver=f"officer-{row.approver}",
        asked_at=row.asked_at,
        reason=_reason(row, actor),
        hours=row.hours,
        approved_at=row.approved_at,
        refused_at=row.refused_at,
        done_at=row.done_at,
    )


def _reason(row: Request, actor: Actor) -> str:
    """Open the reason; who was assigned after it was asked, or changed their key, finds it sealed."""
    try:
        words: str = json.loads(actor.identity.open(row.reason))["words"] if actor.identity else "(sealed)"
    except Unavailable:
        return "(sealed)"
    return words
