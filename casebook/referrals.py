"""Referrals: whom a complainant was sent on to, whether somebody went along, and what came of it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from casebook import casefile, journal
from casebook.access import Actor, Right, admit, key_of, require
from casebook.errors import Refused
from casebook.store import Casebook
from casebook.vocabulary import EntryKind


@dataclass(frozen=True)
class ReferralView:
    """One referral with all that came of it, oldest first; `links` are those whose addresses were handed over."""

    entry: int
    to: str
    on: str
    accompanied: str | None
    links: list[int]
    outcomes: list[str]
    at: datetime
    author: str


def add(
    book: Casebook,
    ref: str,
    to: str,
    on: date,
    *,
    actor: Actor,
    at: datetime,
    accompanied: str | None = None,
    outcome: str | None = None,
) -> int:
    """Note a referral; gives its number."""
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        entry = put(session, case.id, to, on, actor=actor, at=at, accompanied=accompanied, outcome=outcome)
        journal.append(session, book.vault, actor, "referral.add", f"{case.ref}/{entry}", at)
        return entry


def put(session: Session, case: int, to: str, on: date, *, actor: Actor, at: datetime, **more: Any) -> int:  # noqa: ANN401
    """Note a referral inside the caller's transaction."""
    words = {"to": to, "on": on.isoformat(), **{name: value for name, value in more.items() if value is not None}}
    return casefile.put(session, case, EntryKind.REFERRAL, words, actor=actor, at=at).id


def list_of(book: Casebook, ref: str, *, actor: Actor, at: datetime) -> list[ReferralView]:
    """List a case's referrals, oldest first."""
    require(actor, Right.READ_CASES)
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        entries = casefile.opened(session, case.id, key_of(session, actor, case.id, at), EntryKind.REFERRAL)
        journal.append(session, book.vault, actor, "referral.list", case.ref, at)
    came: dict[int, list[str]] = defaultdict(list)
    for one in entries:
        if one.words.get("outcome") is not None:
            came[one.words.get("of", one.entry)].append(one.words["outcome"])
    return [
        ReferralView(
            one.entry,
            one.words["to"],
            one.words["on"],
            one.words.get("accompanied"),
            one.words.get("links", []),
            came[one.entry],
            one.at,
            one.author,
        )
        for one in entries
        if "of" not in one.words
    ]


def add_outcome(book: Casebook, entry: int, outcome: str, *, actor: Actor, at: datetime) -> str:
    """Note what came of a referral, as an entry of its own, for nothing in a file is rewritten; gives the case."""
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        row, case = casefile.admitted(session, actor, entry, EntryKind.REFERRAL, at)
        identity = key_of(session, actor, case.id, at)
        if "of" in casefile.words_of(row, identity):
            raise Refused("that number is an outcome: give the referral's own; try: pehra referral list")
        words = {"of": entry, "outcome": outcome}
        casefile.put(session, case.id, EntryKind.REFERRAL, words, actor=actor, at=at)
        journal.append(session, book.vault, actor, "referral.outcome", f"{case.ref}/{entry}", at)
        return case.ref
