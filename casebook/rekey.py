"""A new monitor's key: everything under the old one is sealed and looked up anew, in one transaction."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, bindparam, delete, select, update
from sqlalchemy.orm import Session

from casebook import dispatches, journal, letters, tickets
from casebook.access import Actor, Right, require
from casebook.replies import message_digest
from casebook.reports import MESSAGE_ID
from casebook.store import Casebook
from casebook.tables import (
    Base,
    Book,
    Dispatch,
    Image,
    Letter,
    MissingPage,
    Officer,
    OfficerKey,
    Report,
    Sealed,
    Site,
    Source,
    Ticket,
    WatchedName,
)
from casebook.vault import Vault
from platforms.address import site_of

ROWS_AT_ONCE = 2000
NAMES = {"watched_link.because": "link.because"}  # what values were sealed as, where it is not the column's name


def rotate(book: Casebook, new: Vault, *, actor: Actor, at: datetime) -> None:
    """Seal the whole book under another monitor's key.

    The monitor must not run. A command that still holds the old key afterwards is refused by the store.
    """
    require(actor, Right.KEEP_OFFICERS)
    old = book.vault
    with book.writing() as session:
        journal.append(session, old, actor, "key.rotate", "home", at)
        session.flush()
        _look_up_anew(session, old, new)
        for table in Base.metadata.sorted_tables:
            _seal_anew(session, table, old, new)
        _unprotected_officers(session, old, new)
        session.scalars(select(Book)).one().key_check = new.digest("key", "check")


def _seal_anew(session: Session, table: Table, old: Vault, new: Vault) -> None:
    sealed = [column for column in table.columns if isinstance(column.type, Sealed)]
    names = {column.name: NAMES.get(str(column), str(column)) for column in sealed}
    if sealed:
        for rows in _batches(session, table, sealed):
            _write(session, table, [_turned(row, names, old, new) for row in rows])


def _turned(row: Mapping[str, Any], names: dict[str, str], old: Vault, new: Vault) -> dict[str, Any]:
    values = {
        column: None if row[column] is None else new.seal_bytes(name, old.unseal_bytes(name, row[column]))
        for column, name in names.items()
    }
    return {"id": row["id"], **values}


def _look_up_anew(session: Session, old: Vault, new: Vault) -> None:
    """Make every digest from what it stands for; hosts that stand for no address are forgotten."""
    table = Base.metadata.tables["address"]
    columns = [table.c.url, table.c.visit, table.c.site_digest]
    sites: dict[bytes, bytes] = {}
    for rows in _batches(session, table, columns):
        written = []
        for row in rows:
            url = old.unseal("address.url", row["url"])
            visit = url if row["visit"] is None else old.unseal("address.visit", row["visit"])
            sites[row["site_digest"]] = site = new.digest("site", site_of(visit))
            written.append({"id": row["id"], "url_digest": new.digest("url", url), "site_digest": site})
        _write(session, table, written)
    session.execute(delete(Site).where(Site.digest.not_in(sites)))
    for site in session.scalars(select(Site.digest)).all():
        session.execute(update(Site).where(Site.digest == site).values(digest=sites[site]))
    session.execute(delete(MissingPage).where(MissingPage.site_digest.not_in(sites)))
    for page in session.scalars(select(MissingPage)):
        page.site_digest = sites[page.site_digest]
        page.shape_digest = new.digest("shape", old.unseal("missing_page.shape", page.shape))
    for ticket in session.scalars(select(Ticket)):
        ticket.number_digest = tickets.digest(new, old.unseal(tickets.COLUMN, ticket.number))
    for report in session.scalars(select(Report).where(Report.message_id.is_not(None))):
        report.message_digest = message_digest(new, old.unseal(MESSAGE_ID, report.message_id or b""))
    for one in session.scalars(select(Dispatch)):
        one.message_digest = message_digest(new, old.unseal(dispatches.MESSAGE_ID, one.message_id))
    for letter in session.execute(select(Letter.id, Letter.mark)).all():
        digest = new.digest("letter", old.unseal(letters.MARK, letter.mark))
        session.execute(update(Letter).where(Letter.id == letter.id).values(mark_digest=digest))
    for officer in session.scalars(select(Officer)):
        officer.name_digest = new.digest("officer", old.unseal("officer.name", officer.name))
    _look_up_sweeps_anew(session, old, new)
    session.flush()


def _look_up_sweeps_anew(session: Session, old: Vault, new: Vault) -> None:
    """Make the digests by which pictures, names, sources and what was seen are found again."""
    for image in session.scalars(select(Image)):
        image.print_digest = new.digest("image", old.unseal_bytes("image.print", image.print).hex())
    for name in session.scalars(select(WatchedName)):
        name.words_digest = new.digest("name", old.unseal("watched_name.words", name.words).casefold())
    for source in session.scalars(select(Source)):
        source.url_digest = new.digest("source", old.unseal("source.url", source.url))
    table = Base.metadata.tables["seen_media"]
    for rows in _batches(session, table, [table.c.media, table.c.what]):
        _write(session, table, [_seen_anew(row, old, new) for row in rows])


def _seen_anew(row: Mapping[str, Any], old: Vault, new: Vault) -> dict[str, Any]:
    content = json.loads(old.unseal("seen_media.what", row["what"]))["sha256"]
    return {
        "id": row["id"],
        "media_digest": new.digest("media", old.unseal("seen_media.media", row["media"])),
        "bytes_digest": None if content is None else new.digest("bytes", content),
    }


def _unprotected_officers(session: Session, old: Vault, new: Vault) -> None:
    """Turn the keys of officers who have no passphrase; the others are none of the monitor's."""
    for key in session.scalars(select(OfficerKey).where(OfficerKey.protected.is_(False))):
        key.identity = new.seal("officer_key.identity", old.unseal("officer_key.identity", key.identity))
    session.flush()


def _batches(session: Session, table: Table, columns: Sequence[Column[Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """Give some rows at a time, so that a million of them fit."""
    last = 0
    while True:
        query = select(table.c.id, *columns).where(table.c.id > last).order_by(table.c.id).limit(ROWS_AT_ONCE)
        rows = [row._mapping for row in session.execute(query)]  # noqa: SLF001  # SQLAlchemy's public name
        if not rows:
            return
        last = rows[-1]["id"]
        yield [dict(row) for row in rows]


def _write(session: Session, table: Table, rows: list[dict[str, Any]]) -> None:
    columns = [name for name in rows[0] if name != "id"]
    statement = update(table).where(table.c.id == bindparam("at_id"))
    statement = statement.values({name: bindparam(f"to_{name}") for name in columns})
    values = [{"at_id": row["id"]} | {f"to_{name}": row[name] for name in columns} for row in rows]
    session.connection().execute(statement, values)
