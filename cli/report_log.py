"""report log, data-request: what happened to a report, and authorities' requests for data."""

from datetime import datetime

import click

from casebook import replies, reports
from casebook.errors import Refused
from casebook.replies import Happened, Noted
from casebook.vocabulary import Category, LinkId, ReportEventKind, ReportId
from cli.context import Session, command
from cli.desk import shown, tell_gone
from cli.output import as_json as print_json
from cli.when import WHEN
from cli.words import WORDS, said_if_any
from reporters import requests_for_data, running
from reporters.bases import Starts
from scheduler.clock import now

REASONS = (
    "not-a-violation", "not-enough-information", "cannot-identify", "not-the-person", "public-interest",
    "consent-claimed", "outside-the-law", "no-treaty", "already-removed", "duplicate", "no-reason-given", "other",
)  # fmt: skip
KINDS = (
    ("sent", "It was sent, by hand or from your mail program."),
    ("bounced", "It came back undelivered."),
    ("acknowledged", "They say that they have it."),
    ("info-requested", "They ask for more."),
    ("info-given", "What they asked for was given."),
    ("acted", "They say that they acted; a look tells whether it is gone."),
    ("refused", "They refused; give --reason."),
    ("withdrawn", "It was taken back."),
)


def join(group: click.Group) -> None:
    """Add these commands."""
    made = command(group, "log")(log)
    for name, help_text in reversed(KINDS):
        made.params.insert(1, click.Option([f"--{name}", f"is_{name.replace('-', '_')}"], is_flag=True, help=help_text))
    command(group, "data-request")(data_request)


@click.argument("report", type=int)
@click.option("--happened", type=click.Choice([one.value for one in running.NOTED]), help="What starts a clock.")
@click.option("--ticket", type=WORDS, help="The number that the platform gave.")
@click.option("--reason", type=click.Choice(REASONS), help="Why it was refused, or what more is asked for.")
@click.option("--words", metavar="TEXT|-", help="Their own words; - reads standard input. Kept sealed.")
@click.option("--at", "when", type=WHEN, help="When it happened (UTC); default: now.")
def log(
    session: Session,
    report: int,
    happened: str | None,
    ticket: str | None,
    reason: str | None,
    words: str | None,
    when: datetime | None,
    as_json: bool,
    **kinds: bool,
) -> None:
    """Note what happened to a report. What a platform says is noted as said; whether content is gone, looks tell."""
    kind = _kind(kinds, happened)
    if kind is ReportEventKind.REFUSED and reason is None:
        raise Refused(f"a refusal has a reason: give --reason, one of {', '.join(REASONS)}")
    at = now()
    view = reports.glance(session.book, ReportId(report), actor=session.actor, at=at)
    bases = running.bases_of(view.basis)
    noted = None if happened is None else Starts(happened)
    what = Happened(
        kind,
        when or at,
        reason=happened or reason,
        words=said_if_any(words, "their words"),
        ticket=ticket,
        starts=running.started(bases, view.lane, kind, when or at, noted),
        holds=running.held(bases),
    )
    _tell(replies.note(session.book, ReportId(report), what, actor=session.actor, at=at), kind, as_json=as_json)


def _kind(kinds: dict[str, bool], happened: str | None) -> ReportEventKind:
    given = [name.removeprefix("is_").replace("_", "-") for name, is_so in kinds.items() if is_so]
    given += ["clock-started"] if happened else []
    if len(given) != 1:
        raise Refused("say one thing that happened: --" + ", --".join(name for name, _ in KINDS) + " or --happened")
    return ReportEventKind(given[0])


def _tell(noted: Noted, kind: ReportEventKind, *, as_json: bool) -> None:
    view = noted.report
    if as_json:
        print_json({**shown(view, None, None), "gone_before": noted.gone_before})
        return
    due = f" Its time ends on {view.due_at:%Y-%m-%d %H:%M} UTC." if view.due_at else ""
    click.echo(f"Report {view.report} is noted as {kind}; it is {view.outcome or view.state}.{due}")
    tell_gone(noted.gone_before)


@click.argument("case")
@click.argument("links", type=int, nargs=-1, metavar="[LINK]...")
@click.option("--platform", required=True, type=WORDS, help="The sheet's id of who is asked for data.")
@click.option("--agency", required=True, type=WORDS, help="The authority that asks.")
@click.option("--asked-by", type=WORDS, help="The officer of that authority; kept sealed.")
@click.option("--legal-basis", required=True, type=WORDS, help="The law or treaty the request relies on.")
@click.option("--on", "sent_at", required=True, type=WHEN, help="When the authority asked (UTC).")
@click.option("--ticket", type=WORDS, help="The number that the platform gave it.")
@click.option("--category", type=click.Choice([one.value for one in Category]), default="ncii", show_default=True)
def data_request(
    session: Session,
    case: str,
    links: tuple[int, ...],
    platform: str,
    agency: str,
    asked_by: str | None,
    legal_basis: str,
    sent_at: datetime,
    ticket: str | None,
    category: str,
    as_json: bool,
) -> None:
    """Note an authority's request to a platform for data, so that its refusal, appeal and outcome can be followed."""
    asked = requests_for_data.Asked(platform, agency, asked_by, legal_basis, sent_at, ticket)
    sheet = session.home.registry().sheet(platform)
    if sheet is None:
        raise Refused(f"there is no sheet {platform!r}; try: pehra platform list")
    numbers = [LinkId(one) for one in links]
    view = requests_for_data.note(
        session.book, case, asked, numbers, Category(category), sheet.name, actor=session.actor, at=now()
    )
    if as_json:
        print_json(shown(view, None, None))
        return
    click.echo(f"Noted as report {view.report}; its answer with: pehra report log {view.report} --acted or --refused")
