"""Numbers that platforms gave: kept under the monitor's key, found by a keyed digest, whoever spells them how."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook.clocks import portions
from casebook.errors import Refused
from casebook.tables import Ticket
from casebook.vault import Vault

COLUMN = "ticket.number"
LONGEST = 200


def spelt(number: str) -> str:
    """Give a number as it is compared: capitals, blanks and a leading # do not count."""
    plain = "".join(unicodedata.normalize("NFKC", number).split())
    return plain.lstrip("#").casefold()


def digest(vault: Vault, number: str) -> bytes:
    """Give what a number is looked up by."""
    return vault.digest("ticket", spelt(number))


def put(session: Session, vault: Vault, report: int, number: str, given_at: datetime) -> None:
    """Note a number for a report inside the caller's transaction; the same one again is noted once.

    Raises:
        Refused: it is empty or far too long.
    """
    if not spelt(number) or len(number) > LONGEST:
        raise Refused(f"a ticket is a number or word of at most {LONGEST} characters, as the platform gave it")
    key = digest(vault, number)
    same = select(Ticket.id).where(Ticket.report_id == report, Ticket.number_digest == key)
    if session.scalar(same) is None:
        sealed = vault.seal(COLUMN, number.strip())
        session.add(Ticket(report_id=report, number=sealed, number_digest=key, given_at=given_at))
        session.flush()


def of_reports(session: Session, vault: Vault, reports: Sequence[int]) -> dict[int, list[str]]:
    """Give the numbers of reports, oldest first."""
    found: dict[int, list[str]] = {one: [] for one in reports}
    for some in portions(reports):
        for row in session.scalars(select(Ticket).where(Ticket.report_id.in_(some)).order_by(Ticket.id)):
            found[row.report_id].append(vault.unseal(COLUMN, row.number))
    return found


def reports_of(session: Session, vault: Vault, number: str) -> list[int]:
    """Give the reports that carry a number: none, one, or several that a platform put under one."""
    query = select(Ticket.report_id).where(Ticket.number_digest == digest(vault, number))
    return list(session.scalars(query.order_by(Ticket.report_id)))
