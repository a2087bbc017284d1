"""Visits that ended elsewhere, and domains that nobody keeps a site at any more: told apart, and never `removed` alone.

Only the site's own missing page can say that being sent away means gone, and only while the site is seen to serve its
other pages: a wall or a fault sends everybody away. That a name is parked counts when it has lasted for a week.
"""

from dataclasses import replace

from crawler import notices, phrases
from crawler.verdict.addresses import is_first, is_shortener, keeps_its_name, site, way
from crawler.verdict.described import marked
from crawler.verdict.look import Look
from crawler.verdict.parts import Finding, Others, Way, found
from crawler.verdict.signs import gone
from crawler.verdict.unknown import is_same, is_surely_same
from platforms.words import Verdict

PARKING_CHARS = 1_500

_SENT = {
    Way.HOME: "The site sent our visit to its first page, which says nothing.",
    Way.PARENT: "The site sent our visit to the list above the address, which says nothing of what was there.",
    Way.SEARCH: "The site sent our visit to a search, which says nothing of what was there.",
}
_MISSING = {
    Way.HOME: "its first page",
    Way.PARENT: "the list above it",
    Way.SEARCH: "a search",
}


def parked(look: Look) -> Finding | None:
    """Recognise what registrars, buyers and authorities put in a whole site's place.

    A page of a living site may be called "domain for sale" too, so an address beside it has to show the same.
    """
    if look.page.status is None or not look.document.is_html or look.content_signs:
        return None
    name = _held_by(look)
    if name is None or is_same(look):
        return None
    if site(look.asked) != site(look.final) or is_first(look.asked.path):
        return found(Verdict.UNCLEAR, name, _HELD_BY[name])
    if look.missing is None or look.missing.parked:
        return found(Verdict.UNCLEAR, name, _HELD_BY[name], needs_missing=look.missing is None)
    because = f"{_HELD_BY[name]} But the site does not show that at an address beside it, so this proves nothing."
    return found(Verdict.UNCLEAR, f"{name}-here", because)


_HELD_BY = {
    "seized": "An authority's notice stands in place of the whole site.",
    "for-sale": "The name of the site is for sale; nobody can tell what was there.",
    "parked": "Nobody keeps a site at this name any more: it is parked.",
}


def _held_by(look: Look) -> str | None:
    host, says = (look.final.hostname or "").lower(), _says(look)
    elsewhere = site(look.asked) != site(look.final)
    if (elsewhere and host.endswith(notices.SEIZURE_HOSTS)) or says & notices.SEIZED:
        return "seized"
    if says & notices.FOR_SALE:
        return "for-sale"
    if (elsewhere and host.endswith(notices.PARKING_HOSTS)) or says & notices.PARKED or _is_fed_by_parking(look):
        return "parked"
    return None


def _says(look: Look) -> set[str]:
    """Give the title and main headings, with the site's own name and without it."""
    name = phrases.plain(look.asked.hostname or "")
    said = {phrases.plain(text) for text in (look.document.title[:300], *look.document.h1[:2])}
    return said | {" ".join(text.replace(name, " ").split()) for text in said if name}


def _is_fed_by_parking(look: Look) -> bool:
    if look.document.visible_text_length > PARKING_CHARS:
        return False
    hosts = ", ".join(f"script[src*='{host}'], iframe[src*='{host}']" for host in notices.PARKING_HOSTS)
    return bool(look.document.select(hosts))


def told(look: Look) -> Finding | None:
    """Follow the signs of the platform or engine; a visit that strayed may have ended at another page of the engine."""
    return (_same_elsewhere(look) or strayed(look) if look.engine else None) or marked(look)


def _same_elsewhere(look: Look) -> Finding | None:
    """Say `live` where an engine led us to another of its pages, and that one has the content that was known."""
    known = look.print_known
    if known is None or not look.moved or look.page.status != 200 or site(look.asked) != site(look.final):
        return None
    if way(look.asked, look.final) is Way.HOME or not is_surely_same(look):
        return None
    because = "The site led our visit to another address of its own, where the same title and words are as before."
    return found(Verdict.LIVE, "same-moved", because, note=replace(known, final=look.print.final))


def strayed(look: Look) -> Finding | None:
    """Say `unclear` where the visit ended at something that cannot speak for what was asked."""
    if not look.moved:
        return None
    where = way(look.asked, look.final)
    if where in _SENT:
        return _sent(look, where)
    if where is not Way.SITE:
        return None
    if gone(look):
        return found(Verdict.UNCLEAR, "other-site", "The visit ended at another site, which found nothing there.")
    if look.sheet is None and not (is_shortener(look.asked) or keeps_its_name(look.asked, look.final)):
        because = "The visit ended at another site, where nothing shows that it is the same content."
        return found(Verdict.UNCLEAR, "other-site", because)
    return None


def _sent(look: Look, where: Way) -> Finding | None:
    """Judge a first page, list or search: gone only where this site is known to do that with what is missing."""
    if where is not Way.HOME and is_same(look):
        return None
    name = "home" if where is Way.HOME else str(where)
    known = look.print_known
    if look.sheet is None and look.page.status == 200 and known is not None and known.is_telling:
        if look.missing is None:
            return found(Verdict.UNCLEAR, name, _SENT[where], needs_missing=True)
        if look.missing.way is where and look.missing.proved and not look.missing.honest:
            return _sent_like_missing(look, where, name)
    return found(Verdict.UNCLEAR, name, _SENT[where])


def _sent_like_missing(look: Look, where: Way, name: str) -> Finding:
    """Ask for a witness: a login, a wall or a fault may send everybody where the site sends what is missing."""
    said = f"The site sent our visit to {_MISSING[where]}, as it does with addresses that do not exist"
    if look.others is Others.SERVED:
        because = f"{said}, while it shows other pages of that kind at their own addresses."
        return found(Verdict.REMOVED, f"missing-{name}", because)
    if look.others is Others.ALIKE:
        because = f"{said}; but now it does so with pages too that it lists itself, so it may be a wall or a fault."
        return found(Verdict.UNCLEAR, "everything-sent", because)
    because = f"{said}; but no other page could be found that it still shows, so it may be a wall or a fault."
    return found(Verdict.UNCLEAR, "no-witness", because, needs_others=look.others is None)
