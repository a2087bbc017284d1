"""A helpline's home under the real command, in processes of its own: for the tests and the demo."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir, closing, contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from casebook import cases, links, officers
from casebook.store import create_book
from casebook.vault import KEY_FILE, make_key, open_vault
from cli.main import main
from platforms.address import site_of
from scheduler.clock import now
from scheduler.home import DATABASE
from tests.warm import PEHRA, Popen

POLL_S = 0.05
PATIENCE_S = 100.0
STOPS_WITHIN_S = 60.0

COMPRESSED = {
    "CRAWLER__ALLOW_NETWORKS": "127.0.0.0/8",
    "CRAWLER__PER_HOST_DELAY_S": "0.05",
    "CRAWLER__ANSWER_TIME_S": "3",
    "CRAWLER__VISIT_TIME_S": "10",
    "CADENCE__LIVE_S": "4",
    "CADENCE__CONFIRM_AFTER_S": "3",
    "CADENCE__SECOND_LOOK_S": "2",
    "CADENCE__REMOVED_S": "4",
    "CADENCE__REMOVED_MAX_S": "5",
    "CADENCE__FAILING_S": "5",
    "CADENCE__FAILING_MAX_S": "8",
    "MONITOR__POLL_S": "1",
    "LOGGING__LEVEL": "WARNING",
}
BRISK = {
    **COMPRESSED,
    "CRAWLER__PER_HOST_DELAY_S": "0",
    "CADENCE__LIVE_S": "1",
    "CADENCE__CONFIRM_AFTER_S": "1",
    "CADENCE__SECOND_LOOK_S": "0.5",
    "CADENCE__REMOVED_S": "1",
    "CADENCE__REMOVED_MAX_S": "1",
    "MONITOR__POLL_S": "0.2",
}
ONCE = {**BRISK, "CADENCE__LIVE_S": "3600", "CADENCE__FAILING_S": "3600", "CADENCE__FAILING_MAX_S": "3600"}


def until(what: str, told: Callable[[], Any], within_s: float = PATIENCE_S) -> Any:
    """Ask until the answer is a true one, and give it."""
    deadline = time.monotonic() + within_s
    while not (answer := told()):
        assert time.monotonic() < deadline, f"in {within_s:.0f} s it did not come about that {what}"
        time.sleep(POLL_S)
    return answer


@dataclass(frozen=True)
class Said:
    """How one command ended, and what it said."""

    code: int
    out: str
    err: str


def document(said: Said) -> Any:
    """What a command that succeeded printed."""
    assert (said.code, said.err) == (0, ""), said
    return json.loads(said.out)


def diagnosis(said: Said) -> dict[str, str]:
    """What the doctor says does not work."""
    return {one["what"]: one["says"] for one in json.loads(said.out)["checks"] if not one["ok"]}


class Monitor:
    """A running `pehra run`; what it says goes to a file."""

    def __init__(self, process: subprocess.Popen[bytes], file: Path) -> None:
        self.process, self._file = process, file

    @property
    def said(self) -> str:
        return self._file.read_text("utf-8")

    def stop(self) -> int:
        """SIGTERM; gives the exit code, and fails when it takes longer than it may."""
        self.process.terminate()
        return self.process.wait(STOPS_WITHIN_S)


class Helpline:
    """One home in a folder of its own, with settings by their names in the environment."""

    def __init__(self, folder: Path, settings: Mapping[str, str] = BRISK) -> None:
        self.folder, self.home, self.settings = folder, folder / "home", dict(settings)
        self.surroundings: dict[str, str] = {}
        self._monitors = 0

    def environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("PEHRA_")}
        known = {f"PEHRA__{name}": value for name, value in {**self.settings, **settings}.items()}
        return {**ours, **known, "PEHRA_HOME": str(self.home), **self.surroundings}

    def start(self, *words: str, **options: Any) -> subprocess.Popen[bytes]:
        """Start a command and leave it to the test."""
        settings = options.pop("settings", {})
        return Popen([PEHRA, *words], cwd=self.folder, env=self.environment(settings), **options)

    def pehra(self, *words: str, stdin: str = "", **settings: str) -> Said:
        """Run a command to its end."""
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        with self.start(*words, settings=settings, **pipes) as process:
            try:
                out, err = process.communicate(stdin.encode(), timeout=PATIENCE_S)
            except BaseException:
                process.kill()
                raise
        return Said(process.returncode, out.decode(), err.decode())

    def here(self, *words: str, stdin: str = "", **settings: str) -> Said:
        """Run a command to its end inside the test's own process, for tables with many rows."""
        out, err, code = StringIO(), StringIO(), 0
        given = SimpleNamespace(buffer=BytesIO(stdin.encode()), isatty=lambda: False)
        with (
            patch.dict(os.environ, self.environment(settings), clear=True), patch("sys.argv", ["pehra", *words]),
            patch("sys.stdin", given), patch("subprocess.Popen", Popen), chdir(self.folder), redirect_stdout(out), redirect_stderr(err),
        ):  # fmt: skip
            try:
                main()
            except SystemExit as ended:
                code = int(ended.code or 0)
        return Said(code, out.getvalue(), err.getvalue())

    def ask_heard(self, *words: str, stdin: str = "") -> Any:
        """Run a command that must succeed, and may mention that notices wait."""
        said = self.pehra(*words, "--json", stdin=stdin)
        return document(Said(said.code, said.out, "" if said.err.endswith("pehra notices\n") else said.err))

    def ask(self, *words: str, stdin: str = "", **settings: str) -> Any:
        """Run a command that must succeed, and give the document it prints."""
        return document(self.pehra(*words, "--json", stdin=stdin, **settings))

    def ask_here(self, *words: str, stdin: str = "", **settings: str) -> Any:
        """The same inside the test's own process."""
        return document(self.here(*words, "--json", stdin=stdin, **settings))

    def opened(self, *urls: str, minor: bool = False) -> str:
        """Make the home, and a case that watches these addresses, without a process for each; gives its reference."""
        at = now()
        self.home.mkdir(exist_ok=True)
        if not (self.home / KEY_FILE).exists():
            make_key(self.home)
        book = create_book(f"sqlite:///{self.home}/{DATABASE}", open_vault(self.home, {}))
        actor = officers.add_first(book, "night shift", at=at)
        ref = cases.open_case(book, actor=actor, at=at, chance=random.SystemRandom(), minor=minor)
        links.add(book, ref, [links.Found(url, None, site_of(url), None) for url in urls], actor=actor, at=at)
        book.engine.dispose()
        return ref

    def opens(self, first: str) -> None:
        """Make the home with a first officer behind a passphrase; the escrow key goes to the drawer."""
        self.drawer.mkdir()
        self.sits_down(first)
        self.ask("init", "--officer", first, "--escrow", str(self.drawer / "escrow.key"))

    def hires(self, name: str, role: str = "officer") -> None:
        """Let whoever sits at the desk add somebody with a passphrase of their own."""
        self.surroundings["PEHRA_NEW_PASSPHRASE_FILE"] = str(self._slip(name))
        self.ask("officer", "add", name, "--role", role)
        del self.surroundings["PEHRA_NEW_PASSPHRASE_FILE"]

    def sits_down(self, name: str) -> None:
        """Act as somebody from now on."""
        self.surroundings = {"PEHRA_OFFICER": name, "PEHRA_PASSPHRASE_FILE": str(self._slip(name))}

    @property
    def drawer(self) -> Path:
        """Where passphrases and the escrow key are: in people's heads, and out of the house."""
        return self.folder / "drawer"

    def _slip(self, name: str) -> Path:
        file = self.drawer / f"{name}.txt"
        file.write_text(f"the long words of {name}\n", "utf-8")
        return file

    @contextmanager
    def monitor(self, **settings: str) -> Iterator[Monitor]:
        """Run the monitor; it and its workers end with the block, however the block ends."""
        self._monitors += 1
        file = self.folder / f"monitor-{self._monitors}.txt"
        with file.open("wb") as out:
            process = self.start("run", settings=settings, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            yield Monitor(process, file)
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOPS_WITHIN_S)
            process.kill()
            process.wait()
            for worker in self.workers():
                os.kill(worker, signal.SIGKILL)

    def workers(self) -> list[int]:
        """The processes that visit for this home (Linux only)."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                words = (process / "cmdline").read_bytes().split(b"\0")
                if b"scheduler.workers" in words and str(self.home).encode() in words:
                    found.append(int(process.name))
        return found

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Read the database file past the program."""
        with closing(sqlite3.connect(f"file:{self.home}/{DATABASE}?mode=ro", uri=True, timeout=10)) as raw:
            return raw.execute(query, values).fetchall()

    def one(self, query: str, *values: Any) -> Any:
        """Read one value."""
        return self.rows(query, *values)[0][0]
