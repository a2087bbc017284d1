"""All platform sheets, and which of them an address belongs to."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Formatter
from typing import Self

from platforms import patterns
from platforms.address import AddressRefused, Parts, name_of, normalise, parts_of, without
from platforms.hosts import canonical_host
from platforms.reading import SheetRefused, read
from platforms.sheet import Engine, Permalink, Sheet

__all__ = ["Identified", "Registry", "SheetRefused"]


@dataclass(frozen=True, slots=True)
class Identified:
    """What an address is: its platform if known, its one spelling, and what to visit to see it."""

    platform: str | None
    canonical: str
    visit: str
    permalink: Permalink | None = None


class Registry:
    """The sheets, found by id or by host; and the engines, for hosts that no sheet claims."""

    def __init__(self, sheets: Iterable[Sheet], engines: Iterable[Engine] = ()) -> None:
        """Hold these sheets and engines.

        Raises:
            SheetRefused: two of them have one id, or claim one host.
        """
        self.engines = tuple(engines)
        self._sheets: dict[str, Sheet] = {}
        self._by_host: dict[str, Sheet] = {}
        for sheet in sheets:
            if sheet.id in self._sheets:
                raise SheetRefused(f"two sheets have the id {sheet.id!r}")
            self._sheets[sheet.id] = sheet
            self._claim(sheet)

    @classmethod
    def load(cls, folder: Path | None = None) -> Self:
        """Read our sheets, then the helpline's own; theirs replaces ours of the same id.

        Raises:
            SheetRefused: a file that is no sheet, or two sheets that claim one host.
        """
        sheets = _sheets_in(files("platforms") / "sheets")
        if folder is not None:
            if not folder.is_dir():
                raise SheetRefused(f"{folder}: no such folder of platform sheets")
            sheets |= _sheets_in(folder)
        return cls(sheets.values(), [read(file, Engine) for file in _files_in(files("platforms") / "engines")])

    def __iter__(self) -> Iterator[Sheet]:
        return iter(self._sheets.values())

    def __deepcopy__(self, _: object) -> Self:
        """Give itself: it never changes, and Scrapy copies its settings with all that is in them, for each spider."""
        return self

    def __len__(self) -> int:
        return len(self._sheets)

    def sheet(self, platform: str) -> Sheet | None:
        """Give the sheet of this id; None where there is none."""
        return self._sheets.get(platform)

    def identify(self, url: str) -> Identified:
        """Tell platform, canonical address and address to visit.

        Fragments that were kept stay: they may be the key to the content.

        Raises:
            AddressRefused: not an address that can be watched.
        """
        parts = parts_of(url)
        sheet = self._sheet_for(parts.host)
        if sheet is None:
            return Identified(None, str(parts), str(parts))
        parts = parts._replace(query=without(parts.query, sheet.drops))
        for permalink in sheet.permalink:
            found = patterns.groups(permalink.pattern, _matched(permalink, parts))
            if found is not None:
                canonical = _filled(permalink.canonical, permalink, found, parts)
                visit = _filled(permalink.visit, permalink, found, parts) if permalink.visit else canonical
                return Identified(sheet.id, canonical, visit, permalink)
        return Identified(sheet.id, str(parts), str(parts))

    def profiles(self, handle: str) -> list[Identified]:
        """Give where an account of this name would be on every platform that has names like it."""
        places = ((one, sheet) for sheet in self for one in sheet.profile)
        fitting = (one for one, _ in places if patterns.groups(one.handles, handle) is not None)
        return [self.identify(one.address.replace("{handle}", handle)) for one in fitting]

    def _claim(self, sheet: Sheet) -> None:
        for host in sheet.hosts:
            other = self._by_host.setdefault(_host_key(host), sheet)
            if other is not sheet:
                raise SheetRefused(f"the sheets {other.id!r} and {sheet.id!r} both claim the host {host!r}")

    def _sheet_for(self, host: str) -> Sheet | None:
        if host in self._by_host:
            return self._by_host[host]
        labels = host.split(".")
        above = (".".join(labels[cut:]) for cut in range(1, len(labels)))
        return next((self._by_host[f"*.{name}"] for name in above if f"*.{name}" in self._by_host), None)


def _host_key(host: str) -> str:
    star = "*." if host.startswith("*.") else ""
    name = host.removeprefix("*.")
    return star + canonical_host(f"[{name}]" if name.count(":") > 1 and not name.startswith("[") else name)


def _matched(permalink: Permalink, parts: Parts) -> str:
    """Give path and query; with `//host` before and `#fragment` behind where the pattern asks for them."""
    text = parts.path if parts.query is None else f"{parts.path}?{parts.query}"
    if _takes_fragment(permalink) and parts.fragment is not None:
        text += f"#{parts.fragment}"
    return f"//{parts.host}{text}" if permalink.pattern.startswith("^//") else text


def _takes_fragment(permalink: Permalink) -> bool:
    return "#" in permalink.pattern


def _filled(template: str, permalink: Permalink, found: Mapping[str, str | None], parts: Parts) -> str:
    groups = {name: value or "" for name, value in found.items()}
    address = template.format_map({**groups, "host": parts.site, "scheme": parts.scheme})
    kept = [item for item in (parts.query or "").split("&") if item and name_of(item) in permalink.keeps]
    if kept:
        address += ("&" if "?" in address else "?") + "&".join(kept)
    left = None if _takes_fragment(permalink) else parts.fragment
    return normalise(address if left is None else f"{address}#{left}")


def _sheets_in(folder: Traversable) -> dict[str, Sheet]:
    sheets: dict[str, Sheet] = {}
    for file in _files_in(folder):
        sheet = read(file, Sheet)
        _check_hosts(file.name, sheet)
        _check_templates(file.name, sheet)
        if sheet.id in sheets:
            raise SheetRefused(f"{file.name}: another sheet in this folder has the id {sheet.id!r}")
        sheets[sheet.id] = sheet
    return sheets


def _files_in(folder: Traversable) -> list[Traversable]:
    return sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)


def _check_hosts(name: str, sheet: Sheet) -> None:
    for place, host in enumerate(sheet.hosts):
        try:
            _host_key(host)
        except AddressRefused:
            raise SheetRefused(f"{name}: hosts.{place}: impossible host {host!r}") from None


def _check_templates(name: str, sheet: Sheet) -> None:
    """Refuse a template that its pattern cannot fill, here rather than at the first link."""
    for place, permalink in enumerate(sheet.permalink):
        known: Mapping[str, int] = re.compile(permalink.pattern).groupindex
        for template in filter(None, (permalink.canonical, permalink.visit)):
            unknown = _fields(name, place, template) - known.keys() - {"host", "scheme"}
            if unknown:
                raise SheetRefused(f"{name}: permalink.{place}: no group named {', '.join(sorted(unknown))}")


def _fields(name: str, place: int, template: str) -> set[str]:
    try:
        return {field for _, field, _, _ in Formatter().parse(template) if field is not None}
    except ValueError as error:
        raise SheetRefused(f"{name}: permalink.{place}: {error}") from None
