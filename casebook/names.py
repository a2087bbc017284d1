"""Names, handles and labels that a case looks for in pages' text, for a time that was agreed on."""

from dataclasses import dataclass
from datetime import datetime

from casebook.access import Actor
from casebook.store import Casebook
from casebook.vocabulary import NameKind


@dataclass(frozen=True)
class NameView:
    """A watched name, opened for who may open its case; `over` when its time has passed."""

    name: int
    case: str
    kind: NameKind
    words: str
    added_at: datetime
    until: datetime
    over: bool


@dataclass(frozen=True)
class Watched:
    """One name for a sweep."""

    name: int
    kind: NameKind
    words: str


def add(book: Casebook, ref: str, words: str, kind: NameKind, *, actor: Actor, at: datetime, until: datetime) -> int:
    """Look for a name until a day; one that is looked for already gets the new day."""
    raise NotImplementedError


def list_of(book: Casebook, *, actor: Actor, at: datetime, case: str | None = None) -> list[NameView]:
    """List names; journaled."""
    raise NotImplementedError


def renew(book: Casebook, name: int, *, actor: Actor, at: datetime, until: datetime) -> str:
    """Look for a name for longer; gives its case."""
    raise NotImplementedError


def remove(book: Casebook, name: int, *, actor: Actor, at: datetime) -> str:
    """Forget a name, and what it is suspected of; gives its case."""
    raise NotImplementedError


def watched(book: Casebook, case: int, *, actor: Actor, at: datetime) -> list[Watched]:
    """Give what a sweep of this case looks for in text: consented, in its time, of an open case that is no minor's."""
    raise NotImplementedError
