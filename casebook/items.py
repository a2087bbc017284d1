"""Evidence that has no address, added by hand: a voice note, a chat's export, a number."""

from dataclasses import asdict
from datetime import datetime
from importlib.metadata import version
from typing import Any

from sqlalchemy.orm import Session

from casebook import captures, chain, hotlines, journal, room
from casebook.access import Actor, Right, admit, require, require_consent
from casebook.errors import Refused
from casebook.settings import Evidence
from casebook.store import Casebook
from casebook.strongroom import SealedPart, Strongroom
from casebook.tables import Case
from casebook.taken import Kept, Said
from casebook.vocabulary import Act, RecordKind, Why

TEXT = "text/plain"
TOOL = "pehra"


def may_add(book: Casebook, ref: str, *, actor: Actor, at: datetime) -> bool:
    """Refuse what may not be added to a case at all; tell whether files that are no plain text may be.

    Raises:
        Refused: the complainant did not agree to copies being kept.
    """
    require(actor, Right.KEEP_CASES)
    with book.reading() as session:
        return not _admitted(session, ref, actor, at).minor


def _admitted(session: Session, ref: str, actor: Actor, at: datetime) -> Case:
    case = admit(session, actor, ref, at)
    require_consent(session, case, Act.CAPTURE)
    return case


def add(
    book: Casebook,
    strongroom: Strongroom,
    ref: str,
    said: Said,
    part: SealedPart | None,
    limits: Evidence,
    *,
    actor: Actor,
    at: datetime,
) -> Kept:
    """Add something by hand: a file that is sealed already, or words alone. Where it is refused, the file goes.

    Raises:
        Refused: no consent, no room, or a file of a minor's case that is no plain text (law 6).
    """
    require(actor, Right.KEEP_CASES)
    parts = () if part is None else (part,)
    with strongroom.on_record(parts) as recorded, book.writing() as session:
        case = _admitted(session, ref, actor, at)
        if case.minor and part is not None and part.media_type != TEXT:
            raise Refused(hotlines.instead(case.ref))
        _require_room(session, case, strongroom, part, limits)
        capture = None
        if part is not None:
            capture = captures.put(session, book, parts, started_at=at, ended_at=at)
        fields = _fields(said, parts, actor, at)
        row = chain.append(session, book.vault, case, fields, kind=RecordKind.ITEM, at=at, capture=capture)
        if capture is not None:
            captures.give(session, capture, parts, case.id)
        recorded.update(one.file for one in parts)
        journal.append(session, book.vault, actor, "evidence.add", f"{case.ref}/{row.number}", at)
        return Kept(case.ref, row.number, row.sha256.hex(), RecordKind.ITEM, None, None)


def _require_room(
    session: Session, case: Case, strongroom: Strongroom, part: SealedPart | None, limits: Evidence
) -> None:
    if part is None:
        return
    if strongroom.free_bytes() < limits.keep_free_bytes:
        raise Refused("the disk has too little room for evidence (evidence.keep_free_bytes): make room first")
    if room.used(session, case.id) + part.bytes > limits.case_bytes:
        megabytes = limits.case_bytes // 1_000_000
        raise Refused(f"{case.ref} would keep more than {megabytes} MB as evidence (evidence.case_bytes)")


def _fields(said: Said, parts: tuple[SealedPart, ...], actor: Actor, at: datetime) -> dict[str, Any]:
    source = {name: value for name, value in asdict(said).items() if name != "what"}
    return {
        "why": Why.ADDED.value, "said": said.what, "source": source, "parts": captures.listed(parts), "left_out": [],
        "started_at": chain.moment(at), "ended_at": chain.moment(at), "collector": actor.name,
        "tool": TOOL, "version": version(TOOL),
    }  # fmt: skip
