"""What is known of a whole host: when it may be asked again, and since when it has had no name."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from casebook.settings import Cadence
from casebook.tables import Check, Site
from casebook.vocabulary import AddressId, Verdict

RULE = "pehra.dead-host"
PARKED_RULE = "pehra.parked-host"
PARKED = frozenset({"generic.parked", "generic.for-sale", "generic.seized", PARKED_RULE})  # in a whole site's place
SLOWED_AFTER = 3
SILENT = frozenset({Verdict.UNREACHABLE, Verdict.BLOCKED})


class Name(Enum):
    """What became of a host's name at one look.

    FOUND: it resolved, or was not what the look failed at. UNKNOWN: it did not resolve, and nobody says that it does
    not exist. GONE: both resolvers say so.
    """

    FOUND = auto()
    UNKNOWN = auto()
    GONE = auto()


@dataclass(frozen=True)
class Answer:
    """What one look says of its host."""

    address: AddressId
    site: bytes
    at: datetime
    fails: bool
    retry_after: datetime | None
    name: Name


def note(session: Session, answers: Sequence[Answer], cadence: Cadence) -> dict[AddressId, datetime]:
    """Note how hosts answered; give for each look since when its host has had no name, where it has none.

    A host that fails or asks for patience is slowed as a whole, and forgotten when it answers again.
    """
    by_site: dict[bytes, list[Answer]] = defaultdict(list)
    for one in sorted(answers, key=lambda one: one.at):
        by_site[one.site].append(one)
    known = {site.digest: site for site in session.scalars(select(Site).where(Site.digest.in_(by_site)))}
    nameless: dict[AddressId, datetime] = {}
    for digest, looks in by_site.items():
        if digest not in known and not any(one.fails or one.retry_after for one in looks):
            continue
        site = known.get(digest) or Site(digest=digest, failures=0)
        session.add(site)
        for one in looks:
            site.first_dns_failure_at = _nameless_since(site.first_dns_failure_at, one)
            if site.first_dns_failure_at is not None:
                nameless[one.address] = site.first_dns_failure_at
        _slow(site, looks, cadence)
    return nameless


def _nameless_since(known: datetime | None, look: Answer) -> datetime | None:
    """Begin with a look at which both resolvers deny the name, end with any answer; silence does neither."""
    if look.name is Name.FOUND:
        return None
    return known or (look.at if look.name is Name.GONE else None)


def parked_since(session: Session, addresses: Collection[AddressId]) -> dict[AddressId, datetime]:
    """Give for each address the first of an unbroken run of looks that found its whole site parked, sold or seized.

    Any other answer ends a run; looks at which nothing answered, or which were turned away, do neither.
    """
    other = aliased(Check)
    answered = (
        exists()
        .where(other.address_id == Check.address_id, other.id > Check.id)
        .where(other.rule.not_in(PARKED), other.verdict.not_in(SILENT))
    )
    query = (
        select(Check.address_id, func.min(Check.at))
        .where(Check.address_id.in_(addresses), Check.rule.in_(PARKED), ~answered)
        .group_by(Check.address_id)
    )
    return {AddressId(address): at for address, at in session.execute(query)}


def _slow(site: Site, looks: Sequence[Answer], cadence: Cadence) -> None:
    failing = all(one.fails for one in looks)
    waits = [one.retry_after for one in looks if one.retry_after is not None]
    site.failures = (site.failures or 0) + len(looks) if failing else 0
    if site.failures >= SLOWED_AFTER:
        wait = min(cadence.failing_s * 2.0 ** min(site.failures - SLOWED_AFTER, 30), cadence.failing_max_s)
        waits.append(max(one.at for one in looks) + timedelta(seconds=wait))
    site.not_before = max(waits, default=None)
