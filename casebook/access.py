"""Who acts, what they may do, and which cases they may open: decided here and nowhere else."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from casebook.errors import NotFound, Refused
from casebook.keys import Identity
from casebook.tables import Assignment, Case, Consent
from casebook.vocabulary import Act


class Role(StrEnum):
    """What kind of actor."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    STATISTICIAN = "statistician"
    MONITOR = "monitor"


class Right(StrEnum):
    """What can be asked of the casebook."""

    KEEP_CASES = "keep cases"
    READ_CASES = "read cases"
    ADD_TO_CASES = "add to case files"
    RECORD_CHECKS = "record checks"
    KEEP_OFFICERS = "keep the list of officers"
    APPROVE = "approve what needs a second person"
    SEE_WORKLOAD = "see the workload"
    COUNT = "see counts over all cases"
    VERIFY_JOURNAL = "verify the journal"
    READ_JOURNAL = "read the journal"


RIGHTS = {
    Role.OFFICER: frozenset(
        {
            Right.KEEP_CASES,
            Right.READ_CASES,
            Right.ADD_TO_CASES,
            Right.RECORD_CHECKS,
            Right.KEEP_OFFICERS,
            Right.APPROVE,
            Right.VERIFY_JOURNAL,
        }
    ),
    Role.SUPERVISOR: frozenset({Right.KEEP_OFFICERS, Right.APPROVE, Right.SEE_WORKLOAD, Right.COUNT}),
    Role.AUDITOR: frozenset({Right.VERIFY_JOURNAL, Right.READ_JOURNAL}),
    Role.STATISTICIAN: frozenset({Right.COUNT}),
    Role.MONITOR: frozenset({Right.RECORD_CHECKS, Right.ADD_TO_CASES}),
}


@dataclass(frozen=True)
class Actor:
    """Somebody who proved who they are, or the monitor; `name` is an id such as officer-1, never a person's name."""

    name: str
    role: Role
    officer: int | None = None
    identity: Identity | None = field(default=None, repr=False)


MONITOR = Actor("monitor", Role.MONITOR)


def require(actor: Actor, right: Right) -> None:
    """Refuse what the actor's role does not allow.

    Raises:
        Refused: in words.
    """
    if right not in RIGHTS[actor.role]:
        raise Refused(f"the {actor.role} may not {right}")


def reach(actor: Actor, at: datetime) -> Select[int]:
    """Give the ids of the cases an actor may open now, as a query: every listing, search and count filters by it."""
    return select(Assignment.case_id).where(*_standing(actor, at))


def _standing(actor: Actor, at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Assignment.officer_id == actor.officer, *standing(at))


def standing(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Say which assignments hold now, whosever they are."""
    return (Assignment.ended_at.is_(None), or_(Assignment.until.is_(None), Assignment.until > at))


def among(column: Any, cases: Select[int]) -> ColumnElement[bool]:  # noqa: ANN401  # a column of numbers
    """Keep to some cases where a moment narrows down more: reading every link or report of theirs would take longer.

    The sum keeps databases from beginning with the index on cases.
    """
    found: ColumnElement[bool] = (column + 0).in_(cases)
    return found


def admit(session: Session, actor: Actor, ref: str, at: datetime) -> Case:
    """Give the case of this reference, in any case of letters, to somebody who may open it.

    Raises:
        NotFound: there is none, or it is not theirs: the two are never told apart.
    """
    case = session.scalar(select(Case).where(Case.ref == ref.strip().upper(), Case.id.in_(reach(actor, at))))
    if case is None:
        raise NotFound("no case of that reference; try: pehra case list")
    return case


def is_assigned(session: Session, actor: Actor, case: int, at: datetime) -> bool:
    """Tell whether the actor may open a case of this number now."""
    return session.scalar(reach(actor, at).where(Assignment.case_id == case).limit(1)) is not None


def key_of(session: Session, actor: Actor, case: int, at: datetime) -> Identity:
    """Open a case's private key with the actor's own.

    Raises:
        Refused: the actor is not assigned, or did not unlock their own key.
    """
    sealed = session.scalar(select(Assignment.key).where(Assignment.case_id == case, *_standing(actor, at)))
    if sealed is None or actor.identity is None:
        raise Refused("this case's file opens only for the officers assigned to it")
    return Identity.of(actor.identity.open(sealed).decode())


def agreed(act: Act) -> ColumnElement[bool]:
    """Whether the complainant of the case at hand (in a query that has `Case`) agrees: the newest line says."""
    line, newer = aliased(Consent), aliased(Consent)
    newest = select(func.max(newer.id)).where(newer.case_id == Case.id, newer.act == act).correlate(Case)
    return exists().where(line.id == newest.scalar_subquery(), line.given).correlate(Case)


def agrees(session: Session, case: Case, act: Act) -> bool:
    """Tell whether a complainant agrees to an act now."""
    return session.scalar(select(Case.id).where(Case.id == case.id, agreed(act))) is not None


def require_consent(session: Session, case: Case, act: Act) -> None:
    """Refuse what the complainant did not agree to; asked where the act happens.

    Raises:
        Refused: says which consent is missing, and how to note it.
    """
    if not agrees(session, case, act):
        raise Refused(f"{case.ref} has no consent to `{act}`; when it is given: pehra consent give {case.ref} {act}")
