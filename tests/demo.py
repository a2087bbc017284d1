"""`make demo`: a web of real servers on this machine, the real monitor on a compressed cadence, and the story of each link."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.table import Table

from casebook import cases, links, officers
from casebook.access import Actor
from casebook.links import Found, LinkView
from casebook.store import Casebook
from casebook.vocabulary import State, Verdict
from crawler.browser import find_browser
from platforms.address import site_of
from scheduler.home import Home
from tests.helpline import COMPRESSED
from tests.web.server import Web

ENDS_WITHIN_S = 80.0


@dataclass(frozen=True)
class Tale:
    """One link of the demo: what stands behind it, and what must be said of it in the end."""

    about: str
    url: str
    verdict: Verdict
    state: State


def tales(web: Web, browser: bool) -> list[Tale]:
    shell = (Verdict.LIVE, State.LIVE) if browser else (Verdict.UNCLEAR, State.UNCHECKED)
    up, gone = (Verdict.LIVE, State.LIVE), (Verdict.REMOVED, State.REMOVED)
    down, unclear = (Verdict.UNREACHABLE, State.UNCHECKED), (Verdict.UNCLEAR, State.UNCHECKED)
    blocked, walled = (Verdict.BLOCKED, State.UNCHECKED), (Verdict.RESTRICTED, State.RESTRICTED)
    told: list[tuple[str, str, tuple[Verdict, State]]] = [
        ("removed, and comes back", web.url("/the/film"), (Verdict.LIVE, State.RESURFACED)),
        ("stays up", web.url("/up/1"), up),
        ("moved within its site", web.url("/moved/2"), up),
        ("a picture file", web.url("/picture/3.png"), up),
        ("drawn by a script", web.url("/script/4"), shell),
        ("answers 404", web.url("/gone/404"), gone),
        ("answers 410", web.url("/gone/410"), gone),
        ("says so on a page that answers 200", web.url("/notice/5"), gone),
        ("behind a login", web.url("/login-wall"), walled),
        ("asks us to slow down", web.url("/rate-limited?after=2"), blocked),
        ("wants proof that we are a person", web.url("/challenge"), blocked),
        ("sent to the home page", web.url("/to-home"), unclear),
        ("sends us round in circles", web.url("/loop"), unclear),
        ("never answers", web.url("/slow"), down),
        ("one byte at a time", web.url("/drip"), down),
        ("hangs up", web.url("/drop"), down),
        ("hangs up midway", web.url("/midway"), down),
        ("nobody listens", web.refused_url("/page"), down),
        ("no such name", web.no_such_name_url("/page"), down),
        ("certificate nobody vouches for", web.tls_url("/up/6"), down),
    ]
    return [Tale(about, url, *end) for about, url, end in told]


def play(web: Web, book: Casebook, actor: Actor, cast: list[Tale], show: Callable[[list[LinkView]], None]) -> bool:
    """Take the film down when it was seen live, put it back when its takedown is confirmed; tell whether all is right."""
    until = time.monotonic() + ENDS_WITHIN_S
    film = cast[0].url
    taken = returned = False
    while time.monotonic() < until:
        now = {link.url: link for link in links.list_links(book, actor=actor, at=datetime.now(UTC))}
        show([now[tale.url] for tale in cast])
        if not taken and now[film].state is State.LIVE:
            web.set("/the/film", "gone404")
            taken = True
        if not returned and now[film].state is State.REMOVED:
            web.set("/the/film", "live")
            returned = True
        if all(right(tale, now[tale.url]) for tale in cast):
            return True
        time.sleep(0.5)
    return False


def right(tale: Tale, link: LinkView) -> bool:
    return (link.verdict, link.state) == (tale.verdict, tale.state)


def drawn(cast: list[Tale], seen: list[LinkView]) -> Table:
    table = Table(title="Pehra watches", box=None, header_style="bold", title_justify="left")
    for column in ("link", "what stands behind it", "state", "last look", "because", ""):
        table.add_column(column, overflow="fold")
    for tale, link in zip(cast, seen, strict=True):
        last = "-" if link.verdict is None else link.verdict.value
        mark = "ok" if right(tale, link) else "..."
        table.add_row(str(link.link), tale.about, link.state.value, last, link.because or "-", mark)
    return table


def main() -> int:
    os.environ.update({f"PEHRA__{key}": value for key, value in COMPRESSED.items()})
    console = Console()
    with tempfile.TemporaryDirectory() as folder, Web() as web:
        home = Home.find(Path(folder), Path("config.yaml"))
        book, _ = home.make()
        actor = officers.add_first(book, "demo", at=datetime.now(UTC))
        cast = tales(web, find_browser(home.settings.crawler.browser) is not None)
        web.set("/the/film", "live")
        import random

        ref = cases.open_case(book, actor=actor, at=datetime.now(UTC), chance=random.Random())
        found = [Found(tale.url, None, site_of(tale.url), None) for tale in cast]
        links.add(book, ref, found, actor=actor, at=datetime.now(UTC))
        command = [sys.executable, "-c", "from cli.main import main; main()", "--home", folder, "run"]
        began = time.monotonic()
        monitor = subprocess.Popen(command)
        try:
            with Live(console=console, auto_refresh=False, transient=True) as live:
                last: list[LinkView] = []

                def show(seen: list[LinkView]) -> None:
                    last[:] = seen
                    live.update(drawn(cast, seen), refresh=True)

                well = play(web, book, actor, cast, show)
        finally:
            monitor.terminate()
            monitor.wait(15)
        console.print(drawn(cast, last))
        tell(console, book, actor, last[0], time.monotonic() - began)
        book.engine.dispose()
    console.print("Every verdict is right." if well else "Not every link ended as it should have.")
    return 0 if well else 1


def tell(console: Console, book: Casebook, actor: Actor, film: LinkView, took_s: float) -> None:
    from casebook.vocabulary import LinkId

    story = links.show(book, LinkId(film.link), actor=actor, at=datetime.now(UTC))
    for down in story["takedowns"]:
        ends = f"between {down['last_seen_live_at']:%H:%M:%S} and {down['first_seen_gone_at']:%H:%M:%S}"
        back = f", and was back by {down['resurfaced_at']:%H:%M:%S}" if down["resurfaced_at"] else ""
        console.print(f"\nLink {film.link} was taken down {ends} (confirmed {down['confirmed_at']:%H:%M:%S}){back}.")
    console.print(f"The monitor ran for {took_s:.0f} s.")


if __name__ == "__main__":
    sys.exit(main())
