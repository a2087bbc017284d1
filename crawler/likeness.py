"""What is written down of a page so that it is known again: no word of it, only digests and samples of them.

A text is the set of its runs of three words. Of that set the smallest digests are kept, which is a fair sample: the
share of them that a later page holds is the share of the whole text that it holds, whatever else stands around it.
Digits, and words of the page's own address, do not count: dates, counters and "nothing found for ..." change nothing.
"""

import re
import unicodedata
from base64 import b85decode, b85encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from hashlib import blake2b
from itertools import chain
from struct import pack, unpack
from typing import Any, Self
from urllib.parse import unquote, urljoin, urlsplit
from zlib import crc32

from crawler.document import Document
from crawler.page import Page
from crawler.phrases import plain

TEXT_READ = 4_000
TOKENS_READ = 600
RUNS_KEPT = 40  # of a page of content; with the rest this stays under 600 bytes
RUNS_KEPT_OF_MISSING = 256
MARKUP_READ = 20_000
TAGS_KEPT = 12
ECHOES = 16

# Scripts without spaces are taken sign by sign.
_TOKEN = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\d_]+")
_SIGN_BY_SIGN = re.compile(_TOKEN.pattern.partition("|")[0])
_LETTERS = "".join(chr(code) if chr(code).isalpha() else " " for code in range(128))
_TAG = re.compile(r"<([a-z][a-z0-9]{0,15})(?:\s+(?:class|id)\s*=\s*[\"']?([a-zA-Z][\w-]{0,30}))?")
_DIGITS = re.compile(r"\d+")
_COUNTER = re.compile(r"^\s*[(\[]\d+\+?[)\]]\s*")
_SIZE = re.compile(r"[-_@](?:\d{2,4}x\d{0,4}|\d{2,4}w|small|medium|large|thumb|\dx)(?=\.|$)", re.IGNORECASE)
SITE_PICTURE = re.compile(
    r"/(?:[\w.-]*[-_.])?(?:logo|default|placeholder|favicon|og|share|404)(?:[-_.][\w.-]*)?(?:\?|$)", re.IGNORECASE
)  # the name of the file says so
DECORATION = re.compile(
    r"logo|avatar|icon|sprite|emoji|placeholder|badge|banner|spacer|pixel|blank|loading|/ads?[/_-]|^data:",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Print:
    """What is kept of one page.

    `title`, `heading`, `picture`, `final` and `file` are short digests, None where there is none; `bare_title` and
    `bare_heading` the same without words of the address; `exact` is that of the title's numbers. `announced`: the
    metas name the picture; `shown`: the page itself shows it. `runs` is the sample of the text, ascending; `count`
    how many runs the text has; `tags` a sample of the markup. `checked`: only what the site's missing page does not
    say too was written down, and `own_title` and `own_heading` tell whether these are the page's own.
    """

    title: str | None = None
    heading: str | None = None
    exact: str | None = None
    bare_title: str | None = None
    bare_heading: str | None = None
    picture: str | None = None
    announced: bool = False
    shown: bool = field(default=False, compare=False)
    runs: tuple[int, ...] = ()
    count: int = 0
    tags: tuple[int, ...] = ()
    final: str | None = None
    file: str | None = None
    language: str | None = None
    rendered: bool = False
    checked: bool = False
    own_title: bool = True
    own_heading: bool = True
    whole: frozenset[int] = field(default=frozenset(), compare=False, repr=False)

    def kept(self) -> dict[str, Any]:
        """Give what goes on record; nothing that is as by default."""
        found = {name: getattr(self, name) for name in _KEPT if getattr(self, name) != getattr(_NOTHING, name)}
        return {
            _KEPT[name]: _packed(value) if isinstance(value, tuple) else int(value) if value in (True, False) else value
            for name, value in found.items()
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """Take what was on record; what is unknown to this version is left out."""
        names = {short: name for name, short in _KEPT.items()}
        values = {names[short]: value for short, value in kept.items() if short in names}
        for name in ("runs", "tags"):
            values[name] = _unpacked(values.get(name, ""))
        for name in _FLAGS & values.keys():
            values[name] = bool(values[name])
        return cls(**values)

    @property
    def is_telling(self) -> bool:
        """Whether there is anything to know the page by."""
        return bool(self.runs or self.title or self.heading or self.picture or self.file)

    def against(self, missing: "Print | None") -> Self:
        """Keep only what the site's missing page does not say as well."""
        if missing is None:
            return replace(self, runs=self.runs[:RUNS_KEPT])
        beyond = missing.runs[-1] if missing.count > len(missing.runs) and missing.runs else 2**32
        theirs = frozenset(missing.runs)
        own = sorted(run for run in self.whole if run <= beyond and run not in theirs)
        return replace(
            self,
            runs=tuple(own[:RUNS_KEPT]),
            checked=True,
            own_title=self.bare_title != missing.bare_title,
            own_heading=self.bare_heading != missing.bare_heading,
        )


_KEPT = {
    "title": "t", "heading": "h", "exact": "e", "bare_title": "bt", "bare_heading": "bh", "picture": "p",
    "announced": "a", "runs": "r", "count": "n", "tags": "x", "final": "f", "file": "y", "language": "l",
    "rendered": "j", "checked": "c", "own_title": "ot", "own_heading": "oh",
}  # fmt: skip
_FLAGS = {"announced", "rendered", "checked", "own_title", "own_heading"}
_NOTHING = Print()


def _packed(numbers: tuple[int, ...]) -> str:
    return b85encode(pack(f">{len(numbers)}I", *numbers)).decode()


def _unpacked(text: str) -> tuple[int, ...]:
    try:
        raw = b85decode(text)
    except ValueError:
        return ()
    return unpack(f">{len(raw) // 4}I", raw[: len(raw) // 4 * 4])


def held(sample: tuple[int, ...], page: Print) -> float:
    """Say what share of a sampled text the page holds; 0 of an empty one."""
    return sum(run in page.whole for run in sample) / len(sample) if sample else 0.0


def alike(one: tuple[int, ...], other: tuple[int, ...], most: int) -> float:
    """Estimate how much two sets have in common, 0 to 1, by their `most` smallest; two empty ones are the same."""
    if not one or not other:
        return float(len(one) == len(other))
    union = sorted({*one, *other})[:most]
    both = set(one) & set(other)
    return sum(run in both for run in union) / len(union)


def digest(text: str | None) -> str | None:
    """Give eight bytes as text; None for nothing."""
    return blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest() if text else None


class Reading:
    """One page, read so that it is known again."""

    def __init__(self, page: Page, document: Document) -> None:
        self._page, self._document = page, document

    @cached_property
    def print(self) -> Print:
        """Everything that is kept of it, and the whole text's runs beside."""
        if not self._document.is_html:
            return Print(file=self._file, final=self._final)
        runs, tags = self._runs, self._tags
        heading = next(iter(self._document.headings), "")
        numbers = " ".join(_DIGITS.findall(_COUNTER.sub("", self._document.title)))
        picture, announced = self._picture
        return Print(
            title=digest(_known(self._document.title)),
            heading=digest(_known(heading)),
            exact=digest(numbers),
            bare_title=digest(self._without_echo(self._document.title)),
            bare_heading=digest(self._without_echo(heading)),
            picture=digest(picture),
            announced=announced,
            shown=picture is not None and (not announced or self._shows(picture)),
            runs=tuple(sorted(runs)[:RUNS_KEPT_OF_MISSING]),
            count=len(runs),
            tags=tags,
            final=self._final,
            language=self._document.language,
            rendered=self._page.rendered,
            whole=runs,
        )

    @property
    def _file(self) -> str | None:
        """A file is known by its kind and size alone, for its body is never taken."""
        headers = self._page.headers
        length = headers.get("content-length", "").strip()
        return digest(f"{headers.get('content-type', '')} {length}") if length.strip("0") else None

    @property
    def _final(self) -> str | None:
        return digest(self._page.final_url) if self._page.final_url != self._page.url else None

    @cached_property
    def _runs(self) -> frozenset[int]:
        return frozenset(_runs_of(self._without_echo(self._document.own_text[:TEXT_READ]).split()[:TOKENS_READ]))

    @cached_property
    def _tags(self) -> tuple[int, ...]:
        found = {name + "." + kind for name, kind in set(_TAG.findall(self._document.text[:MARKUP_READ]))}
        return tuple(sorted(_mixed(crc32(one.encode())) for one in found)[:TAGS_KEPT])

    @cached_property
    def _picture(self) -> tuple[str | None, bool]:
        """The main picture or film by the end of its address, and whether the page's metas name it."""
        metas = self._document.metas
        for name in ("og:image", "og:image:url", "twitter:image", "og:video", "og:video:url"):
            url = metas.get(name, "")
            if url and not SITE_PICTURE.search(url):
                return _end_of(_joined(self._page.final_url, url)), True
        found = (one for one in self._document.own_pictures if not DECORATION.search(one))
        return _end_of(_joined(self._page.final_url, next(found, ""))), False

    def _shows(self, picture: str) -> bool:
        name = picture.rpartition("/")[2].partition(".")[0]
        return any(
            name in one.lower() and _end_of(_joined(self._page.final_url, one)) == picture
            for one in self._document.own_pictures
        )

    def _without_echo(self, text: str) -> str:
        """Give the words of a text, and what of the address it says again taken out."""
        words = f" {_words_of(text)} "
        for piece in self._echo:
            words = words.replace(f" {piece} ", " ")
        return words.strip()

    @cached_property
    def _echo(self) -> list[str]:
        """Each part of the address as the words it would be said with; the longest first."""
        try:
            parts = urlsplit(self._page.url)
        except ValueError:
            return []
        pieces = re.split(r"[/?&=]", f"{parts.path}?{parts.query}")[:ECHOES]
        said = {_words_of(unquote(piece)) for one in pieces for piece in (one, one.rpartition(".")[0])}
        return sorted(said - {""}, key=len, reverse=True)


def _words_of(text: str) -> str:
    return " ".join(_tokens(unicodedata.normalize("NFKC", text).lower()))


def _tokens(folded: str) -> Iterable[str]:
    """Give what `_TOKEN` finds; a page's text has so many words that one search each would be the dearest part."""
    if folded.isascii():
        return folded.translate(_LETTERS).split()
    if _SIGN_BY_SIGN.search(folded):
        return _TOKEN.findall(folded)
    chunks = folded.split()
    return chain.from_iterable((one,) if one.isalpha() else _TOKEN.findall(one) for one in chunks)


def _known(text: str) -> str:
    return plain(_DIGITS.sub(" ", _COUNTER.sub("", text)))


def _runs_of(tokens: list[str]) -> Iterable[int]:
    known = {token: crc32(token.encode("utf-8", "replace")) for token in set(tokens)}
    codes = [known[token] for token in tokens]
    return _mixed_by_threes(codes) if len(codes) >= 3 else [_mixed(code) for code in codes]


def _mixed_by_threes(codes: Sequence[int]) -> tuple[int, ...]:
    """Mix each code of 32 bits with the two after it.

    All at once, as lanes of 64 bits in one long number: Python multiplies that six times as fast as one after another.
    """
    lanes, low = int.from_bytes(pack(f"<{len(codes)}Q", *codes), "little"), _low_halves(len(codes))
    mixed = (lanes * 0x9E3779B1 & low) + ((lanes >> 64) * 0x85EBCA6B & low) + ((lanes >> 128) * 0xC2B2AE35 & low)
    mixed = (mixed ^ lanes >> 7) & low
    return unpack(f"<{len(codes)}Q", mixed.to_bytes(8 * len(codes), "little"))[:-2]


@lru_cache(maxsize=8)  # most texts are as long as is read of them
def _low_halves(lanes: int) -> int:
    return int.from_bytes(b"\xff\xff\xff\xff\0\0\0\0" * lanes, "little")


def _mixed(code: int) -> int:
    return (code * 0x9E3779B1 ^ code >> 15) & 0xFFFFFFFF


def _joined(base: str, target: str) -> str | None:
    """Join, or give None where that makes no address."""
    try:
        return urljoin(base, target.strip()) if target.strip() else None
    except ValueError:
        return None


def _end_of(url: str | None) -> str | None:
    """Give the last two parts of a path without size and query: hosts, widths and signatures change."""
    if url is None:
        return None
    try:
        path = urlsplit(url).path
    except ValueError:
        return None
    return _SIZE.sub("", "/".join(unquote(path).rstrip("/").split("/")[-2:])).lower() or None
