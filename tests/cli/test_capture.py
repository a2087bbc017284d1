"""Captures under the real command: what was there is kept, sealed, for who agreed, and costs no second request."""

import gzip
import hashlib
import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from casebook.evidence import CaptureView
from casebook.vocabulary import Act, Category
from tests.cli.captured import Record, archive, case_of, part, views
from tests.helpline import ONCE, Helpline, Said
from tests.web import pages
from tests.web.server import Visit, Web

MOST = 300_000  # bytes of one capture
SETTINGS = {
    **ONCE, "EVIDENCE__KEEP_FREE_BYTES": "0", "EVIDENCE__PAGE_BYTES": str(MOST), "CRAWLER__BODY_BYTES": "600000",
}  # fmt: skip
TWINS = ("/up/a", "/packed/a", "/endless/a", "/picture/7.png", "/chunks/a")
UNSCRIPTED = (*TWINS, "/moved/5", "/up/large?bytes=500000", "/up/story")
CONSENT = (Act.CAPTURE, Act.SCREENSHOT)
PICTURES = [f"/picture/{number}.png" for number in (71, 72)]
FULL = "1000000000000"  # bytes that no disk here has free


async def packed(visit: Visit) -> None:
    """An article, packed as most sites send theirs."""
    data = gzip.compress(pages.article(visit.request.path), mtime=0)
    await visit.answer(data, Content_Encoding="gzip", Server="one", X_Odd="  spaces  ")


async def chunks(visit: Visit) -> None:
    await visit.head(200, [("Content-Type", "text/html; charset=utf-8"), ("Transfer-Encoding", "chunked")])
    body = pages.article(visit.request.path)
    for start in range(0, len(body), 1000):
        piece = body[start : start + 1000]
        await visit.send(b"%x\r\n%s\r\n" % (len(piece), piece))
    await visit.send(b"0\r\n\r\n")


async def gallery(visit: Visit) -> None:
    """Two test cards, one of them only for who scrolls down."""
    low = '<div style="height:3000px"></div><img loading="lazy" width="300" src="/picture/72.png">'
    body = pages.page("Two cards", f'<p>{pages.words(9, 80)}</p><img src="/picture/71.png">{low}')
    await visit.answer(body) if visit.request.parts[1:] == ["a"] else await visit.answer(status=404)


async def faced(visit: Visit) -> None:
    """An article for who asks once; a browser, which says more of itself, hears that there is none."""
    if "sec-fetch-mode" in visit.request.headers or "upgrade-insecure-requests" in visit.request.headers:
        await visit.answer(pages.page("Not Found", "<p>There is no such page.</p>"), status=404)
    else:
        await visit.answer(pages.article(visit.request.path))


@dataclass(frozen=True)
class World:
    """Cases after the first look at all their links."""

    helpline: Helpline
    web: Web
    refs: dict[str, str]
    looked: dict[str, str]

    def of(self, name: str, path: str) -> CaptureView:
        [view] = [one for one in views(self.helpline, self.refs[name]) if one.fields["address"].endswith(path)]
        return view

    def archive(self, name: str, path: str) -> list[Record]:
        return archive(part(self.helpline, self.of(name, path)))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    helpline = Helpline(tmp_path_factory.mktemp("captures"), SETTINGS)
    with Web(10) as web:
        for behaviour in (packed, chunks, gallery, faced):
            web.serve(behaviour.__name__, behaviour)
        (helpline.folder / "tmp").mkdir()
        helpline.surroundings = {"SSL_CERT_FILE": str(web.certificate), "TMPDIR": str(helpline.folder / "tmp")}
        plain = [web.url(path, host=number) for number, path in enumerate(UNSCRIPTED)]
        refs = {
            "none": case_of(helpline, [web.url(f"{path}-twin", host=number) for number, path in enumerate(TWINS)]),
            "words": case_of(helpline, [*plain, web.tls_url("/up/tls"), web.url("/gallery/a", host=8)], Act.CAPTURE),
            "drawn": case_of(helpline, [web.url("/script/a", host=9)], Act.CAPTURE),
            "seen": case_of(
                helpline, [web.url("/gallery/a", host=8), web.url("/script/seen"), web.url("/faced/a")], *CONSENT
            ),
            "minor": case_of(helpline, [web.url("/up/minor")], *CONSENT, minor=True),
            "child": case_of(helpline, [web.url("/up/child")], *CONSENT, category=Category.CSE),
        }
        looked = helpline.ask_here("check", "--all")["links"]
        yield World(helpline, web, refs, {one["url"]: one["verdict"] for one in looked})


def test_what_went_over_the_wire_is_kept_as_it_went(world: World) -> None:
    view = world.of("words", "/packed/a")
    _, answer, asked, _ = world.archive("words", "/packed/a")
    fields = view.fields
    assert (fields["kind"], fields["why"], fields["verdict"], fields["status"]) == ("page", "first-seen", "live", 200)
    assert (fields["collector"], fields["tool"], fields["exit"]) == ("monitor", "Pehra", "own")
    assert answer.body == pages.article("/packed/a")
    data = gzip.decompress(part(world.helpline, view))
    assert gzip.compress(answer.body, mtime=0) in data
    assert b"\r\nX-Odd:   spaces  \r\n" in data
    assert asked.http.get_header("user-agent") == fields["settings"]["user_agent"]
    assert asked.http.get_header("host") == fields["address"].split("/")[2]
    assert answer.headers["WARC-IP-Address"] == "127.0.0.2" == fields["hops"][0]["ip"]


def test_each_hop_is_in_it(world: World) -> None:
    records = world.archive("words", "/moved/5")
    assert [(one.kind, one.http.statusline) for one in records if one.kind == "response"] == [
        ("response", "301 Moved Permanently"),
        ("response", "200 OK"),
    ]
    fields = world.of("words", "/moved/5").fields
    assert [(one["address"].partition(":4")[0][:12], one["status"]) for one in fields["hops"]] == [
        ("http://127.0", 301),
        ("http://127.0", 200),
    ]
    assert fields["final_address"] == fields["hops"][1]["address"]


def test_the_certificate_that_the_server_showed_is_named(world: World) -> None:
    der = ssl.PEM_cert_to_DER_cert(world.web.certificate.read_text())
    assert world.of("words", "/up/tls").fields["hops"][0]["certificate_sha256"] == hashlib.sha256(der).hexdigest()


def test_a_body_that_came_in_chunks_is_read_whole(world: World) -> None:
    assert world.archive("words", "/chunks/a")[1].body == pages.article("/chunks/a")


@pytest.mark.parametrize("path", ["/endless/a", "/up/large?bytes=500000"])
def test_a_page_without_end_and_one_that_is_too_large_are_kept_up_to_there_and_say_so(world: World, path: str) -> None:
    answer = world.archive("words", path)[1]
    assert (answer.headers["WARC-Truncated"], len(answer.body)) == ("length", MOST)
    assert f"Of an answer only the first {MOST} bytes were read; it went on." in left_out(world, "words", path)


def test_a_picture_by_itself_is_not_fetched_and_that_is_said(world: World) -> None:
    answer = world.archive("words", "/picture/7.png")[1]
    assert (answer.headers["WARC-Truncated"], answer.body) == ("unspecified", b"")
    assert any("no text" in one for one in left_out(world, "words", "/picture/7.png"))


def left_out(world: World, name: str, path: str) -> list[str]:
    said: list[str] = world.of(name, path).fields["left_out"]
    return said


@pytest.mark.parametrize("path", TWINS)
def test_a_capture_asks_for_nothing_more_and_changes_no_verdict(world: World, path: str) -> None:
    assert world.web.hits(path) == world.web.hits(f"{path}-twin") == 1
    told = [verdict for url, verdict in world.looked.items() if url.endswith((path, f"{path}-twin"))]
    assert len(told) == 2
    assert len(set(told)) == 1


def test_who_did_not_agree_gets_no_record(world: World) -> None:
    assert views(world.helpline, world.refs["none"]) == []


def test_the_page_that_scripts_wrote_is_taken_from_the_visit_that_judged_it(world: World) -> None:
    records = world.archive("drawn", "/script/a")
    assert [one.kind for one in records] == ["warcinfo", "response", "request", "metadata", "conversion"]
    assert pages.SENTENCES[0].encode() in records[-1].body
    assert world.of("drawn", "/script/a").fields["rendered"] is True
    assert world.web.hits("/script/a") == 2  # without scripts, and with them


def test_one_browser_gives_the_page_and_its_picture(world: World) -> None:
    view = world.of("seen", "/script/seen")
    assert [one.name for one in view.parts] == ["archive.warc.gz", "screenshot.png"], view.fields["left_out"]
    assert pages.SENTENCES[0].encode() in world.archive("seen", "/script/seen")[-1].body
    assert world.web.hits("/script/seen") == 2


def test_a_picture_of_the_page_shows_its_pictures_and_goes_only_to_who_agreed(world: World) -> None:
    view = world.of("seen", "/gallery/a")
    image = Image.open(BytesIO(part(world.helpline, view, "screenshot.png"))).convert("RGB")
    assert image.width == 1280
    assert image.height > 3000
    colours = {colour for _, colour in image.getcolors(1 << 24) or []}
    assert {(255, 255, 0), (0, 255, 255), (0, 255, 0)} <= colours
    assert [world.web.hits(path) for path in PICTURES] == [1, 1]
    other = world.of("words", "/gallery/a")
    assert [one.name for one in other.parts] == ["archive.warc.gz"]
    assert any("did not agree" in one for one in other.fields["left_out"])


def test_two_cases_watch_one_address_and_it_is_visited_and_kept_once(world: World) -> None:
    first, second = world.of("seen", "/gallery/a"), world.of("words", "/gallery/a")
    assert first.parts[0].file == second.parts[0].file
    assert first.parts[0].sha256 == second.parts[0].sha256
    assert first.fields["case"] != second.fields["case"]
    assert world.web.hits("/gallery/a") == 2  # one for the judge, one for the picture


def test_a_browser_that_is_shown_something_else_is_told(world: World) -> None:
    said = left_out(world, "seen", "/faced/a")
    assert any("the two differ: at the first it was live" in one for one in said), said


@pytest.mark.parametrize("name", ["minor", "child"])
def test_of_what_may_hold_a_child_nothing_is_captured_and_the_record_says_why(world: World, name: str) -> None:
    [view] = views(world.helpline, world.refs[name])
    assert (view.kind, view.reason, view.parts) == ("none", "minor", ())
    assert "hold somebody's child" in view.fields["left_out"][0]
    assert view.fields["hops"] == []
    assert world.web.hits(f"/up/{name}") == 1


def test_nothing_of_a_page_lies_open_on_the_disk(world: World) -> None:
    told = [pages.SENTENCES[0].encode(), pages.words(9, 80)[:60].encode(), b"WARC/1.1", b"\x89PNG", b"\x1f\x8b\x08"]
    files = [one for one in world.helpline.folder.rglob("*") if one.is_file()]
    assert sum(one.suffix == ".age" for one in files) == len(UNSCRIPTED) + 5 + 3  # archives, and pictures
    for file in files:
        data = file.read_bytes()
        assert [one for one in told if one in data] == [], file.name


@dataclass(frozen=True)
class Later:
    """The same after more looks: nothing new, with a full disk, when a page was gone, and when it was back."""

    urgent: str
    joined: str
    full: str
    said: Said
    drafted: Said
    told: str


@pytest.fixture(scope="module")
def later(world: World) -> Later:
    helpline, web = world.helpline, world.web
    urgent = case_of(helpline, [web.url("/up/urgent")], Act.CAPTURE, urgent=True)
    drafted = helpline.here("report", "draft", urgent, "--no-lookup", "--to", "abuse@host.example")
    assert web.hits("/up/urgent") == 0
    joined = case_of(helpline, [web.url("/up/a")], Act.CAPTURE)
    links = [one["link"] for name in (urgent, joined, world.refs["words"]) for one in links_of(helpline, name)]
    helpline.ask_here("check", *map(str, links))
    full = case_of(helpline, [web.url("/up/full")], Act.CAPTURE)
    [number] = [str(one["link"]) for one in links_of(helpline, full)]
    [story] = [str(one["link"]) for one in links_of(helpline, world.refs["words"]) if one["url"].endswith("/up/story")]
    said = helpline.here("check", number, "--json", EVIDENCE__KEEP_FREE_BYTES=FULL)
    for turn in (lambda: web.set("/up/story", "gone410"), lambda: web.clear("/up/story")):
        turn()
        helpline.here("check", number, story)
    return Later(urgent, joined, full, said, drafted, helpline.here("notices").out)


def links_of(helpline: Helpline, ref: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = helpline.ask_here("link", "list", "--case", ref)
    return found


def test_what_is_there_still_is_not_captured_again_and_each_change_is(world: World, later: Later) -> None:
    del later
    told = [one for one in views(world.helpline, world.refs["words"]) if one.number > len(UNSCRIPTED) + 2]
    gone, back = (one for one in told if one.fields["address"].endswith("/up/story"))
    assert (gone.fields["why"], gone.fields["verdict"], gone.fields["status"]) == ("change", "removed", 410)
    assert (back.fields["why"], back.fields["verdict"], back.fields["status"]) == ("change", "live", 200)
    assert [
        one for one in told if one not in (gone, back)
    ] == []  # what was captured for the case that joined is its own


def test_what_comes_back_as_it_was_is_not_kept_twice(world: World, later: Later) -> None:
    del later
    first, *_, back = (
        one for one in views(world.helpline, world.refs["words"]) if one.fields["address"].endswith("/up/story")
    )
    [kept] = back.fields["parts"]
    assert kept["refers_to"] == {"number": first.number, "sha256": first.parts[0].sha256}
    again = archive(part(world.helpline, back))[1]
    assert (again.kind, again.body) == ("revisit", b"")
    assert again.headers["WARC-Refers-To"] == archive(part(world.helpline, first))[1].headers["WARC-Record-ID"]


def test_a_case_that_joins_later_gets_its_own_capture(world: World, later: Later) -> None:
    [view] = views(world.helpline, later.joined)
    assert view.fields["why"] == "first-seen"
    assert archive(part(world.helpline, view))[1].body == pages.article("/up/a")


def test_who_is_in_danger_does_not_wait_and_the_next_look_is_captured(world: World, later: Later) -> None:
    assert later.drafted.code == 0
    assert "there is no capture of link" in later.drafted.out
    assert [one.fields["why"] for one in views(world.helpline, later.urgent)] == ["report"]


def test_a_full_disk_stops_captures_and_no_check_and_with_room_again_it_is_made_up_for(
    world: World, later: Later
) -> None:
    assert json.loads(later.said.out)["verdicts"] == {"live": 1}
    told = [(one.kind, one.reason) for one in views(world.helpline, later.full)]
    assert told == [("none", "disk-full"), ("page", None)]
    assert "MB free" in later.told


def test_a_capture_is_made_when_asked_for_and_told(world: World) -> None:
    helpline, web = world.helpline, world.web
    refs = [
        case_of(helpline, [web.url("/up/asked"), web.refused_url("/asked")], *CONSENT),
        case_of(helpline, [web.url("/up/not-agreed")]),
        case_of(helpline, [web.url("/up/another-minor")], Act.CAPTURE, minor=True),
    ]
    up, refused, other, minor = (one["link"] for ref in refs for one in links_of(helpline, ref))
    words = ("evidence", "capture", *map(str, (up, refused, other, minor)), "--json")
    said = helpline.pehra(*words, CRAWLER__BROWSER="off")
    told = json.loads(said.out)
    assert said.code == 0
    [view] = [one for one in views(helpline, refs[0]) if one.kind == "page"]
    assert [(one["link"], one["number"], one["sha256"]) for one in told["captured"]] == [(up, view.number, view.sha256)]
    assert (view.fields["why"], [one.name for one in view.parts]) == ("asked", ["archive.warc.gz"])
    assert any("no browser starts here" in one for one in view.fields["left_out"])
    reasons = {one["link"]: one["reason"] for one in told["not_captured"]}
    assert set(reasons) == {refused, other, minor}
    assert f"pehra consent give {refs[1]} capture" in reasons[other]
    assert "hold somebody's child" in reasons[minor]
    assert web.hits("/up/not-agreed") == 0
    alone = helpline.here("evidence", "capture", str(other), "--json")
    assert (alone.code, json.loads(alone.out)["captured"]) == (1, [])
    assert helpline.here("evidence", "capture", "4711").code == 2


def test_a_report_is_drafted_after_a_capture(world: World) -> None:
    helpline, web = world.helpline, world.web
    ref = case_of(helpline, [web.url("/up/reported")], Act.CAPTURE)
    [one] = helpline.ask_here("report", "draft", ref, "--no-lookup", "--to", "abuse@host.example")["drafted"]
    [view] = views(helpline, ref)
    assert (one["capture"], one["without_capture"], view.fields["why"]) == (1, [], "report")
    assert web.hits("/up/reported") == 1


def test_a_report_waits_for_its_capture_unless_told_not_to(world: World) -> None:
    helpline, web = world.helpline, world.web
    ref = case_of(helpline, [web.refused_url("/reported")], Act.CAPTURE)
    words = ("report", "draft", ref, "--no-lookup", "--to", "abuse@host.example")
    said = helpline.here(*words)
    assert (said.code, said.out) == (1, "")
    assert "was not captured" in said.err
    assert "--without-capture" in said.err
    assert helpline.ask_here("report", "list", "--case", ref) == []
    [one] = helpline.ask_here(*words, "--without-capture")["drafted"]
    assert one["capture"] is None
    assert len(one["without_capture"]) == 1


def test_a_case_that_agreed_to_no_captures_is_reported_as_before_and_it_is_said(world: World) -> None:
    ref = case_of(world.helpline, [world.web.url("/up/unagreed")])
    said = world.helpline.here("report", "draft", ref, "--no-lookup", "--to", "abuse@host.example")
    assert said.code == 0
    assert f"pehra consent give {ref} capture" in said.out
    assert world.web.hits("/up/unagreed") == 0


def test_every_chain_is_whole_and_so_is_the_journal(world: World) -> None:
    for ref in world.refs.values():
        before = "0" * 64
        for number, view in enumerate(views(world.helpline, ref), 1):
            assert (view.number, view.fields["previous"]) == (number, before)
            assert hashlib.sha256(view.record).hexdigest() == view.sha256
            before = view.sha256
    assert world.helpline.ask_here("journal", "verify")["whole"] is True
