"""Law 6: what may be taken of an address that holds somebody's child, decided here, and the hand-over by address."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from casebook import journal, referrals
from casebook.access import Actor, Right, admit, require
from casebook.errors import Refused
from casebook.links import LinkView
from casebook.settings import Crawler
from casebook.store import Casebook
from casebook.tables import Address, WatchedLink
from casebook.visits import Visit
from casebook.vocabulary import Category


@dataclass(frozen=True)
class Allowance:
    """What one visit may take.

    `body_bytes` of a page; a body whose kind the server does not name, which may be a picture; with a browser what the
    page loads; pictures, into memory, to know them again; what came, into a capture; and a picture of the page in one.
    """

    body_bytes: int
    unnamed: bool
    browser: bool
    pictures: bool
    capture: bool = False
    screenshot: bool = False


def allowance(visit: Visit, limits: Crawler) -> Allowance:
    """Say what a visit may take: of a minor's link only what tells that it is up, and nothing that a page loads."""
    if visit.minor:
        return Allowance(limits.minor_body_bytes, unnamed=False, browser=False, pictures=False)
    wish = visit.wish
    return Allowance(
        limits.body_bytes,
        unnamed=True,
        browser=True,
        pictures=visit.pictured,
        capture=wish is not None and not wish.minor,
        screenshot=wish is not None and wish.screenshot and not wish.minor,
    )


def holds_a_child(link: LinkView) -> bool:
    """Say whether a link goes the way of a child's: marked as one, or reported as what is done to children."""
    return link.minor or link.category is Category.CSE


@dataclass(frozen=True)
class HandOver:
    """Addresses for a body that takes reports of children's pictures, and the referral that notes it."""

    addresses: list[str]
    referral: int


def hand_over(book: Casebook, ref: str, to: str, on: date, *, actor: Actor, at: datetime) -> HandOver:
    """Give the addresses of the case's links that hold a child, and nothing else of it; noted as a referral.

    Raises:
        Refused: no link of the case is marked as a minor's.
    """
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        query = select(WatchedLink.id, Address.url).join(Address, Address.id == WatchedLink.address_id)
        query = query.where(WatchedLink.case_id == case.id, WatchedLink.minor, WatchedLink.retired_at.is_(None))
        rows = session.execute(query.order_by(WatchedLink.id)).all()
        if not rows:
            raise Refused(f"no link of {case.ref} is marked as a minor's; mark one with: pehra link minor LINK")
        links = [row.id for row in rows]
        referral = referrals.put(session, case.id, to, on, actor=actor, at=at, links=links)
        journal.append(session, book.vault, actor, f"link.handover {len(links)}", f"{case.ref}/{referral}", at)
        return HandOver([book.vault.unseal("address.url", row.url) for row in rows], referral)
