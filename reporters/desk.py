"""Where reports are drafted: links of a case are grouped by channel, each group composed, and the drafts kept."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from casebook import consents, reports
from casebook import links as watched
from casebook.access import Actor
from casebook.errors import Refused
from casebook.links import LinkView
from casebook.reports import ReportView
from casebook.settings import Reports
from casebook.store import Casebook
from casebook.vocabulary import Category, Lane, LinkId, ReportId, ReportState, State
from platforms import words
from platforms.registry import Registry
from platforms.sheet import Sheet
from platforms.words import ChannelKind
from reporters import lanes
from reporters.bases import Basis, known
from reporters.channels import channel_of, id_of
from reporters.draft import compose, needed, new_report
from reporters.facts import Earlier, Facts, Host, host_of
from reporters.lanes import Rung
from reporters.running import bases_of

OPEN = (ReportState.DRAFTED, ReportState.SENT, ReportState.ACKNOWLEDGED, ReportState.INFO_REQUESTED)
CDNS = {"cloudflare": "CLOUDFLARE"}  # sheet of a carrier: what RDAP calls its network


@dataclass(frozen=True)
class Office:
    """The desk's surroundings: the sheets, who files, and how a host's contact is looked up (None: not at all)."""

    registry: Registry
    settings: Reports
    look_up: Callable[[str], Host] | None = None
    look_up_domain: Callable[[str], Host] | None = None


@dataclass(frozen=True)
class Wanted:
    """What staff asked for beside the case: a lane or basis of their choice, and words for elements."""

    lane: Lane | None = None
    basis: str | None = None
    to: str | None = None
    language: str = "en"
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LeftOut:
    """Links that nothing was drafted for, and why, in a sentence."""

    links: list[int]
    reason: str


@dataclass(frozen=True)
class Drafted:
    """What was drafted, each with its content, and what was left out."""

    reports: list[ReportView]
    contents: dict[int, dict[str, Any]]
    left_out: list[LeftOut]


def draft(
    book: Casebook,
    ref: str,
    numbers: Sequence[LinkId],
    office: Office,
    wanted: Wanted,
    *,
    actor: Actor,
    at: datetime,
    earlier: Earlier | None = None,
) -> Drafted:
    """Draft reports for a case's links, or for those named.

    Raises:
        Refused: nothing is left to draft; says why.
    """
    listed = watched.list_links(book, actor=actor, at=at, case=ref)
    chosen, left_out = _chosen(listed, numbers)
    rungs, without = _grouped(chosen, office, wanted)
    if earlier is None:
        kept = reports.list_reports(book, actor=actor, at=at, case=ref)
        rungs, again = _not_twice(rungs, kept)
        left_out += again
    facts = list(_facts(rungs, office, wanted, at, earlier))
    require_agreed(book, ref, facts, actor=actor, at=at)
    return keep(book, ref, facts, left_out + without, actor=actor, at=at)


def keep(
    book: Casebook, ref: str, facts: Sequence[Facts], left_out: list[LeftOut], *, actor: Actor, at: datetime
) -> Drafted:
    """Compose and keep drafts, in one transaction of the casebook."""
    if not facts:
        raise Refused("; ".join(one.reason for one in left_out) or f"{ref.strip().upper()} has no link to report")
    contents = [compose(one) for one in facts]
    new = [new_report(one, content) for one, content in zip(facts, contents, strict=True)]
    views = reports.draft(book, ref, new, actor=actor, at=at)
    return Drafted(views, {one.report: content for one, content in zip(views, contents, strict=True)}, left_out)


def _chosen(listed: Sequence[LinkView], numbers: Sequence[LinkId]) -> tuple[list[LinkView], list[LeftOut]]:
    """Give the links to report, and those that are gone: of them there is nothing to ask for."""
    here = {one.link: one for one in listed}
    unknown = [one for one in numbers if one not in here]
    if unknown:
        raise Refused(f"link {unknown[0]} is none of this case, or is watched no longer; try: pehra link list")
    chosen = [here[one] for one in dict.fromkeys(numbers)] if numbers else list(listed)
    left = [LeftOut([one.link], gone(one)) for one in chosen if one.state is State.REMOVED]
    return [one for one in chosen if one.state is not State.REMOVED], left


def gone(link: LinkView) -> str:
    """Say that a link is gone, so that there is nothing to report."""
    since = link.first_seen_gone_at or link.since
    return (
        f"link {link.link} is gone since {since:%Y-%m-%d %H:%M} UTC: there is nothing to report; it is watched on, and "
        "told when it comes back"
    )


_Groups = list[tuple[Rung, list[LinkView], bool]]


def _grouped(chosen: Sequence[LinkView], office: Office, wanted: Wanted) -> tuple[_Groups, list[LeftOut]]:
    kinds: dict[tuple[str | None, Category, bool], list[LinkView]] = defaultdict(list)
    for link in chosen:
        kinds[link.platform, link.category, link.minor or link.category is Category.CSE].append(link)
    groups: _Groups = []
    left: list[LeftOut] = []
    for (platform, category, child), some in kinds.items():
        steps = _steps(office, platform, category, wanted, child=child)
        if not steps:
            left.append(LeftOut([one.link for one in some], _no_way(category, wanted)))
        groups += [(step, part, child) for step in steps for part in portions(step, some)]
    return groups, left


def _steps(office: Office, platform: str | None, category: Category, wanted: Wanted, *, child: bool) -> list[Rung]:
    if child:
        return lanes.for_child(office.registry, platform, office.settings.hotline)
    programmes = office.settings.programmes
    if wanted.basis is not None:
        return on_basis(office, platform, category, wanted.basis)[:1]
    steps = lanes.ladder(office.registry, platform, category, programmes)
    if wanted.lane is not None:
        return [one for one in steps if one.lane is wanted.lane][:1]
    return lanes.first(steps, category)


def on_basis(office: Office, platform: str | None, category: Category, basis: str) -> list[Rung]:
    """Give the rungs of one basis: the platform's own channels first, then other sheets such as a regulator's.

    Raises:
        Refused: there is no such basis.
    """
    if basis not in known():
        raise Refused(f"there is no basis {basis!r}; there are: {', '.join(known())}")
    asked = Category.COPYRIGHT if basis == lanes.COPYRIGHT else category
    own = office.registry.sheet(platform or "")
    others = [one for one in office.registry if one is not own and _beyond(one)]
    sheets = [one for one in (own, *others) if one is not None]
    found = [rung for one in sheets for rung in lanes.rungs(one, asked, office.settings.programmes, basis=basis)]
    found += [rung for one in sheets for rung in lanes.escalations(one, basis)]
    return found or _borrowed(office, platform, category, known()[basis])


def _beyond(sheet: Sheet) -> bool:
    """Tell whether a sheet is of no platform: a regulator's, or the ways to hosts and registrars."""
    return sheet.id in (lanes.HOST, lanes.REGISTRAR) or any(one.lane is words.Lane.REGULATOR for one in sheet.channel)


def _borrowed(office: Office, platform: str | None, category: Category, basis: Basis) -> list[Rung]:
    """Use the channel that is there under a law that no channel names: a law binds without a form of its own."""
    fits = lanes.covers(basis, category)
    steps = lanes.ladder(office.registry, platform, category) if fits and basis.lane is words.Lane.STATUTORY else []
    return [replace(one, bases=(basis,), lane=Lane.STATUTORY) for one in steps[:1]]


def require_agreed(book: Casebook, ref: str, facts: Sequence[Facts], *, actor: Actor, at: datetime) -> None:
    """Ask for the separate consent of a regulator, the police or copyright before a word is drafted.

    Raises:
        Refused: it is not on the ledger; says what it would expose, and how to note it.
    """
    apart = [one for one in facts if any(basis.consent for basis in one.rung.bases[:1])]
    if not apart:
        return
    standing = consents.standing(consents.ledger(book, ref, actor=actor, at=at))
    given = {one.act for one in standing if one.stands == "given"}
    for one in apart:
        basis = one.rung.bases[0]
        lacks = [act for act in needed(one) if act not in given]
        if lacks:
            raise Refused(
                f"{basis.name} needs a consent of its own. {' '.join(basis.exposes)} Ask the complainant; when they "
                f"agree: pehra consent give {ref.strip().upper()} {lacks[0]}"
            )


def _no_way(category: Category, wanted: Wanted) -> str:
    if category is Category.COPYRIGHT and wanted.basis is None:
        shows = " ".join(known()[lanes.COPYRIGHT].exposes)
        return (
            f"copyright is never the first way, for it exposes who files. {shows} Report it as what else it is; where "
            f"nothing else is left and the complainant agrees: pehra report draft CASE LINK --basis {lanes.COPYRIGHT}"
        )
    return f"no channel takes {category} on this footing; leave --lane and --basis out, or see: pehra platform show"


def portions(step: Rung, links: Sequence[LinkView]) -> list[list[LinkView]]:
    """Split links as a channel wants them: so many at once, of one host each where it asks for that."""
    by_host: dict[str, list[LinkView]] = defaultdict(list)
    one_host = step.channel.same_host or step.channel.kind is ChannelKind.ABUSE_CONTACT
    for link in links:
        by_host[link.host if one_host else ""].append(link)
    most = step.channel.links_at_once or len(links)
    return [some[at : at + most] for some in by_host.values() for at in range(0, len(some), most)]


def _not_twice(groups: _Groups, kept: Sequence[ReportView]) -> tuple[_Groups, list[LeftOut]]:
    """Leave out links that an open report to the same channel names already."""
    named = {(one.channel, link): one for one in kept if one.state in OPEN for link in one.links}
    fresh: _Groups = []
    left = []
    for step, links, child in groups:
        known_as = {one.link: named.get((id_of(step.channel), LinkId(one.link))) for one in links}
        left += [
            LeftOut([link], f"link {link} is in report {report.report} already, which is {report.state}")
            for link, report in known_as.items()
            if report is not None
        ]
        rest = [one for one in links if known_as[one.link] is None]
        fresh += [(step, rest, child)] if rest else []
    return fresh, left


def _facts(groups: _Groups, office: Office, wanted: Wanted, at: datetime, earlier: Earlier | None) -> Iterable[Facts]:
    looked_up: dict[str, Host] = {}
    for step, links, child in groups:
        host = _host(step, links, office, looked_up, child=child)
        yield Facts(
            rung=_carrier(step, host, office, links[0].category),
            category=links[0].category,
            links=tuple(links),
            office=office.settings,
            at=at,
            language=wanted.language,
            child=child,
            earlier=earlier,
            host=host,
            to=wanted.to,
            given=wanted.given,
        )


def _host(
    step: Rung, links: Sequence[LinkView], office: Office, known_as: dict[str, Host], *, child: bool
) -> Host | None:
    if step.channel.kind is not ChannelKind.ABUSE_CONTACT or office.look_up is None or child:
        return None
    name = links[0].host
    if name not in known_as:
        known_as[name] = office.look_up(name)
    return known_as[name]


def _carrier(step: Rung, host: Host | None, office: Office, category: Category) -> Rung:
    """Where a carrier stands before the host, ask the carrier, which passes it on: the host behind it is not seen."""
    network = ("" if host is None else host.network or "").upper()
    sheet = next((office.registry.sheet(name) for name, called in CDNS.items() if called in network), None)
    found = [] if sheet is None else lanes.rungs(sheet, category)
    return replace(found[0], lane=Lane.HOST) if found else step


def rung_of(office: Office, view: ReportView, content: Mapping[str, Any]) -> Rung:
    """Find the channel of a report again.

    Raises:
        Refused: its sheet has it no more.
    """
    sheet = office.registry.sheet(content["sheet"])
    channel = channel_of(sheet, view.channel)
    if sheet is None or channel is None:
        raise Refused(f"the channel of report {view.report} is in no sheet any more: draft another")
    return Rung(sheet, channel, tuple(bases_of(view.basis)), view.lane)


def _looked_up_again(host: Host | None, here: Mapping[int, LinkView], view: ReportView, office: Office) -> Host | None:
    """Ask once more where the first look-up failed, or was not made."""
    links = [here[one] for one in view.links if one in here]
    ask = {"host": office.look_up, "registrar": office.look_up_domain}.get("host" if host is None else host.step)
    if ask is None or not links or view.lane is not Lane.HOST or (host is not None and host.email is not None):
        return host
    return ask(links[0].host)


def complete(
    book: Casebook, number: ReportId, office: Office, wanted: Wanted, *, actor: Actor, at: datetime
) -> tuple[ReportView, dict[str, Any]]:
    """Write a draft anew with more words of staff's, or another receiver."""
    shown = reports.show(book, number, actor=actor, at=at)
    made = shown.content["made_from"]
    listed = watched.list_links(book, actor=actor, at=at, case=shown.view.case)
    here = {one.link: one for one in listed}
    facts = Facts(
        rung=rung_of(office, shown.view, shown.content),
        category=shown.view.category,
        links=tuple(here[one] for one in shown.view.links if one in here),
        office=office.settings,
        at=at,
        language=shown.view.language,
        child=made["child"],
        earlier=None if made["earlier"] is None else Earlier.of(made["earlier"]),
        host=_looked_up_again(host_of(made["host"]), here, shown.view, office),
        to=wanted.to or made["to"],
        given={**made["given"], **wanted.given},
    )
    content = compose(facts)
    return reports.rewrite(book, number, content, actor=actor, at=at), content
