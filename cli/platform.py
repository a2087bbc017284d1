"""platform list, show."""

import click

from casebook.errors import NotFound
from cli.context import Session, command
from cli.output import as_json as print_json
from cli.output import table


def join(pehra: click.Group) -> None:
    """Add these commands."""
    group = click.Group("platform", help="What is known of each platform.")
    command(group, "list")(list_platforms)
    command(group, "show")(show)
    pehra.add_command(group)


def list_platforms(session: Session, as_json: bool) -> None:
    """List the platforms that have a sheet."""
    sheets = list(session.home.registry())
    if as_json:
        print_json([sheet.model_dump(mode="json", include={"id", "name", "hosts"}) for sheet in sheets])
        return
    rows = [(one.id, one.name, ", ".join(one.hosts), len(one.marker), len(one.channel)) for one in sheets]
    table(("platform", "name", "hosts", "markers", "channels"), rows)


@click.argument("platform")
def show(session: Session, platform: str, as_json: bool) -> None:
    """Show one platform's sheet: each fact with its source and the day it was last seen true."""
    sheet = {one.id: one for one in session.home.registry()}.get(platform)
    if sheet is None:
        raise NotFound("no platform of that id; try: pehra platform list")
    if as_json:
        print_json(sheet.model_dump(mode="json", exclude_none=True))
        return
    click.echo(f"{sheet.name} ({sheet.id}): {', '.join(sheet.hosts)}\n")
    table(("shows", "rule", "seen", "source"), [(m.shows, m.rule, str(m.seen), m.source) for m in sheet.marker])
    click.echo()
    table(("channel", "lane", "to", "seen"), [(c.kind, c.lane, c.to, str(c.seen)) for c in sheet.channel])
