"""Sweeps of sources that are endless, hostile, closed or bare: bounded, said, and on their own site."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from casebook import consents, images, links, names, officers, sources
from casebook.images import NewImage
from casebook.store import open_book
from casebook.vault import open_vault
from casebook.vocabulary import Act, NameKind, SourceKind
from matchers import prints
from matchers.pictures import read
from platforms.address import site_of
from scheduler.clock import now
from tests.helpline import ONCE, Helpline
from tests.matchers.drawn import file_of, scene
from tests.web.server import Visit, Web

SOUGHT = scene(1, (320, 240))
COPY = file_of(SOUGHT.resize((200, 150)), "JPEG")
PICTURE_BYTES = 100_000
SETTINGS = {
    **ONCE,
    "CRAWLER__BROWSER": "off",
    "SWEEPS__PICTURE_BYTES": str(PICTURE_BYTES),
    "SWEEPS__BARREN_PAGES": "6",
    "SWEEPS__ALIKE": "5",
    "SWEEPS__AGAIN_S": "0",
    "SWEEPS__AT_ONCE": "20",
}


def page(body: str) -> bytes:
    return f"<html><head><title>Kites</title></head><body>{body}</body></html>".encode()


def other(path: str) -> bytes:
    return file_of(scene(len(path) * 31 + sum(path.encode()), (96, 72)), "JPEG")


def bomb() -> bytes:
    """A picture of 400 megapixels in few bytes."""
    file = BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "PNG")
    return file.getvalue()


async def odd(visit: Visit) -> None:
    """Every kind of source; what follows `/odd/` says which."""
    _, which, *rest = visit.request.parts
    at = int(visit.request.query.get("page", "1"))
    if rest and rest[0].endswith(".jpg"):
        await picture(visit, which, rest[0])
    elif which == "calendar":
        await visit.answer(
            page(f"<img src='/odd/calendar/logo.jpg'>Day {at}<a rel=next href='?page={at + 1}'>tomorrow</a>")
        )
    elif which == "maze":
        ways = "".join(
            f"<a href='/odd/maze/{at * 100 + n}/x?page={at * 10 + n}'><img src='/odd/maze/{at * 10 + n}.jpg'></a>"
            for n in range(9)
        )
        await visit.answer(page(ways))
    elif which == "same":
        shown = "".join(f"<img src='/odd/same/{at}{n}.jpg'>" for n in range(3))
        await visit.answer(page(f"{shown}<a rel=next href='?page={at + 1}'>next</a>"))
    elif which == "leads-away":
        away = f"http://127.0.0.2:{visit.request.headers['host'].rpartition(':')[2]}/odd/away"
        await (
            visit.redirect(away)
            if at == 2
            else visit.answer(page("<img src='/odd/leads-away/1.jpg'><a rel=next href='?page=2'>next</a>"))
        )
    elif which == "busy":
        await visit.answer(page("Too many"), status=429, Retry_After="7200")
    elif which == "named":
        await visit.answer(page("<p>Seen by <a href='/u/1'>@Amna_QQ</a> and others</p>"))
    elif which == "search":
        await visit.answer(page(f"Results for {visit.request.query.get('q')}"))
    else:
        shown = "".join(f"<img src='/odd/{which}/{n}.jpg'>" for n in range(3))
        await visit.answer(page(shown))


async def picture(visit: Visit, which: str, name: str) -> None:
    body = COPY + visit.request.path.encode() if name == "1.jpg" else other(visit.request.path)
    if which == "maze":
        await visit.answer(status=404)
        return
    if which == "same":
        body = COPY[:-40]  # broken, and always the same
    elif which == "heavy" and name == "0.jpg":
        body = body + bytes(PICTURE_BYTES * 4)
    elif which == "bombs" and name == "0.jpg":
        body = bomb()
    elif which == "lies" and name == "0.jpg":
        await visit.answer(page("no picture"))
        return
    tag = f'"{len(body)}"'
    if visit.request.headers.get("if-none-match") == tag:
        await visit.head(304, [("ETag", tag)])
    else:
        await visit.answer(body, kind="image/jpeg", ETag=tag)


async def robots(visit: Visit) -> None:
    closed = visit.request.headers["host"].startswith("127.0.0.3")
    await visit.answer(
        b"User-agent: *\nDisallow: /\n" if closed else b"", kind="text/plain", status=200 if closed else 404
    )


@dataclass
class World:
    helpline: Helpline
    web: Web
    ref: str
    sources: dict[str, int]
    swept: dict[int, dict[str, Any]]

    def of(self, name: str) -> dict[str, Any]:
        return self.swept[self.sources[name]]

    def said(self, name: str) -> str:
        return " ".join(self.of(name)["said"])


PAGES = ["calendar", "same", "leads-away", "busy", "heavy", "bombs", "lies", "good", "child", "named"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    helpline = Helpline(tmp_path_factory.mktemp("sweep"), SETTINGS)
    with Web(3) as web:
        web.serve("odd", odd)
        web.serve("robots.txt", robots)
        ref = helpline.opened()
        book = open_book(f"sqlite:///{helpline.home}/pehra.sqlite3", open_vault(helpline.home, {}))
        actor = officers.prove(book, officers.claim(book, None), None, at=now())
        consents.change(book, ref, Act.HASH, given=True, actor=actor, at=now())
        known = prints.taken(read(file_of(SOUGHT))[0])
        assert known is not None
        images.add(book, ref, [NewImage(prints.to_bytes(known))], actor=actor, at=now())
        names.add(book, ref, "amna_qq", NameKind.HANDLE, actor=actor, at=now(), until=now().replace(year=2099))
        child = web.url("/odd/child/1.jpg")
        links.add(book, ref, [links.Found(child, None, site_of(child), None)], actor=actor, at=now(), minor=True)

        def add(url: str, kind: SourceKind = SourceKind.PAGE, **how: Any) -> int:
            return sources.add(book, ref, url, kind, actor=actor, at=now(), depth=3, **{"pages": 40, **how})

        made = {name: add(web.url(f"/odd/{name}")) for name in PAGES}
        made["maze"] = add(web.url("/odd/maze"), pages=15)
        made["closed"] = add(web.url("/odd/closed", host=2))
        made["open all the same"] = add(web.url("/odd/open", host=2), obeys_robots=False)
        made["search"] = add(web.url("/odd/search?q={name}"), SourceKind.SEARCH)
        made["child's page"] = add(child)
        made["nobody"] = add(web.refused_url("/odd"))
        book.engine.dispose()
        told = helpline.ask_heard("sweep", "--all")
        yield World(helpline, web, ref, made, {one["source"]: one for one in told["sources"]})


def test_an_endless_calendar_is_left_and_said(world: World) -> None:
    assert world.web.hits("/odd/calendar") <= 8
    assert "brought nothing new" in world.said("calendar")


def test_a_maze_of_generated_links_ends_at_the_count_that_was_set(world: World) -> None:
    assert world.of("maze")["pages"] == 15
    assert "Stopped after 15 pages" in world.said("maze")


def test_a_site_of_all_one_picture_is_left_and_said(world: World) -> None:
    assert world.of("same")["media"] <= 8
    assert "one and the same" in world.said("same")


def test_a_page_that_leads_to_another_site_is_not_read_there(world: World) -> None:
    assert world.web.hits("/odd/leads-away") == 2
    assert world.web.hits("/odd/away") == 0
    assert world.of("leads-away")["pages"] == 1


def test_a_site_that_asks_for_patience_gets_it(world: World) -> None:
    assert world.web.hits("/odd/busy") == 1
    assert "turned us away (429)" in world.said("busy")
    waits = {one["source"]: one["next_sweep_at"] for one in listed(world)}
    assert waits[world.sources["busy"]] > waits[world.sources["nobody"]]


def listed(world: World) -> list[dict[str, Any]]:
    book = open_book(f"sqlite:///{world.helpline.home}/pehra.sqlite3", open_vault(world.helpline.home, {}))
    actor = officers.prove(book, officers.claim(book, None), None, at=now())
    found = [one.__dict__ for one in sources.list_of(book, actor=actor, at=now())]
    book.engine.dispose()
    return found


def test_a_picture_that_is_too_heavy_costs_its_limit_and_no_more(world: World) -> None:
    assert "larger than are fetched" in world.said("heavy")
    assert world.web.bytes_served("/odd/heavy/0.jpg") < PICTURE_BYTES * 5
    assert world.of("heavy")["new_sightings"] == 1


@pytest.mark.parametrize("name", ["bombs", "lies", "good", "leads-away", "open all the same"])
def test_a_bomb_or_a_lie_costs_itself_and_the_copy_beside_it_is_found(world: World, name: str) -> None:
    assert world.of(name)["new_sightings"] == 1


def test_robots_txt_keeps_us_out_unless_the_source_says_otherwise(world: World) -> None:
    assert world.web.hits("/odd/closed") == 0
    assert "asks robots to stay out" in world.said("closed")
    assert world.web.hits("/odd/open") == 1


def test_what_holds_a_child_is_never_asked_for(world: World) -> None:
    assert world.web.hits("/odd/child/1.jpg") == 0
    assert world.web.hits("/odd/child/0.jpg") == 1
    assert "holds a child" in world.said("child's page")


def test_a_search_asks_for_each_name(world: World) -> None:
    assert [one.query["q"] for one in world.web.requests("/odd/search")] == ["amna_qq"]
    assert world.of("search")["new_sightings"] == 1  # the page says whom it found


def test_a_page_that_names_somebody_is_a_sighting_that_says_where(world: World) -> None:
    said = json.loads(world.helpline.here("sighting", "list", "--case", world.ref, "--json").out)
    (one,) = [one for one in said if one["page"].endswith("/odd/named")]
    assert (one["tier"], one["media"], one["image"]) == ("name", None, None)
    assert "text" in one["because"]


def test_a_source_that_nobody_serves_fails_and_says_so(world: World) -> None:
    assert world.of("nobody")["state"] == "failing"
    assert "did not answer" in world.said("nobody")


def test_nothing_that_was_said_holds_an_address_or_a_name(world: World) -> None:
    said = " ".join(" ".join(one["said"]) for one in world.swept.values())
    assert "127.0.0" not in said
    assert "amna" not in said


def test_met_again_it_is_asked_for_with_its_tag_and_is_no_new_sighting(world: World) -> None:
    served = world.web.bytes_served("/odd/good/1.jpg")
    again = world.helpline.ask_heard("sweep", str(world.sources["good"]))
    assert (again["pages"], again["media"], again["new_sightings"]) == (1, 0, 0)
    assert world.web.requests("/odd/good/1.jpg")[-1].headers["if-none-match"]
    assert world.web.bytes_served("/odd/good/1.jpg") - served < 200


def test_the_monitor_sweeps_what_is_due(world: World) -> None:
    from tests.helpline import until

    book = open_book(f"sqlite:///{world.helpline.home}/pehra.sqlite3", open_vault(world.helpline.home, {}))
    actor = officers.prove(book, officers.claim(book, None), None, at=now())
    fresh = sources.add(
        book, world.ref, world.web.url("/odd/fresh"), SourceKind.PAGE, actor=actor, at=now(), depth=0, pages=1
    )
    with world.helpline.monitor(MONITOR__LINGER_S="0"):
        found = until(
            "the new source was swept",
            lambda: [one for one in listed(world) if one["source"] == fresh and one["last_swept_at"]],
        )
    assert found[0]["last"]["sightings"] == 1
    book.engine.dispose()
