"""What every site says: by its status, and by its title or main heading."""

from crawler import notices
from crawler.verdict.look import Look
from crawler.verdict.parts import Finding, contradiction, found
from crawler.verdict.unknown import is_same
from platforms.words import Verdict

LITTLE_TEXT_CHARS = 700


def is_broken(look: Look) -> bool:
    """Whether the server is out of order."""
    return look.page.status is not None and look.page.status >= 500


def refused(look: Look) -> Finding | None:
    """Say that we were turned away, or that the server is out of order."""
    status = look.page.status
    if is_broken(look):
        return found(Verdict.UNREACHABLE, f"status-{status}", f"The site's server is out of order ({status}).")
    if status == 403:
        return found(Verdict.BLOCKED, "status-403", "We were turned away (403), so we know nothing.")
    if status == 200 and _says_broken(look):
        because = "The page says that the site is out of order, or closed for a while, although it answers 200."
        return found(Verdict.UNREACHABLE, "error-page", because)
    if status == 407:
        return found(Verdict.UNCLEAR, "status-407", "Something between us and the site asks for a login (407).")
    return None


def _says_broken(look: Look) -> bool:
    if not (look.title_says(notices.BROKEN) or look.h1_says(notices.BROKEN)):
        return False
    if look.content_signs or look.document.own_pictures or look.document.visible_text_length > LITTLE_TEXT_CHARS:
        return False
    return not is_same(look)


def unchanged(look: Look) -> Finding | None:
    """Say what 304 is worth."""
    if look.page.status != 304:
        return None
    if look.page.conditional and not (look.moved and look.known and look.known.final_url):
        return found(Verdict.LIVE, "status-304", "The site says that nothing changed since the content was last seen.")
    return found(Verdict.UNCLEAR, "status-304", "The site says that nothing changed, but not since what.")


def gone(look: Look) -> Finding | None:
    """Follow what every site says by its status or wording."""
    status, document = look.page.status, look.document
    if status in (404, 410):
        because = f"The site answered that there is nothing at this address ({status})."
        return found(Verdict.REMOVED, f"status-{status}", because)
    if status != 200 or not document.is_html:
        return None
    if document.metas.get("prerender-status-code", "").strip() in ("404", "410"):
        because = "The page tells search engines that there is nothing at this address."
        return found(Verdict.REMOVED, "prerender-status", because)
    rule = look.sign_of_gone
    if rule is None:
        return None
    if look.content_signs:
        return contradiction("generic.contradiction", "generic.content-metas", f"generic.{rule}")
    if is_same(look):
        return contradiction("generic.contradiction", "generic.same", f"generic.{rule}")
    part = "title" if rule == "title" else "main heading"
    return found(Verdict.REMOVED, rule, f"The page's whole {part} says that the content is gone.")
