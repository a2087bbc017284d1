"""Case + links + channel + basis -> a draft, with what is missing: composed here, kept by the casebook.

A draft is plain JSON, sealed to its case: what it was made from, every field of its channel in order, and the letter.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Any

from casebook.reports import NewReport, acts_needed
from casebook.vocabulary import Act, Category, Follows, Lane, LinkId, ReportId
from platforms.channel import Channel
from platforms.elements import MEANINGS, Element, Part
from platforms.words import Use
from reporters.bases import Basis, Consent
from reporters.channels import id_of
from reporters.facts import Facts
from reporters.filling import REMINDS, WRITTEN, WRONG, value_of
from reporters.lanes import COPYRIGHT, HOST, REGISTRAR, rungs

if TYPE_CHECKING:
    from jinja2 import Environment

FORM = 1
GLOSS = "ur"
SHEETS: Mapping[str, str | None] = {HOST: None, REGISTRAR: None}  # no company of their own
OWN_RULES = ("policy", "host-terms")  # say nothing that the lane does not
APPEALS = ("eu-dsa-20",)
BLANKS = re.compile(r"\n{3,}")


@cache
def templates() -> "Environment":
    """Give the templates, compiled once; plain text, so nothing is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # a tenth of a second that only drafting needs

    return Environment(  # noqa: S701  # letters are plain text
        loader=PackageLoader("reporters"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )


def compose(facts: Facts) -> dict[str, Any]:
    """Write a draft.

    Returns:
        `to`, `subject`, `body`, `gloss` (for the complainant, in Urdu), `fields` in the channel's order, `notes` for
        staff, and what it takes to write it anew.
    """
    letter = _rendered(facts.language, _names(facts), facts)
    subject, _, body = letter.partition("\n")
    fields = [_field(one, facts, body.strip()) for one in facts.asks]
    return {
        "form": FORM,
        "to": facts.receiver,
        "at": facts.rung.channel.at,
        "kind": facts.rung.channel.kind.value,
        "sheet": facts.rung.sheet.id,
        "platform": facts.rung.sheet.name,
        "subject": subject.removeprefix("Subject:").strip(),
        "body": body.strip(),
        "gloss": _rendered(GLOSS, ["gloss"], facts).strip(),
        "fields": fields,
        "notes": notes(facts),
        "by": "helpline" if facts.filed_by_us else "complainant",
        "made_from": {
            "given": dict(facts.given),
            "to": facts.to,
            "host": None if facts.host is None else asdict(facts.host),
            "child": facts.child,
            "earlier": None if facts.earlier is None else facts.earlier.kept(),
        },
    }


def _names(facts: Facts) -> list[str]:
    """Give the templates to try, the nearest first: the basis, then the lane."""
    if facts.child:
        return ["child-hotline" if facts.rung.channel.use is Use.HOTLINE else "child-safety"]
    names = [*(one.id for one in facts.rung.bases[:1] if one.id not in OWN_RULES), facts.rung.lane.value]
    if facts.earlier is None:
        return names
    if facts.earlier.follows is Follows.APPEAL:
        return [*(one for one in names if one in APPEALS), "appeal"]
    return ["follow-up"] if facts.earlier.follows is Follows.ESCALATION and facts.earlier.same_channel else names


def _rendered(language: str, names: list[str], facts: Facts) -> str:
    template = templates().select_template([f"{language}/{name}.j2" for name in names])
    text = template.render(
        facts=facts,
        links=facts.links,
        office=facts.office,
        earlier=facts.earlier,
        law=facts.rung.bases[0].law if facts.rung.bases else "",
        platform=facts.rung.sheet.name,
        wrong=WRONG[facts.category],
        category=facts.category.value,
        value=lambda name: value_of(Element(name), facts) or "",
        asks=[one.value for one in facts.asks],
    )
    return BLANKS.sub("\n\n", text)


def _field(element: Element, facts: Facts, body: str) -> dict[str, Any]:
    value = value_of(element, facts)
    if value is None and element in WRITTEN:
        value = body
    meaning = MEANINGS[element]
    return {
        "element": element.value,
        "asks": meaning.words,
        "value": value,
        "reminds": meaning.part in REMINDS,
        "personal": meaning.part is Part.COMPLAINANT,
    }


def notes(facts: Facts) -> list[str]:
    """Say what staff have to know before they send: what to verify, traps, what it exposes, who may file."""
    channel, bases = facts.rung.channel, facts.rung.bases
    said = [*_verify(channel, bases)]
    if not facts.filed_by_us:
        said.append("Only the person herself may file this, or who stands for her in law: help her fill it in.")
    said += [f"Who may file: {channel.who_says}." for _ in [0] if channel.who_says]
    said += [f"Beware: {one}" for one in channel.traps]
    if not facts.child:
        said += [f"It may expose: {one}" for basis in bases[:1] for one in basis.exposes]
        said += [f"Note: {one}" for basis in bases[:1] for one in basis.beware]
    said += _beside(facts)
    if channel.account:
        said.append("An account that is logged in is needed: use the helpline's, never the complainant's.")
    if facts.host is not None:
        said.append(facts.host.told)
    return said + [f"It gives: {one}." for one in [channel.gives] if one]


def _beside(facts: Facts) -> list[str]:
    """Name the policy channel beside a notice under a law, which some platforms take from one country's people only."""
    rung = facts.rung
    if facts.child or rung.lane is not Lane.STATUTORY or facts.earlier is not None:
        return []
    if not any(one.lane is Lane.POLICY for one in rungs(rung.sheet, facts.category)):
        return []
    name = rung.sheet.name
    says = f"{name} may say that this law is not for people elsewhere; its own rules are for everybody."
    return [f"{says} To ask by them at the same time: pehra report draft CASE LINK --lane policy"]


def _verify(channel: Channel, bases: tuple[Basis, ...]) -> list[str]:
    said = []
    if channel.verify:
        said.append(f"VERIFY BEFORE USE: {channel.sure.value} ({channel.source}, {channel.seen}).")
    said += [f"VERIFY THE LAW BEFORE USE: {one.name}: {one.source}." for one in bases[:1] if one.verify]
    return said


def new_report(facts: Facts, content: Mapping[str, Any]) -> NewReport:
    """Give a draft in the form the casebook keeps."""
    earlier = facts.earlier
    return NewReport(
        links=tuple(LinkId(one.link) for one in facts.links),
        platform=_platform(facts),
        channel=id_of(facts.rung.channel),
        lane=facts.rung.lane,
        basis=tuple(one.id for one in facts.rung.bases[:1]),
        category=_complaint(facts),
        language=facts.language,
        content=dict(content),
        needs=needed(facts),
        predecessor=None if earlier is None else ReportId(earlier.report),
        follows=None if earlier is None else Follows(earlier.follows),
    )


def _platform(facts: Facts) -> str | None:
    """Give whose answer is waited for: the sheet's, or nobody known where a host is asked."""
    sheet = facts.rung.sheet
    return (
        facts.links[0].platform
        if facts.links and facts.links[0].platform == sheet.id
        else SHEETS.get(sheet.id, sheet.id)
    )


def needed(facts: Facts) -> tuple[Act, ...]:
    """Say which consents it needs before it leaves the house; a police's is another than a regulator's."""
    if facts.child:
        return ()
    acts = acts_needed(facts.rung.lane, _complaint(facts))
    police = any(one.consent is Consent.POLICE for one in facts.rung.bases[:1])
    return (Act.TELL_POLICE,) if police else tuple(acts)


def _complaint(facts: Facts) -> Category:
    return Category.COPYRIGHT if any(one.id == COPYRIGHT for one in facts.rung.bases[:1]) else facts.category
