"""What follows on a report: asked again when the content is back, contested, or carried further when time ran out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from casebook import links as watched
from casebook import reports
from casebook.access import Actor
from casebook.clocks import ClockView
from casebook.errors import NotFound, Refused
from casebook.links import LinkView
from casebook.reports import ReportShown, ReportView
from casebook.store import Casebook
from casebook.vocabulary import Awaits, Follows, Lane, LinkId, Outcome, ReportId, ReportState, State
from reporters import lanes, requests_for_data
from reporters.bases import known, rule_of
from reporters.desk import Drafted, LeftOut, Office, Wanted, draft, keep, on_basis, portions, require_agreed, rung_of
from reporters.facts import Earlier, Facts, Host, host_of
from reporters.lanes import Rung

UP = (State.LIVE, State.RESURFACED, State.RESTRICTED)


@dataclass(frozen=True)
class Before:
    """A report that another is to follow on, opened, with the case's links as they are now."""

    shown: ReportShown
    links: tuple[LinkView, ...]

    @property
    def view(self) -> ReportView:
        """The report itself."""
        return self.shown.view


def opened(book: Casebook, number: ReportId, *, actor: Actor, at: datetime) -> Before:
    """Open a report, and see how its links are.

    Raises:
        Refused: it was never sent, so nothing can follow on it.
    """
    shown = reports.show(book, number, actor=actor, at=at)
    if shown.view.sent_at is None:
        raise Refused(f"report {number} was never sent: there is nothing to follow on; see: pehra report show {number}")
    here = {one.link: one for one in watched.list_links(book, actor=actor, at=at, case=shown.view.case)}
    return Before(shown, tuple(here[one] for one in shown.view.links if one in here))


def _require_ours(view: ReportView) -> None:
    if view.lane is Lane.DATA_REQUEST:
        raise Refused(f"report {view.report} is an authority's own request: what follows on a refusal is an appeal")


def of_link(book: Casebook, link: LinkId, *, actor: Actor, at: datetime) -> ReportId:
    """Give the newest report that was sent and names a link.

    Raises:
        NotFound: there is none.
    """
    case = str(watched.show(book, link, actor=actor, at=at, checks=1)["case"])
    sent = [one for one in reports.list_reports(book, actor=actor, at=at, case=case) if one.sent_at is not None]
    found = [one.report for one in sent if link in one.links and one.lane is not Lane.DATA_REQUEST]
    if not found:
        raise NotFound(f"link {link} is in no report that was sent; try: pehra report draft {case} {link}")
    return found[-1]


def again(book: Casebook, number: ReportId, office: Office, wanted: Wanted, *, actor: Actor, at: datetime) -> Drafted:
    """Draft a re-report of what is back, to the same channel, citing the first number that the platform gave.

    Raises:
        Refused: nothing that the report names is up now.
    """
    before = opened(book, number, actor=actor, at=at)
    _require_ours(before.view)
    back = tuple(one for one in before.links if one.state in UP)
    if not back:
        raise Refused(
            f"nothing that report {number} names is up, as far as we have seen: look first with "
            f"`pehra check {' '.join(str(one) for one in before.view.links)}`, then ask again"
        )
    rung = rung_of(office, before.view, before.shown.content)
    return _kept(book, before, [(rung, back)], Follows.AGAIN, office, wanted, actor=actor, at=at)


def successor(
    book: Casebook,
    number: ReportId,
    ref: str,
    links: Sequence[LinkId],
    office: Office,
    wanted: Wanted,
    *,
    actor: Actor,
    at: datetime,
) -> Drafted:
    """Draft the report of a new address on which an old story goes on, chained to the earlier report.

    Raises:
        Refused: the earlier report is another case's, or was never sent.
    """
    before = opened(book, number, actor=actor, at=at)
    if before.view.case != ref.strip().upper():
        raise Refused(f"report {number} is of another case: a story is of one")
    cited = earlier(before, Follows.SUCCESSOR, at, same=False)
    return draft(book, ref, links, office, wanted, actor=actor, at=at, earlier=cited)


def appeal(book: Casebook, number: ReportId, office: Office, wanted: Wanted, *, actor: Actor, at: datetime) -> Drafted:
    """Draft an appeal against a refusal: to the platform's own channel for appeals, else where it was asked.

    Raises:
        Refused: there is no refusal to contest.
    """
    before = opened(book, number, actor=actor, at=at)
    if before.view.outcome is not Outcome.REFUSED:
        raise Refused(
            f"report {number} was not refused, so there is nothing to contest; note the answer with: "
            f"pehra report log {number} --refused --reason CODE"
        )
    if before.view.lane is Lane.DATA_REQUEST:
        view, content = requests_for_data.appeal(book, before.shown, actor=actor, at=at)
        return Drafted([view], {int(view.report): content}, [])
    sheet = office.registry.sheet(before.shown.content["sheet"])
    own = [] if sheet is None else lanes.appeals(sheet)
    rung = own[0] if own else rung_of(office, before.view, before.shown.content)
    return _kept(book, before, [(rung, before.links)], Follows.APPEAL, office, wanted, actor=actor, at=at)


def late(before: Before, at: datetime) -> ClockView | None:
    """Give the clock that was not kept: known to be missed, or run out; a takedown's before one of our own."""
    clocks = [one for one in before.shown.clocks if one.missed_at or (one.runs and one.due_at <= at)]
    return min(clocks, key=lambda one: (one.awaits is Awaits.OURS, one.due_at), default=None)


def escalate(
    book: Casebook, number: ReportId, office: Office, wanted: Wanted, *, actor: Actor, at: datetime
) -> Drafted:
    """Draft the next step after a deadline that was not kept, or a refusal, citing the earlier reference.

    The steps come from the clock's rule, in its order; one that needs a consent of its own is drafted only where that
    consent stands, and named otherwise. Where none is open, the same channel is asked again.

    Raises:
        Refused: the time is not over, or everything that it names is gone.
    """
    before = opened(book, number, actor=actor, at=at)
    _require_ours(before.view)
    clock = late(before, at)
    if clock is None and before.view.outcome is not Outcome.REFUSED:
        raise Refused(_not_yet(before.view, number))
    up = tuple(one for one in before.links if one.state is not State.REMOVED)
    if not up:
        raise Refused(f"everything that report {number} names is gone: there is nothing to carry further")
    left: list[LeftOut] = []
    for basis in _next(before, clock, wanted):
        rungs = [] if basis == "" else on_basis(office, before.view.platform, up[0].category, basis)
        for rung in rungs[:1]:
            try:
                drafted = _kept(book, before, [(rung, up)], Follows.ESCALATION, office, wanted, actor=actor, at=at)
            except Refused as refusal:
                left.append(LeftOut([one.link for one in up], str(refusal)))
            else:
                return Drafted(drafted.reports, drafted.contents, left)
    same = rung_of(office, before.view, before.shown.content)
    drafted = _kept(book, before, [(same, up)], Follows.ESCALATION, office, wanted, actor=actor, at=at)
    return Drafted(drafted.reports, drafted.contents, left)


def _not_yet(view: ReportView, number: int) -> str:
    if view.due_at is None:
        return f"no clock of report {number} was missed, and it was not refused: there is nothing to escalate"
    return f"the time of report {number} is not over: it ends on {view.due_at:%Y-%m-%d %H:%M} UTC"


def _next(before: Before, clock: ClockView | None, wanted: Wanted) -> Sequence[str]:
    """Give the bases to try, in order: what staff named, else what the rule says; a site of nobody's has no channel."""
    if wanted.basis is not None:
        return [wanted.basis]
    rule = None if clock is None else rule_of(clock.rule)
    then = list(rule.then) if rule is not None else []
    if before.view.lane is Lane.HOST and "registrar-duty" not in then:
        then.append("registrar-duty")
    hosted_by_itself = before.view.platform is not None
    return [one for one in then if not (hosted_by_itself and known()[one].lane == "host")]


def overdue(book: Casebook, *, actor: Actor, at: datetime, case: str | None = None) -> list[ReportId]:
    """Give the reports whose time is over and that nothing was carried further of yet, the oldest first."""
    every = reports.list_reports(book, actor=actor, at=at, case=case)
    followed = {one.predecessor for one in every if one.follows is Follows.ESCALATION and one.state != "withdrawn"}
    late_ones = reports.list_reports(book, actor=actor, at=at, case=case, overdue=True)
    return [one.report for one in late_ones if one.report not in followed and one.state is not ReportState.WITHDRAWN]


def _kept(
    book: Casebook,
    before: Before,
    steps: Sequence[tuple[Rung, tuple[LinkView, ...]]],
    follows: Follows,
    office: Office,
    wanted: Wanted,
    *,
    actor: Actor,
    at: datetime,
) -> Drafted:
    made = before.shown.content["made_from"]
    facts = []
    for rung, links in steps:
        host = _same_host(before, rung, links, office)
        cited = earlier(before, follows, at, same=rung.channel == _channel(before, office))
        facts += [
            Facts(
                rung=rung,
                category=links[0].category,
                links=tuple(part),
                office=office.settings,
                at=at,
                language=wanted.language,
                child=made["child"],
                earlier=cited,
                host=host,
                to=wanted.to or (made["to"] if cited.same_channel else None),
                given={**(made["given"] if cited.same_channel else {}), **wanted.given},
            )
            for part in portions(rung, links)
        ]
    require_agreed(book, before.view.case, facts, actor=actor, at=at)
    return keep(book, before.view.case, facts, [], actor=actor, at=at)


def _channel(before: Before, office: Office) -> object:
    try:
        return rung_of(office, before.view, before.shown.content).channel
    except Refused:
        return None


def _same_host(before: Before, rung: Rung, links: Sequence[LinkView], office: Office) -> Host | None:
    """Keep whom the last report went to; a registrar is looked up by the domain."""
    kept = host_of(before.shown.content["made_from"]["host"])
    if rung.sheet.id == lanes.REGISTRAR:
        return None if office.look_up_domain is None else office.look_up_domain(links[0].host)
    return kept


def earlier(before: Before, follows: Follows, at: datetime, *, same: bool) -> Earlier:
    """Say what of the story a new report cites: the first report that was sent, and the first number it was given."""
    chain = [one for one in before.shown.chain if one.report <= before.view.report and one.sent_at is not None]
    numbers = [number for one in chain for number in one.tickets]
    first = next((one for one in chain if one.tickets), chain[0])
    clock = late(before, at)
    refused = [one for one in before.shown.events if one.kind == "refused"]
    basis = None if clock is None else known().get(clock.basis)
    return Earlier(
        report=before.view.report,
        follows=follows,
        tickets=tuple(dict.fromkeys(numbers)),
        sent_at=first.sent_at if follows in (Follows.AGAIN, Follows.SUCCESSOR) else before.view.sent_at,
        due_at=None if clock is None or clock.awaits is Awaits.OURS else clock.due_at,
        platform=before.shown.content["platform"],
        state=before.view.state,
        outcome=before.view.outcome,
        reason=(refused[-1].words or refused[-1].reason) if refused else None,
        lane=before.view.lane,
        law=None if basis is None or clock is None or clock.awaits is Awaits.OURS else basis.law,
        same_channel=same,
    )
