"""report again, appeal, escalate: what follows on a report that was sent."""

import click

from casebook.vocabulary import LinkId, ReportId
from cli.context import Session, command
from cli.desk import NO_LOOKUP, SAY, TO, office, tell_drafts, wanted
from reporters import following
from reporters.desk import Drafted
from scheduler.clock import now


def join(group: click.Group) -> None:
    """Add these commands."""
    command(group, "again")(again)
    command(group, "appeal")(appeal)
    command(group, "escalate")(escalate)


@click.argument("number", type=int, metavar="REPORT")
@click.option("--link", "is_link", is_flag=True, help="REPORT is a link's number: its newest report is meant.")
@SAY
@TO
def again(session: Session, number: int, is_link: bool, say: tuple[str, ...], to: str | None, as_json: bool) -> None:
    """Draft a re-report of what came back, to the same channel, citing the first complaint's number."""
    actor, at = session.actor, now()
    report = following.of_link(session.book, LinkId(number), actor=actor, at=at) if is_link else ReportId(number)
    drafted = following.again(session.book, report, office(session), wanted(say, to=to), actor=actor, at=at)
    tell_drafts(session, drafted, as_json=as_json)


@click.argument("report", type=int)
@SAY
@TO
def appeal(session: Session, report: int, say: tuple[str, ...], to: str | None, as_json: bool) -> None:
    """Draft an appeal against a refusal, citing its reference and reason."""
    drafted = following.appeal(
        session.book, ReportId(report), office(session), wanted(say, to=to), actor=session.actor, at=now()
    )
    tell_drafts(session, drafted, as_json=as_json)


@click.argument("report", type=int, required=False)
@click.option("--basis", help="Carry it further on this law or policy (its id) instead of the one proposed.")
@SAY
@TO
@NO_LOOKUP
def escalate(
    session: Session,
    report: int | None,
    basis: str | None,
    say: tuple[str, ...],
    to: str | None,
    no_lookup: bool,
    as_json: bool,
) -> None:
    """Draft the next step where a deadline was not kept: of one report, or of every one that is overdue."""
    actor, at = session.actor, now()
    numbers = [ReportId(report)] if report else following.overdue(session.book, actor=actor, at=at)
    surroundings, asked = office(session, look_up=not no_lookup), wanted(say, basis=basis, to=to)
    each = [following.escalate(session.book, one, surroundings, asked, actor=actor, at=at) for one in numbers]
    if not each and not as_json:
        click.echo("No report is overdue.")
        return
    tell_drafts(session, _joined(each), as_json=as_json)


def _joined(each: list[Drafted]) -> Drafted:
    return Drafted(
        [view for one in each for view in one.reports],
        {number: content for one in each for number, content in one.contents.items()},
        [left for one in each for left in one.left_out],
    )
