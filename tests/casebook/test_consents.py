"""The consent ledger, and what stops when a consent is taken back."""

from casebook import consents, journal, links, visits
from casebook.access import MONITOR, Actor
from casebook.store import Casebook
from casebook.vocabulary import Act, Verdict
from tests.casebook.conftest import START
from tests.casebook.test_visits import CADENCE, SECRET, found, later, lease, look, open_case


def change(
    book: Casebook, officer: Actor, ref: str, act: Act, hours: float, *, given: bool, words: str | None = None
) -> None:
    consents.change(book, ref, act, given=given, actor=officer, at=later(hours), words=words)


def test_each_act_stands_where_its_newest_line_puts_it(book: Casebook, officer: Actor) -> None:
    ref = open_case(book, officer)
    change(book, officer, ref, Act.TELL_POLICE, 1, given=True, words="on the phone")
    change(book, officer, ref, Act.TELL_POLICE, 2, given=False)
    change(book, officer, ref, Act.PUBLISH, 3, given=True)
    ledger = consents.ledger(book, ref, actor=officer, at=START)
    assert [(one.act, one.given, one.words) for one in ledger] == [
        (Act.WATCH, True, None),
        (Act.HASH, True, None),
        (Act.TELL_POLICE, True, "on the phone"),
        (Act.TELL_POLICE, False, None),
        (Act.PUBLISH, True, None),
    ]
    stands = {one.act: (one.stands, one.since) for one in consents.standing(ledger)}
    assert list(stands) == list(Act)
    assert stands[Act.TELL_POLICE] == ("revoked", later(2))
    assert stands[Act.PUBLISH] == ("given", later(3))
    assert stands[Act.CAPTURE] == ("not asked", None)


def test_taking_back_the_watch_empties_the_queue_and_drops_a_visit_on_its_way(book: Casebook, officer: Actor) -> None:
    ref = open_case(book, officer)
    link = links.add(book, ref, found(SECRET), actor=officer, at=START).added[0].link
    on_its_way = lease(book, START)
    change(book, officer, ref, Act.WATCH, 0, given=False)
    seen = [
        visits.Seen(one.address, START, Verdict.LIVE, "r", "because", 200, rendered=False, took_ms=1)
        for one in on_its_way
    ]
    assert len(seen) == 1
    assert visits.record(book, "worker-1", seen, actor=MONITOR, cadence=CADENCE, chance=lambda: 0.5) == 0
    shown = links.show(book, link, actor=officer, at=START)
    assert (shown["checks"], shown["next_check_at"], shown["state"]) == ([], None, "unchecked")
    assert lease(book, later(1000)) == []
    change(book, officer, ref, Act.WATCH, 1, given=True)
    assert look(book, later(1), Verdict.LIVE) == 1


def test_another_case_that_still_agrees_keeps_the_address_watched(book: Casebook, officer: Actor) -> None:
    one, two = (open_case(book, officer, seed) for seed in (1, 2))
    numbers = [links.add(book, ref, found(SECRET), actor=officer, at=START).added[0].link for ref in (one, two)]
    change(book, officer, one, Act.WATCH, 0, given=False)
    assert look(book, later(1), Verdict.LIVE) == 1
    states = [links.show(book, number, actor=officer, at=START)["state"] for number in numbers]
    assert states == ["unchecked", "live"]
    assert journal.verify(book, officer).first_bad is None
