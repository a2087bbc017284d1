"""Captures that somebody asks for: the links are visited at once, and what came of it is told."""

from collections.abc import Sequence
from dataclasses import dataclass

from casebook import captured, evidence, links
from casebook.access import Actor
from casebook.captured import Captured, lack
from casebook.store import Casebook
from casebook.vocabulary import LinkId, RecordKind, Why
from scheduler import jobs
from scheduler.clock import now
from scheduler.home import Home

LOOKS = 2  # the first may be one that the monitor had begun before anybody asked


@dataclass(frozen=True)
class NotCaptured:
    """A link that was not captured, and why, in a sentence."""

    link: LinkId
    reason: str


@dataclass(frozen=True)
class Asked:
    """What came of it."""

    captured: list[Captured]
    not_captured: list[NotCaptured]


def capture_now(book: Casebook, home: Home, wanted: Sequence[LinkId], why: Why, *, actor: Actor) -> Asked:
    """Visit links at once and capture what they show.

    Raises:
        NotFound: one is no watched link of the actor's.
        Unavailable: the worker did not end well; what it captured and recorded stays.
    """
    links.addresses_of(book, wanted, actor=actor, at=now())
    before = captured.of_links(book, wanted, actor=actor, at=now())
    able = [link for link, one in before.items() if one.agreed]
    if able:
        evidence.want(book, able, why, actor=actor, at=now())
    for _ in range(LOOKS):
        stands = captured.of_links(book, able, actor=actor, at=now())
        waiting = [link for link, one in stands.items() if one.wanted and not _is_new(before[link], one)]
        if not waiting:
            break
        jobs.look_now(book, home, links.addresses_of(book, waiting, actor=actor, at=now()), actor=actor)
    after = captured.of_links(book, wanted, actor=actor, at=now())
    made = [one for link, one in after.items() if _is_new(before[link], one) and one.kind is RecordKind.PAGE]
    rest = [one for one in after.values() if one not in made]
    return Asked(made, [NotCaptured(one.link, lack(one, tried=_is_new(before[one.link], one))) for one in rest])


def _is_new(before: Captured, after: Captured) -> bool:
    return after.number is not None and after.number != before.number
