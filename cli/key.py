"""key rotate, export."""

from pathlib import Path

import click

from casebook import assignments, credentials
from casebook.errors import Refused
from casebook.keys import Identity
from cli import agent, passphrases
from cli.context import Session, command
from cli.output import as_json as print_json
from scheduler.clock import now
from scheduler.service import only_monitor


def join(pehra: click.Group) -> None:
    """Add these commands."""
    group = click.Group("key", help="Keys: your own, a case's, the monitor's.")
    command(group, "rotate")(rotate)
    command(group, "export")(export)
    pehra.add_command(group)


@click.option("--case", help="Give this case a new key.")
@click.option("--monitor", is_flag=True, help="Give the monitor a new key; it must not run meanwhile.")
def rotate(session: Session, case: str | None, monitor: bool, as_json: bool) -> None:
    """Make a new key: your own, or a case's, or the monitor's. What it opens is sealed anew."""
    if case is not None and monitor:
        raise Refused("name a case, or --monitor, not both")
    if monitor:
        with only_monitor(session.folder):
            session.home.change_key(session.actor, now())
        which = "monitor"
    elif case is not None:
        assignments.rotate_case(session.book, case, actor=session.actor, at=now())
        which = case.upper()
    else:
        which = _own(session)
    print_json({"rotated": which}) if as_json else click.echo(f"A new key for: {which}.")


def _own(session: Session) -> str:
    actor = session.actor
    chosen = passphrases.new_passphrase(actor.name) if session.claim.protected else None
    credentials.rotate(session.book, chosen, actor=actor, at=now())
    agent.forget(session.folder, actor.name)
    return actor.name


@click.argument("case")
@click.argument("file", type=click.Path(path_type=Path))
def export(session: Session, case: str, file: Path, as_json: bool) -> None:
    """Write a case's private key, for the age program to open files sealed to the case. Journaled."""
    secret = assignments.export_key(session.book, case, actor=session.actor, at=now())
    passphrases.write_identity(file, Identity.of(secret), f"The key of case {case.upper()}. Destroy it after use.")
    print_json({"written": file}) if as_json else click.echo(f"Written to {file}; destroy it after use.")
