"""`pehra report send` at the command line: a kill at any moment, two senders at once, and what is said of it afterwards."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from casebook import consents, officers, reports
from casebook.reports import NewReport
from casebook.store import open_book
from casebook.vault import open_vault
from casebook.vocabulary import Act, Category, Lane, LinkId
from scheduler.clock import now
from tests.helpline import DATABASE, PATIENCE_S, Helpline, diagnosis, until
from tests.reporters.sent import content
from tests.web.smtp import Mailbox

PLAIN = {"body": "Please remove it.", "fields": []}


@pytest.fixture(scope="module")
def running() -> Iterator[Mailbox]:
    with Mailbox() as box:
        yield box


@pytest.fixture
def box(running: Mailbox) -> Mailbox:
    running.manner = "well"
    running.received.clear()
    return running


@pytest.fixture
def helpline(tmp_path: Path, box: Mailbox) -> Helpline:
    """A home with two drafts, one for a mailbox and one for a form, whose mail goes to the loopback server."""
    settings = {
        "MAIL__HOST": "127.0.0.1", "MAIL__PORT": str(box.port), "MAIL__SECURITY": "none",
        "MAIL__SENDER": "bounces@helpline.example", "REPORTS__EMAIL": "reports@helpline.example",
    }  # fmt: skip
    return with_drafts(tmp_path, settings)


def with_drafts(folder: Path, settings: dict[str, str]) -> Helpline:
    made = Helpline(folder, settings)
    ref = made.opened("https://pixhaven.example/p/1")
    book = open_book(f"sqlite:///{made.home}/{DATABASE}", open_vault(made.home, {}))
    actor = officers.prove(book, officers.claim(book, None), None, at=now())
    consents.change(book, ref, Act.REPORT_STATUTORY, given=True, actor=actor, at=now())
    form = {"kind": "webform", "to": "https://pixhaven.example/report"}
    drafts = [
        NewReport(
            (LinkId(1),), "pixhaven", "email.abc123", Lane.STATUTORY, ("us-tida",), Category.NCII, "en", content(**kept)
        )
        for kept in (PLAIN, {**PLAIN, **form})
    ]  # fmt: skip
    reports.draft(book, ref, drafts, actor=actor, at=now())
    book.engine.dispose()
    return made


def test_a_report_is_sent_and_listed(helpline: Helpline, box: Mailbox) -> None:
    assert helpline.ask_here("report", "send", "1")["state"] == "sent"
    [listed, _] = helpline.ask_here("report", "list")
    assert (listed["state"], listed["sending"], len(box.received)) == ("sent", None, 1)
    [tried] = helpline.ask_here("report", "show", "1")["sendings"]
    assert tried["fate"] == "sent"
    assert helpline.here("report", "send", "1").code == 2


def test_a_form_says_how_it_is_sent_by_a_person(helpline: Helpline) -> None:
    said = helpline.here("report", "send", "2")
    assert (said.code, said.out) == (2, "")
    assert "pehra report show 2 --open" in said.err


def test_without_mail_it_could_not(helpline: Helpline) -> None:
    del helpline.settings["MAIL__HOST"]
    said = helpline.here("report", "send", "1")
    assert (said.code, said.out) == (1, "")
    assert "mail.host" in said.err


def test_a_wrong_password_leaves_a_draft(helpline: Helpline) -> None:
    with Mailbox(safe=True) as safe:
        helpline.settings |= {
            "MAIL__PORT": str(safe.port), "MAIL__HOST": "localhost", "MAIL__SECURITY": "starttls",
            "MAIL__CA_FILE": str(safe.certificate), "MAIL__USER": "watch", "MAIL__TIME_S": "10",
        }  # fmt: skip
        helpline.surroundings["PEHRA_MAIL_PASSWORD"] = "wrong"
        said = helpline.here("report", "send", "1")
    assert (said.code, said.out) == (1, "")
    assert "refuses our name or password" in said.err
    assert helpline.ask_here("report", "list")[0]["state"] == "drafted"


def test_a_kill_after_the_server_had_it_is_found_and_resolved(helpline: Helpline, box: Mailbox) -> None:
    box.manner = "hangs-after-data"
    with helpline.start("report", "send", "1") as process:
        until("the server has it", lambda: box.received)
        process.kill()
    box.manner = "well"
    said = helpline.here("report", "send", "1")
    assert (said.code, "nobody knows whether it arrived" in said.err) == (2, True)
    assert helpline.ask_here("report", "list")[0]["sending"] == "unsure"
    assert "SENDING CUT SHORT" in helpline.here("report", "list").out
    assert helpline.ask_here("status")["unsure_sendings"] == 1
    doctor = json.loads(helpline.here("doctor", "--json").out)["checks"]
    assert [one["says"][:33] for one in doctor if one["what"] == "sendings"] == [
        "1 report(s) of yours may or may no"[:33]
    ]
    assert "sendings" not in diagnosis(helpline.here("doctor", "--json"))
    assert helpline.here("report", "log", "1", "--sent").code == 2
    assert helpline.ask_here("report", "send", "1", "--resolve", "arrived")["state"] == "sent"
    assert helpline.here("report", "send", "1", "--resolve", "lost").code == 2
    assert len(box.received) == 1


def test_two_processes_at_once_send_one(helpline: Helpline, box: Mailbox) -> None:
    quiet = dict.fromkeys(("stdout", "stderr"), subprocess.DEVNULL)
    both = [helpline.start("report", "send", "1", **quiet) for _ in range(2)]
    assert sorted(process.wait(PATIENCE_S) for process in both) == [0, 2]
    assert len(box.received) == 1
