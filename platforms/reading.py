"""Facts read from a TOML file; what is wrong with it is told with the file, the place and the line."""

import re
import tomllib
from collections.abc import Sequence
from importlib.resources.abc import Traversable
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from platforms.facts import Facts

Read = TypeVar("Read", bound=Facts)

_HEADER = re.compile(r"\s*\[{1,2}\s*([\w.-]+)\s*\]{1,2}")


class SheetRefused(Exception):
    """A sheet that cannot be used; the text names the file, the place and the reason."""


def read(file: Traversable, kind: type[Read]) -> Read:
    """Read one file of facts.

    Raises:
        SheetRefused: it cannot be read, is no TOML, or says what `kind` does not allow.
    """
    text = ""
    try:
        text = file.read_text(encoding="utf-8")
        return kind.model_validate(tomllib.loads(text))
    except (OSError, UnicodeDecodeError) as error:
        raise SheetRefused(f"{file.name}: cannot be read ({type(error).__name__})") from None
    except tomllib.TOMLDecodeError as error:
        raise SheetRefused(f"{file.name}: {error}") from None
    except ValidationError as error:
        lines = text.splitlines()
        raise SheetRefused(f"{file.name}: {'; '.join(_told(one, lines) for one in error.errors())}") from None


def _told(fault: ErrorDetails, lines: Sequence[str]) -> str:
    place = ".".join(map(str, fault["loc"])) or "sheet"
    line = line_of(fault["loc"], lines, fault["input"])
    return f"{place}: {fault['msg']}" + ("" if line is None else f" (line {line})")


def line_of(place: Sequence[str | int], lines: Sequence[str], value: object = None) -> int | None:
    """Give the line, from 1, of a place such as `channel.2.asks.0`; of its table where the key is missing.

    None where the place is the file as a whole.
    """
    start, end, rest = _table(place, lines)
    found = _key(rest, lines, start, end)
    if found is None:
        return start or None
    return _value(value, lines, found, end) or found


def _table(place: Sequence[str | int], lines: Sequence[str]) -> tuple[int, int, Sequence[str | int]]:
    """Follow the tables that a place goes through; give where the last begins (0: the file) and ends, and the rest."""
    start, end, names, rest = 0, len(lines), list[str](), place
    while len(rest) > 1 and isinstance(rest[0], str) and isinstance(rest[1], int):
        heads = _headers(".".join([*names, rest[0]]), lines, start, end)
        if rest[1] >= len(heads):
            break
        names.append(rest[0])
        following = heads[rest[1] + 1 :]
        start, end, rest = heads[rest[1]], following[0] - 1 if following else end, rest[2:]
    return start, end, rest


def _headers(name: str, lines: Sequence[str], start: int, end: int) -> list[int]:
    numbered = enumerate(lines[start:end], start + 1)
    return [number for number, line in numbered if (found := _HEADER.match(line)) and found[1] == name]


def _key(rest: Sequence[str | int], lines: Sequence[str], start: int, end: int) -> int | None:
    if not rest:
        return None
    key = re.compile(rf"\s*{re.escape(str(rest[0]))}\s*=")
    for number, line in enumerate(lines[start:end], start + 1):
        if key.match(line):
            return number
        if _HEADER.match(line):
            return None
    return None


def _value(value: object, lines: Sequence[str], start: int, end: int) -> int | None:
    """Find a text of a list that goes over many lines."""
    if not isinstance(value, str) or not value:
        return None
    written = (f"'{value}'", f'"{value}"')
    numbered = enumerate(lines[start - 1 : end], start)
    return next((number for number, line in numbered if any(one in line for one in written)), None)
