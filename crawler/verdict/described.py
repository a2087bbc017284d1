"""Sites that a sheet or an engine describes: their own signs, and what it means that there are none."""

from crawler.verdict.look import Look
from crawler.verdict.parts import Finding, by, contradiction
from crawler.verdict.signs import is_broken
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
    return by(marker) if marker else None


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
