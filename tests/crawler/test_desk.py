import asyncio
import random
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from casebook import cases, links, officers, visits
from casebook.access import MONITOR
from casebook.controls import broken
from casebook.settings import Crawler, Monitor, Settings
from casebook.store import Casebook
from casebook.tables import Check
from casebook.visits import Seen, Visit
from crawler.desk import Desk
from crawler.eyes import Eyes
from platforms.registry import Registry
from platforms.sheet import Control, Sheet
from platforms.words import Verdict
from tests.books import new_book

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
ADDRESSES, BATCH = 11, 4
GUARD_S = 60  # nothing here waits that long unless it is broken


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Casebook]:
    made = new_book(tmp_path / "book.sqlite3")
    officer = officers.add_first(made, "night shift", at=START)
    case = cases.open_case(made, actor=officer, at=START, chance=random.Random(1))
    found = [links.Found(f"https://site.example/{n}", None, "site.example", None) for n in range(ADDRESSES)]
    links.add(made, case, found, actor=officer, at=START)
    yield made
    made.engine.dispose()


def desk_for(book: Casebook) -> Desk:
    settings = Settings(monitor=Monitor(batch=BATCH, linger_s=0), crawler=Crawler(per_host_delay_s=0))
    return Desk(book, settings, "worker-1", clock=lambda: START, chance=lambda: 0.5)


def seen(visit: Visit) -> Seen:
    return Seen(visit.address, START, Verdict.LIVE, "test.rule", "because a test says so", 200, False, 5)


def test_more_is_handed_out_when_less_than_half_a_batch_is_in_hand(book: Casebook) -> None:
    async def story() -> None:
        desk = desk_for(book)
        visits = desk.visits()
        first = [await anext(visits) for _ in range(BATCH)]
        following = asyncio.ensure_future(anext(visits))
        for visit in first[:2]:
            await desk.take(seen(visit))
        await desk.write()
        assert not following.done()
        await desk.take(seen(first[2]))
        await desk.write()
        assert (await asyncio.wait_for(following, GUARD_S)).address not in {one.address for one in first}
        assert desk.in_hand == 2

    asyncio.run(story())


def test_every_address_is_handed_out_once_and_never_more_than_a_batch_at_a_time(book: Casebook) -> None:
    async def story() -> None:
        desk, met = desk_for(book), []
        async for visit in desk.visits():
            assert desk.in_hand <= BATCH
            met.append(visit.address)
            await desk.take(seen(visit))
            await desk.write()
        assert len(met) == len(set(met)) == desk.recorded == ADDRESSES

    asyncio.run(asyncio.wait_for(story(), GUARD_S))


def test_a_desk_that_was_stopped_hands_out_nothing_more_even_while_it_waits_for_room(book: Casebook) -> None:
    async def story() -> None:
        desk = desk_for(book)
        visits = desk.visits()
        for _ in range(BATCH):
            await anext(visits)
        following = asyncio.ensure_future(anext(visits, None))
        await asyncio.sleep(0)
        desk.stop()
        assert await asyncio.wait_for(following, GUARD_S) is None

    asyncio.run(story())


def test_a_batch_that_is_being_written_when_a_pass_ends_is_on_record_before_its_leases_are_given_back(
    book: Casebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, record = threading.Event(), threading.Event(), visits.record

    def slow(*given: Any, **named: Any) -> int:
        begun.set()
        assert go_on.wait(GUARD_S)
        return record(*given, **named)

    async def story() -> None:
        desk = desk_for(book)
        await desk.take(seen(await anext(desk.visits())))
        monkeypatch.setattr("casebook.visits.record", slow)
        writer = asyncio.create_task(desk.write_steadily())
        assert await asyncio.to_thread(begun.wait, GUARD_S)
        ending = asyncio.create_task(desk.end(writer))
        await asyncio.sleep(0)
        assert not ending.done()
        go_on.set()
        await asyncio.wait_for(ending, GUARD_S)
        visits.release(book, "worker-1", actor=MONITOR, at=START)
        assert (desk.recorded, writer.cancelled()) == (1, True)

    asyncio.run(story())


def test_findings_of_a_platform_wait_until_its_controls_have_answered(book: Casebook) -> None:
    async def story() -> None:
        desk = desk_for(book)
        sheet = Sheet(
            id="pixhaven", name="P", hosts=("pixhaven.example",), control=(Control(live="https://pixhaven.example/1"),)
        )
        desk.eyes = eyes = Eyes(book, Registry([sheet]), desk.settings.crawler, lambda: START)
        visits = desk.visits()
        one, other = await anext(visits), await anext(visits)
        (asked,) = await eyes.due("pixhaven")
        assert await eyes.due("pixhaven") == []
        await desk.take(seen(one), "pixhaven")
        await desk.take(seen(other), "elsewhere")
        await desk.write()
        assert desk.recorded == 1
        eyes.answered(asked, Verdict.REMOVED)
        await desk.write()
        assert desk.recorded == 2
        with book.reading() as session:
            assert session.scalar(select(func.count()).select_from(Check)) == 2
            assert set(broken(session)) == {"pixhaven"}

    asyncio.run(story())
