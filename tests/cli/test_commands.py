"""The command line as a whole: one JSON document from every command, and the exit codes."""

import json
import sqlite3
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest

from cli.main import MADE_BY, Commands, pehra
from tests.helpline import Helpline
from tests.matchers.drawn import scene

URL = "https://share.example/s/kite?rlkey=k3y"


def every(group: click.Group, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from every(command, *path, name)
        else:
            yield (*path, name), command


COMMANDS = dict(every(pehra.complete()))
ANSWERS: dict[tuple[str, ...], tuple[list[str], set[str]]] = {
    ("init",): ([], {"home", "key_made", "officer"}),
    ("doctor",): ([], {"checks"}),
    ("status",): (
        [],
        {"monitor", "last_beat_at", "due", "overdue", "running", "states", "unsure_sendings", "answers_waiting"},
    ),
    ("db", "upgrade"): ([], {"revision"}),
    ("db", "backup"): (["copy.age"], {"backup", "key"}),
    ("case", "open"): (["--urgent", "--note", "a note"], {"case"}),
    ("case", "show"): (["{ref}"], {"case", "minor", "urgent", "links", "opened_at", "closed_at", "note"}),
    ("case", "list"): ([], set()),
    ("file", "add"): (["{ref}", "name", "a name"], {"case", "entry"}),
    ("file", "show"): (["{ref}"], {"case", "standing", "entries"}),
    ("consent", "give"): (["{ref}", "capture"], {"case", "act", "given"}),
    ("evidence", "add"): (["{ref}", "--what", "a number"], {"case", "number", "sha256", "kind"}),
    ("evidence", "list"): (["{ref}"], {"case", "records", "exports"}),
    ("evidence", "show"): (["{ref}", "1"], {"number", "record", "sha256", "parts"}),
    ("evidence", "export"): (
        ["{ref}", "--to", "a court", "--for", "a complaint"],
        {"case", "export", "file", "records", "redacted", "bytes", "sha256", "key", "missing"},
    ),
    ("evidence", "verify"): (["{ref}"], {"whole", "verified"}),
    ("consent", "revoke"): (["{ref}", "capture"], {"case", "act", "given"}),
    ("consent", "list"): (["{ref}"], {"case", "acts", "ledger"}),
    ("followup", "add"): (["{ref}", "--due", "+3d"], {"case", "entry", "due_at"}),
    ("followup", "missed"): (["3", "--next", "+1h"], {"case", "next", "due_at", "in_a_row", "risk_protocol"}),
    ("followup", "list"): ([], set()),
    ("followup", "done"): (["5"], {"case", "done"}),
    ("case", "risk"): (["{ref}", "high", "--because", "a reason"], {"case", "risk", "follow_up_due_at"}),
    ("referral", "add"): (["{ref}", "--to", "a body", "--on", "2026-03-01"], {"case", "entry"}),
    ("referral", "outcome"): (["9", "heard"], {"case", "entry"}),
    ("referral", "list"): (["{ref}"], set()),
    ("exposure",): ([], {"officer", "in_7_days", "in_30_days", "days"}),
    ("link", "minor"): (["1"], {"link", "minor"}),
    ("link", "handover"): (["{ref}", "--to", "a body"], {"addresses"}),
    ("report", "draft"): (["{ref}", "--no-lookup"], {"drafted", "left_out"}),
    ("report", "complete"): (["1", "--say", "seen_at=today"], {"report", "state", "missing"}),
    ("report", "show"): (["1"], {"report", "case", "links", "channel", "lane", "basis", "state", "missing", "ticket"}),
    ("report", "list"): ([], set()),
    ("report", "log"): (["1", "--sent", "--ticket", "7"], {"report", "state", "due_at", "ticket", "gone_before"}),
    ("report", "data-request"): (
        ["{ref}", "--platform", "imgur", "--agency", "a police", "--legal-basis", "a law", "--on", "2026-03-01T09:00"],
        {"report", "lane", "state"},
    ),
    ("report", "escalate"): ([], {"drafted", "left_out"}),
    ("journal", "list"): ([], set()),
    ("journal", "anchor"): (["-"], {"anchor", "length", "head", "at", "key", "signature"}),
    ("link", "list"): ([], set()),
    ("link", "add"): (["{ref}", "https://photos.example/a/7"], {"added", "already", "refused"}),
    ("link", "show"): (["1"], {"link", "case", "url", "state", "checks", "takedowns"}),
    ("platform", "list"): ([], set()),
    ("platform", "check"): (["dropbox"], {"platforms"}),
    ("platform", "show"): (["imgur"], {"id", "name", "hosts", "marker", "channel"}),
    ("basis", "list"): ([], set()),
    ("basis", "show"): (["us-tida"], {"id", "law", "asks", "clock", "verify"}),
    ("journal", "verify"): ([], {"whole", "entries", "first_bad"}),
    ("hash",): (["picture.png"], {"hashes", "refused"}),
    ("inbox", "list"): ([], set()),
    ("digest", "subscribe"): (["a@staff.example", "--language", "ur"], {"officer", "language", "weekly"}),
    ("digest", "readers"): ([], set()),
    ("digest", "preview"): ([], {"since", "until", "back", "copies", "missed", "due", "lost", "blind", "down"}),
    ("digest", "send"): ([], {"sent", "put_off", "refused", "unsure"}),
    ("digest", "list"): ([], set()),
    ("digest", "unsubscribe"): ([], {"officer"}),
    ("image", "add"): (
        ["{ref}", "picture.png", "--label", "the kite"],
        {"added", "already", "refused", "new_sightings"},
    ),
    ("image", "list"): ([], set()),
    ("image", "off"): (["1"], {"image", "case", "state"}),
    ("image", "on"): (["1"], {"image", "case", "state"}),
    ("image", "import"): (["{ref}", "hashes.csv"], {"added", "already", "refused", "new_sightings"}),
    ("image", "export"): (["{ref}"], {"hashes"}),
    ("image", "remove"): (["1"], {"removed", "case"}),
    ("name", "add"): (["{ref}"], {"case", "names", "until"}),
    ("name", "list"): ([], set()),
    ("name", "renew"): (["1", "--until", "+200d"], {"name", "case", "until"}),
    ("name", "remove"): (["1"], {"removed", "case"}),
    ("source", "add"): (["{ref}", "https://photos.example/tag/kite", "--pages", "9"], {"source"}),
    ("source", "list"): ([], set()),
    ("source", "end"): (["1"], {"source", "case", "state"}),
    ("sighting", "list"): ([], set()),
    ("sweep",): (["--due"], {"pages", "media", "new_sightings", "sources"}),
    ("check",): (["--due"], {"checked", "verdicts", "links"}),
    ("link", "retire"): (["1"], {"link", "retired_at"}),
    ("officer", "add"): (["day shift"], {"officer", "role", "protected"}),
    ("officer", "list"): ([], set()),
    ("officer", "passphrase"): ([], {"officer", "protected"}),
    ("unlock",): (["--minutes", "0.05"], {"officer", "minutes"}),
    ("lock",): ([], {"locked", "was_unlocked"}),
    ("assign",): (["{ref}", "day shift"], {"case", "assigned"}),
    ("unassign",): (["{ref}", "day shift"], {"case", "assigned"}),
    ("key", "rotate"): ([], {"rotated"}),
    ("key", "export"): (["{ref}", "case.key"], {"written"}),
    ("break-glass",): (["C-AAAAAA", "--approver", "day shift", "--reason", "a reason"], {"asked", "approver"}),
    ("case", "erase"): (["{ref}", "--approver", "day shift", "--reason", "a reason"], {"asked", "approver"}),
    ("request", "list"): ([], set()),
    ("request", "refuse"): (["1"], {"request", "kind", "case", "refused_at"}),
    ("notices",): ([], set()),
    ("case", "close"): (["{ref}"], {"closed"}),
    ("case", "withdraw"): (["{ref}"], {"withdrawn", "revoked"}),
    ("officer", "restore"): (["day shift"], {"restored", "still_shut"}),
    ("officer", "remove"): (["day shift"], {"removed"}),
    ("retention", "run"): ([], {"swept", "erased"}),
    ("retention", "receipts"): ([], set()),
    ("db", "restore"): (["copy.age", "--replace"], {"restored", "before", "erased_again"}),
}

# These do not end, open a browser, or want a supervisor, a second person, a film or a sighting: each has its own tests.
ELSEWHERE = {
    ("run",), ("link", "open"), ("workload",), ("request", "approve"), ("video", "add"), ("sighting", "show"),
    ("sighting", "confirm"), ("sighting", "dismiss"),
    ("stats", "publish"), ("report", "again"), ("report", "appeal"),  # follow on what a platform did; test_stories has them
}  # fmt: skip
STDIN = {("name", "add"): "Zarmina Gul\n"}
# These want a draft for a mailbox, or a mailbox with answers: tests/cli/test_report_send.py and test_inbox.py have them.
ELSEWHERE |= {("report", "send"), ("inbox", "check"), ("inbox", "show"), ("inbox", "accept"), ("inbox", "dismiss")}
# This wants a page that is up: tests/cli/test_capture.py has it.
ELSEWHERE |= {("evidence", "capture")}


@pytest.mark.parametrize("path", [pytest.param(path, id=" ".join(path)) for path in COMMANDS])
def test_every_command_takes_json_and_says_what_it_does(path: tuple[str, ...]) -> None:
    command = COMMANDS[path]
    assert "--json" in [name for option in command.params for name in option.opts]
    assert command.get_short_help_str(200)


def test_each_module_makes_the_commands_it_is_read_for() -> None:
    for modules, names in MADE_BY.items():
        group = Commands()
        for name in modules:
            import_module(f"cli.{name}").join(group)
        assert set(group.commands) == set(names)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, ...], Any]:
    """Every command once, in the order of a case's life."""
    helpline = Helpline(tmp_path_factory.mktemp("commands"), {"CRAWLER__ANSWER_TIME_S": "1", "MAIL__FOLDER": "outbox"})
    ref = helpline.opened(URL.replace("share.example", "nobody-here.invalid"))
    helpline.drawer.mkdir()
    helpline.sits_down("night shift")
    scene().save(helpline.folder / "picture.png")
    (helpline.folder / "hashes.csv").write_text("f0" * 32, "ascii")
    return {
        path: helpline.ask_here(*path, *[word.format(ref=ref) for word in words], stdin=STDIN.get(path, ""))
        for path, (words, _) in ANSWERS.items()
    }


def test_no_command_is_left_out() -> None:
    assert set(COMMANDS) == {*ANSWERS, *ELSEWHERE}


@pytest.mark.parametrize("path", [pytest.param(path, id=" ".join(path)) for path in ANSWERS])
def test_a_command_prints_one_json_document(said: dict[tuple[str, ...], Any], path: tuple[str, ...]) -> None:
    fields = ANSWERS[path][1]
    if fields:
        assert fields - set(said[path]) == set()
    else:
        assert isinstance(said[path], list)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(["--help"], 0, id="help"),
        pytest.param(["link", "add", "--help"], 0, id="help of a command"),
        pytest.param(["--version"], 0, id="the version"),
        pytest.param(["watch"], 2, id="no such command"),
        pytest.param(["link", "show", "one"], 2, id="a number that is none"),
        pytest.param(["link", "list", "--state", "vanished"], 2, id="no such state"),
        pytest.param(["link", "add"], 2, id="an argument left out"),
        pytest.param(["case", "list", "--officer", "me"], 2, id="an option in the wrong place"),
    ],
)
def test_exit_codes_need_no_home(tmp_path: Path, words: list[str], code: int) -> None:
    said = Helpline(tmp_path).here(*words)
    assert said.code == code
    assert bool(said.err) == bool(code)
    assert "Traceback" not in said.err


def test_a_table_for_people_holds_what_json_holds(tmp_path: Path) -> None:
    helpline = Helpline(tmp_path)
    ref = helpline.opened(URL)
    said = helpline.here("link", "list")
    assert (said.code, said.err) == (0, "")
    assert all(word in said.out for word in (ref, URL, "unchecked"))


@pytest.mark.parametrize(
    ("tampering", "bad"),
    [
        pytest.param("UPDATE journal SET subject = 'C-222222' WHERE seq = 2", 2, id="an entry was altered"),
        pytest.param("DELETE FROM journal WHERE seq = 2", 2, id="an entry was taken out"),
        pytest.param("DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal)", 3, id="the last one was"),
    ],
)
def test_a_journal_that_was_tampered_with_is_told_with_its_first_bad_entry(
    tmp_path: Path, tampering: str, bad: int
) -> None:
    helpline = Helpline(tmp_path)
    helpline.opened(URL)
    with sqlite3.connect(helpline.home / "pehra.sqlite3") as raw:
        raw.executescript("DROP TRIGGER journal_no_update; DROP TRIGGER journal_no_delete;")
        raw.execute(tampering)
    raw.close()
    said = helpline.here("journal", "verify", "--json")
    assert (said.code, said.err) == (1, "")
    told = json.loads(said.out)
    assert (told["whole"], told["first_bad"]) == (False, bad)


def test_a_home_is_made_once_and_made_again_it_stays_as_it_is(tmp_path: Path) -> None:
    helpline = Helpline(tmp_path)
    first, second = helpline.ask("init"), helpline.ask("init", "--officer", "somebody else")
    assert (first["key_made"], second["key_made"], first["officer"]) == (True, False, second["officer"])
    assert helpline.home.stat().st_mode & 0o777 == 0o700
    assert (helpline.home / "monitor.key").stat().st_mode & 0o777 == 0o600
