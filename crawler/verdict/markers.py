"""A platform's own signs: every condition that a marker gives must hold, the cheap ones first."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from crawler.document import squeeze
from crawler.verdict.addresses import path_and_query
from platforms import patterns
from platforms.sheet import Marker

if TYPE_CHECKING:
    from crawler.verdict.look import Look


def _status_fits(look: "Look", marker: Marker) -> bool:
    return not marker.status or look.page.status in marker.status


def _addresses_fit(look: "Look", marker: Marker) -> bool:
    if marker.asked is not None and not patterns.search(marker.asked, path_and_query(look.asked)):
        return False
    if marker.path is not None and not patterns.search(marker.path, path_and_query(look.final)):
        return False
    if marker.hop is None:
        return True
    way = (look.page.final_url, *(url for hop in look.page.hops for url in (hop.url, hop.location)))
    return any(patterns.search(marker.hop, url) for url in way)


def _header_fits(look: "Look", marker: Marker) -> bool:
    if marker.header is None:
        return True
    name, _, text = marker.header.partition(":")
    value = look.page.headers.get(name.strip().lower())
    return value is not None and text.strip().lower() in value.lower()


def _title_fits(look: "Look", marker: Marker) -> bool:
    return marker.title is None or patterns.search(marker.title, look.document.title)


def _css_fits(look: "Look", marker: Marker) -> bool:
    if marker.css is None:
        return True
    return any(_holds(node.text(), marker.says) for node in look.document.select(marker.css))


def _meta_fits(look: "Look", marker: Marker) -> bool:
    if marker.meta is None:
        return True
    content = look.document.metas.get(marker.meta.lower())
    return content is not None and _holds(content, marker.says)


def _script_fits(look: "Look", marker: Marker) -> bool:
    if marker.script is None or marker.at is None:
        return True
    value = look.document.json_in(marker.script, marker.at)
    if not marker.equals:
        return value is not None
    return any(type(value) is type(wanted) and value == wanted for wanted in marker.equals)  # True is not 1 here


def _holds(text: str, wanted: str | None) -> bool:
    return wanted is None or squeeze(wanted).casefold() in squeeze(text).casefold()


_CHECKS: tuple[Callable[["Look", Marker], bool], ...] = (
    _status_fits, _addresses_fit, _header_fits, _title_fits, _meta_fits, _css_fits, _script_fits,
)  # fmt: skip


def fits(look: "Look", marker: Marker) -> bool:
    """Whether a page shows this sign."""
    return all(check(look, marker) for check in _CHECKS)
