"""A site that answers 200 for everything, in a language nobody knows, through `pehra` alone: from live to gone to back."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.helpline import BRISK, Helpline, until
from tests.web.server import Web

PICTURE, NEVER, GONE_AT_FIRST = "/every/album/kiru2841", "/every/album/pola3177", "/every/places/hume5120"
DAY = {**BRISK, "CRAWLER__BROWSER": "off", "CRAWLER__MISSING_FIRST_S": "0"}


@dataclass
class Story:
    """What `pehra` said of the picture at each stage, and of two addresses that were never there."""

    live: dict[str, Any]
    closed: dict[str, Any]
    gone: dict[str, Any]
    back: dict[str, Any]
    never: list[dict[str, Any]]
    asked: set[str]


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    with TemporaryDirectory() as folder, Web() as web:
        yield told(Helpline(Path(folder), DAY), web)


def told(helpline: Helpline, web: Web) -> Story:
    web.set(PICTURE, "posted")
    urls = [web.url(path) for path in (PICTURE, NEVER, GONE_AT_FIRST)]
    helpline.opened(*urls)

    def shown() -> dict[str, Any]:
        found: dict[str, Any] = helpline.ask("link", "show", "1")
        return found

    def when(**wanted: str) -> dict[str, Any]:
        def fits() -> dict[str, Any] | None:
            link = shown()
            return link if all(link[name] == value for name, value in wanted.items()) else None

        found: dict[str, Any] = until(f"the picture is {wanted}", fits)
        return found

    with helpline.monitor():
        live = when(state="live")
        web.set("/every", "closed")
        closed = when(verdict="unclear")
        time.sleep(2 * float(BRISK["CADENCE__CONFIRM_AFTER_S"]))
        closed, never = shown(), [helpline.ask("link", "show", number) for number in ("2", "3")]
        web.clear("/every")
        when(verdict="live")
        web.set(PICTURE, "vanished")
        gone = when(state="removed")
        web.set(PICTURE, "posted")
        back = when(state="resurfaced")
    return Story(live, closed, gone, back, never, set(web.asked("/every/")) - {PICTURE, NEVER, GONE_AT_FIRST})


def test_it_is_live_when_it_is_there_and_the_site_shows_something_else_where_nothing_is(story: Story) -> None:
    assert (story.live["verdict"], story.live["rule"]) in {("live", "generic.page"), ("live", "generic.same")}


def test_a_site_closed_for_a_day_takes_nothing_down(story: Story) -> None:
    assert (story.closed["state"], story.closed["verdict"]) == ("live", "unclear")
    assert story.closed["rule"] in {"generic.changed", "generic.one-page-for-all"}
    assert "removed" not in {check["verdict"] for check in story.closed["checks"]}


def test_it_is_removed_when_it_looks_like_what_is_missing_there(story: Story) -> None:
    assert (story.gone["verdict"], story.gone["rule"]) == ("removed", "generic.missing-page")
    assert len([check for check in story.gone["checks"] if check["verdict"] == "removed"]) >= 2


def test_it_is_known_again_when_it_comes_back(story: Story) -> None:
    assert (story.back["verdict"], story.back["rule"], story.back["times_resurfaced"]) == ("live", "generic.same", 1)


def test_what_was_never_seen_there_is_neither_live_nor_removed(story: Story) -> None:
    for link in story.never:
        assert link["state"] == "unchecked"
        assert {check["verdict"] for check in link["checks"]} == {"unclear"}
    assert {link["checks"][-1]["rule"] for link in story.never} == {"generic.like-missing"}


def test_only_neighbours_in_the_same_directories_are_asked_for(story: Story) -> None:
    """How often is held by a test of its own: here every first look that would end in `live` asks anew."""
    assert {path.rsplit("/", 1)[0] for path in story.asked} == {"/every/album", "/every/places"}
