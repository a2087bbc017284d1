"""The address that cannot exist beside one that does: its answer shows what a site says of what is missing."""

import re
import string
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

LEAST_SIGNS = 10  # so many drawn by chance meet nothing that exists
MOST_SIGNS = 60
_ID_NAMES = ("id", "v", "p", "pid", "tid", "post", "photo", "img", "image", "video", "file", "story", "item", "key")
_SCRIPT = re.compile(
    r"(?:^|/)(?:[\w-]+\.(?:php|aspx?|cgi|jsp|pl)|index|view|watch|show|viewtopic|item)?$", re.IGNORECASE
)
_ENDING = re.compile(r"\.[a-zA-Z][a-zA-Z0-9]{1,4}$")
_HEX = re.compile(r"[0-9a-f-]{8,}", re.IGNORECASE)


@dataclass(frozen=True)
class Sibling:
    """An address of the same directory and shape; `shape` is one text for all that share both."""

    url: str
    shape: str


def sibling(url: str, chance: Callable[[], float]) -> Sibling | None:
    """Make the sibling of an address that cannot exist; None where there is nothing to replace.

    Args:
        chance: numbers from 0 to below 1.
    """
    found = _taken_apart(url)
    return None if found is None else Sibling(found[1](chance), found[0])


def shape_of(url: str) -> str | None:
    """Give the shape alone, which costs no chance; None where there is nothing to replace."""
    found = _taken_apart(url)
    return None if found is None else found[0]


def is_alike(url: str, other: str) -> bool:
    """Whether two addresses are of one directory and kind, so that what the one holds tells of the other.

    Words are names of pages such as `/terms` as well; only a digit tells that they are not.
    """
    shape = shape_of(url)
    if shape is None or shape != shape_of(other) or url == other:
        return False
    return "{word}" not in shape or any(sign.isdigit() for sign in _named(other)[-MOST_SIGNS:])


def _named(url: str) -> str:
    """Give the part of an address that says which; "" where there is none."""
    parts = urlsplit(url)
    place = _id_in_query(parts)
    return _last_part(parts.path)[1] if place is None else parts.query.split("&")[place].partition("=")[2]


def _taken_apart(url: str) -> tuple[str, Callable[[Callable[[], float]], str]] | None:
    """Give an address's shape, and what makes its sibling."""
    try:
        parts = urlsplit(url)
        host = parts.netloc
    except ValueError:
        return None
    place = _id_in_query(parts)
    if place is not None:
        items = parts.query.split("&")
        name, _, value = items[place].partition("=")
        head, tail = items[:place], items[place + 1 :]
        shape = f"{host}{parts.path}?{name}={_shape(value)}"
        return shape, lambda chance: _put(
            parts, parts.path, "&".join([*head, f"{name}={_other(value, chance)}", *tail])
        )
    before, last, after = _last_part(parts.path)
    if not last:
        return None
    shape = f"{host}{before}{_shape(last)}{after}"
    return shape, lambda chance: _put(parts, f"{before}{_other(last, chance)}{after}", parts.query)


def _put(parts: SplitResult, path: str, query: str) -> str:
    return urlunsplit((parts.scheme, parts.netloc, path, query, ""))


def _last_part(path: str) -> tuple[str, str, str]:
    after = "/" if path.endswith("/") else ""
    before, _, last = path.rstrip("/").rpartition("/")
    ending = _ENDING.search(last)
    if ending and ending.start() > 0:
        return f"{before}/", last[: ending.start()], ending[0] + after
    return f"{before}/", last, after


def _id_in_query(parts: SplitResult) -> int | None:
    """Find the parameter that says which: only where the path names a program or nothing."""
    if not parts.query or not _SCRIPT.search(parts.path):
        return None
    named = [item.partition("=") for item in parts.query.split("&")]
    known = [n for n, (name, _, value) in enumerate(named) if name.lower() in _ID_NAMES and value]
    looks = [n for n, (_, _, value) in enumerate(named) if any(sign.isdigit() for sign in value)]
    return next(iter(known or looks), None)


def _shape(text: str) -> str:
    if text.isdigit():
        return "{number}"
    return "{hex}" if _HEX.fullmatch(text) else "{word}"


def _other(text: str, chance: Callable[[], float]) -> str:
    """Draw a text of the same alphabet and length; a short one is made longer, for its neighbours may exist."""
    if text.isascii() and text.isdigit():
        length = max(len(text) + 1, LEAST_SIGNS)
        return _drawn("1", chance) + "".join(_drawn(string.digits, chance) for _ in range(min(length, 19) - 1))
    if _HEX.fullmatch(text):
        return "".join(one if one == "-" else _drawn("0123456789abcdef", chance) for one in text[:MOST_SIGNS])
    signs = [_like(one, chance) for one in text[:MOST_SIGNS]]
    while sum(one.isalnum() for one in signs) < LEAST_SIGNS:
        signs.append(_drawn(string.ascii_lowercase, chance))
    return "".join(signs)


def _like(one: str, chance: Callable[[], float]) -> str:
    if one in string.digits:
        return _drawn(string.digits, chance)
    if one in string.ascii_uppercase:
        return _drawn(string.ascii_uppercase, chance)
    return one if one in "-_.~" else _drawn(string.ascii_lowercase, chance)


def _drawn(signs: str, chance: Callable[[], float]) -> str:
    return signs[min(int(chance() * len(signs)), len(signs) - 1)]
