"""platform list, show, check."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import click

from casebook import controls
from casebook.access import Right, require
from casebook.controls import ControlView
from casebook.errors import CasebookError, NotFound
from cli.context import Session, command
from cli.output import as_json as print_json
from cli.output import paragraphs, table
from cli.platform_page import channel_lines, markdown
from platforms.sheet import Engine, Sheet
from scheduler import jobs
from scheduler.clock import now

BELIEVED_FOR = timedelta(days=180)


def join(pehra: click.Group) -> None:
    """Add these commands."""
    group = click.Group("platform", help="What is known of each platform.")
    command(group, "list")(list_platforms)
    command(group, "show")(show)
    command(group, "check")(check)
    pehra.add_command(group)


@click.option("--markdown", "as_markdown", is_flag=True, help="Print the page that docs/platforms.md holds.")
def list_platforms(session: Session, as_json: bool, as_markdown: bool) -> None:
    """List the platforms that have a sheet and the software that any site may run on, and which facts are old."""
    registry = session.home.registry()
    sheets, engines = list(registry), registry.engines
    broken, today = _broken(session), now().date()
    if as_json:
        listed = [_listed(sheet, broken, today) for sheet in sheets]
        print_json([*listed, *(_listed_engine(engine, today) for engine in engines)])
        return
    if as_markdown:
        click.echo(markdown(registry), nl=False)
        return
    rows = [
        (
            one.id,
            one.name,
            ", ".join(one.hosts),
            len(one.marker),
            len(one.channel),
            f"broken since {broken[one.id]:%Y-%m-%d %H:%M}" if one.id in broken else None,
            len(old_facts(one, today)) or None,
        )
        for one in sheets
    ]
    table(("platform", "name", "hosts", "markers", "channels", "our view", "old facts"), rows)
    click.echo("\nSoftware that is known by what it emits, on whatever host:\n")
    software = [(one.id, one.name, len(one.marker), len(old_facts(one, today)) or None) for one in engines]
    table(("engine", "name", "markers", "old facts"), software)


def _broken(session: Session) -> dict[str, datetime]:
    """Give the platforms of one's cases whose view is broken; sheets can be listed where there is no home yet."""
    try:
        return controls.outages(session.book, actor=session.actor, at=now())
    except CasebookError:
        return {}


def _listed(sheet: Sheet, broken: Mapping[str, datetime], today: date) -> dict[str, Any]:
    known: dict[str, Any] = sheet.model_dump(mode="json", include={"id", "name", "hosts"})
    return {
        **known,
        "kind": "platform",
        "broken_since": broken.get(sheet.id),
        "controls": len(sheet.control),
        "old": old_facts(sheet, today),
    }


def _listed_engine(engine: Engine, today: date) -> dict[str, Any]:
    known: dict[str, Any] = engine.model_dump(mode="json", include={"id", "name"})
    return {
        **known,
        "hosts": [],
        "kind": "engine",
        "broken_since": None,
        "controls": 0,
        "old": old_facts(engine, today),
    }


def old_facts(sheet: Sheet | Engine, today: date) -> list[dict[str, str]]:
    """Name the facts of a sheet that nobody has seen true for so long that they may not be any more."""
    facts = [(one.rule, one.seen) for one in sheet.marker]
    if isinstance(sheet, Sheet):
        facts += [(f"profile {one.address}", one.seen) for one in sheet.profile]
        facts += [(f"channel {one.kind} to {one.to}", one.seen) for one in sheet.channel]
    return [{"fact": fact, "seen": str(seen)} for fact, seen in facts if today - seen > BELIEVED_FOR]


@click.argument("platform")
def show(session: Session, platform: str, as_json: bool) -> None:
    """Show one platform's sheet: each fact with its source and the day it was last seen true."""
    sheet = _known(session, platform)
    if as_json:
        print_json(sheet.model_dump(mode="json", exclude_none=True))
        return
    click.echo(f"{sheet.name} ({sheet.id}): {', '.join(sheet.hosts)}\n")
    if sheet.limits:
        click.echo(f"{sheet.limits}\n")
    table(("shows", "rule", "seen", "source"), [(m.shows, m.rule, str(m.seen), m.source) for m in sheet.marker])
    click.echo("\nChannels\n" if sheet.channel else "\nNo channel is known: see generic_host.")
    for number, channel in enumerate(sheet.channel, 1):
        paragraphs(*channel_lines(channel, number))
        click.echo()


@click.argument("platform", required=False)
def check(session: Session, platform: str | None, as_json: bool) -> None:
    """Visit the addresses known to be live or missing now, and say whether our view of each platform works."""
    require(session.actor, Right.RECORD_CHECKS)
    sheets = [_known(session, platform)] if platform else list(session.home.registry())
    with_controls = [one for one in sheets if one.control]
    if with_controls:
        jobs.look_at_controls(session.home, [one.id for one in with_controls])
    broken = controls.outages(session.book, actor=session.actor, at=now())
    seen = {one.id: controls.last_visits(session.book, controls.controls_of(one)) for one in sheets}
    if as_json:
        print_json({"platforms": [_checked(one.id, seen[one.id], broken) for one in sheets]})
        return
    for line in _sentences(sheets, seen, broken):
        click.echo(line)
    rows = [
        (one.platform, "live" if one.expected == "live" else "missing", one.verdict, _word(one), one.at, one.url)
        for sheet in with_controls
        for one in seen[sheet.id]
    ]
    if rows:
        click.echo()
        table(("platform", "known to be", "seen as", "that is", "at", "address"), rows)


def _known(session: Session, platform: str) -> Sheet:
    sheet = session.home.registry().sheet(platform)
    if sheet is None:
        raise NotFound("no platform of that id; try: pehra platform list")
    return sheet


def _checked(platform: str, seen: Sequence[ControlView], broken: Mapping[str, datetime]) -> dict[str, Any]:
    return {"platform": platform, "view": _view(seen), "broken_since": broken.get(platform), "controls": seen}


def _view(seen: Sequence[ControlView]) -> str:
    if any(one.right is False for one in seen):
        return "broken"
    return "works" if any(one.right for one in seen) else "unknown"


def _sentences(
    sheets: Sequence[Sheet], seen: Mapping[str, Sequence[ControlView]], broken: Mapping[str, datetime]
) -> Iterator[str]:
    names: dict[str, list[str]] = {"broken": [], "works": [], "unknown": []}
    for sheet in sheets:
        names[_view(seen[sheet.id])].append(sheet.id)
    for one in names["broken"]:
        since = f" since {broken[one]:%Y-%m-%d %H:%M} UTC" if one in broken else ""
        yield f"Our view of {one} is broken{since}: what is seen there counts as unclear."
    if names["works"]:
        yield f"Our view works: {', '.join(names['works'])}."
    if names["unknown"]:
        yield f"Cannot be told, for want of a control that answered: {', '.join(names['unknown'])}."


def _word(one: ControlView) -> str:
    return {True: "right", False: "WRONG", None: "nothing told"}[one.right]
