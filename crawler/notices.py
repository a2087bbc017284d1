"""What sites say in the content's place, beside `phrases`: further languages, regions, consent, dead domains."""

import tomllib
from collections.abc import Iterable
from importlib.resources import files
from itertools import product

from crawler.phrases import folded


def _all(patterns: Iterable[str]) -> Iterable[str]:
    """Write out every way through patterns like "(this|the) page (is gone|was removed)"."""
    for pattern in patterns:
        parts = [part.split("|") for part in pattern.replace("(", "\0").replace(")", "\0").split("\0")]
        yield from ("".join(way) for way in product(*parts))


def _plain(patterns: Iterable[str]) -> frozenset[str]:
    return frozenset(map(folded, _all(patterns)))


_WORDS = tomllib.loads((files("crawler") / "notices.toml").read_text("utf-8"))

REMOVED = frozenset[str]().union(*(_plain(patterns) for patterns in _WORDS["removed"].values()))
REGION, CONSENT = _plain(_WORDS["region"]), _plain(_WORDS["consent"])
PRIVATE, BROKEN = _plain(_WORDS["private"]), _plain(_WORDS["broken"])
PARKED, FOR_SALE, SEIZED = (_plain(_WORDS[name]) for name in ("parked", "for_sale", "seized"))

CONSENT_PATHS = frozenset(
    {
        "consent",
        "cookie-consent",
        "cookie-wall",
        "cookiewall",
        "gdpr",
        "gdpr-consent",
        "privacy-consent",
        "privacy-gate",
    }
)
CONSENT_HOSTS = ("consent.", "guce.", "privacy-mgmt.", "cmp.")
PARKING_HOSTS = (
    "sedoparking.com",
    "sedo.com",
    "bodis.com",
    "parkingcrew.net",
    "above.com",
    "dan.com",
    "afternic.com",
    "hugedomains.com",
    "parklogic.com",
    "dynadot.com",
    "undeveloped.com",
    "domainmarket.com",
    "buydomains.com",
    "parking.reg.ru",
    "cashparking.com",
    "skenzo.com",
    "voodoo.com",
    "domainsponsor.com",
    "namebright.com",
    "trafficz.com",
    "ztomy.com",
)
SEIZURE_HOSTS = (
    "usdoj.gov",
    "justice.gov",
    "fbi.gov",
    "europol.europa.eu",
    "politie.nl",
    "bka.de",
    "nationalcrimeagency.gov.uk",
)
SEARCH_PATHS = frozenset(
    {"search", "suche", "recherche", "buscar", "busca", "ara", "arama", "poisk", "cari", "find", "results"}
)
SEARCH_NAMES = frozenset({"q", "s", "query", "search", "keyword", "keywords", "search_query", "wd"})
HOME_PATHS = frozenset(
    {"", "/", "/index.html", "/index.htm", "/index.php", "/index.asp", "/home", "/home/", "/default.aspx"}
)
SHORTENERS = frozenset(
    {
        "bit.ly",
        "t.co",
        "tinyurl.com",
        "is.gd",
        "v.gd",
        "goo.gl",
        "ow.ly",
        "cutt.ly",
        "rb.gy",
        "t.ly",
        "lnkd.in",
        "buff.ly",
    }
    | {"shorturl.at", "s.id", "tiny.cc", "rebrand.ly", "fb.me", "youtu.be", "amzn.to", "clck.ru", "vk.cc", "redd.it"}
    | {"dai.ly", "flic.kr", "pin.it", "adf.ly", "ouo.io", "surl.li", "shorte.st", "linkvertise.com"}
)
