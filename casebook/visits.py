"""The queue: what is due, who holds it, and the record of what was seen."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, exists, func, insert, select, update
from sqlalchemy.orm import Session

from casebook import clocks, controls, hosts, journal, notices, states, wishes
from casebook.access import Actor, Right, Role, agreed, reach, require
from casebook.cadence import Watching, next_check
from casebook.hosts import Name
from casebook.settings import Cadence
from casebook.store import Casebook
from casebook.tables import Address, Case, Check, Event, Site, WatchedLink
from casebook.vocabulary import Act, AddressId, Category, EventKind, Verdict
from casebook.wishes import Wish

PICTURED = frozenset({Category.NCII, Category.COPYRIGHT})  # what is wrong there is the picture, not the page around it


def _shows(categories: Collection[Category]) -> ColumnElement[bool]:
    """Whether a watched link of such a category has the address, whose case agreed to pictures being recognised."""
    query = (
        select(WatchedLink.id)
        .join(Case, Case.id == WatchedLink.case_id)
        .where(WatchedLink.address_id == Address.id, WatchedLink.retired_at.is_(None), Case.closed_at.is_(None))
        .where(WatchedLink.category.in_(sorted(categories)))
    )
    return (query.where(agreed(Act.HASH)) if categories is PICTURED else query).correlate(Address).exists()


VISITED = (
    Address.id, Address.url, Address.visit, Address.site_digest, Address.platform, Address.minor, Address.baseline,
    Address.read_whole_at,
    exists()
    .where(WatchedLink.address_id == Address.id, WatchedLink.gone_since.is_not(None), WatchedLink.retired_at.is_(None))
    .label("confirming"),
    and_(_shows(PICTURED), ~_shows(set(Category) - PICTURED)).label("pictured"),
)  # fmt: skip
HELD = (
    Address.id, Address.site_digest, Address.platform, Address.failures, Address.baseline, Address.read_whole_at,
)  # fmt: skip
STANDING = tuple(one.name for one in fields(states.Standing))
TOLD = frozenset({EventKind.TAKEN_DOWN, EventKind.RESURFACED, EventKind.LOST, EventKind.FLAPPING})
HOST_FAILS = frozenset({Verdict.UNREACHABLE, Verdict.BLOCKED})
DEAD_AFTER = timedelta(days=7)
BROKEN_FAILURES_MAX = 3  # a view that is mended shows it in an hour, so the links need not wait for a day


Line = Row[
    *tuple[Any, ...]
]  # plain columns: the queue is moved by the hundred, where objects cost more than the writing


@dataclass(frozen=True)
class Baseline:
    """What was noted when a page was last seen live; `print` is the crawler's own, and is what the page is known by.

    `pictures` are those that the page was about, each with its address and fingerprint (see `crawler.pictured`).
    """

    etag: str | None = None
    last_modified: str | None = None
    print: dict[str, Any] | None = None
    pictures: list[dict[str, str]] | None = None


@dataclass(frozen=True)
class Visit:
    """One address to look at, leased; `confirming` where a link to it was found gone and waits for a second look.

    `pictured`: it was reported for its picture, which may go or stay apart from the page. `wish` is what cases want to
    keep of it, None where none agreed to captures.
    """

    address: AddressId
    url: str
    site: bytes
    platform: str | None
    minor: bool
    baseline: Baseline | None
    read_whole_at: datetime | None
    confirming: bool = False
    pictured: bool = False
    wish: Wish | None = None


@dataclass(frozen=True)
class Seen:
    """What one visit proved, ready for the record.

    `retry_after` is when the host asked us to come back. `confirms` says whether the look may end the wait for a
    takedown; one without a browser may not, where there is a browser. `vantage` is the exit that saw it, None our own.
    `name` is what became of the host's name.
    """

    address: AddressId
    at: datetime
    verdict: Verdict
    rule: str
    because: str
    status: int | None
    rendered: bool
    took_ms: int
    baseline: Baseline | None = None
    read_whole: bool = False
    retry_after: datetime | None = None
    confirms: bool = True
    vantage: str | None = None
    name: Name = Name.FOUND


def lease(
    book: Casebook, owner: str, *, actor: Actor, at: datetime, until: datetime, most: int, per_site: int, gap: timedelta
) -> list[Visit]:
    """Take the addresses longest due, at most `per_site` of one host; the rest of a host steps back in the queue.

    A lease is the due time moved to `until`: when its worker dies, the address is simply due again.
    """
    require(actor, Right.RECORD_CHECKS)
    with book.writing() as session:
        rows = next_due(session, at, most)
        taken, later = _share_out(rows, at, per_site, gap)
        _hold(session, taken, owner, until)
        _move(session, [{"row": row, "due_at": due, "lease": None} for row, due in later])
        return _visits(session, book, taken)


def next_due(session: Session, at: datetime, most: int) -> Sequence[Line]:
    """Choose the addresses longest due, each with its host's `not_before`; plain rows, for there are many."""
    query = (
        select(*VISITED, Site.not_before)
        .outerjoin(Site, Site.digest == Address.site_digest)
        .where(Address.due_at <= at)
        .order_by(Address.due_at)
        .limit(most)
    )
    return session.execute(query.with_for_update(skip_locked=True, of=Address)).all()


def _share_out(
    rows: Sequence[Line], at: datetime, per_site: int, gap: timedelta
) -> tuple[list[Line], list[tuple[int, datetime]]]:
    taken: list[Line] = []
    later: list[tuple[int, datetime]] = []
    met: dict[bytes, int] = defaultdict(int)
    for row in rows:
        place = met[row.site_digest]
        met[row.site_digest] += 1
        if row.not_before is not None and row.not_before > at:
            later.append((row.id, row.not_before + gap * place))
        elif place < per_site:
            taken.append(row)
        else:
            later.append((row.id, at + max(gap * place, timedelta(seconds=1))))
    return taken, later


def _hold(session: Session, rows: Sequence[Line], owner: str, until: datetime) -> None:
    if rows:
        taken = update(Address).where(Address.id.in_([row.id for row in rows]))
        session.connection().execute(taken.values(due_at=until, lease=owner))


def _move(session: Session, rows: list[dict[str, Any]]) -> None:
    """Set what each row names on the address of that number, `row`."""
    if rows:
        session.connection().execute(update(Address).where(Address.id == bindparam("row")), rows)


def _visits(session: Session, book: Casebook, rows: Sequence[Line]) -> list[Visit]:
    wanted = wishes.read(session, [row.id for row in rows])
    return [_visit(book, row, wanted.get(row.id)) for row in rows]


def _visit(book: Casebook, row: Line, wish: Wish | None) -> Visit:
    unseal = book.vault.unseal
    sealed = unseal("address.url", row.url) if row.visit is None else unseal("address.visit", row.visit)
    known = None if row.baseline is None else Baseline(**json.loads(unseal("address.baseline", row.baseline)))
    return Visit(
        AddressId(row.id), sealed, row.site_digest, row.platform, row.minor, known, row.read_whole_at, row.confirming,
        row.pictured, wish,
    )  # fmt: skip


def lease_these(
    book: Casebook, owner: str, addresses: Iterable[int], *, actor: Actor, at: datetime, until: datetime
) -> tuple[list[Visit], list[int]]:
    """Take given addresses now, due or not; those another worker holds are given back as ids."""
    require(actor, Right.RECORD_CHECKS)
    query = select(*VISITED, Address.lease, Address.due_at).where(Address.id.in_(list(addresses)))
    with book.writing() as session:
        rows = session.execute(query.with_for_update()).all()
        held = [row.id for row in rows if row.lease is not None and row.due_at is not None and row.due_at > at]
        free = [row for row in rows if row.id not in set(held)]
        _hold(session, free, owner, until)
        return _visits(session, book, free), held


def leased(book: Casebook, owner: str, *, actor: Actor) -> list[Visit]:
    """Give what an owner holds."""
    require(actor, Right.RECORD_CHECKS)
    with book.reading() as session:
        return _visits(session, book, session.execute(select(*VISITED).where(Address.lease == owner)).all())


def live_on(book: Casebook, site: bytes, *, actor: Actor, but: AddressId, most: int = 20) -> list[str]:
    """Give addresses of a host that were live when last seen, newest first; a minor's is visited for itself alone."""
    require(actor, Right.RECORD_CHECKS)
    watched = (
        exists()
        .where(WatchedLink.address_id == Address.id, WatchedLink.verdict == Verdict.LIVE)
        .where(WatchedLink.retired_at.is_(None), WatchedLink.case_id == Case.id, Case.closed_at.is_(None))
        .where(agreed(Act.WATCH))
    )
    query = (
        select(Address.url, Address.visit)
        .where(Address.site_digest == site, Address.id != but, Address.minor.is_(False), watched)
        .order_by(Address.last_checked_at.desc(), Address.id)
        .limit(most)
    )
    with book.reading() as session:
        rows = session.execute(query).all()
    unseal = book.vault.unseal
    return [unseal("address.url", url) if visit is None else unseal("address.visit", visit) for url, visit in rows]


def release(book: Casebook, owner: str, *, actor: Actor, at: datetime) -> int:
    """Give back what an owner holds (every owner whose name begins so); due at once."""
    require(actor, Right.RECORD_CHECKS)
    with book.writing() as session:
        done = session.execute(
            update(Address)
            .where(Address.lease.startswith(owner, autoescape=True))
            .values(lease=None, due_at=at)
            .returning(Address.id)
            .execution_options(synchronize_session=False)
        )
        return len(done.all())


def record(
    book: Casebook,
    owner: str,
    seen: Sequence[Seen],
    *,
    actor: Actor,
    cadence: Cadence,
    chance: Callable[[], float],
    dead_after: timedelta = DEAD_AFTER,
) -> int:
    """Write checks, state changes, events and next due times in one transaction; give how many were ours to write.

    A visit whose lease has passed to another is dropped: that other visit is the one that counts. A host that has had
    no name for `dead_after`, as every look and two resolvers say, is gone; and so is one that was parked, for sale or
    seized at every look for as long.
    """
    require(actor, Right.RECORD_CHECKS)
    with book.writing() as session:
        rows = _held(session, owner, [one.address for one in seen])
        ours = list({one.address: one for one in seen if one.address in rows}.values())
        if not ours:
            return 0
        sites = {one.address: rows[one.address].site_digest for one in ours}
        nameless = hosts.note(session, [_answer(one, sites[one.address]) for one in ours], cadence)
        parked = hosts.parked_since(session, [one.address for one in ours if one.rule in hosts.PARKED])
        broken = controls.broken(session)
        ours = [_given_up(_buried(one, nameless, dead_after), parked, dead_after) for one in ours]
        ours = [_believed(one, broken.get(rows[one.address].platform)) for one in ours]
        checks = _write_checks(session, book, ours)
        watchers = _watchers(session, list(rows))
        batch = _Batch()
        for one in ours:
            row, check = rows[one.address], checks[one.address]
            _one(book, batch, one, row, check, watchers[one.address], cadence, chance)
        _write(session, book, batch, actor)
        return len(ours)


def _answer(seen: Seen, site: bytes) -> hosts.Answer:
    return hosts.Answer(seen.address, site, seen.at, seen.verdict in HOST_FAILS, seen.retry_after, seen.name)


def _buried(seen: Seen, nameless: dict[AddressId, datetime], dead_after: timedelta) -> Seen:
    """Take an address whose host has had no name for so long for gone; no browser is needed to see that."""
    since = nameless.get(seen.address)
    if since is None or seen.name is not Name.GONE or seen.at - since < dead_after:
        return seen
    because = (
        f"The site's name exists no more: every look since {since:%Y-%m-%d %H:%M} UTC found none, and two resolvers "
        "say that there is none."
    )
    return replace(seen, verdict=Verdict.REMOVED, rule=hosts.RULE, because=because, confirms=True)


def _given_up(seen: Seen, parked: dict[AddressId, datetime], dead_after: timedelta) -> Seen:
    """Take an address for gone whose whole site has been parked, for sale or seized at every look for so long."""
    since = parked.get(seen.address)
    if since is None or seen.rule not in hosts.PARKED or seen.at - since < dead_after:
        return seen
    because = f"{seen.because} It has been so at every look since {since:%Y-%m-%d %H:%M} UTC."
    return replace(seen, verdict=Verdict.REMOVED, rule=hosts.PARKED_RULE, because=because)


def _believed(seen: Seen, since: datetime | None) -> Seen:
    """Believe nothing of a platform while our view of it is broken; that no answer came is true all the same."""
    if since is None or seen.verdict in HOST_FAILS:
        return seen
    because = (
        f"Our view of this platform is broken since {since:%Y-%m-%d %H:%M} UTC, as addresses that are known to be live "
        f"or missing show, so this look proves nothing. It seemed to be {seen.verdict}: {seen.because}"
    )
    return replace(seen, verdict=Verdict.UNCLEAR, rule=controls.RULE, because=because, baseline=None, read_whole=False)


@dataclass(frozen=True)
class _Batch:
    """What one transaction is about to write, as plain rows: a statement per table, not one per link."""

    moves: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    told: list[tuple[str, str, datetime]] = field(default_factory=list)
    flapping: list[tuple[Line, datetime]] = field(default_factory=list)


def _write(session: Session, book: Casebook, batch: _Batch, actor: Actor) -> None:
    _move(session, batch.moves)
    if batch.links:
        session.connection().execute(update(WatchedLink).where(WatchedLink.id == bindparam("row")), batch.links)
        newest = max(move["last_checked_at"] for move in batch.moves)
        clocks.tell(session, [link["row"] for link in batch.links], newest)
    if batch.events:
        session.connection().execute(insert(Event), batch.events)
        back = [event for event in batch.events if event["kind"] is EventKind.RESURFACED]
        for event in back:
            clocks.reopen(session, [event["link_id"]], event["at"])
    for act, subject, at in batch.told:
        journal.append(session, book.vault, actor, act, subject, at)
    for link, at in batch.flapping:
        words = (
            f"{link.ref}: link {link.id} keeps going and coming back. It is watched on, and told as one story; "
            f"see: pehra link show {link.id}"
        )
        notices.tell_assigned(session, session.get_one(Case, link.case_id), words, at)


def _held(session: Session, owner: str, addresses: list[AddressId]) -> dict[int, Line]:
    query = select(*HELD).where(Address.id.in_(addresses), Address.lease == owner)
    return {row.id: row for row in session.execute(query.with_for_update())}


def _write_checks(session: Session, book: Casebook, seen: Sequence[Seen]) -> dict[int, int]:
    rows = [
        {
            "address_id": one.address,
            "at": one.at,
            "verdict": one.verdict,
            "rule": one.rule[:80],
            "because": book.vault.seal("check.because", one.because),
            "status": one.status,
            "rendered": one.rendered,
            "took_ms": one.took_ms,
            "vantage": one.vantage,
        }
        for one in seen
    ]
    made = session.execute(insert(Check).returning(Check.address_id, Check.id), rows)
    return {address: check for address, check in made}  # noqa: C416


def _watchers(session: Session, addresses: list[int]) -> dict[int, list[Line]]:
    standing = [getattr(WatchedLink, name) for name in STANDING]
    query = (
        select(
            WatchedLink.id,
            WatchedLink.case_id,
            WatchedLink.address_id,
            WatchedLink.reported_at,
            *standing,
            Case.urgent,
            Case.ref,
        )
        .join(Case, Case.id == WatchedLink.case_id)
        .where(WatchedLink.address_id.in_(addresses), WatchedLink.retired_at.is_(None), Case.closed_at.is_(None))
        .where(agreed(Act.WATCH))
    )
    found: dict[int, list[Line]] = defaultdict(list)
    for link in session.execute(query):
        found[link.address_id].append(link)
    return found


def _one(
    book: Casebook,
    batch: _Batch,
    seen: Seen,
    row: Line,
    check: int,
    watchers: list[Line],
    cadence: Cadence,
    chance: Callable[[], float],
) -> None:
    """Move one address on, with every link that watches it."""
    failures = 0 if seen.verdict in states.TELLING else row.failures + 1
    if seen.rule == controls.RULE:
        failures = min(failures, BROKEN_FAILURES_MAX)
    dues = []
    for link in watchers:
        watching = Watching(_advance(book, batch, link, seen, check, cadence), link.urgent, link.reported_at)
        dues.append(next_check(watching, seen.verdict, failures, seen.at, cadence, chance))
    due = min(dues, default=None)
    if due is not None and seen.retry_after is not None:
        due = max(due, seen.retry_after)
    move = {"row": row.id, "due_at": due, "lease": None, "failures": failures, "last_checked_at": seen.at}
    batch.moves.append(move | _kept(book, seen, row))


def _kept(book: Casebook, seen: Seen, row: Line) -> dict[str, Any]:
    """Say what is kept of the page: what was noted when it was last live, so that it is known when it comes back.

    "Not modified" is believed only where the last look found it live.
    """
    if seen.verdict is not Verdict.LIVE:
        return {"baseline": row.baseline, "read_whole_at": None}
    read_at = seen.at if seen.read_whole else row.read_whole_at
    if seen.baseline is None:
        return {"baseline": None if seen.read_whole else row.baseline, "read_whole_at": read_at}
    noted = json.dumps({name: value for name, value in asdict(seen.baseline).items() if value is not None})
    return {"baseline": book.vault.seal("address.baseline", noted), "read_whole_at": read_at}


def _advance(book: Casebook, batch: _Batch, link: Line, seen: Seen, check: int, cadence: Cadence) -> states.Standing:
    known = states.Standing(**{name: getattr(link, name) for name in STANDING})
    change = states.advance(
        known,
        seen.verdict,
        seen.at,
        confirm_after=timedelta(seconds=cadence.confirm_after_s),
        lost_after=timedelta(seconds=cadence.lost_after_s),
        flapping_within=timedelta(seconds=cadence.flapping_within_s),
        confirms=seen.confirms,
    )
    standing = {name: getattr(change.standing, name) for name in STANDING}
    because = book.vault.seal("link.because", seen.because)
    told = {"row": link.id, "verdict": seen.verdict, "rule": seen.rule[:80], "because": because}
    batch.links.append(told | standing)
    ends = {name: standing[name] for name in ("last_seen_live_at", "first_seen_gone_at")}
    for kind in change.events:
        batch.events.append({"link_id": link.id, "check_id": check, "kind": kind, "at": seen.at, **ends})
        if kind in TOLD:
            batch.told.append((f"link.{kind}", f"{link.ref}/{link.id}", seen.at))
        if kind is EventKind.FLAPPING:
            batch.flapping.append((link, seen.at))
    return change.standing


@dataclass(frozen=True)
class Queue:
    """How the queue stands. `overdue` counts what is due for longer than a quarter of an hour."""

    due: int
    overdue: int
    running: int


def queue(book: Casebook, *, actor: Actor, at: datetime) -> Queue:
    """Count what is due, overdue and being visited; for an officer, of their own cases."""
    late = at - timedelta(minutes=15)
    counted = select(func.count()).select_from(Address)
    if actor.role is Role.OFFICER:
        theirs = select(WatchedLink.address_id).where(WatchedLink.case_id.in_(reach(actor, at)))
        counted = counted.where(Address.id.in_(theirs))
    with book.reading() as session:
        due = session.scalar(counted.where(Address.due_at <= at))
        overdue = session.scalar(counted.where(Address.due_at <= late))
        running = session.scalar(counted.where(Address.lease.is_not(None), Address.due_at > at))
    return Queue(due or 0, overdue or 0, running or 0)


def anything_due(book: Casebook, *, at: datetime) -> bool:
    """Tell whether any address is due."""
    with book.reading() as session:
        return session.scalar(select(Address.id).where(Address.due_at <= at).limit(1)) is not None


def still_held(book: Casebook, addresses: Iterable[int], *, at: datetime) -> bool:
    """Tell whether a worker holds any of these."""
    query = select(Address.id).where(Address.id.in_(list(addresses)), Address.lease.is_not(None), Address.due_at > at)
    with book.reading() as session:
        return session.scalar(query.limit(1)) is not None


def last_check(book: Casebook) -> int:
    """Give the newest check's number, 0 before the first: it grows while anybody works."""
    with book.reading() as session:
        return session.scalar(select(func.max(Check.id))) or 0
