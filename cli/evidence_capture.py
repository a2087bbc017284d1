"""evidence capture: look now, and keep what is shown."""

import sys

import click

from casebook.captured import Captured
from casebook.vocabulary import LinkId, Why
from cli.context import Session, command
from cli.output import as_json as print_json
from cli.output import table
from scheduler import capturing

SHOWN = ("link", "case", "number", "at", "sha256")


def join(group: click.Group) -> None:
    """Add this command."""
    command(group, "capture")(capture)


@click.argument("link", type=int, nargs=-1, required=True)
def capture(session: Session, link: tuple[int, ...], as_json: bool) -> None:
    """Look at these links now, and keep a sealed copy of what they show."""
    session.home.registry()
    numbers = [LinkId(one) for one in dict.fromkeys(link)]
    asked = capturing.capture_now(session.book, session.home, numbers, Why.ASKED, actor=session.actor)
    if as_json:
        print_json({"captured": [_shown(one) for one in asked.captured], "not_captured": asked.not_captured})
    else:
        table(
            ("link", "case", "record", "at (UTC)", "SHA-256"), [tuple(_shown(one).values()) for one in asked.captured]
        )
        for one in asked.not_captured:
            click.echo(f"Link {one.link} was not captured: {one.reason}")
    if not asked.captured:
        sys.exit(1)


def _shown(one: Captured) -> dict[str, object]:
    return {name: getattr(one, name) for name in SHOWN}
