"""What one page of a source holds, whatever kind of document it is: media, words, and where it leads."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from casebook.vocabulary import SourceKind
from crawler.document import Document, squeeze
from crawler.feeds import Feed, read_feed
from crawler.following import links_in
from crawler.media import Kind, Medium, kind_of, media_in, unique
from crawler.page import Page

TEXT_CHARS = 200_000
PIECES = 2_000


class Said(NamedTuple):
    """Some words of a page: `place` is title, text or file."""

    place: str
    words: str


@dataclass(frozen=True)
class Reading:
    """What a page holds. `following` go on with the list, `deeper` lead away from it; `scripts` would show more."""

    media: tuple[Medium, ...] = ()
    said: tuple[Said, ...] = ()
    following: tuple[str, ...] = ()
    deeper: tuple[str, ...] = ()
    scripts: bool = False

    def joined(self, other: "Reading") -> "Reading":
        """Give what either look shows, this one's first."""
        return Reading(
            tuple(unique([*self.media, *other.media])),
            tuple(dict.fromkeys([*self.said, *other.said])),
            tuple(dict.fromkeys([*self.following, *other.following])),
            tuple(dict.fromkeys([*self.deeper, *other.deeper])),
        )


def read(page: Page, kind: SourceKind) -> Reading:
    """Read one answer; of one that is a picture or film itself, that is all there is."""
    content = page.headers.get("content-type", "").strip().lower()
    if content.startswith(("image/", "video/")) and "svg" not in content:
        is_film = content.startswith("video/") or kind_of(page.final_url) is Kind.FILM
        return Reading((Medium((page.final_url,), Kind.FILM if is_film else Kind.PICTURE),))
    feed = read_feed(page)
    if feed is not None:
        return _of_feed(feed)
    document = Document(page)
    if not document.is_html:
        return Reading()
    links = links_in(document, page.final_url, folder=kind is SourceKind.FOLDER)
    media = media_in(document, page.final_url)
    deeper = () if kind is SourceKind.THREAD else links.deeper
    scripts = not page.rendered and (links.grows or document.is_script_shell)
    return Reading(tuple(media), tuple(_said(document, media)), links.following, deeper, scripts)


def _of_feed(feed: Feed) -> Reading:
    said = tuple(Said("text", words) for words in feed.texts[:PIECES] if words)
    return Reading(feed.media, said, feed.following, feed.entries)


def _said(document: Document, media: list[Medium]) -> Iterator[Said]:
    """Give the words of a page, those that name the whole first."""
    for words in (
        document.title,
        *(document.metas.get(name, "") for name in ("og:title", "og:description", "description")),
    ):
        if words:
            yield Said("title", words[:1_000])
    yield from (Said("title", words) for words in document.headings)
    yield from (Said("file", one.label) for one in media if one.label)
    for node in islice(document.select("figcaption, [class*=caption i], [aria-label]"), 500):
        words = squeeze(node.text() or node.attributes.get("aria-label") or "")[:1_000]
        if words:
            yield Said("text", words)
    yield Said("text", document.all_text[:TEXT_CHARS])
