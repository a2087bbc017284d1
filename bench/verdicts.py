"""How right verdicts are on made-up sites that nobody described, and on the saved pages; run by `make bench`.

Each site is met when its page is live, then played through everything that may happen to it. The matrix is printed as it
comes out. *Removed, untold*: gone at the first look already, or in words that are on no list. *Nobody could tell*: a site says of
everything, by 404 or in the customary words, that it does not exist, and that is a fault. `--sites N` sets how many sites there are, `--misses` lists what was wrong or unclear.
"""

import argparse
import asyncio
import gc
import random
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[1]))

from rich import box
from rich.console import Console
from rich.table import Table
from sites import BACK_SOON, FAMILIES, MEMBERS, NOT_NOW, NOTHING, WORDS, Item, Site

from casebook.settings import Crawler
from casebook.visits import Visit
from casebook.vocabulary import AddressId
from crawler.likeness import Print
from crawler.others import Witnesses
from crawler.page import Hop, Page
from crawler.siblings import sibling
from crawler.verdict import Baseline, Finding, Missing, Others, judge, learn, let_go, proved_by, renewed
from tests.platforms.test_pages import LISTS, finding_of

console = Console(width=140, highlight=False)
TRUTHS = ("live", "removed", "neither")
VERDICTS = ("live", "removed", "restricted", "blocked", "unreachable", "unclear")
PAGE_BYTES = 100_000
PICTURED = ("gallery", "blog", "profile", "single-page app")  # the others show their content otherwise


@dataclass
class Memory:
    """What the casebook would hold of one address and its site."""

    known: Print | None = None
    proved: Missing | None = None


@dataclass(frozen=True)
class Played:
    family: str
    language: str
    missing: str
    variant: str
    truth: str
    finding: Finding


World = Callable[[str], Page]  # what a site answers now at any address


def look(page: Page, world: World, memory: Memory) -> Finding:
    """Look as the crawler does: the site is asked for what cannot exist, and for others, when the verdict hangs on it."""
    known = Baseline(print=Print.read(memory.known.kept()) if memory.known else None)
    finding = judge(page, None, known)
    if finding.needs_missing:
        other = sibling(page.url, random.Random(page.url).random)
        assert other
        latest = learn(world(other.url))
        missing = renewed(memory.proved, latest) if memory.proved else latest
        finding = judge(page, None, known, missing=missing)
        if finding.needs_others:
            finding = judge(page, None, known, missing=missing, others=others(page, world, missing))
        if finding.verdict == "live" and finding.print is not None and missing.way is not None and not missing.proved:
            memory.proved = proved_by(missing, finding.print)
    if finding.verdict == "live" and finding.print is not None:
        memory.known = finding.print
    return finding


def others(page: Page, world: World, missing: Missing) -> Others:
    """Ask the crawler's own witnesses, with nothing else watched there."""

    async def ask(_visit: Visit, url: str) -> Page:
        return world(url)

    now = datetime(2026, 1, 1, tzinfo=UTC)
    desk: Any = SimpleNamespace(book=None, clock=lambda: now, settings=SimpleNamespace(crawler=Crawler()))
    visit = Visit(AddressId(1), page.url, b"", None, minor=False, baseline=None, read_whole_at=None)
    with patch("casebook.visits.live_on", return_value=[]):
        return asyncio.run(Witnesses(desk, ask, ask).beside(visit, page, missing))


def happenings(site: Site, item: Item) -> Iterator[tuple[str, str, Page, World]]:
    """Everything that may happen to a page: (variant, truth, the page, what the site answers everywhere)."""
    day = 9
    url, home = site.url(item.name), f"https://{site.host}/"
    chance = random.Random(site.seed + 17)

    def usual(asked: str) -> Page:
        return site.at(asked, day)

    def all_get(answer: Callable[[str], Page]) -> tuple[Page, World]:
        return answer(item.name), lambda asked: answer(asked.rpartition("/")[2])

    later = replace(item, turn=day)
    yield "unchanged", "live", site.shown(item), usual
    yield "comments, counters, advertisements", "live", site.shown(later), usual
    yield "a quarter edited", "live", site.shown(replace(later, edited=0.25)), usual
    yield "another title", "live", site.shown(replace(later, retitled=True)), usual
    yield "laid out otherwise", "live", site.shown(replace(later, laid_out=3)), usual
    tongue = "fr" if site.language == "en" else "en"
    yield "menus in another language", "live", site.shown(replace(later, menu_in=tongue)), usual
    shown = site.item(later)
    yield "with a slash at the end", "live", site.answer(item.name, shown, final=f"{url}/"), usual
    yield "on the host for phones", "live", site.answer(item.name, shown, final=url.replace("//", "//m.")), usual
    yield "removed, as what is missing", "removed", site.nothing_at(item.name, day), usual
    own = site.answer(item.name, site.notice(site.words(random.Random(item.seed + 99), 4), day))
    yield "removed, in words of its own", "removed, untold", own, usual
    yield "removed, 410", "removed", site.answer(item.name, site.notice(site.nothing, day), 410), usual
    if site.family in PICTURED:
        yield "picture replaced", "neither", site.shown(replace(later, without_picture=True)), usual
    yield "another's content there", "neither", site.shown(Item(item.name, item.seed + 5000, day)), usual
    next_one = site.listed(day)[0]
    there = site.at(site.url(next_one), day)
    yield (
        "sent to another's content",
        "neither",
        replace(there, url=url, final_url=there.url, hops=(Hop(url, 302, there.url),)),
        usual,
    )
    yield "nothing at all, at 200", "neither", site.answer(item.name, b""), usual
    error = bare(chance.choice(NOT_NOW))
    yield "an error of what stands before it, at 200", "neither", site.answer(item.name, error), usual
    yield "the same for all", "neither", *all_get(lambda name: site.answer(name, error))
    closed = site.notice(BACK_SOON[site.language], day)
    yield "whole site closed, at 200", "neither", *all_get(lambda name: site.answer(name, closed))
    yield "whole site closed, at 503", "neither", *all_get(lambda name: site.answer(name, closed, 503))
    members = site.notice(MEMBERS[site.language], day)
    yield "members only, at 200", "neither", *all_get(lambda name: site.answer(name, members))
    yield "members only, but what is missing says so", "neither", site.answer(item.name, members), usual
    first = site.first_page(day)
    yield "everything sent to the first page", "neither", *all_get(lambda name: site.answer(name, first, final=home))
    says_so = site.missing in ("404", "410") or (
        site.missing.startswith("soft") and site.nothing == NOTHING[site.language][0]
    )

    def forgetful(asked: str) -> Page:
        name = asked.rpartition("/")[2]
        return site.nothing_at(name, day) if name else site.at(asked, day)

    yield "everything missing for a day", "nobody could tell" if says_so else "neither", forgetful(url), forgetful
    yield "parked at its own name", "neither", *all_get(lambda name: parked(site, name, site.url(name)))
    sold = f"https://lander{site.seed}.example/?domain={site.host}"
    yield "sold, sent elsewhere", "neither", *all_get(lambda name: parked(site, name, sold))
    yield "back again", "live", site.shown(replace(later, turn=day + 1)), usual


def bare(title: str) -> bytes:
    """What a server in front of the site says, without the site's dress."""
    return f"<!doctype html><title>{title}</title><h1>{title}</h1><p>Reference 81f2. Try again later.</p>".encode()


def parked(site: Site, name: str, final: str) -> Page:
    """What those who hold names without sites put there: the name, and links that pay."""
    chance = random.Random(site.seed)
    title = chance.choice([site.host, f"{site.host} is for sale", "Domain parking", f"{site.host} - related searches"])
    links = "".join(f"<li><a href='/?s={n}'>{w}</a></li>" for n, w in enumerate(WORDS["en"].split()[:8]))
    body = f"<!doctype html><title>{title}</title><h2>Related</h2><ul>{links}</ul><p>Privacy policy".encode()
    url = site.url(name)
    hops = () if final == url else (Hop(url, 302, final),)
    return Page(url, final, 200, {"content-type": "text/html"}, body, hops)


def first_looks(site: Site, item: Item) -> Iterator[tuple[str, str, Page, World]]:
    def usual(asked: str) -> Page:
        return site.at(asked, 0)

    def all_get(answer: Callable[[str], Page]) -> tuple[Page, World]:
        return answer(item.name), lambda asked: answer(asked.rpartition("/")[2])

    yield "first look: live", "live", site.shown(item), usual
    gone = "removed" if site.missing in ("404", "410") else "removed, untold"
    yield "first look: already gone", gone, site.nothing_at("q" + item.name[1:], 0), usual
    closed, members = site.notice(BACK_SOON[site.language], 0), site.notice(MEMBERS[site.language], 0)
    yield "first look: whole site closed", "neither", *all_get(lambda name: site.answer(name, closed))
    yield "first look: members only", "neither", *all_get(lambda name: site.answer(name, members))
    yield "first look: parked", "neither", *all_get(lambda name: parked(site, name, site.url(name)))
    error = bare(random.Random(site.seed + 18).choice(NOT_NOW))
    yield "first look: an error for all, at 200", "neither", *all_get(lambda name: site.answer(name, error))
    url, there = site.url(item.name), site.at(site.url(site.listed(0)[0]), 0)
    sent = replace(there, url=url, final_url=there.url, hops=(Hop(url, 302, there.url),))
    yield "first look: sent to another's content", "neither", sent, usual


def play(seed: int) -> Iterator[Played]:
    site = Site(seed)
    item = Item(site.name_of(random.Random(seed)), seed * 10 + 1)

    def told(variant: str, truth: str, finding: Finding) -> Played:
        return Played(site.family, site.language, site.missing, variant, truth, finding)

    for variant, truth, page, world in first_looks(site, item):
        yield told(variant, truth, look(page, world, Memory()))
    start = Memory()
    for turn in range(2):  # twice, six hours apart
        look(site.shown(replace(item, turn=turn)), lambda url: site.at(url, 0), start)
    for variant, truth, page, world in happenings(site, item):
        yield told(variant, truth, look(page, world, replace(start)))


def saved() -> Iterator[Played]:
    for platform, listed in LISTS.items():
        for one in listed.page:
            finding = finding_of(platform, one)
            truth = one.verdict if one.verdict in ("live", "removed") else "neither"
            yield Played("saved pages", platform, "", one.about, truth, finding)


def matrix(title: str, results: list[Played]) -> None:
    made = Table(title=title, title_justify="left", title_style="", box=box.MARKDOWN)
    for column in ("what is true", *VERDICTS):
        made.add_column(column, no_wrap=True, justify="left" if column == "what is true" else "right")
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for one in results:
        counted[one.truth][one.finding.verdict] += 1
    for truth in (*TRUTHS, "removed, untold", "nobody could tell"):
        if truth in counted:
            made.add_row(truth, *(str(counted[truth][verdict]) for verdict in VERDICTS))
    console.print(made)
    console.print()


def wrong(one: Played) -> str | None:
    truth, verdict = one.truth.partition(",")[0], one.finding.verdict
    if truth == "nobody could tell":
        return None
    if verdict == "removed" and truth != "removed":
        return "false removed"
    if verdict == "live" and truth != "live":
        return "false live"
    return "unclear" if one.truth in ("live", "removed") and verdict != one.truth else None


def timing() -> list[float]:
    """CPU time of one verdict on pages of 100 kB that changed a little since they were live, everything read anew."""
    times = []
    gc.freeze()  # as a worker does
    for seed in range(len(FAMILIES) * 6):
        site = Site(seed)
        item = Item("a1b2c3", seed)
        filler = "".join(
            f'<div class="{site.kind("row")}"><a href="/u/{n}"><img src="/i/{n}.png" alt=""></a><span>{site.words(random.Random(n), 7)}'
            f'</span><i data-x="{n}" class="icon icon-{n % 9}"></i></div>\n'
            for n in range(2000)
        )
        room = PAGE_BYTES - len(site.item(item)) - 20
        cut = filler.encode()[:room].decode("utf-8", "ignore").rpartition("\n")[0].encode()
        start, now = (
            replace(one, body=one.body.replace(b"<footer>", cut + b"<footer>"))
            for one in (site.shown(item), site.shown(replace(item, turn=3)))
        )
        memory = Memory()
        look(start, lambda url, site=site: site.at(url, 0), memory)
        known = Baseline(print=memory.known)
        for _ in range(5):
            let_go(now)
            began = time.process_time()
            judge(now, None, known)
            times.append((time.process_time() - began) * 1000)
    return times


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sites", type=int, default=840)
    asked.add_argument("--first", type=int, default=100_000)
    asked.add_argument("--misses", action="store_true")
    how = asked.parse_args()
    results = [one for seed in range(how.first, how.first + how.sites) for one in play(seed)]
    matrix(
        f"{how.sites} made-up sites, {len(FAMILIES)} families, {len(WORDS)} languages, {len(results):,} looks", results
    )
    pages = list(saved())
    matrix(f"{len(pages)} saved pages of platforms", pages)
    failures = Counter(wrong(one) for one in results + pages)
    able = sum(one.truth in ("live", "removed") for one in results + pages)
    took = timing()
    targets = Table(box=box.MARKDOWN)
    for column in ("what", "wanted", "measured", ""):
        targets.add_column(column, no_wrap=True)
    unclear = failures["unclear"] / able
    for what, wanted, value, met in [
        ("false `removed`", "0", str(failures["false removed"]), not failures["false removed"]),
        ("false `live`", "0", str(failures["false live"]), not failures["false live"]),
        ("not told where a person could tell", "at most 5 %", f"{unclear:.1%}", unclear <= 0.05),
        (
            "CPU of a verdict, 100 kB, median",
            "under 3 ms",
            f"{statistics.median(took):.1f} ms",
            statistics.median(took) < 3,
        ),
    ]:
        targets.add_row(what, wanted, value, "met" if met else "**missed**")
    console.print(targets)
    if how.misses:
        by = Counter(
            (wrong(one), one.variant, one.family, one.missing, one.finding.rule)
            for one in results + pages
            if wrong(one)
        )
        for (kind, *about), n in sorted(by.items(), key=lambda one: (str(one[0][0]), -one[1])):
            console.print(f"{n:4} {kind}: {', '.join(map(str, about))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
