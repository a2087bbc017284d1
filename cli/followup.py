"""followup add, list, done, missed."""

from datetime import datetime

import click

from casebook import followups
from cli.context import Session, command
from cli.output import as_json as print_json
from cli.output import table
from cli.when import WHEN
from cli.words import said_if_any
from scheduler.clock import now

TEXT = click.argument("text", required=False, metavar="[TEXT|-]")


def join(pehra: click.Group) -> None:
    """Add these commands."""
    group = click.Group("followup", help="When somebody is to be asked how they are.")
    command(group, "add")(add)
    command(group, "list")(list_followups)
    command(group, "done")(done)
    command(group, "missed")(missed)
    pehra.add_command(group)


@click.argument("case")
@click.option("--due", required=True, type=WHEN, help="2026-03-05, 2026-03-05T14:00 (UTC), +3d or +12h.")
@TEXT
def add(session: Session, case: str, due: datetime, text: str | None, as_json: bool) -> None:
    """Set a follow-up. Words in an argument stay in the shell's history; - reads standard input."""
    words = said_if_any(text, "what there is to note")
    entry = followups.add(session.book, case, due, words, actor=session.actor, at=now())
    answer = {"case": case.strip().upper(), "entry": entry, "due_at": due}
    print_json(answer) if as_json else click.echo(f"Follow-up {entry} is due {_said(due)}.")


def _said(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC")


@click.argument("case", required=False)
def list_followups(session: Session, case: str | None, as_json: bool) -> None:
    """List the follow-ups still to be made, of one case or of all of yours; what is due comes first."""
    found = followups.list_open(session.book, actor=session.actor, at=now(), case=case)
    if as_json:
        print_json(found)
        return
    rows = [
        (one.entry, one.case, one.due_at, "OVERDUE" if one.overdue else None, one.missed_in_a_row, one.words)
        for one in found
    ]
    table(("follow-up", "case", "due", "", "missed in a row", "words"), rows)


@click.argument("entry", type=int)
@TEXT
def done(session: Session, entry: int, text: str | None, as_json: bool) -> None:
    """Note that a follow-up was made. Words in an argument stay in the shell's history; - reads standard input."""
    case = followups.done(
        session.book, entry, said_if_any(text, "what there is to note"), actor=session.actor, at=now()
    )
    print_json({"case": case, "done": entry}) if as_json else click.echo(f"Follow-up {entry} of {case} is done.")


@click.argument("entry", type=int)
@click.option("--next", "following", required=True, type=WHEN, help="When to try again.")
@TEXT
def missed(session: Session, entry: int, following: datetime, text: str | None, as_json: bool) -> None:
    """Note that nobody was reached, and when to try again.

    Words in an argument stay in the shell's history; - reads standard input.
    """
    words = said_if_any(text, "what there is to note")
    found = followups.missed(session.book, entry, following, words, actor=session.actor, at=now())
    if as_json:
        print_json(found)
        return
    click.echo(f"Missed {found.in_a_row} in a row. Follow-up {found.next} of {found.case} is due {_said(following)}.")
    if found.risk_protocol:
        click.echo("The risk protocol applies now: talk to your lead. No message was sent, and none will be by itself.")
