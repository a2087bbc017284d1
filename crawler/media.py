"""Where a page's pictures and films lie: in elements, lazy attributes, metas, JSON-LD, styles, and links to files."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from urllib.parse import unquote, urljoin, urlsplit

from selectolax.lexbor import LexborNode

from crawler.document import Document
from platforms.address import AddressRefused, normalise

MEDIA_OF_A_PAGE = 2_000
WIDE_ENOUGH = 1_280  # pixels; wider copies cost more and tell no more
DOT = 32  # pixels; smaller pictures are icons and tracking dots
STYLE_CHARS = 200_000
JSON_CHARS = 500_000
LABEL_CHARS = 300

PICTURES = ("jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "bmp", "tif", "tiff", "avif", "heic", "heif")
FILMS = ("mp4", "m4v", "webm", "mkv", "mov", "avi", "mpg", "mpeg", "3gp", "wmv", "flv", "ogv", "ts")
_ENDING = re.compile(r"\.([a-z0-9]{2,4})$", re.IGNORECASE)
_NO_MEDIA = ("svg", "ico", "svgz")
_URL_IN_STYLE = re.compile(r"url\(\s*(?:\"([^\"]*)\"|'([^']*)'|([^)\s\"']+))\s*\)", re.IGNORECASE)
_BACKGROUND = re.compile(r"background(?:-image)?\s*:([^;}]*)", re.IGNORECASE)
_SRCSET = re.compile(r"\s*([^\s,]\S*[^\s,]|[^\s,])(?:\s+([\d.]+)([wx]))?\s*(?:,|$)")

LAZY = (
    "data-src", "data-original", "data-lazy-src", "data-lazy", "data-url", "data-image", "data-echo", "data-hi-res-src",
    "data-full", "data-full-src", "data-large", "data-zoom-image", "lazy-src",
)  # fmt: skip
LAZY_SETS = ("data-srcset", "data-lazy-srcset", "data-original-set", "data-src-set", "srcset")
LAZY_GROUNDS = ("data-bg", "data-background", "data-background-image", "data-bg-src")
METAS = {
    **dict.fromkeys(("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src"), True),
    **dict.fromkeys(("og:video", "og:video:url", "og:video:secure_url", "twitter:player:stream"), False),
}
LD_KEYS = ("contentUrl", "thumbnailUrl", "thumbnail", "image", "images", "logo", "photo", "primaryImageOfPage")


class Kind(StrEnum):
    """What is expected at an address; what comes is read from its bytes."""

    PICTURE = "picture"
    FILM = "film"


@dataclass(frozen=True)
class Medium:
    """One picture or film that a page shows.

    `addresses` are where it lies, the best first; the others are asked where that fails. `embedded`: the page itself
    loads it, so that its host serves the site's media; a link to a file proves nothing of its host. `label` is what
    the page calls it.
    """

    addresses: tuple[str, ...]
    kind: Kind
    embedded: bool = True
    label: str | None = None


def media_in(document: Document, base: str) -> list[Medium]:
    """Give the pictures and films of a page, each address once, in the page's order; no icons, no drawings."""
    base = _base(document, base)
    return unique(_absolute(one, base) for one in islice(_found(document), MEDIA_OF_A_PAGE))


def unique(media: Iterable[Medium | None]) -> list[Medium]:
    """Leave out what was there before, going by the best address."""
    kept: list[Medium] = []
    known: set[str] = set()
    for one in media:
        if one is not None and known.isdisjoint(one.addresses[:1]):
            known.update(one.addresses)
            kept.append(one)
    return kept


def kind_of(url: str) -> Kind | None:
    """Tell by an address's ending whether it leads to a picture or a film; None where it does not say."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    names = [parts.path, *(pair.rpartition("=")[2] for pair in parts.query.split("&")[:8])]
    for name in names:
        found = _ENDING.search(unquote(name))
        if found and (ending := found[1].lower()) in PICTURES + FILMS:
            return Kind.PICTURE if ending in PICTURES else Kind.FILM
    return None


def best_of(srcset: str) -> list[str]:
    """Give the addresses of a srcset, the one that is wide enough and no wider first.

    Source: HTML Living Standard, "Srcset attributes".
    """
    sized: list[tuple[float, str]] = []
    for found in islice(_SRCSET.finditer(srcset[:20_000]), 40):
        width = float(found[2]) * (1 if found[3] == "w" else 600) if found[2] and _is_number(found[2]) else 600.0
        sized.append((width, found[1]))
    enough = sorted((one for one in sized if one[0] >= WIDE_ENOUGH), key=lambda one: one[0])
    return [url for _, url in [*enough[:1], *sorted(sized, key=lambda one: -one[0])]]


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def _found(document: Document) -> Iterator[Medium]:
    seen: set[int] = set()
    for node in document.select("a[href]"):
        yield from _linked(node, seen)
    yield from _shown(document, seen)
    yield from _films(document)
    yield from _announced(document)
    yield from _described(document)
    yield from _grounds(document)


def _linked(node: LexborNode, seen: set[int]) -> Iterator[Medium]:
    """Take a link to a file; a picture inside it is the same one, smaller, and asked for if the file fails."""
    href = node.attributes.get("href") or ""
    kind = kind_of(href)
    if kind is None:
        return
    small: list[str] = []
    if kind is Kind.PICTURE:
        for inner in node.css("img, source"):
            small += _candidates(inner)
            seen.add(inner.mem_id)
    label = node.attributes.get("title") or node.attributes.get("download") or node.text()
    yield _medium([href, *small], kind, label=label, embedded=False)


def _shown(document: Document, seen: set[int]) -> Iterator[Medium]:
    for picture in document.select("picture"):
        inner = picture.css("source, img")
        if any(one.mem_id in seen for one in inner):
            continue
        seen.update(one.mem_id for one in inner)
        label = next((one.attributes.get("alt") for one in inner if one.attributes.get("alt")), None)
        yield _medium([url for one in reversed(inner) for url in _candidates(one)], Kind.PICTURE, label=label)
    for node in document.select(
        "img, amp-img, input[type=image], svg image, [data-src][data-lazy], body [data-original]"
    ):
        if node.mem_id not in seen and not _is_dot(node):
            seen.add(node.mem_id)
            attributes = node.attributes
            label = attributes.get("alt") or attributes.get("title")
            yield _medium(_candidates(node), Kind.PICTURE, label=label)


def _films(document: Document) -> Iterator[Medium]:
    for node in document.select("video, amp-video"):
        inner = [node, *node.css("source")]
        urls = [url for one in inner for name in ("src", "data-src") if (url := one.attributes.get(name))]
        yield _medium(urls, Kind.FILM, label=node.attributes.get("title"))
        yield _medium([node.attributes.get("poster") or node.attributes.get("data-poster")], Kind.PICTURE)
    for node in document.select("embed[src], object[data], source[src]"):
        url = node.attributes.get("src") or node.attributes.get("data")
        if url and (kind := kind_of(url)):
            yield _medium([url], kind)


def _announced(document: Document) -> Iterator[Medium]:
    for node in document.select("meta[content]"):
        attributes = node.attributes
        name = (attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or "").lower()
        url = attributes.get("content") or ""
        if name in METAS and (METAS[name] or kind_of(url) is Kind.FILM):
            yield _medium([url], Kind.PICTURE if METAS[name] else Kind.FILM)
    for node in document.select('link[rel="image_src"][href], link[rel="preload"][as="image"][href]'):
        yield _medium([node.attributes.get("href")], Kind.PICTURE)


def _described(document: Document) -> Iterator[Medium]:
    for node in document.select('script[type="application/ld+json"]'):
        try:
            data = json.loads(node.text()[:JSON_CHARS])
        except (ValueError, RecursionError):
            continue
        yield from _in_json(data, 12)


def _in_json(value: object, depth: int) -> Iterator[Medium]:
    if depth == 0:
        return
    if isinstance(value, list):
        for one in value[:500]:
            yield from _in_json(one, depth - 1)
    elif isinstance(value, dict):
        label = value.get("name") or value.get("caption")
        for key, inner in list(value.items())[:200]:
            for url in _texts(inner) if key in LD_KEYS else ():
                is_film = key == "contentUrl" and (value.get("@type") == "VideoObject" or kind_of(url) is Kind.FILM)
                yield _medium([url], Kind.FILM if is_film else Kind.PICTURE, label=label)
            if key in ("image", "images", "thumbnail", "photo", "logo") and isinstance(inner, dict | list):
                yield from (_medium([url], Kind.PICTURE, label=label) for url in _urls_of(inner))
            yield from _in_json(inner, depth - 1)


def _texts(value: object) -> list[str]:
    values = value[:100] if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, str)]


def _urls_of(value: object) -> list[str]:
    values = value[:100] if isinstance(value, list) else [value]
    return [one["url"] for one in values if isinstance(one, dict) and isinstance(one.get("url"), str)]


def _grounds(document: Document) -> Iterator[Medium]:
    names = ", ".join(f"[{name}]" for name in LAZY_GROUNDS)
    for node in document.select(names):
        for name in LAZY_GROUNDS:
            yield _medium([_unwrapped(node.attributes.get(name))], Kind.PICTURE)
    styles = [node.attributes.get("style") or "" for node in document.select('[style*="background" i]')]
    for text in [*styles, *(node.text()[:STYLE_CHARS] for node in document.select("style"))]:
        for ground in _BACKGROUND.finditer(text):
            for url in _URL_IN_STYLE.finditer(ground[1]):
                yield _medium([next(part for part in url.groups() if part is not None)], Kind.PICTURE)


def _unwrapped(text: str | None) -> str | None:
    found = _URL_IN_STYLE.search(text or "")
    return next((part for part in found.groups() if part is not None), None) if found else text


def _candidates(node: LexborNode) -> list[str]:
    """Give the addresses of one picture: what scripts would load first, for `src` is often a placeholder then."""
    attributes = node.attributes
    sets = [url for name in LAZY_SETS if (text := attributes.get(name)) for url in best_of(text)]
    lazy = [attributes.get(name) for name in LAZY]
    plain = [attributes.get("src"), attributes.get("href"), attributes.get("xlink:href")]
    return [url for url in [*sets, *lazy, *plain] if url]


def _is_dot(node: LexborNode) -> bool:
    sides = [(node.attributes.get(name) or "").removesuffix("px") for name in ("width", "height")]
    return any(side.isdecimal() and len(side) < 6 and int(side) < DOT for side in sides)


def _medium(urls: Iterable[str | None], kind: Kind, *, embedded: bool = True, label: object = None) -> Medium:
    words = " ".join(label[: LABEL_CHARS * 4].split())[:LABEL_CHARS] if isinstance(label, str) else ""
    return Medium(tuple(url for url in urls if url), kind, embedded, words or None)


def _absolute(medium: Medium, base: str) -> Medium | None:
    """Resolve the addresses; None where none is left that could be a picture or film of the web."""
    urls = [url for one in medium.addresses[:6] if (url := absolute(one, base)) is not None and not _is_drawing(url)]
    if not urls:
        return None
    return Medium(tuple(dict.fromkeys(urls)), medium.kind, medium.embedded, medium.label)


def absolute(url: str, base: str) -> str | None:
    """Give an address in its one spelling, without its fragment; None where it is none that can be visited."""
    try:
        return normalise(urljoin(base, url.strip()).partition("#")[0])
    except (AddressRefused, ValueError):
        return None


def _is_drawing(url: str) -> bool:
    found = _ENDING.search(urlsplit(url).path)
    return found is not None and found[1].lower() in _NO_MEDIA


def _base(document: Document, url: str) -> str:
    node = next(iter(document.select("base[href]")), None)
    return base_of(url, node.attributes.get("href") if node else None)


def base_of(url: str, href: str | None) -> str:
    """Resolve a page's own `base`, where it has one."""
    try:
        joined = urljoin(url, (href or "").strip())
    except ValueError:
        return url
    return joined if joined.startswith(("http://", "https://")) else url
