"""sighting list, show, confirm, dismiss: suspected copies, and what a person makes of them. No picture is shown."""

import click

from casebook import sightings
from casebook.errors import Refused
from casebook.links import Found
from casebook.sightings import SightingView
from casebook.vocabulary import Category, SightingState
from cli.context import Session, command
from cli.output import as_json as print_json
from cli.output import paragraphs, table
from platforms.address import AddressRefused, host_of, is_private_host, site_of
from scheduler.clock import now


def join(pehra: click.Group) -> None:
    """Add these commands."""
    group = click.Group("sighting", help="Suspected copies: a person confirms or dismisses each.")
    command(group, "list")(list_sightings)
    command(group, "show")(show)
    command(group, "confirm")(confirm)
    command(group, "dismiss")(dismiss)
    pehra.add_command(group)


@click.option("--case", help="Only this case's.")
@click.option("--state", type=click.Choice([one.value for one in SightingState]), help="Only those in this state.")
def list_sightings(session: Session, case: str | None, state: str | None, as_json: bool) -> None:
    """List sightings, the suspected first, the nearest matches first of those."""
    wanted = SightingState(state) if state else None
    found = sightings.list_of(session.book, actor=session.actor, at=now(), case=case, state=wanted)
    if as_json:
        print_json(found)
        return
    rows = [(one.sighting, one.case, one.state, one.because, len(one.places), one.page) for one in found]
    table(("sighting", "case", "state", "because", "places", "page"), rows)


NUMBER = click.argument("sighting", type=int)


@NUMBER
def show(session: Session, sighting: int, as_json: bool) -> None:
    """Show where a copy was met, and why it is suspected."""
    view = sightings.show(session.book, sighting, actor=session.actor, at=now())
    if as_json:
        print_json(view)
        return
    paragraphs(f"Sighting {view.sighting} of {view.case} is {view.state}. {view.because}")
    rows = [(one.met_at, one.last_met_at, one.page, one.media) for one in view.places]
    table(("met", "last met", "page", "media"), rows)
    if view.state is SightingState.SUSPECTED:
        paragraphs(f"It is one: pehra sighting confirm {sighting}", f"It is none: pehra sighting dismiss {sighting}")


@NUMBER
@click.option("--category", type=click.Choice([one.value for one in Category]), default="ncii", show_default=True)
@click.option("--minor", "child", is_flag=True, help="The page holds somebody's child: only its address is kept.")
def confirm(session: Session, sighting: int, category: str, child: bool, as_json: bool) -> None:
    """Say that it is a copy: the pages where it was met become watched links of the case, in one act."""
    view, links = sightings.confirm(
        session.book,
        sighting,
        lambda url: _recognised(session, url),
        actor=session.actor,
        at=now(),
        category=Category(category),
        minor=child,
    )
    if as_json:
        print_json({**vars(view), "links": links})
        return
    named = ", ".join(f"link {one}" for one in links)
    click.echo(f"Confirmed; watched for {view.case} from now on: {named}.")


def _recognised(session: Session, url: str) -> Found:
    try:
        known = session.home.registry().identify(url)
    except AddressRefused as error:
        raise Refused(f"a page of it cannot be watched: {error}") from None
    if is_private_host(host_of(known.canonical), session.home.settings.crawler.allow_networks):
        raise Refused("a page of it lies in a private network, which is never visited")
    visit = known.visit if known.visit != known.canonical else None
    return Found(known.canonical, visit, site_of(known.visit), known.platform)


@NUMBER
def dismiss(session: Session, sighting: int, as_json: bool) -> None:
    """Say that it is none: what looks like it never alerts this case again."""
    view: SightingView = sightings.dismiss(session.book, sighting, actor=session.actor, at=now())
    print_json(view) if as_json else click.echo(f"Sighting {sighting} of {view.case} is dismissed.")
