"""Where a sweep of a source begins: its address, a search for each name, or a handle's page on each platform."""

from collections.abc import Iterator, Sequence
from string import Formatter
from urllib.parse import quote

from casebook.sources import Sweep
from casebook.vocabulary import SourceKind
from platforms.address import AddressRefused
from platforms.registry import Registry
from platforms.sheet import Permalink, Sheet

NAMES_ASKED = 20


def starts(sweep: Sweep, registry: Registry) -> list[str]:
    """Give the addresses a sweep begins at; none where a search has no name to ask for."""
    if sweep.kind is SourceKind.HANDLE:
        return profiles(sweep.url, registry)
    if sweep.kind is SourceKind.SEARCH:
        return list(dict.fromkeys(searches(sweep.url, sweep.names)))
    return [sweep.url]


def searches(template: str, names: Sequence[str]) -> Iterator[str]:
    """Put each name into a search's address, escaped; the braces may have been escaped when it was normalised."""
    plain = template.replace("%7Bname%7D", "{name}").replace("%7bname%7d", "{name}")
    for name in names[:NAMES_ASKED]:
        yield plain.replace("{name}", quote(name, safe=""))


def profiles(handle: str, registry: Registry) -> list[str]:
    """Give the address that a handle has on each platform whose sheet knows profiles and takes such a handle."""
    bare = handle.strip().removeprefix("@")
    found = (_profile(bare, sheet, permalink, registry) for sheet in registry for permalink in sheet.permalink)
    return list(dict.fromkeys(url for url in found if url is not None))


def _profile(handle: str, sheet: Sheet, permalink: Permalink, registry: Registry) -> str | None:
    if _fields(permalink) != ["name"] or permalink.keeps:
        return None
    url = permalink.canonical.replace("{name}", quote(handle, safe=""))
    try:
        known = registry.identify(url)
    except AddressRefused:
        return None
    fits = known.platform == sheet.id and known.permalink is permalink
    return known.visit if fits else None


def _fields(permalink: Permalink) -> list[str]:
    return [field for _, field, _, _ in Formatter().parse(permalink.canonical) if field is not None]
