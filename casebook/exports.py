"""Who handled evidence, and what was given out of it, so that the same can be given out again."""

from dataclasses import dataclass
from datetime import datetime

from casebook.access import Actor
from casebook.journal import EntryView
from casebook.store import Casebook


@dataclass(frozen=True)
class Export:
    """One export, by its number in the case: for whom and for what, and how far records and journal then went."""

    case: str
    number: int
    at: datetime
    officer: str
    to: str
    purpose: str
    last_number: int
    journal_seq: int
    redacted: bool


def custody(book: Casebook, ref: str, *, actor: Actor, at: datetime, up_to: int | None = None) -> list[EntryView]:
    """Give the journal's entries about a case's evidence, oldest first, up to that entry; itself not journaled."""
    raise NotImplementedError


def begin_export(
    book: Casebook, ref: str, to: str, purpose: str, *, actor: Actor, at: datetime, redacted: bool = False
) -> Export:
    """Note an export before anything leaves; its own journal entry is the last of its custody record."""
    raise NotImplementedError


def export(book: Casebook, ref: str, number: int, *, actor: Actor, at: datetime) -> Export:
    """Give an export that was made before, to make it again: what came after it is not in it; journaled as a look."""
    raise NotImplementedError


def exports(book: Casebook, ref: str, *, actor: Actor, at: datetime) -> list[Export]:
    """List a case's exports, oldest first."""
    raise NotImplementedError
