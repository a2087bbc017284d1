import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from casebook import assignments, casefile, cases, consents, journal, links, notices
from casebook.access import MONITOR, Actor
from casebook.errors import NotFound, Refused, Unavailable
from casebook.keys import Identity
from casebook.store import Casebook
from casebook.tables import Assignment, Entry
from casebook.vocabulary import Act, EntryKind, Verdict
from tests.casebook.conftest import START
from tests.casebook.test_visits import SECRET, found, later, lease, look, open_case

NOTE = {"words": "she must not be called at home"}


def noted(book: Casebook, officer: Actor) -> str:
    ref = open_case(book, officer)
    casefile.add(book, ref, EntryKind.NOTE, NOTE, actor=officer, at=START)
    return ref


def test_a_file_opens_for_those_assigned_and_for_nobody_else(book: Casebook, officer: Actor, colleague: Actor) -> None:
    ref = noted(book, officer)
    with pytest.raises(NotFound):
        casefile.read(book, ref, actor=colleague, at=START)
    assignments.assign(book, ref, "day shift", actor=officer, at=START)
    assert [one.words for one in casefile.read(book, ref, actor=colleague, at=START)] == [NOTE]


def test_who_is_unassigned_opens_nothing_even_with_all_they_kept(
    book: Casebook, officer: Actor, colleague: Actor
) -> None:
    ref = noted(book, officer)
    assignments.assign(book, ref, "day shift", actor=officer, at=START)
    kept = assignments.export_key(book, ref, actor=colleague, at=START)
    assignments.unassign(book, ref, "day shift", actor=officer, at=START)
    with pytest.raises(NotFound):
        casefile.read(book, ref, actor=colleague, at=START)
    casefile.add(book, ref, EntryKind.NOTE, {"words": "later"}, actor=officer, at=START)
    with book.reading() as session:
        for sealed in session.scalars(select(Entry.words)):
            with pytest.raises(Unavailable):
                Identity.of(kept).open(sealed)
        ended = session.scalars(select(Assignment).where(Assignment.ended_at.is_not(None))).one()
        assert ended.key is None
    assert [one.words["words"] for one in casefile.read(book, ref, actor=officer, at=START)][1] == "later"
    history = assignments.history(book, ref, actor=officer, at=START)
    assert [(one.officer, one.ended_at) for one in history] == [(officer.name, None), (colleague.name, START)]


def test_the_last_one_assigned_stays(book: Casebook, officer: Actor) -> None:
    ref = noted(book, officer)
    with pytest.raises(Refused, match="nobody would be left"):
        assignments.unassign(book, ref, "night shift", actor=officer, at=START)
    assert casefile.read(book, ref, actor=officer, at=START)


def test_the_monitor_adds_to_a_file_and_cannot_read_it(book: Casebook, officer: Actor) -> None:
    ref = noted(book, officer)
    casefile.add(book, ref, EntryKind.NOTE, {"words": "seen again"}, actor=MONITOR, at=START)
    with pytest.raises(Refused):
        casefile.read(book, ref, actor=MONITOR, at=START)
    assert casefile.read(book, ref, actor=officer, at=START)[1].author == "monitor"


def test_a_case_with_a_new_key_opens_as_before(book: Casebook, officer: Actor, colleague: Actor) -> None:
    ref = noted(book, officer)
    assignments.assign(book, ref, "day shift", actor=officer, at=START)
    consents.change(book, ref, Act.CAPTURE, given=True, actor=officer, at=START, words="on the phone")
    before = assignments.export_key(book, ref, actor=officer, at=START)
    assignments.rotate_case(book, ref, actor=colleague, at=START)
    assert assignments.export_key(book, ref, actor=officer, at=START) != before
    for actor in (officer, colleague):
        assert casefile.read(book, ref, actor=actor, at=START)[0].words == NOTE
    assert consents.ledger(book, ref, actor=officer, at=START)[-1].words == "on the phone"


@pytest.mark.skipif(shutil.which("age") is None, reason="the age program is not installed here")
def test_the_ordinary_age_program_opens_what_is_sealed_to_a_case(
    book: Casebook, officer: Actor, tmp_path: Path
) -> None:
    ref = noted(book, officer)
    (tmp_path / "key").write_text(assignments.export_key(book, ref, actor=officer, at=START))
    with book.reading() as session:
        (tmp_path / "entry.age").write_bytes(session.scalars(select(Entry.words)).one())
    opened = subprocess.run(
        ["age", "-d", "-i", tmp_path / "key", tmp_path / "entry.age"], capture_output=True, check=True
    )
    assert NOTE["words"] in opened.stdout.decode()


def test_an_entry_that_was_swapped_with_another_cases_does_not_open(book: Casebook, officer: Actor) -> None:
    one, two = noted(book, officer), open_case(book, officer, 2)
    casefile.add(book, two, EntryKind.NOTE, {"words": "another matter"}, actor=officer, at=START)
    with book.writing() as session:
        first, second = session.scalars(select(Entry).order_by(Entry.id))
        first.words, second.words = second.words, first.words
    with pytest.raises(Unavailable, match="altered"):
        casefile.read(book, one, actor=officer, at=START)


def test_no_link_is_watched_without_consent_and_none_after_it_was_taken_back(book: Casebook, officer: Actor) -> None:
    ref = open_case(book, officer)
    links.add(book, ref, found(SECRET), actor=officer, at=START)
    on_its_way = lease(book, START)
    consents.change(book, ref, Act.WATCH, given=False, actor=officer, at=START)
    assert on_its_way
    assert lease(book, later(9)) == []
    with pytest.raises(Refused, match="no consent to `watch`"):
        links.add(book, ref, found("https://another.example/"), actor=officer, at=START)
    consents.change(book, ref, Act.WATCH, given=True, actor=officer, at=later(1))
    assert len(lease(book, later(1))) == 1


def test_another_cases_consent_keeps_an_address_in_the_queue_but_tells_only_that_case(
    book: Casebook, officer: Actor, colleague: Actor
) -> None:
    mine, theirs = open_case(book, officer, 1), open_case(book, colleague, 2)
    for ref, actor in ((mine, officer), (theirs, colleague)):
        links.add(book, ref, found(SECRET), actor=actor, at=START)
    consents.change(book, mine, Act.WATCH, given=False, actor=officer, at=START)
    assert look(book, later(1), Verdict.LIVE) == 1
    assert links.list_links(book, actor=officer, at=START)[0].state == "unchecked"
    assert links.list_links(book, actor=colleague, at=START)[0].state == "live"


def test_withdrawal_takes_everything_back_at_once_and_keeps_the_file(book: Casebook, officer: Actor) -> None:
    ref = noted(book, officer)
    links.add(book, ref, found(SECRET), actor=officer, at=START)
    consents.change(book, ref, Act.REPORT_POLICY, given=True, actor=officer, at=START)
    assert cases.withdraw(book, ref, actor=officer, at=START) == [Act.WATCH, Act.HASH, Act.REPORT_POLICY]
    assert lease(book, later(1)) == []
    assert casefile.read(book, ref, actor=officer, at=START)
    assert journal.verify(book, officer).first_bad is None


def test_notices_open_for_their_reader_alone_and_count_once(book: Casebook, officer: Actor, colleague: Actor) -> None:
    with book.writing() as session:
        notices.tell(session, officer.officer or 0, "something was done", START)
    assert (notices.waiting(book, officer), notices.waiting(book, colleague)) == (1, 0)
    assert [one.words for one in notices.read(book, actor=officer, at=START)] == ["something was done"]
    assert notices.read(book, actor=officer, at=START) == []
    assert len(notices.read(book, actor=officer, at=START, seen=True)) == 1


def test_keys_changed_and_entries_added_at_once_leave_everything_readable(
    book: Casebook, officer: Actor, colleague: Actor
) -> None:
    ref = noted(book, officer)
    assignments.assign(book, ref, "day shift", actor=officer, at=START)
    turns = [lambda: assignments.rotate_case(book, ref, actor=officer, at=START)] * 4
    turns += [lambda: assignments.rotate_case(book, ref, actor=colleague, at=START)] * 4
    turns += [lambda: casefile.add(book, ref, EntryKind.NOTE, {"words": "x"}, actor=MONITOR, at=START)] * 8
    with ThreadPoolExecutor(4) as together:
        for done in [together.submit(turn) for turn in turns[::2] + turns[1::2]]:
            done.result()
    for actor in (officer, colleague):
        assert len(casefile.read(book, ref, actor=actor, at=START)) == 9
