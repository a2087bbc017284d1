"""What hosts answer for addresses that cannot exist: learned at most once a day, and kept while an address there is."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from casebook.access import Actor, Right, require
from casebook.store import Casebook
from casebook.tables import Address, MissingPage


@dataclass(frozen=True)
class Learned:
    """What is on record of one host, directory and shape; `what` is the crawler's own."""

    what: dict[str, Any]
    learned_at: datetime


def recall(book: Casebook, shape: str, *, actor: Actor) -> Learned | None:
    """Give what is on record; None where nothing is."""
    require(actor, Right.RECORD_CHECKS)
    with book.reading() as session:
        row = session.scalar(select(MissingPage).where(MissingPage.shape_digest == book.vault.digest("shape", shape)))
        if row is None:
            return None
        return Learned(json.loads(book.vault.unseal("missing_page.what", row.what)), row.learned_at)


def keep(book: Casebook, site: bytes, shape: str, learned: Learned, *, actor: Actor) -> None:
    """Put it on record, in place of what was there.

    Args:
        site: the digest of the host, as its addresses have it: when the last of them is erased, this goes too.
    """
    require(actor, Right.RECORD_CHECKS)
    digest = book.vault.digest("shape", shape)
    with book.writing() as session:
        row = session.scalar(select(MissingPage).where(MissingPage.shape_digest == digest).with_for_update())
        if row is None:
            sealed = book.vault.seal("missing_page.shape", shape)
            row = MissingPage(site_digest=site, shape=sealed, shape_digest=digest)
            session.add(row)
        row.what = book.vault.seal("missing_page.what", json.dumps(learned.what))
        row.learned_at = learned.learned_at


def forget(session: Session) -> None:
    """Drop what is known of hosts of which no address is left."""
    gone = ~exists().where(Address.site_digest == MissingPage.site_digest)
    session.execute(delete(MissingPage).where(gone))
