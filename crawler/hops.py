"""Where an answer sends us: by its location, or by a page that refreshes itself."""

from urllib.parse import urljoin

from crawler.document import Document
from crawler.page import Page
from platforms.address import AddressRefused, normalise

REDIRECTS = frozenset({301, 302, 303, 307, 308})


def target_of(page: Page) -> str | None:
    """Where an answer sends us, in one spelling; None where it sends us nowhere that can be visited."""
    location = page.headers.get("location") if page.status in REDIRECTS else None
    if location is None:
        if page.status != 200 or b"http-equiv" not in page.body[:20_000].lower():
            return None
        location = Document(page).refresh
    if not location:
        return None
    try:
        target = normalise(urljoin(page.final_url, location.strip()))
    except (AddressRefused, ValueError):
        return None
    return None if target == page.final_url and page.status not in REDIRECTS else target
