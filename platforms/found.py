"""Addresses in whatever staff paste: tables, chat exports, prose in Urdu and English, links made harmless for mail."""

import csv
import html
import re
from functools import lru_cache
from itertools import islice

# Every pattern here is bounded or free of overlapping repeats: a paste of ten megabytes takes time in proportion.
_INVISIBLE = re.compile(r"[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_ENTITY = re.compile(r"&(?:quot|lt|gt|apos|nbsp|#[0-9]{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)
_AMPERSAND = re.compile(r"&amp;(?:amp;)*", re.IGNORECASE)

_DOT = re.compile(
    r"[ \t]?(?:\[[ \t]?(?:\.|dot)[ \t]?\]|\([ \t]?(?:\.|dot)[ \t]?\)|\{[ \t]?(?:\.|dot)[ \t]?\})[ \t]?",
    re.IGNORECASE,
)
_SCHEME = re.compile(
    r"(?<![A-Za-z0-9])(?:h(?:[tx*_]{2,3}|\[tt\])p|meow)(?P<s>s?)"
    r"(?:\[:\]|\(:\)|\{:\}|:|\[:(?=//\]))(?://\]|\[//\]|\[/\]\[/\]|//|\\\\)",
    re.IGNORECASE,
)
_BRACKETED_COLON = re.compile(r"\[:\](?=//)|\[://\]")

_BODY = r"""[^\s<>"`“”„«»،؛؟۔，；？！（）「」『』【】《》、。]"""
_CANDIDATE = re.compile(
    rf"(?:https?|(?<![A-Za-z0-9+.-])[a-z][a-z0-9+.-]{{1,20}})://{_BODY}+"
    rf"|(?<![A-Za-z0-9_@./%&=?\#+-])www\.{_BODY}+"
    rf"|(?<![\w@.:/%&=?\#+*-])(?:[a-z0-9][a-z0-9-]{{0,62}}\.){{1,10}}(?P<tld>[a-z]{{2,24}})(?::[0-9]{{1,5}})?/{_BODY}*",
    re.IGNORECASE,
)
_HTTP_AT_END = re.compile(r"https?$", re.IGNORECASE)
# Two links written without a blank between them; a link inside another one's path or query stays there.
_JOINED = re.compile(r"\]\(|[,;|](?=[a-z][a-z0-9+.-]{1,20}://)|(?<=[a-z0-9])(?=https?://)", re.IGNORECASE)

_TRAILING = frozenset(".,;:!?'’‘*…|\\")
_OPENS = {")": "(", "]": "[", "}": "{"}
_CLOSES = {opener: closer for closer, opener in _OPENS.items()}
_WRAPPERS = frozenset("_~'*")
_SAMPLE = 65_536  # characters looked at to tell whether the paste is a table
_SAMPLE_ROWS = 50


def addresses_in(text: str) -> list[str]:
    """Find the addresses in pasted text, in order, as they were meant; the same one may come twice.

    Links with another scheme are given too, so that staff are told why they cannot be watched. Without a scheme,
    `www.` and a name under a real top-level domain with a path count, and are given `https://`.
    """
    plain = _plain(text)
    delimiter = _delimiter(plain)
    found: list[str] = []
    for candidate in _CANDIDATE.finditer(plain):
        if candidate["tld"] is None or candidate["tld"].lower() in _top_level_domains():
            before = plain[candidate.start() - 1 : candidate.start()]
            found.extend(_addresses(candidate[0], before, delimiter))
    return found


def _plain(text: str) -> str:
    """Undo what mail, chats and careful people do to links."""
    text = _INVISIBLE.sub("", text).replace("\\/", "/")
    text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), _AMPERSAND.sub("&", text))
    text = _INVISIBLE.sub("", text)
    text = _SCHEME.sub(lambda scheme: f"http{scheme['s'].lower()}://", _DOT.sub(".", text)).replace("[/]", "/")
    return _BRACKETED_COLON.sub(lambda colon: "://" if "/" in colon[0] else ":", text)


def _delimiter(text: str) -> str | None:
    """Give the character between a table's columns; None where the text is no table."""
    sample = text[:_SAMPLE]
    return next((mark for mark in ",;" if mark in sample and _is_table(sample, mark)), None)


def _is_table(sample: str, delimiter: str) -> bool:
    lines = islice((line for line in sample.splitlines() if line.strip()), _SAMPLE_ROWS)
    widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
    return len(widths) > 1 and widths[0] > 1 and len(set(widths)) == 1


def _addresses(text: str, before: str, delimiter: str | None) -> list[str]:
    if before in _CLOSES:
        text = _inside(text, before)
    elif before == "'":
        text = text.partition("'")[0]
    pieces = _JOINED.split(text)
    return [address for piece in pieces if (address := _address(_cell(piece, before, delimiter), before)) is not None]


def _address(text: str, before: str) -> str | None:
    if before in _WRAPPERS and text.endswith(before):
        text = text[:-1]
    text = _trimmed(text)
    scheme, mark, rest = text.partition("://")
    if not mark or "/" in scheme:
        return f"https://{text}" if "." in text.removeprefix("www.") else None
    if not any(char.isalnum() for char in rest):
        return None
    # "Linkhttps://...": a word run into the scheme.
    http = _HTTP_AT_END.search(scheme)
    return f"{http[0] if http else scheme}://{rest}"


def _cell(text: str, before: str, delimiter: str | None) -> str:
    """Cut at the end of a table's cell; a quoted one ends at its quote."""
    if before in {",", ";"}:
        return text.partition(before)[0]
    if delimiter is not None and before != '"':
        return text.partition(delimiter)[0]
    return text


def _inside(text: str, opener: str) -> str:
    """Cut where the bracket closes that was open before the address."""
    closer, depth = _CLOSES[opener], 1
    for bracket in re.finditer(r"[()\[\]{}]", text):
        depth += (bracket[0] == opener) - (bracket[0] == closer)
        if depth == 0:
            return text[: bracket.start()]
    return text


def _trimmed(text: str) -> str:
    """Drop the sentence's punctuation from the end, and brackets that do not belong to the address."""
    surplus = {closer: text.count(closer) - text.count(opener) for closer, opener in _OPENS.items()}
    end = len(text)
    while end:
        last = text[end - 1]
        if last in _CLOSES:
            surplus[_CLOSES[last]] += 1
        elif surplus.get(last, 0) > 0:
            surplus[last] -= 1
        elif last not in _TRAILING:
            break
        end -= 1
    return text[:end]


@lru_cache(maxsize=1)
def _top_level_domains() -> frozenset[str]:
    import tldextract  # an eighth of a second that only pasted text needs

    bundled = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    return frozenset(suffix for suffix in bundled.tlds if "." not in suffix)
