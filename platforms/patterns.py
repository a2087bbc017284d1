"""Regular expressions of sheets: tried when loaded, and bounded in time whenever they are matched."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import import_module
from time import thread_time
from typing import Any

import regex

MATCHED_S = 0.1  # after which a pattern counts as one that does not fit
TRIED_S = 0.05
TIMES = (8, 12, 16, 20, 24)  # so often a part is repeated when tried; what doubles its work each time is told by then
MANY = 10

_parser: Any = import_module("re._parser")  # reads a pattern into its parts; private, and the only one there is
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT")
_SIGNS = "a0 A-_/.é\n\0"


def search(pattern: str, text: str) -> bool:
    """Whether the pattern fits anywhere in the text; False where that cannot be told in time."""
    try:
        return _compiled(pattern).search(text, timeout=MATCHED_S) is not None
    except TimeoutError:
        return False


def groups(pattern: str, text: str) -> dict[str, str | None] | None:
    """Give the named groups of a pattern that fits at the text's start; None where it does not, or not in time."""
    try:
        found = _compiled(pattern).match(text, timeout=MATCHED_S)
    except TimeoutError:
        return None
    return None if found is None else found.groupdict()


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> Any:  # noqa: ANN401  # ships no types
    return regex.compile(pattern)


@lru_cache(maxsize=4096)
def flaw(pattern: str) -> str | None:
    """Say why a pattern cannot be used: it is none, or it backtracks for ever on a text made for it."""
    try:
        plain, fits = re.compile(pattern), regex.compile(pattern)
        hard = sorted(set(_hard_texts(list(_parser.parse(pattern)), "")))
    except (re.error, regex.error, OverflowError, RecursionError) as error:
        return f"not a regular expression: {error}"
    if any(_takes_long(plain, fits, before, part) for before, part in hard):
        return "backtracks for ever: a repeated part repeats within itself in more than one way"
    return None


def _takes_long(plain: re.Pattern[str], fits: Any, before: str, part: str) -> bool:  # noqa: ANN401
    """Try a text that fits the part more and more often; both engines, for where one is clever the other is not."""
    for times in TIMES:
        text = before + part * times + "\0"
        began = thread_time()
        plain.search(text)
        if thread_time() - began > TRIED_S:
            return True
    try:
        fits.search(before + part * TIMES[-1] * 2 + "\0", timeout=TRIED_S * 4)
    except TimeoutError:
        return True
    return False


def _hard_texts(parts: Iterable[Any], before: str) -> Iterator[tuple[str, str]]:
    """Give for each part that may be repeated what fits before it, and what fits it once."""
    for kind, what in parts:
        if str(kind) in _REPEATS and int(what[1]) >= MANY:
            for most in (0, 1):
                yield before, _sample(what[2], most)
        for inner in _inside(kind, what):
            yield from _hard_texts(inner, before)
        before += _sample([(kind, what)], 1)


def _inside(kind: Any, what: Any) -> list[Any]:  # noqa: ANN401
    name = str(kind)
    if name in _REPEATS or name == "POSSESSIVE_REPEAT":
        return [what[2]]
    if name == "SUBPATTERN":
        return [what[-1]]
    if name == "ATOMIC_GROUP":
        return [what]
    return list(what[1]) if name == "BRANCH" else []


def _sample(parts: Iterable[Any], most: int) -> str:
    """Make a text that fits; parts that may be left out are there `most` times."""
    text = ""
    for kind, what in parts:
        name = str(kind)
        if name == "LITERAL":
            text += chr(what)
        elif name in ("IN", "NOT_LITERAL", "ANY"):
            text += _sign(kind, what)
        elif inner := _inside(kind, what):
            text += _sample(inner[0], most) * (max(int(what[0]), most) if name.endswith("_REPEAT") else 1)
    return text


def _sign(kind: Any, what: Any) -> str:  # noqa: ANN401
    """Give a sign of a class."""
    for part, value in what if str(kind) == "IN" else ():
        if str(part) == "LITERAL" and what[0] != (_parser.NEGATE, None):
            return chr(value)
        if str(part) == "RANGE" and what[0] != (_parser.NEGATE, None):
            return chr(value[0])
    holder = _parser.SubPattern(_parser.State(), [(kind, what)])
    fits = import_module("re._compiler").compile(holder)
    return next((sign for sign in _SIGNS if fits.fullmatch(sign)), "a")
