"""Drafting many reports at once, in processor time: half to a platform that takes one item each, half to hosts."""

import random
import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from recheck import console, said, show, table

from casebook import casefile, cases, consents, links, officers
from casebook.settings import Reports
from casebook.store import create_book
from casebook.vault import Vault
from casebook.vocabulary import Act, EntryKind
from platforms.address import site_of
from platforms.registry import Registry
from reporters import desk
from reporters.desk import Office, Wanted
from reporters.facts import Host
from reporters.ready import ready

REPORTS, WANTED_S = 1000, 20.0
OFFICE = Reports(organisation="Example Helpline", signatory="the desk", email="desk@helpline.example", country="Norway")


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    at = datetime.now(UTC)
    registry = Registry.load()
    office = Office(registry, OFFICE, lambda name: Host("host", f"abuse@{name}", "NET", "192.0.2.1", "As RDAP has it."))
    with tempfile.TemporaryDirectory(prefix="pehra-bench-") as folder:
        book = create_book(f"sqlite:///{Path(folder)}/book.sqlite3", Vault(bytes(range(32))))
        actor = officers.add_first(book, "bench", at=at)
        ref = cases.open_case(book, actor=actor, at=at, chance=random.Random(1))
        casefile.add(book, ref, EntryKind.NAME, {"words": "a name"}, actor=actor, at=at)
        for act in (Act.REPORT_STATUTORY, Act.REPORT_HOST):
            consents.change(book, ref, act, given=True, actor=actor, at=at)
        half = REPORTS // 2
        urls = [f"https://discord.com/channels/1/2/{n}" for n in range(half)]
        urls += [f"https://site-{n}.example/film" for n in range(half)]
        found = [links.Found(one, None, site_of(one), registry.identify(one).platform) for one in urls]
        links.add(book, ref, found, actor=actor, at=at)
        began, used = time.perf_counter(), cpu_s()
        drafted = desk.draft(book, ref, [], office, Wanted(), actor=actor, at=at)
        drafting_s, drafting_cpu_s = time.perf_counter() - began, cpu_s() - used
        assert len(drafted.reports) == REPORTS
        began = time.perf_counter()
        made = [
            ready(book, one.report, OFFICE, actor=actor, at=at, chance=random.Random(1).randbytes)
            for one in drafted.reports[:half:5]
        ]
        filling_ms = (time.perf_counter() - began) * 1000 / len(made)
        book.engine.dispose()
    console.print("## Drafting\n")
    times = table(f"{REPORTS:,} reports of one case, composed and sealed", "what", "wanted", "met", "")
    times.add_row("time", f"under {WANTED_S:.0f} s", f"{drafting_s:.1f} s", said(drafting_s < WANTED_S))
    times.add_row("processor time", "", f"{drafting_cpu_s:.1f} s", "")
    times.add_row("filling one in at the last moment", "", f"{filling_ms:.1f} ms", "")
    show(times)


if __name__ == "__main__":
    main()
