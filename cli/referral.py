"""referral add, list, outcome."""

from datetime import date

import click

from casebook import referrals
from cli.context import Session, command
from cli.output import as_json as print_json
from cli.output import table
from cli.when import DAY
from cli.words import WORDS, said
from scheduler.clock import now


def join(pehra: click.Group) -> None:
    """Add these commands."""
    group = click.Group("referral", help="Whom a complainant was sent on to, and what came of it.")
    command(group, "add")(add)
    command(group, "list")(list_referrals)
    command(group, "outcome")(outcome)
    pehra.add_command(group)


@click.argument("case")
@click.option("--to", required=True, type=WORDS, help="The body, such as a commission, a lawyer, a psychologist.")
@click.option("--on", required=True, type=DAY, help="The day of it.")
@click.option("--accompanied", type=WORDS, help="Who went along, or how.")
@click.option("--outcome", type=WORDS, help="What came of it, where that is known already.")
def add(
    session: Session, case: str, to: str, on: date, accompanied: str | None, outcome: str | None, as_json: bool
) -> None:
    """Note a referral."""
    entry = referrals.add(
        session.book, case, to, on, actor=session.actor, at=now(), accompanied=accompanied, outcome=outcome
    )
    answer = {"case": case.strip().upper(), "entry": entry}
    print_json(answer) if as_json else click.echo(f"Noted as referral {entry}.")


@click.argument("case")
def list_referrals(session: Session, case: str, as_json: bool) -> None:
    """List a case's referrals."""
    found = referrals.list_of(session.book, case, actor=session.actor, at=now())
    if as_json:
        print_json(found)
        return
    rows = [(one.entry, one.on, one.to, one.accompanied, "; ".join(one.outcomes) or None) for one in found]
    table(("referral", "on", "to", "accompanied", "outcome"), rows)


@click.argument("entry", type=int)
@click.argument("text", required=False, metavar="[TEXT|-]")
def outcome(session: Session, entry: int, text: str | None, as_json: bool) -> None:
    """Note what came of a referral; what was noted before stays.

    Asked for at a terminal where it is left out; as an argument it stays in the shell's history.
    """
    words = said(text, "What came of it")
    case = referrals.add_outcome(session.book, entry, words, actor=session.actor, at=now())
    print_json({"case": case, "entry": entry}) if as_json else click.echo(f"Noted for referral {entry}.")
