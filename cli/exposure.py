"""link open; exposure; workload: what staff are exposed to, and what they carry."""

import sys
from collections.abc import Callable
from dataclasses import astuple

import click

from casebook import exposure, workload
from casebook.access import Role
from casebook.errors import Refused, Unavailable
from casebook.vocabulary import LinkId
from cli.context import Session, command
from cli.output import as_json as print_json
from cli.output import table
from scheduler.clock import now


def join(pehra: click.Group) -> None:
    """Add these commands."""
    links = pehra.commands["link"]
    assert isinstance(links, click.Group)  # noqa: S101  # joined before
    command(links, "open")(open_link)
    command(pehra, "exposure")(show)
    command(pehra, "workload")(load)


@click.argument("link", type=int)
@click.option("--yes", is_flag=True, help="Do not ask.")
def open_link(
    session: Session, link: int, yes: bool, as_json: bool, opener: Callable[[str], int] = click.launch
) -> None:
    """Open a link in the browser of this machine, which remembers it; counted as exposure. Never a child's link."""
    if not yes:
        _confirm(session, link)
    opened = exposure.open_link(session.book, LinkId(link), opener, actor=session.actor, at=now())
    if not opened.opened:
        raise Unavailable("no browser could be opened on this machine; that you meant to look is on record")
    if as_json:
        print_json(opened)
    else:
        click.echo(f"Opened link {link}. You opened {opened.in_7_days} in the last 7 days.")


def _confirm(session: Session, link: int) -> None:
    if not sys.stdin.isatty():
        raise Refused("opening a link is deliberate: say --yes")
    week = exposure.own_week(session.book, actor=session.actor, at=now())
    click.echo(f"You opened {week} in the last 7 days. What `pehra link show {link}` says may be enough.", err=True)
    click.confirm(f"Open link {link}?", abort=True, err=True)


def show(session: Session, as_json: bool) -> None:
    """Show how many links you opened in the last 30 days; a supervisor sees sums per officer."""
    if session.claim.role is Role.SUPERVISOR:
        sums = exposure.sums(session.book, actor=session.actor, at=now())
        _tell(as_json, sums, ("officer", "7 days", "30 days"), [astuple(one) for one in sums])
        return
    own = exposure.own(session.book, actor=session.actor, at=now())
    days = [(str(day), count) for day, count in own.days.items()]
    _tell(as_json, own, ("day", "opened"), [*days, ("7 days", own.in_7_days), ("30 days", own.in_30_days)])


def load(session: Session, as_json: bool) -> None:
    """Show what each officer carries: numbers alone."""
    found = workload.see(session.book, actor=session.actor, at=now())
    columns = ("officer", "cases", "links", "links waiting", "follow-ups overdue", "missed, 7 days", "opened, 7 days")
    _tell(as_json, found, columns, [astuple(one) for one in found])


def _tell(as_json: bool, answer: object, columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    print_json(answer) if as_json else table(columns, rows)
