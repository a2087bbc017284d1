"""Sources: what is swept for copies, when, and by which worker."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, select, update
from sqlalchemy.orm import Session

from casebook import journal, names, notices, sweeping
from casebook.access import Actor, Right, Role, admit, reach, require
from casebook.errors import NotFound, Refused
from casebook.settings import Sweeps
from casebook.store import Casebook
from casebook.tables import Case, Source
from casebook.vocabulary import Act, NameKind, SourceKind, SourceState

PLACE = "{name}"
MOST = 1000  # of one case


@dataclass(frozen=True)
class Trouble:
    """Why a sweep, or a part of it, could not be done, in one word and one sentence without an address or a name."""

    rule: str
    because: str


@dataclass(frozen=True)
class Outcome:
    """What one sweep of a source brought; `failed` where nothing of it could be read.

    `memory` replaces what the next sweep may go by (validators of pages, the newest entry of a feed); None keeps it.
    """

    pages: int
    media: int
    sightings: int
    troubles: tuple[Trouble, ...] = ()
    failed: bool = False
    retry_after: datetime | None = None
    memory: dict[str, Any] | None = None


@dataclass(frozen=True)
class SourceView:
    """A source as a screen may show it to who may open its case; `url` is the handle where the kind is one."""

    source: int
    case: str
    kind: SourceKind
    url: str
    obeys_robots: bool
    depth: int
    pages: int
    state: SourceState
    added_at: datetime
    next_sweep_at: datetime | None
    last_swept_at: datetime | None
    last: dict[str, Any] | None
    ended_at: datetime | None


@dataclass(frozen=True)
class Sweep:
    """One source to sweep, leased. `url` has `{name}` in it for a search; `names` and handles of the case fill it."""

    source: int
    case: int
    kind: SourceKind
    url: str
    obeys_robots: bool
    depth: int
    pages: int
    names: tuple[str, ...]
    memory: dict[str, Any]


@dataclass(frozen=True)
class Queue:
    """Sources that wait, that should have been swept, and that are being swept."""

    due: int
    running: int
    failing: int


def add(
    book: Casebook,
    ref: str,
    url: str,
    kind: SourceKind,
    *,
    actor: Actor,
    at: datetime,
    depth: int,
    pages: int,
    obeys_robots: bool = True,
) -> int:
    """Sweep an address (or ask for a handle) for a case; gives its number. One that ended is swept again.

    Raises:
        Refused: a minor's case, a closed one, no consent, or a search without `{name}`.
    """
    require(actor, Right.KEEP_CASES)
    if (PLACE in url) is not (kind is SourceKind.SEARCH):
        raise Refused(f"the address of a search has {PLACE} where a name goes, and no other has: https://…/?q={PLACE}")
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        sweeping.require_swept(session, case, Act.WATCH)
        digest = book.vault.digest("source", url)
        row = session.scalar(select(Source).where(Source.case_id == case.id, Source.url_digest == digest))
        if row is None:
            if (session.scalar(select(func.count()).where(Source.case_id == case.id)) or 0) >= MOST:
                raise Refused(f"a case has at most {MOST} sources")
            row = Source(case_id=case.id, url=book.vault.seal("source.url", url), url_digest=digest, added_at=at)
            row.state, row.failures = SourceState.NEW, 0
            session.add(row)
        row.kind, row.depth, row.pages, row.obeys_robots = kind, depth, pages, obeys_robots
        if row.ended_at is not None:
            row.state, row.ended_at = SourceState.NEW, None
        if row.lease is None:
            row.due_at = at
        session.flush()
        journal.append(session, book.vault, actor, "source.add", f"{case.ref}/{row.id}", at)
        return row.id


def list_of(
    book: Casebook, *, actor: Actor, at: datetime, case: str | None = None, ended: bool = False
) -> list[SourceView]:
    """List sources of open cases, or of one case."""
    require(actor, Right.READ_CASES)
    with book.writing() as session:
        ref = "all" if case is None else admit(session, actor, case, at).ref
        query = _joined().where(Case.closed_at.is_(None) if case is None else Case.ref == ref)
        if not ended:
            query = query.where(Source.ended_at.is_(None))
        rows = session.execute(query.where(Case.id.in_(reach(actor, at))).order_by(Source.id)).all()
        journal.append(session, book.vault, actor, "source.list", ref, at)
        return [_view(book, row) for row in rows]


def _joined() -> Select[Source, Case]:
    return select(Source, Case).join(Case, Case.id == Source.case_id)


def _view(book: Casebook, row: Row[Source, Case]) -> SourceView:
    source, case = row
    return SourceView(
        source=source.id,
        case=case.ref,
        kind=source.kind,
        url=book.vault.unseal("source.url", source.url),
        obeys_robots=source.obeys_robots,
        depth=source.depth,
        pages=source.pages,
        state=source.state,
        added_at=source.added_at,
        next_sweep_at=source.due_at,
        last_swept_at=source.last_swept_at,
        last=None if source.result is None else json.loads(book.vault.unseal("source.result", source.result)),
        ended_at=source.ended_at,
    )


def end(book: Casebook, source: int, *, actor: Actor, at: datetime) -> SourceView:
    """Sweep a source no more; what was found stays, and a sweep on its way is dropped."""
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        row = session.execute(_joined().where(Source.id == source, Case.id.in_(reach(actor, at)))).one_or_none()
        if row is None:
            raise NotFound("no source of that number; try: pehra source list")
        row.Source.ended_at = row.Source.ended_at or at
        row.Source.state, row.Source.due_at, row.Source.lease = SourceState.ENDED, None, None
        journal.append(session, book.vault, actor, "source.end", f"{row.Case.ref}/{source}", at)
        session.flush()
        return _view(book, row)


def due(book: Casebook, *, actor: Actor, at: datetime) -> Queue:
    """Count an officer's own sources for `pehra status`; all of them for who counts."""
    counted = select(func.count()).select_from(Source).join(Case, Case.id == Source.case_id).where(*_wanted())
    if actor.role is Role.OFFICER:
        counted = counted.where(Case.id.in_(reach(actor, at)))
    else:
        require(actor, Right.COUNT)
    with book.reading() as session:
        waiting = session.scalar(counted.where(Source.due_at <= at)) or 0
        running = session.scalar(counted.where(Source.lease.is_not(None), Source.due_at > at)) or 0
        failing = session.scalar(counted.where(Source.state == SourceState.FAILING)) or 0
    return Queue(waiting, running, failing)


def _wanted() -> tuple[Any, ...]:
    """Say which sources may be swept."""
    return (Source.ended_at.is_(None), sweeping.swept())


def anything_due(book: Casebook, *, at: datetime) -> bool:
    """Tell whether a sweep is wanted."""
    query = select(Source.id).join(Case, Case.id == Source.case_id).where(Source.due_at <= at, *_wanted())
    with book.reading() as session:
        return session.scalar(query.limit(1)) is not None


def chosen(
    book: Casebook, sources: Sequence[int] | None, *, actor: Actor, at: datetime, only_due: bool = False
) -> list[int]:
    """Give these sources of the actor's, or all of theirs, that may be swept now.

    Raises:
        NotFound: one of the numbers is no source of theirs.
    """
    require(actor, Right.READ_CASES)
    query = select(Source.id).join(Case, Case.id == Source.case_id).where(Case.id.in_(reach(actor, at)), *_wanted())
    if sources is not None:
        query = query.where(Source.id.in_(sources))
    if only_due:
        query = query.where(Source.due_at <= at)
    with book.reading() as session:
        found = list(session.scalars(query.order_by(Source.id)))
    missing = set() if sources is None or only_due else set(sources) - set(found)
    if missing:
        raise NotFound(f"no source {min(missing)} that is swept; try: pehra source list")
    return found


def lease(book: Casebook, owner: str, *, actor: Actor, at: datetime, until: datetime, most: int = 1) -> list[Sweep]:
    """Take the sources longest due; when their worker dies, they are due again at `until`."""
    require(actor, Right.RECORD_CHECKS)
    query = _joined().where(Source.due_at <= at, *_wanted()).order_by(Source.due_at, Source.id).limit(most)
    with book.writing() as session:
        rows = session.execute(query.with_for_update(skip_locked=True, of=Source)).all()
        return [_hold(session, book, row.Source, owner, at, until) for row in rows]


def _hold(session: Session, book: Casebook, source: Source, owner: str, at: datetime, until: datetime) -> Sweep:
    source.lease, source.due_at = owner, until
    session.flush()
    return _sweep(session, book, source, at)


def _sweep(session: Session, book: Casebook, source: Source, at: datetime) -> Sweep:
    wanted = [one for one in names.current(session, book, source.case_id, at) if one.kind is not NameKind.SIGN]
    unseal = book.vault.unseal
    return Sweep(
        source=source.id,
        case=source.case_id,
        kind=source.kind,
        url=unseal("source.url", source.url),
        obeys_robots=source.obeys_robots,
        depth=source.depth,
        pages=source.pages,
        names=tuple(one.words for one in wanted),
        memory={} if source.memory is None else json.loads(unseal("source.memory", source.memory)),
    )


def lease_these(
    book: Casebook, owner: str, sources: Sequence[int], *, actor: Actor, at: datetime, until: datetime
) -> tuple[list[Sweep], list[int]]:
    """Take given sources now, due or not; those another worker holds are given back as ids."""
    require(actor, Right.RECORD_CHECKS)
    query = _joined().where(Source.id.in_(sources), *_wanted()).order_by(Source.id)
    with book.writing() as session:
        rows = [row.Source for row in session.execute(query.with_for_update(of=Source))]
        held = [row.id for row in rows if row.lease is not None and row.due_at is not None and row.due_at > at]
        return [_hold(session, book, row, owner, at, until) for row in rows if row.id not in set(held)], held


def leased(book: Casebook, owner: str, *, actor: Actor, at: datetime) -> list[Sweep]:
    """Give what an owner holds."""
    require(actor, Right.RECORD_CHECKS)
    with book.reading() as session:
        rows = session.scalars(
            select(Source).where(Source.lease == owner, Source.due_at > at).order_by(Source.id)
        ).all()
        return [_sweep(session, book, row, at) for row in rows]


def prolong(book: Casebook, owner: str, *, actor: Actor, until: datetime) -> int:
    """Hold what an owner holds for longer; gives how many it still holds."""
    require(actor, Right.RECORD_CHECKS)
    with book.writing() as session:
        held = update(Source).where(Source.lease == owner).values(due_at=until).returning(Source.id)
        return len(session.execute(held.execution_options(synchronize_session=False)).all())


def release(book: Casebook, owner: str, *, actor: Actor, at: datetime) -> int:
    """Give back what an owner holds (every owner whose name begins so); due at once."""
    require(actor, Right.RECORD_CHECKS)
    with book.writing() as session:
        theirs = update(Source).where(Source.lease.startswith(owner, autoescape=True))
        done = theirs.values(lease=None, due_at=at).returning(Source.id)
        return len(session.execute(done.execution_options(synchronize_session=False)).all())


def held(session: Session, owner: str, source: int) -> Row[Source, Case] | None:
    """Give a source that an owner holds and may still sweep; its case is locked until the transaction ends."""
    query = _joined().where(Source.id == source, Source.lease == owner, *_wanted())
    return session.execute(query.with_for_update()).one_or_none()


def record(
    book: Casebook, owner: str, source: int, outcome: Outcome, *, actor: Actor, at: datetime, sweeps: Sweeps
) -> bool:
    """End a sweep: what it brought, and when the next is due; False where the lease has passed to another or ended."""
    require(actor, Right.RECORD_CHECKS)
    with book.writing() as session:
        row = held(session, owner, source)
        if row is None:
            return False
        one, case = row
        one.failures = one.failures + 1 if outcome.failed else 0
        one.state = SourceState.FAILING if outcome.failed else SourceState.SWEPT
        one.lease, one.last_swept_at, one.due_at = None, at, _next(one.failures, outcome, at, sweeps)
        one.result = book.vault.seal("source.result", json.dumps(_told(outcome)))
        if outcome.memory is not None:
            one.memory = book.vault.seal("source.memory", json.dumps(outcome.memory, ensure_ascii=False))
        if outcome.sightings:
            words = f"a sweep for {case.ref} suspects {outcome.sightings}: pehra sighting list --case {case.ref}"
            notices.tell_assigned(session, case, words, at)
        journal.append(session, book.vault, actor, f"source.swept {outcome.sightings}", f"{case.ref}/{source}", at)
        return True


def _next(failures: int, outcome: Outcome, at: datetime, sweeps: Sweeps) -> datetime:
    wait = sweeps.every_s
    if failures:
        wait = min(sweeps.failing_s * 2.0 ** min(failures - 1, 30), sweeps.failing_max_s)
    due = at + timedelta(seconds=wait)
    return due if outcome.retry_after is None else max(due, outcome.retry_after)


def _told(outcome: Outcome) -> dict[str, Any]:
    told = asdict(outcome)
    return {name: told[name] for name in ("pages", "media", "sightings", "troubles", "failed")}
