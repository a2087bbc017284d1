"""link add, list, show, retire, minor, handover."""

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.progress import Progress

from casebook import children, links
from casebook.errors import Refused
from casebook.vocabulary import Category, LinkId, State
from cli import story
from cli.context import Session, command
from cli.output import as_json as print_json
from cli.output import paragraphs, table
from cli.words import WORDS
from platforms.address import AddressRefused, host_of, is_private_host, site_of
from platforms.found import addresses_in
from scheduler.clock import now

SHOWN = 50


def join(pehra: click.Group) -> None:
    """Add these commands."""
    group = click.Group("link", help="Watched links.")
    command(group, "add")(add)
    command(group, "list")(list_links)
    command(group, "show")(show)
    command(group, "retire")(retire)
    command(group, "minor")(minor)
    command(group, "handover")(handover)
    pehra.add_command(group)


@click.argument("case")
@click.argument("text", nargs=-1)
@click.option("--from", "file", help="A file to read addresses from, - for standard input.")
@click.option("--category", type=click.Choice([one.value for one in Category]), default="ncii", show_default=True)
@click.option("--reported", type=click.DateTime(), help="When it was reported (UTC): looked at more often.")
@click.option("--minor", "child", is_flag=True, help="These hold somebody's child, whoever the case is about.")
def add(
    session: Session,
    case: str,
    text: tuple[str, ...],
    file: str | None,
    category: str,
    reported: datetime | None,
    child: bool,
    as_json: bool,
) -> None:
    """Watch every http(s) address in the given text."""
    found, refused = _recognise(session, list(_pasted(text, file)))
    added: list[links.LinkView] = []
    already: list[links.LinkView] = []
    with Progress(transient=True, disable=as_json or not sys.stderr.isatty()) as progress:
        bar = progress.add_task("adding", total=len(found))
        for start in range(0, len(found), links.ADDED_AT_ONCE):
            done = links.add(
                session.book,
                case,
                found[start : start + links.ADDED_AT_ONCE],
                actor=session.actor,
                at=now(),
                category=Category(category),
                reported_at=reported.replace(tzinfo=UTC) if reported else None,
                minor=child,
            )
            added += done.added
            already += done.already
            progress.advance(bar, links.ADDED_AT_ONCE)
    if as_json:
        print_json({"added": added, "already": already, "refused": refused})
    else:
        _tell(added, already, refused)
    if refused and not added and not already:
        sys.exit(1)


def _pasted(text: Sequence[str], file: str | None) -> Iterator[str]:
    yield from text
    if file == "-":
        yield sys.stdin.buffer.read().decode("utf-8", "replace")
    elif file is not None:
        try:
            yield Path(file).read_text(encoding="utf-8-sig", errors="replace")
        except OSError as error:
            raise Refused(f"the file cannot be read: {error.strerror}") from None
    elif not text:
        raise Refused("give addresses, or --from FILE, or --from - for standard input")


def _recognise(session: Session, texts: list[str]) -> tuple[list[links.Found], list[dict[str, str]]]:
    registry, allow = session.home.registry(), session.home.settings.crawler.allow_networks
    found: dict[str, links.Found] = {}
    refused: list[dict[str, str]] = []
    for text in texts:
        raws = addresses_in(text)
        if not raws and text.strip():
            refused.append({"text": text[:200], "reason": "there is no http(s) address in it"})
        for raw in raws:
            try:
                known = registry.identify(raw)
            except AddressRefused as error:
                refused.append({"text": raw, "reason": str(error)})
                continue
            if is_private_host(host_of(known.canonical), allow):
                refused.append({"text": raw, "reason": "it leads into a private network, which is never visited"})
                continue
            visit = known.visit if known.visit != known.canonical else None
            found[known.canonical] = links.Found(known.canonical, visit, site_of(known.visit), known.platform)
    return list(found.values()), refused


def _tell(added: list[links.LinkView], already: list[links.LinkView], refused: list[dict[str, str]]) -> None:
    click.echo(f"Added {len(added)}, already watched {len(already)}, refused {len(refused)}.")
    rows: list[tuple[object, ...]] = [("refused", None, None, f"{one['text']}: {one['reason']}") for one in refused]
    rows += [("added", one.link, one.platform, one.url) for one in added[:SHOWN]]
    rows += [("already", one.link, one.platform, one.url) for one in already[:SHOWN]]
    if rows:
        table(("", "link", "platform", "address"), rows)
    if max(len(added), len(already)) > SHOWN:
        click.echo(f"Of each kind the first {SHOWN} are shown; see all with: pehra link list")


@click.option("--case", help="Only this case's.")
@click.option("--state", type=click.Choice([one.value for one in State]), help="Only links in this state.")
@click.option("--retired", is_flag=True, help="Retired ones too.")
def list_links(session: Session, case: str | None, state: str | None, retired: bool, as_json: bool) -> None:
    """List watched links: state, since, because, last and next check."""
    wanted = State(state) if state else None
    found = links.list_links(session.book, actor=session.actor, at=now(), case=case, state=wanted, retired=retired)
    if as_json:
        print_json(found)
        return
    table(
        ("link", "case", "state", "since", "last look", "because", "checked", "next", "address"),
        [
            (
                one.link,
                one.case,
                one.state,
                one.since,
                one.verdict,
                one.because,
                one.last_checked_at,
                one.next_check_at,
                one.url,
            )
            for one in found
        ],
    )


@click.argument("link", type=int)
def show(session: Session, link: int, as_json: bool) -> None:
    """Show one link: its story, its takedowns with both their ends, and its checks, newest first."""
    found = links.show(session.book, LinkId(link), actor=session.actor, at=now())
    sentences = story.told(found)
    if as_json:
        print_json({**found, "story": sentences})
        return
    where = f"on {found['platform']}" if found["platform"] else "on a site without a sheet"
    click.echo(f"Link {found['link']} of {found['case']}, {where}, {found['category']}:\n{found['url']}\n")
    paragraphs(*sentences)
    if found["checks"]:
        click.echo()
        table(("when (UTC)", "saw", "because"), story.runs(found["checks"]))


@click.argument("link", type=int)
def retire(session: Session, link: int, as_json: bool) -> None:
    """Stop watching a link; what was learned stays."""
    view = links.retire(session.book, LinkId(link), actor=session.actor, at=now())
    print_json(view) if as_json else click.echo(f"Link {view.link} is watched no longer.")


@click.argument("link", type=int)
def minor(session: Session, link: int, as_json: bool) -> None:
    """Say that a link holds somebody's child: of it nothing is fetched beyond what tells that it is up."""
    view = links.mark_minor(session.book, LinkId(link), actor=session.actor, at=now())
    print_json(view) if as_json else click.echo(f"Link {view.link} is held for a minor's.")


@click.argument("case")
@click.option(
    "--to", required=True, type=WORDS, help="The body that takes such reports, such as IWF or a CyberTipline."
)
def handover(session: Session, case: str, to: str, as_json: bool) -> None:
    """Print the addresses of a minor's links, nothing else of the case, and note to whom they go."""
    at = now()
    handed = children.hand_over(session.book, case, to, at.date(), actor=session.actor, at=at)
    if as_json:
        print_json({"addresses": handed.addresses})
        return
    for address in handed.addresses:
        click.echo(address)
    click.echo(f"Noted as referral {handed.referral}.", err=True)
