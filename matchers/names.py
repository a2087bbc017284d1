"""References to a person in a page's text, in Latin and Urdu script."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a watched word is; the same words as the casebook's NameKind."""

    NAME = "name"
    HANDLE = "handle"
    LABEL = "label"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Name:
    """One thing to look for; `key` is the caller's own number for it."""

    key: int
    kind: Kind
    words: str


@dataclass(frozen=True, slots=True)
class Mention:
    """One reference: `score` 0 to 100; `where` is the span (start, end) in the text that was given."""

    key: int
    kind: Kind
    score: float
    where: tuple[int, int]


class Watch:
    """Names compiled once, then looked for in many texts. Names of one person belong into one watch."""

    def __init__(self, names: Sequence[Name]) -> None:
        raise NotImplementedError

    def mentions(self, text: str) -> list[Mention]:
        """Find references, best first, one for each key and place; a common name only with a second sign near."""
        raise NotImplementedError
