"""The platform's own signs, what it means that there are none, and what every site says by its status or wording."""

from crawler.verdict.look import Look
from crawler.verdict.parts import Finding, by, contradiction, found
from crawler.verdict.unknown import is_same
from platforms.words import Verdict


def marked(look: Look) -> Finding | None:
    """Follow the signs of the platform, or of what the site runs on."""
    live, removed = look.marked(Verdict.LIVE), look.marked(Verdict.REMOVED)
    if live and removed:
        return contradiction(f"{look.described_as}.contradiction", live.rule, removed.rule)
    if live and look.page.status in (404, 410) and not look.status_is_marked:
        return contradiction(f"{look.described_as}.contradiction", live.rule, f"generic.status-{look.page.status}")
    # A server that is out of order may show anything: only a sign that speaks of this very status counts then.
    if _is_broken(look) and not look.status_is_marked:
        return None
    marker = look.marked(Verdict.UNCLEAR) or removed or live
    return by(marker) if marker else None


def _is_broken(look: Look) -> bool:
    return look.page.status is not None and look.page.status >= 500


def refused(look: Look) -> Finding | None:
    """Say that we were turned away, or that the server is out of order."""
    status = look.page.status
    if _is_broken(look):
        return found(Verdict.UNREACHABLE, f"status-{status}", f"The site's server is out of order ({status}).")
    if status == 403:
        return found(Verdict.BLOCKED, "status-403", "We were turned away (403), so we know nothing.")
    if status == 407:
        return found(Verdict.UNCLEAR, "status-407", "Something between us and the site asks for a login (407).")
    return None


def unchanged(look: Look) -> Finding | None:
    """Say what 304 is worth."""
    if look.page.status != 304:
        return None
    if look.page.conditional and not (look.moved and look.known and look.known.final_url):
        return found(Verdict.LIVE, "status-304", "The site says that nothing changed since the content was last seen.")
    return found(Verdict.UNCLEAR, "status-304", "The site says that nothing changed, but not since what.")


def unmarked(look: Look) -> Finding | None:
    """Say what it means that a platform's page carries none of its signs."""
    if look.sheet is None:
        return None
    if look.sheet.scripts and not look.page.rendered:
        because = "This platform shows its content only to a browser that runs scripts."
        return Finding(Verdict.UNCLEAR, f"{look.sheet.id}.needs-browser", because, needs_browser=True)
    if look.sheet.otherwise == "unclear":
        because = "The page carries none of the signs known for this platform, which proves nothing here."
        return Finding(Verdict.UNCLEAR, f"{look.sheet.id}.unmarked", because)
    return None


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
