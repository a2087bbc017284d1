"""The signs of platforms and engines: every condition that a marker gives must hold, the cheap ones first."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from crawler.document import squeeze
from crawler.verdict.addresses import path_and_query
from platforms import patterns
from platforms.sheet import Sign

if TYPE_CHECKING:
    from crawler.verdict.look import Look


def _status_fits(look: "Look", marker: Sign) -> bool:
    return not marker.status or look.page.status in marker.status


def _addresses_fit(look: "Look", marker: Sign) -> bool:
    if marker.asked is not None and not patterns.search(marker.asked, path_and_query(look.asked)):
        return False
    if marker.path is not None and not patterns.search(marker.path, path_and_query(look.final)):
        return False
    if marker.elsewhere and not look.elsewhere:
        return False
    if marker.hop is None:
        return True
    way = (look.page.final_url, *(url for hop in look.page.hops for url in (hop.url, hop.location)))
    return any(patterns.search(marker.hop, url) for url in way)


def _header_fits(look: "Look", marker: Sign) -> bool:
    if marker.header is None:
        return True
    name, _, text = marker.header.partition(":")
    value = look.page.headers.get(name.strip().lower())
    return value is not None and text.strip().lower() in value.lower()


def _title_fits(look: "Look", marker: Sign) -> bool:
    return marker.title is None or patterns.search(marker.title, look.document.title)


def _css_fits(look: "Look", marker: Sign) -> bool:
    if marker.css is None:
        return True
    return any(_holds(node.text(), marker.says) for node in look.document.select(marker.css))


def _meta_fits(look: "Look", marker: Sign) -> bool:
    if marker.meta is None:
        return True
    content = look.document.metas.get(marker.meta.lower())
    return content is not None and _holds(content, marker.says)


def _script_fits(look: "Look", marker: Sign) -> bool:
    if marker.script is None or marker.at is None:
        return True
    return _value_fits(look.document.json_in(marker.script, marker.at), marker)


def _reply_fits(look: "Look", marker: Sign) -> bool:
    return marker.reply is None or _value_fits(look.document.json_reply(marker.reply), marker)


def _value_fits(value: object | None, marker: Sign) -> bool:
    if marker.equals:
        return any(type(value) is type(wanted) and value == wanted for wanted in marker.equals)  # True is not 1 here
    if marker.says is not None:
        return isinstance(value, str) and _holds(value, marker.says)
    return value is not None


def _holds(text: str, wanted: str | None) -> bool:
    return wanted is None or squeeze(wanted).casefold() in squeeze(text).casefold()


_CHECKS: tuple[Callable[["Look", Sign], bool], ...] = (
    _status_fits, _addresses_fit, _header_fits, _title_fits, _meta_fits, _css_fits, _script_fits, _reply_fits,
)  # fmt: skip


def fits(look: "Look", marker: Sign) -> bool:
    """Whether a page shows this sign."""
    for check in _CHECKS:  # noqa: SIM110  # `all` takes half as long again, and every page is held to every engine
        if not check(look, marker):
            return False
    return True
