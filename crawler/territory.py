"""How far a sweep goes: the site it began on, and the hosts that serve that site's pictures."""

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

import tldextract

MEDIA_HOSTS = 12  # a page that loads from more is made of advertisements

# The list that comes with the package: nothing is fetched, nothing cached on disk. With its private part, so that
# two blogs of one blog host are two sites.
_SUFFIXES = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


class Territory:
    """The site of a source (of a handle several) and its media hosts, learned as pages are read."""

    def __init__(self, starts: Iterable[str]) -> None:
        self._sites = {site_of(url) for url in starts}
        self._media: set[str] = set()

    def add(self, url: str) -> None:
        """Count the site that a start led to as one of its own."""
        self._sites.add(site_of(url))

    def holds(self, url: str) -> bool:
        """Whether an address lies on the site itself."""
        return site_of(url) in self._sites

    def serves(self, url: str, *, embedded: bool) -> bool:
        """Whether a picture's address lies on the site or on a host that serves its media.

        Args:
            url: absolute.
            embedded: the page itself loads it, so its host is one of these from now on; a mere link proves nothing.
        """
        if self.holds(url):
            return True
        host = urlsplit(url).hostname or ""
        if host in self._media:
            return True
        if not embedded or len(self._media) >= MEDIA_HOSTS:
            return False
        self._media.add(host)
        return True


@lru_cache(maxsize=4096)
def _domain_of(host: str) -> str:
    return _SUFFIXES(host).top_domain_under_public_suffix or host


def site_of(url: str) -> str:
    """Give the name under which a site is registered: `b.co.uk` of `a.b.co.uk`; of a bare address or name, itself."""
    try:
        return _domain_of(urlsplit(url).hostname or "")
    except ValueError:
        return ""
