"""Watched links: adding, listing, showing, retiring."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from casebook import journal, lapsing, states, watching
from casebook.access import Actor, Right, Role, admit, agreed, reach, require, require_consent
from casebook.errors import NotFound, Refused
from casebook.store import Casebook
from casebook.tables import Address, Case, Check, Event, WatchedLink
from casebook.vocabulary import Act, Category, EventKind, LinkId, State, Verdict

ADDED_AT_ONCE = 1000


@dataclass(frozen=True)
class Found:
    """An address that was recognised: what is kept, where to look, and which queue it stands in."""

    url: str
    visit: str | None
    site: str
    platform: str | None


@dataclass(frozen=True)
class LinkView:
    """A watched link as a screen may show it to who may open its case."""

    link: int
    case: str
    url: str
    host: str
    platform: str | None
    category: Category
    state: State
    since: datetime
    verdict: Verdict | None
    rule: str | None
    because: str | None
    last_checked_at: datetime | None
    next_check_at: datetime | None
    last_seen_live_at: datetime | None
    first_seen_gone_at: datetime | None
    times_resurfaced: int
    flapping_at: datetime | None
    retired_at: datetime | None
    minor: bool


@dataclass(frozen=True)
class Added:
    """What adding did: new links, and those the case watched already."""

    added: list[LinkView]
    already: list[LinkView]


def add(
    book: Casebook,
    ref: str,
    found: Sequence[Found],
    *,
    actor: Actor,
    at: datetime,
    category: Category = Category.NCII,
    reported_at: datetime | None = None,
    minor: bool = False,
) -> Added:
    """Watch addresses for a case, in one transaction; call with at most `ADDED_AT_ONCE` at a time.

    A retired link of the same case is watched again, with what was known of it. `minor` says that these links hold
    somebody's child, whoever the case is about.
    """
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        done = watch(
            session, book, case, found, actor=actor, at=at, category=category, reported_at=reported_at, minor=minor
        )
        old: list[int] = [number for number in done.numbers if number not in set(done.new)]
        return Added(_views(session, book, done.new), _views(session, book, old))


class Watched(NamedTuple):
    """Links by their numbers: every one, in the order of their addresses, and those that are new or watched again."""

    numbers: list[LinkId]
    new: list[int]


def watch(
    session: Session,
    book: Casebook,
    case: Case,
    found: Sequence[Found],
    *,
    actor: Actor,
    at: datetime,
    category: Category,
    reported_at: datetime | None,
    minor: bool,
) -> Watched:
    """Watch addresses for a case inside the caller's transaction.

    Raises:
        Refused: the case is closed, or nobody agreed to watching.
    """
    if case.closed_at is not None:
        raise Refused(f"{case.ref} is closed: open a new case for these links")
    require_consent(session, case, Act.WATCH)
    minor = minor or case.minor
    addresses = _addresses(session, book, found, actor, at, minor=minor)
    known = _links_of(session, case.id, list(addresses.values()))
    fresh = {
        one: _new_link(case.id, one, category, at, reported_at, minor=minor)
        for one in addresses.values()
        if one not in known
    }
    session.add_all(fresh.values())
    again = [link for link in known.values() if link.retired_at is not None]
    for link in again:
        link.retired_at = None
    for link in known.values():
        link.minor = link.minor or minor
    session.flush()
    journal.append(session, book.vault, actor, f"link.add {len(fresh) + len(again)}", case.ref, at)
    everyone = known | fresh
    numbers = [LinkId(everyone[one].id) for one in addresses.values()]
    return Watched(numbers, [link.id for link in fresh.values()] + [link.id for link in again])


def _addresses(
    session: Session, book: Casebook, found: Sequence[Found], actor: Actor, at: datetime, *, minor: bool
) -> dict[bytes, int]:
    """Give every address its row, and a place at the queue's front; what is a minor's for one case is for all."""
    wanted = {book.vault.digest("url", one.url): one for one in found}
    rows = {row.url_digest: row for row in session.scalars(select(Address).where(Address.url_digest.in_(wanted)))}
    for digest, one in wanted.items():
        row = rows.get(digest)
        if row is None:
            rows[digest] = row = _new_address(book, digest, one)
            session.add(row)
        if minor and not row.minor:
            _keep_less(session, book, row, actor, at)
        if row.lease is None:
            row.due_at = at
    session.flush()
    return {digest: rows[digest].id for digest in wanted}


def _new_address(book: Casebook, digest: bytes, one: Found) -> Address:
    seal = book.vault.seal
    return Address(
        url=seal("address.url", one.url),
        url_digest=digest,
        visit=None if one.visit in (None, one.url) else seal("address.visit", one.visit or ""),
        site_digest=book.vault.digest("site", one.site),
        platform=one.platform,
        minor=False,
        failures=0,
    )


def _links_of(session: Session, case: int, addresses: list[int]) -> dict[int, WatchedLink]:
    query = select(WatchedLink).where(WatchedLink.case_id == case, WatchedLink.address_id.in_(addresses))
    return {link.address_id: link for link in session.scalars(query)}


def _new_link(
    case: int, address: int, category: Category, at: datetime, reported_at: datetime | None, *, minor: bool
) -> WatchedLink:
    return WatchedLink(
        case_id=case,
        address_id=address,
        category=category,
        added_at=at,
        reported_at=reported_at,
        minor=minor,
        **asdict(states.begin(at)),
    )


def list_links(
    book: Casebook,
    *,
    actor: Actor,
    at: datetime,
    case: str | None = None,
    state: State | None = None,
    retired: bool = False,
) -> list[LinkView]:
    """List watched links of open cases, or of one case whether open or not."""
    require(actor, Right.READ_CASES)
    query = _joined().order_by(WatchedLink.id)
    if not retired:
        query = query.where(WatchedLink.retired_at.is_(None))
    if state is not None:
        query = query.where(WatchedLink.state == state)
    with book.writing() as session:
        ref = "all" if case is None else admit(session, actor, case, at).ref
        query = query.where(Case.closed_at.is_(None)) if case is None else query.where(Case.ref == ref)
        query = query.where(Case.id.in_(reach(actor, at)))
        journal.append(session, book.vault, actor, "link.list", ref, at)
        return [_view(book, row) for row in session.execute(query)]


def show(book: Casebook, link: LinkId, *, actor: Actor, at: datetime, checks: int = 100) -> dict[str, Any]:
    """Give one link with its checks, newest first, and every takedown with both its ends."""
    require(actor, Right.READ_CASES)
    with book.writing() as session:
        row = admitted(session, actor, link, at)
        journal.append(session, book.vault, actor, "link.show", f"{row.Case.ref}/{link}", at)
        return {
            **asdict(_view(book, row)),
            "takedowns": _takedowns(session, link),
            "checks": _checks(session, book, row.WatchedLink, checks),
        }


def _checks(session: Session, book: Casebook, link: WatchedLink, most: int) -> list[dict[str, Any]]:
    query = (
        select(Check)
        .where(Check.address_id == link.address_id, Check.at >= link.added_at)
        .order_by(Check.at.desc(), Check.id.desc())
        .limit(most)
    )
    return [
        {
            "at": check.at,
            "verdict": check.verdict,
            "rule": check.rule,
            "because": book.vault.unseal("check.because", check.because),
            "status": check.status,
            "rendered": check.rendered,
            "took_ms": check.took_ms,
            "vantage": check.vantage,
        }
        for check in session.scalars(query)
    ]


def _takedowns(session: Session, link: int) -> list[dict[str, Any]]:
    kinds = (EventKind.TAKEN_DOWN, EventKind.RESURFACED)
    query = select(Event).where(Event.link_id == link, Event.kind.in_(kinds)).order_by(Event.id)
    found: list[dict[str, Any]] = []
    for event in session.scalars(query):
        if event.kind is EventKind.TAKEN_DOWN:
            ends = {"last_seen_live_at": event.last_seen_live_at, "first_seen_gone_at": event.first_seen_gone_at}
            found.append({**ends, "confirmed_at": event.at, "resurfaced_at": None})
        elif found:
            found[-1]["resurfaced_at"] = event.at
    return found


def retire(book: Casebook, link: LinkId, *, actor: Actor, at: datetime) -> LinkView:
    """Stop watching a link; what was learned stays."""
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        row = admitted(session, actor, link, at).WatchedLink
        row.retired_at = row.retired_at or at
        session.flush()
        watching.unwatch(session, [row.address_id])
        view = _views(session, book, [link])[0]
        journal.append(session, book.vault, actor, "link.retire", f"{view.case}/{link}", at)
        return view


def mark_minor(book: Casebook, link: LinkId, *, actor: Actor, at: datetime) -> LinkView:
    """Say that a link holds somebody's child: from now on nothing is fetched of it beyond what tells that it is up."""
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        row = admitted(session, actor, link, at)
        row.WatchedLink.minor = True
        was_leased = row.Address.lease is not None
        _keep_less(session, book, row.Address, actor, at)
        if was_leased:
            row.Address.due_at = at
        journal.append(session, book.vault, actor, "link.minor", f"{row.Case.ref}/{link}", at)
        session.flush()
        return _view(book, row)


def _keep_less(session: Session, book: Casebook, address: Address, actor: Actor, at: datetime) -> None:
    """Hold an address for a minor's from now on: what was captured of it goes.

    A visit on its way loses its lease, and what it brings is dropped.
    """
    if address.id is not None:
        session.refresh(address, with_for_update=True)
        lapsing.forget_address(session, book, address.id, actor=actor, at=at)
    address.minor = True
    address.lease = address.baseline = address.read_whole_at = None


def views(book: Casebook, addresses: Iterable[int], *, actor: Actor, at: datetime) -> list[LinkView]:
    """Give every watched link of these addresses that the actor may see."""
    require(actor, Right.READ_CASES)
    with book.reading() as session:
        query = _joined().where(
            WatchedLink.address_id.in_(list(addresses)),
            WatchedLink.retired_at.is_(None),
            Case.id.in_(reach(actor, at)),
        )
        return [_view(book, row) for row in session.execute(query.order_by(WatchedLink.id))]


def addresses_of(
    book: Casebook, links: Sequence[LinkId] | None, *, actor: Actor, at: datetime, due: bool = False
) -> list[int]:
    """Give the addresses of these links, or of every link the actor watches, or of those that are due.

    Raises:
        NotFound: one of the numbers is no watched link of theirs.
    """
    require(actor, Right.READ_CASES)
    query = (
        select(WatchedLink.id, WatchedLink.address_id)
        .join(Case, Case.id == WatchedLink.case_id)
        .where(WatchedLink.retired_at.is_(None), Case.closed_at.is_(None), Case.id.in_(reach(actor, at)))
        .where(agreed(Act.WATCH))
    )
    if links is not None:
        query = query.where(WatchedLink.id.in_(links))
    if due:
        query = query.join(Address, Address.id == WatchedLink.address_id).where(Address.due_at <= at)
    with book.reading() as session:
        rows = session.execute(query).all()
    missing = set(links or ()) - {row.id for row in rows}
    if missing:
        raise NotFound(f"no watched link {min(missing)}; try: pehra link list")
    return sorted({row.address_id for row in rows})


def counts(book: Casebook, *, actor: Actor, at: datetime) -> dict[str, int]:
    """Count watched links per state: an officer's own; of all cases for who counts."""
    query = (
        select(WatchedLink.state, func.count())
        .join(Case, Case.id == WatchedLink.case_id)
        .where(WatchedLink.retired_at.is_(None), Case.closed_at.is_(None))
        .group_by(WatchedLink.state)
    )
    if actor.role is Role.OFFICER:
        query = query.where(Case.id.in_(reach(actor, at)))
    else:
        require(actor, Right.COUNT)
    with book.reading() as session:
        found = {state.value: count for state, count in session.execute(query)}
    return {state.value: found.get(state.value, 0) for state in State}


def admitted(session: Session, actor: Actor, link: LinkId, at: datetime) -> Row[WatchedLink, Address, Case]:
    """Give a link to who may open its case; another's link and none at all are not told apart."""
    query = _joined().where(WatchedLink.id == link, Case.id.in_(reach(actor, at)))
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("no link of that number; try: pehra link list")
    return row


def _joined() -> Select[WatchedLink, Address, Case]:
    return (
        select(WatchedLink, Address, Case)
        .join(Address, Address.id == WatchedLink.address_id)
        .join(Case, Case.id == WatchedLink.case_id)
    )


def _views(session: Session, book: Casebook, ids: list[int]) -> list[LinkView]:
    query = _joined().where(WatchedLink.id.in_(ids)).order_by(WatchedLink.id)
    return [_view(book, row) for row in session.execute(query)]


def _view(book: Casebook, row: Row[WatchedLink, Address, Case]) -> LinkView:
    link, address, case = row
    url = book.vault.unseal("address.url", address.url)
    return LinkView(
        link=link.id,
        case=case.ref,
        url=url,
        host=urlsplit(url).hostname or "",
        platform=address.platform,
        category=link.category,
        state=link.state,
        since=link.since,
        verdict=link.verdict,
        rule=link.rule,
        because=None if link.because is None else book.vault.unseal("link.because", link.because),
        last_checked_at=_since_added(address.last_checked_at, link),
        next_check_at=address.due_at,
        last_seen_live_at=link.last_seen_live_at,
        first_seen_gone_at=link.first_seen_gone_at or link.gone_since,
        times_resurfaced=link.times_resurfaced,
        flapping_at=link.flapping_at,
        retired_at=link.retired_at,
        minor=link.minor,
    )


def _since_added(at: datetime | None, link: WatchedLink) -> datetime | None:
    """Hide what was seen before this case watched: it would tell that another case watches the same address."""
    return None if at is None or at < link.added_at else at
