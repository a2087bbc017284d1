"""How right verdicts are on made-up sites that nobody described, and on the saved pages; run by `make bench`.

Each site is met when its page is live, then played through everything that may happen to it. The matrix is printed as it
comes out. *Removed, untold*: gone at the first look already, or in words that are on no list. *Nobody could tell*: a site that
sends what is missing to its first page now sends everything there. `--sites N` sets how many sites there are, `--misses` lists what was wrong or unclear.
"""

import argparse
import gc
import random
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from rich import box
from rich.console import Console
from rich.table import Table
from sites import BACK_SOON, FAMILIES, MEMBERS, WORDS, Item, Site

from crawler.likeness import Print
from crawler.page import Hop, Page
from crawler.siblings import sibling
from crawler.verdict import Baseline, Finding, Missing, judge, learn, let_go, proved_by, renewed
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


def look(page: Page, beside: Callable[[str], Page], memory: Memory) -> Finding:
    """Look as the crawler does: the site is asked for what cannot exist when the verdict hangs on it."""
    known = Baseline(print=Print.read(memory.known.kept()) if memory.known else None)
    finding = judge(page, None, known)
    if finding.needs_missing:
        other = sibling(page.url, random.Random(page.url).random)
        assert other
        latest = learn(beside(other.url.rpartition("/")[2]))
        missing = renewed(memory.proved, latest) if memory.proved else latest
        finding = judge(page, None, known, missing=missing)
        if finding.verdict == "live" and finding.print is not None and missing.way is not None and not missing.proved:
            memory.proved = proved_by(missing, finding.print)
    if finding.verdict == "live" and finding.print is not None:
        memory.known = finding.print
    return finding


def happenings(site: Site, item: Item) -> Iterator[tuple[str, str, Page, Callable[[str], Page]]]:
    """Everything that may happen to a page: (variant, truth, the page, what the site answers beside it)."""
    day = 9
    nothing = lambda name: site.nothing_at(name, day)  # noqa: E731
    closed = lambda name: site.answer(name, site.notice(BACK_SOON[site.language], day))  # noqa: E731
    members = lambda name: site.answer(name, site.notice(MEMBERS[site.language], day))  # noqa: E731
    home = lambda name: site.answer(name, site.first_page(day), final=f"https://{site.host}/")  # noqa: E731
    later = replace(item, turn=day)
    yield "unchanged", "live", site.shown(item), nothing
    yield "comments, counters, advertisements", "live", site.shown(later), nothing
    yield "a quarter edited", "live", site.shown(replace(later, edited=0.25)), nothing
    yield "another title", "live", site.shown(replace(later, retitled=True)), nothing
    yield "removed, as what is missing", "removed", site.nothing_at(item.name, day), nothing
    own = site.answer(item.name, site.notice(site.words(random.Random(item.seed + 99), 4), day))
    yield "removed, in words of its own", "removed, untold", own, nothing
    yield "removed, 410", "removed", site.answer(item.name, site.notice(site.nothing, day), 410), nothing
    if site.family in PICTURED:
        yield "picture replaced", "neither", site.shown(replace(later, without_picture=True)), nothing
    yield "another's content there", "neither", site.shown(Item(item.name, item.seed + 5000, day)), nothing
    yield "whole site closed, at 200", "neither", closed(item.name), closed
    yield "whole site closed, at 503", "neither", replace(closed(item.name), status=503), closed
    yield "members only, at 200", "neither", members(item.name), members
    yield "members only, but what is missing says so", "neither", members(item.name), nothing
    yield (
        "everything sent to the first page",
        "neither" if site.missing != "home" else "nobody could tell",
        home(item.name),
        home,
    )
    yield (
        "parked at its own name",
        "neither",
        parked(site, item.name, site.url(item.name)),
        lambda n: parked(site, n, site.url(n)),
    )
    sold = f"https://lander{site.seed}.example/?domain={site.host}"
    yield "sold, sent elsewhere", "neither", parked(site, item.name, sold), lambda n: parked(site, n, sold)
    yield "back again", "live", site.shown(replace(later, turn=day + 1)), nothing


def parked(site: Site, name: str, final: str) -> Page:
    """What those who hold names without sites put there: the name, and links that pay."""
    chance = random.Random(site.seed)
    title = chance.choice([site.host, f"{site.host} is for sale", "Domain parking", f"{site.host} - related searches"])
    links = "".join(f"<li><a href='/?s={n}'>{w}</a></li>" for n, w in enumerate(WORDS["en"].split()[:8]))
    body = f"<!doctype html><title>{title}</title><h2>Related</h2><ul>{links}</ul><p>Privacy policy".encode()
    url = site.url(name)
    hops = () if final == url else (Hop(url, 302, final),)
    return Page(url, final, 200, {"content-type": "text/html"}, body, hops)


def first_looks(site: Site, item: Item) -> Iterator[tuple[str, str, Page, Callable[[str], Page]]]:
    nothing = lambda name: site.nothing_at(name, 0)  # noqa: E731
    closed = lambda name: site.answer(name, site.notice(BACK_SOON[site.language], 0))  # noqa: E731
    members = lambda name: site.answer(name, site.notice(MEMBERS[site.language], 0))  # noqa: E731
    yield "first look: live", "live", site.shown(item), nothing
    gone = "removed" if site.missing in ("404", "410") else "removed, untold"
    yield "first look: already gone", gone, site.nothing_at("q" + item.name[1:], 0), nothing
    yield "first look: whole site closed", "neither", closed(item.name), closed
    yield "first look: members only", "neither", members(item.name), members
    yield (
        "first look: parked",
        "neither",
        parked(site, item.name, site.url(item.name)),
        lambda n: parked(site, n, site.url(n)),
    )


def play(seed: int) -> Iterator[Played]:
    site = Site(seed)
    chance = random.Random(seed)
    name = chance.choice(
        [f"{chance.randrange(10**7)}", f"{chance.getrandbits(40):010x}", f"my-{chance.randrange(999)}-pictures"]
    )
    item = Item(name, seed * 10 + 1)

    def told(variant: str, truth: str, finding: Finding) -> Played:
        return Played(site.family, site.language, site.missing, variant, truth, finding)

    for variant, truth, page, beside in first_looks(site, item):
        yield told(variant, truth, look(page, beside, Memory()))
    start = Memory()
    for turn in range(2):  # twice, six hours apart
        look(site.shown(replace(item, turn=turn)), lambda n: site.nothing_at(n, 0), start)
    for variant, truth, page, beside in happenings(site, item):
        yield told(variant, truth, look(page, beside, replace(start)))


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
        look(start, lambda n, site=site: site.nothing_at(n, 0), memory)
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
