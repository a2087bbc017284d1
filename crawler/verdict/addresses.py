"""Addresses as verdicts compare them, and where a visit ended measured by where it began."""

import re
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, urlsplit

import tldextract

from crawler import notices
from crawler.verdict.parts import Way

_LOCALE = re.compile(r"/[a-z]{2}(?:[-_][a-zA-Z]{2})?/?")
_WORD = re.compile(r"[^\W_]+")
TELLING_CHARS = 4


def parts(url: str) -> SplitResult:
    """Take an address apart; one that is none has only empty parts."""
    try:
        parts = urlsplit(url)
        parts.hostname  # noqa: B018 - reading it is what raises
    except ValueError:
        return SplitResult("", "", "", "", "")
    return parts


def path_and_query(parts: SplitResult) -> str:
    """Give what patterns for paths are matched on."""
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def bare(host: str) -> str:
    """Give a host without what only says how it is shown."""
    return host.removeprefix("www.").removeprefix("m.")


_registered = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


@lru_cache(maxsize=4096)
def _site_of_host(host: str) -> str:
    return _registered(host).top_domain_under_public_suffix or bare(host)


def site(parts: SplitResult) -> str:
    """Give the name that somebody registered, and everything below it belongs to."""
    return _site_of_host(parts.hostname or "")


def way(asked: SplitResult, final: SplitResult) -> Way:
    """Tell where a visit ended; from a name in the path to that name as a host is no first page."""
    if _is_home(asked, final):
        return Way.HOME
    if site(asked) != site(final):
        return Way.SITE
    if _spelt(asked) == _spelt(final):
        return Way.STAYED
    if _is_search(final) and not _is_search(asked):
        return Way.SEARCH
    before, here = asked.path.rstrip("/").lower(), bare(asked.hostname or "") == bare(final.hostname or "")
    if here and before.startswith(final.path.rstrip("/").lower() + "/") and not final.query:
        return Way.PARENT
    return Way.PATH


def _is_home(asked: SplitResult, final: SplitResult) -> bool:
    if not is_first(final.path) or (is_first(asked.path) and (final.query or not asked.query)):
        return False
    here = bare(final.hostname or "")
    return here in (bare(asked.hostname or ""), site(asked)) or site(final) != site(asked)


def is_first(path: str) -> bool:
    """Whether a path is that of a site's first page."""
    return path in notices.HOME_PATHS or _LOCALE.fullmatch(path) is not None


def _is_search(parts: SplitResult) -> bool:
    steps = parts.path.lower().strip("/").split("/")
    if any(step.partition(".")[0] in notices.SEARCH_PATHS for step in steps):
        return True
    return any(name.lower() in notices.SEARCH_NAMES for name, _ in parse_qsl(parts.query[:2_000]))


def _spelt(parts: SplitResult) -> tuple[str, str, str]:
    return bare(parts.hostname or ""), parts.path.rstrip("/").lower(), parts.query


def keeps_its_name(asked: SplitResult, final: SplitResult) -> bool:
    """Whether the last part of the address, or what its query says, is in the address at the end of the way too."""
    last = asked.path.rstrip("/").rpartition("/")[2].lower()
    values = (value.lower() for _, value in parse_qsl(asked.query[:2_000]))
    there = f"{final.hostname or ''}{path_and_query(final)}".lower()
    words = set(_WORD.findall(there))
    return any(_is_in(name, there, words) for name in (last, last.rpartition(".")[0], *values))


def _is_in(name: str, there: str, words: set[str]) -> bool:
    """Whether a name is there; a short one has to stand by itself, and to hold a digit."""
    return (len(name) >= TELLING_CHARS and name in there) or (name in words and any(one.isdigit() for one in name))


def is_shortener(parts: SplitResult) -> bool:
    """Whether the host's only work is to lead elsewhere."""
    return bare(parts.hostname or "") in notices.SHORTENERS
