"""Where a sweep of a source begins: its address, a search for each name, or a handle's page on each platform."""

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from casebook.sources import PLACE, Sweep
from casebook.vocabulary import SourceKind
from platforms.registry import Registry

NAMES_ASKED = 20


def starts(sweep: Sweep, registry: Registry) -> list[str]:
    """Give the addresses a sweep begins at; none where a search has no name to ask for."""
    if sweep.kind is SourceKind.HANDLE:
        return list(dict.fromkeys(one.visit for one in registry.profiles(sweep.url)))
    if sweep.kind is SourceKind.SEARCH:
        return list(dict.fromkeys(searches(sweep.url, sweep.names)))
    return [sweep.url]


def searches(template: str, names: Sequence[str]) -> Iterator[str]:
    """Put each name into a search's address, escaped."""
    for name in names[:NAMES_ASKED]:
        yield template.replace(PLACE, quote(name, safe=""))
