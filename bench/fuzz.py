"""Strange bytes against what reads pages, judges them and loads sheets: nothing may raise, and none of it is `removed` by itself.

    pip install atheris          (by hand; it is not among the project's dependencies)
    python bench/fuzz.py         a minute for each target
    python bench/fuzz.py judging --seconds 600

Each target runs in a process of its own; one that finds something ends with the input that did it, and this with 1. Without
atheris it ends with 3. Where coverage cannot be had the same targets run on bytes drawn by chance: `--plain`.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
PAGES = ROOT / "tests" / "pages"
LONGEST = 20_000
SLOW_S = 10


def judging() -> Callable[[bytes], None]:
    """A page of these bytes, by every way it may come, for a site nobody described and for every engine."""
    from crawler.likeness import Print
    from crawler.page import Page
    from crawler.verdict import Baseline, Missing, Others, Way, judge, learn, let_go
    from platforms.registry import Registry

    engines, url = Registry.load().engines, "https://pixhaven.example.org/p/abc123"
    known = Baseline(print=Print(title="t", heading="h", runs=(1, 2, 3), checked=True))
    proved = Missing(Way.STAYED, print=Print(title="m"), proved=True, own=(5, 6, 7, 8))
    statuses = (200, 200, 200, 301, 403, 404, 451, 500)

    def one(data: bytes) -> None:
        status = statuses[data[0] % len(statuses)] if data else 200
        kind = ("text/html", "text/html; charset=utf-16", "application/json", "")[data[1] % 4 if len(data) > 1 else 0]
        page = Page(url, url, status, {"content-type": kind}, data[2:])
        for missing in (None, proved):
            finding = judge(page, None, known, missing=missing, others=Others.SERVED, engines=engines)
            assert finding.because.endswith((".", "!", "?")) or finding.rule.startswith("engine.")
            assert not finding.rule.startswith("generic.missing-") or missing is proved
        learn(page)
        let_go(page)

    return one


def document() -> Callable[[bytes], None]:
    """Everything that is read from a page."""
    from crawler.document import Document
    from crawler.page import Page

    url = "https://pixhaven.example.org/p/abc123"

    def one(data: bytes) -> None:
        read = Document(Page(url, url, 200, {"content-type": "text/html"}, data))
        for name in (
            "title",
            "h1",
            "headings",
            "metas",
            "refresh",
            "own_text",
            "own_pictures",
            "language",
            "has_media",
        ):
            getattr(read, name)
        assert read.visible_text_length >= 0
        read.json_in("state", "a.b.0")

    return one


def sheets() -> Callable[[bytes], None]:
    """A platform sheet of these bytes: it is taken, or refused in words."""
    from platforms.registry import SheetRefused, _sheets_in

    folder = Path(tempfile.mkdtemp(prefix="sheets-"))

    def one(data: bytes) -> None:
        (folder / "x.toml").write_bytes(data)
        try:
            _sheets_in(folder)  # that alone: reading all of ours each time would be most of the work
        except SheetRefused as refused:
            assert str(refused)  # noqa: PT017

    return one


def addresses() -> Callable[[bytes], None]:
    """An address of these bytes: its spelling is settled at once, and its neighbour is another one."""
    from crawler.siblings import is_alike, sibling
    from platforms.address import AddressRefused, normalise

    def one(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        found = sibling(text, random.Random(1).random)
        assert found is None or found.url != text
        is_alike(text, text + "1")
        try:
            url = normalise(text)
        except AddressRefused:
            return
        assert normalise(url) == url

    return one


TARGETS: dict[str, Callable[[], Callable[[bytes], None]]] = {
    "judging": judging,
    "document": document,
    "sheets": sheets,
    "addresses": addresses,
}


def seeds(target: str) -> list[bytes]:
    if target == "sheets":
        return [file.read_bytes() for file in sorted((ROOT / "platforms" / "sheets").glob("*.toml"))][:20]
    if target == "addresses":
        return [b"https://pixhaven.example.org/view.php?id=12&p=2", "http://bücher.example/p/تصویر#k".encode()]
    return [b"\0\0" + file.read_bytes()[:LONGEST] for file in sorted(PAGES.glob("**/*.html"))[:150]]


def by_chance(target: str, seconds: float) -> None:
    """Without coverage: pieces of the seeds, put together and damaged by chance."""
    chance, one, known = random.Random(7), TARGETS[target](), seeds(target)
    until, runs = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        data = bytearray(chance.choice(known))
        for _ in range(chance.randrange(1, 30)):
            start = chance.randrange(len(data) + 1)
            other = chance.choice(known)
            cut = chance.randrange(len(other) + 1)
            data[start : start + chance.randrange(40)] = chance.choice(
                [other[cut : cut + chance.randrange(200)], bytes([chance.randrange(256)]), b"", b"<" * 50]
            )
        one(bytes(data[:LONGEST]))
        runs += 1
    print(f"{target}: {runs} inputs in {seconds:.0f} s, nothing found")


def by_coverage(target: str, seconds: float) -> None:
    """With atheris, in this process, which it ends."""
    import atheris

    with atheris.instrument_imports(include=["crawler", "platforms"]):
        one = TARGETS[target]()
    corpus = Path(tempfile.mkdtemp(prefix=f"fuzz-{target}-"))
    for number, seed in enumerate(seeds(target)):
        (corpus / str(number)).write_bytes(seed)
    how = [f"-max_total_time={int(seconds)}", f"-max_len={LONGEST}", f"-timeout={SLOW_S}", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *how, f"-artifact_prefix={corpus}/", str(corpus)], one)
    atheris.Fuzz()


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("target", nargs="*", metavar="target", help=", ".join(TARGETS))
    asked.add_argument("--seconds", type=float, default=60.0)
    asked.add_argument("--plain", action="store_true")
    asked.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    how = asked.parse_args()
    wanted = how.target or list(TARGETS)
    if unknown := set(wanted) - set(TARGETS):
        asked.error(f"no such target: {', '.join(sorted(unknown))}; there is: {', '.join(TARGETS)}")
    if how.plain:
        for target in wanted:
            by_chance(target, how.seconds)
        return 0
    try:
        import atheris  # noqa: F401
    except ImportError:
        print("atheris is not installed; install it by hand, or use --plain", file=sys.stderr)
        return 3
    if how.here:
        by_coverage(wanted[0], how.seconds)
    ends = [
        subprocess.run(
            [sys.executable, __file__, target, "--here", "--seconds", str(how.seconds)], check=False
        ).returncode
        for target in wanted
    ]
    print(
        ", ".join(
            f"{target}: {'found something' if end else 'nothing found'}"
            for target, end in zip(wanted, ends, strict=True)
        )
    )
    return int(any(ends))


if __name__ == "__main__":
    sys.exit(main())
