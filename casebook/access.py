"""Who acts, and what they may do."""

from dataclasses import dataclass
from enum import StrEnum

from casebook.errors import Refused


class Role(StrEnum):
    """What kind of actor."""

    OFFICER = "officer"
    MONITOR = "monitor"


class Right(StrEnum):
    """What can be asked of the casebook."""

    KEEP_CASES = "keep cases"
    READ_CASES = "read cases"
    RECORD_CHECKS = "record checks"
    READ_JOURNAL = "read the journal"


RIGHTS = {
    Role.OFFICER: frozenset({Right.KEEP_CASES, Right.READ_CASES, Right.RECORD_CHECKS, Right.READ_JOURNAL}),
    Role.MONITOR: frozenset({Right.RECORD_CHECKS}),
}


@dataclass(frozen=True)
class Actor:
    """Somebody, or the monitor; `name` is an id such as officer-1, never a person's name."""

    name: str
    role: Role


MONITOR = Actor("monitor", Role.MONITOR)


def require(actor: Actor, right: Right) -> None:
    """Refuse what the actor's role does not allow.

    Raises:
        Refused: in words.
    """
    if right not in RIGHTS[actor.role]:
        raise Refused(f"the {actor.role} may not {right}")
