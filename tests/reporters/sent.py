"""A helpline with a draft that is complete and goes out by mail, for the tests of sending and of answers."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from casebook import casefile, cases, consents, links, officers, reports
from casebook.access import Actor
from casebook.links import Found
from casebook.replies import Noted
from casebook.reports import NewReport, ReportView
from casebook.settings import Mail, Reports
from casebook.store import Casebook, create_book, open_book
from casebook.vault import Vault
from casebook.vocabulary import Act, Category, EntryKind, Follows, Lane, LinkId, ReportId
from reporters import sending
from reporters.outbox import Outbox, Server

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
TO = "abuse@pixhaven.example"
OFFICE = Reports(organisation="Helpline", email="reports@helpline.example")
VAULT = Vault(bytes(range(32)))
NAME = "Kiran of the seventh house"


def later(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def content(**more: Any) -> dict[str, Any]:
    """What a drafter keeps of a mail that asks for a name."""
    made = {"given": {}, "to": TO, "host": None, "child": False, "earlier": None}
    field = {
        "element": "signature",
        "asks": "a signature",
        "value": "[[legal_name]]",
        "reminds": False,
        "personal": True,
    }
    return {
        "form": 1, "to": TO, "at": None, "kind": "email", "sheet": "pixhaven", "platform": "Pixhaven",
        "subject": "Please remove", "body": "Please remove it.\n\n[[legal_name]]", "gloss": "", "fields": [field],
        "notes": [], "by": "helpline", "made_from": made, **more,
    }  # fmt: skip


class Helpline:
    """A book with one officer, one case, and drafts of it."""

    def __init__(self, book: Casebook) -> None:
        self.book, self.link = book, 1
        self.amna = officers.add_first(book, "amna", at=START)
        known = cases.list_cases(book, actor=self.amna, at=START)
        self.ref = known[0].ref if known else self.case(1)

    def case(self, seed: int) -> str:
        ref = cases.open_case(self.book, actor=self.amna, at=START, chance=random.Random(seed))
        consents.change(self.book, ref, Act.REPORT_STATUTORY, given=True, actor=self.amna, at=START)
        casefile.add(self.book, ref, EntryKind.NAME, {"words": NAME}, actor=self.amna, at=START)
        found = [Found(f"https://pixhaven.example/p/{seed}", None, "pixhaven.example", "pixhaven")]
        self.link = links.add(self.book, ref, found, actor=self.amna, at=START).added[0].link
        return ref

    def draft(self, *, after: ReportId | None = None, **more: Any) -> ReportId:
        new = NewReport(
            (LinkId(self.link),), "pixhaven", "email.abc123", Lane.STATUTORY, ("us-tida",), Category.NCII, "en",
            content(**more), predecessor=after, follows=None if after is None else Follows.AGAIN,
        )  # fmt: skip
        return reports.draft(self.book, self.ref, [new], actor=self.amna, at=START)[0].report

    def send(self, report: ReportId, way: Outbox | None, hours: float = 1.0, *, actor: Actor | None = None) -> Noted:
        return sending.send(
            self.book,
            report,
            OFFICE,
            way,
            actor=actor or self.amna,
            clock=lambda: later(hours),
            chance=random.randbytes,
        )

    def view(self, report: ReportId) -> ReportView:
        return reports.glance(self.book, report, actor=self.amna, at=later(500))

    def said(self, report: ReportId) -> dict[str, Any]:
        return reports.show(self.book, report, actor=self.amna, at=later(500)).content


@cache
def made() -> bytes:
    """The database of such a helpline, made once; a copy is cheaper."""
    with TemporaryDirectory() as folder:
        helpline = Helpline(create_book(f"sqlite:///{folder}/book.sqlite3", VAULT))
        helpline.book.engine.dispose()
        return Path(folder, "book.sqlite3").read_bytes()


def opened(folder: Path) -> Helpline:
    (folder / "book.sqlite3").write_bytes(made())
    return Helpline(open_book(f"sqlite:///{folder}/book.sqlite3", VAULT))


def server(port: int) -> Server:
    return Server(Mail(host="127.0.0.1", port=port, security="none", sender="bounces@helpline.example", time_s=60))


class Watched:
    """A way out that does something when the message leaves: just after it is noted, or just before."""

    def __init__(self, way: Outbox, then: Callable[[], None], *, before: bool = False) -> None:
        self.way, self.then, self.before = way, then, before

    def send(self, message: EmailMessage, to: Sequence[str], *, name: str, last_moment: Callable[[], None]) -> None:
        def both() -> None:
            for act in (self.then, last_moment) if self.before else (last_moment, self.then):
                act()

        self.way.send(message, to, name=name, last_moment=both)
