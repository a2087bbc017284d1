"""Sources: what is swept for copies, when, and by which worker."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from casebook.access import Actor
from casebook.settings import Sweeps
from casebook.store import Casebook
from casebook.vocabulary import SourceKind, SourceState


@dataclass(frozen=True)
class Trouble:
    """Why a sweep, or a part of it, could not be done, in one word and one sentence without an address or a name."""

    rule: str
    because: str


@dataclass(frozen=True)
class Outcome:
    """What one sweep of a source brought; `failed` where nothing of it could be read.

    `memory` replaces what the next sweep may go by (validators of pages, the newest entry of a feed); None keeps it.
    """

    pages: int
    media: int
    sightings: int
    troubles: tuple[Trouble, ...] = ()
    failed: bool = False
    retry_after: datetime | None = None
    memory: dict[str, Any] | None = None


@dataclass(frozen=True)
class SourceView:
    """A source as a screen may show it to who may open its case; `url` is the handle where the kind is one."""

    source: int
    case: str
    kind: SourceKind
    url: str
    obeys_robots: bool
    depth: int
    pages: int
    state: SourceState
    added_at: datetime
    next_sweep_at: datetime | None
    last_swept_at: datetime | None
    last: dict[str, Any] | None
    ended_at: datetime | None


@dataclass(frozen=True)
class Sweep:
    """One source to sweep, leased. `url` has `{name}` in it for a search; `names` and handles of the case fill it."""

    source: int
    case: int
    kind: SourceKind
    url: str
    obeys_robots: bool
    depth: int
    pages: int
    names: tuple[str, ...]
    memory: dict[str, Any]


@dataclass(frozen=True)
class Queue:
    """Sources that wait, that should have been swept, and that are being swept."""

    due: int
    running: int
    failing: int


def add(
    book: Casebook,
    ref: str,
    url: str,
    kind: SourceKind,
    *,
    actor: Actor,
    at: datetime,
    depth: int,
    pages: int,
    obeys_robots: bool = True,
) -> int:
    """Sweep an address (or ask for a handle) for a case; gives its number. One that ended is swept again.

    Raises:
        Refused: a minor's case, a closed one, no consent, or a search without `{name}`.
    """
    raise NotImplementedError


def list_of(
    book: Casebook, *, actor: Actor, at: datetime, case: str | None = None, ended: bool = False
) -> list[SourceView]:
    """List sources of open cases, or of one case."""
    raise NotImplementedError


def end(book: Casebook, source: int, *, actor: Actor, at: datetime) -> SourceView:
    """Sweep a source no more; what was found stays, and a sweep on its way is dropped."""
    raise NotImplementedError


def due(book: Casebook, *, actor: Actor, at: datetime) -> Queue:
    """Count an officer's own sources for `pehra status`; all of them for who counts."""
    raise NotImplementedError


def anything_due(book: Casebook, *, at: datetime) -> bool:
    """Tell whether a sweep is wanted."""
    raise NotImplementedError


def chosen(
    book: Casebook, sources: Sequence[int] | None, *, actor: Actor, at: datetime, only_due: bool = False
) -> list[int]:
    """Give these sources of the actor's, or all of theirs, that may be swept now.

    Raises:
        NotFound: one of the numbers is no source of theirs.
    """
    raise NotImplementedError


def lease(book: Casebook, owner: str, *, actor: Actor, at: datetime, until: datetime, most: int = 1) -> list[Sweep]:
    """Take the sources longest due; when their worker dies, they are due again at `until`."""
    raise NotImplementedError


def lease_these(
    book: Casebook, owner: str, sources: Sequence[int], *, actor: Actor, at: datetime, until: datetime
) -> tuple[list[Sweep], list[int]]:
    """Take given sources now, due or not; those another worker holds are given back as ids."""
    raise NotImplementedError


def leased(book: Casebook, owner: str, *, actor: Actor, at: datetime) -> list[Sweep]:
    """Give what an owner holds."""
    raise NotImplementedError


def prolong(book: Casebook, owner: str, *, actor: Actor, until: datetime) -> int:
    """Hold what an owner holds for longer; gives how many it still holds."""
    raise NotImplementedError


def release(book: Casebook, owner: str, *, actor: Actor, at: datetime) -> int:
    """Give back what an owner holds (every owner whose name begins so); due at once."""
    raise NotImplementedError


def record(
    book: Casebook, owner: str, source: int, outcome: Outcome, *, actor: Actor, at: datetime, sweeps: Sweeps
) -> bool:
    """End a sweep: what it brought, and when the next is due; False where the lease has passed to another or ended."""
    raise NotImplementedError
