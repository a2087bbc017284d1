"""Tries to send and letters on both databases: one at a time, each once, whoever asks at the same moment."""

from contextlib import suppress
from threading import Barrier, Thread

import pytest

from casebook import letters, sending
from casebook.access import MONITOR
from casebook.errors import Refused
from casebook.letters import Cited
from casebook.replies import Happened
from casebook.store import Casebook
from casebook.vocabulary import Fate, ReportEventKind, Sending
from tests.reporters.sent import Helpline, content, later

CITED = Cited(["a@b.example"], ["PX-4711"], ReportEventKind.ACKNOWLEDGED)


@pytest.fixture
def helpline(book: Casebook) -> Helpline:
    return Helpline(book)


def test_of_four_that_begin_at_once_one_does(helpline: Helpline) -> None:
    report, start, begun = helpline.draft(), Barrier(4), list[int]()

    def officer() -> None:
        start.wait()
        with suppress(Refused):
            begun.append(
                sending.begin(helpline.book, report, content(), "<a@b.example>", actor=helpline.amna, at=later(1))
            )

    threads = [Thread(target=officer) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(begun) == 1
    sending.hand_over(helpline.book, begun[0], actor=helpline.amna, at=later(1))
    assert helpline.view(report).sending is Sending.UNSURE
    assert sending.arrive(helpline.book, begun[0], [], actor=helpline.amna, at=later(1)).report.state == "sent"
    [tried] = sending.history(helpline.book, report, actor=helpline.amna, at=later(2))
    assert (tried.fate, tried.handed_over_at) == (Fate.SENT, later(1))


def test_a_mail_is_taken_once_and_settled_once(helpline: Helpline) -> None:
    report = helpline.draft()
    attempt = sending.begin(helpline.book, report, content(), "<a@b.example>", actor=helpline.amna, at=later(1))
    sending.hand_over(helpline.book, attempt, actor=helpline.amna, at=later(1))
    sending.arrive(helpline.book, attempt, [], actor=helpline.amna, at=later(1))
    kept = [
        letters.take(helpline.book, "a box", validity, uid, (b"raw", CITED), actor=MONITOR, at=later(2))
        for validity, uid in [(7, 1), (7, 1), (7, 2), (8, 1)]
    ]
    assert kept == [1, 0, 0, 0]
    assert letters.read_up_to(helpline.book, "a box", 8, actor=MONITOR) == 1
    assert letters.read_up_to(helpline.book, "a box", 7, actor=MONITOR) == 0
    happened = Happened(ReportEventKind.ACKNOWLEDGED, later(2), ticket="PX-4711")
    assert letters.accept(helpline.book, 1, happened, actor=helpline.amna, at=later(3)).report.ticket == "PX-4711"
    with pytest.raises(Refused, match="settled already: acknowledged"):
        letters.accept(helpline.book, 1, happened, actor=helpline.amna, at=later(3))
    by_ticket = Cited([], ["nothing", "px-4711"], None, ("no-proof-of-sender",))
    assert letters.take(helpline.book, "a box", 8, 2, (b"more", by_ticket), actor=MONITOR, at=later(4)) == 1
    [waits] = letters.list_letters(helpline.book, actor=helpline.amna, at=later(5), case=helpline.ref)
    assert (waits.found_by, waits.doubts, waits.proposes) == ("ticket", ["no-proof-of-sender"], None)
    assert letters.waiting(helpline.book, actor=helpline.amna, at=later(5)) == 1
