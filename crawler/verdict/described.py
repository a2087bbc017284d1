"""Sites that a sheet or an engine describes: their own signs, and what it means that there are none."""

from dataclasses import replace

from crawler.verdict.look import Look
from crawler.verdict.parts import Finding, by, contradiction, found
from crawler.verdict.signs import is_broken
from crawler.verdict.unknown import difference, is_another, is_same
from platforms.words import Verdict


def marked(look: Look) -> Finding | None:
    """Follow the signs of the platform, or of what the site runs on."""
    live, removed = look.marked(Verdict.LIVE), look.marked(Verdict.REMOVED)
    if live and removed:
        return contradiction(f"{look.described_as}.contradiction", live.rule, removed.rule)
    if live and look.page.status in (404, 410) and not look.status_is_marked:
        return contradiction(f"{look.described_as}.contradiction", live.rule, f"generic.status-{look.page.status}")
    # A server that is out of order may show anything: only a sign that speaks of this very status counts then.
    if is_broken(look) and not look.status_is_marked:
        return None
    marker = look.marked(Verdict.UNCLEAR) or removed or live
    if marker is None:
        return None
    return _known_again(look, by(marker)) if look.engine and marker is live else by(marker)


def _known_again(look: Look, finding: Finding) -> Finding:
    """Note what an engine's page is known by, so that it is told when it moved, or when another's page took its place.

    An engine's sign says that there is a page of some kind; whether it is the one that was there, only that can tell.
    """
    known = look.print_known
    if known is None or not known.is_telling:
        return replace(finding, print=look.print.against(None)) if look.document.is_html else finding
    if is_same(look):
        return replace(finding, print=known)
    if look.elsewhere:
        because = f"The site led our visit to another page. {difference(look, known)}"
        return found(Verdict.UNCLEAR, "other-page", because)
    if is_another(look):
        return found(Verdict.UNCLEAR, "changed", difference(look, known))
    return replace(finding, print=known)


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
