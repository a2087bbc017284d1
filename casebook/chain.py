"""A case's chain of evidence: each record names the hash of the one before, so that none can be changed or left out."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook import keys
from casebook.tables import Capture, CaptureRecord, Case, CaseKey
from casebook.vault import Vault
from casebook.vocabulary import LinkId, NotKept, RecordKind

FORM = "pehra evidence record 1"
START = "0" * 64


@dataclass(frozen=True)
class Record:
    """One record as it was sealed, with what stands beside it in clear; `sha256` in hex."""

    number: int
    sha256: str
    record: bytes = field(repr=False)


@dataclass(frozen=True)
class Walked:
    """What a walk along a chain found: how many records hold, and the first that does not."""

    records: int
    first_bad: int | None
    because: str | None


def canonical(fields: dict[str, Any]) -> bytes:
    """Write fields the one way they are hashed: UTF-8, sorted, without spaces, and a line's end.

    Halves of letters, as file names and pages may hold, become U+FFFD: UTF-8 has none, and no record is lost for them.

    Raises:
        TypeError: a value whose spelling others might not share, such as a number with a point.
    """
    _require_plain(fields)
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode() + b"\n"


def _require_plain(value: object) -> None:
    if isinstance(value, dict):
        for key, one in value.items():
            _require_plain(key)
            _require_plain(one)
    elif isinstance(value, list | tuple):
        for one in value:
            _require_plain(one)
    elif value is not None and not isinstance(value, str | int):
        raise TypeError("a record holds words, whole numbers, yes and no, lists and fields, and nothing else")


def moment(at: datetime) -> str:
    """Spell a time as records do: UTC, microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def append(
    session: Session,
    vault: Vault,
    case: Case,
    fields: dict[str, Any],
    *,
    kind: RecordKind,
    at: datetime,
    capture: Capture | None = None,
    link: LinkId | None = None,
    reason: NotKept | None = None,
) -> CaptureRecord:
    """Add a record to a case's chain inside the caller's transaction, which nobody else may add to meanwhile."""
    held = session.get_one(CaseKey, case.id, with_for_update=True, populate_existing=True)
    before = session.scalar(
        select(CaptureRecord).where(CaptureRecord.case_id == case.id).order_by(CaptureRecord.number.desc()).limit(1)
    )
    number, previous = (1, START) if before is None else (before.number + 1, before.sha256.hex())
    ours = {
        "record": FORM, "nonce": vault.fresh_key().hex(), "case": case.ref, "number": number, "previous": previous,
        "kind": kind.value, "link": link,
    }  # fmt: skip
    data = canonical(fields | ours)
    row = CaptureRecord(
        case_id=case.id,
        number=number,
        capture_id=None if capture is None else capture.id,
        link_id=link,
        at=at,
        kind=kind,
        reason=reason,
        sha256=hashlib.sha256(data).digest(),
        record=keys.seal_to([held.recipient], data),
    )
    session.add(row)
    session.flush()
    return row


def walk(records: Sequence[Record], *, length: int | None = None) -> Walked:
    """Walk a chain from its beginning, and name the first record that was altered, left out, or put elsewhere.

    Args:
        length: how many records there are, as the journal says; without it, a cut at the end cannot be seen.
    """
    before = START
    for number, one in enumerate(records, 1):
        if because := _wrong(one, number, before):
            return Walked(number - 1, number, because)
        before = one.sha256
    if length is not None and length != len(records):
        because = "records at the end are missing" if length > len(records) else "the journal knows nothing of it"
        return Walked(min(length, len(records)), min(length, len(records)) + 1, because)
    return Walked(len(records), None, None)


def _wrong(one: Record, number: int, before: str) -> str | None:
    if one.number != number:
        return "this record is missing"
    if hashlib.sha256(one.record).hexdigest() != one.sha256:
        return "this record was altered"
    try:
        fields = json.loads(one.record)
    except ValueError:
        return "this record was altered"
    if not isinstance(fields, dict) or fields.get("number") != number:
        return "this record stands in another's place"
    return None if fields.get("previous") == before else "what it says of the record before is not so"
