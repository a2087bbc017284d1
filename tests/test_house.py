"""Laws of the house that can be held by reading the tree."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOT_OURS = {".git", ".venv", "data", "build", "__pycache__", "node_modules"}
CLOCKLESS = ("platforms", "matchers", "casebook", "crawler", "reporters")

# Web paths such as example.net/home/a, and patterns of them, are no paths of a machine.
MACHINE_PATH = re.compile(r"(?<![\w./^)}\]])/(?:work|root|Users|opt|home/\w+)/\w")
INDEX = re.compile(r"p[y]pi\.org|p[y]thonhosted\.org|--(?:extra-)?index-url|--find-links|--trusted-host", re.IGNORECASE)

CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today"} | {
    f"time.{name}" for name in ("time", "time_ns", "localtime", "gmtime", "ctime", "strftime")
}
DICE = {"random", "secrets", "uuid.uuid1", "uuid.uuid4", "os.urandom"}


def ours() -> Iterator[Path]:
    """Every text file of the project."""
    for path in sorted(ROOT.rglob("*")):
        inside = path.relative_to(ROOT).parts
        hidden = any(part in NOT_OURS or part.endswith(("_cache", ".egg-info", ".hypothesis")) for part in inside)
        if path.is_file() and not hidden and b"\0" not in path.read_bytes()[:1024]:
            yield path


def machine_words(text: str) -> list[str]:
    return [line for line in text.splitlines() if MACHINE_PATH.search(line) or INDEX.search(line)]


def dotted(node: ast.expr, names: dict[str, str]) -> str:
    """Spell out what is called, imports undone: `datetime.datetime.now`."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value, names)}.{node.attr}"
    return names.get(node.id, "") if isinstance(node, ast.Name) else ""


def imported(tree: ast.AST) -> dict[str, str]:
    """Names in a module and what they stand for."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {(alias.asname or alias.name): alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {(alias.asname or alias.name): f"{node.module}.{alias.name}" for alias in node.names}
    return names


def reads_clock_or_rolls_dice(source: str) -> list[str]:
    """Calls that read a clock or roll dice; a generator with a seed is no dice, and time.monotonic only measures."""
    tree = ast.parse(source)
    names = imported(tree)
    calls = [dotted(node.func, names) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [
        call
        for call in calls
        if call.removeprefix("datetime.") in CLOCKS
        or call in DICE
        or (call.split(".")[0] in DICE and not call.endswith((".Random", ".compare_digest")))
    ]


def requirements() -> list[str]:
    """The lock's entries, each with the hashes that follow it."""
    return re.split(r"\n(?=[A-Za-z0-9])", (ROOT / "requirements.lock").read_text("utf-8").strip())


def dependency_lines() -> list[str]:
    lines = (ROOT / "pyproject.toml").read_text("utf-8").splitlines()
    declared = tomllib.loads("\n".join(lines))
    wanted = [*declared["project"]["dependencies"], *declared["dependency-groups"]["dev"]]
    return [next(line for line in lines if line.strip().startswith(f'"{one}"')) for one in wanted]


def test_no_file_names_this_machine_or_an_index() -> None:
    found = {path.name: machine_words(path.read_text("utf-8")) for path in ours() if path != Path(__file__)}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        pytest.param("see /root/notes", True, id="a folder of root's"),
        pytest.param("'/home/amina/pehra'", True, id="somebody's folder"),
        pytest.param("pip install --index-url x", True, id="an index"),
        pytest.param("https://share.example/home/amina/file", False, id="a web address"),
        pytest.param("pattern = '^/home/(?P<id>.+)/x'", False, id="a pattern of web addresses"),
        pytest.param("#!/usr/bin/env bash", False, id="a path every machine has"),
    ],
)
def test_machine_words_are_told_from_addresses(text: str, *, named: bool) -> None:
    assert bool(machine_words(text)) is named


@pytest.mark.parametrize("package", CLOCKLESS)
def test_time_and_chance_are_arguments(package: str) -> None:
    sources = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in (ROOT / package).rglob("*.py")}
    found = {name: reads_clock_or_rolls_dice(source) for name, source in sources.items()}
    assert {name: calls for name, calls in found.items() if calls} == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        pytest.param("from datetime import datetime, UTC\ndatetime.now(UTC)", True, id="now"),
        pytest.param("import datetime as d\nd.date.today()", True, id="today, under another name"),
        pytest.param("from time import time as t\nt()", True, id="time, under another name"),
        pytest.param("import random\nrandom.random()", True, id="dice"),
        pytest.param("from secrets import token_hex\ntoken_hex()", True, id="dice for secrets"),
        pytest.param("import random\nrandom.Random(7)", False, id="dice with a seed"),
        pytest.param("import time\ntime.monotonic()", False, id="a stopwatch"),
        pytest.param("def act(now, random):\n    now()\n    random.random()", False, id="handed in"),
    ],
)
def test_clocks_and_dice_are_recognised(source: str, *, found: bool) -> None:
    assert bool(reads_clock_or_rolls_dice(source)) is found


def test_everything_locked_has_a_hash_and_no_address() -> None:
    entries = requirements()
    assert len(entries) > 20
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert [entry.split()[0] for entry in entries if "://" in entry] == []


def test_everything_declared_is_locked() -> None:
    locked = {entry.split("==")[0].lower().replace("_", "-") for entry in requirements()}
    declared = {re.split(r'[">=<\[]', line.strip().lstrip('"'))[0].lower() for line in dependency_lines()}
    assert declared - locked == set()


def test_every_dependency_has_its_reason() -> None:
    assert [line for line in dependency_lines() if not re.search(r"# .*\w \w", line)] == []
