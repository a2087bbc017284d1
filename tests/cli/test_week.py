"""The digest of a full week, as its reader gets it by mail: it says on one screen what came back, what is late, what was reported."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from casebook.vocabulary import Verdict
from crawler.browser import find_browser
from tests.cli.conftest import Staff
from tests.cli.desk import FIVE, FOLDER, MONDAY, NAME, Desk, at_work
from tests.web.smtp import Mailbox

READER = "amina@staff.example"
FILM = "https://www.dropbox.com/scl/fo/ghi/jkl?rlkey=k4y"
LINES, COLUMNS = 40, 78  # of a mail program on a small laptop
WIDE, HIGH = 1000, 800


@dataclass(frozen=True)
class Told:
    """What the reader got, and the references of the week's cases."""

    message: EmailMessage
    folder: str
    film: str
    profile: str

    def part(self, kind: str) -> str:
        body = self.message.get_body((kind,))
        assert body
        return str(body.get_content())


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The week of four stories, and the mail that `pehra digest send` makes of it on Monday."""
    with Mailbox() as box, pytest.MonkeyPatch.context() as patch:
        mail = {"HOST": "127.0.0.1", "PORT": box.port, "SECURITY": "none", "SENDER": "watch@helpline.example"}
        for name, value in mail.items():
            patch.setenv(f"PEHRA__MAIL__{name}", str(value))
        desk = at_work(Staff(tmp_path_factory.mktemp("week") / "home"), patch)
        assert desk.staff.type("init").code == 0
        desk.ask("digest", "subscribe", READER)
        cases = lived(desk)
        desk.at = MONDAY + timedelta(days=7)
        assert desk.ask("digest", "send")["sent"] == 1
        assert desk.ask("digest", "send")["sent"] == 0
        [(to, message)] = box.received
        assert to == [READER]
        yield Told(message, *cases)


def lived(desk: Desk) -> tuple[str, str, str]:
    """Monday to Sunday: a folder, a film on five kinds of site, a fake profile with two successors."""
    folder = desk.case(FOLDER, consents=["report-policy"])
    desk.ask("report", "draft", folder)
    desk.ask("report", "log", 1, "--sent", "--ticket", "DBX-4711")
    film = desk.case(FILM, *list(FIVE.values())[1:], consents=["report-policy", "report-statutory", "report-host"])
    drafted = desk.ask("report", "draft", film, "--no-lookup", "--to", "x@y.example")["drafted"]
    for one in drafted:
        desk.ask("report", "complete", one["report"], "--say", "ip=203.0.113.9")
        desk.ask("report", "log", one["report"], "--sent")
    profiles = [f"https://www.facebook.com/fake.profile.{n}" for n in range(3)]
    profile = desk.case(profiles[0], consents=["report-policy"], category="impersonation")
    desk.ask("file", "add", profile, "name", "-", stdin=NAME.encode())
    desk.ask("file", "add", profile, "contact", "-", stdin=b"her@mail.example")
    last = desk.ask("report", "draft", profile)["drafted"][0]["report"]
    for number, url in enumerate(profiles[1:], 8):
        desk.ask("report", "log", last, "--sent", "--ticket", f"FB-{number}")
        desk.later(hours=3)
        desk.ask("link", "add", profile, url, "--category", "impersonation")
        last = desk.ask("report", "draft", profile, number, "--follows", last)["drafted"][0]["report"]
    desk.confirmed(1, Verdict.LIVE)
    desk.confirmed(1, Verdict.REMOVED)
    desk.later(hours=20)
    desk.confirmed(3, Verdict.LIVE)
    desk.ask("report", "escalate")
    desk.later(days=2)
    desk.confirmed(1, Verdict.LIVE)
    again = desk.ask("report", "again", "--link", 1)["drafted"][0]["report"]
    desk.ask("report", "log", again, "--sent")
    return folder, film, profile


def rows(told: Told, kind: str) -> list[list[str]]:
    """The rows of its tables, cell by cell."""
    if kind == "plain":
        return [re.split(r" {2,}", line.strip()) for line in told.part("plain").splitlines()]
    lines = re.findall(r"<tr>(.*?)</tr>", told.part("html"), re.DOTALL)
    return [[html.unescape(re.sub(r"<.*?>", "", cell)) for cell in re.findall(r"<td.*?</td>", one)] for one in lines]


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_it_says_what_happened_and_what_was_done(told: Told, kind: str) -> None:
    said = rows(told, kind)
    for row in (
        # the folder that came back, after which report, and the one that asked again
        [told.folder, "1", "dropbox", "7 Mar 17:00", "1", "1", "13"],
        # the 48 hours that a platform let pass, and the escalation that lies drafted
        [told.film, "3", "TAKE IT DOWN (US)", "4 Mar 14:00", "10, to send"],
        # the film on five kinds of site, five reports; the profile and its successors, one chain
        [told.folder, "1 → 13", "dropbox", "–"],
        [told.film, "2, 3 → 10, 4, 5 → 11, 6 → 12", "5 sites", "10, 11, 12"],
        [told.profile, "7 → 8 → 9", "facebook", "9"],
        # and what came down, between which hours after the report
        ["dropbox", "1", "13 – 20"],
    ):
        assert row in said, "\n".join(map(str, said))


def test_it_is_one_mail_of_text_and_html(told: Told) -> None:
    assert told.message.get_content_type() == "multipart/alternative"
    assert [one.get_content_type() for one in told.message.iter_parts()] == ["text/plain", "text/html"]
    assert told.message["Subject"] == "Pehra: the week, 6 to look at"


def test_the_text_fits_one_screen(told: Told) -> None:
    lines = told.part("plain").splitlines()
    assert len(lines) <= LINES
    assert max(map(len, lines)) <= COLUMNS


def test_the_page_fits_one_screen_of_a_real_browser(told: Told, tmp_path: Path) -> None:
    found = find_browser("auto")
    if found is None:
        pytest.skip("no Chromium here")
    from playwright.sync_api import sync_playwright

    file = tmp_path / "digest.html"
    file.write_text(told.part("html"), "utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDE, "height": HIGH})
        page.goto(file.as_uri())
        size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        browser.close()
    assert size[0] <= WIDE
    assert size[1] <= HIGH


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_it_tells_nobody_where_or_who(told: Told, kind: str) -> None:
    said = told.part(kind).lower()
    hosts = {urlsplit(url).hostname or "" for url in (FILM, *FIVE.values())} | {"facebook.com"}
    for secret in (*hosts, NAME.lower(), "http", "@", "dbx-4711", "fb-", "amina", "fake", "203.0.113"):
        assert secret not in said
