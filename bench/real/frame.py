"""What every piece of real software is played with: a helpline that is asked, servers that end, and how to get the software.

A file beside this one is one piece of software: `NAME`, what it needs (`PACKAGES` of Debian or `WHEELS`, and `HERE`, the files by which it is
known to be installed), and `play(place)`, which publishes, removes, hides and moves things, and says after each turn what a
person would accept.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
from tests.helpline import ONCE, Helpline  # noqa: E402

READY_S, STEP_S = 60.0, 240.0
KEPT = Path(tempfile.gettempdir()) / "pehra-real-sites"  # installed wheels, so that a second run is quick
TEXT = (
    "Start early in the morning, before the day grows hot. Measure twice, and write the numbers down. A neighbour who has done "
    "this before is worth ten books. What is left over keeps for a week in a cool place."
)
GONE_WORDS = ("This post was removed.", "Page not found?", "404 Not Found", "This video is no longer available.")


class CannotStart(Exception):
    """What is missing here, in words."""


@dataclass(frozen=True)
class Turn:
    """What was done to one page, the verdicts that a person would accept then, and what was said."""

    page: str
    about: str
    expected: tuple[str, ...]
    verdict: str
    because: str

    @property
    def right(self) -> bool:
        return self.verdict in self.expected

    @property
    def false(self) -> bool:
        return not self.right and self.verdict in ("live", "removed")


class Judge:
    """A helpline of its own, which is asked through the command line alone."""

    def __init__(self, folder: Path, **settings: str) -> None:
        folder.mkdir(parents=True)
        limits = {"CRAWLER__ANSWER_TIME_S": "20", "CRAWLER__VISIT_TIME_S": "60"}
        self._helpline = Helpline(folder, {**ONCE, **limits, **settings})
        self._helpline.ask("init", "--officer", "night shift")
        self._case = self._helpline.ask("case", "open")["case"]
        self._links: dict[str, int] = {}
        self.turns: list[Turn] = []

    def watch(self, urls: Mapping[str, str]) -> None:
        for name, url in urls.items():
            self._links[name] = self._helpline.ask("link", "add", self._case, url)["added"][0]["link"]

    def see(self, about: str, /, **expected: str) -> None:
        """Look at pages by their names; `"removed or unclear"` accepts both."""
        numbers = {self._links[name]: name for name in expected}
        said = self._helpline.ask("check", *map(str, numbers))["links"]
        for link in said:
            name = numbers[link["link"]]
            because = f"{link['because']} [{link['rule']}]"
            self.turns.append(Turn(name, about, tuple(expected[name].split(" or ")), link["verdict"], because))


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Place:
    """Where one piece of software is played: a folder of its own, and everything that it needs."""

    folder: Path
    judge: Judge
    python: str = sys.executable
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def install(packages: list[str], here: list[str]) -> None:
    """Install what is missing of Debian's packages.

    Raises:
        CannotStart: it cannot be had.
    """
    if all(Path(one).exists() if one.startswith("/") else shutil.which(one, path=_path()) for one in here):
        return
    if os.geteuid() != 0:
        raise CannotStart(f"missing here, and only root can install them: {' '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for words in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(["apt-get", *words], env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CannotStart(f"apt-get {words[0]} failed: {done.stderr.strip().splitlines()[-1:]}")


def environment_with(name: str, wheels: list[str]) -> str:
    """Make a Python environment that has these; give its interpreter."""
    python = KEPT / name / "bin" / "python"
    if not (KEPT / name / "done").exists():
        shutil.rmtree(KEPT / name, ignore_errors=True)
        run(sys.executable, "-m", "venv", str(KEPT / name), cwd=ROOT)
        run(str(python), "-m", "pip", "install", "-q", *wheels, cwd=ROOT)
        (KEPT / name / "done").touch()
    return str(python)


def _path() -> str:
    return os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def run(*words: str, cwd: Path, stdin: str = "", **environment: str) -> str:
    done = subprocess.run(
        words, cwd=cwd, input=stdin, capture_output=True, text=True, timeout=STEP_S, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip
    if done.returncode:
        raise CannotStart(f"{Path(words[0]).name} failed: {(done.stderr or done.stdout).strip()[-600:]}")
    return done.stdout


def php(code: str, cwd: Path) -> None:
    file = cwd / "step.php"
    file.write_text(f"<?php $_SERVER['HTTP_HOST'] = 'localhost'; {code}")
    run("php", str(file), cwd=cwd)
    file.unlink()


def until_ready(what: str, ready: Callable[[], object]) -> None:
    deadline = time.monotonic() + READY_S
    while not ready():
        if time.monotonic() > deadline:
            raise CannotStart(f"{what} did not start within {READY_S:.0f} s")
        time.sleep(0.1)


@contextmanager
def process(*words: str, cwd: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server in a group of its own; whatever it started ends with the block."""
    with (cwd / f"{Path(words[0]).name}.log").open("ab") as log:
        started = subprocess.Popen(
            words, cwd=cwd, env={**os.environ, **environment}, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield started
    finally:
        with suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGTERM)
        try:
            started.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()


@contextmanager
def serving(place: Place, *words: str, cwd: Path, **environment: str) -> Iterator[None]:
    """Run a server, and wait until it listens at the place's port."""
    with process(*words, cwd=cwd, **environment):
        until_ready(Path(words[0]).name, lambda: answers(place.port))
        yield


ROUTER = """<?php
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path !== '/' && is_file(__DIR__ . $path)) { return false; }
$_SERVER['SCRIPT_NAME'] = '/index.php';
require __DIR__ . '/index.php';
"""


@contextmanager
def serving_php(place: Place, site: Path, router: str = ROUTER) -> Iterator[None]:
    """Serve a folder of PHP, each file read anew at each request: a cache would show for seconds what was before."""
    (site / "router.php").write_text(router)
    words = (
        "php",
        "-d",
        "opcache.enable=0",
        "-S",
        f"127.0.0.1:{place.port}",
        "-t",
        str(site),
        str(site / "router.php"),
    )
    with serving(place, *words, cwd=site, PHP_CLI_SERVER_WORKERS="4"):
        yield


@contextmanager
def mariadb(folder: Path, *names: str) -> Iterator[tuple[Path, subprocess.Popen[bytes]]]:
    """A MariaDB of our own with these databases; gives its socket."""
    folder.mkdir()
    me = ["--user=root"] if os.geteuid() == 0 else []
    data, at = folder / "data", folder / "sock"
    words = ["--no-defaults", f"--datadir={data}", *me]
    run("mariadb-install-db", *words, "--auth-root-authentication-method=normal", cwd=folder)
    program = shutil.which("mariadbd", path=_path()) or "mariadbd"
    with process(program, *words, f"--socket={at}", "--skip-networking", cwd=folder) as server:
        until_ready("MariaDB", at.exists)
        orders = "".join(
            f"CREATE DATABASE {name}; GRANT ALL ON {name}.* TO site@localhost IDENTIFIED BY 'site';" for name in names
        )
        run("mariadb", "--no-defaults", f"--socket={at}", "-uroot", cwd=folder, stdin=orders)
        yield at, server


def answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def fetched(url: str) -> int:
    """The status that an address answers, for turns that have to be sure of it."""
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
