"""Second looks under the real command: nothing is told as taken down that a browser does not see gone as well."""

from pathlib import Path
from typing import Any

import pytest

from crawler.browser import find_browser
from tests.helpline import ONCE, Helpline
from tests.web.server import State, Web

CONFIRMING = {**ONCE, "CADENCE__CONFIRM_AFTER_S": "0.01"}
needs_browser = pytest.mark.skipif(find_browser("auto") is None, reason="there is no Chromium here")


def looked_at(helpline: Helpline, times: int = 2, **settings: str) -> dict[str, Any]:
    for _ in range(times):
        helpline.ask("check", "1", **settings)
    shown: dict[str, Any] = helpline.ask_here("link", "show", "1")
    return shown


@needs_browser
@pytest.mark.parametrize("state", ["gone404", "gone410", "gone-bare", "notice"])
def test_a_takedown_is_confirmed_by_a_rendered_look(tmp_path: Path, web: Web, state: State) -> None:
    helpline = Helpline(tmp_path, CONFIRMING)
    web.set(f"/confirmed/{state}", state)
    helpline.opened(web.url(f"/confirmed/{state}"))
    shown = looked_at(helpline)
    assert shown["state"] == "removed"
    assert [(one["verdict"], one["rendered"]) for one in shown["checks"]] == [("removed", True), ("removed", False)]


@needs_browser
def test_what_a_browser_sees_otherwise_is_unclear_with_both_seen(tmp_path: Path, web: Web) -> None:
    helpline = Helpline(tmp_path, CONFIRMING)
    web.set("/two-faced/1", "two-faced")
    helpline.opened(web.url("/two-faced/1"))
    shown = looked_at(helpline, 3)
    assert (shown["state"], shown["verdict"], shown["rule"]) == ("unchecked", "unclear", "pehra.looks-differ")
    assert "Without scripts it seemed removed: " in shown["because"]
    assert "In a browser it seemed live: " in shown["because"]
    assert shown["takedowns"] == []


@pytest.mark.parametrize("browser", ["off", "/bin/false"])
def test_where_there_is_no_browser_the_second_look_is_a_plain_one(tmp_path: Path, web: Web, browser: str) -> None:
    helpline = Helpline(tmp_path, {**CONFIRMING, "CRAWLER__BROWSER": browser})
    web.set("/confirmed/plainly", "gone404")
    helpline.opened(web.url("/confirmed/plainly"))
    for _ in range(2):
        assert helpline.pehra("check", "1", "--json").code == 0
    shown = helpline.ask_here("link", "show", "1")
    assert (shown["state"], {one["rendered"] for one in shown["checks"]}) == ("removed", {False})


def test_a_minors_link_is_confirmed_without_any_browser(tmp_path: Path, web: Web) -> None:
    helpline = Helpline(tmp_path, CONFIRMING)
    web.set("/confirmed/minor", "two-faced")
    helpline.opened(web.url("/confirmed/minor"), minor=True)
    shown = looked_at(helpline)
    assert (shown["state"], {one["rendered"] for one in shown["checks"]}) == ("removed", {False})
    assert web.hits("/confirmed/minor") == 2


def test_a_link_that_comes_and_goes_is_one_notice(tmp_path: Path, web: Web) -> None:
    helpline = Helpline(tmp_path, {**CONFIRMING, "CRAWLER__BROWSER": "off"})
    ref = helpline.opened(web.url("/flapping/1"))
    for _ in range(4):
        for state in ("gone404", "live"):
            web.set("/flapping/1", state)
            for _ in range(2):
                assert helpline.pehra("check", "1").code == 0
    kinds = [kind for (kind,) in helpline.rows("SELECT kind FROM event ORDER BY id")]
    assert (kinds.count("resurfaced"), kinds.count("flapping")) == (4, 1)
    assert helpline.one("SELECT count(*) FROM notice") == 1
    said = helpline.pehra("notices").out
    assert ref in said
    assert "link 1 keeps going and coming back" in said.replace("\n", " ")
    assert helpline.ask_here("link", "show", "1")["flapping_at"] is not None
