"""What one visit proves: a page, what we know of its platform, and what it was when last seen give one finding."""

from collections.abc import Callable, Sequence

from crawler.page import Page
from crawler.verdict.addresses import parts, way
from crawler.verdict.described import unmarked
from crawler.verdict.look import Look, let_go, slim
from crawler.verdict.moves import parked, strayed, told
from crawler.verdict.parts import Baseline, Finding, Missing, Others, Way
from crawler.verdict.served import odd, served
from crawler.verdict.signs import gone, refused, unchanged
from crawler.verdict.unknown import HELD, learned, proved_by, renewed
from crawler.verdict.walls import challenged, failed, restricted
from platforms.sheet import Engine, Sheet

__all__ = [
    "HELD", "Baseline", "Finding", "Missing", "Others", "Way", "ended", "judge", "learn", "let_go", "proved_by",
    "renewed", "slim",
]  # fmt: skip


def judge(
    page: Page,
    sheet: Sheet | None = None,
    known: Baseline | None = None,
    *,
    missing: Missing | None = None,
    others: Others | None = None,
    engines: Sequence[Engine] = (),
) -> Finding:
    """Say what one visit proves.

    A wrong `removed` is told to a complainant as good news, so it needs a positive sign: absence,
    silence and refusal give `unclear`, `unreachable` or `blocked`, which a person sees.

    Args:
        known: what was written down when the content was last seen live.
        missing: what the site answers for an address that cannot exist; where that would decide, a finding made
            without it says so (`needs_missing`).
        others: what becomes of the site's other pages now; the same (`needs_others`).
        engines: what sites may run on; the first that the page comes from speaks where there is no sheet.
    """
    look = Look(page, sheet, known, missing, engines, others)
    return next(finding for step in _ORDER if (finding := step(look)) is not None)


def learn(page: Page) -> Missing:
    """Say what a site's answer for an address that cannot exist teaches of its missing page."""
    missing = learned(Look(page, None, None, None), judge(page))
    let_go(page)
    return missing


def ended(page: Page) -> Way:
    """Tell where a visit ended, measured by where it began."""
    return way(parts(page.url), parts(page.final_url))


# The order of precedence, here and nowhere else: the first that has something to say decides, the last always answers.
# docs/verdicts.md tells it in the same words; a test holds the two together.
_ORDER: tuple[Callable[[Look], Finding | None], ...] = (
    failed,  # nothing answered
    challenged,  # a challenge, a rate limit or somebody's block page stands before whatever is there
    restricted,  # a login, an age, a region or a consent is asked for
    told,  # the platform's or engine's own signs: removed, live, or proving nothing
    refused,  # turned away, or the server is out of order
    unchanged,  # nothing changed since the content was last seen
    unmarked,  # none of the platform's signs, on a platform where that proves nothing
    parked,  # the whole site is parked, for sale or seized
    strayed,  # sent to a first page, a list, a search or another site
    gone,  # the status, the title or the main heading says that the content is gone
    odd,  # an answer that is no plain yes
    served,  # a page or file is there: compared with what it was, and with what the site shows for what is missing
)
