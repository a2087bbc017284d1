"""A digest says on one screen what came back and what waits, and nothing that could harm."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from casebook.asked import Asked, Step
from casebook.falls import Down
from casebook.readers import LANGUAGES
from casebook.vocabulary import DigestKind
from casebook.week import Back, Blind, Copy, Due, Lost, Some, Week
from reporters.bases import known
from reporters.digest import Writer, _words
from reporters.outbox import PLAIN

UNTIL = datetime(2026, 3, 9, 3, tzinfo=UTC)
AT = UNTIL - timedelta(hours=5)
FULL = Week(
    UNTIL - timedelta(days=7),
    UNTIL,
    back=Some(
        (
            Back("C-7F3K2M", 12, "dropbox", AT, 2, flapping=False, report=31),
            Back("C-2CDEFG", 7, None, AT, 5, True, None),
        ),
        2,
    ),
    copies=Some((Copy("C-7F3K2M", 4, "features", AT),), 41),
    missed=Some((Due("C-2CDEFG", 30, "us-tida", AT), Due("C-2CDEFG", 32, "policy", AT, True, Step(35, False))), 2),
    asked=Some((Asked("C-2CDEFG", ((30,), (32, 35)), ("imgur", None, "x"), (35,)),), 1),
    due=Some((Due("C-7F3K2M", 31, "us-tida", UNTIL + timedelta(hours=20)),), 1),
    lost=Some((Lost("C-7F3K2M", 3, "telegram", AT),), 1),
    blind=(Blind("imgur", AT),),
    down=(Down("dropbox", 4, (14.2, 20.4)), Down(None, 1, None)),
    per_day=(0, 0, 3, 0, 1, 0, 1),
    cases=2,
    watched=40,
    follow_ups_overdue=1,
)
QUIET = Week(UNTIL - timedelta(days=7), UNTIL, cases=2, watched=40)


def writer(language: str) -> Writer:
    return Writer(language, "Asia/Karachi")


def received(week: Week, language: str, kind: DigestKind = DigestKind.WEEKLY) -> EmailMessage:
    made = writer(language).message(week, kind, sender="a@example.org", to="b@example.org", key="1-weekly-x", at=UNTIL)
    read = message_from_bytes(made.as_bytes(policy=PLAIN), policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body
    return str(body.get_content())


def test_the_text_says_it_on_one_screen() -> None:
    lines = part(received(FULL, "en"), "plain").splitlines()
    assert len(lines) <= 60
    assert max(len(line) for line in lines) <= 80
    text = "\n".join(lines)
    for row in (
        "C-7F3K2M  12    dropbox       9 Mar 03:00  2", "TAKE IT DOWN (US)", "14 – 20", "and 40 more", "▁▁█▁▃▁▃",
        "we follow up: the site's rules  9 Mar 03:00  35, to send", "C-2CDEFG  30, 32 → 35  3 sites  35",
    ):  # fmt: skip
        assert row in text
    assert "pehra report again REPORT" in text


def test_a_quiet_week_says_that_the_watch_is_awake() -> None:
    text = part(received(QUIET, "en"), "plain")
    assert "Nothing came back" in text
    assert "40 links in 2 open cases are under watch" in " ".join(text.split())


@pytest.mark.parametrize("language", ["en", "ur"])
@pytest.mark.parametrize("kind", list(DigestKind))
def test_every_language_has_every_word(language: str, kind: DigestKind) -> None:
    html = part(received(FULL, language, kind), "html")
    assert f'dir="{"rtl" if language == "ur" else "ltr"}"' in html
    assert "{" not in re.sub(r"<style.*?</style>", "", html)
    assert "C-7F3K2M" in html


def test_urdu_is_urdu_but_for_ids_and_commands() -> None:
    text = part(received(FULL, "ur"), "plain")
    words = re.findall(r"[a-z]{4,}", text)
    known = {
        "pehra",
        "report",
        "again",
        "sighting",
        "show",
        "escalate",
        "link",
        "platform",
        "check",
        "followup",
        "list",
        "dropbox",
        "features",
        "tida",
        "telegram",
        "imgur",
    }
    assert set(words) <= known


def test_the_subject_tells_a_stranger_nothing() -> None:
    assert received(FULL, "en")["Subject"] == "Pehra: the week, 48 to look at"


def test_what_is_long_past_has_its_year() -> None:
    old = Week(UNTIL, UNTIL, missed=Some((Due("C-7F3K2M", 4, "us-tida", UNTIL - timedelta(days=300)),), 1))
    assert "13 May 2025" in part(received(old, "en"), "plain")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_basis_has_its_short_name(language: str) -> None:
    names = _words()[language]["basis_names"]
    assert set(names) == set(known())
    assert max(map(len, names.values())) <= 26


def test_what_was_done_is_not_asked_for_again() -> None:
    done = Back("C-7F3K2M", 12, "dropbox", AT, 2, flapping=False, report=31, again=Step(40, sent=True))
    open_one = Back("C-7F3K2M", 13, "dropbox", AT, 2, flapping=False, report=31)
    for back, asks in ((Some((done,), 1), False), (Some((done, open_one), 2), True), (Some((done,), 41), True)):
        text = part(received(replace(QUIET, back=back), "en"), "plain")
        assert ("pehra report again REPORT" in text) is asks


def test_nothing_in_it_is_fetched_or_runs() -> None:
    html = part(received(FULL, "en"), "html")
    assert not re.search(r"<img|<script|<link|src=|href=|url\(|http", html)


def test_each_try_is_the_same_message() -> None:
    assert received(FULL, "en")["Message-ID"] == "<pehra-digest-1-weekly-x@example.org>"


def test_what_a_page_calls_itself_cannot_break_out() -> None:
    odd = Week(UNTIL, UNTIL, copies=Some((Copy("C-7F3K2M", 4, "<b>&", AT),), 1))
    assert "<b>&" not in part(received(odd, "en"), "html")
