"""What a record of evidence says of a visit: pure, from what the visit brought and how it was judged."""

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any

from casebook.settings import Crawler
from crawler.exchange import Exchange
from crawler.page import Page
from crawler.spiders.recheck import Look
from crawler.verdict import Finding
from platforms.words import Verdict

TOOL, VERSION = "Pehra", version("pehra")
TELLING = frozenset({Verdict.LIVE, Verdict.REMOVED, Verdict.RESTRICTED})
NOT_TEXT = "The body of the answer is no text, such as a picture or a film, and was not fetched."
UNSEEN_SERVER = "The server's own address is not known: the visit went through a proxy."
NO_BROWSER = "No browser looked at the page: its scripts did not run."
BROWSER_GONE = "There is no picture of the page: no browser starts here."


def facts(look: Look, finding: Finding, settings: Crawler, clock: Mapping[str, Any]) -> dict[str, Any]:
    """Give the record's fields that are the same for every case; whole numbers only.

    Source: what the Berkeley Protocol asks of digital evidence: what, when, how, by whom, untouched since.
    """
    page = look.page
    return {
        "final_address": page.final_url if page else look.visit.url,
        "status": page.status if page else None,
        "hops": [_hop(one) for one in look.exchanges],
        "clock": dict(clock),
        "tool": TOOL,
        "version": VERSION,
        "settings": _settings(settings),
        "exit": look.vantage or "own",
        "rendered": page is not None and page.rendered,
        "verdict": finding.verdict.value,
        "rule": finding.rule,
        "because": finding.because,
    }


def _hop(one: Exchange) -> dict[str, Any]:
    return {"address": one.url, "status": one.status, "ip": one.ip, "certificate_sha256": one.certificate}


def _settings(settings: Crawler) -> dict[str, Any]:
    return {
        "user_agent": settings.user_agent,
        "body_bytes": settings.body_bytes,
        "redirects": settings.redirects,
        "answer_time_ms": round(settings.answer_time_s * 1000),
        "browser_time_ms": round(settings.browser_time_s * 1000),
        "through_proxy": settings.proxy is not None,
    }


def left_out(look: Look, *, drawn: bool) -> list[str]:
    """Say in sentences what of a visit is not in its capture, and why."""
    said = list(dict.fromkeys(_cut(look.exchanges)))
    if any(one.ip is None for one in look.exchanges):
        said.append(UNSEEN_SERVER)
    if not drawn:
        said.append(NO_BROWSER)
    if look.shot is not None and look.shot.missing is not None:
        said.append(f"Of the picture of the page: {look.shot.missing}.")
    return said


def _cut(exchanges: Iterable[Exchange]) -> Iterable[str]:
    for one in exchanges:
        if one.cut == "unspecified":
            yield NOT_TEXT
        elif one.cut is not None:
            yield f"Of an answer only the first {len(one.body)} bytes were read; it went on."


def no_answer(page: Page | None) -> str:
    """Say that there was nothing to capture."""
    why = page.failure.value if page is not None and page.failure is not None else "nothing came"
    return f"Nothing was captured: no answer came ({why})."


def differs(first: Finding, second: Finding) -> str | None:
    """Say that a browser, a moment later, was shown something else than what was judged; None where it was not."""
    if second.verdict is first.verdict or not {first.verdict, second.verdict} <= TELLING:
        return None
    return (
        f"The picture was taken at a second visit, and the two differ: at the first it was {first.verdict}, at the "
        f"second, in a browser, it seemed {second.verdict}: {second.because}"
    )
