"""officer add, list, remove, passphrase, restore; assign, unassign; unlock, lock; notices."""

from pathlib import Path

import click

from casebook import assignments, credentials, notices, officers
from casebook.access import Actor, Role
from casebook.errors import Refused
from cli import agent, passphrases
from cli.context import Session, command
from cli.output import as_json as print_json
from cli.output import table
from scheduler.clock import now

ROLES = [role.value for role in Role if role is not Role.MONITOR]
PATH = click.Path(path_type=Path)
MINUTES = 15


def join(pehra: click.Group) -> None:
    """Add these commands."""
    group = click.Group("officer", help="Members of staff, their roles and their keys.")
    command(group, "add")(add)
    command(group, "list")(list_officers)
    command(group, "remove")(remove)
    command(group, "passphrase")(passphrase)
    command(group, "restore")(restore)
    pehra.add_command(group)
    command(pehra, "assign")(assign)
    command(pehra, "unassign")(unassign)
    command(pehra, "unlock")(unlock)
    command(pehra, "lock")(lock)
    command(pehra, "notices")(read_notices)


@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default=Role.OFFICER.value, show_default=True)
def add(session: Session, name: str, role: str, as_json: bool) -> None:
    """Add a member of staff. The passphrase asked for is the new one's own; they see no case until assigned."""
    actor = _who_adds(session)
    chosen = passphrases.new_passphrase(name)
    made = officers.add(session.book, name, Role(role), actor=actor, at=now(), passphrase=chosen)
    if as_json:
        print_json({"officer": made, "role": role, "protected": chosen is not None})
        return
    click.echo(f"{made} is added as {role}.")
    if chosen is None:
        click.echo(
            "They have no passphrase yet: let them run `pehra officer passphrase`, or this home opens their key."
        )


def _who_adds(session: Session) -> Actor:
    """Take who is named where their passphrase cannot be asked for: a file then holds the new one's own.

    Adding somebody opens nothing to anybody, and the journal says that it was not proved.
    """
    if session.unlocked or passphrases.names_both() or not session.claim.protected or not passphrases.has_file():
        return session.actor
    return Actor(session.claim.name, session.claim.role, session.claim.officer)


def list_officers(session: Session, as_json: bool) -> None:
    """List members of staff."""
    found = officers.list_officers(session.book, actor=session.actor, at=now())
    if as_json:
        print_json(found)
        return
    rows = [(one.officer, one.name, one.role, one.protected or "NO", one.added_at, one.left_at) for one in found]
    table(("officer", "name", "role", "passphrase", "added", "left"), rows)


@click.argument("name")
def remove(session: Session, name: str, as_json: bool) -> None:
    """Take a member of staff off the list; what they did stays on record."""
    gone = assignments.dismiss(session.book, name, actor=session.actor, at=now())
    agent.forget(session.folder, gone)
    print_json({"removed": gone}) if as_json else click.echo(f"{gone} opens nothing here any more.")


def passphrase(session: Session, as_json: bool) -> None:
    """Set a new passphrase for your own key."""
    actor = session.actor
    chosen = passphrases.new_passphrase(actor.name)
    if chosen is None:
        raise Refused(f"there is nobody to ask: name a file in {passphrases.NEW}")
    credentials.set_passphrase(session.book, chosen, actor=actor, at=now())
    print_json({"officer": actor.name, "protected": True}) if as_json else click.echo("The passphrase is set.")


@click.argument("name")
@click.option("--escrow", type=PATH, help="The escrow key's file, where nobody else is assigned to their cases.")
def restore(session: Session, name: str, escrow: Path | None, as_json: bool) -> None:
    """Give somebody who lost their passphrase a new key, and their cases back. The passphrase asked for is theirs."""
    actor = session.actor
    key = passphrases.identity_in(escrow) if escrow else None
    chosen = passphrases.new_passphrase(name)
    if chosen is None:
        raise Refused(f"there is nobody to ask for their new passphrase: name a file in {passphrases.NEW}")
    shut = credentials.restore(session.book, name, chosen, actor=actor, at=now(), escrow=key)
    if as_json:
        print_json({"restored": name, "still_shut": shut})
        return
    click.echo("They have a new key.")
    if shut:
        click.echo(f"Cases still shut to them: {shut}. Somebody else assigned to those, or the escrow key, opens them.")


@click.argument("case")
@click.argument("officer")
@click.option(
    "--escrow", type=PATH, help="The escrow key's file, where nobody assigned is left. Those assigned are told."
)
def assign(session: Session, case: str, officer: str, escrow: Path | None, as_json: bool) -> None:
    """Let an officer into a case."""
    key = passphrases.identity_in(escrow) if escrow else None
    assignments.assign(session.book, case, officer, actor=session.actor, at=now(), escrow=key)
    _said(session, case, f"{officer} is assigned to {case.upper()}.", as_json=as_json)


@click.argument("case")
@click.argument("officer")
def unassign(session: Session, case: str, officer: str, as_json: bool) -> None:
    """End an officer's way into a case; the case gets a new key."""
    assignments.unassign(session.book, case, officer, actor=session.actor, at=now())
    _said(session, case, f"{officer} opens {case.upper()} no more.", as_json=as_json)


def _said(session: Session, case: str, words: str, *, as_json: bool) -> None:
    if as_json:
        history = assignments.history(session.book, case, actor=session.actor, at=now())
        print_json({"case": case.upper(), "assigned": [one for one in history if one.ended_at is None]})
    else:
        click.echo(words)


@click.option("--minutes", type=click.FloatRange(0.01, 12 * 60), default=MINUTES, show_default=True)
def unlock(session: Session, minutes: float, as_json: bool) -> None:
    """Keep your key unlocked for some minutes, so that the passphrase is not asked for at each command."""
    actor = session.actor
    if not session.claim.protected or actor.identity is None:
        raise Refused("your key has no passphrase: set one with `pehra officer passphrase`")
    agent.keep(session.folder, actor.name, actor.identity, minutes)
    answer = {"officer": actor.name, "minutes": minutes}
    print_json(answer) if as_json else click.echo(f"Unlocked for {minutes:g} minutes; `pehra lock` ends it sooner.")


def lock(session: Session, as_json: bool) -> None:
    """Forget an unlocked key."""
    was = agent.forget(session.folder, session.claim.name)
    print_json({"locked": True, "was_unlocked": was}) if as_json else click.echo("Locked.")


@click.option("--seen", is_flag=True, help="Those read before too.")
def read_notices(session: Session, seen: bool, as_json: bool) -> None:
    """Read what somebody did to a case of yours that you must hear of."""
    found = notices.read(session.book, actor=session.proved, at=now(), seen=seen)
    if as_json:
        print_json(found)
    else:
        table(("at", "notice"), [(one.at, one.words) for one in found])
