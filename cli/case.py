"""case open, list, show, risk, close, withdraw, erase."""

import random
from datetime import datetime

import click

from casebook import casefile, cases, requests, risk
from casebook.vocabulary import EntryKind, Risk
from cli.context import Session, command
from cli.output import as_json as print_json
from cli.output import table
from cli.request import APPROVER, REASON
from cli.when import WHEN
from cli.words import said
from scheduler.clock import now


def join(pehra: click.Group) -> None:
    """Add these commands."""
    group = click.Group("case", help="Cases: one complainant's matter each.")
    command(group, "open")(open_case)
    command(group, "list")(list_cases)
    command(group, "show")(show)
    command(group, "risk")(set_risk)
    command(group, "close")(close)
    command(group, "withdraw")(withdraw)
    command(group, "erase")(erase)
    pehra.add_command(group)


@click.option("--minor", is_flag=True, help="A minor: nothing is fetched beyond what tells that it is up.")
@click.option("--urgent", is_flag=True, help="Look more often.")
@click.option("--note", help="A note, kept sealed.")
def open_case(session: Session, minor: bool, urgent: bool, note: str | None, as_json: bool) -> None:
    """Open a case and print its reference."""
    ref = cases.open_case(
        session.book,
        actor=session.actor,
        at=now(),
        chance=random.SystemRandom(),
        minor=minor,
        urgent=urgent,
        note=note,
    )
    print_json({"case": ref}) if as_json else click.echo(ref)


@click.option("--closed", is_flag=True, help="Closed ones too.")
def list_cases(session: Session, closed: bool, as_json: bool) -> None:
    """List cases, newest first."""
    found = cases.list_cases(session.book, actor=session.actor, at=now(), closed=closed)
    if as_json:
        print_json([{"case": one.ref, **_fields(one)} for one in found])
        return
    rows = [(one.ref, one.links, one.minor or None, one.urgent or None, one.opened_at, one.closed_at) for one in found]
    table(("case", "links", "minor", "urgent", "opened", "closed"), rows)


def _fields(view: cases.CaseView) -> dict[str, object]:
    return {name: value for name, value in vars(view).items() if name != "ref"}


@click.argument("case")
def show(session: Session, case: str, as_json: bool) -> None:
    """Show one case with its newest note."""
    actor = session.actor
    view = cases.show(session.book, case, actor=actor, at=now())
    notes = [one for one in casefile.read(session.book, case, actor=actor, at=now()) if one.kind is EntryKind.NOTE]
    answer = {"case": view.ref, **_fields(view), "note": notes[-1].words["words"] if notes else None}
    if as_json:
        print_json(answer)
    else:
        table(("what", "is"), list(answer.items()))


@click.argument("case")
@click.argument("level", type=click.Choice([one.value for one in Risk]))
@click.option(
    "--because", metavar="TEXT|-", help="Why; - reads it from standard input, an argument stays in the shell's history."
)
@click.option("--due", type=WHEN, help="When to ask how they are. Default: 72 hours for high, 24 for immediate.")
def set_risk(session: Session, case: str, level: str, because: str | None, due: datetime | None, as_json: bool) -> None:
    """Say how great the danger is; kept sealed. A high or immediate one sets a follow-up."""
    words = said(because, "Why")
    flagged = risk.flag(session.book, case, Risk(level), words, actor=session.actor, at=now(), due_at=due)
    if as_json:
        print_json(flagged)
        return
    click.echo(f"{flagged.case}: the risk is {level}.")
    if flagged.follow_up_due_at:
        click.echo(f"A follow-up is due {flagged.follow_up_due_at:%Y-%m-%d %H:%M UTC}.")


@click.argument("case")
def close(session: Session, case: str, as_json: bool) -> None:
    """Close a case: its links are watched no longer; what was learned stays."""
    cases.close(session.book, case, actor=session.actor, at=now())
    print_json({"closed": case.upper()}) if as_json else click.echo(f"{case.upper()} is closed.")


@click.argument("case")
def withdraw(session: Session, case: str, as_json: bool) -> None:
    """Take back every consent and close the case: nothing is sent, watched or published from now on."""
    acts = cases.withdraw(session.book, case, actor=session.actor, at=now())
    if as_json:
        print_json({"withdrawn": case.upper(), "revoked": acts})
        return
    click.echo(f"{case.upper()} is closed; taken back: {', '.join(acts) or 'nothing was given'}.")
    click.echo(f"Its file stays until it is erased: pehra case erase {case.upper()}")


@click.argument("case")
@APPROVER
@REASON
def erase(session: Session, case: str, approver: str, reason: str | None, as_json: bool) -> None:
    """Ask for a case to be erased for good: a second person approves, then there is time to object."""
    requests.erase(session.book, case, approver, said(reason, "Why"), actor=session.actor, at=now())
    answer = {"asked": case.upper(), "approver": approver}
    print_json(answer) if as_json else click.echo(f"{approver} is asked to approve: pehra request list")
