"""Answers come by a real IMAP server: each is read once, kept for the right case alone, and decided by a person."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from casebook import assignments, erasing, letters, notices, officers, rekey, reports
from casebook.access import MONITOR, Role
from casebook.errors import NotFound, Refused, Unavailable
from casebook.settings import Inbox, Reports, Settings
from casebook.store import open_book
from casebook.tables import Case
from casebook.vault import Vault
from casebook.vocabulary import ReportEventKind as K
from casebook.vocabulary import ReportId
from reporters import settling
from reporters.outbox import Folder, Unsure
from scheduler import inbox
from scheduler.home import Home
from tests.reporters.sent import Helpline, later, opened, server
from tests.web.imap import PASSWORD, USER, Mailstore
from tests.web.smtp import Mailbox

VOUCHED = "Authentication-Results: mx; dkim=pass"
SOON = later(9)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailstore]:
    with Mailstore(tmp_path_factory.mktemp("mails") / "inbox") as store:
        yield store


@pytest.fixture
def store(running: Mailstore) -> Mailstore:
    running.clear()
    running.counts_anew(7)
    return running


class Desk(Helpline):
    """A helpline with a report that was sent, and the mailbox that answers come to."""

    def __init__(self, base: Helpline, folder: Path, store: Mailstore) -> None:
        self.book, self.amna, self.ref, self.link = base.book, base.amna, base.ref, base.link
        self.folder, self.store = folder, store
        self.report = self.draft()
        self.send(self.report, Folder(folder / "out"))
        self.message_id = self.id_of(1)

    def id_of(self, dispatch: int) -> str:
        [file] = (self.folder / "out").glob(f"report-*-{dispatch}.eml")
        found = re.search(r"Message-ID:\s*(<[^>]+>)", file.read_text())
        assert found
        return found[1]

    def check(self, **more: object) -> int:
        settings = {"host": "localhost", "port": self.store.port, "ca_file": self.store.certificate, "user": USER}
        made = Inbox.model_validate({**settings, "time_s": 60, **more})
        home = Home(self.folder, None, Settings(inbox=made, reports=Reports(email="us@helpline.example")))
        return inbox.check(home, self.book, lambda: later(5))

    def comes(self, words: str, *heads: str, sender: str = "desk@pixhaven.example", cites: str | None = None) -> bytes:
        heads = heads or (VOUCHED, f"In-Reply-To: {cites or self.message_id}")
        lines = [f"From: {sender}", "Subject: Re: Please remove", "Content-Type: text/plain; charset=utf-8", *heads]
        raw = "\r\n".join([*lines, "", words, ""]).encode()
        self.store.put(raw)
        return raw

    def waiting(self) -> list[letters.LetterView]:
        return letters.list_letters(self.book, actor=self.amna, at=SOON)

    def accept(self, letter: int, kind: K | None = None, **more: str) -> reports.ReportView:
        fields = {"reason": None, "ticket": None, **more}
        return settling.accept(self.book, letter, kind, when=None, actor=self.amna, at=SOON, **fields).report


@pytest.fixture
def desk(tmp_path: Path, store: Mailstore, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv(inbox.PASSWORD, PASSWORD)
    base = opened(tmp_path)
    yield Desk(base, tmp_path, store)
    base.book.engine.dispose()


def test_an_answer_waits_and_changes_nothing_until_a_person_accepts_it(desk: Desk) -> None:
    raw = desk.comes("Thank you for your report. Your ticket number is PX-4711.")
    assert desk.check() == 1
    [one] = desk.waiting()
    assert (one.report, one.proposes, one.doubts, one.size) == (desk.report, K.ACKNOWLEDGED, [], len(raw))
    assert desk.view(desk.report).state == "sent"
    assert [note.words for note in notices.read(desk.book, actor=desk.amna, at=SOON)] == [
        f"an answer to report {desk.report} waits; see: pehra inbox list"
    ]
    view = desk.accept(one.letter)
    assert (view.state, view.ticket, desk.waiting()) == ("acknowledged", "PX-4711", [])
    assert letters.show(desk.book, one.letter, actor=desk.amna, at=SOON).raw == raw
    with pytest.raises(Refused, match="settled already"):
        desk.accept(one.letter)


def test_each_mail_is_read_once_and_what_is_no_answer_leaves_nothing(desk: Desk) -> None:
    desk.comes("Lunch is at one.", "X-None: 1")
    desk.comes("We have removed it.")
    assert [desk.check(), desk.check()] == [2, 0]
    desk.comes("We have removed that too.")
    assert desk.check() == 1
    assert [one.proposes for one in desk.waiting()] == [K.ACTED, K.ACTED]
    with desk.book.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM letter")) == 2


def test_a_server_that_counts_anew_brings_nothing_twice(desk: Desk, store: Mailstore) -> None:
    desk.comes("We have removed it.")
    assert desk.check() == 1
    store.counts_anew(8)
    assert desk.check() == 1
    assert len(desk.waiting()) == 1


def test_a_server_that_dies_in_the_middle_loses_nothing(desk: Desk, store: Mailstore) -> None:
    for words in ("We have removed it.", "We need more information.", "We are unable to remove it."):
        desk.comes(words)
    (store.folder / "dies").write_text("2")
    with pytest.raises(Unavailable, match="broke off"):
        desk.check()
    (store.folder / "dies").unlink()
    store.restart()
    assert len(desk.waiting()) == 1
    assert desk.check() == 2
    assert [one.proposes for one in desk.waiting()] == [K.ACTED, K.INFO_REQUESTED, K.REFUSED]


def test_an_answer_is_found_by_its_ticket(desk: Desk) -> None:
    desk.comes("We received it. Ticket: PX-4711")
    desk.check()
    desk.accept(desk.waiting()[0].letter)
    desk.comes("About px-4711: we have removed it.", VOUCHED)
    desk.check()
    assert [(one.report, one.found_by, one.proposes) for one in desk.waiting()] == [(desk.report, "ticket", K.ACTED)]


def test_a_ticket_that_two_reports_share_is_a_doubt(desk: Desk) -> None:
    second = desk.draft()
    desk.send(second, Folder(desk.folder / "out"))
    for number in (1, 2):
        desk.comes("We received it. Ticket: PX-4711", cites=desk.id_of(number))
    desk.check()
    for one in desk.waiting():
        desk.accept(one.letter)
    desk.comes("PX-4711: we have removed it.", VOUCHED)
    desk.check()
    first, other = desk.waiting()
    assert {first.report, other.report} == {desk.report, second}
    with pytest.raises(Refused, match=r"doubtful: it fits more than one report.*--as WORD"):
        desk.accept(first.letter)
    assert desk.accept(first.letter, K.ACTED).outcome == "acted"
    letters.dismiss(desk.book, other.letter, actor=desk.amna, at=SOON)
    assert desk.waiting() == []
    with pytest.raises(Refused, match="nothing of it was kept"):
        letters.show(desk.book, other.letter, actor=desk.amna, at=SOON)


def test_a_forged_answer_is_named_as_doubtful(desk: Desk) -> None:
    desk.comes("We have removed it.", f"In-Reply-To: {desk.message_id}", sender="desk@evil.example")
    desk.check()
    found = settling.read(desk.book, desk.waiting()[0].letter, actor=desk.amna, at=SOON)
    assert found.doubts == ["no-proof-of-sender", "other-sender"]
    with pytest.raises(Refused, match="did not vouch"):
        desk.accept(1)


def test_a_refusal_wants_its_reason(desk: Desk) -> None:
    desk.comes("It does not violate our rules.")
    desk.check()
    with pytest.raises(Refused, match="--reason"):
        desk.accept(1)
    assert desk.accept(1, reason="not-a-violation").outcome == "refused"


def test_a_bounce_makes_it_a_draft_again(desk: Desk) -> None:
    parts = (
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nStatus: 5.1.1\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {desk.message_id}\r\n--b--"
    )
    report = "Content-Type: multipart/report; report-type=delivery-status; boundary=b"
    desk.store.put(f"From: mailer-daemon@mx.example\r\n{report}\r\n\r\n{parts}\r\n".encode())
    desk.check()
    [one] = desk.waiting()
    assert (one.proposes, one.doubts) == (K.BOUNCED, [])
    assert desk.accept(one.letter).state == "drafted"


def test_a_loop_of_answers_ends_and_our_own_mail_is_none(desk: Desk) -> None:
    for n in range(letters.MOST_WAITING + 5):
        desk.comes(f"I am away {n}", "Auto-Submitted: auto-replied", f"In-Reply-To: {desk.message_id}")
    desk.comes("Please remove it.", sender="us@helpline.example")
    assert desk.check() == letters.MOST_WAITING + 6
    assert len(desk.waiting()) == letters.MOST_WAITING
    assert notices.waiting(desk.book, desk.amna) == 1


def test_thirty_megabytes_are_kept_whole_and_more_by_its_beginning(desk: Desk) -> None:
    head = f"From: desk@pixhaven.example\r\nIn-Reply-To: {desk.message_id}\r\n{VOUCHED}\r\n"
    kind = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nWe have removed it.\r\n"
    big = b"--b\r\nContent-Type: application/zip\r\n\r\n" + b"A" * 30_000_000 + b"\r\n--b--\r\n"
    desk.store.put((head + kind).encode() + big)
    assert desk.check() == 1
    desk.store.put((head + "X-2: 2\r\n" + kind).encode() + big)
    assert desk.check(letter_bytes=100_000) == 1
    whole, part = desk.waiting()
    assert (whole.size > 30_000_000, whole.doubts, whole.proposes) == (True, [], K.ACTED)
    assert (part.size, part.doubts, part.proposes) == (100_000, ["cut-off"], K.ACTED)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        pytest.param({"user": "nobody@helpline.example"}, "refuses our name or password", id="a wrong name"),
        pytest.param({"folder": "Answers"}, "no folder of the name", id="no such folder"),
        pytest.param({"ca_file": None}, "not to be trusted", id="a certificate nobody vouches for"),
        pytest.param({"port": 9}, "cannot be reached", id="nobody there"),
        pytest.param({"host": None}, "set inbox.host", id="no mailbox"),
    ],
)
def test_a_mailbox_that_cannot_be_read_is_one_sentence(desk: Desk, more: dict[str, object], says: str) -> None:
    with pytest.raises(Unavailable, match=says) as error:
        desk.check(**more)
    assert USER not in str(error.value)


def test_a_mailbox_is_not_read_in_the_clear_from_elsewhere(desk: Desk) -> None:
    with pytest.raises(Refused, match="to this machine itself"):
        desk.check(host="mail.example", security="none")


def test_a_letter_to_somebody_else_is_none(desk: Desk) -> None:
    desk.comes("We have removed it.")
    desk.check()
    officers.add(desk.book, "bilal", Role.OFFICER, actor=desk.amna, at=later(2), passphrase=None)
    bilal = officers.prove(desk.book, officers.claim(desk.book, "bilal"), None, at=later(2))
    assert letters.list_letters(desk.book, actor=bilal, at=SOON) == []
    for number in (1, 999):
        with pytest.raises(NotFound, match=r"^no letter of that number"):
            letters.show(desk.book, number, actor=bilal, at=SOON)
        with pytest.raises(NotFound, match=r"^no letter of that number"):
            letters.dismiss(desk.book, number, actor=bilal, at=SOON)


def test_new_keys_open_letters_and_erasing_ends_them(desk: Desk) -> None:
    raw = desk.comes("We have removed it.")
    desk.check()
    assignments.rotate_case(desk.book, desk.ref, actor=desk.amna, at=SOON)
    new = Vault(bytes(range(1, 33)))
    rekey.rotate(desk.book, new, actor=desk.amna, at=SOON)
    book = open_book(str(desk.book.engine.url), new)
    amna = officers.prove(book, officers.claim(book, "amna"), None, at=SOON)
    assert letters.show(book, 1, actor=amna, at=SOON).raw == raw
    desk.book, desk.amna = book, amna
    desk.store.counts_anew(9)
    assert (desk.check(), len(desk.waiting())) == (1, 1)
    with book.writing() as session:
        erasing.destroy(session, book, session.get_one(Case, 1), "officer-1", "officer-2", actor=MONITOR, at=SOON)
    with book.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM letter")) == 0
    book.engine.dispose()


def test_an_answer_to_what_may_not_have_arrived_is_found_too(desk: Desk) -> None:
    with Mailbox() as box:
        box.manner = "dies-after-data"
        second = desk.draft()
        with pytest.raises(Unsure):
            desk.send(second, server(box.port))
        desk.comes("We received it.", cites=str(box.received[0][1]["Message-ID"]))
    desk.check()
    assert [one.report for one in desk.waiting()] == [second]
    with pytest.raises(Refused, match="--resolve arrived"):
        desk.accept(desk.waiting()[0].letter)
    assert second == ReportId(2)
