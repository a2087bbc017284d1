"""Digests reach each reader once: over restarts, missed Mondays, bad servers, and two senders at once."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import select

from casebook import assignments, cases, digests, links, officers, readers, visits
from casebook.access import MONITOR, Actor, Role
from casebook.links import Found
from casebook.settings import Cadence, Digest, Mail, Settings
from casebook.store import Casebook
from casebook.tables import Address
from casebook.vocabulary import Verdict
from scheduler import digests as sender
from scheduler.digests import Sent
from scheduler.home import Home
from tests.web.smtp import Mailbox

MONDAY = datetime(2026, 3, 2, 3, tzinfo=UTC)  # eight in Karachi
WEEK, HOUR = timedelta(days=7), timedelta(hours=1)
CADENCE = Cadence(jitter=0)


@pytest.fixture(scope="module")
def server() -> Iterator[Mailbox]:
    with Mailbox() as box:
        yield box


@pytest.fixture
def box(server: Mailbox) -> Mailbox:
    server.manner = "well"
    server.received.clear()
    return server


class Helpline:
    """A home whose digests go to the loopback server, with one officer who reads them since before the first Monday."""

    def __init__(self, folder: Path, port: int) -> None:
        mail = Mail(host="127.0.0.1", port=port, security="none", sender="watch@helpline.example", time_s=60)
        self.home = Home(folder / "home", None, Settings(mail=mail, digest=Digest(timezone="Asia/Karachi")))
        self.book, _ = self.home.make()
        self.amina = officers.add_first(self.book, "amina", at=MONDAY - WEEK)
        self.cases = 0

    def reads(self, actor: Actor, **how: bool) -> None:
        readers.subscribe(self.book, f"{actor.name}@staff.example", actor=actor, at=MONDAY - 2 * HOUR, **how)

    def hire(self, name: str) -> Actor:
        officers.add(self.book, name, Role.OFFICER, actor=self.amina, at=MONDAY - WEEK, passphrase=None)
        return officers.prove(self.book, officers.claim(self.book, name), None, at=MONDAY)

    def watches(self, actor: Actor, at: datetime, *, urgent: bool = False) -> tuple[str, int]:
        self.cases += 1
        ref = cases.open_case(self.book, actor=actor, at=at, chance=random.Random(self.cases), urgent=urgent)
        found = [Found(f"https://pixhaven.example/p/{self.cases}", None, "pixhaven.example", "pixhaven")]
        return ref, links.add(self.book, ref, found, actor=actor, at=at).added[0].link

    def comes_back(self, at: datetime) -> None:
        """Every link was live, was taken down, and is up again at this moment."""
        hours = (-30, -20, -10, -1, 0)
        for before, verdict in zip(hours, ("live", "removed", "removed", "live", "live"), strict=True):
            self.look(at + before * HOUR, Verdict(verdict))

    def look(self, at: datetime, verdict: Verdict) -> None:
        addresses = helpline_addresses(self.book)
        leased, _ = visits.lease_these(self.book, "worker-1", addresses, actor=MONITOR, at=at, until=at + HOUR)
        seen = [visits.Seen(one.address, at, verdict, "test.rule", "A test says so.", 200, True, 5) for one in leased]
        visits.record(self.book, "worker-1", seen, actor=MONITOR, cadence=CADENCE, chance=lambda: 0.5)

    def send(self, at: datetime) -> Sent:
        return sender.send_owed(self.home, self.book, lambda: at)


def helpline_addresses(book: Casebook) -> list[int]:
    with book.reading() as session:
        return list(session.scalars(select(Address.id)))


@pytest.fixture
def helpline(tmp_path: Path, box: Mailbox) -> Iterator[Helpline]:
    made = Helpline(tmp_path, box.port)
    yield made
    made.book.engine.dispose()


def texts(box: Mailbox) -> list[str]:
    return [str(message.get_body(("plain",)).get_content()) for _, message in box.received]  # type: ignore[union-attr]


def test_on_monday_each_reader_hears_once_of_their_own_cases(helpline: Helpline, box: Mailbox) -> None:
    sana = helpline.hire("sana")
    mine, _ = helpline.watches(helpline.amina, MONDAY - WEEK)
    hers, _ = helpline.watches(sana, MONDAY - WEEK)
    helpline.comes_back(MONDAY - 24 * HOUR)
    for actor in (helpline.amina, sana):
        helpline.reads(actor)
    assert helpline.send(MONDAY - HOUR) == Sent()
    assert helpline.send(MONDAY) == Sent(sent=2)
    assert [helpline.send(MONDAY + n * HOUR) for n in (1, 30)] == [Sent(), Sent()]
    by = {to[0]: text for (to, _), text in zip(box.received, texts(box), strict=True)}
    assert (mine in by["officer-1@staff.example"], hers in by["officer-1@staff.example"]) == (True, False)
    assert (mine in by["officer-2@staff.example"], hers in by["officer-2@staff.example"]) == (False, True)
    assert "pixhaven.example" not in "".join(by.values())


def test_a_monitor_that_slept_over_mondays_sends_one_with_all_of_it(helpline: Helpline, box: Mailbox) -> None:
    ref, _ = helpline.watches(helpline.amina, MONDAY - WEEK)
    helpline.reads(helpline.amina)
    assert helpline.send(MONDAY) == Sent(sent=1)
    helpline.comes_back(MONDAY + 36 * HOUR)
    assert helpline.send(MONDAY + 3 * WEEK + 50 * HOUR) == Sent(sent=1)
    assert ref in texts(box)[1]
    assert helpline.send(MONDAY + 4 * WEEK - HOUR) == Sent()


def test_who_begins_to_read_on_wednesday_waits_for_monday(helpline: Helpline) -> None:
    readers.subscribe(helpline.book, "a@staff.example", actor=helpline.amina, at=MONDAY + 50 * HOUR)
    assert helpline.send(MONDAY + 51 * HOUR) == Sent()
    assert helpline.send(MONDAY + WEEK) == Sent(sent=1)


def test_a_server_that_is_busy_gets_it_later(helpline: Helpline, box: Mailbox) -> None:
    helpline.reads(helpline.amina)
    box.manner = "busy"
    assert helpline.send(MONDAY) == Sent(put_off=1)
    assert helpline.send(MONDAY + timedelta(minutes=1)) == Sent()
    box.manner = "well"
    assert helpline.send(MONDAY + timedelta(minutes=16)) == Sent(sent=1)
    assert len(box.received) == 1


def test_a_server_that_dies_with_it_does_not_get_it_again_and_the_list_says_so(
    helpline: Helpline, box: Mailbox
) -> None:
    helpline.reads(helpline.amina)
    box.manner = "dies-after-data"
    assert helpline.send(MONDAY) == Sent(unsure=1)
    box.manner = "well"
    assert helpline.send(MONDAY + HOUR) == Sent()
    [one] = digests.history(helpline.book, actor=helpline.amina, at=MONDAY + HOUR)
    assert (one.fate, digests.troubled(helpline.book, at=MONDAY + HOUR), len(box.received)) == ("unsure", 1, 1)


def test_a_recipient_nobody_knows_is_said_and_not_tried_for_ever(helpline: Helpline, box: Mailbox) -> None:
    helpline.reads(helpline.amina)
    box.manner = "no-such-person"
    assert helpline.send(MONDAY) == Sent(refused=1)
    assert helpline.send(MONDAY + 30 * HOUR) == Sent()


def test_two_senders_at_once_send_one(helpline: Helpline, box: Mailbox) -> None:
    helpline.reads(helpline.amina)
    done: list[Sent] = []
    threads = [Thread(target=lambda: done.append(helpline.send(MONDAY))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sum(one.sent for one in done), len(box.received)) == (1, 1)


def test_a_sender_that_dies_before_it_hands_over_loses_nothing(helpline: Helpline) -> None:
    helpline.reads(helpline.amina)
    assert len(digests.owed(helpline.book, helpline.home.settings.digest, actor=MONITOR, at=MONDAY)) == 1
    assert helpline.send(MONDAY + timedelta(minutes=1)) == Sent()
    assert helpline.send(MONDAY + timedelta(minutes=11)) == Sent(sent=1)


def test_a_sender_that_dies_after_it_handed_over_sends_nothing_twice(helpline: Helpline) -> None:
    helpline.reads(helpline.amina)
    [owed] = digests.owed(helpline.book, helpline.home.settings.digest, actor=MONITOR, at=MONDAY)
    digests.hand_over(helpline.book, owed.digest, actor=MONITOR, at=MONDAY)
    assert helpline.send(MONDAY + 30 * HOUR) == Sent()


def test_an_urgent_case_is_told_at_once_and_once(helpline: Helpline, box: Mailbox) -> None:
    ref, _ = helpline.watches(helpline.amina, MONDAY, urgent=True)
    calm, _ = helpline.watches(helpline.amina, MONDAY)
    helpline.reads(helpline.amina, weekly=False)
    helpline.comes_back(MONDAY + 60 * HOUR)
    assert [helpline.send(MONDAY + n * HOUR).sent for n in (60, 61, 62)] == [1, 0, 0]
    [text] = texts(box)
    assert (ref in text, calm in text) == (True, False)


def test_a_quiet_day_sends_no_daily(helpline: Helpline, box: Mailbox) -> None:
    helpline.reads(helpline.amina, weekly=False, daily=True)
    assert helpline.send(MONDAY) == Sent()
    ref, _ = helpline.watches(helpline.amina, MONDAY)
    helpline.comes_back(MONDAY + 12 * HOUR)
    assert helpline.send(MONDAY + 24 * HOUR) == Sent(sent=1)
    assert ref in texts(box)[0]


def test_who_lost_a_case_hears_of_it_no_more(helpline: Helpline, box: Mailbox) -> None:
    sana = helpline.hire("sana")
    ref, _ = helpline.watches(helpline.amina, MONDAY - WEEK)
    assignments.assign(helpline.book, ref, "sana", actor=helpline.amina, at=MONDAY - WEEK)
    assignments.unassign(helpline.book, ref, "amina", actor=sana, at=MONDAY - WEEK)
    helpline.comes_back(MONDAY - HOUR)
    helpline.reads(helpline.amina)
    assert helpline.send(MONDAY) == Sent(sent=1)
    assert ref not in texts(box)[0]


def test_who_leaves_hears_nothing_and_their_address_is_forgotten(helpline: Helpline) -> None:
    sana = helpline.hire("sana")
    helpline.reads(sana)
    assignments.dismiss(helpline.book, "sana", actor=helpline.amina, at=MONDAY - HOUR)
    assert helpline.send(MONDAY) == Sent()


def test_without_a_way_out_nothing_is_taken_up(helpline: Helpline) -> None:
    helpline.reads(helpline.amina)
    mute = Home(helpline.home.folder, None, Settings())
    assert sender.send_owed(mute, helpline.book, lambda: MONDAY) == Sent()
    assert helpline.send(MONDAY) == Sent(sent=1)
