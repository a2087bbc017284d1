"""Our own eyes under the real command: a platform on a loopback web, with addresses known to be live and missing."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpline import ONCE, Helpline, until
from tests.web.server import Web

SHEET = """
id = "our_web"
name = "Our web"
hosts = ["127.0.0.1"]

[[control]]
live = "{live}"

[[control]]
missing = "{missing}"
"""


@pytest.fixture
def helpline(tmp_path: Path, web: Web) -> Helpline:
    """A home whose one platform is the loopback web; each test has controls of its own there."""
    base = f"/eyes/{tmp_path.name}"
    web.set(f"{base}/known", "live")
    web.set(f"{base}/missing", "gone404")
    folder = tmp_path / "sheets"
    folder.mkdir()
    sheet = SHEET.format(live=web.url(f"{base}/known"), missing=web.url(f"{base}/missing"))
    (folder / "our_web.toml").write_text(sheet, "utf-8")
    made = Helpline(tmp_path, {**ONCE, "PLATFORMS__FOLDER": str(folder), "CRAWLER__CONTROLS_EVERY_S": "0.2"})
    made.surroundings["BASE"] = base
    made.ask("init", "--officer", "night shift")
    return made


def added(helpline: Helpline, web: Web, state: Any) -> str:
    path = f"{helpline.surroundings['BASE']}/film"
    web.set(path, state)
    ref = helpline.ask("case", "open")["case"]
    assert helpline.ask("link", "add", ref, web.url(path))["added"][0]["platform"] == "our_web"
    return str(ref)


def after_notice(helpline: Helpline, *words: str) -> Any:
    """What a command prints while it mentions on the other line that a notice waits."""
    said = helpline.pehra(*words, "--json")
    assert said.code == 0, said
    return json.loads(said.out)


def test_controls_are_visited_before_the_links_that_wait_for_them_are_believed(helpline: Helpline, web: Web) -> None:
    added(helpline, web, "live")
    base = helpline.surroundings["BASE"]
    assert helpline.ask("check", "--all")["verdicts"] == {"live": 1}
    assert (web.hits(f"{base}/known"), web.hits(f"{base}/missing")) == (1, 1)


@pytest.mark.parametrize("state", ["live", "gone404", "notice"])
def test_broken_eyes_make_findings_unclear_and_staff_are_told_once(helpline: Helpline, web: Web, state: str) -> None:
    ref = added(helpline, web, state)
    base = helpline.surroundings["BASE"]
    web.set(f"{base}/known", "gone404")
    for _ in range(2):
        (seen,) = after_notice(helpline, "check", "--all")["links"]
        assert (seen["verdict"], seen["rule"], seen["state"]) == ("unclear", "pehra.view-broken", "unchecked")
        assert "Our view of this platform is broken" in seen["because"]
    (notice,) = after_notice(helpline, "notices")
    assert ref in notice["words"]
    listed = {one["id"]: one for one in helpline.ask("platform", "list")}
    assert listed["our_web"]["broken_since"] is not None
    web.set(f"{base}/known", "live")
    mended = helpline.ask("platform", "check", "our_web")
    assert [(one["platform"], one["view"]) for one in mended["platforms"]] == [("our_web", "works")]
    assert len(after_notice(helpline, "notices")) == 1
    expected = "live" if state == "live" else "removed"
    assert helpline.ask("check", "--all")["verdicts"] == {expected: 1}


def test_platform_check_visits_the_controls_now_and_says_what_they_are(helpline: Helpline, web: Web) -> None:
    told = helpline.ask("platform", "check", "our_web", CRAWLER__CONTROLS_EVERY_S="3600")
    again = helpline.ask("platform", "check", "our_web", CRAWLER__CONTROLS_EVERY_S="3600")
    (platform,) = told["platforms"]
    assert [(one["expected"], one["verdict"], one["right"]) for one in platform["controls"]] == [
        ("live", "live", True), ("removed", "removed", True),
    ]  # fmt: skip
    assert again["platforms"][0]["controls"][0]["at"] > platform["controls"][0]["at"]
    base = helpline.surroundings["BASE"]
    assert web.hits(f"{base}/known") == 2
    web.set(f"{base}/missing", "live")
    said = helpline.pehra("platform", "check", "our_web").out
    assert "Our view of our_web is broken: what is seen there counts as unclear." in said
    assert "WRONG" in said


def test_the_monitor_asks_each_control_at_most_hourly(helpline: Helpline, web: Web) -> None:
    added(helpline, web, "live")
    base = helpline.surroundings["BASE"]
    with helpline.monitor(CRAWLER__CONTROLS_EVERY_S="3600", CADENCE__LIVE_S="0.5") as monitor:
        until("the link is looked at often", lambda: web.hits(f"{base}/film") >= 4)
        said = monitor.said
    assert (web.hits(f"{base}/known"), web.hits(f"{base}/missing"), said) == (1, 1, "")


def test_a_control_that_never_answers_delays_what_waits_for_it_and_breaks_nothing(helpline: Helpline, web: Web) -> None:
    added(helpline, web, "live")
    base = helpline.surroundings["BASE"]
    web.set(f"{base}/known", "blocked")
    assert helpline.ask("check", "--all")["verdicts"] == {"live": 1}
    told = helpline.ask("platform", "check", "our_web")["platforms"][0]
    assert (told["view"], told["controls"][0]["right"]) == ("works", None)
