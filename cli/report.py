"""report draft, complete, list, show; the others that belong to reports join here."""

import os
from pathlib import Path
from typing import Any

import click

from casebook import reports, sending
from casebook.errors import Refused, Unavailable
from casebook.reports import ReportShown, ReportView
from casebook.vocabulary import Lane, LinkId, ReportId, ReportState, Sending
from cli import report_follow, report_log, report_send
from cli.captures import come_first
from cli.context import Session, command
from cli.desk import LANES, NO_LOOKUP, SAY, TO, lacking, office, shown, tell_drafts, wanted
from cli.form import fill_form
from cli.output import as_json as print_json
from cli.output import table
from reporters import desk, following
from reporters.email import message_id
from reporters.ready import Ready, ready
from scheduler.clock import now

FILES_READABLE_BY_OWNER = 0o600


def join(pehra: click.Group) -> None:
    """Add these commands."""
    group = click.Group("report", help="Reports to platforms, hosts and authorities: drafted here, sent by a person.")
    command(group, "draft")(draft)
    command(group, "complete")(complete)
    command(group, "list")(list_reports)
    command(group, "show")(show)
    report_send.join(group)
    report_log.join(group)
    report_follow.join(group)
    pehra.add_command(group)


@click.argument("case")
@click.argument("links", type=int, nargs=-1, metavar="[LINK]...")
@click.option("--lane", type=LANES, help="Go this way instead of the one proposed.")
@click.option("--basis", help="Rely on this law or policy (its id); what needs a consent of its own asks for it.")
@click.option("--follows", "before", type=int, metavar="REPORT", help="The same story goes on at a new address.")
@SAY
@TO
@NO_LOOKUP
@click.option("--without-capture", is_flag=True, help="Draft now, though there is no capture of what is up.")
def draft(
    session: Session,
    case: str,
    links: tuple[int, ...],
    lane: str | None,
    basis: str | None,
    before: int | None,
    say: tuple[str, ...],
    to: str | None,
    no_lookup: bool,
    without_capture: bool,
    as_json: bool,
) -> None:
    """Draft the reports for a case's links, or for those named: grouped by platform and channel, each in its lane.

    Where the case agreed to captures, what is up is captured first; an urgent case does not wait for that.
    """
    surroundings, asked = office(session, look_up=not no_lookup), wanted(say, lane=lane, basis=basis, to=to)
    numbers = [LinkId(one) for one in links]
    if not without_capture:
        come_first(session, case, numbers)
    actor, at = session.actor, now()
    if before is None:
        drafted = desk.draft(session.book, case, numbers, surroundings, asked, actor=actor, at=at)
    else:
        drafted = following.successor(
            session.book, ReportId(before), case, numbers, surroundings, asked, actor=actor, at=at
        )
    tell_drafts(session, drafted, as_json=as_json)


@click.argument("report", type=int)
@SAY
@TO
def complete(session: Session, report: int, say: tuple[str, ...], to: str | None, as_json: bool) -> None:
    """Add words for what a draft lacks, or say where it goes."""
    view, content = desk.complete(
        session.book, ReportId(report), office(session), wanted(say, to=to), actor=session.actor, at=now()
    )
    lacks = lacking(session, view.case, {report: content})[report]
    if as_json:
        print_json(shown(view, content, lacks))
        return
    click.echo(f"Report {report} lacks: {'; '.join(lacks)}." if lacks else f"Report {report} is complete.")


@click.option("--case", help="Only this case's.")
@click.option("--overdue", is_flag=True, help="Only those whose time is over: missed, or nobody has looked since.")
@click.option("--state", type=click.Choice([one.value for one in ReportState]), help="Only those in this state.")
def list_reports(session: Session, case: str | None, overdue: bool, state: str | None, as_json: bool) -> None:
    """List reports: state, deadline, ticket, and what drafts lack."""
    asked = ReportState(state) if state else None
    found = reports.list_reports(session.book, actor=session.actor, at=now(), case=case, overdue=overdue, state=asked)
    lacks = _lacks(session, found)
    if as_json:
        print_json([shown(one, None, lacks.get(one.report)) for one in found])
        return
    table(
        ("report", "case", "platform", "lane", "basis", "state", "links", "due", "", "ticket", "missing"),
        [
            (
                one.report,
                one.case,
                one.platform,
                one.lane,
                ", ".join(one.basis),
                _standing(one),
                ", ".join(str(link) for link in one.links),
                one.due_at,
                "MISSED" if one.missed else ("time is over" if one.overdue else None),
                one.ticket,
                "; ".join(lacks.get(one.report) or []) or None,
            )
            for one in found
        ],
    )


def _standing(view: ReportView) -> str:
    """Say how far a report is; that a sending was cut short is told first."""
    stands = view.outcome or view.state
    return f"{stands}; SENDING CUT SHORT" if view.sending is Sending.UNSURE else stands


def _lacks(session: Session, found: list[ReportView]) -> dict[int, list[str]]:
    """Say what every draft lacks, each case being opened once."""
    lacks: dict[int, list[str]] = {}
    drafts = [one for one in found if one.state is ReportState.DRAFTED]
    for case in dict.fromkeys(one.case for one in drafts):
        theirs = [one.report for one in drafts if one.case == case]
        contents = reports.contents(session.book, theirs, actor=session.actor, at=now())
        lacks |= lacking(session, case, {one: content for one, content in contents.items() if "fields" in content})
    return lacks


@click.argument("report", type=int)
@click.option("--filled", is_flag=True, help="Fill in names from the case file; refused while anything is missing.")
@click.option("--eml", type=click.Path(path_type=Path, dir_okay=False), help="Write it, filled in, as a mail to open.")
@click.option("--open", "in_browser", is_flag=True, help="Fill the form in a visible browser, and stop before sending.")
def show(session: Session, report: int, filled: bool, eml: Path | None, in_browser: bool, as_json: bool) -> None:
    """Show a report: the letter, every field in its order ready to paste, what happened to it, and its whole story."""
    made = _ready(session, report) if filled or eml or in_browser else None
    if made is not None and eml is not None:
        _write(eml, made, session)
    typed = fill_form(session, made) if made is not None and in_browser else None
    found = reports.show(session.book, ReportId(report), actor=session.actor, at=now())
    tries = sending.history(session.book, ReportId(report), actor=session.actor, at=now())
    draft_only = (
        {report: found.content} if found.view.state is ReportState.DRAFTED and "fields" in found.content else {}
    )
    lacks = lacking(session, found.view.case, draft_only).get(report)
    content: dict[str, Any] = found.content if made is None else made.content
    if as_json:
        story = {"events": found.events, "clocks": found.clocks, "chain": [one.report for one in found.chain]}
        story["sendings"] = tries
        extra = {} if typed is None else {"form": typed}
        print_json({**vars(found.view), "missing": lacks, **_public(content), **story, **extra})
        return
    _print(found, content, lacks)
    if tries:
        rows = [(one.began_at, one.handed_over_at, one.ended_at, one.fate or found.view.sending) for one in tries]
        table(("sending begun", "left", "ended", "fate"), rows)


def _ready(session: Session, report: int) -> Ready:
    settings = session.home.settings.reports
    return ready(session.book, ReportId(report), settings, actor=session.actor, at=now(), chance=os.urandom)


def _write(file: Path, made: Ready, session: Session) -> None:
    """Write the mail for its owner's eyes; an existing file is never overwritten."""
    settings = session.home.settings.reports
    data = made.eml(settings, at=now(), message_id=message_id(os.urandom(16), settings))
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILES_READABLE_BY_OWNER)
    except FileExistsError:
        raise Refused(f"{file.name} exists already: name another file") from None
    except OSError as error:
        raise Unavailable(f"the file cannot be written: {error.strerror}") from None
    with os.fdopen(handle, "wb") as out:
        out.write(data)
    click.echo("Written, with names where the channel asks for them: send it, and delete the file.", err=True)


def _public(content: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name not in ("form", "made_from", "platform")}


def _print(found: ReportShown, content: dict[str, Any], lacks: list[str] | None) -> None:
    view = found.view
    where = f"{view.platform or 'a site without a sheet'}, {view.lane}, {', '.join(view.basis) or 'no basis'}"
    click.echo(f"Report {view.report} of {view.case}: {_standing(view)}; {where}")
    if view.lane is not Lane.DATA_REQUEST:
        click.echo(f"To ({content['kind']}): {content['to'] or 'not known'}{_at(content)}")
    if lacks:
        click.echo(f"MISSING: {'; '.join(lacks)}")
    for note in content.get("notes", []):
        click.echo(f"- {note}")
    click.echo(f"\nSubject: {content['subject']}\n\n{content['body']}\n")
    letter = "the letter above, without its greeting where there is little room"
    rows = [(one["asks"], letter if one["value"] == content["body"] else one["value"]) for one in _fields(content)]
    table(("field", "answer"), rows)
    click.echo(f"\n{content.get('gloss', '')}\n")
    table(
        ("when (UTC)", "what", "reason", "words"), [(one.at, one.kind, one.reason, one.words) for one in found.events]
    )
    _print_clocks(found)
    if len(found.chain) > 1:
        click.echo("Its story: " + " -> ".join(f"{one.report} ({one.outcome or one.state})" for one in found.chain))


def _fields(content: dict[str, Any]) -> list[dict[str, Any]]:
    fields: list[dict[str, Any]] = content.get("fields", [])
    return fields


def _at(content: dict[str, Any]) -> str:
    return f" ({content['at']})" if content.get("at") else ""


def _print_clocks(found: ReportShown) -> None:
    rows = [
        (one.rule, one.awaits, one.started_at, one.due_at, one.met_at, one.missed_at, one.ended_at)
        for one in found.clocks
    ]
    if rows:
        table(("clock", "waits for", "started", "due", "met", "missed", "ended"), rows)
