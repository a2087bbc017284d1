"""What a second person approves: break-glass, case erase, request list, approve, refuse; and what time lets go of."""

from pathlib import Path

import click

from casebook import erasing, requests
from cli import passphrases
from cli.context import Session, command
from cli.output import as_json as print_json
from cli.output import table
from cli.words import said
from scheduler import jobs
from scheduler.clock import now

PATH = click.Path(path_type=Path)
REASON = click.option("--reason", help="Why; - reads it from standard input. Sealed to those concerned.")
APPROVER = click.option("--approver", required=True, help="Who is asked to approve.")


# Counted over cases of which whoever runs it may not know that they are swept for, or captured.
OF_SWEEPS = {"seen", "names", "captures"}


def join(pehra: click.Group) -> None:
    """Add these commands."""
    command(pehra, "break-glass")(break_glass)
    group = click.Group("request", help="What needs a second person.")
    command(group, "list")(list_requests)
    command(group, "approve")(approve)
    command(group, "refuse")(refuse)
    pehra.add_command(group)
    keeping = click.Group("retention", help="What is kept no longer than it has to be.")
    command(keeping, "run")(let_go)
    command(keeping, "receipts")(receipts)
    pehra.add_command(keeping)


@click.argument("case")
@APPROVER
@REASON
@click.option("--hours", type=int, default=24, show_default=True, help="How long the way in lasts, 72 at most.")
def break_glass(session: Session, case: str, approver: str, reason: str | None, hours: int, as_json: bool) -> None:
    """Ask for a way into somebody else's case in an emergency. They are told, and it cannot be unsaid."""
    why = said(reason, "Why")
    requests.break_glass(session.book, case, approver, why, hours, actor=session.actor, at=now())
    answer = {"asked": case.upper(), "approver": approver}
    print_json(answer) if as_json else click.echo(f"If there is such a case, {approver} finds the request waiting.")


def list_requests(session: Session, as_json: bool) -> None:
    """List what was asked by you or of you, or about a case of yours."""
    found = requests.list_requests(session.book, actor=session.actor, at=now())
    if as_json:
        print_json(found)
        return
    rows = [(one.request, one.kind, one.case, one.asked_by, one.approver, _stands(one), one.reason) for one in found]
    table(("request", "for", "case", "asked by", "approver", "stands", "reason"), rows)


def _stands(one: requests.RequestView) -> str:
    if one.refused_at is not None:
        return "refused"
    if one.done_at is not None:
        return "done"
    return "waiting" if one.approved_at is None else "approved"


@click.argument("request", type=int)
@click.option("--escrow", type=PATH, help="The escrow key's file, where you are not assigned to the case yourself.")
def approve(session: Session, request: int, escrow: Path | None, as_json: bool) -> None:
    """Approve what was asked of you."""
    key = passphrases.identity_in(escrow) if escrow else None
    done = requests.approve(session.book, request, actor=session.actor, at=now(), escrow=key)
    print_json(done) if as_json else click.echo("Approved; those assigned to the case are told.")


@click.argument("request", type=int)
def refuse(session: Session, request: int, as_json: bool) -> None:
    """Refuse what was asked of you, or object to the erasing of a case of yours."""
    done = requests.refuse(session.book, request, actor=session.actor, at=now())
    print_json(done) if as_json else click.echo("Refused; who asked is told.")


def let_go(session: Session, as_json: bool) -> None:
    """Do now what the monitor does by itself: let go of what is past its time, erase what is due."""
    session.actor  # noqa: B018  # somebody of this home, whoever it is
    swept, erased = jobs.let_go(session.book, session.home)
    if as_json:
        counts = {name: count for name, count in vars(swept).items() if name not in OF_SWEEPS}
        print_json({"swept": counts, "erased": erased})
        return
    gone = f"{swept.checks} checks, {swept.notices} notices and {swept.drafts} drafts"
    click.echo(f"Let go of {gone}; erased {len(erased)} cases.")


def receipts(session: Session, as_json: bool) -> None:
    """List the receipts of erased cases."""
    found = erasing.receipts(session.book, actor=session.actor)
    if as_json:
        print_json(found)
        return
    rows = [(one.case, one.erased_at, one.asked_by, one.approved_by, one.links, one.entries) for one in found]
    table(("case", "erased", "asked by", "approved by", "links", "entries"), rows)
