"""A bundle gathered from the casebook: what an export showed when it was made, and nothing that came after."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from casebook import days, evidence, exports
from casebook.access import Actor
from casebook.days import Proof
from casebook.exports import Export
from casebook.store import Casebook
from casebook.strongroom import Strongroom
from casebook.taken import CaptureView
from reporters.bundle.contents import (
    PART_NAME,
    Addressed,
    Bundle,
    DayView,
    HandledView,
    PartView,
    ProofView,
    RecordView,
)
from reporters.bundle.stamps import needed
from reporters.bundle.trees import sides

READ = "evidence.export opened"


def gather(
    book: Casebook, room: Strongroom, export: Export, roots: bytes | None, *, actor: Actor, at: datetime
) -> Bundle:
    """Open all that an export holds; parts are opened when they are written."""
    ref = export.case
    views = evidence.of_case(book, ref, actor=actor, at=at, act=READ)
    shown = [_record(one, room, export) for one in views if one.number <= export.last_number]
    proofs = {
        number: one
        for number, one in days.proofs(book, ref, actor=actor, at=at).items()
        if one.journal_seq <= export.journal_seq
    }
    custody = exports.custody(book, ref, actor=actor, at=at, up_to=export.journal_seq)
    records = tuple(_about(shown, export.link))
    shown_days = tuple(_days(proofs, records, export))
    given = [*(one.token for one in records), *(one.token for one in shown_days)]
    tokens = [one for one in given if one is not None]
    return Bundle(
        export=_addressed(export),
        records=records,
        chain=tuple((one.number, one.sha256) for one in shown),
        custody=tuple(HandledView(one.seq, one.at, one.actor, one.act, one.subject) for one in custody),
        days=shown_days,
        roots=needed(tokens, roots) if roots and tokens else None,
    )


def _addressed(export: Export) -> Addressed:
    return Addressed(
        export.number,
        export.case,
        export.at,
        export.officer,
        export.to,
        export.purpose,
        redacted=export.redacted,
        link=export.link,
    )


def _in_time(stamped_at: datetime | None, export: Export) -> bool:
    return stamped_at is not None and stamped_at <= export.at


def _record(view: CaptureView, room: Strongroom, export: Export) -> RecordView:
    there = {one.name: partial(evidence.copy_part, room, one) for one in view.parts}
    token = view.token if _in_time(view.stamped_at, export) else None
    bare = RecordView(view.number, view.sha256, view.record, (), token, view.token_from if token else None)
    parts = tuple(_part(one, place, there, view) for place, one in enumerate(bare.facts.get("parts", ()), 1))
    return RecordView(bare.number, bare.sha256, bare.record, parts, bare.token, bare.token_from)


def _part(said: Mapping[str, Any], place: int, there: Mapping[str, Any], view: CaptureView) -> PartView:
    """Give a part as its record names it, whatever else is on record beside it.

    Whoever has a case's public key can seal a record to it, so its words are not to be relied on.
    """
    if not PART_NAME.fullmatch(str(said.get("name"))):
        return PartView(f"part-{place}", "", 0, "", _nothing, "the record names it as Pehra names none")
    gone = None if said["name"] in there else _gone(view)
    copy = there.get(said["name"], _nothing)
    return PartView(said["name"], said["type"], said["bytes"], said["sha256"], copy, gone)


def _gone(view: CaptureView) -> str:
    if view.expired_at is None:
        return "it is not there any more"
    return f"it was kept until {view.expired_at:%Y-%m-%d}, as long as the helpline keeps such parts"


def _nothing(_into: object) -> None:
    """Write nothing: the part is gone."""


def _about(records: Iterable[RecordView], link: int | None) -> list[RecordView]:
    """Choose the records of one link, and those that hold what they refer to; without a link, all."""
    every = {one.number: one for one in records}
    if link is None:
        return list(every.values())
    chosen = {number for number, one in every.items() if one.facts.get("link") == link}
    referred = {
        part["refers_to"]["number"]
        for number in chosen
        for part in every[number].facts.get("parts", ())
        if part.get("refers_to")
    }
    return [one for number, one in every.items() if number in chosen | referred]


def _days(proofs: Mapping[int, Proof], records: Iterable[RecordView], export: Export) -> list[DayView]:
    by_day: dict[str, list[tuple[RecordView, Proof]]] = defaultdict(list)
    for one in records:
        if one.number in proofs:
            by_day[proofs[one.number].day].append((one, proofs[one.number]))
    return [_day(rows, export) for _, rows in sorted(by_day.items())]


def _day(rows: list[tuple[RecordView, Proof]], export: Export) -> DayView:
    of = rows[0][1]
    stamped = _in_time(of.stamped_at, export)
    found = tuple(
        ProofView(one.number, one.sha256, sides(proof.index, proof.count, [each.hex() for each in proof.beside]))
        for one, proof in rows
    )
    token, source = (of.token, of.token_from) if stamped else (None, None)
    return DayView(of.day, of.root.hex(), of.journal_seq, found, token, source)
