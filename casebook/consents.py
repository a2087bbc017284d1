"""The consent ledger: what a complainant agreed to, act by act, and took back; asked where the act happens."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook import casefile, journal, sweeping, watching, withdrawing
from casebook.access import Actor, Right, admit, key_of, require
from casebook.store import Casebook
from casebook.tables import Consent, WatchedLink
from casebook.vocabulary import Act


@dataclass(frozen=True)
class ConsentView:
    """One line of the ledger, opened."""

    act: Act
    given: bool
    at: datetime
    author: str
    words: str | None


@dataclass(frozen=True)
class Standing:
    """Where one act stands: given, revoked, or never asked for, which forbids it as well."""

    act: Act
    stands: str
    since: datetime | None


def note(
    session: Session, case: int, act: Act, *, given: bool, actor: Actor, at: datetime, words: str | None = None
) -> None:
    """Add a line to the ledger inside the caller's transaction; lines are never changed."""
    sealed = None if words is None else casefile.seal(session, case, {"words": words})
    session.add(Consent(case_id=case, act=act, given=given, at=at, author=actor.name, words=sealed))
    session.flush()


def change(
    book: Casebook, ref: str, act: Act, *, given: bool, actor: Actor, at: datetime, words: str | None = None
) -> None:
    """Note that a consent was given, or taken back; what depended on it stops, or starts again, at once."""
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        note(session, case.id, act, given=given, actor=actor, at=at, words=words)
        if not given:
            withdrawing.drop_unsent(session, case, [act], actor=actor, at=at)
        if act is Act.WATCH:
            addresses = select(WatchedLink.address_id).where(WatchedLink.case_id == case.id)
            watching.watch_again(session, addresses, at) if given else watching.unwatch(session, addresses)
        if not given:
            sweeping.withdrawn(session, case.id, act)
        journal.append(session, book.vault, actor, f"consent.{'give' if given else 'revoke'} {act}", case.ref, at)


def ledger(book: Casebook, ref: str, *, actor: Actor, at: datetime) -> list[ConsentView]:
    """Open a case's ledger, oldest line first."""
    require(actor, Right.READ_CASES)
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        identity = key_of(session, actor, case.id, at)
        journal.append(session, book.vault, actor, "consent.list", case.ref, at)
        rows = session.scalars(select(Consent).where(Consent.case_id == case.id).order_by(Consent.id))
        return [
            ConsentView(
                row.act, row.given, row.at, row.author, _opened(identity.open(row.words)) if row.words else None
            )
            for row in rows
        ]


def _opened(data: bytes) -> str:
    words: str = json.loads(data)["words"]
    return words


def standing(ledger: Sequence[ConsentView]) -> list[Standing]:
    """Say for every act what the newest line of a ledger makes of it."""
    newest = {one.act: one for one in ledger}
    return [
        Standing(act, "given" if newest[act].given else "revoked", newest[act].at)
        if act in newest
        else Standing(act, "not asked", None)
        for act in Act
    ]
