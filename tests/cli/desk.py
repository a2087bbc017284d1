"""A helpline's desk in a week of its own: commands typed in one process, and a clock that the test turns."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from casebook import visits
from casebook.access import MONITOR
from casebook.settings import Cadence
from casebook.store import open_book
from casebook.tables import WatchedLink
from casebook.vault import open_vault
from casebook.vocabulary import Verdict
from tests.cli.conftest import Staff

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
NAME = "Somebody By Name"
FOLDER = "https://www.dropbox.com/scl/fo/abc/def?rlkey=k3y"
FIVE = {
    "a shared folder": FOLDER,
    "a film site": "https://www.youtube.com/watch?v=abcdefghijk",
    "a site for adults": "https://www.pornhub.com/view_video.php?viewkey=ph5f1234567890",
    "a messenger's channel": "https://t.me/somechannel/12",
    "a gossip page": "https://gossip-page.example/2026/film",
}
OFFICE = {
    "ORGANISATION": "Example Helpline", "SIGNATORY": "the duty desk", "EMAIL": "desk@helpline.example",
    "COUNTRY": "Pakistan", "PHONE": "+92 00 0000000",
}  # fmt: skip


@dataclass
class Desk:
    """A helpline at work in a week of its own."""

    staff: Staff
    at: datetime

    def ask(self, *words: object, **how: Any) -> Any:
        return self.staff.ask(*words, **how)

    def later(self, **span: float) -> None:
        self.at += timedelta(**span)

    def case(self, *urls: str, consents: Sequence[str] = (), category: str = "ncii", minor: bool = False) -> str:
        ref: str = self.ask("case", "open", *(["--minor"] if minor else []))["case"]
        for act in consents:
            self.ask("consent", "give", ref, act)
        if urls:
            self.ask("link", "add", ref, *urls, "--category", category)
        return ref

    def look(self, link: int, verdict: Verdict) -> None:
        """See what a visit now would see."""
        book = open_book(f"sqlite:///{self.staff.home}/pehra.sqlite3", open_vault(self.staff.home, {}))
        found = self.staff.ask("link", "show", link)
        with book.writing() as session:
            address = session.get_one(WatchedLink, found["link"]).address_id
        held, _ = visits.lease_these(book, "w", [address], actor=MONITOR, at=self.at, until=self.at)
        seen = [visits.Seen(one.address, self.at, verdict, "r", "b", 200, rendered=False, took_ms=1) for one in held]
        visits.record(book, "w", seen, actor=MONITOR, cadence=Cadence(), chance=random.Random(1).random)
        book.engine.dispose()

    def confirmed(self, link: int, verdict: Verdict) -> None:
        for _ in range(2):
            self.look(link, verdict)
            self.later(hours=7)


def at_work(staff: Staff, patch: pytest.MonkeyPatch) -> Desk:
    for name, value in OFFICE.items():
        patch.setenv(f"PEHRA__REPORTS__{name}", value)
    made = Desk(staff, MONDAY)
    patch.setattr("scheduler.clock.datetime", SimpleNamespace(now=lambda _: made.at))
    return made
