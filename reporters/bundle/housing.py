"""A case's evidence verified where it lies: chain, parts, time stamps and the days' roots."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from casebook import chain, days, evidence, exports
from casebook.access import Actor
from casebook.chain import Record
from casebook.days import Proof
from casebook.journal import EntryView
from casebook.store import Casebook
from casebook.strongroom import Strongroom
from casebook.taken import CaptureView
from reporters.bundle.contents import PartView, RecordView
from reporters.bundle.findings import Findings
from reporters.bundle.opening import fault
from reporters.bundle.stamps import checked
from reporters.bundle.verifying import MADE

ACT = "evidence.verify"


def verify(book: Casebook, room: Strongroom, ref: str, roots: bytes | None, *, actor: Actor, at: datetime) -> Findings:
    """Verify one case; the look is journaled."""
    views = evidence.of_case(book, ref, actor=actor, at=at, act=ACT)
    found = Findings(about={"case": ref.strip().upper()})
    custody = exports.custody(book, ref, actor=actor, at=at)
    _chain(views, _length(custody), found)
    proofs = days.proofs(book, ref, actor=actor, at=at)
    for one in views:
        _parts(one, room, found)
        _times(one, proofs.get(one.number), roots, found)
    return found


def _length(custody: Iterable[EntryView]) -> int:
    """Say how many records the journal knows of."""
    numbers = [one.subject.partition("/")[2] for one in custody if one.act.startswith(MADE)]
    return max((int(one) for one in numbers if one.isdecimal()), default=0)


def _chain(views: list[CaptureView], length: int, found: Findings) -> None:
    walked = chain.walk([Record(one.number, one.sha256, one.record) for one in views], length=length)
    if views:
        found.counted["records"] = walked.records
    if walked.first_bad is not None:
        found.wrong(f"record {walked.first_bad}", str(walked.because))


def _parts(view: CaptureView, room: Strongroom, found: Findings) -> None:
    there = {one.name: one for one in view.parts}
    for said in _said(view):
        name, part = said.get("name"), there.get(str(said.get("name")))
        where = f"record {view.number}: {name}"
        if part is None:
            if view.expired_at is None:
                found.wrong(where, "this part is gone, and not because its time was over")
            continue
        copy = partial(evidence.copy_part, room, part)
        wrong = fault(PartView(part.name, part.media_type, said["bytes"], said["sha256"], copy))
        if wrong is not None:
            found.wrong(where, wrong)
        found.count("parts")


def _said(view: CaptureView) -> list[dict[str, Any]]:
    try:
        return list(RecordView(view.number, view.sha256, view.record).facts.get("parts", ()))
    except (ValueError, AttributeError):
        return []  # the walk along the chain has named this record


def _stamp(where: str, token: bytes, sha256: str, roots: bytes | None, found: Findings) -> None:
    if roots is None:
        found.note("time stamps are not checked: evidence.timestamp_roots names no certificates to hold them to")
        return
    wrong = checked(token, sha256, roots)[1]
    if wrong is not None:
        found.wrong(where, wrong)
    found.count("time stamps")


def _times(view: CaptureView, proof: Proof | None, roots: bytes | None, found: Findings) -> None:
    where = f"record {view.number}: time stamp"
    if view.token is not None:
        _stamp(where, view.token, view.sha256, roots, found)
    if proof is not None:
        if not proof.holds(bytes.fromhex(view.sha256)):
            found.wrong(f"record {view.number}: root of {proof.day}", "the record does not stand in that day's root")
        found.count("proofs of a day")
