"""report send: a person lets a report go."""

import os

import click

from casebook.replies import Noted
from casebook.vocabulary import ReportId
from cli.context import Session, command
from cli.desk import shown, tell_gone
from cli.output import as_json as print_json
from reporters import sending
from scheduler.clock import now
from scheduler.mail import way_out


def join(group: click.Group) -> None:
    """Add this command."""
    command(group, "send")(send)


@click.argument("report", type=int)
@click.option(
    "--resolve",
    type=click.Choice(["arrived", "lost"]),
    help="What you found out of a sending that was cut short; a lost one may be sent again.",
)
def send(session: Session, report: int, resolve: str | None, as_json: bool) -> None:
    """Send a complete draft by mail, once: names are filled in now, and its clocks start. Forms are for a person."""
    number, actor = ReportId(report), session.actor
    if resolve is not None:
        found = sending.resolve(session.book, number, arrived=resolve == "arrived", actor=actor, at=now())
    else:
        found = sending.send(
            session.book,
            number,
            session.home.settings.reports,
            way_out(session.home),
            actor=actor,
            clock=now,
            chance=os.urandom,
        )
    _tell(found, as_json=as_json)


def _tell(noted: Noted, *, as_json: bool) -> None:
    view = noted.report
    if as_json:
        print_json({**shown(view, None, None), "gone_before": noted.gone_before})
        return
    if view.sent_at is None:
        click.echo(f"Report {view.report} is {view.state}: it may be sent again.")
        return
    due = f" Its time ends on {view.due_at:%Y-%m-%d %H:%M} UTC." if view.due_at else ""
    click.echo(f"Report {view.report} is sent since {view.sent_at:%Y-%m-%d %H:%M} UTC.{due}")
    tell_gone(noted.gone_before)
