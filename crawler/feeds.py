"""RSS, Atom and JSON feeds: entries, what they show, and where the feed goes on. Bounded, and never raising."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from lxml import etree

from crawler.document import Document
from crawler.media import Kind, Medium, absolute, kind_of, media_in, unique
from crawler.page import Page

ENTRIES = 500
START = (b"<?xml", b"<rss", b"<feed", b"<rdf")
NAMES = ("rss", "feed", "rdf")
HTML_IN = ("description", "summary", "content", "encoded")
TEXT_IN = ("title", "author", "creator", "name", "category", "description", "summary")


@dataclass(frozen=True)
class Feed:
    """What one document of a feed holds: pages its entries lead to, what they show, what they say, where it goes on."""

    entries: tuple[str, ...] = ()
    media: tuple[Medium, ...] = ()
    texts: tuple[str, ...] = ()
    following: tuple[str, ...] = ()


def read_feed(page: Page) -> Feed | None:
    """Read a feed; None where the answer is none."""
    start = page.body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"{"):
        return _json_feed(page)
    if not start.startswith(START) or b"<html" in start:
        return None
    return _xml_feed(page)


def _xml_feed(page: Page) -> Feed | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True, load_dtd=False)
    try:
        root = etree.fromstring(page.body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root is None or _name(root) not in NAMES:
        return None
    entries: list[str] = []
    media: list[Medium | None] = []
    texts: list[str] = []
    for entry in islice((one for one in root.iter() if _name(one) in ("item", "entry")), ENTRIES):
        if (link := _link(entry)) and (url := absolute(link, page.final_url)):
            entries.append(url)
        for part in entry.iter():
            media += _media_of(part, page)
            texts += _texts_of(part)
    return Feed(tuple(dict.fromkeys(entries)), tuple(unique(media)), tuple(texts), tuple(_following(root, page)))


def _name(element: Any) -> str:  # noqa: ANN401  # lxml's elements, comments among them
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _link(entry: Any) -> str | None:  # noqa: ANN401
    for part in entry:
        if _name(part) == "link" and part.get("rel", "alternate") == "alternate":
            return str(part.get("href") or part.text or "").strip() or None
    return None


def _media_of(part: Any, page: Page) -> Iterator[Medium | None]:  # noqa: ANN401
    name, kind = _name(part), (part.get("type") or "") if isinstance(part.tag, str) else ""
    url = part.get("url") or part.get("href") if isinstance(part.tag, str) else None
    if name == "enclosure" or (name == "link" and part.get("rel") == "enclosure"):
        yield _medium(url, page, film=kind.startswith("video/"), said=kind.startswith(("video/", "image/")))
    elif name == "content" and url:
        film = kind.startswith("video/") or part.get("medium") == "video"
        yield _medium(url, page, film=film, said=True)
    elif name == "thumbnail" and url:
        yield _medium(url, page, film=False, said=True)
    elif name in HTML_IN and (text := _inner(part)) and "<" in text:
        yield from media_in(_document(text, page), page.final_url)


def _medium(url: str | None, page: Page, *, film: bool, said: bool) -> Medium | None:
    target = absolute(url, page.final_url) if url else None
    if target is None or not (said or kind_of(target)):
        return None
    is_film = film or kind_of(target) is Kind.FILM
    return Medium((target,), Kind.FILM if is_film else Kind.PICTURE)


def _inner(part: Any) -> str:  # noqa: ANN401
    if len(part):
        return str(etree.tostring(part, encoding="unicode", method="html"))[:200_000]
    return (part.text or "")[:200_000]


def _document(text: str, page: Page) -> Document:
    return Document(
        replace(page, body=text.encode("utf-8", "replace"), headers={"content-type": "text/html; charset=utf-8"})
    )


def _texts_of(part: Any) -> Iterator[str]:  # noqa: ANN401
    if _name(part) in TEXT_IN and part.text:
        text = part.text[:5_000]
        yield " ".join(
            (Document(Page("", "", body=text.encode("utf-8", "replace"))).own_text if "<" in text else text).split()
        )


def _following(root: Any, page: Page) -> Iterator[str]:  # noqa: ANN401
    for part in root.iter():
        if (
            _name(part) == "link"
            and part.get("rel") == "next"
            and (url := absolute(part.get("href") or "", page.final_url))
        ):
            yield url


def _json_feed(page: Page) -> Feed | None:
    """Source: JSON Feed 1.1."""
    try:
        data = json.loads(page.body[:5_000_000])
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or not isinstance(data.get("items"), list) or "version" not in data:
        return None
    entries, media, texts = [], [], []
    for item in data["items"][:ENTRIES]:
        if not isinstance(item, dict):
            continue
        entries += [url for one in _strings(item, "url") if (url := absolute(one, page.final_url))]
        media += [_medium(one, page, film=False, said=True) for one in _strings(item, "image", "banner_image")]
        media += [_attached(one, page) for one in item.get("attachments") or [] if isinstance(one, dict)]
        media += [
            one for text in _strings(item, "content_html") for one in media_in(_document(text, page), page.final_url)
        ]
        texts += _strings(item, "title", "summary", "content_text")
    following = [url for one in _strings(data, "next_url") if (url := absolute(one, page.final_url))]
    return Feed(tuple(dict.fromkeys(entries)), tuple(unique(media)), tuple(texts), tuple(following))


def _attached(attachment: dict[str, Any], page: Page) -> Medium | None:
    kind = str(attachment.get("mime_type") or "")
    urls = _strings(attachment, "url")
    return (
        _medium(urls[0], page, film=kind.startswith("video/"), said=kind.startswith(("video/", "image/")))
        if urls
        else None
    )


def _strings(data: dict[str, Any], *keys: str) -> list[str]:
    return [data[key] for key in keys if isinstance(data.get(key), str)]
