"""init, doctor, run, status, db."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import click

from casebook import beats, links, officers, store, visits
from casebook.errors import CasebookError, Refused, Unavailable
from cli.context import Session, command
from cli.output import as_json as print_json
from cli.output import table
from crawler.browser import find_browser
from scheduler import logs
from scheduler.clock import now
from scheduler.service import BEAT_EVERY_S, Monitor, only_monitor

LITTLE_ROOM_BYTES = 50_000_000


def join(pehra: click.Group) -> None:
    """Add these commands."""
    command(pehra, "init")(init)
    command(pehra, "doctor")(doctor)
    command(pehra, "run")(run)
    command(pehra, "status")(status)
    db = click.Group("db", help="The database.")
    command(db, "upgrade")(upgrade)
    command(db, "backup")(backup)
    pehra.add_command(db)


@click.option("--officer", "name", help="The first officer's name. Default: officer.")
def init(session: Session, name: str | None, as_json: bool) -> None:
    """Make a home: key file, database, first officer. What is there already stays as it is."""
    book, made = session.home.make()
    actor = officers.add_first(book, name or session.officer or "officer", at=now())
    answer = {"home": session.folder, "key_made": made, "officer": actor.name}
    if as_json:
        print_json(answer)
        return
    click.echo(f"The home {session.folder} is ready.")
    if made:
        click.echo("Keep a copy of its monitor.key apart from the database: without it nothing can be read.")


def doctor(session: Session, as_json: bool) -> None:
    """Say what works here and what does not."""
    rows = list(_findings(session))
    if as_json:
        print_json({"checks": [dict(zip(("what", "ok", "says"), row, strict=True)) for row in rows]})
    else:
        table(("", "what", "says"), [("ok" if ok else "NOT", what, says) for what, ok, says in rows])
    if not all(ok for what, ok, _ in rows if what != "browser"):
        sys.exit(1)


def _findings(session: Session) -> Iterator[tuple[str, bool, str]]:
    try:
        home = session.home
        yield "settings", True, str(home.config or "the defaults; there is no config.yaml here")
    except CasebookError as error:
        yield "settings", False, str(error)
        return
    parts: tuple[tuple[str, Callable[[], str]], ...] = (
        ("key", lambda: "the monitor's key is here" if home.vault() else ""),
        ("database", lambda: f"open, at revision {store.revision(session.book.engine)}"),
        ("writing", lambda: _writes(session)),
        ("disk", lambda: _room(session.folder)),
        ("officer", lambda: f"you act as {session.actor.name}"),
        ("platforms", lambda: f"{len(home.registry())} sheets"),
    )
    for what, try_it in parts:
        try:
            yield what, True, try_it()
        except CasebookError as error:
            yield what, False, str(error)
    browser = find_browser(home.settings.crawler.browser)
    missing = "none: pages that only scripts can show will be `unclear`; install Chromium"
    yield "browser", browser is not None, str(browser or missing)


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
    session.actor  # noqa: B018  # an officer's command like any other
    at = now()
    life, queue = beats.last(session.book), visits.queue(session.book, at=at)
    alive = life is not None and life.ended_at is None and at - life.beat_at < timedelta(seconds=BEAT_EVERY_S * 4)
    answer = {
        "monitor": "running" if alive else "stopped",
        "last_beat_at": life.beat_at if life else None,
        "due": queue.due,
        "overdue": queue.overdue,
        "running": queue.running,
        "states": links.counts(session.book),
    }
    if as_json:
        print_json(answer)
        return
    beat = life.beat_at.strftime("%Y-%m-%d %H:%M:%S UTC") if life else "never"
    click.echo(f"The monitor is {answer['monitor']}; it last beat: {beat}.")
    click.echo(f"Due {queue.due}, overdue {queue.overdue}, being visited {queue.running}.")
    table(("state", "links"), list(links.counts(session.book).items()))


def upgrade(session: Session, as_json: bool) -> None:
    """Bring the database to this program's form."""
    session.home.vault()
    engine = store.connect(session.home.url)
    store.upgrade(engine)
    answer = {"revision": store.revision(engine)}
    print_json(answer) if as_json else click.echo(f"The database stands at revision {answer['revision']}.")


@click.argument("file", type=click.Path(path_type=Path), required=False)
def backup(session: Session, file: Path | None, as_json: bool) -> None:
    """Write a consistent copy of the database; what is sealed stays sealed."""
    target = file or session.folder / f"backup-{now():%Y%m%dT%H%M%SZ}.sqlite3"
    if not os.access(target.parent, os.W_OK):
        raise Refused(f"{target.parent} cannot be written to: name another place")
    store.backup(session.book, target)
    print_json({"backup": target}) if as_json else click.echo(f"Copied to {target}. Keep the key elsewhere.")
