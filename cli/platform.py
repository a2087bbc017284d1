"""platform list, show, check."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import click

from casebook import controls
from casebook.access import Right, require
from casebook.controls import ControlView
from casebook.errors import CasebookError, NotFound
from cli.context import Session, command
from cli.output import as_json as print_json
from cli.output import table
from platforms.registry import Registry
from platforms.sheet import Channel, Engine, Sheet
from platforms.words import Verdict
from scheduler import jobs
from scheduler.clock import now

BELIEVED_FOR = timedelta(days=180)

HEAD = """# Platforms

What is known of each platform, made from the sheets in `platforms/sheets` by `pehra platform list --markdown`. What can
be told is what a visit without an account can prove; *as any site* means that the rules for sites without a sheet hold
as well. Channels that a person has to check before use are counted behind the plus sign. Every fact names its source in
the sheet; the last column gives the days between which they were last seen true.

| platform | hosts | can be told | browser | channels | seen |
|---|---|---|---|---|---|
"""
ENGINES = """
## Software that many sites run on

A site that no sheet claims is known by what its software emits, so that a thousand forums need one description.

| software | can be told | seen |
|---|---|---|
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
    click.echo()
    channels = [(c.kind, c.lane, c.to, "yes" if c.sure else "check first", str(c.seen)) for c in sheet.channel]
    table(("channel", "lane", "to", "sure", "seen"), channels)


def markdown(registry: Registry) -> str:
    """Write the page that tells people what is known of which platform, and of which software."""
    by_name = sorted(registry, key=lambda sheet: sheet.name.casefold())
    limits = [f"- {sheet.name}: {sheet.limits}\n" for sheet in by_name if sheet.limits]
    software = [_engine_row(one) for one in sorted(registry.engines, key=lambda one: one.name.casefold())]
    return HEAD + "".join(map(_row, by_name)) + ENGINES + "".join(software) + LIMITS + "".join(limits)


def _engine_row(engine: Engine) -> str:
    days = sorted(marker.seen for marker in engine.marker)
    seen = " to ".join(dict.fromkeys(str(day) for day in (days[0], days[-1]))) if days else "-"
    shown = {marker.shows for marker in engine.marker}
    told = [verdict.value for verdict in Verdict if verdict in shown and verdict is not Verdict.UNCLEAR]
    return f"| {engine.name} | {', '.join(told)} | {seen} |\n"


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
