"""The rows of a capture: its sealed files, and their keys, sealed to each case that may open them."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook import keys
from casebook.store import Casebook
from casebook.strongroom import SealedPart
from casebook.tables import Capture, CaptureKey, CapturePart, CaseKey

SHA256 = "capture_part.sha256"


def put(
    session: Session,
    book: Casebook,
    parts: Sequence[SealedPart],
    *,
    started_at: datetime,
    ended_at: datetime,
    address: int | None = None,
    refers_to: int | None = None,
    body: dict[str, Any] | None = None,
) -> Capture:
    """Put a capture and its parts on record inside the caller's transaction; nobody can open them yet."""
    sealed = None if body is None else book.vault.seal("capture.body", json.dumps(body, ensure_ascii=False))
    row = Capture(address_id=address, started_at=started_at, ended_at=ended_at, body=sealed, refers_to=refers_to)
    session.add(row)
    session.flush()
    for one in parts:
        session.add(
            CapturePart(
                capture_id=row.id,
                name=one.name,
                media_type=one.media_type,
                size=one.bytes,
                sha256=book.vault.seal(SHA256, one.sha256),
                file=one.file,
                recipient=one.recipient,
            )
        )
    session.flush()
    return row


def give(session: Session, capture: Capture, parts: Sequence[SealedPart], case: int) -> None:
    """Seal the keys of parts to a case inside the caller's transaction, which holds the case's key."""
    recipient = session.get_one(CaseKey, case).recipient
    rows = {
        row.file: row.id for row in session.scalars(select(CapturePart).where(CapturePart.capture_id == capture.id))
    }
    for one in parts:
        key = keys.seal_to([recipient], one.secret.encode())
        session.add(CaptureKey(part_id=rows[one.file], case_id=case, key=key))
    session.flush()


def listed(parts: Sequence[SealedPart]) -> list[dict[str, Any]]:
    """Describe parts as a record does."""
    return [
        {"name": one.name, "type": one.media_type, "bytes": one.bytes, "sha256": one.sha256, "refers_to": None}
        for one in parts
    ]
