"""How long a host asks us to stay away."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.page import Page
from crawler.patience import retry_after

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
URL = "https://share.example/a"


@pytest.mark.parametrize(
    ("header", "waits_s"),
    [
        pytest.param("120", 120, id="seconds"),
        pytest.param("Sun, 01 Mar 2026 09:05:00 GMT", 300, id="a date"),
        pytest.param("Sun, 01 Mar 2026 08:00:00 GMT", 0, id="a date that has passed"),
        pytest.param("99999999999", 86_400, id="longer than a day"),
        pytest.param("Mon, 01 Jan 9999 00:00:00 GMT", 86_400, id="a date beyond a lifetime"),
        pytest.param("Mon, 01 Jan 99999999999 00:00:00 GMT", None, id="a year that no calendar holds"),
        pytest.param("-5", None, id="a number below nothing"),
        pytest.param("\u0661\u0662", None, id="digits of another script"),
        pytest.param("soon", None, id="words"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_host_that_asks_for_patience_gets_it_for_a_day_at_most(header: str, waits_s: float | None) -> None:
    page = Page(url=URL, final_url=URL, status=429, headers={"retry-after": header})
    assert retry_after(page, AT) == (None if waits_s is None else AT + timedelta(seconds=waits_s))


def test_only_a_refusal_asks_for_patience() -> None:
    assert retry_after(Page(url=URL, final_url=URL, status=200, headers={"retry-after": "5"}), AT) is None
