"""Opening a link oneself, and what staff carry."""

from datetime import timedelta

import pytest

from casebook import assignments, cases, exposure, followups, journal, links, workload
from casebook.access import MONITOR, Actor, Role
from casebook.errors import NotFound, Refused
from casebook.exposure import Exposure, Sum
from casebook.store import Casebook
from casebook.vocabulary import LinkId, Verdict
from casebook.workload import Load
from tests.casebook.conftest import START, hired
from tests.casebook.test_visits import SECRET, found, later, look, open_case


def add(book: Casebook, officer: Actor, ref: str, *, minor: bool = False) -> LinkId:
    return LinkId(links.add(book, ref, found(SECRET), actor=officer, at=START, minor=minor).added[0].link)


def test_opening_is_on_record_before_it_happens_and_counted(book: Casebook, officer: Actor) -> None:
    ref = open_case(book, officer)
    link = add(book, officer, ref)
    opened: list[tuple[str, bool]] = []

    def opener(url: str) -> int:
        newest = journal.entries(book, actor=officer, at=START, last=1)[0]
        opened.append((url, (newest.act, newest.subject) == ("link.open", f"{ref}/{link}")))
        return 0

    for days in (0, 1, 7.5, 8):
        found_ = exposure.open_link(book, link, opener, actor=officer, at=later(days * 24))
    assert opened == [(SECRET, True)] * 4
    assert (found_.opened, found_.in_7_days) == (True, 2)
    assert exposure.own_week(book, actor=officer, at=later(8 * 24)) == 2


def test_a_browser_that_does_not_open_is_told_and_the_look_stays_on_record(book: Casebook, officer: Actor) -> None:
    link = add(book, officer, open_case(book, officer))
    tried = exposure.open_link(book, link, lambda _: 1, actor=officer, at=START)
    assert (tried.opened, tried.in_7_days) == (False, 1)


@pytest.mark.parametrize("whose", ["its own", "another case's"])
def test_a_childs_link_is_not_opened(book: Casebook, officer: Actor, whose: str) -> None:
    opened: list[str] = []
    link = add(book, officer, open_case(book, officer), minor=whose == "its own")
    if whose == "another case's":
        add(book, officer, open_case(book, officer, 2), minor=True)
    with pytest.raises(Refused, match="which nobody here opens"):
        exposure.open_link(book, link, lambda url: opened.append(url) or 0, actor=officer, at=START)
    assert opened == []
    assert exposure.own_week(book, actor=officer, at=START) == 0


def test_only_who_is_assigned_opens_a_link(book: Casebook, officer: Actor) -> None:
    link = add(book, officer, open_case(book, officer))
    said = set()
    for number, asked in enumerate((link, LinkId(99))):
        other = hired(book, officer, f"other {number}")
        with pytest.raises(NotFound) as refused:
            exposure.open_link(book, asked, lambda _: 0, actor=other, at=START)
        said.add(str(refused.value))
    assert len(said) == 1
    for actor in (MONITOR, hired(book, officer, "lead", Role.SUPERVISOR)):
        with pytest.raises(Refused):
            exposure.open_link(book, link, lambda _: 0, actor=actor, at=START)


def test_an_officer_sees_their_days_and_a_supervisor_sums(book: Casebook, officer: Actor) -> None:
    link = add(book, officer, open_case(book, officer))
    lead = hired(book, officer, "lead", Role.SUPERVISOR)
    for hours in (0, 20, 21):
        exposure.open_link(book, link, lambda _: 0, actor=officer, at=later(hours))
    day = START.date()
    assert exposure.own(book, actor=officer, at=later(24)) == Exposure(
        "officer-1", 3, 3, {day: 1, day + timedelta(days=1): 2}
    )
    assert exposure.sums(book, actor=lead, at=later(10 * 24)) == [Sum("officer-1", 0, 3)]
    exposure.open_link(book, link, lambda _: 0, actor=officer, at=later(31 * 24))
    assert exposure.own(book, actor=officer, at=later(31 * 24)).in_30_days == 1
    with pytest.raises(Refused):
        exposure.sums(book, actor=officer, at=START)
    with pytest.raises(Refused):
        exposure.own(book, actor=lead, at=START)


def test_the_workload_is_numbers_alone(book: Casebook, officer: Actor) -> None:
    lead = hired(book, officer, "lead", Role.SUPERVISOR)
    other = hired(book, officer, "other")
    one, two, closed = (open_case(book, officer, seed) for seed in (1, 2, 3))
    assignments.assign(book, two, "other", actor=officer, at=START)
    for ref in (one, closed):
        add(book, officer, ref)
    links.add(book, one, found("https://x.example/2"), actor=officer, at=START)
    cases.close(book, closed, actor=officer, at=START)
    look(book, later(1), Verdict.RESTRICTED)
    entries = [followups.add(book, ref, later(1), None, actor=officer, at=START) for ref in (one, two, two)]
    followups.missed(book, entries[0], later(100), None, actor=officer, at=later(2))
    exposure.open_link(book, LinkId(1), lambda _: 0, actor=officer, at=later(2))
    assert workload.see(book, actor=lead, at=later(3)) == [
        Load("officer-1", 2, 2, 2, 2, 1, 1),
        Load(other.name, 1, 0, 0, 2, 0, 0),
    ]
    assignments.unassign(book, two, "other", actor=officer, at=later(3))
    assert workload.see(book, actor=lead, at=later(9 * 24))[1] == Load(other.name, 0, 0, 0, 0, 0, 0)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.STATISTICIAN, Role.OFFICER])
def test_the_workload_is_for_supervisors(book: Casebook, officer: Actor, role: Role) -> None:
    with pytest.raises(Refused):
        workload.see(book, actor=hired(book, officer, "somebody", role), at=START)
