"""What the commands on reports share: the desk's surroundings, words for elements, and how a report is shown."""

import socket
from collections.abc import Mapping, Sequence
from typing import Any

import click

from casebook import casefile
from casebook.errors import Refused
from casebook.reports import ReportView
from casebook.vocabulary import Lane
from cli import captures
from cli.context import Session
from cli.output import as_json as print_json
from cli.output import table
from cli.words import said
from platforms.elements import Element
from reporters.desk import Drafted, Office, Wanted
from reporters.filling import TOKEN, missing, personal
from scheduler.clock import now

SAY = click.option(
    "--say",
    "say",
    multiple=True,
    metavar="ELEMENT=TEXT",
    help="Words for one element, such as description=…; ELEMENT=- reads standard input. Kept sealed.",
)
TO = click.option("--to", metavar="ADDRESS", help="Where it goes, where the sheet does not know: a mailbox or a page.")
NO_LOOKUP = click.option("--no-lookup", is_flag=True, help="Do not ask RDAP whose host it is.")
LANES = click.Choice([one.value for one in Lane if one not in (Lane.HOTLINE, Lane.DATA_REQUEST)])


def office(session: Session, *, look_up: bool = True) -> Office:
    """Give the desk's surroundings; asking RDAP goes through the crawler's proxy, where one is set."""
    settings = session.home.settings
    if not look_up:
        return Office(session.home.registry(), settings.reports)
    from reporters.abuse_contact import Asking, Directory  # a third of a second that only a look-up needs

    asking = Asking(settings.reports.rdap_time_s)
    if settings.crawler.proxy:
        asking.proxies = {"http": settings.crawler.proxy, "https": settings.crawler.proxy}
    directory = Directory(asking, _addresses, settings.reports.rdap, settings.crawler.allow_networks)
    return Office(session.home.registry(), settings.reports, directory.host, directory.domain)


def _addresses(name: str) -> list[str]:
    rows = socket.getaddrinfo(name, 443, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in rows))


def wanted(say: tuple[str, ...], *, lane: str | None = None, basis: str | None = None, to: str | None = None) -> Wanted:
    """Read what staff asked for."""
    return Wanted(Lane(lane) if lane else None, basis, to, given=given(say))


def given(say: tuple[str, ...]) -> dict[str, str]:
    """Read words for elements.

    Raises:
        Refused: one names no element; those that there are are told.
    """
    found = {}
    for one in say:
        name, _, text = one.partition("=")
        if name not in set(Element):
            raise Refused(f"{name!r} is no element; there are: {', '.join(Element)}")
        found[name] = said(text, name)
    return found


def shown(view: ReportView, content: Mapping[str, Any] | None, lacks: list[str] | None) -> dict[str, Any]:
    """Give a report as JSON has it; `missing` is None where it is no draft any more."""
    extra = {} if content is None else {"to": content["to"], "kind": content["kind"], "subject": content["subject"]}
    return {**vars(view), "missing": lacks, **extra}


def lacking(session: Session, case: str, contents: Mapping[int, Mapping[str, Any]]) -> dict[int, list[str]]:
    """Say what drafts of one case lack; its file is opened only where a channel asks for something of the person's."""
    asked = any(TOKEN.search(one["value"] or "") for content in contents.values() for one in content["fields"])
    values = personal(casefile.read(session.book, case, actor=session.actor, at=now())) if asked else {}
    return {number: missing(content, values) for number, content in contents.items()}


def tell_drafts(session: Session, drafted: Drafted, *, as_json: bool) -> None:
    """Print what was drafted, what each lacks, what staff have to know, and what was left out."""
    lacks: dict[int, list[str]] = {}
    for case in dict.fromkeys(one.case for one in drafted.reports):
        theirs = {int(one.report): drafted.contents[one.report] for one in drafted.reports if one.case == case}
        lacks |= lacking(session, case, theirs)
    known = captures.standing(session, {link for one in drafted.reports for link in one.links})
    if as_json:
        made = [
            {
                **shown(one, drafted.contents[one.report], lacks[one.report]),
                **_told(drafted.contents[one.report]),
                **captures.shown(known, one.links),
            }
            for one in drafted.reports
        ]
        print_json({"drafted": made, "left_out": drafted.left_out})
        return
    rows = [_row(one, drafted.contents[one.report], lacks[one.report]) for one in drafted.reports]
    table(("report", "to", "by", "lane", "basis", "links", "missing"), rows)
    for one in drafted.reports:
        for note in drafted.contents[one.report]["notes"]:
            click.echo(f"{one.report}: {note}")
        for lack in captures.shown(known, one.links)["without_capture"]:
            click.echo(f"{one.report}: there is no capture of link {lack['link']}. {lack['reason']}")
    for left in drafted.left_out:
        click.echo(f"Left out: {left.reason}.")
    click.echo("Read one with: pehra report show REPORT. Nothing was sent.")


def tell_gone(links: Sequence[int]) -> None:
    """Say which links were gone before their report left."""
    if links:
        named = ", ".join(str(one) for one in links)
        click.echo(f"Link {named} was gone before this was sent: its going does not count as an answer.")


def _told(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: content[name] for name in ("notes", "body", "gloss", "fields", "by", "at")}


def _row(view: ReportView, content: Mapping[str, Any], lacks: list[str]) -> tuple[object, ...]:
    links = ", ".join(str(one) for one in view.links)
    basis = ", ".join(view.basis)
    return view.report, content["to"], content["kind"], view.lane, basis, links, "; ".join(lacks) or "nothing"
