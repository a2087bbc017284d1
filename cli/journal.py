"""journal verify."""

import sys

import click

from casebook import journal
from cli.context import Session, command
from cli.output import as_json as print_json


def join(pehra: click.Group) -> None:
    """Add this command."""
    group = click.Group("journal", help="The append-only record of acts and looks.")
    command(group, "verify")(verify)
    pehra.add_command(group)


def verify(session: Session, as_json: bool) -> None:
    """Prove the journal whole, or name the first bad entry."""
    found = journal.verify(session.book, session.actor)
    if as_json:
        print_json({"whole": found.first_bad is None, **vars(found)})
    elif found.first_bad is None:
        click.echo(f"The journal is whole: {found.entries} entries.")
    else:
        click.echo(f"Entry {found.first_bad} is bad: {found.because}. The {found.entries} before it hold.")
    if found.first_bad is not None:
        sys.exit(1)
