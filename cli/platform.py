"""platform list, show."""

from collections import Counter
from collections.abc import Iterable

import click

from casebook.errors import NotFound
from cli.context import Session, command
from cli.output import as_json as print_json
from cli.output import table
from platforms.sheet import Channel, Sheet
from platforms.words import Verdict

HEAD = """# Platforms

What is known of each platform, made from the sheets in `platforms/sheets` by `pehra platform list --markdown`. What can
be told is what a visit without an account can prove; *as any site* means that the rules for sites without a sheet hold
as well. Channels that a person has to check before use are counted behind the plus sign. Every fact names its source in
the sheet; the last column gives the days between which they were last seen true.

| platform | hosts | can be told | browser | channels | seen |
|---|---|---|---|---|---|
"""
LIMITS = """
## What cannot be told

Where a visit cannot tell, the finding is *unclear* and a person looks; it is never taken for a removal.

"""


def join(pehra: click.Group) -> None:
    """Add these commands."""
    group = click.Group("platform", help="What is known of each platform.")
    command(group, "list")(list_platforms)
    command(group, "show")(show)
    pehra.add_command(group)


@click.option("--markdown", "as_markdown", is_flag=True, help="Print the page that docs/platforms.md holds.")
def list_platforms(session: Session, as_json: bool, as_markdown: bool) -> None:
    """List the platforms that have a sheet."""
    sheets = list(session.home.registry())
    if as_json:
        print_json([sheet.model_dump(mode="json", include={"id", "name", "hosts"}) for sheet in sheets])
        return
    if as_markdown:
        click.echo(markdown(sheets), nl=False)
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
    if sheet.limits:
        click.echo(f"{sheet.limits}\n")
    table(("shows", "rule", "seen", "source"), [(m.shows, m.rule, str(m.seen), m.source) for m in sheet.marker])
    click.echo()
    channels = [(c.kind, c.lane, c.to, "yes" if c.sure else "check first", str(c.seen)) for c in sheet.channel]
    table(("channel", "lane", "to", "sure", "seen"), channels)


def markdown(sheets: Iterable[Sheet]) -> str:
    """Write the page that tells people what is known of which platform."""
    by_name = sorted(sheets, key=lambda sheet: sheet.name.casefold())
    limits = [f"- {sheet.name}: {sheet.limits}\n" for sheet in by_name if sheet.limits]
    return HEAD + "".join(_row(sheet) for sheet in by_name) + LIMITS + "".join(limits)


def _row(sheet: Sheet) -> str:
    days = sorted([*(marker.seen for marker in sheet.marker), *(channel.seen for channel in sheet.channel)])
    seen = " to ".join(dict.fromkeys(str(day) for day in (days[0], days[-1]))) if days else "-"
    hosts = ", ".join(f"`{host}`" for host in sheet.hosts)
    cells = (sheet.name, hosts, _told(sheet), "yes" if sheet.scripts else "no", _lanes(sheet.channel), seen)
    return f"| {' | '.join(cells)} |\n"


def _told(sheet: Sheet) -> str:
    shown = {marker.shows for marker in sheet.marker}
    words = [verdict.value for verdict in Verdict if verdict in shown and verdict is not Verdict.UNCLEAR]
    return ", ".join([*words, *(["as any site"] if sheet.otherwise == "generic" else [])]) or "nothing yet"


def _lanes(channels: Iterable[Channel]) -> str:
    """Count the channels of each lane; `2 + 1` are two, and one that is not sure."""
    counts = Counter((channel.lane, channel.sure) for channel in channels)
    lanes = dict.fromkeys(lane for lane, _ in counts)
    return ", ".join(f"{lane} {_count(counts[lane, True], counts[lane, False])}" for lane in lanes) or "none known"


def _count(sure: int, unsure: int) -> str:
    return f"{sure} + {unsure}" if unsure else str(sure)
