"""Where a list goes on: its next page, numbered pages, the pages of its pictures; and whether scripts lengthen it."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from crawler.document import Document, squeeze
from crawler.media import absolute, base_of, kind_of

LINKS_READ = 4_000
TEXT_CHARS = 60

# What the link to the next page says; "next" in languages that helplines of the region and their abusers' sites use.
_NEXT_WORDS = {
    *("next", "next page", "next »", "next >", "next ›", "next →", "older", "older posts", "older entries", "more"),
    *("load more", "show more", "more posts", "»", "›", ">", "→", ">>", "اگلا", "اگلا صفحہ", "آگے", "مزید", "التالي"),
    *("الصفحة التالية", "المزيد", "بعدی", "صفحه بعد", "अगला", "अगला पृष्ठ", "आगे", "पुराने पोस्ट", "পরবর্তী", "suivant"),
    *("suivante", "page suivante", "siguiente", "página siguiente", "weiter", "nächste", "nächste seite", "próxima"),
    *("próximo", "successivo", "далее", "следующая", "вперед", "sonraki", "下一页", "下一頁", "次へ", "다음"),
    *("selanjutnya", "berikutnya"),
}
_NEXT_NAMES = re.compile(
    r"(?:^|[\s_-])(?:next|older|load-?more|show-?more|pagination-next|nextpostslink)(?=$|[\s_-])", re.IGNORECASE
)
_NO_LIST = re.compile(
    r"(?:^|[\s_-])(?:calendar|day|month|date|slide|slider|carousel|lightbox|related)(?=$|[\s_-])", re.IGNORECASE
)
_GROWS = (
    "[data-infinite-scroll], [infinite-scroll], [data-infinite], [class*=infinite-scroll i], [data-next-page], "
    "[class*=infinitescroll i], [class*=load-more i]:not(a), button[class*=loadmore i], [id*=load-more i]:not(a)"
)
_GROWING_SCRIPT = re.compile(
    r"IntersectionObserver|infinite[-_]?scroll|scrollHeight|onscroll|addEventListener\(.scroll", re.IGNORECASE
)
_DIGITS = re.compile(r"\d+")
_PAGED = re.compile(r"(?:^|[/?&._-])(?:page|paged|pg|p|seite|pagina|offset|start|from|skip|o|s)[=/_-]?$", re.IGNORECASE)
_KEYED = re.compile(r"(?:^|[/?&])(?:year|month|day|date|week|y|m|d|w)[=/]?$", re.IGNORECASE)


class Links(NamedTuple):
    """Where a page leads.

    `following`: further pages of the same list, the next one first. `deeper`: pages that pictures on it lead to, or
    the folders in a folder. `grows`: the list is lengthened by scripts.
    """

    following: tuple[str, ...]
    deeper: tuple[str, ...]
    grows: bool = False


class _Link(NamedTuple):
    node: LexborNode
    url: str
    text: str


def links_in(document: Document, url: str, *, folder: bool = False) -> Links:
    """Read where a page leads; addresses absolute, in their one spelling, each once.

    Args:
        folder: what lies below counts, as in a list of files.
    """
    links = list(_links(document, url))
    following = dict.fromkeys([*_marked(document, url), *_named(links), *_numbered(links, url)])
    following.pop(url, None)
    deeper = dict.fromkeys(_below(links, url) if folder else _behind_pictures(links))
    for one in (*following, url):
        deeper.pop(one, None)
    return Links(tuple(following), tuple(deeper), _grows(document))


def _links(document: Document, url: str) -> Iterator[_Link]:
    base = base_of(url, next((node.attributes.get("href") for node in document.select("base[href]")), None))
    for node in islice(document.select("a[href], area[href]"), LINKS_READ):
        href = (node.attributes.get("href") or "").strip()
        if not href or href.startswith("#") or kind_of(href) is not None:
            continue
        target = absolute(href, base)
        if target is not None:
            yield _Link(node, target, squeeze(node.text()[: TEXT_CHARS * 4])[:TEXT_CHARS].lower())


def _marked(document: Document, url: str) -> Iterator[str]:
    """Take what the markup itself calls the next page."""
    for node in document.select('link[rel~="next" i][href], a[rel~="next" i][href], [data-next-url]'):
        target = absolute(node.attributes.get("href") or node.attributes.get("data-next-url") or "", url)
        if target is not None:
            yield target


def _named(links: Iterable[_Link]) -> Iterator[str]:
    for link in links:
        attributes = link.node.attributes
        spoken = (attributes.get("aria-label") or attributes.get("title") or "").strip().lower()
        names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"[:300]
        if (link.text in _NEXT_WORDS or spoken in _NEXT_WORDS or _NEXT_NAMES.search(names)) and not _is_in_no_list(
            link.node
        ):
            yield link.url


def _numbered(links: list[_Link], url: str) -> list[str]:
    """Take links whose text is a number and whose address is this page's, or their own kind's, with another number."""
    numbered = [(int(link.text), link.url) for link in links if _is_number(link.text) and not _is_in_no_list(link.node)]
    mine = shape_of(url)
    taken = [(number, one) for number, one in numbered if _is_page_number(one, number) or shape_of(one) == mine]
    return [one for _, one in sorted(dict.fromkeys(taken))]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 6


def _is_page_number(url: str, number: int) -> bool:
    """Tell whether the address counts pages: `page=2`, `/page/2`, `start=40`."""
    tail = url[len("https://") :]
    for found in _DIGITS.finditer(tail):
        before = tail[: found.start()]
        if _KEYED.search(before):
            return False
        if _PAGED.search(before) and (int(found[0][:9]) in (number, number - 1) or int(found[0][:9]) % 5 == 0):
            return True
    return False


def shape_of(url: str) -> str:
    """Give an address with every number in it as one sign: pages of one list have one shape."""
    return _DIGITS.sub("0", url)


def _behind_pictures(links: Iterable[_Link]) -> Iterator[str]:
    """Take links that have a picture for their face."""
    for link in links:
        if link.node.css_first("img, picture, video, [style*=background i], [data-bg]") is not None:
            yield link.url


def _below(links: Iterable[_Link], url: str) -> Iterator[str]:
    """Take what lies below this folder, as lists of files show it; never what lies above, or the list sorted anew."""
    here = url.partition("?")[0]
    folder = here if here.endswith("/") else f"{here}/"
    for link in links:
        if link.url.startswith(folder) and link.url != folder and "?" not in link.url[len(folder) :]:
            yield link.url


def _is_in_no_list(node: LexborNode) -> bool:
    """Tell a calendar's days and a slider's dots from the pages of a list."""
    parent: LexborNode | None = node
    for _ in range(8):
        if parent is None:
            return False
        attributes = parent.attributes
        if parent.tag not in ("html", "body") and _NO_LIST.search(
            f"{attributes.get('class') or ''} {attributes.get('id') or ''}"[:300]
        ):
            return True
        parent = parent.parent
    return False


def _grows(document: Document) -> bool:
    if document.select(_GROWS):
        return True
    return any(
        _GROWING_SCRIPT.search(node.text()[:50_000]) for node in islice(document.select("script:not([src])"), 20)
    )


def host_of(url: str) -> str:
    """Give host and port of an address in its one spelling."""
    return urlsplit(url).netloc
