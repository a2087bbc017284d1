"""Visits that ended elsewhere, and domains that nobody keeps a site at any more: told apart, and never `removed`.

Only the site's own missing page can say that being sent away means gone.
"""

from crawler import notices, phrases
from crawler.verdict.addresses import is_shortener, keeps_its_name, site, way
from crawler.verdict.described import marked
from crawler.verdict.look import Look
from crawler.verdict.parts import Finding, Way, found
from crawler.verdict.signs import gone
from crawler.verdict.unknown import is_same
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
    """Recognise what registrars, buyers and authorities put in a whole site's place."""
    if look.page.status is None or not look.document.is_html or look.content_signs:
        return None
    host = (look.final.hostname or "").lower()
    says = _says(look)
    if (host.endswith(notices.SEIZURE_HOSTS) and site(look.asked) != site(look.final)) or says & notices.SEIZED:
        return found(Verdict.UNCLEAR, "seized", "An authority's notice stands in place of the whole site.")
    if says & notices.FOR_SALE:
        return found(Verdict.UNCLEAR, "for-sale", "The name of the site is for sale; nobody can tell what was there.")
    elsewhere = host.endswith(notices.PARKING_HOSTS) and site(look.asked) != site(look.final)
    if elsewhere or says & notices.PARKED or _is_fed_by_parking(look):
        return found(Verdict.UNCLEAR, "parked", "Nobody keeps a site at this name any more: it is parked.")
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
    return (strayed(look) if look.engine else None) or marked(look)


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
            because = f"The site sent our visit to {_MISSING[where]}, as it does with addresses that do not exist."
            return found(Verdict.REMOVED, f"missing-{name}", because)
    return found(Verdict.UNCLEAR, name, _SENT[where])
