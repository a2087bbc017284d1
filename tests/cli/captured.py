"""What a case has captured, opened past the command line: for tests."""

import random
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from casebook import cases, consents, evidence, links, officers
from casebook.access import Actor
from casebook.evidence import CaptureView
from casebook.store import Casebook, create_book
from casebook.strongroom import Strongroom
from casebook.vault import KEY_FILE, make_key, open_vault
from casebook.vocabulary import Act, Category
from platforms.address import site_of
from scheduler.clock import now
from scheduler.home import DATABASE
from tests.helpline import Helpline


@contextmanager
def at_work(helpline: Helpline) -> Iterator[tuple[Casebook, Actor]]:
    """Open a home's book as its only officer; the home is made where there is none."""
    helpline.home.mkdir(exist_ok=True)
    if not (helpline.home / KEY_FILE).exists():
        make_key(helpline.home)
    book = create_book(f"sqlite:///{helpline.home}/{DATABASE}", open_vault(helpline.home, {}))
    try:
        if not officers.any_yet(book):
            officers.add_first(book, "night shift", at=now())
        yield book, officers.prove(book, officers.claim(book, None), None, at=now())
    finally:
        book.engine.dispose()


def case_of(
    helpline: Helpline, urls: Collection[str], *acts: Act, minor: bool = False, urgent: bool = False,
    category: Category = Category.HARASSMENT,
) -> str:  # fmt: skip
    """Open a case that agreed to these acts and watches these addresses."""
    with at_work(helpline) as (book, actor):
        ref = cases.open_case(book, actor=actor, at=now(), chance=random.SystemRandom(), minor=minor, urgent=urgent)
        for act in acts:
            consents.change(book, ref, act, given=True, actor=actor, at=now())
        found = [links.Found(url, None, site_of(url), None) for url in urls]
        links.add(book, ref, found, actor=actor, at=now(), category=category)
    return ref


def views(helpline: Helpline, ref: str) -> list[CaptureView]:
    """Open a case's records, oldest first."""
    with at_work(helpline) as (book, actor):
        return evidence.of_case(book, ref, actor=actor, at=now())


def part(helpline: Helpline, view: CaptureView, name: str = "archive.warc.gz") -> bytes:
    """Open one part of a capture."""
    out = BytesIO()
    found = next(one for one in view.parts if one.name == name)
    evidence.copy_part(Strongroom(helpline.home), found, out)
    return out.getvalue()


@dataclass(frozen=True)
class Record:
    """One record of a web archive; `raw` is its body as it stands there, `body` what readers make of it."""

    kind: str
    headers: Any
    http: Any
    body: bytes


def archive(data: bytes) -> list[Record]:
    """Read an archive, every digest checked."""
    found = ArchiveIterator(BytesIO(data), check_digests="raise")
    return [Record(one.rec_type, one.rec_headers, one.http_headers, one.content_stream().read()) for one in found]
