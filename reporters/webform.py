"""A platform's form, filled in a visible browser by a label or name that fits each field; a person reads and sends it.

Nothing here presses a button: what the browser does is open the page and type.
"""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import ElementHandle, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

from casebook.errors import Unavailable

WIDGETS = "input:visible, textarea:visible, select:visible"
SKIPPED = frozenset({"hidden", "submit", "button", "image", "reset", "file", "password", "checkbox", "radio"})
# What a form's own words for an element may hold, tried in this order; more telling ones come first.
SIGNS: Mapping[str, str] = {
    "contact_email": r"e-?mail",
    "contact": r"contact|e-?mail|phone",
    "signature": r"signature|sign here|type your (full )?name",
    "legal_name": r"legal name|name of (the )?(depicted|person)",
    "name": r"\bname\b|your name",
    "profile_url": r"profile|account",
    "search_result_url": r"search result",
    "search_terms": r"search (terms|query)|keywords",
    "page_url": r"page",
    "url_with_key": r"url|link|address of",
    "url": r"url|link|address of",
    "identification_of_content": r"url|link|identif",
    "username": r"user ?name|handle|account",
    "country": r"country",
    "category": r"category|type of|reason",
    "relationship": r"relation|capacity|behalf|who are you",
    "non_consent_statement": r"consent|good faith",
    "good_faith_statement": r"good faith",
    "legal_basis": r"law|legal basis",
    "ticket": r"ticket|reference|case number",
    "reason": r"reason|why",
    "description": r"descri|detail|explain|message|tell us|comment",
    "context": r"context|additional|more information|comment|detail",
    "access_steps": r"justification|how to|detail|evidence",
}


@dataclass(frozen=True)
class Filled:
    """Which elements found their field, and which are left to be pasted by hand."""

    filled: list[str]
    by_hand: list[str]


def open_form(
    url: str,
    fields: Sequence[tuple[str, str, str]],
    *,
    browser: Path,
    headless: bool,
    linger: Callable[[Page], None],
    time_s: float = 30.0,
) -> Filled:
    """Open a form, type what is known into the fields that fit, and leave it to the person in front.

    Args:
        fields: (element, what is asked, answer) in the channel's order.
        linger: called with the page when all is typed; returns when the person has done with it.

    Raises:
        Unavailable: the browser does not start, or the page does not open.
    """
    try:
        with sync_playwright() as playwright:
            root = ["--no-sandbox"] if os.geteuid() == 0 else []
            running = playwright.chromium.launch(executable_path=str(browser), headless=headless, args=root)
            try:
                page = running.new_page()
                page.goto(url, timeout=time_s * 1000, wait_until="domcontentloaded")
                done = fill(page, fields)
                linger(page)
            finally:
                running.close()
    except BrowserError:
        raise Unavailable("the form could not be opened in a browser here: open its address by hand") from None
    return done


def fill(page: Page, fields: Sequence[tuple[str, str, str]]) -> Filled:
    """Type each answer into the first free field whose own words fit; press nothing."""
    free = [(one, _words(one)) for one in page.query_selector_all(WIDGETS) if _kind(one) not in SKIPPED]
    filled, by_hand = [], []
    for element, asks, answer in sorted(fields, key=lambda one: list(SIGNS).index(one[0]) if one[0] in SIGNS else 99):
        sign = re.compile(SIGNS.get(element, re.escape(asks)), re.IGNORECASE)
        place = next((at for at, (_, words) in enumerate(free) if sign.search(words)), None)
        if place is None or not _type(free[place][0], answer):
            by_hand.append(element)
            continue
        filled.append(element)
        widget, _ = free.pop(place)
        if "\n" in answer and widget.evaluate("e => e.tagName") != "TEXTAREA":
            by_hand.append(f"{element} (its other lines)")
    return Filled(filled, by_hand)


def _kind(widget: ElementHandle) -> str:
    return (widget.get_attribute("type") or "text").lower()


def _words(widget: ElementHandle) -> str:
    """Give everything by which a form calls a field: its label, name, id and placeholder."""
    said = widget.evaluate(
        "e => [...(e.labels || [])].map(l => l.innerText).concat(["
        "e.getAttribute('aria-label'), e.name, e.id, e.placeholder, e.type]).filter(Boolean).join(' ')"
    )
    return str(said).replace("_", " ").replace("-", " ")


def _type(widget: ElementHandle, answer: str) -> bool:
    """Type into a field; of a list only a choice that is there is taken."""
    try:
        if widget.evaluate("e => e.tagName") == "SELECT":
            return bool(widget.select_option(label=answer, timeout=1000))
        several = widget.evaluate("e => e.tagName") == "TEXTAREA"
        widget.fill(answer if several else answer.splitlines()[0] if answer else "", timeout=3000)
    except BrowserError:
        return False
    return True
