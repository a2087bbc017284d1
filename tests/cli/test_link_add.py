"""What staff paste, and what becomes of each address in it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpline import Helpline

MANY = 10_000
CHAT = """\
[12/03/2026, 21:14:05] Case worker: she sent these two
[12/03/2026, 21:14:40] Case worker: https://share.example/s/kite?rlkey=k3y and hxxps://photos[.]example/a/7 .
[12/03/2026, 21:15:02] Case worker: <Media omitted>
"""
SHEET = """\
date,where,note
2026-03-12,https://share.example/s/kite?rlkey=k3y,"said ""remove"", twice"
2026-03-13,"https://photos.example/a/7",again
"""
PASTE = "date\taddress\n2026-03-12\thttps://share.example/s/kite?rlkey=k3y\n2026-03-13\thttps://photos.example/a/7\n"
URDU = "یہ تصویر https://share.example/s/kite?rlkey=k3y پر ہے، اور (https://photos.example/a/7)۔"
FOUND = ["https://share.example/s/kite?rlkey=k3y", "https://photos.example/a/7"]


@pytest.fixture
def helpline(tmp_path: Path) -> Helpline:
    """A home as a helpline has it: no private network may be reached."""
    return Helpline(tmp_path, {})


def urls(links: list[dict[str, Any]]) -> list[str]:
    return [link["url"] for link in links]


@pytest.mark.parametrize(
    ("text", "how"),
    [
        pytest.param(CHAT, "file", id="a chat export in a file"),
        pytest.param(CHAT, "input", id="a chat export from standard input"),
        pytest.param(SHEET, "file", id="a CSV file"),
        pytest.param(PASTE, "input", id="a spreadsheet's paste from standard input"),
        pytest.param(URDU, "input", id="Urdu text from standard input"),
        pytest.param(URDU, "argument", id="Urdu text as an argument"),
    ],
)
def test_every_address_in_a_text_is_taken(helpline: Helpline, text: str, how: str) -> None:
    ref = helpline.opened()
    (helpline.folder / "pasted.txt").write_text("\ufeff" + text, "utf-8")
    words = {"file": ["--from", "pasted.txt"], "input": ["--from", "-"], "argument": [text]}[how]
    told = helpline.ask("link", "add", ref, *words, stdin=text if how == "input" else "")
    assert (urls(told["added"]), told["already"], told["refused"]) == (FOUND, [], [])


def test_ten_thousand_addresses_go_in_once(helpline: Helpline) -> None:
    ref = helpline.opened()
    file = helpline.folder / "many.csv"
    file.write_text("\n".join(f"{n},https://host{n % 40}.example/picture/{n}?key=k{n}" for n in range(MANY)))
    first = helpline.ask("link", "add", ref, "--from", str(file))
    assert (len(first["added"]), first["already"], first["refused"]) == (MANY, [], [])
    again = helpline.ask("link", "add", ref, "--from", str(file))
    assert (again["added"], len(again["already"]), again["refused"]) == ([], MANY, [])
    assert sorted(urls(again["already"])) == sorted(urls(first["added"]))
    assert helpline.one("SELECT count(*) FROM watched_link") == helpline.one("SELECT count(*) FROM address") == MANY


def test_an_address_that_another_case_watches_is_added_there_too_and_visited_once(helpline: Helpline) -> None:
    first, second = helpline.opened(FOUND[0]), helpline.opened()
    told = helpline.ask_here("link", "add", second, FOUND[0])
    assert [(link["case"], link["url"]) for link in told["added"]] == [(second, FOUND[0])]
    assert helpline.one("SELECT count(*) FROM address") == 1
    assert {link["case"] for link in helpline.ask_here("link", "list")} == {first, second}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("http://127.0.0.1/a", "private network", id="this machine"),
        pytest.param("http://0x7f.1/a", "private network", id="this machine, spelled otherwise"),
        pytest.param("http://192.168.1.1/a", "private network", id="the office's router"),
        pytest.param("http://localhost/a", "private network", id="this machine by name"),
        pytest.param("https://share.example/" + "a" * 8_200, "8192", id="longer than 8,192 characters"),
        pytest.param("ftp://share.example/a", "http", id="another scheme"),
        pytest.param("magnet:?xt=urn:btih:0", "http", id="a scheme without a host"),
        pytest.param("http:///a", "", id="no host"),
        pytest.param("just words", "no http(s) address", id="no address at all"),
    ],
)
def test_an_address_that_cannot_be_watched_is_refused_with_the_reason(
    helpline: Helpline, text: str, reason: str
) -> None:
    ref = helpline.opened()
    said = helpline.here("link", "add", ref, text, "--json")
    told = json.loads(said.out)
    assert (said.code, said.err, told["added"], told["already"]) == (1, "", [], [])
    (refused,) = told["refused"]
    assert reason in refused["reason"]
    assert refused["text"][:100] in text
    assert helpline.ask_here("link", "list") == []


def test_what_can_be_watched_goes_in_beside_what_cannot(helpline: Helpline) -> None:
    ref = helpline.opened()
    told = helpline.ask_here("link", "add", ref, FOUND[0], "ftp://share.example/a", FOUND[1])
    assert (urls(told["added"]), len(told["refused"])) == (FOUND, 1)


def test_a_retired_link_is_watched_again_when_it_is_added_again(helpline: Helpline) -> None:
    ref = helpline.opened(FOUND[0])
    retired = helpline.ask_here("link", "retire", "1")
    assert (retired["next_check_at"], bool(retired["retired_at"])) == (None, True)
    assert helpline.ask_here("link", "list") == []
    assert urls(helpline.ask_here("link", "list", "--retired")) == [FOUND[0]]
    (again,) = helpline.ask_here("link", "add", ref, FOUND[0])["added"]
    assert (again["link"], again["retired_at"], bool(again["next_check_at"])) == (1, None, True)


def test_nothing_is_added_to_a_closed_case_and_its_links_are_watched_no_longer(helpline: Helpline) -> None:
    ref = helpline.opened(FOUND[0])
    assert helpline.ask_here("case", "close", ref) == {"closed": ref}
    said = helpline.here("link", "add", ref, FOUND[1], "--json")
    assert (said.code, said.out) == (2, "")
    assert said.err == f"pehra: {ref} is closed: open a new case for these links\n"
    assert (helpline.ask_here("link", "list"), helpline.ask_here("status")["due"]) == ([], 0)
    assert urls(helpline.ask_here("link", "list", "--case", ref)) == [FOUND[0]]
    assert helpline.here("case", "close", ref).code == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(["link", "add", "C-222222", FOUND[1]], "no case of that reference", id="adding to no case"),
        pytest.param(["link", "add", "{ref}", "--from", "none.txt"], "the file cannot be read", id="a file not there"),
        pytest.param(["link", "add", "{ref}"], "give addresses, or --from FILE", id="nothing to add"),
        pytest.param(["link", "list", "--case", "C-222222"], "no case of that reference", id="listing no case"),
        pytest.param(["link", "retire", "7"], "no link of that number", id="retiring no link"),
    ],
)
def test_an_error_tells_no_address_but_those_just_typed(helpline: Helpline, words: list[str], says: str) -> None:
    ref = helpline.opened(FOUND[0])
    said = helpline.here(*[word.format(ref=ref) for word in words])
    assert (said.code, said.out) == (2, "")
    assert says in said.err
    assert "share.example" not in said.err
