"""One visit while it is judged: what is read from it is kept, and the first to ask pays."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any
from urllib.parse import SplitResult

from crawler import notices, phrases
from crawler.document import Document
from crawler.likeness import SITE_PICTURE, Print, Reading, digest
from crawler.page import Page
from crawler.verdict.addresses import parts
from crawler.verdict.markers import fits
from crawler.verdict.parts import Baseline, Missing, Others
from platforms.sheet import Engine, Marker, Sheet
from platforms.words import Verdict

SITE_NAME_WORDS = 4
SITE_NAME_CHARS = 3


@dataclass(frozen=True)
class Look:
    """One visit while it is judged; what is read from it is kept."""

    page: Page
    sheet: Sheet | None
    known: Baseline | None
    missing: Missing | None
    engines: Sequence[Engine] = ()
    others: Others | None = None

    @cached_property
    def document(self) -> Document:
        """The page as signs are read from it."""
        found: Document = _read_once(self.page, "document", lambda: Document(self.page))
        return found

    @cached_property
    def asked(self) -> SplitResult:
        """Where the visit began."""
        return parts(self.page.url)

    @cached_property
    def final(self) -> SplitResult:
        """Where it ended."""
        return parts(self.page.final_url)

    @cached_property
    def engine(self) -> Engine | None:
        """What the site runs on, where no sheet describes it."""
        if self.sheet is not None or not self.engines:
            return None
        found: Engine | None = _read_once(self.page, "engine", self._recognised)
        return found

    def _recognised(self) -> Engine | None:
        return next((engine for engine in self.engines if any(fits(self, sign) for sign in engine.sign)), None)

    @cached_property
    def markers(self) -> tuple[Marker, ...]:
        """The markers of the sheet or engine that this page fits."""
        described = self.sheet or self.engine
        return tuple(marker for marker in described.marker if fits(self, marker)) if described else ()

    @property
    def described_as(self) -> str:
        """How rules about the sheet or engine as a whole begin."""
        return self.sheet.id if self.sheet else f"engine.{self.engine.id}" if self.engine else "generic"

    def marked(self, verdict: Verdict) -> Marker | None:
        """Give the first marker that fits and shows this."""
        return next((marker for marker in self.markers if marker.shows is verdict), None)

    @property
    def status_is_marked(self) -> bool:
        """Whether a marker that fits speaks of this very status, so that the status alone says nothing else."""
        return any(self.page.status in marker.status for marker in self.markers)

    @property
    def moved(self) -> bool:
        """Whether the visit ended elsewhere than it began, and elsewhere than when the content was last live."""
        ends = (self.page.url, self.known.final_url if self.known else None)
        if self.page.final_url in ends:
            return False
        return self.print_known is None or self.print_known.final != digest(self.page.final_url)

    @property
    def elsewhere(self) -> bool:
        """Whether it moved to another path; a slash at the end makes none."""
        return self.moved and self.final.path.rstrip("/") != self.asked.path.rstrip("/")

    @property
    def print_known(self) -> Print | None:
        """What the page was known by when it was live."""
        return self.known.print if self.known else None

    @cached_property
    def print(self) -> Print:
        """What this page is known by."""
        found: Print = _read_once(self.page, "print", lambda: Reading(self.page, self.document).print)
        return found

    @cached_property
    def sign_of_gone(self) -> str | None:
        """The rule by which the title or main heading says that the content is gone."""
        if self.title_says_removed:
            return "title"
        if self.h1_says(phrases.REMOVED) or self.h1_says(notices.REMOVED):
            return "heading"
        return "heading" if self.h1_says(phrases.REMOVED_IF_SITE_FOLLOWS) else None

    @cached_property
    def content_signs(self) -> bool:
        """Whether the page names a picture, a film or an article as its content; a site's logo is none."""
        metas = self.document.metas
        if any(metas.get(name) for name in _CONTENT_METAS):
            return True
        if metas.get("og:type", "").lower().startswith(("video", "article", "music")):
            return True
        picture = metas.get("og:image") or metas.get("og:image:url") or metas.get("twitter:image")
        return bool(picture) and not SITE_PICTURE.search(picture or "")

    def title_says(self, words: frozenset[str]) -> bool:
        """Whether the whole title, or what stands before a site's name, is one of these."""
        return any(start in words for start, _ in self._title_starts)

    @property
    def title_says_removed(self) -> bool:
        """Whether the title says that the content is gone."""
        return any(
            start in phrases.REMOVED
            or start in notices.REMOVED
            or (start in phrases.REMOVED_IF_SITE_FOLLOWS and (not rest or self._is_site(rest)))
            for start, rest in self._title_starts
        )

    def heading_says(self, words: frozenset[str]) -> bool:
        """Whether a heading is one of these."""
        return any(phrases.plain(heading) in words for heading in self.document.headings)

    def h1_says(self, words: frozenset[str]) -> bool:
        """Whether a main heading says so; a page with many of them is a list, and one entry proves nothing."""
        headings = self.document.h1
        return len(headings) <= 2 and any(phrases.plain(heading) in words for heading in headings)

    @cached_property
    def _title_starts(self) -> tuple[tuple[str, str], ...]:
        """The whole title, and the title before each thing that may be a site's name: (words, name)."""
        title = self.document.title[:300]
        starts = [(phrases.plain(title), "")]
        for cut in islice(_SEPARATOR.finditer(title), 6):
            rest = phrases.plain(title[cut.end() :])
            if len(rest.split()) <= SITE_NAME_WORDS and (":" not in cut[0] or self._is_site(rest)):
                starts.append((phrases.plain(title[: cut.start()]), rest))
        return tuple(start for start in starts if start[0])

    def _is_site(self, words: str) -> bool:
        name = words.replace(" ", "")
        host = re.sub(r"[.-]", "", self.final.hostname or "")
        own = phrases.plain(self.document.metas.get("og:site_name", ""))
        return words == own != "" or (len(name) >= SITE_NAME_CHARS and name in host)


def _read_once(page: Page, name: str, read: Callable[[], Any]) -> Any:  # noqa: ANN401
    """Keep with a page what is read from it and nothing else, for a visit may be judged more than once."""
    kept = page.__dict__
    if name not in kept:
        kept[name] = read()
    return kept[name]


def slim(page: Page) -> None:
    """Let go of a page's trees while it waits, and keep what was read in them."""
    document: Document | None = page.__dict__.get("document")
    if document is not None:
        document.slim()


def let_go(page: Page) -> None:
    """Forget what was read from a page; it holds the page, and is ten times as large."""
    for name in ("document", "print", "engine"):
        page.__dict__.pop(name, None)


_CONTENT_METAS = (
    "og:video", "og:video:url", "og:video:secure_url", "og:audio", "article:published_time", "twitter:player",
    "twitter:player:stream", "video:duration",
)  # fmt: skip
_SEPARATOR = re.compile(r"\s+-{1,2}\s+|\s*[|·•—–»«]\s*|\s*:\s+")
