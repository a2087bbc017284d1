"""The elements of a report, each from where it comes: the links, the office, the template, earlier reports, staff.

What is the complainant's own stands as a token, such as [[legal_name]], until the report leaves the house.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from casebook.casefile import EntryView
from casebook.links import LinkView
from casebook.vocabulary import Category, EntryKind
from platforms.elements import MEANINGS, Element, Part
from reporters.facts import Facts

TOKEN = re.compile(r"\[\[([a-z_]+)\]\]")
WRONG = {
    Category.NCII: "intimate pictures published without consent",
    Category.CSE: "a child is shown",
    Category.IMPERSONATION: "an account that poses as somebody else",
    Category.PRIVACY: "private information published without consent",
    Category.HARASSMENT: "harassment of a person",
    Category.DEFAMATION: "false statements about a person",
    Category.THREATS: "threats against a person",
    Category.COPYRIGHT: "a work published without its owner's leave",
}
FROM_FILE = {
    Element.LEGAL_NAME: EntryKind.NAME,
    Element.AFFECTED_PERSON: EntryKind.NAME,
    Element.OLD_CONTACT: EntryKind.CONTACT,
}
HERS = {Element.NAME: Element.LEGAL_NAME, Element.SIGNATURE: Element.LEGAL_NAME}
REMINDS = frozenset({Part.DEVICE})


def token(element: Element) -> str:
    """Give what stands in a draft until the case is opened for it."""
    return f"[[{element}]]"


def value_of(element: Element, facts: Facts) -> str | None:
    """Give what a draft says for one element; a token where only the case knows; None where it is missing."""
    given = facts.given.get(element.value)
    if given is not None:
        return given
    part = MEANINGS[element].part
    if facts.child:
        return _of_child(element, facts)
    if part is Part.COMPLAINANT:
        return token(element)
    if part is Part.FILER and not facts.filed_by_us:
        return token(HERS.get(element, element)) if element is not Element.RELATIONSHIP else "the person concerned"
    found = SOURCES.get(element)
    return None if found is None else found(facts)


def _of_child(element: Element, facts: Facts) -> str | None:
    if element in CONTENT_OF_CHILD or MEANINGS[element].part is Part.FILER:
        found = SOURCES.get(element)
        return None if found is None else found(facts)
    return "Handed over by address only: nothing was viewed, kept or attached."


CONTENT_OF_CHILD = frozenset(
    {Element.URL, Element.URL_WITH_KEY, Element.PAGE_URL, Element.PROFILE_URL, Element.CATEGORY, Element.SEEN_AT}
)


def _urls(facts: Facts) -> str:
    return "\n".join(one.url for one in facts.links)


def _identification(facts: Facts) -> str:
    return "\n".join(f"{one.url} ({_where(one)})" for one in facts.links)


def _where(link: LinkView) -> str:
    seen = link.last_seen_live_at
    return "the item there" if seen is None else f"the item there; last seen {seen:%Y-%m-%d %H:%M} UTC"


def _usernames(facts: Facts) -> str | None:
    found = [urlsplit(one.url).path.rstrip("/").rpartition("/")[2] for one in facts.links]
    return ", ".join(dict.fromkeys(found)) if all(found) else None


def _domains(facts: Facts) -> str:
    return ", ".join(dict.fromkeys(one.host for one in facts.links))


def _seen_at(facts: Facts) -> str:
    """Say when it was last seen up; what nobody looked at yet stands with the day it was brought to us."""
    lines = [
        f"{one.last_seen_live_at:%Y-%m-%d %H:%M} UTC"
        if one.last_seen_live_at
        else f"as told to us on {one.since:%Y-%m-%d %H:%M} UTC"
        for one in facts.links
    ]
    return "\n".join(dict.fromkeys(lines))


def _contact(facts: Facts) -> str | None:
    office = facts.office
    lines = (office.email, office.phone, office.address)
    return None if office.email is None else "\n".join(one for one in lines if one is not None)


def _name(facts: Facts) -> str | None:
    office = facts.office
    return None if office.signatory is None else f"{office.signatory}, {office.organisation}"


def _law(facts: Facts) -> str | None:
    return facts.rung.bases[0].law if facts.rung.bases else None


def _requested_at(facts: Facts) -> str | None:
    sent = None if facts.earlier is None else facts.earlier.sent_at
    return None if sent is None else f"{sent:%Y-%m-%d %H:%M} UTC"


def _proof(facts: Facts) -> str | None:
    if facts.earlier is None or facts.earlier.sent_at is None:
        return None
    number = f", reference {facts.earlier.ticket}" if facts.earlier.ticket else ""
    return f"our report of {_requested_at(facts)}{number}; a copy can be sent"


def _still_up(facts: Facts) -> str | None:
    seen = [one.last_seen_live_at for one in facts.links if one.last_seen_live_at]
    return f"yes: last seen {max(seen):%Y-%m-%d %H:%M} UTC" if seen else None


def _said(name: str) -> Callable[[Facts], str]:
    return lambda facts: STATEMENTS[name].format(whom="the person shown" if facts.filed_by_us else "me")


STATEMENTS = {
    "non_consent": "In good faith I state that this was published without the consent of {whom}.",
    "good_faith": "In good faith I state that this use is allowed neither by the owner or an agent, nor by law.",
    "accuracy": "Under penalty of perjury: this notice is accurate, and I am entitled to act for the owner.",
    "bona_fide": "I believe in good faith that what this notice says is accurate and complete.",
    "identifiable": "The person can be recognised in it.",
    "unpaid": "Nobody is being paid for this content now.",
    "authority": "We act at the person's own request and with their consent, which we keep on record.",
    "age": "To our knowledge the person shown is an adult.",
}

SOURCES: Mapping[Element, Callable[[Facts], str | None]] = {
    Element.URL: _urls,
    Element.URL_WITH_KEY: _urls,
    Element.PAGE_URL: _urls,
    Element.PROFILE_URL: _urls,
    Element.MESSAGE: _urls,
    Element.SEARCH_RESULT_URL: lambda facts: _urls(facts) if facts.rung.lane == "de-index" else None,
    Element.IDENTIFICATION_OF_CONTENT: _identification,
    Element.USERNAME: _usernames,
    Element.DOMAIN: _domains,
    Element.IP: lambda facts: None if facts.host is None else facts.host.ip,
    Element.SEEN_AT: _seen_at,
    Element.CATEGORY: lambda facts: WRONG[facts.category],
    Element.SERVICE: lambda facts: facts.rung.sheet.name,
    Element.COUNTRY: lambda facts: facts.office.country,
    Element.LEGAL_BASIS: _law,
    Element.SIGNATURE: _name,
    Element.NAME: _name,
    Element.CONTACT: _contact,
    Element.CONTACT_EMAIL: lambda facts: facts.office.email,
    Element.RELATIONSHIP: lambda _: "authorised representative: a helpline, at the person's own request",
    Element.NON_CONSENT_STATEMENT: _said("non_consent"),
    Element.GOOD_FAITH_STATEMENT: _said("good_faith"),
    Element.ACCURACY_STATEMENT: _said("accuracy"),
    Element.BONA_FIDE_STATEMENT: _said("bona_fide"),
    Element.IDENTIFIABLE_STATEMENT: _said("identifiable"),
    Element.UNPAID_STATEMENT: _said("unpaid"),
    Element.AUTHORITY_STATEMENT: _said("authority"),
    Element.AGE_STATEMENT: _said("age"),
    Element.TICKET: lambda facts: None if facts.earlier is None else facts.earlier.ticket,
    Element.PLATFORM: lambda facts: facts.rung.sheet.name if facts.earlier is None else facts.earlier.platform,
    Element.REQUESTED_AT: _requested_at,
    Element.PROOF_OF_REQUEST: _proof,
    Element.STILL_UP: _still_up,
    Element.SCOPE: lambda _: "every identical copy",
    Element.OPT_OUT_OF_SHARING: lambda _: "yes",
    Element.OWNER_NOTIFICATION: lambda _: "no",
    Element.HOST_NOTIFICATION: lambda _: "without a name",
}
WRITTEN = frozenset({Element.DESCRIPTION, Element.REASON, Element.CONTEXT, Element.ACCESS_STEPS})  # by the template


def personal(entries: Sequence[EntryView]) -> dict[str, str]:
    """Give what a case file says of the complainant, by element: the newest of each kind."""
    newest = {one.kind: one.words.get("words") for one in entries}
    found = {element.value: newest.get(kind) for element, kind in FROM_FILE.items()}
    found |= dict.fromkeys((Element.CONTACT.value, Element.CONTACT_EMAIL.value), newest.get(EntryKind.CONTACT))
    return {name: value for name, value in found.items() if value}


def filled(text: str, values: Mapping[str, str]) -> str:
    """Put the complainant's own words where their tokens stand; what is not known stays a token."""
    return TOKEN.sub(lambda found: values.get(found[1], found[0]), text)


def missing(content: Mapping[str, Any], values: Mapping[str, str]) -> list[str]:
    """Name every element that a draft lacks, in words, given what the case file says of the complainant."""
    lacks = [] if content["to"] else ["where it goes (to)"]
    for one in content["fields"]:
        if one["value"] is None and not one["reminds"]:
            lacks.append(f"{one['asks']} ({one['element']})")
        unknown = [name for name in TOKEN.findall(one["value"] or "") if name not in values]
        lacks += [f"{MEANINGS[Element(name)].words} ({name}; from the case file)" for name in unknown]
    return list(dict.fromkeys(lacks))
