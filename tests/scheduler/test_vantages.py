"""Other exits under the real command: what is turned away here is looked at from there, and the record says so."""

import json
from pathlib import Path
from typing import Any, Literal

import pytest

from crawler.browser import find_browser
from tests.helpline import ONCE, Helpline
from tests.web.exits import Exit
from tests.web.server import State, Web

KINDS: list[Literal["http", "socks5"]] = ["http", "socks5"]
needs_browser = pytest.mark.skipif(find_browser("auto") is None, reason="there is no Chromium here")


def home(tmp_path: Path, *exits: Exit, **settings: str) -> Helpline:
    named = [{"name": f"exit-{number}", "proxy": one.url} for number, one in enumerate(exits, 1)]
    return Helpline(tmp_path, {**ONCE, "CRAWLER__VANTAGES": json.dumps(named), **settings})


def looked_at(helpline: Helpline, times: int = 1) -> dict[str, Any]:
    for _ in range(times):
        helpline.ask("check", "1")
    shown: dict[str, Any] = helpline.ask_here("link", "show", "1")
    return shown


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("state", "verdict", "here"),
    [
        ("walled-live", "live", "blocked"),
        ("walled-gone", "removed", "blocked"),
        ("region", "live", "restricted"),
    ],
)
def test_what_is_walled_here_is_seen_from_another_exit_and_the_record_says_so(
    tmp_path: Path, web: Web, kind: Literal["http", "socks5"], state: State, verdict: str, here: str
) -> None:
    path = f"/{tmp_path.name}/{state}"
    web.set(path, state)
    with Exit(kind) as other:
        helpline = home(tmp_path, other)
        helpline.opened(web.url(path))
        shown = looked_at(helpline)
    (check,) = shown["checks"]
    asked = ["127.0.0.1"] * 2  # a first sight goes by its neighbour, a removal by the first page: asked from there too
    assert (check["verdict"], check["vantage"], other.asked) == (verdict, "exit-1", asked)
    assert "This was seen from the exit exit-1; from our own it was " + here in check["because"]
    assert any("from the exit exit-1" in sentence for sentence in shown["story"])


def test_an_exit_that_sees_nothing_of_the_whole_site_takes_nothing_down(tmp_path: Path, web: Web) -> None:
    path = f"/{tmp_path.name}/film"
    web.set(path, "walled-gone")
    web.set("/", "walled-gone")
    try:
        with Exit("http") as other:
            helpline = home(tmp_path, other)
            helpline.opened(web.url(path))
            (check,) = looked_at(helpline)["checks"]
    finally:
        web.clear("/")
    assert (check["verdict"], check["vantage"]) == ("blocked", None)
    assert "From the exit exit-1, unclear: It seemed removed: " in check["because"]


def test_what_can_be_seen_from_here_goes_nowhere_else(tmp_path: Path, web: Web) -> None:
    states: list[State] = ["live", "gone404", "notice", "restricted"]
    with Exit("socks5") as other:
        helpline = home(tmp_path, other, CRAWLER__BROWSER="off")
        for state in states:
            web.set(f"/{tmp_path.name}/{state}", state)
        helpline.opened(*[web.url(f"/{tmp_path.name}/{state}") for state in states])
        assert helpline.ask("check", "--all")["verdicts"] == {"live": 1, "removed": 2, "restricted": 1}
    assert other.asked == []


@pytest.mark.parametrize("kind", KINDS)
def test_an_exit_that_fails_changes_nothing(tmp_path: Path, web: Web, kind: Literal["http", "socks5"]) -> None:
    path = f"/{tmp_path.name}/film"
    web.set(path, "walled-gone")
    with Exit(kind) as gone:
        pass
    with Exit(kind, fails=True) as other:
        helpline = home(tmp_path, other, gone)
        helpline.opened(web.url(path))
        (check,) = looked_at(helpline)["checks"]
    assert (check["verdict"], check["vantage"]) == ("blocked", None)
    assert "From the exit exit-1, unreachable: " in check["because"]
    assert "From the exit exit-2, unreachable: " in check["because"]


def test_what_is_up_from_any_exit_is_up(tmp_path: Path, web: Web) -> None:
    web.set(f"/{tmp_path.name}/film", "walled-live")
    with Exit("http", fails=True) as failing, Exit("socks5", login=("a", "b")) as working:
        helpline = home(tmp_path, failing, working)
        helpline.opened(web.url(f"/{tmp_path.name}/film"))
        (check,) = looked_at(helpline)["checks"]
    assert (check["verdict"], check["vantage"]) == ("live", "exit-2")


@needs_browser
def test_a_takedown_seen_from_another_exit_is_confirmed_in_a_browser_that_goes_there_too(
    tmp_path: Path, web: Web
) -> None:
    path = f"/{tmp_path.name}/film"
    web.set(path, "walled-gone")
    with Exit("socks5") as other:
        helpline = home(tmp_path, other, CADENCE__CONFIRM_AFTER_S="0.01")
        helpline.opened(web.url(path))
        shown = looked_at(helpline, 2)
    assert shown["state"] == "removed"
    assert [(one["rendered"], one["vantage"]) for one in shown["checks"]] == [(True, "exit-1"), (False, "exit-1")]


@pytest.mark.parametrize(
    "vantages",
    [
        '[{"name": "tor", "proxy": "ftp://127.0.0.1:1"}]',
        '[{"name": "Two words", "proxy": "http://127.0.0.1:1"}]',
        '[{"name": "tor", "proxy": "http://127.0.0.1:1"}, {"name": "tor", "proxy": "http://127.0.0.1:2"}]',
        '[{"name": "tor"}]',
    ],
)
def test_vantages_that_cannot_be_are_refused_in_words(tmp_path: Path, vantages: str) -> None:
    said = Helpline(tmp_path, {"CRAWLER__VANTAGES": vantages}).here("doctor")
    assert "vantages" in said.out
    assert "Traceback" not in said.out + said.err
