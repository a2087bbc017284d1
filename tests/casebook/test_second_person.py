from datetime import timedelta

import pytest
from sqlalchemy import func, select

from casebook import (
    assignments,
    casefile,
    cases,
    consents,
    credentials,
    erasing,
    journal,
    links,
    notices,
    requests,
    retention,
    visits,
)
from casebook.access import MONITOR, Actor, Role
from casebook.errors import NotFound, Refused
from casebook.keys import Identity
from casebook.settings import Retention
from casebook.store import Casebook
from casebook.tables import Address, Assignment, Base, Case, Check, Receipt, Tally
from casebook.vocabulary import Act, EntryKind, Verdict
from tests.casebook.conftest import START, hired
from tests.casebook.test_visits import CADENCE, SECRET, found, later, lease, look, open_case

WINDOW = timedelta(hours=72)
ONLY = "https://only.example/film"


@pytest.fixture
def escrow(book: Casebook, officer: Actor) -> Identity:
    made = credentials.make_escrow(book, actor=officer, at=START)
    assert made is not None
    return made


@pytest.fixture
def boss(book: Casebook, officer: Actor) -> Actor:
    return hired(book, officer, "the boss", Role.SUPERVISOR)


def filed(book: Casebook, officer: Actor, seed: int = 1) -> str:
    ref = open_case(book, officer, seed)
    casefile.add(book, ref, EntryKind.NOTE, {"words": "what only the file says"}, actor=officer, at=START)
    return ref


def asked(book: Casebook, ref: str, colleague: Actor, boss: Actor, hours: int = 24) -> int:
    requests.break_glass(book, ref, "the boss", "she is in danger", hours, actor=colleague, at=START)
    assert requests.list_requests(book, actor=colleague, at=START) == []
    return requests.list_requests(book, actor=boss, at=START)[0].request


def test_in_an_emergency_a_second_person_and_the_escrow_key_open_a_case_for_a_time(
    book: Casebook, escrow: Identity, officer: Actor, colleague: Actor, boss: Actor
) -> None:
    ref = filed(book, officer)
    request = asked(book, ref, colleague, boss)
    with pytest.raises(NotFound):
        casefile.read(book, ref, actor=colleague, at=START)
    with pytest.raises(Refused, match="escrow"):
        requests.approve(book, request, actor=boss, at=START)
    requests.approve(book, request, actor=boss, at=START, escrow=escrow)
    assert casefile.read(book, ref, actor=colleague, at=later(23))
    told = [one.words for one in notices.read(book, actor=officer, at=START)]
    assert len(told) == 1
    assert ref in told[0]
    assert "officer-2 opens" in told[0]
    assert requests.list_requests(book, actor=officer, at=START)[0].reason == "she is in danger"
    with pytest.raises(NotFound):
        casefile.read(book, ref, actor=colleague, at=later(24))
    assert retention.sweep(book, Retention(), actor=MONITOR, at=later(25)).ways_in_ended == 1
    with book.reading() as session:
        assert session.scalars(select(Assignment.key).where(Assignment.until.is_not(None))).one() is None
    with pytest.raises(Refused, match="decided already"):
        requests.refuse(book, request, actor=boss, at=START)


def test_an_assigned_approver_needs_no_escrow_key(book: Casebook, officer: Actor, colleague: Actor) -> None:
    ref = filed(book, officer)
    requests.break_glass(book, ref, "night shift", "her file is needed now", 1, actor=colleague, at=START)
    request = requests.list_requests(book, actor=officer, at=START)[0]
    requests.approve(book, request.request, actor=officer, at=START)
    assert casefile.read(book, ref, actor=colleague, at=START)


def test_nobody_approves_for_themselves_or_in_anothers_place(
    book: Casebook, escrow: Identity, officer: Actor, colleague: Actor, boss: Actor
) -> None:
    ref = filed(book, officer)
    request = asked(book, ref, colleague, boss)
    with pytest.raises(Refused, match="second person"):
        requests.break_glass(book, ref, "day shift", "because", 1, actor=colleague, at=START)
    with pytest.raises(NotFound):
        requests.approve(book, request, actor=colleague, at=START, escrow=escrow)
    with pytest.raises(Refused, match="somebody else"):
        requests.approve(book, request, actor=officer, at=START, escrow=escrow)
    outsider = hired(book, officer, "outsider")
    with pytest.raises(NotFound):
        requests.approve(book, request, actor=outsider, at=START, escrow=escrow)
    requests.refuse(book, request, actor=boss, at=START)
    with pytest.raises(Refused, match="decided already"):
        requests.approve(book, request, actor=boss, at=START, escrow=escrow)


@pytest.mark.parametrize("hours", [0, 73, -1])
def test_a_way_in_has_its_bounds(book: Casebook, colleague: Actor, boss: Actor, hours: int) -> None:
    assert boss
    with pytest.raises(Refused, match="1 to 72"):
        asked(book, "C-AAAAAA", colleague, boss, hours)


def test_asking_for_a_case_that_is_none_looks_the_same(book: Casebook, colleague: Actor, boss: Actor) -> None:
    requests.break_glass(book, "C-AAAAAA", "the boss", "because", 1, actor=colleague, at=START)
    assert requests.list_requests(book, actor=colleague, at=START) == []
    assert notices.waiting(book, boss) == 0


def approved(book: Casebook, ref: str, officer: Actor, boss: Actor) -> int:
    requests.erase(book, ref, "the boss", "she asked for it", actor=officer, at=START)
    request = requests.list_requests(book, actor=boss, at=START)[0].request
    requests.approve(book, request, actor=boss, at=START)
    return request


def erased(book: Casebook, hours: float) -> list[str]:
    graves: list[str] = []
    found_due = erasing.erase_due(book, actor=MONITOR, at=later(hours), objection=WINDOW, bury=graves.append)
    assert graves == [one.case for one in found_due]
    return graves


def test_a_case_is_erased_when_two_agreed_and_nobody_objected(
    book: Casebook, escrow: Identity, officer: Actor, colleague: Actor, boss: Actor
) -> None:
    assert escrow
    ref, other = filed(book, officer), open_case(book, colleague, 2)
    links.add(book, ref, found(SECRET, ONLY), actor=officer, at=START)
    links.add(book, other, found(SECRET), actor=colleague, at=START)
    for hours, verdict in [(0, "live"), (6, "removed"), (7, "removed"), (13, "live"), (13.1, "live")]:
        look(book, later(hours), Verdict(verdict))
    consents.change(book, ref, Act.CAPTURE, given=True, actor=officer, at=START, words="words of hers")
    approved(book, ref, officer, boss)
    assert erased(book, 71) == []
    assert erased(book, 72) == [ref]
    with pytest.raises(NotFound):
        casefile.read(book, ref, actor=officer, at=later(80))
    with book.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1
        assert session.scalar(select(func.count()).select_from(Address)) == 1
        assert session.scalar(select(func.count()).select_from(Check)) == 5
        assert session.scalars(select(Receipt.ref)).all() == [ref]
        sums = session.execute(select(Tally.links, Tally.takedowns, Tally.resurfacings)).all()
        assert [tuple(one) for one in sums] == [(2, 2, 2)]
    assert links.list_links(book, actor=colleague, at=START)[0].times_resurfaced == 1
    assert erasing.receipts(book, actor=officer)[0].links == 2
    assert journal.verify(book, officer).first_bad is None


def test_an_objection_keeps_the_case(book: Casebook, officer: Actor, colleague: Actor, boss: Actor) -> None:
    assert colleague
    ref = filed(book, officer)
    request = approved(book, ref, officer, boss)
    with pytest.raises(Refused, match="asked for this already"):
        requests.erase(book, ref, "the boss", "again", actor=officer, at=START)
    requests.refuse(book, request, actor=officer, at=later(71))
    assert erased(book, 100) == []
    assert casefile.read(book, ref, actor=officer, at=later(100))


def test_what_somebody_asked_who_left_since_can_still_be_refused(
    book: Casebook, officer: Actor, colleague: Actor, boss: Actor
) -> None:
    ref = filed(book, officer)
    request = asked(book, ref, colleague, boss)
    assignments.dismiss(book, "day shift", actor=officer, at=START)
    assert requests.refuse(book, request, actor=boss, at=START).refused_at == START


def test_erasing_while_a_visit_is_on_its_way_loses_only_the_visit(book: Casebook, officer: Actor, boss: Actor) -> None:
    ref = filed(book, officer)
    links.add(book, ref, found(ONLY), actor=officer, at=START)
    approved(book, ref, officer, boss)
    held = lease(book, later(72))
    assert erased(book, 72) == [ref]
    seen = [visits.Seen(held[0].address, later(72), Verdict.LIVE, "r", "b", 200, rendered=False, took_ms=1)]
    assert visits.record(book, "worker-1", seen, actor=MONITOR, cadence=CADENCE, chance=lambda: 0.5) == 0


def test_every_table_that_knows_a_case_is_emptied_of_it(book: Casebook, officer: Actor, boss: Actor) -> None:
    """A new table with a case in it has to be thought of in `erasing`."""
    ref = filed(book, officer)
    links.add(book, ref, found(ONLY), actor=officer, at=START)
    look(book, START, Verdict.LIVE)
    approved(book, ref, officer, boss)
    assert erased(book, 72) == [ref]
    with book.reading() as session:
        kept = {table.name: session.scalar(select(func.count()).select_from(table)) for table in TABLES_OF_CASES}
    assert {name: rows for name, rows in kept.items() if rows} == {}


def knows_a_case(name: str) -> bool:
    """Whether a table leads to `case` by its foreign keys, however far."""
    table = Base.metadata.tables[name]
    above = {key.column.table.name for key in table.foreign_keys} - {name}
    return "case" in above or any(knows_a_case(one) for one in above)


TABLES_OF_CASES = [table for table in Base.metadata.sorted_tables if table.name == "case" or knows_a_case(table.name)]


def test_old_checks_go_and_what_the_story_stands_on_stays(book: Casebook, officer: Actor) -> None:
    ref = open_case(book, officer)
    links.add(book, ref, found(ONLY), actor=officer, at=START)
    for hours, verdict in [(0, "live"), (6, "live"), (12, "live"), (18, "removed"), (19, "removed"), (400, "removed")]:
        look(book, later(hours), Verdict(verdict))
    swept = retention.sweep(book, Retention(checks_s=3600), actor=MONITOR, at=later(500))
    assert swept.checks == 3
    shown = links.show(book, links.LinkId(1), actor=officer, at=START)
    assert [one["verdict"] for one in shown["checks"]] == ["removed", "removed", "live"]
    assert shown["takedowns"][0]["first_seen_gone_at"] == later(18)


def test_those_assigned_are_reminded_of_cases_past_their_time_and_not_every_day(book: Casebook, officer: Actor) -> None:
    ref = filed(book, officer)
    cases.withdraw(book, ref, actor=officer, at=START)
    limits = Retention(withdrawn_cases_s=3600)
    assert retention.sweep(book, limits, actor=MONITOR, at=later(0.5)).reminders == 0
    assert retention.sweep(book, limits, actor=MONITOR, at=later(2)).reminders == 1
    assert retention.sweep(book, limits, actor=MONITOR, at=later(24)).reminders == 0
    assert retention.sweep(book, limits, actor=MONITOR, at=later(24 * 31)).reminders == 1
    assert ref in notices.read(book, actor=officer, at=START)[0].words
