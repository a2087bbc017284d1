import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from tests.books import copied


@dataclass(frozen=True)
class Answer:
    """How one command ended, and what it said."""

    code: int
    out: str
    err: str


class Staff:
    """A home, and staff who type commands; each runs as the program does, in this process."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def type(self, *words: object, who: str = "amina", stdin: bytes = b"") -> Answer:
        argv, read = sys.argv, sys.stdin
        sys.argv = ["pehra", "--home", str(self.home), "--officer", who, *map(str, words)]
        sys.stdin = io.TextIOWrapper(io.BytesIO(stdin))
        out, err, code = io.StringIO(), io.StringIO(), 0
        try:
            with redirect_stdout(out), redirect_stderr(err):
                main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            sys.argv, sys.stdin = argv, read
        return Answer(code, out.getvalue(), err.getvalue())

    def ask(self, *words: object, who: str = "amina", stdin: bytes = b"") -> Any:
        """Type a command that must succeed, and give the one document it prints."""
        said = self.type(*words, "--json", who=who, stdin=stdin)
        assert said.code == 0, said
        return json.loads(said.out)

    def refused(self, *words: object, who: str = "amina", stdin: bytes = b"") -> str:
        """Type a command that was asked wrongly, and give the one sentence it says."""
        said = self.type(*words, who=who, stdin=stdin)
        assert (said.code, said.out) == (2, ""), said
        assert said.err.startswith("pehra: "), said
        assert said.err.count("\n") == 1, said
        return said.err.removeprefix("pehra: ").strip()


@pytest.fixture
def staff(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Staff:
    for name in ("PEHRA_HOME", "PEHRA_CONFIG", "PEHRA_OFFICER", "PEHRA_PASSPHRASE_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    copied(_begin, tmp_path / "home")
    return Staff(tmp_path / "home")


def _begin(home: Path) -> None:
    assert Staff(home).type("init").code == 0


@pytest.fixture
def case(staff: Staff) -> str:
    ref: str = staff.ask("case", "open")["case"]
    return ref
