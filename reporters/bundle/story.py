"""What a judge reads, as blocks of words: the paper and the page of a bundle are two looks of the same story."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reporters.bundle.contents import Addressed


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 begins a new page on paper."""

    words: str
    level: int = 2


@dataclass(frozen=True)
class Words:
    """A paragraph."""

    words: str


@dataclass(frozen=True)
class Facts:
    """Names and values, one below the other; `large` on the first page."""

    rows: tuple[tuple[str, str], ...]
    large: bool = False


@dataclass(frozen=True)
class Listing:
    """A table; `widths` are shares of the page."""

    columns: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Typed:
    """Lines to be typed or compared letter by letter."""

    lines: tuple[str, ...]


Block = Heading | Words | Facts | Listing | Typed


@dataclass(frozen=True)
class Story:
    """All of it, and what stands at the foot of each page."""

    title: str
    foot: str
    blocks: tuple[Block, ...]


def story(export: Addressed, parts: Iterable[Sequence[Block]]) -> Story:
    """Put the parts together under the case's reference."""
    foot = f"Case {export.case} · export {export.number}{' · redacted' if export.redacted else ''}"
    return Story(f"Evidence of case {export.case}", foot, tuple(block for part in parts for block in part))
