"""source add, list, end: what is swept for copies."""

import click

from casebook import sources
from casebook.errors import Refused
from casebook.vocabulary import SourceKind
from cli.context import Session, command
from cli.output import as_json as print_json
from cli.output import table
from cli.words import said
from platforms.address import AddressRefused, host_of, is_private_host, normalise
from scheduler.clock import now


def join(pehra: click.Group) -> None:
    """Add these commands."""
    group = click.Group("source", help="Pages, feeds and searches that are swept for copies.")
    command(group, "add")(add)
    command(group, "list")(list_sources)
    command(group, "end")(end)
    pehra.add_command(group)


@click.argument("case")
@click.argument("url", metavar="URL|NAME|-", required=False)
@click.option("--kind", type=click.Choice([one.value for one in SourceKind]), default="page", show_default=True)
@click.option("--depth", type=click.IntRange(0, 20), help="Links followed from the first page. Default: config.yaml's.")
@click.option("--pages", type=click.IntRange(1, 100_000), help="Pages followed at most. Default: config.yaml's.")
@click.option("--ignore-robots", is_flag=True, help="Sweep what robots.txt asks to leave alone; on record.")
def add(
    session: Session,
    case: str,
    url: str | None,
    kind: str,
    depth: int | None,
    pages: int | None,
    ignore_robots: bool,
    as_json: bool,
) -> None:
    """Sweep an address for copies. A search has {name} where a name goes; a handle is asked of all platforms."""
    text = said(url, "the address, or the handle")
    wanted, usual = SourceKind(kind), session.home.settings.sweeps
    asked = _handle(session, text) if wanted is SourceKind.HANDLE else _address(session, text)
    number = sources.add(
        session.book,
        case,
        asked,
        wanted,
        actor=session.actor,
        at=now(),
        depth=usual.depth if depth is None else depth,
        pages=usual.pages if pages is None else pages,
        obeys_robots=not ignore_robots,
    )
    print_json({"source": number}) if as_json else click.echo(f"Source {number} is swept from now on.")


def _address(session: Session, text: str) -> str:
    """Give an address as it is swept; the place of a name in it stays as it is."""
    stand_in = "pehra-name"
    try:
        url = normalise(text.replace(sources.PLACE, stand_in))
    except AddressRefused as error:
        raise Refused(str(error)) from None
    if is_private_host(host_of(url), session.home.settings.crawler.allow_networks):
        raise Refused("it leads into a private network, which is never visited")
    if sources.PLACE in text:
        if stand_in in host_of(url):
            raise Refused("a name has no place in a host")
        return url.replace(stand_in, sources.PLACE)
    return url


def _handle(session: Session, text: str) -> str:
    handle = text.removeprefix("@")
    if not session.home.registry().profiles(handle):
        raise Refused("no platform that Pehra knows has names like this; see: pehra platform list")
    return handle


@click.option("--case", help="Only this case's.")
@click.option("--ended", is_flag=True, help="Those that ended too.")
def list_sources(session: Session, case: str | None, ended: bool, as_json: bool) -> None:
    """List sources: when each was swept, what that brought, and when it is next."""
    found = sources.list_of(session.book, actor=session.actor, at=now(), case=case, ended=ended)
    if as_json:
        print_json(found)
        return
    columns = ("source", "case", "kind", "state", "last swept", "pages", "media", "found", "next", "address")
    rows = [
        (one.source, one.case, one.kind, one.state, one.last_swept_at, *_last(one), one.next_sweep_at, one.url)
        for one in found
    ]
    table(columns, rows)
    for one in found:
        for trouble in (one.last or {}).get("troubles", []):
            click.echo(f"source {one.source}: {trouble['because']}")


def _last(one: sources.SourceView) -> tuple[object, object, object]:
    last = one.last or {}
    return last.get("pages"), last.get("media"), last.get("sightings")


@click.argument("source", type=int)
def end(session: Session, source: int, as_json: bool) -> None:
    """Sweep a source no more; what was found stays."""
    view = sources.end(session.book, source, actor=session.actor, at=now())
    print_json(view) if as_json else click.echo(f"Source {source} of {view.case} is swept no more.")
