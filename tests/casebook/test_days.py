"""Each record of evidence comes under one day's root, once, whatever ran and however the clock went; and its proof holds."""

import hashlib
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import delete, func, select, update

from casebook import assignments, days, journal, merkle, notices, stamps
from casebook.access import MONITOR, Actor, Role
from casebook.errors import NotFound, Refused
from casebook.stamps import Pending, Stamped
from casebook.store import Casebook
from casebook.tables import CaptureRecord, Case, EvidenceDay, EvidenceExport, JournalEntry
from casebook.vocabulary import NotKept, RecordKind
from tests.casebook.conftest import hired
from tests.casebook.test_visits import open_case

MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)
SERVER = "http://tsa.example/"


LITE = pytest.mark.parametrize("book", ["sqlite"], indirect=True)


def hour(hours: float) -> datetime:
    return MIDNIGHT + timedelta(hours=hours)


def digest(number: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest()


def add(book: Casebook, ref: str, *hours: float) -> list[bytes]:
    """Add records of these times; gives their digests."""
    with book.writing() as session:
        case = session.scalars(select(Case.id).where(Case.ref == ref)).one()
        before = session.scalar(select(func.count()).select_from(CaptureRecord)) or 0
        made = [digest(before + place) for place in range(len(hours))]
        for place, (at, sha) in enumerate(zip(hours, made, strict=True), before + 1):
            session.add(
                CaptureRecord(
                    case_id=case, number=place, at=hour(at), kind=RecordKind.NONE, reason=NotKept.FAILED, sha256=sha, record=b"sealed",
                )
            )  # fmt: skip
            session.flush()
        return made


def close(book: Casebook, at: float) -> list[tuple[str, int]]:
    return [(one.day, one.count) for one in days.close(book, actor=MONITOR, at=hour(at))]


def roots(book: Casebook) -> list[str]:
    with book.reading() as session:
        query = select(JournalEntry.subject).where(JournalEntry.act == "evidence.root").order_by(JournalEntry.seq)
        return list(session.scalars(query))


@pytest.fixture
def ref(book: Casebook, officer: Actor) -> str:
    return open_case(book, officer)


def test_a_day_is_closed_when_it_is_over_and_once(book: Casebook, officer: Actor, ref: str) -> None:
    made = add(book, ref, 1, 2, 3)
    assert close(book, 23.99) == []
    assert close(book, 24) == [("2026-03-01", 3)]
    assert close(book, 24) == close(book, 90) == []
    assert roots(book) == [f"2026-03-01/{merkle.Tree(made).root.hex()}"]
    assert journal.verify(book, officer).first_bad is None


@LITE
def test_days_on_which_nothing_ran_are_closed_later_each_for_itself(book: Casebook, ref: str) -> None:
    add(book, ref, 1, 2, 25, 100)
    assert close(book, 24 * 9) == [("2026-03-01", 2), ("2026-03-02", 1), ("2026-03-05", 1)]
    assert close(book, 24 * 10) == []


@LITE
def test_a_record_of_a_closed_day_comes_under_the_next(book: Casebook, ref: str, officer: Actor) -> None:
    add(book, ref, 1)
    close(book, 24)
    add(book, ref, 23, 25)
    assert close(book, 47) == []
    assert close(book, 48) == [("2026-03-02", 2)]
    assert sorted(days.proofs(book, ref, actor=officer, at=hour(48))) == [1, 2, 3]


@LITE
def test_a_clock_that_was_wrong_for_a_while_loses_no_record(book: Casebook, ref: str, officer: Actor) -> None:
    """Closed far ahead and set back: the days between are closed in their turn, and that day itself is not closed again."""
    add(book, ref, 1, 24 * 1000)
    assert [day for day, _ in close(book, 24 * 1001)] == ["2026-03-01", "2028-11-25"]
    add(book, ref, 2, 26, 24 * 1000 + 5)
    assert close(book, 48) == [("2026-03-02", 2)]
    assert close(book, 24 * 1001) == []
    assert close(book, 24 * 1002) == [("2028-11-26", 1)]
    assert len(days.proofs(book, ref, actor=officer, at=hour(1))) == 5


def test_two_that_close_at_once_close_once(book: Casebook, ref: str) -> None:
    add(book, ref, *[1.0] * 5)
    start, found = Barrier(2), []

    def run() -> None:
        start.wait()
        found.extend(close(book, 25))

    threads = [Thread(target=run) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert found == [("2026-03-01", 5)]
    assert len(roots(book)) == 1


def test_every_record_of_a_full_day_has_a_proof_that_holds(book: Casebook, ref: str, officer: Actor) -> None:
    count = 1201
    made = add(book, ref, *[1.0] * count)
    close(book, 24)
    found = days.proofs(book, ref, actor=officer, at=hour(24))
    assert sorted(found) == list(range(1, count + 1))
    for number in (1, 2, 600, count):
        assert found[number].holds(made[number - 1])
        assert not found[number].holds(digest(99_999))
    (root,) = {one.root for one in found.values()}
    assert roots(book) == [f"2026-03-01/{root.hex()}"]
    with book.reading() as session:
        entry = session.get_one(JournalEntry, found[1].journal_seq)
        assert (entry.act, entry.subject) == ("evidence.root", roots(book)[0])


@LITE
def test_proofs_stay_when_another_case_of_the_day_is_erased(book: Casebook, ref: str, officer: Actor) -> None:
    other = open_case(book, officer, 2)
    mine = [*add(book, ref, 1), add(book, other, 2), *add(book, ref, 3)]
    close(book, 24)
    with book.writing() as session:
        session.execute(
            delete(CaptureRecord).where(CaptureRecord.case_id != session.scalar(select(Case.id).where(Case.ref == ref)))
        )
    found = days.proofs(book, ref, actor=officer, at=hour(25))
    assert found[1].holds(mine[0])
    assert found[3].holds(mine[2])


@LITE
def test_a_record_that_was_altered_since_has_no_proof(book: Casebook, ref: str, officer: Actor) -> None:
    add(book, ref, 1, 2)
    close(book, 24)
    with book.writing() as session:
        session.execute(update(CaptureRecord).where(CaptureRecord.number == 1).values(sha256=digest(77)))
    assert sorted(days.proofs(book, ref, actor=officer, at=hour(25))) == [2]


@LITE
def test_proofs_are_for_those_assigned(book: Casebook, ref: str, colleague: Actor) -> None:
    add(book, ref, 1)
    with pytest.raises(NotFound):
        days.proofs(book, ref, actor=colleague, at=hour(25))
    with pytest.raises(Refused):
        days.proofs(book, ref, actor=MONITOR, at=hour(25))


@LITE
def test_a_day_without_records_has_no_root(book: Casebook) -> None:
    assert close(book, 24 * 30) == []
    assert roots(book) == []


def stamped(book: Casebook, one: Pending, token: bytes = b"token", at: float = 30) -> bool:
    return stamps.record(book, one, Stamped(token, SERVER), actor=MONITOR, at=hour(at))


def pending(book: Casebook, most: int = 100) -> list[Pending]:
    return stamps.pending(book, actor=MONITOR, most=most)


def test_what_has_no_stamp_waits_days_first_and_is_kept_once(book: Casebook, ref: str, officer: Actor) -> None:
    made = add(book, ref, 1, 2)
    close(book, 24)
    day, first, second = pending(book)
    assert (day.digest, day.is_day) == (merkle.Tree(made).root, True)
    assert [first.digest, second.digest] == made
    assert pending(book, 2) == [day, first]
    assert stamped(book, first)
    assert not stamped(book, first, b"another")
    assert stamped(book, day, b"of the day")
    assert pending(book) == [second]
    proof = days.proofs(book, ref, actor=officer, at=hour(31))[1]
    assert (proof.token, proof.token_from, proof.stamped_at) == (b"of the day", SERVER, hour(30))
    said = [(one.act, one.subject) for one in journal.entries(book, actor=officer, at=hour(31), case=ref)]
    assert ("evidence.stamped", f"{ref}/1") in said


@LITE
def test_a_stamp_comes_on_record_after_an_export_that_did_not_show_it(book: Casebook, ref: str) -> None:
    """Its time was read before the export's, and it waited for the pen."""
    add(book, ref, 1)
    with book.writing() as session:
        case = session.scalars(select(Case.id)).one()
        session.add(
            EvidenceExport(
                case_id=case, number=1, at=hour(40), officer="officer-1", to=b"x", purpose=b"x", last_number=1, journal_seq=1, redacted=False,
            )
        )  # fmt: skip
    (one,) = pending(book)
    assert stamped(book, one, at=39)
    with book.reading() as session:
        assert session.scalars(select(CaptureRecord.stamped_at)).one() == hour(40) + timedelta(microseconds=1)


@LITE
def test_a_stamp_for_what_was_erased_meanwhile_is_dropped(book: Casebook, ref: str) -> None:
    add(book, ref, 1)
    (one,) = pending(book)
    with book.writing() as session:
        session.execute(delete(CaptureRecord))
    assert not stamped(book, one)
    stamps.failed(book, [one], "late", actor=MONITOR, at=hour(2))


@LITE
def test_a_failure_is_kept_with_its_reason_until_there_is_a_stamp(book: Casebook, ref: str, officer: Actor) -> None:
    add(book, ref, 1)
    close(book, 24)
    for at, because in ((25, "first"), (26, "second " * 99)):
        stamps.failed(book, pending(book), because, actor=MONITOR, at=hour(at))
    with book.reading() as session:
        for row in (session.scalars(select(CaptureRecord)).one(), session.scalars(select(EvidenceDay)).one()):
            assert (row.stamp_failed, row.stamp_failed_at) == (("second " * 99)[:200], hour(25))
    for one in pending(book):
        stamped(book, one)
    with book.reading() as session:
        assert session.scalars(select(CaptureRecord.stamp_failed)).one() is None
    acts = [one.act for one in journal.entries(book, actor=officer, at=hour(31), case=ref)]
    assert acts.count("evidence.unstamped") == 1


def tell(book: Casebook, at: float) -> int:
    return stamps.tell(book, actor=MONITOR, at=hour(at))


def test_those_assigned_are_told_once_after_a_day_and_again_after_it_worked(
    book: Casebook, ref: str, officer: Actor, colleague: Actor
) -> None:
    other = hired(book, officer, "second")
    assignments.assign(book, ref, "second", actor=officer, at=MIDNIGHT)
    add(book, ref, 1)
    open_case(book, officer, 2)
    stamps.failed(book, pending(book), "no", actor=MONITOR, at=hour(2))
    assert (tell(book, 25), tell(book, 26), tell(book, 27)) == (0, 1, 0)
    add(book, ref, 30)
    stamps.failed(book, pending(book), "no", actor=MONITOR, at=hour(31))
    assert tell(book, 80) == 0
    counted = {one.name: notices.waiting(book, one) for one in (officer, other, colleague)}
    assert counted == {officer.name: 1, other.name: 1, colleague.name: 0}
    (said,) = [one for one in notices.read(book, actor=officer, at=hour(81)) if "time-stamp" in one.words]
    assert said.words.startswith(f"{ref}: for a day no time-stamp server")
    for one in pending(book):
        stamped(book, one)
    add(book, ref, 90)
    stamps.failed(book, pending(book), "no", actor=MONITOR, at=hour(91))
    assert (tell(book, 92), tell(book, 115)) == (0, 1)


@LITE
def test_only_the_monitor_and_officers_may_stamp(book: Casebook) -> None:
    nobody = Actor("officer-9", Role.STATISTICIAN)
    for act in (lambda: days.close(book, actor=nobody, at=hour(1)), lambda: stamps.pending(book, actor=nobody, most=1)):
        with pytest.raises(Refused):
            act()
