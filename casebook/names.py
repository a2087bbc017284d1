"""Names, handles and labels that a case looks for in pages' text, for a time that was agreed on."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from casebook import journal, sweeping
from casebook.access import Actor, Right, admit, reach, require
from casebook.errors import NotFound, Refused
from casebook.store import Casebook
from casebook.tables import Case, WatchedName
from casebook.vocabulary import Act, NameKind

SHORTEST, LONGEST = 2, 120
MOST = 200  # of one case


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
    """Look for a name until a day; one that is looked for already gets the new day.

    Raises:
        Refused: a minor's case, a closed one, no consent, too short or too long a name, or a day that is over.
    """
    require(actor, Right.KEEP_CASES)
    words = _spelled(words, kind)
    _require_later(at, until)
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        sweeping.require_swept(session, case, Act.WATCH)
        digest = book.vault.digest("name", words.casefold())
        theirs = session.scalars(select(WatchedName).where(WatchedName.case_id == case.id)).all()
        row = next((one for one in theirs if one.words_digest == digest), None)
        if row is None:
            if len(theirs) >= MOST:
                raise Refused(f"a case looks for at most {MOST} names")
            sealed = book.vault.seal("watched_name.words", words)
            row = WatchedName(case_id=case.id, kind=kind, words=sealed, words_digest=digest, added_at=at, until=until)
            session.add(row)
        row.kind, row.until = kind, until
        session.flush()
        journal.append(session, book.vault, actor, "name.add", f"{case.ref}/{row.id}", at)
        return row.id


def _spelled(words: str, kind: NameKind) -> str:
    words = " ".join(unicodedata.normalize("NFC", words).split())
    if kind is NameKind.HANDLE:
        words = words.removeprefix("@")
    if sum(one.isalnum() for one in words) < SHORTEST or len(words) > LONGEST:
        raise Refused(f"a name has at least {SHORTEST} letters or digits, and at most {LONGEST} characters")
    return words


def _require_later(at: datetime, until: datetime) -> None:
    if until <= at:
        raise Refused("the day until which a name is looked for lies in the past")


def list_of(book: Casebook, *, actor: Actor, at: datetime, case: str | None = None) -> list[NameView]:
    """List names of open cases, or of one case; journaled."""
    require(actor, Right.READ_CASES)
    with book.writing() as session:
        ref = "all" if case is None else admit(session, actor, case, at).ref
        query = _joined().where(Case.closed_at.is_(None) if case is None else Case.ref == ref)
        rows = session.execute(query.where(Case.id.in_(reach(actor, at))).order_by(WatchedName.id)).all()
        journal.append(session, book.vault, actor, "name.list", ref, at)
        return [_view(book, row, at) for row in rows]


def _joined() -> Select[WatchedName, Case]:
    return select(WatchedName, Case).join(Case, Case.id == WatchedName.case_id)


def _view(book: Casebook, row: Row[WatchedName, Case], at: datetime) -> NameView:
    name, case = row
    words = book.vault.unseal("watched_name.words", name.words)
    return NameView(name.id, case.ref, name.kind, words, name.added_at, name.until, over=name.until <= at)


def _admitted(session: Session, actor: Actor, name: int, at: datetime) -> Row[WatchedName, Case]:
    query = _joined().where(WatchedName.id == name, Case.id.in_(reach(actor, at)))
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("no name of that number; try: pehra name list")
    return row


def renew(book: Casebook, name: int, *, actor: Actor, at: datetime, until: datetime) -> NameView:
    """Look for a name for longer, or again."""
    require(actor, Right.KEEP_CASES)
    _require_later(at, until)
    with book.writing() as session:
        row = _admitted(session, actor, name, at)
        sweeping.require_swept(session, row.Case, Act.WATCH)
        row.WatchedName.until = until
        journal.append(session, book.vault, actor, "name.renew", f"{row.Case.ref}/{name}", at)
        return _view(book, row, at)


def remove(book: Casebook, name: int, *, actor: Actor, at: datetime) -> str:
    """Forget a name, and what it is suspected of; gives its case."""
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        _, case = _admitted(session, actor, name, at)
        sweeping.forget_names(session, case.id, [name])
        journal.append(session, book.vault, actor, "name.remove", f"{case.ref}/{name}", at)
        return case.ref


def watched(book: Casebook, case: int, *, actor: Actor, at: datetime) -> list[Watched]:
    """Give what a sweep of this case looks for in text: consented, in its time, of an open case that is no minor's."""
    require(actor, Right.RECORD_CHECKS)
    with book.reading() as session:
        return current(session, book, case, at)


def current(session: Session, book: Casebook, case: int, at: datetime) -> list[Watched]:
    """Give the same inside the caller's transaction."""
    query = _joined().where(WatchedName.case_id == case, WatchedName.until > at, sweeping.swept())
    rows = session.execute(query.order_by(WatchedName.id)).all()
    return [Watched(one.id, one.kind, book.vault.unseal("watched_name.words", one.words)) for one, _ in rows]
