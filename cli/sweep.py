"""sweep: look for copies now."""

from typing import Any

import click

from casebook import sources
from casebook.errors import Refused
from casebook.sources import SourceView
from cli.context import Session, command
from cli.output import as_json as print_json
from cli.output import table
from scheduler import jobs
from scheduler.clock import now


def join(pehra: click.Group) -> None:
    """Add this command."""
    command(pehra, "sweep")(sweep)


@click.argument("what", metavar="[CASE | SOURCE]...", nargs=-1)
@click.option("--due", is_flag=True, help="Every source that is due.")
@click.option("--all", "everything", is_flag=True, help="Every source.")
def sweep(session: Session, what: tuple[str, ...], due: bool, everything: bool, as_json: bool) -> None:
    """Look now for copies at these cases' sources, at these sources, at what is due, or at all."""
    if sum((bool(what), due, everything)) != 1:
        raise Refused("name cases or sources, or --due, or --all")
    book, actor = session.book, session.actor
    session.home.registry()
    began = now()
    wanted = _wanted(session, what) if what else None
    chosen = sources.chosen(book, wanted, actor=actor, at=began, only_due=due)
    jobs.sweep_now(book, session.home, chosen, actor=actor)
    swept = [
        one
        for one in sources.list_of(book, actor=actor, at=now())
        if one.source in chosen and one.last_swept_at is not None and one.last_swept_at >= began
    ]
    left = len(chosen) - len(swept)
    if as_json:
        print_json({**_sums(swept), "left": left, "sources": [_told(one) for one in swept]})
        return
    sums = _sums(swept)
    click.echo(
        f"Swept {len(swept)}: {sums['pages']} pages, {sums['media']} pictures and films, "
        f"{sums['new_sightings']} new sightings."
    )
    if left:
        click.echo(f"{left} were left: the monitor is sweeping them now, or they ended meanwhile.")
    rows = [_told(one) for one in swept]
    table(
        ("source", "case", "pages", "media", "new", "said"),
        [(r["source"], r["case"], r["pages"], r["media"], r["new_sightings"], " ".join(r["said"])) for r in rows],
    )


def _wanted(session: Session, what: tuple[str, ...]) -> list[int]:
    """Read numbers as sources, anything else as cases."""
    wanted: list[int] = []
    for one in what:
        if one.isascii() and one.isdecimal():
            wanted.append(int(one))
        else:
            wanted += [view.source for view in sources.list_of(session.book, actor=session.actor, at=now(), case=one)]
    return wanted


def _sums(swept: list[SourceView]) -> dict[str, int]:
    told = [_told(one) for one in swept]
    return {name: sum(one[name] for one in told) for name in ("pages", "media", "new_sightings")}


def _told(view: SourceView) -> dict[str, Any]:
    last = view.last or {}
    return {
        "source": view.source,
        "case": view.case,
        "state": view.state,
        "pages": last.get("pages", 0),
        "media": last.get("media", 0),
        "new_sightings": last.get("sightings", 0),
        "said": [one["because"] for one in last.get("troubles", [])],
    }
