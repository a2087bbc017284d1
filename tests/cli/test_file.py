"""file, referral, followup, case risk, consent: what a helpline types about a case."""

import os
import pty
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis.strategies import from_regex, text

from cli.when import moment
from tests.cli.conftest import Staff

PEHRA = str(Path(sys.executable).with_name("pehra"))


def test_the_file_shows_how_things_stand_then_every_entry(staff: Staff, case: str) -> None:
    staff.ask("file", "add", case, "name", "Amna")
    staff.ask("file", "add", case, "note", "-", stdin="وہ رات کو بات کر سکتی ہے\n".encode())
    staff.ask("file", "add", case.lower(), "safe-contact", "ask for Sana", "--never", "the landline", "--hours", "9-11")
    staff.ask("case", "risk", case, "watch", "--because", "-", stdin=b"he is back in town")
    shown = staff.ask("file", "show", case)
    assert shown["standing"] == {
        "risk": {"level": "watch", "words": "he is back in town"},
        "safe-contact": {"words": "ask for Sana", "never": "the landline", "hours": "9-11"},
        "name": {"words": "Amna"},
        "contact": None,
    }
    assert [(one["kind"], one["author"]) for one in shown["entries"]] == [
        (kind, "officer-1") for kind in ("name", "note", "safe-contact", "risk")
    ]
    assert shown["entries"][1]["words"] == {"words": "وہ رات کو بات کر سکتی ہے"}
    said = staff.type("file", "show", case).out
    assert said.index("he is back in town; level: watch") < said.index("ask for Sana; hours: 9-11") < said.index("note")


@pytest.mark.parametrize("kind", ["name", "contact", "note", "watched-name", "image-label", "safe-contact"])
def test_every_kind_takes_words_from_standard_input(staff: Staff, case: str, kind: str) -> None:
    staff.ask("file", "add", case, kind, "-", stdin=b" words \xff\n")
    entry = staff.ask("file", "show", case)["entries"][0]
    assert (entry["kind"], entry["words"]) == (kind, {"words": "words \ufffd"})


def test_safe_contact_needs_no_free_words(staff: Staff, case: str) -> None:
    staff.ask("file", "add", case, "safe-contact", "--channel", "mail", "--neutral-text", "your appointment")
    words = staff.ask("file", "show", case)["standing"]["safe-contact"]
    assert words == {"channel": "mail", "neutral_text": "your appointment"}


@pytest.mark.parametrize(
    ("words", "stdin", "says"),
    [
        pytest.param(("note",), b"", "standard input", id="nobody to ask"),
        pytest.param(("note", "-"), b" \n", "standard input", id="nothing on standard input"),
        pytest.param(("note", ""), b"", "standard input", id="an empty argument"),
        pytest.param(("safe-contact",), b"", "standard input", id="no rule at all"),
        pytest.param(("note", "x", "--hours", "9"), b"", "belong to safe-contact", id="a rule of another kind"),
        pytest.param(("note", "-"), b"x" * 100_001, "longer than", id="a whole paper"),
    ],
)
def test_a_file_refuses_in_one_sentence(
    staff: Staff, case: str, words: tuple[str, ...], stdin: bytes, says: str
) -> None:
    assert says in staff.refused("file", "add", case, *words, stdin=stdin)
    assert staff.ask("file", "show", case)["entries"] == []


def test_bytes_that_are_no_text_are_taken_as_far_as_they_are(staff: Staff, case: str) -> None:
    run = [PEHRA.encode(), b"--home", os.fsencode(staff.home), b"file", b"add", case.encode(), b"note", b"a \xff b"]
    done = subprocess.run(run, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert staff.ask("file", "show", case)["entries"][0]["words"] == {"words": "a \ufffd b"}


def test_at_a_terminal_the_words_are_asked_for(staff: Staff, case: str) -> None:
    ours, theirs = pty.openpty()
    run = [PEHRA, "--home", str(staff.home), "file", "add", case, "note"]
    with subprocess.Popen(run, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        os.write(ours, b"typed, and in nobody's history\n")
        out, err = process.communicate(timeout=30)
    os.close(ours)
    os.close(theirs)
    assert (process.returncode, out) == (0, b"Noted as entry 1.\n"), err
    assert staff.ask("file", "show", case)["entries"][0]["words"] == {"words": "typed, and in nobody's history"}


def test_the_help_says_that_arguments_stay_in_the_history(staff: Staff) -> None:
    for words in (
        ("file", "add"),
        ("case", "risk"),
        ("consent", "give"),
        ("followup", "done"),
        ("referral", "outcome"),
    ):
        assert "shell's history" in " ".join(staff.type(*words, "--help").out.split()), words


def test_a_follow_up_is_set_listed_missed_and_done(staff: Staff, case: str) -> None:
    first = staff.ask("followup", "add", case, "--due", "+12h", "ask about sleep")
    staff.ask("followup", "add", case, "--due", "+3d")
    listed = staff.ask("followup", "list")
    assert [(one["entry"], one["overdue"], one["words"]) for one in listed] == [
        (first["entry"], False, "ask about sleep"),
        (first["entry"] + 1, False, None),
    ]
    entry = first["entry"]
    for n in (1, 2, 3):
        missed = staff.ask("followup", "missed", entry, "--next", "+1h", "-", stdin=b"rang out")
        assert (missed["in_a_row"], missed["risk_protocol"]) == (n, n == 3)
        entry = missed["next"]
    said = staff.type("followup", "missed", entry, "--next", "+1h")
    assert "The risk protocol applies now" in said.out
    assert "No message was sent" in said.out
    entry = staff.ask("followup", "list", case)[0]["entry"]
    assert staff.ask("followup", "done", entry, "she is well") == {"case": case, "done": entry}
    assert "is over" in staff.refused("followup", "done", entry)
    assert "OVERDUE" not in staff.type("followup", "list").out


def test_a_high_risk_sets_a_follow_up(staff: Staff, case: str) -> None:
    flagged = staff.ask("case", "risk", case, "immediate", "--because", "she said so")
    assert staff.ask("followup", "list")[0]["due_at"] == flagged["follow_up_due_at"]
    assert "A follow-up is due" in staff.type("case", "risk", case, "high", "--because", "x").out
    assert "within 24 hours" in staff.refused("case", "risk", case, "immediate", "--because", "x", "--due", "+2d")


AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("+3d", AT + timedelta(days=3)),
        ("+12h", AT + timedelta(hours=12)),
        ("2026-03-05", datetime(2026, 3, 5, 23, 59, 59, tzinfo=UTC)),
        ("2026-03-05T14:00", datetime(2026, 3, 5, 14, tzinfo=UTC)),
        ("2026-03-05T14:00+05:00", datetime(2026, 3, 5, 9, tzinfo=UTC)),
        ("2026-03-05T14:00Z", datetime(2026, 3, 5, 14, tzinfo=UTC)),
    ],
)
def test_moments_are_read(text: str, meant: datetime) -> None:
    assert moment(text, AT) == meant


@given(text() | from_regex(r"\+\d{1,8}[hd]|\d{4}-\d\d-\d\d(T[0-9:+]{0,12})?", fullmatch=True))
def test_whatever_is_typed_is_a_moment_with_its_zone_or_none(typed: str) -> None:
    with suppress(ValueError, OverflowError):
        assert moment(typed, AT).utcoffset() == timedelta(0)


@pytest.mark.parametrize("text", ["", "soon", "+3w", "-3d", "+999999d", "2026-02-30", "0001-01-01T00:00+05:00", "٣"])
def test_what_is_no_moment_is_refused(staff: Staff, case: str, text: str) -> None:
    said = staff.type("followup", "add", case, "--due", text)
    assert (said.code, said.out) == (2, "")
    assert "a moment is written" in said.err


def test_a_referral_is_noted_with_what_came_of_it(staff: Staff, case: str) -> None:
    entry = staff.ask("referral", "add", case, "--to", "the commission", "--on", "2026-03-05", "--accompanied", "Sana")
    staff.ask("referral", "outcome", entry["entry"], "-", stdin=b"heard")
    listed = staff.ask("referral", "list", case)
    assert [(one["to"], one["on"], one["accompanied"], one["outcomes"]) for one in listed] == [
        ("the commission", "2026-03-05", "Sana", ["heard"])
    ]
    assert "heard" in staff.type("referral", "list", case).out
    assert "no referral of that number" in staff.refused("referral", "outcome", 99, "x")
    assert staff.type("referral", "add", case, "--to", " ", "--on", "2026-03-05").code == 2
    assert "a day is written" in staff.type("referral", "add", case, "--to", "x", "--on", "5.3.").err


def test_consents_are_given_taken_back_and_listed(staff: Staff, case: str) -> None:
    assert staff.ask("consent", "give", case, "tell-police", "--words", "-", stdin=b"by phone")["given"] is True
    staff.ask("consent", "revoke", case, "watch")
    shown = staff.ask("consent", "list", case)
    stands = {one["act"]: one["stands"] for one in shown["acts"]}
    assert (stands["watch"], stands["tell-police"], stands["publish"]) == ("revoked", "given", "not asked")
    assert len(stands) == 14
    assert [(one["act"], one["given"], one["words"]) for one in shown["ledger"][-2:]] == [
        ("tell-police", True, "by phone"),
        ("watch", False, None),
    ]
    said = staff.type("consent", "list", case).out
    assert said.index("not asked") < said.index("by phone")
    assert "no consent to `watch`" in staff.refused("link", "add", case, "https://an.example/page")


@pytest.mark.parametrize(
    "words",
    [
        ("file", "show", "CASE"),
        ("file", "add", "CASE", "note", "x"),
        ("consent", "list", "CASE"),
        ("consent", "give", "CASE", "watch"),
        ("referral", "list", "CASE"),
        ("referral", "add", "CASE", "--to", "x", "--on", "2026-03-05"),
        ("followup", "add", "CASE", "--due", "+1d"),
        ("followup", "list", "CASE"),
        ("followup", "done", "1"),
        ("followup", "missed", "1", "--next", "+1d"),
        ("case", "risk", "CASE", "high", "--because", "x"),
        ("link", "handover", "CASE", "--to", "x"),
        ("link", "minor", "1"),
        ("link", "open", "1", "--yes"),
        ("journal", "list", "--case", "CASE"),
    ],
    ids=" ".join,
)
def test_a_colleague_is_told_the_same_of_a_case_of_others_and_of_none(
    staff: Staff, case: str, words: tuple[str, ...]
) -> None:
    staff.ask("followup", "add", case, "--due", "+1d")
    staff.ask("link", "add", case, "https://an.example/page")
    staff.ask("officer", "add", "other")
    there = staff.refused(*(case if one == "CASE" else one for one in words), who="other")
    missing = staff.refused(*({"CASE": "C-222222", "1": "999"}.get(one, one) for one in words), who="other")
    assert there == missing
