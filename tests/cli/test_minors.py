"""Law 6: of a minor's link nothing is fetched beyond what tells that it is up."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.helpline import ONCE, Helpline
from tests.web.server import Web

BODY_BYTES = 800_000
OTHERS_BYTES = 50_000_000  # what is read of a page that is not a minor's
# What may be on its way when we hang up: the server's own buffers, and those of a socket at each end.
BUFFERED_BYTES = 400_000
MEDIA = ["/film/1", "/film/image", "/film/unnamed"]
PATHS = [*MEDIA, "/to-film/2", "/endless/1", "/up/1", "/script/1", "/gone/404/1"]


@dataclass
class Seen:
    """A minor's case after one look, and the web it was looked at on."""

    links: dict[str, dict[str, Any]]
    web: Web
    helpline: Helpline


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    limits = {"CRAWLER__MINOR_BODY_BYTES": str(BODY_BYTES), "CRAWLER__BODY_BYTES": str(OTHERS_BYTES)}
    helpline = Helpline(tmp_path_factory.mktemp("minor"), {**ONCE, **limits})
    with Web(len(PATHS)) as web:
        helpline.opened(*(web.url(path, host=number) for number, path in enumerate(PATHS)), minor=True)
        looked = helpline.ask("check", "--all")["links"]
        yield Seen(dict(zip(PATHS, looked, strict=True)), web, helpline)


def most_unread_bytes() -> int:
    """What the system may take for a socket that has read for a while, before its reader gets to hanging up."""
    return int(Path("/proc/sys/net/ipv4/tcp_rmem").read_text().split()[2])


@pytest.mark.parametrize("path", [*MEDIA, "/film/2"])
def test_of_a_picture_or_a_film_only_the_headers_are_taken(seen: Seen, path: str) -> None:
    assert seen.web.hits(path) == 1
    assert seen.web.bytes_served(path) < BUFFERED_BYTES


def test_of_a_page_no_more_is_read_than_tells_that_it_is_up(seen: Seen) -> None:
    assert seen.web.hits("/endless/1") == 1
    assert seen.web.bytes_served("/endless/1") < min(BODY_BYTES + BUFFERED_BYTES + most_unread_bytes(), OTHERS_BYTES)


def test_nothing_that_a_page_names_is_asked_for_and_no_browser_looks(seen: Seen) -> None:
    assert (seen.web.hits("/script/1"), seen.web.hits("/article.js")) == (1, 0)
    assert seen.links["/script/1"]["verdict"] == "unclear"
    assert seen.helpline.rows("SELECT DISTINCT rendered FROM 'check'") == [(0,)]


def test_it_is_still_told_what_is_up_and_what_is_gone(seen: Seen) -> None:
    told = {path: link["verdict"] for path, link in seen.links.items()}
    assert told == {
        **dict.fromkeys(["/film/1", "/film/image", "/to-film/2", "/endless/1", "/up/1"], "live"),
        **dict.fromkeys(["/film/unnamed", "/script/1"], "unclear"),
        "/gone/404/1": "removed",
    }
