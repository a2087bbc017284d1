"""The story that `link show` tells, sentence by sentence."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from casebook.vocabulary import State, Verdict
from cli import story

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
LIVE, GONE, DOWN = Verdict.LIVE, Verdict.REMOVED, Verdict.UNREACHABLE


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def check(verdict: Verdict, hours: float, **more: Any) -> dict[str, Any]:
    said = {"at": at(hours), "verdict": verdict, "rule": "generic.rule", "because": f"It was {verdict}.", "status": 200}
    return {**said, "rendered": False, "took_ms": 5, "vantage": None, **more}


def link(state: State, *checks: dict[str, Any], **more: Any) -> dict[str, Any]:
    known = dict.fromkeys(("last_seen_live_at", "flapping_at", "retired_at", "next_check_at"))
    newest = checks[0]["verdict"] if checks else None
    story = {"state": state, "since": START, "minor": False, "times_resurfaced": 0, "takedowns": [], "verdict": newest}
    return {**known, **story, "checks": list(checks), **more}


TAKEN = {"last_seen_live_at": at(1), "first_seen_gone_at": at(2), "confirmed_at": at(8), "resurfaced_at": at(20)}


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        pytest.param(link(State.UNCHECKED), "It has not been looked at since it was added.", id="new"),
        pytest.param(
            link(State.LIVE, check(LIVE, 3)),
            "The last look, at 2026-03-01 12:00:00 UTC, says live: It was live. This was decided by the rule generic.rule, "
            "on an answer with status 200.",
            id="what was seen and which rule decided",
        ),
        pytest.param(
            link(State.LIVE, check(LIVE, 3, rendered=True, vantage="tor", status=None)),
            "The last look, at 2026-03-01 12:00:00 UTC in a browser from the exit tor, says live: It was live. "
            "This was decided by the rule generic.rule.",
            id="from where",
        ),
        pytest.param(
            link(State.RESURFACED, check(DOWN, 9), check(GONE, 8), check(GONE, 7), check(LIVE, 6), check(GONE, 5), verdict=GONE),
            "It was found gone at 2026-03-01 16:00:00 UTC; that counts as taken down once a later look, in a browser where "
            "there is one, finds the same.",
            id="the run that waits began after it was last up",
        ),
        pytest.param(
            link(State.REMOVED, check(LIVE, 9)), "It seems to be back; that counts once a second look sees it too.", id="back?"
        ),
        pytest.param(
            link(State.RESURFACED, takedowns=[TAKEN]),
            "Taken down between 2026-03-01 10:00:00 UTC (still up) and 2026-03-01 11:00:00 UTC (gone), "
            "confirmed at 2026-03-01 17:00:00 UTC. It was back by 2026-03-02 05:00:00 UTC.",
            id="a takedown with both ends",
        ),
        pytest.param(
            link(State.REMOVED, takedowns=[{**TAKEN, "last_seen_live_at": None, "resurfaced_at": None}]),
            "Never seen up, and found gone at 2026-03-01 11:00:00 UTC, confirmed at 2026-03-01 17:00:00 UTC.",
            id="gone at first sight",
        ),
        pytest.param(
            link(State.RESURFACED, takedowns=[TAKEN] * 9), "It was taken down 9 times; the last 3:", id="no list without end"
        ),
        pytest.param(
            link(State.RESURFACED, flapping_at=at(3), times_resurfaced=5),
            "It keeps going and coming back (so since 2026-03-01 12:00:00 UTC, 5 times in all): tell it as one story, and do "
            "not take the next takedown for the last.",
            id="flapping",
        ),
        pytest.param(
            link(State.LIVE, check(GONE, 1), next_check_at=at(7)),
            "The next look is due at 2026-03-01 16:00:00 UTC: a second look has to find it gone before that counts.",
            id="the next look and why then",
        ),
        pytest.param(
            link(State.LIVE, retired_at=at(7)), "It is looked at no more: it was retired at 2026-03-01 16:00:00 UTC.", id="retired"
        ),
    ],
)  # fmt: skip
def test_the_story_says(told: dict[str, Any], sentence: str) -> None:
    assert sentence in story.told(told)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verdict", Verdict)
def test_every_state_and_verdict_has_its_sentences(state: State, verdict: Verdict) -> None:
    told = story.told(link(state, check(verdict, 1), next_check_at=at(2), minor=True))
    assert len(told) >= 4
    assert all(sentence.endswith(".") for sentence in told)


def test_looks_in_a_row_that_saw_the_same_are_one_line() -> None:
    looks = [check(GONE, 5), check(GONE, 4), check(LIVE, 3), check(LIVE, 2, vantage="tor")]
    assert story.runs(looks) == [
        ("2026-03-01 13:00:00 to\n2026-03-01 14:00:00", GONE, "It was removed. [generic.rule] (2 times)"),
        ("2026-03-01 12:00:00", LIVE, "It was live. [generic.rule]"),
        ("2026-03-01 11:00:00", LIVE, "It was live. [generic.rule from the exit tor]"),
    ]
