"""How long a host asks us to stay away."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from crawler.page import Page

PATIENCE_MAX_S = 86_400


def retry_after(page: Page, at: datetime) -> datetime | None:
    """When the host asked us to come back, at most a day ahead."""
    value = page.headers.get("retry-after", "").strip()
    if page.status not in (429, 503) or not value:
        return None
    if value.isascii() and value.isdigit():
        wait_s = float(value[:9])
    else:
        try:
            when = parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return None
        wait_s = ((when if when.tzinfo else when.replace(tzinfo=UTC)) - at).total_seconds()
    return at + timedelta(seconds=min(max(wait_s, 0.0), PATIENCE_MAX_S))
