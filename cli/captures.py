"""What the drafting of a report has to do with captures: one comes first, and where there is none it is said."""

from collections.abc import Iterable, Sequence
from typing import Any

from casebook import captured, evidence, links
from casebook.captured import Captured
from casebook.errors import Unavailable
from casebook.vocabulary import LinkId, State, Why
from cli.context import Session
from scheduler import capturing
from scheduler.clock import now


def come_first(session: Session, case: str, numbers: Sequence[LinkId]) -> None:
    """Have links captured while they are up, before anybody is asked to remove them; who is in danger does not wait.

    Raises:
        Unavailable: one was not captured; says why, and how to go on without.
    """
    book, actor = session.book, session.actor
    listed = links.list_links(book, actor=actor, at=now(), case=case)
    chosen = [one.link for one in listed if one.state is not State.REMOVED and (not numbers or one.link in numbers)]
    standing = captured.of_links(book, [LinkId(one) for one in chosen], actor=actor, at=now())
    lacking = [link for link, one in standing.items() if one.agreed and not one.minor and not one.live]
    if not lacking or not set(numbers) <= set(chosen):
        return
    if standing[lacking[0]].urgent:
        evidence.want(book, lacking, Why.REPORT, actor=actor, at=now())
        return
    missed = capturing.capture_now(book, session.home, lacking, Why.REPORT, actor=actor).not_captured
    if missed:
        raise Unavailable(
            f"link {missed[0].link} was not captured: {missed[0].reason} Try again later, or go on without a capture: "
            "add --without-capture"
        )


def standing(session: Session, numbers: Iterable[int]) -> dict[LinkId, Captured]:
    """Say how links stand with captures."""
    return captured.of_links(session.book, [LinkId(one) for one in numbers], actor=session.actor, at=now())


def shown(known: dict[LinkId, Captured], numbers: Sequence[int]) -> dict[str, Any]:
    """Give what JSON says of a report's captures: the newest record's number, null where a link has none."""
    each = {one: known[LinkId(one)].capture if one in known else None for one in numbers}
    found = [number for number in each.values() if number is not None]
    without = [
        {"link": one, "reason": captured.lack(known[LinkId(one)])}
        for one, number in each.items()
        if number is None and one in known
    ]
    return {"capture": max(found) if found and len(found) == len(each) else None, "without_capture": without}
