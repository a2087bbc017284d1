"""A case's whole life over the command line, with two officers and a supervisor on one home, from intake to erasing."""

from pathlib import Path
from typing import Any

import pytest

from casebook.keys import Identity
from casebook.vault import open_vault
from tests.cli.test_attackers import Thief, files, seen
from tests.helpline import BRISK, Helpline, until
from tests.web.server import Web

NAME, NUMBER, NOTE = "Planted Name", "0300-planted-7", "planted words of a note"
RULES = "only by mail, never at night"
PLANTED = [NAME, NUMBER, NOTE, RULES]


@pytest.fixture
def helpline(tmp_path: Path) -> Helpline:
    made = Helpline(tmp_path, {**BRISK, "RETENTION__OBJECTION_S": "0"})
    made.opens("amna")
    made.hires("bilal")
    made.hires("sana", "supervisor")
    return made


def intake(helpline: Helpline, urls: list[str], child: str) -> str:
    ref: str = helpline.ask("case", "open", "--note", NOTE)["case"]
    helpline.ask("file", "add", ref, "name", "-", stdin=NAME)
    helpline.ask("file", "add", ref, "contact", "-", stdin=NUMBER)
    helpline.ask("file", "add", ref, "safe-contact", "-", "--channel", "mail", stdin=RULES)
    helpline.ask("case", "risk", ref, "high", "--because", "-", stdin="she said so")
    helpline.ask("consent", "give", ref, "report-policy", "--words", "-", stdin="on the phone")
    helpline.ask("referral", "add", ref, "--to", "a women's commission", "--on", "2026-03-01", "--accompanied", "amna")
    assert len(helpline.ask("link", "add", ref, *urls)["added"]) == len(urls)
    helpline.ask("link", "add", ref, child, "--minor")
    assert helpline.ask("link", "handover", ref, "--to", "a hotline")["addresses"] == [child]
    return ref


def state(helpline: Helpline, url: str) -> Any:
    return next(link["state"] for link in helpline.ask("link", "list") if link["url"] == url)


def stolen(helpline: Helpline) -> list[str]:
    """What somebody learns of the case's file who has the whole home and runs as the monitor does."""
    thief = Thief(helpline.home, open_vault(helpline.home, {}))
    thief.take(helpline.home / "pehra.sqlite3")
    return thief.read(PLANTED) + [word for _, word in seen(PLANTED, files(helpline))]


def test_a_case_lives_and_is_forgotten(helpline: Helpline) -> None:
    with Web() as web:
        film, album, child = web.url("/the/film"), web.url("/up/1"), web.url("/picture/2.png")
        web.set("/the/film", "live")
        helpline.sits_down("amna")
        ref = intake(helpline, [film, album], child)
        with helpline.monitor(LOGGING__LEVEL="DEBUG"):
            until("the film is seen", lambda: state(helpline, film) == "live")
            web.set("/the/film", "gone404")
            until("its takedown is confirmed", lambda: state(helpline, film) == "removed")
            assert stolen(helpline) == []
        helpline.ask("assign", ref, "bilal")

        helpline.sits_down("bilal")
        helpline.ask("unassign", ref, "amna")
        standing = helpline.ask("file", "show", ref)["standing"]
        assert (standing["name"]["words"], standing["contact"]["words"]) == (NAME, NUMBER)

        helpline.sits_down("amna")
        assert helpline.pehra("file", "show", ref).code == 2
        assert helpline.ask("case", "list") == helpline.ask("link", "list") == []
        helpline.ask("break-glass", ref, "--approver", "sana", "--hours", "2", "--reason", "-", stdin="bilal is ill")

        helpline.sits_down("sana")
        assert helpline.pehra("file", "show", ref).code == 2
        load = helpline.ask_heard("workload")
        assert ref not in str(load)
        assert [one["open_cases"] for one in load if one["officer"] == "officer-2"] == [1]
        request = helpline.ask_heard("request", "list")[0]["request"]
        assert helpline.pehra("request", "approve", str(request)).code == 2
        helpline.ask_heard("request", "approve", str(request), "--escrow", str(helpline.drawer / "escrow.key"))

        helpline.sits_down("amna")
        assert helpline.ask("case", "show", ref)["note"] == NOTE
        helpline.sits_down("bilal")
        assert "opens" in helpline.ask("notices")[0]["words"]

        helpline.ask("case", "withdraw", ref)
        helpline.ask("case", "erase", ref, "--approver", "sana", "--reason", "-", stdin="she asked for it")
        before = web.hits("/up/1")
        with helpline.monitor():
            assert helpline.ask("case", "show", ref)["note"] == NOTE
            helpline.sits_down("sana")
            waiting = [one for one in helpline.ask_heard("request", "list") if one["kind"] == "erase"]
            helpline.ask_heard("request", "approve", str(waiting[0]["request"]))
        assert web.hits("/up/1") == before

    helpline.sits_down("bilal")
    erased = helpline.ask_heard("retention", "run")["erased"]
    assert [one["case"] for one in erased] == [ref]
    assert helpline.pehra("case", "show", ref).code == 2
    assert helpline.ask_heard("retention", "receipts")[0]["links"] == 3
    assert helpline.ask_heard("journal", "verify")["whole"] is True
    for table in ("entry", "consent", "case_key", "assignment", "watched_link", "address", "check", "event", "request"):
        assert helpline.one(f'SELECT count(*) FROM "{table}"') == 0, table
    thief = Thief(helpline.home, open_vault(helpline.home, {}))
    thief.keys.add(Identity.of((helpline.drawer / "escrow.key").read_text()).secret)
    thief.take(helpline.home / "pehra.sqlite3")
    assert thief.read(PLANTED) == []
