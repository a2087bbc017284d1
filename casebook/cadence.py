"""When an address is looked at next: decided in the transaction that records a check, so it stands beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from casebook.settings import Cadence
from casebook.states import TELLING, Standing
from casebook.vocabulary import State, Verdict


@dataclass(frozen=True)
class Watching:
    """One link's part in the decision."""

    standing: Standing
    urgent: bool
    reported_at: datetime | None


def next_check(
    watching: Watching, verdict: Verdict, failures: int, at: datetime, cadence: Cadence, chance: Callable[[], float]
) -> datetime:
    """Say when to look again.

    Args:
        failures: looks in a row that told nothing, this one included.
        chance: uniform in [0, 1), for the jitter that spreads checks out.
    """
    wait = _wait_s(watching, verdict, failures, at, cadence)
    confirming = watching.standing.gone_since is not None and verdict is Verdict.REMOVED
    spread = chance() if confirming else 2 * chance() - 1
    return at + timedelta(seconds=wait * (1 + cadence.jitter * spread))


def _wait_s(watching: Watching, verdict: Verdict, failures: int, at: datetime, cadence: Cadence) -> float:
    known = watching.standing
    if verdict not in TELLING:
        return float(min(cadence.failing_s * 2.0 ** min(failures - 1, 30), cadence.failing_max_s))
    if known.live_again_at is not None:
        return min(cadence.second_look_s, cadence.confirm_after_s)
    if known.gone_since is not None and verdict is Verdict.REMOVED:
        return max(0.0, cadence.confirm_after_s - (at - known.gone_since).total_seconds())
    if known.taken_down_at is not None and known.state is State.REMOVED:
        age = (at - known.taken_down_at).total_seconds()
        return min(max(cadence.removed_s, age * cadence.removed_share), cadence.removed_max_s)
    return _while_up(watching, at, cadence)


def _while_up(watching: Watching, at: datetime, cadence: Cadence) -> float:
    waits = [cadence.live_s]
    if watching.urgent:
        waits.append(cadence.urgent_s)
    if watching.reported_at and (at - watching.reported_at).total_seconds() < cadence.reported_for_s:
        waits.append(cadence.reported_s)
    return min(waits)
