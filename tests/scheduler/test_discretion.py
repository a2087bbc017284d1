"""Law 4: no address, name or note outside the sealed columns, however loudly the monitor speaks and whatever it meets."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.helpline import ONCE, Helpline, until
from tests.web.server import Web

HOST, PLACE, QUERY, NOTE, OFFICER = "planted-host", "planted-place", "planted-query", "planted note", "planted officer"
PLANTED = [HOST, PLACE, QUERY, NOTE, OFFICER, "127.0.0."]
LOUD = {
    **ONCE,
    "LOGGING__LEVEL": "DEBUG",
    "CRAWLER__ANSWER_TIME_S": "2",
    "CRAWLER__VISIT_TIME_S": "4",
    "MONITOR__LINGER_S": "0",
}
PATHS = [
    "/", "/up", "/gone/404", "/gone/410", "/notice", "/moved", "/to-home", "/login-wall", "/rate-limited", "/challenge",
    "/challenge/503", "/slow", "/drip", "/drip/head", "/drop", "/midway", "/script", "/script/notice", "/loop", "/bomb",
    "/bomb/twice", "/headers", "/bad-encoding", "/bad-encoding/gzip", "/endless", "/picture", "/nowhere",
]  # fmt: skip
HOSTS = 10
FAILING = f"""
import sys
from crawler import pipelines
from scheduler import workers
def stumble(page, *_):
    raise {{kind}}("could not read " + page.url)
pipelines.{{where}} = stumble
sys.exit(workers.main())
"""


@dataclass
class Heard:
    """Everything that could have been overheard, by where."""

    said: dict[str, str]
    files: dict[str, bytes]
    verdicts: dict[str, str]


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Heard]:
    with Web(HOSTS) as web:
        yield overheard(Helpline(tmp_path_factory.mktemp("d"), LOUD), web)


def overheard(helpline: Helpline, web: Web) -> Heard:
    tail = f"{PLACE}?{QUERY}=1"
    urls = [web.url(f"{path.rstrip('/')}/{tail}", host=number % HOSTS) for number, path in enumerate(PATHS)]
    urls += [web.refused_url(f"/{tail}"), web.no_such_name_url(f"/{tail}").replace("nobody-here", HOST)]
    urls += [web.tls_url(f"/up/{tail}")]
    temporary = helpline.folder / "t"
    temporary.mkdir()
    helpline.settings["TEMPORARY"] = ""
    helpline.ask("init", "--officer", OFFICER)
    ref = helpline.ask("case", "open", "--note", NOTE)["case"]
    assert helpline.ask("link", "add", ref, *urls)["refused"] == []
    return Heard({}, {}, {})
