"""What sweeps of a case met before: known again by address or by bytes, and matched with pictures added later."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook import journal, sweeping
from casebook.access import Actor, Right, admit, agrees, require
from casebook.store import Casebook
from casebook.tables import Address, Case, SeenMedia
from casebook.vault import Vault
from casebook.vocabulary import Act, MediaKind


@dataclass(frozen=True)
class Media:
    """A picture or film as it was met: validators and SHA-256 of its bytes, its print (`Print.slim()`), its PDQ.

    `features` is the print with local features, kept only where the case agrees to deep matching.

    `pdq` (32 bytes) is of the whole picture upright; None where it could not be read or is too plain. Where the server
    says "not modified", `sha256`, `print` and `pdq` are None, and what is known stays.
    """

    address: str
    kind: MediaKind
    sha256: bytes | None = None
    etag: str | None = None
    last_modified: str | None = None
    print: bytes | None = None
    pdq: bytes | None = None
    features: bytes | None = None


@dataclass(frozen=True)
class Known:
    """What is known of one address, or of the same bytes at another; `print` is None where there was none to make."""

    kind: MediaKind
    etag: str | None
    last_modified: str | None
    sha256: bytes | None
    print: bytes | None
    last_seen_at: datetime


@dataclass(frozen=True)
class Met:
    """A picture or film that was met before, for the bank; `seen` is its number, `print` has features where kept."""

    seen: int
    kind: MediaKind
    print: bytes


def known(book: Casebook, case: int, media: Collection[str], *, actor: Actor) -> dict[str, Known]:
    """Give what is known of these addresses."""
    require(actor, Right.RECORD_CHECKS)
    digests = {book.vault.digest("media", one): one for one in media}
    query = select(SeenMedia).where(SeenMedia.case_id == case, SeenMedia.media_digest.in_(digests))
    with book.reading() as session:
        return {digests[row.media_digest]: _known(book.vault, row) for row in session.scalars(query)}


def known_bytes(book: Casebook, case: int, sums: Collection[bytes], *, actor: Actor) -> dict[bytes, Known]:
    """Give what is known of these bytes (SHA-256), wherever they were met."""
    require(actor, Right.RECORD_CHECKS)
    digests = {book.vault.digest("bytes", one.hex()): one for one in sums}
    query = select(SeenMedia).where(SeenMedia.case_id == case, SeenMedia.bytes_digest.in_(digests))
    with book.reading() as session:
        rows = session.scalars(query.order_by(SeenMedia.id)).all()
        return {digests[row.bytes_digest]: _known(book.vault, row) for row in rows if row.bytes_digest is not None}


def _known(vault: Vault, row: SeenMedia) -> Known:
    what = what_of(vault, row)
    return Known(row.kind, what["etag"], what["last_modified"], what["sha256"], _print(vault, row), row.last_seen_at)


def what_of(vault: Vault, row: SeenMedia) -> dict[str, Any]:
    """Open a row's validators, and the SHA-256 and PDQ as bytes."""
    what: dict[str, Any] = json.loads(vault.unseal("seen_media.what", row.what))
    sums = {name: None if what[name] is None else bytes.fromhex(what[name]) for name in ("sha256", "pdq")}
    return what | sums


def _print(vault: Vault, row: SeenMedia) -> bytes | None:
    return None if row.print is None else vault.unseal_bytes("seen_media.print", row.print)


def barred(book: Casebook, addresses: Collection[str], *, actor: Actor) -> set[str]:
    """Give those of these (canonical) addresses that hold somebody's child, for whichever case: never fetch them."""
    require(actor, Right.RECORD_CHECKS)
    digests = {book.vault.digest("url", one): one for one in addresses}
    query = select(Address.url_digest).where(Address.url_digest.in_(digests), Address.minor)
    with book.reading() as session:
        return {digests[one] for one in session.scalars(query)}


def matching(book: Casebook, ref: str, *, actor: Actor, at: datetime, at_once: int = 500) -> Iterator[list[Met]]:
    """Give all that sweeps of a case met and have fingerprints of, some at a time, to hold a new picture against."""
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        sweeping.require_swept(session, case, Act.HASH)
        journal.append(session, book.vault, actor, "seen.match", case.ref, at)
    last = 0
    while True:
        query = select(SeenMedia).where(SeenMedia.case_id == case.id, SeenMedia.print.is_not(None), SeenMedia.id > last)
        with book.reading() as session:
            rows = session.scalars(query.order_by(SeenMedia.id).limit(at_once)).all()
        if not rows:
            return
        last = rows[-1].id
        yield [Met(row.id, row.kind, _deepest(book.vault, row)) for row in rows]


def _deepest(vault: Vault, row: SeenMedia) -> bytes:
    if row.features is not None:
        return vault.unseal_bytes("seen_media.features", row.features)
    return _print(vault, row) or b""


def put(
    session: Session, book: Casebook, case: Case, source: int, met: Sequence[tuple[str, Media]], at: datetime
) -> None:
    """Keep what was met, each with its page, inside the caller's transaction."""
    deep = agrees(session, case, Act.DEEP_MATCH)
    vault = book.vault
    digests = {vault.digest("media", media.address): (page, media) for page, media in met}
    query = select(SeenMedia).where(SeenMedia.case_id == case.id, SeenMedia.media_digest.in_(digests))
    rows = {row.media_digest: row for row in session.scalars(query)}
    for digest, (page, media) in digests.items():
        row = rows.get(digest)
        if row is None:
            row = SeenMedia(case_id=case.id, source_id=source, kind=media.kind, media_digest=digest, first_seen_at=at)
            row.page = vault.seal("seen_media.page", page)
            row.media = vault.seal("seen_media.media", media.address)
            row.what = _what(vault, Media(media.address, media.kind))
            session.add(row)
        row.last_seen_at = at
        if media.sha256 is not None:
            row.what, row.bytes_digest = _what(vault, media), vault.digest("bytes", media.sha256.hex())
            row.print = None if media.print is None else vault.seal_bytes("seen_media.print", media.print)
            kept = media.features if deep else None
            row.features = None if kept is None else vault.seal_bytes("seen_media.features", kept)
    session.flush()


def _what(vault: Vault, media: Media) -> bytes:
    sums = {"sha256": media.sha256, "pdq": media.pdq}
    what = {name: None if one is None else one.hex() for name, one in sums.items()}
    kept = {"etag": media.etag, "last_modified": media.last_modified, **what}
    return vault.seal("seen_media.what", json.dumps(kept))
