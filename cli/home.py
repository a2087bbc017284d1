"""init, doctor, run, status, db."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import click

from casebook import (
    backups,
    beats,
    controls,
    credentials,
    digests,
    journal,
    letters,
    links,
    officers,
    sending,
    sources,
    store,
    tidying,
    visits,
)
from casebook.access import Actor
from casebook.errors import CasebookError, Refused, Unavailable
from casebook.store import Casebook
from casebook.vault import KEY_FILE
from cli import passphrases
from cli.context import Session, command
from cli.output import as_json as print_json
from cli.output import table
from cli.platform import old_facts
from reporters import bases
from scheduler import clock, inbox, logs, stamps
from scheduler.clock import now
from scheduler.home import DATABASE, Home
from scheduler.mail import password, way_out
from scheduler.service import BEAT_EVERY_S, Monitor, only_monitor

ESCROW_FILE = "escrow.key"
CLOCK_MAY_LAG = timedelta(minutes=5)
PATH = click.Path(path_type=Path)
LITTLE_ROOM_BYTES = 50_000_000
NTP = "switch on NTP, or times of evidence are worth less"


def join(pehra: click.Group) -> None:
    """Add these commands."""
    command(pehra, "init")(init)
    command(pehra, "doctor")(doctor)
    command(pehra, "run")(run)
    command(pehra, "status")(status)
    db = click.Group("db", help="The database.")
    command(db, "upgrade")(upgrade)
    command(db, "backup")(backup)
    command(db, "restore")(restore)
    pehra.add_command(db)


@click.option("--officer", "name", help="The first officer's name. Default: officer.")
@click.option("--escrow", type=PATH, help="Where to write the escrow key. Default: escrow.key in the home.")
def init(session: Session, name: str | None, escrow: Path | None, as_json: bool) -> None:
    """Make a home: key file, database, first officer, escrow key. What is there already stays as it is."""
    name = name or session.officer or "officer"
    book, made = session.home.make()
    chosen = None if officers.any_yet(book) else passphrases.new_passphrase(name)
    actor = officers.add_first(book, name, at=now(), passphrase=chosen)
    file = _put_in_escrow(book, escrow or session.folder / ESCROW_FILE, actor)
    answer = {"home": session.folder, "key_made": made, "officer": actor.name, "escrow": file}
    if as_json:
        print_json(answer)
        return
    click.echo(f"The home {session.folder} is ready.")
    if made:
        click.echo(f"{KEY_FILE}: keep a copy apart from the database; without it nothing can be read.")
    if file is not None:
        click.echo(f"{file}: move it to an offline place; it opens cases that nobody else can open any more.")
    if made and chosen is None:
        click.echo("You have no passphrase yet: set one with `pehra officer passphrase`.")


def _put_in_escrow(book: Casebook, file: Path, actor: Actor) -> Path | None:
    if file.exists():
        return None
    key = credentials.make_escrow(book, at=now(), actor=actor)
    if key is not None:
        passphrases.write_identity(file, key, "The escrow key of a Pehra home. Keep it offline; its use is journaled.")
    return file if key is not None else None


class Finding(NamedTuple):
    """One line of the doctor's: `ok` says whether it works; `advice` that something is left to do all the same."""

    what: str
    ok: bool
    says: str
    advice: bool = False


def doctor(session: Session, as_json: bool) -> None:
    """Say what works here, what does not, and what is left to do."""
    found = list(_findings(session))
    if as_json:
        print_json({"checks": [one._asdict() for one in found]})
    else:
        marks = [("see" if one.advice else "ok" if one.ok else "NOT", one.what, one.says) for one in found]
        table(("", "what", "says"), marks)
    if not all(one.ok for one in found if one.what != "browser"):
        sys.exit(1)


def _findings(session: Session) -> Iterator[Finding]:
    try:
        home = session.home
        yield Finding("settings", True, str(home.config or "the defaults; there is no config.yaml here"))
    except CasebookError as error:
        yield Finding("settings", False, str(error))
        return
    parts: tuple[tuple[str, Callable[[], str | tuple[str, bool]]], ...] = (
        ("key", lambda: "the monitor's key is here" if home.vault() else ""),
        ("database", lambda: f"open, at revision {store.revision(session.book.engine)}"),
        ("writing", lambda: _writes(session)),
        ("disk", lambda: _room(session.folder)),
        ("clock", lambda: _clock(session)),
        ("officer", lambda: _officers(session)),
        ("escrow", lambda: _escrow(session)),
        ("platforms", lambda: _platforms(home)),
        ("bases", lambda: _bases(session)),
        ("facts", lambda: _facts(session)),
        ("our view", lambda: _our_view(session)),
        ("mail", lambda: _mail(session)),
        ("sendings", lambda: _sendings(session)),
        ("inbox", lambda: _inbox(session)),
        ("evidence", lambda: _evidence(session)),
        ("time stamps", lambda: _stamps(home)),
    )
    for what, try_it in parts:
        try:
            says = try_it()
            yield Finding(what, True, says) if isinstance(says, str) else Finding(what, True, *says)
        except CasebookError as error:
            yield Finding(what, False, str(error))
    from crawler.chromium import find_browser

    browser = find_browser(home.settings.crawler.browser)
    missing = "none: pages that only scripts can show will be `unclear`; install Chromium"
    yield Finding("browser", browser is not None, str(browser or missing))


def _platforms(home: Home) -> str:
    registry = home.registry()
    return f"{len(registry)} sheets, {len(registry.engines)} kinds of software; see: pehra platform list"


def _clock(session: Session) -> tuple[str, bool]:
    """Compare the clock with the journal: a clock set back would confuse every interval, limit and deadline."""
    newest = journal.newest(session.book)
    if newest is not None and newest > now() + CLOCK_MAY_LAG:
        raise Unavailable(f"the clock was set back: the journal's newest entry is of {newest:%Y-%m-%d %H:%M} UTC")
    kept = clock.state()["synchronised"]
    says = "the clock has not gone back since the journal's newest entry"
    if kept is None:
        return f"{says}; whether it is synchronised cannot be told here", False
    return (f"{says}, and is synchronised", False) if kept else (f"{says}; nothing synchronises it: {NTP}", True)


def _officers(session: Session) -> tuple[str, bool]:
    bare, of = officers.unprotected(session.book)
    if session.officer is not None or of == 0:
        session.claim  # noqa: B018  # says in words that there is none of that name, or none at all
    if not bare:
        return f"{of} of staff, each behind a passphrase", False
    why = "whoever has this home reads their cases: let them set one with `pehra officer passphrase`"
    return f"without a passphrase: {', '.join(bare)}; {why}", True


def _escrow(session: Session) -> tuple[str, bool]:
    if (session.folder / ESCROW_FILE).exists():
        return f"{ESCROW_FILE} lies in the home, and opens every case: move it to an offline place", True
    return "the escrow key is not in the home", False


def _bases(session: Session) -> str:
    """Find channels that rely on a law nobody has described: a draft on it would have no clock and no warnings."""
    if unknown := bases.strangers(session.home.registry()):
        named = "; ".join(f"{', '.join(names)} in {platform}" for platform, names in unknown.items())
        raise Unavailable(f"channels rely on bases that are not known: {named}; see: pehra basis list")
    return f"{len(bases.known())} laws and policies, and every channel's is among them"


def _facts(session: Session) -> tuple[str, bool]:
    today = now().date()
    old = {sheet.id: len(old_facts(sheet, today)) for sheet in session.home.registry()}
    named = ", ".join(f"{count} of {platform}" for platform, count in old.items() if count)
    if not named:
        return "each was seen true within 180 days", False
    return f"not seen true for 180 days: {named}; see: pehra platform list --json", True


def _our_view(session: Session) -> tuple[str, bool]:
    actor = session.unlocked if session.claim.protected else session.actor
    if actor is None:
        return "told to whom it concerns: pehra platform list", False
    broken = controls.outages(session.book, actor=actor, at=now())
    if not broken:
        return "no control of a platform of yours answers wrongly", False
    return f"broken on {', '.join(sorted(broken))}, where nothing counts now; see: pehra platform check", True


def _mail(session: Session) -> tuple[str, bool]:
    """Say whether mail leaves, and whether some of it may not have arrived."""
    if way_out(session.home) is None:
        return "none leaves: set mail.host or mail.folder, and who hears with `pehra digest subscribe`", True
    troubled = digests.troubled(session.book, at=now())
    if troubled:
        return f"{troubled} digest(s) of the last month refused or unsure; see: pehra digest list", True
    return "there is a way out for mail", False


def _sendings(session: Session) -> tuple[str, bool]:
    """Say whether a report of the actor's may have left without anybody knowing whether it arrived."""
    actor = session.unlocked if session.claim.protected else session.actor
    if actor is None:
        return "told to whom it concerns: pehra report list", False
    count = sending.unsure(session.book, actor=actor, at=now())
    if not count:
        return "no sending of a report of yours was cut short", False
    return f"{count} report(s) of yours may or may not have arrived: pehra report list, then pehra report send", True


def _inbox(session: Session) -> tuple[str, bool]:
    """Say whether answers are read, without asking the server."""
    home = session.home
    if home.settings.inbox.host is None:
        return "no mailbox is read: set inbox.host, or note answers with `pehra report log`", True
    if password(home, inbox.PASSWORD, inbox.PASSWORD_FILE) is None:
        raise Unavailable(f"the mailbox has no password: set {inbox.PASSWORD}, or write {inbox.PASSWORD_FILE}")
    return "answers are read while the monitor runs; try it with: pehra inbox check", False


def _evidence(session: Session) -> tuple[str, bool]:
    """Hold the sealed files against what is on record; how many there are tells of cases, so it is not said."""
    room, limits = session.home.strongroom(), session.home.settings.evidence
    kept = tidying.kept(session.book, room)
    if kept.missing:
        raise Unavailable(
            f"{kept.missing} sealed file(s) are gone from {room.folder}: bring that folder back from a copy"
        )
    if room.folder.exists() and not os.access(room.folder, os.W_OK):
        raise Unavailable(f"{room.folder} cannot be written to: check who owns it")
    if kept.stopped_at is not None or room.free_bytes() < limits.keep_free_bytes:
        least = limits.keep_free_bytes // 1_000_000
        return f"pages are not captured until {least} MB are free (evidence.keep_free_bytes); checks go on", True
    if kept.strange:
        return f"{kept.strange} sealed file(s) in {room.folder} belong to no record: nothing opens them any more", True
    return "every sealed file is there; captures can be made", False


def _stamps(home: Home) -> tuple[str, bool]:
    """Ask each time-stamp server to stamp a number drawn by chance."""
    if not home.settings.evidence.timestamp_servers:
        return "none are asked for; the day's root in the journal stands for them; see: docs/evidence.md", True
    found = stamps.tried(home)
    says = "; ".join(f"{urlsplit(server).netloc}: {fault or 'answers, and is believed'}" for server, fault in found)
    if all(fault for _, fault in found):
        raise Unavailable(says)
    return says, any(fault for _, fault in found)


def _writes(session: Session) -> str:
    store.prove_writable(session.book)
    return "the database can be written"


def _room(folder: Path) -> str:
    if not folder.exists():
        raise Unavailable(f"there is no {folder}: run `pehra init`")
    free = shutil.disk_usage(folder).free
    if free < LITTLE_ROOM_BYTES:
        raise Unavailable(f"only {free // 1_000_000} MB are free: make room, or what is seen cannot be recorded")
    return f"{free // 1_000_000} MB are free"


def run(session: Session, as_json: bool) -> None:
    """Run the monitor until it is stopped."""
    del as_json
    logs.set_up(session.home.settings.logging.level)
    session.home.registry()
    book = session.book
    with only_monitor(session.folder):
        Monitor(session.home, book).run()


def status(session: Session, as_json: bool) -> None:
    """Say when the monitor last beat, what is due, overdue and running, and how many links are in each state."""
    at = now()
    life, queue = beats.last(session.book), visits.queue(session.book, actor=session.actor, at=at)
    alive = life is not None and life.ended_at is None and at - life.beat_at < timedelta(seconds=BEAT_EVERY_S * 4)
    states = links.counts(session.book, actor=session.actor, at=at)
    swept = sources.due(session.book, actor=session.actor, at=at)
    unsure = sending.unsure(session.book, actor=session.actor, at=at)
    answers = letters.waiting(session.book, actor=session.actor, at=at)
    answer = {
        "monitor": "running" if alive else "stopped",
        "last_beat_at": life.beat_at if life else None,
        "due": queue.due,
        "overdue": queue.overdue,
        "running": queue.running,
        "states": states,
        "sources": swept,
        "unsure_sendings": unsure,
        "answers_waiting": answers,
    }
    if as_json:
        print_json(answer)
        return
    beat = life.beat_at.strftime("%Y-%m-%d %H:%M:%S UTC") if life else "never"
    click.echo(f"The monitor is {answer['monitor']}; it last beat: {beat}.")
    click.echo(f"Due {queue.due}, overdue {queue.overdue}, being visited {queue.running}.")
    click.echo(f"Sources: {swept.due} due, {swept.running} being swept, {swept.failing} failing.")
    table(("state", "links"), list(states.items()))
    if unsure:
        click.echo(f"{unsure} report(s) of yours may or may not have arrived; see: pehra report list")
    if answers:
        click.echo(f"{answers} answer(s) to your reports wait; see: pehra inbox list")


def upgrade(session: Session, as_json: bool) -> None:
    """Bring the database to this program's form; on SQLite a sealed copy is made first."""
    at, home, vault = now(), session.home, session.home.vault()
    engine = store.connect(home.url)
    kept = None
    if store.revision(engine) not in (None, store.steps()[-1]) and engine.dialect.name == "sqlite":
        kept = session.folder / f"before-upgrade-{at:%Y%m%dT%H%M%SZ}{backups.ENDING}"
        backups.seal_copy(Casebook(engine, vault), session.folder, kept, at=at)
    store.upgrade(engine, vault)
    answer = {"revision": store.revision(engine), "backup": kept}
    if as_json:
        print_json(answer)
        return
    click.echo(f"The database stands at revision {answer['revision']}.")
    if kept is not None:
        click.echo(f"As it was before, sealed: {kept}")


@click.argument("file", type=PATH, required=False)
def backup(session: Session, file: Path | None, as_json: bool) -> None:
    """Write a sealed copy of the database; it can be opened for as long as config.yaml keeps backups, and no longer."""
    at = now()
    target = file or session.folder / f"backup-{at:%Y%m%dT%H%M%SZ}{backups.ENDING}"
    if not os.access(target.parent, os.W_OK):
        raise Refused(f"{target.parent} cannot be written to: name another place")
    key = backups.make(session.book, session.folder, target, actor=session.actor, at=at)
    folder = session.home.strongroom().folder
    if as_json:
        print_json({"backup": target, "key": key, "evidence": folder})
        return
    click.echo(f"Copied to {target}, sealed. Only {key} opens it, with the monitor's key: keep those elsewhere.")
    click.echo(f"Sealed evidence is not in it: copy the folder {folder} as it is, as often as the database.")


@click.argument("file", type=PATH)
@click.option("--replace", is_flag=True, help="Where there is a database: a sealed copy of it is made first.")
def restore(session: Session, file: Path, replace: bool, as_json: bool) -> None:
    """Put a sealed copy in the database's place. Cases erased since then are erased in it at once."""
    at, home = now(), session.home
    with only_monitor(session.folder):
        kept = _set_aside(session, at) if (session.folder / DATABASE).exists() and replace else None
        if (session.folder / DATABASE).exists() and not replace:
            raise Refused("there is a database here: to put the copy in its place, say --replace")
        buried = backups.restore(file, session.folder, home.url, home.vault(), at=at)
    if as_json:
        print_json({"restored": file, "before": kept, "erased_again": buried})
        return
    click.echo(f"Restored; {len(buried)} case(s) erased since then are erased in it too.")
    if kept is not None:
        click.echo(f"What was there before: {kept}")


def _set_aside(session: Session, at: datetime) -> Path:
    """Keep what the restored copy replaces: sealed where it opens, as it lies where it is damaged."""
    stamp = f"{at:%Y%m%dT%H%M%SZ}"
    kept = session.folder / f"before-restore-{stamp}{backups.ENDING}"
    try:
        backups.seal_copy(session.book, session.folder, kept, at=at)
    except CasebookError:
        kept = session.folder / f"damaged-{stamp}.sqlite3"
        (session.folder / DATABASE).rename(kept)
    return kept
