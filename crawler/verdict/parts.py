"""What a verdict is made of: the finding itself, and what is known beforehand."""

from dataclasses import dataclass, field
from enum import StrEnum

from crawler.likeness import Print
from platforms.sheet import Marker
from platforms.words import Verdict


@dataclass(frozen=True)
class Finding:
    """What a visit proves, by which rule, and why in one sentence a person can check; it quotes nothing of the page.

    `needs_browser`: a visit with scripts may prove more. `needs_missing`: what the site answers when something is
    missing may. `needs_others`: whether it still serves its other pages may. `print`: what the page is known by later,
    where it was found live on a site that nobody described. `region`: it is withheld where we stand, and may be shown
    elsewhere.
    """

    verdict: Verdict
    rule: str
    because: str
    needs_browser: bool = False
    needs_missing: bool = False
    needs_others: bool = False
    region: bool = False
    print: Print | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Baseline:
    """What the address answered when it was last seen live."""

    etag: str | None = None
    last_modified: str | None = None
    final_url: str | None = None
    print: Print | None = None


class Way(StrEnum):
    """Where a visit ended, measured by where it began."""

    STAYED = "stayed"
    HOME = "home"
    PARENT = "parent"
    SEARCH = "search"
    PATH = "path"
    SITE = "site"


@dataclass(frozen=True)
class Missing:
    """What a site answers for an address that cannot exist.

    `honest`: 404 or 410. `way`: where it sends such a visit; None where nothing could be learned. `proved`: while it
    answered so, an address of the same shape showed something else; without that it may be the whole site's face
    for a day (maintenance, a wall), and never makes a `removed`. `own`: what it says and that other page did not.
    `parked`: what stands there is a registrar's, buyer's or authority's, so it stands for the whole site.
    """

    way: Way | None = None
    honest: bool = False
    print: Print = field(default_factory=Print)
    proved: bool = False
    own: tuple[int, ...] = ()
    parked: bool = False


class Others(StrEnum):
    """What becomes of other pages of the site, of the same directory and kind, at the time of a look.

    SERVED: they are there at their own addresses. ALIKE: they get what this address gets, so it is a wall or a fault.
    UNKNOWN: none could be found.
    """

    SERVED = "served"
    ALIKE = "alike"
    UNKNOWN = "unknown"


_WHAT_MARKERS_SHOW = {
    Verdict.LIVE: "A sign this platform gives only with the content is on the page.",
    Verdict.REMOVED: "The platform shows its own sign that the content is gone.",
    Verdict.RESTRICTED: "The platform shows its own sign that only some may see the content.",
    Verdict.BLOCKED: "The platform shows its own sign that it turned our visit away.",
    Verdict.UNCLEAR: "The platform shows a sign that is known to prove nothing.",
}


def by(marker: Marker) -> Finding:
    """Say what a marker shows."""
    because = marker.because or _WHAT_MARKERS_SHOW[marker.shows]
    return Finding(marker.shows, marker.rule, because, region=marker.region)


def found(
    verdict: Verdict,
    name: str,
    because: str,
    *,
    needs_browser: bool = False,
    needs_missing: bool = False,
    needs_others: bool = False,
    region: bool = False,
    note: Print | None = None,
) -> Finding:
    """Say what a rule for any site found."""
    return Finding(verdict, f"generic.{name}", because, needs_browser, needs_missing, needs_others, region, note)


def contradiction(rule: str, live: str, removed: str) -> Finding:
    """Say that two signs disagree, and name both."""
    because = f"One sign says that the content is gone ({removed}) and another that it is there ({live})."
    return Finding(Verdict.UNCLEAR, rule, because)
