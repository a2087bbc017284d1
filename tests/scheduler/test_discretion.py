"""Law 4: no address, name or note outside the sealed columns, however loudly the monitor speaks and whatever it meets."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from crawler.browser import find_browser
from tests.helpline import ONCE, PATIENCE_S, Helpline, until
from tests.web.server import Web

HOST, PLACE, QUERY, NOTE, OFFICER = "planted-host", "planted-place", "planted-query", "planted note", "planted officer"
PLANTED = [HOST, PLACE, QUERY, NOTE, OFFICER, "127.0.0."]
LOUD = {
    **ONCE,
    "LOGGING__LEVEL": "DEBUG",
    "CRAWLER__ANSWER_TIME_S": "12",
    "CRAWLER__VISIT_TIME_S": "24",
    "MONITOR__LINGER_S": "0",
}
PATHS = [
    "/up", "/gone/404", "/gone/410", "/notice", "/moved", "/to-home", "/login-wall", "/rate-limited", "/challenge",
    "/challenge/503", "/slow", "/drip", "/drip/head", "/drop", "/midway", "/script", "/script/notice", "/loop", "/bomb",
    "/bomb/twice", "/headers", "/bad-encoding", "/bad-encoding/gzip", "/endless", "/picture", "/nowhere",
]  # fmt: skip
GONE = ["/gone/404", "/gone/410", "/notice", "/nowhere"]
HOSTS = 10

STUMBLING = """
import importlib, sys
where, words, *rest = sys.argv[1:]
module, _, name = where.rpartition(".")
while True:
    try:
        holder = importlib.import_module(module)
        break
    except ModuleNotFoundError:
        module, _, outer = module.rpartition(".")
        name = f"{outer}.{name}"
*outers, name = name.split(".")
for outer in outers:
    holder = getattr(holder, outer)
def stumble(*_, **__):
    raise RuntimeError("stumbled over " + words)
setattr(holder, name, stumble)
sys.argv[1:] = rest
from cli.main import main as command
from scheduler.workers import main as worker
sys.exit(worker() if "--owner" in rest else command())
"""


@dataclass
class Heard:
    """Everything that could have been overheard, by where."""

    said: str
    files: dict[str, bytes]
    verdicts: dict[str, str]
    left: list[str]


@pytest.fixture(scope="module")
def heard() -> Iterator[Heard]:
    """In a folder with a short name: Chromium's sockets lie below it, and the system allows them 107 characters."""
    with TemporaryDirectory() as folder, Web(HOSTS) as web:
        yield overheard(Helpline(Path(folder), LOUD), web)


def overheard(helpline: Helpline, web: Web) -> Heard:
    tail = f"{PLACE}?{QUERY}=1"
    urls = [web.url(f"{path.rstrip('/')}/{tail}", host=number % HOSTS) for number, path in enumerate(PATHS)]
    urls += [web.refused_url(f"/{tail}"), web.no_such_name_url(f"/{tail}").replace("nobody-here", HOST)]
    urls += [web.tls_url(f"/up/{tail}")]
    temporary = helpline.folder / "t"
    temporary.mkdir()
    helpline.surroundings["TMPDIR"] = str(temporary)
    helpline.ask("init", "--officer", OFFICER)
    ref = helpline.ask("case", "open", "--note", NOTE)["case"]
    assert helpline.ask("link", "add", ref, *urls)["refused"] == []
    files: dict[str, bytes] = {}

    def all_seen() -> bool:
        files.update(contents(helpline.folder))
        return bool(helpline.one("SELECT count(DISTINCT address_id) FROM 'check'") == len(urls))

    with helpline.monitor() as monitor:
        until("everything was looked at", all_seen)
        assert monitor.stop() == 0
    files.update(contents(helpline.folder))
    seen = {link["url"]: link["verdict"] for link in helpline.ask("link", "list")}
    verdicts = dict(zip([*PATHS, "refused", "dns", "tls"], map(seen.get, urls), strict=True))
    return Heard(monitor.said, files, verdicts, [file.name for file in temporary.iterdir()])


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, sockets and what goes away meanwhile left out; the file's own name counts too."""
    found = {}
    for path in folder.rglob("*"):
        with suppress(OSError):
            if path.is_file():
                found[str(path.relative_to(folder))] = path.name.encode() + path.read_bytes()
    return found


def test_what_tells_nothing_is_no_removal_and_takes_nothing_down(heard: Heard) -> None:
    told = dict(heard.verdicts)
    assert {told.pop("/bomb"), told.pop("/bomb/twice")} <= {
        "unclear",
        "unreachable",
    }  # a slow machine sends no whole one
    assert told == {
        **dict.fromkeys(GONE, "removed"),
        **dict.fromkeys(["/up", "/moved", "/picture", "/bad-encoding", "/endless"], "live"),
        **dict.fromkeys(["/rate-limited", "/challenge", "/challenge/503"], "blocked"),
        **dict.fromkeys(["/to-home", "/loop", "/headers", "/bad-encoding/gzip"], "unclear"),
        **dict.fromkeys(["/slow", "/drip", "/drip/head", "/drop", "/midway", "refused", "dns", "tls"], "unreachable"),
        "/login-wall": "restricted",
        **dict.fromkeys(["/script", "/script/notice"], "unclear"),
        **({"/script": "live", "/script/notice": "removed"} if find_browser("auto") else {}),
    }


@pytest.mark.parametrize("word", PLANTED)
def test_nothing_of_an_address_or_a_name_is_said(heard: Heard, word: str) -> None:
    assert "the monitor watches" in heard.said
    assert word not in heard.said


@pytest.mark.parametrize("word", PLANTED)
def test_nothing_of_an_address_or_a_name_lies_in_any_file_or_its_name(heard: Heard, word: str) -> None:
    assert {"home/pehra.sqlite3", "home/pehra.sqlite3-wal", "home/monitor.key"} <= set(heard.files)
    assert [name for name, data in heard.files.items() if word.encode() in data] == []


def test_a_browser_leaves_nothing_behind(heard: Heard) -> None:
    assert heard.left == []


@pytest.mark.parametrize(
    ("stumbles", "code", "says"),
    [
        pytest.param("crawler.pipelines.judge", 0, "could not be judged (RuntimeError)", id="while judging a page"),
        pytest.param("crawler.spiders.recheck.unpack", 0, "could not be read (RuntimeError)", id="while reading one"),
        pytest.param("casebook.visits.record", 1, "the worker failed (RuntimeError)", id="while writing"),
        pytest.param("casebook.visits.lease", 1, "the worker failed (RuntimeError)", id="before the first visit"),
        pytest.param("scheduler.workers.os.kill", 0, "nobody caught an exception (RuntimeError)", id="in a thread"),
    ],
)
def test_a_worker_that_fails_says_what_failed_and_nothing_else(
    tmp_path: Path, web: Web, stumbles: str, code: int, says: str
) -> None:
    helpline = Helpline(tmp_path, LOUD)
    url = web.url(f"/up/{PLACE}?{QUERY}")
    helpline.opened(url)
    with subprocess.Popen(
        [sys.executable, "-c", STUMBLING, stumbles, url, "--home", str(helpline.home), "--owner", "worker-1"],
        cwd=tmp_path, env=helpline.environment({}), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        stdin=subprocess.DEVNULL if stumbles.endswith("kill") else subprocess.PIPE,
    ) as process:  # fmt: skip
        try:
            process.wait(PATIENCE_S)
        finally:
            process.kill()
        out, err = process.communicate()
    assert (process.returncode, out) == (code, "")
    assert says in err
    assert [word for word in [*PLANTED, "Traceback"] if word in err] == []
    assert helpline.one("SELECT count(*) FROM address WHERE lease IS NULL AND due_at IS NOT NULL") == 1


def test_a_command_that_fails_says_where_and_nothing_else(tmp_path: Path) -> None:
    helpline = Helpline(tmp_path)
    helpline.opened()
    with subprocess.Popen(
        [sys.executable, "-c", STUMBLING, "casebook.links.list_links", PLACE, "link", "list"],
        cwd=tmp_path, env=helpline.environment({}), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out) == (1, "")
    assert re.fullmatch(r"pehra: a fault of Pehra's own \(RuntimeError at cli/link.py:\d+\); please .*\n", err)
