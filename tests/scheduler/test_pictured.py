"""Links reported for their picture: gone from a page that stays, or served on when the page is gone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.helpline import BRISK, Helpline, until
from tests.matchers.drawn import file_of, scene
from tests.web.server import Visit, Web

PAGES = (
    "taken-away", "served-on", "moved", "replaced", "refused", "plain-in-its-place", "of-words", "a-child's", "many", "untouched",
)  # fmt: skip
OFTEN = {**BRISK, "CADENCE__LIVE_S": "2", "CADENCE__FAILING_S": "3", "CRAWLER__FULL_READ_EVERY_S": "0"}
WORDS = " ".join(
    f"A kite over the {word} is seen from afar." for word in ("hill", "river", "town", "field", "lake", "wood")
)


@dataclass
class Site:
    """Pages about one picture each, at /album/NAME, with pictures at /media/NAME.jpg; what is in `pictures` is served."""

    pictures: dict[str, bytes]
    shown: dict[str, list[str]]
    down: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    moving: set[str] = field(default_factory=set)

    async def album(self, visit: Visit) -> None:
        name = visit.request.parts[1]
        if name in self.down or name not in self.shown:
            await visit.answer(b"<title>Not found</title><h1>Not found</h1>", status=404)
            return
        if name in self.moving:  # between two looks, and not between the page and the picture of one
            self.moving.remove(name)
            for one in self.shown[name]:
                self.pictures[f"was-{one}"] = self.pictures.pop(one)
            self.shown[name] = [f"was-{one}" for one in self.shown[name]]
        pictures = "".join(f'<img src="/media/{one}">' for one in self.shown[name])
        body = f"<!doctype html><title>{name} by a friend</title><h1>{name}</h1><main><p>{WORDS}</p>{pictures}</main>"
        await visit.answer(body.encode())

    async def media(self, visit: Visit) -> None:
        name = visit.request.parts[1]
        if name in self.refused:
            await visit.answer(b"no", status=403)
        elif name in self.pictures:
            await visit.answer(self.pictures[name], kind="image/jpeg")
        else:
            await visit.answer(b"gone", status=404)


def picture(seed: int) -> bytes:
    return file_of(scene(seed, (400, 300)), "JPEG")


@dataclass
class Story:
    """What `pehra` said of each page before and after its picture's fate, and when one came back."""

    live: dict[str, dict[str, Any]]
    after: dict[str, dict[str, Any]]
    back: dict[str, Any]
    fetched: dict[str, int]
    left: list[Path]


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    with TemporaryDirectory() as folder, Web() as web:
        yield told(Helpline(Path(folder), OFTEN), web)


def told(helpline: Helpline, web: Web) -> Story:
    site = Site(
        {f"{name}.jpg": picture(number) for number, name in enumerate(PAGES)}, {name: [f"{name}.jpg"] for name in PAGES}
    )
    many = [f"many-{number}.jpg" for number in range(6)]
    site.pictures |= {name: picture(100 + number) for number, name in enumerate(many)}
    site.shown["many"] = many
    web.serve("album", site.album)
    web.serve("media", site.media)
    ref = helpline.opened(*(web.url(f"/album/{name}") for name in PAGES if name not in ("of-words", "a-child's")))
    helpline.ask("link", "add", ref, web.url("/album/of-words"), "--category", "harassment")
    helpline.ask("link", "add", ref, web.url("/album/a-child's"), "--minor")

    def links() -> dict[str, dict[str, Any]]:
        listed: list[dict[str, Any]] = helpline.ask_here("link", "list")
        return {link["url"].rpartition("/")[2]: link for link in listed}

    def when(what: str, fits: Callable[[dict[str, dict[str, Any]]], bool]) -> dict[str, dict[str, Any]]:
        def looked() -> dict[str, dict[str, Any]] | None:
            found = links()
            return found if fits(found) else None

        found: dict[str, dict[str, Any]] = until(what, looked)
        return found

    with helpline.monitor(LOGGING__LEVEL="DEBUG"):
        live = when("all are live", lambda all_: all(one["state"] == "live" for one in all_.values()))
        until("pictures were looked at again", lambda: min(web.hits(f"/media/{name}.jpg") for name in PAGES[:6]) > 1)
        site.moving.add("moved")
        site.down.add("served-on")
        for name in ("taken-away.jpg", *many):
            site.pictures[f"was-{name}"] = site.pictures.pop(name)
        site.pictures["replaced.jpg"] = picture(77)
        site.pictures["plain-in-its-place.jpg"] = file_of(
            scene(1, (400, 300)).resize((1, 1)).resize((400, 300)), "JPEG"
        )
        site.refused.add("refused.jpg")
        when(
            "one is removed",
            lambda all_: all_["taken-away"]["state"] == all_["plain-in-its-place"]["state"] == "removed",
        )
        known = {name: web.hits(f"/album/{name}") for name in PAGES}
        until("each was looked at twice more", lambda: all(web.hits(f"/album/{n}") > known[n] + 2 for n in PAGES))
        after = {name: helpline.ask_here("link", "show", str(link["link"])) for name, link in links().items()}
        site.pictures["taken-away.jpg"] = site.pictures["was-taken-away.jpg"]
        back = when("it is back", lambda all_: all_["taken-away"]["state"] == "resurfaced")["taken-away"]
    left = [file for file in Path(helpline.folder).rglob("*") if file.is_file() and holds_a_picture(file, site)]
    return Story(live, after, back, {name: web.hits(f"/media/{name}.jpg") for name in PAGES}, left)


def holds_a_picture(file: Path, site: Site) -> bool:
    data = file.read_bytes()
    return b"\xff\xd8\xff\xe0" in data or any(one[200:260] in data for one in site.pictures.values())


def rules(link: dict[str, Any]) -> set[str]:
    return {check["rule"] for check in link["checks"]}


@pytest.mark.parametrize("name", ["taken-away", "plain-in-its-place"])
def test_a_page_that_lost_its_picture_is_removed_after_two_looks_in_a_browser(story: Story, name: str) -> None:
    link = story.after[name]
    assert (link["state"], link["rule"]) == ("removed", "generic.picture-gone")
    told = [check for check in link["checks"] if check["rule"] == "generic.picture-gone"]
    assert len(told) >= 2


def test_it_resurfaces_with_its_picture(story: Story) -> None:
    assert (story.back["verdict"], story.back["times_resurfaced"]) == ("live", 1)


def test_a_picture_that_is_served_when_its_page_is_gone_is_live(story: Story) -> None:
    link = story.after["served-on"]
    assert (link["state"], link["verdict"], link["rule"]) == ("live", "live", "generic.picture-served")
    assert "removed" not in {check["verdict"] for check in link["checks"]}


def test_a_picture_at_another_address_is_found_there(story: Story) -> None:
    assert {check["verdict"] for check in story.after["moved"]["checks"]} == {"live"}


def test_another_picture_in_its_place_proves_nothing(story: Story) -> None:
    link = story.after["replaced"]
    assert (link["state"], link["verdict"], link["rule"]) == ("live", "unclear", "generic.picture-untold")


def test_a_picture_that_is_refused_to_us_proves_nothing(story: Story) -> None:
    assert {check["verdict"] for check in story.after["refused"]["checks"]} == {"live"}


@pytest.mark.parametrize("name", ["of-words", "a-child's"])
def test_no_picture_is_asked_for_where_it_is_not_what_is_wrong_or_of_a_child(story: Story, name: str) -> None:
    assert (story.fetched[name], story.after[name]["state"]) == (0, "live")


def test_of_a_page_with_many_pictures_nobody_can_say_which(story: Story) -> None:
    assert {check["verdict"] for check in story.after["many"]["checks"]} == {"live"}


def test_what_is_as_it_was_stays_live(story: Story) -> None:
    assert {check["verdict"] for check in story.after["untouched"]["checks"]} == {"live"}


def test_no_picture_is_left_on_disk(story: Story) -> None:
    assert story.left == []
