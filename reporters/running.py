"""Which clocks an event starts and holds: the rules of a report's bases, read against what happened."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from casebook.clocks import NewClock
from casebook.vocabulary import Awaits, Lane, ReportEventKind
from reporters import clocks
from reporters.bases import Basis, ClockRule, Pauses, Starts, known

OTHERS = (Starts.REGULATOR_RECEIPT, Starts.REFERRAL)
AFTER: Mapping[ReportEventKind, tuple[Starts, ...]] = {
    ReportEventKind.ACKNOWLEDGED: (Starts.LAST_WORD,),
    ReportEventKind.INFO_GIVEN: (Starts.LAST_WORD,),
    ReportEventKind.ACTED: (Starts.DECISION,),
    ReportEventKind.REFUSED: (Starts.DECISION,),
}
# What staff note themselves, because no report of ours brings it about.
NOTED = (
    Starts.EMAIL_VERIFIED, Starts.DIRECTION, Starts.UPLOADER_TOLD, Starts.COUNTER_NOTICE, Starts.DECISION,
)  # fmt: skip


def bases_of(ids: Iterable[str]) -> list[Basis]:
    """Give the bases that a report names and that are known still."""
    every = known()
    return [every[one] for one in ids if one in every]


def started(
    bases: Sequence[Basis], lane: Lane, kind: ReportEventKind, at: datetime, noted: Starts | None = None
) -> list[NewClock]:
    """Give the clocks that an event sets going; those whose rule names no length are never due, and not among them.

    Args:
        noted: for `clock-started`, the event that staff noted, such as the opening of a link in a mail.
    """
    starts = _starts(lane, kind, noted)
    found = []
    for basis in bases:
        for rule in basis.clock:
            due_at = clocks.due(clocks.start(rule, "", at)) if rule.starts in starts else None
            if due_at is not None:
                found.append(NewClock(basis.id, rule.id, awaits(rule, lane), at, due_at))
    return found


def _starts(lane: Lane, kind: ReportEventKind, noted: Starts | None) -> tuple[Starts, ...]:
    if kind is ReportEventKind.SENT:
        received = OTHERS if lane is Lane.REGULATOR else (Starts.RECEIPT,)
        return (*received, Starts.LAST_WORD)
    return (noted,) if noted is not None else AFTER.get(kind, ())


def awaits(rule: ClockRule, lane: Lane) -> Awaits:
    """Say what ends a clock: a look that finds the content gone, somebody's answer, or an act of ours."""
    if rule.whose == "ours":
        return Awaits.OURS
    return Awaits.ANSWER if rule.starts in OTHERS or lane is Lane.DATA_REQUEST else Awaits.TAKEDOWN


def held(bases: Sequence[Basis]) -> list[str]:
    """Give the rules whose clocks stand still while the platform waits for an answer of ours."""
    return [rule.id for basis in bases for rule in basis.clock if Pauses.INFO_REQUESTED in rule.paused_by]
