"""One case under the running monitor, from its first look to what came back: lived once, read page by page."""

import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.helpline import STOPS_WITHIN_S, Helpline, Said, until
from tests.web.server import State, Web

PATHS = [f"/the/film/{number}" for number in range(10)]
WAYS: list[State] = ["gone404", "gone410", "notice"]
CONFIRM_AFTER = timedelta(seconds=1)
FIELDS = ("link case url host platform category state since verdict rule because last_checked_at next_check_at "
          "last_seen_live_at first_seen_gone_at times_resurfaced")  # fmt: skip


@dataclass
class Story:
    """What the command line told at each turn of the story."""

    ref: str
    live: list[dict[str, Any]]
    gone: list[dict[str, Any]]
    back: list[dict[str, Any]]
    looks: dict[str, dict[str, Any]]
    busy: dict[str, Any]
    second: Said
    copied: list[dict[str, Any]]
    ended: int
    ended_after_s: float
    said: str
    after: dict[str, Any]
    journal: dict[str, Any]
    hits: list[int]
    checks: list[int]
    leased: int


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    helpline = Helpline(tmp_path_factory.mktemp("watch"))
    with Web(hosts=6) as web:
        yield lived(helpline, web)


def lived(helpline: Helpline, web: Web) -> Story:
    def all_are(state: str) -> bool:
        return helpline.rows("SELECT DISTINCT state FROM watched_link WHERE id <= ?", len(PATHS)) == [(state,)]

    for path in PATHS:
        web.set(path, "live")
    helpline.ask("init", "--officer", "night shift")
    ref = helpline.ask("case", "open")["case"]
    urls = [web.url(path, host=number % 5) for number, path in enumerate(PATHS)]
    assert [link["url"] for link in helpline.ask("link", "add", ref, *urls)["added"]] == urls
    with helpline.monitor(CRAWLER__ANSWER_TIME_S="600", CRAWLER__VISIT_TIME_S="600") as monitor:
        until("every link is live", lambda: all_are("live"))
        live = helpline.ask("link", "list")
        for number, path in enumerate(PATHS):
            web.set(path, WAYS[number % 3])
        until("every link is removed", lambda: all_are("removed"))
        gone, looks = helpline.ask("link", "list"), while_it_runs(helpline)
        second = helpline.pehra("run")
        for path in PATHS:
            web.set(path, "live")
        until("every link is back", lambda: all_are("resurfaced"))
        back = [helpline.ask_here("link", "show", str(link["link"])) for link in live]
        helpline.ask("link", "add", ref, web.url("/slow/film", host=5))
        until("the slow server has us waiting", lambda: web.hits("/slow/film"))
        busy = helpline.ask("status")
        began = time.monotonic()
        ended = monitor.stop()
        took_s = time.monotonic() - began
        said = monitor.said
    counted = "SELECT count(*) FROM 'check' JOIN watched_link USING (address_id) WHERE watched_link.id = ?"
    return Story(
        ref, live, gone, back, looks, busy, second, restored(helpline), ended, took_s, said,
        after=helpline.ask("status"),
        journal=helpline.ask_here("journal", "verify"),
        hits=[web.hits(path) for path in PATHS],
        checks=[helpline.one(counted, link["link"]) for link in live],
        leased=helpline.one("SELECT count(*) FROM address WHERE lease IS NOT NULL"),
    )  # fmt: skip


def while_it_runs(helpline: Helpline) -> dict[str, dict[str, Any]]:
    return {
        "one": helpline.ask("check", "3"),
        "due": helpline.ask("check", "--due"),
        "all": helpline.ask("check", "--all"),
        "backup": helpline.ask("db", "backup"),
    }


def restored(helpline: Helpline) -> list[dict[str, Any]]:
    """Put the copy that was made while the monitor ran into a home of its own, with the keys, and list its links."""
    other = Helpline(helpline.folder, helpline.settings)
    other.home = helpline.folder / "restored"
    other.home.mkdir()
    shutil.copy(helpline.home / "monitor.key", other.home)
    shutil.copytree(helpline.home / "backup-keys", other.home / "backup-keys")
    (copy,) = helpline.home.glob("backup-*.sqlite3.age")
    assert other.ask("db", "restore", str(copy))["erased_again"] == []
    links: list[dict[str, Any]] = other.ask("link", "list")
    return links


def moment(text: str) -> datetime:
    assert text.endswith("Z")
    return datetime.fromisoformat(text)


def moments(link: dict[str, Any], verdict: str) -> list[str]:
    """When a link was seen so, newest first."""
    return [check["at"] for check in link["checks"] if check["verdict"] == verdict]


def test_links_that_are_up_are_live_since_their_first_look(story: Story) -> None:
    assert len(story.live) == 10
    assert {(link["state"], link["verdict"], link["case"], link["times_resurfaced"]) for link in story.live} == {
        ("live", "live", story.ref, 0)
    }
    for link, shown in zip(story.live, story.back, strict=True):
        assert link["since"] == shown["checks"][-1]["at"]
        assert link["first_seen_gone_at"] is None
        assert moment(link["next_check_at"]) > moment(link["since"])


def test_links_that_are_gone_say_since_when_and_why(story: Story) -> None:
    assert {(link["state"], link["verdict"]) for link in story.gone} == {("removed", "removed")}
    for link, shown in zip(story.gone, story.back, strict=True):
        (taken,) = shown["takedowns"]
        assert link["since"] == taken["confirmed_at"]
        assert (link["last_seen_live_at"], link["first_seen_gone_at"]) == (
            taken["last_seen_live_at"], taken["first_seen_gone_at"],
        )  # fmt: skip
    because = [link["because"] for link in story.gone]
    assert ["404" in because[0], "410" in because[1]] == [True, True]
    assert "404" not in because[2]


def test_a_removed_link_is_looked_at_again_for_as_long_as_its_case_is_open(story: Story) -> None:
    for link in story.gone:
        assert link["next_check_at"] is not None
    for shown in story.back:
        assert len(moments(shown, "removed")) > 2


def test_links_that_came_back_say_since_when_and_why(story: Story) -> None:
    for shown in story.back:
        (taken,) = shown["takedowns"]
        assert (shown["state"], shown["verdict"], shown["times_resurfaced"]) == ("resurfaced", "live", 1)
        assert shown["since"] == taken["resurfaced_at"]
        assert (shown["because"], shown["rule"]) == (shown["checks"][0]["because"], shown["checks"][0]["rule"])


def test_a_takedown_keeps_both_its_ends_and_each_is_a_check(story: Story) -> None:
    for shown in story.back:
        (taken,) = shown["takedowns"]
        gone_at, confirmed_at = moment(taken["first_seen_gone_at"]), moment(taken["confirmed_at"])
        assert moment(taken["last_seen_live_at"]) < gone_at
        assert confirmed_at - gone_at >= CONFIRM_AFTER
        assert taken["first_seen_gone_at"] == moments(shown, "removed")[-1]
        assert taken["confirmed_at"] in moments(shown, "removed")
        before = [at for at in moments(shown, "live") if moment(at) < gone_at]
        assert taken["last_seen_live_at"] == before[0]


def test_a_return_is_told_at_its_second_look(story: Story) -> None:
    for shown in story.back:
        (taken,) = shown["takedowns"]
        after = [at for at in moments(shown, "live") if moment(at) > moment(taken["confirmed_at"])]
        assert taken["resurfaced_at"] == after[-2]


def test_checks_are_listed_newest_first_each_with_its_reason(story: Story) -> None:
    for shown in story.back:
        times = [moment(check["at"]) for check in shown["checks"]]
        assert times == sorted(times, reverse=True)
        assert len(set(times)) == len(times)
        assert all(check["because"] and check["rule"] for check in shown["checks"])


def test_a_link_is_told_with_every_field_it_is_promised_to_have(story: Story) -> None:
    for link in (*story.live, *story.gone, *story.back):
        assert set(FIELDS.split()) - set(link) == set()


@pytest.mark.parametrize(
    ("asked", "looked_at"),
    [
        pytest.param("one", range(1, 2), id="one link"),
        pytest.param("due", range(11), id="what is due"),
        pytest.param("all", range(10, 11), id="every link"),
    ],
)
def test_staff_can_look_now_while_the_monitor_runs(story: Story, asked: str, looked_at: range) -> None:
    told = story.looks[asked]
    assert told["checked"] in looked_at
    assert told["checked"] == len(told["links"]) == sum(told["verdicts"].values())
    assert {link["state"] for link in told["links"]} <= {"removed"}


def test_every_visit_is_one_check_whoever_made_it(story: Story) -> None:
    """A visit that was on its way when the monitor was stopped may have been given up."""
    for hits, checks in zip(story.hits, story.checks, strict=True):
        assert hits - 1 <= checks <= hits


def test_a_copy_made_while_the_monitor_runs_opens_and_holds_the_links(story: Story) -> None:
    urls = [link["url"] for link in story.live]
    assert [link["url"] for link in story.copied] == urls


def test_a_second_monitor_on_the_same_home_is_refused_in_words(story: Story) -> None:
    assert (story.second.code, story.second.out) == (2, "")
    assert story.second.err == "pehra: another monitor runs on this home; see: pehra status\n"


def test_the_status_tells_what_runs_and_how_many_links_are_in_each_state(story: Story) -> None:
    assert (story.busy["monitor"], story.busy["overdue"]) == ("running", 0)
    assert story.busy["running"] >= 1
    assert story.busy["states"] == {
        "unchecked": 1, "live": 0, "removed": 0, "resurfaced": 10, "restricted": 0, "lost": 0,
    }  # fmt: skip


def test_a_monitor_told_to_stop_gives_back_what_it_holds(story: Story) -> None:
    assert (story.ended, story.leased) == (0, 0)
    assert story.ended_after_s < STOPS_WITHIN_S
    assert (story.after["monitor"], story.after["running"]) == ("stopped", 0)
    assert moment(story.after["last_beat_at"]) >= moment(story.busy["last_beat_at"])


def test_a_monitor_without_trouble_says_nothing(story: Story) -> None:
    assert story.said == ""


def test_the_journal_of_the_story_is_whole(story: Story) -> None:
    assert story.journal["whole"] is True
    assert json.dumps(story.journal).count("127.0.0") == 0
