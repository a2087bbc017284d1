"""A form on loopback, filled by a real Chromium and not sent."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from casebook.errors import Unavailable
from crawler.browser import find_browser
from reporters.webform import open_form

PAGE = b"""<!doctype html><title>Report</title><form method="post" action="/sent">
<label for="a">Link to the content</label><textarea id="a" name="content_url"></textarea>
<label>Your e-mail <input name="f1" type="email"></label>
<label>Country <select name="c"><option>Norway</option><option>Pakistan</option></select></label>
<input placeholder="Type your full name as signature">
<input type="hidden" name="token" value="t"><input type="checkbox" name="agree"> <input type="password" name="p">
<label>Tell us more <textarea name="details"></textarea></label>
<button type="submit">Send</button></form>"""
FIELDS = [
    ("signature", "a signature", "the duty desk"), ("url", "the address", "https://s.example/1\nhttps://s.example/2"),
    ("contact_email", "a mail address", "desk@helpline.example"), ("country", "the country", "Pakistan"),
    ("description", "what it is", "two lines\nof words"), ("search_terms", "the words searched for", "kites"),
]  # fmt: skip


class Form(BaseHTTPRequestHandler):
    posted: list[str] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE)

    def do_POST(self) -> None:
        self.posted.append(self.path)
        self.do_GET()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture(scope="module")
def form() -> Iterator[str]:
    running = ThreadingHTTPServer(("127.0.0.1", 0), Form)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}/report"
    running.shutdown()
    running.server_close()


@pytest.fixture(scope="module")
def browser() -> Path:
    found = find_browser("auto")
    if found is None:
        pytest.skip("no Chromium here")
    return Path(found)


def test_a_form_is_typed_in_and_never_sent(form: str, browser: Path) -> None:
    seen: dict[str, Any] = {}

    def look(page: Any) -> None:
        seen["values"] = page.eval_on_selector_all("input, textarea, select", "all => all.map(e => e.value)")
        seen["address"] = page.url

    done = open_form(form, FIELDS, browser=browser, headless=True, linger=look)
    link, mail, country, signature, token, _, password, details = seen["values"]
    assert link == "https://s.example/1\nhttps://s.example/2"
    assert (mail, country, signature) == ("desk@helpline.example", "Pakistan", "the duty desk")
    assert (token, password, details) == ("t", "", "two lines\nof words")
    assert done.by_hand == ["search_terms"]
    assert seen["address"] == form
    assert Form.posted == []


def test_a_page_that_does_not_open_is_said_in_words(browser: Path) -> None:
    with pytest.raises(Unavailable, match="open its address by hand"):
        open_form("http://127.0.0.1:9/", FIELDS, browser=browser, headless=True, linger=lambda _: None)
