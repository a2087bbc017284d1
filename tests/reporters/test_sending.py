"""A report leaves once, complete and agreed to; what goes wrong on the way has one clear end, and nothing goes twice."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import text

from casebook import assignments, consents, erasing, officers, rekey, replies, reports, retention
from casebook import sending as rows
from casebook.access import MONITOR, Role
from casebook.errors import NotFound, Refused, Unavailable
from casebook.replies import Happened
from casebook.settings import Retention
from casebook.store import open_book
from casebook.tables import Case
from casebook.vault import Vault
from casebook.vocabulary import Act, Fate, ReportEventKind, ReportId, Sending
from reporters import sending
from reporters.errors import Incomplete
from reporters.outbox import Folder, NotSent, Rejected, Unsure
from tests.reporters.sent import NAME, TO, Helpline, Watched, later, opened, server
from tests.web.smtp import Mailbox


@pytest.fixture(scope="module")
def running() -> Iterator[Mailbox]:
    with Mailbox() as box:
        yield box


@pytest.fixture
def box(running: Mailbox) -> Mailbox:
    running.manner = "well"
    running.received.clear()
    return running


@pytest.fixture
def helpline(tmp_path: Path) -> Iterator[Helpline]:
    made = opened(tmp_path)
    yield made
    made.book.engine.dispose()


def fates(helpline: Helpline, report: ReportId) -> list[Fate | None]:
    return [one.fate for one in rows.history(helpline.book, report, actor=helpline.amna, at=later(900))]


def test_a_report_leaves_with_its_names_and_its_clock_starts(helpline: Helpline, box: Mailbox) -> None:
    report = helpline.draft()
    noted = helpline.send(report, server(box.port))
    [(to, mail)] = box.received
    assert (to, mail["From"], mail["To"]) == ([TO], "Helpline <reports@helpline.example>", TO)
    assert NAME in mail.get_content()
    assert (noted.report.state, noted.report.sent_at, noted.report.due_at) == ("sent", later(1), later(49))
    assert NAME in helpline.said(report)["body"]
    with helpline.book.reading() as session:
        assert session.scalar(text("SELECT message_digest FROM report")) == replies.message_digest(
            helpline.book.vault, mail["Message-ID"]
        )
    assert fates(helpline, report) == [Fate.SENT]


def test_what_follows_on_a_mail_names_it(helpline: Helpline, box: Mailbox) -> None:
    first = helpline.draft()
    form = helpline.draft(after=first, kind="webform", to="https://pixhaven.example/report")
    second = helpline.draft(after=form)
    third = helpline.draft(after=second)
    for report in (first, second, third):
        helpline.send(report, server(box.port))
    ids = [mail["Message-ID"] for _, mail in box.received]
    assert [(mail["In-Reply-To"], mail["References"]) for _, mail in box.received] == [
        (None, None), (ids[0], ids[0]), (ids[1], f"{ids[0]} {ids[1]}"),
    ]  # fmt: skip


def test_what_was_sent_is_not_sent_again(helpline: Helpline, box: Mailbox) -> None:
    report = helpline.draft()
    helpline.send(report, server(box.port))
    with pytest.raises(Refused, match="is sent: only a draft"):
        helpline.send(report, server(box.port), 2)
    assert len(box.received) == 1


def test_a_report_lies_in_the_folder_for_outgoing_mail(helpline: Helpline, tmp_path: Path) -> None:
    report = helpline.draft()
    assert helpline.send(report, Folder(tmp_path / "out")).report.state == "sent"
    [file] = (tmp_path / "out").iterdir()
    assert (file.name, file.stat().st_mode & 0o777) == (f"report-{report}-1.eml", 0o600)
    assert NAME in file.read_text()


def test_nothing_incomplete_leaves(helpline: Helpline, box: Mailbox) -> None:
    asks = {"element": "url", "asks": "the address", "value": None, "reminds": False, "personal": False}
    with pytest.raises(Incomplete, match="the address"):
        helpline.send(helpline.draft(fields=[asks]), server(box.port))
    assert box.received == []


def test_nothing_leaves_without_consent(helpline: Helpline, box: Mailbox) -> None:
    report = helpline.draft()
    consents.change(helpline.book, helpline.ref, Act.REPORT_STATUTORY, given=False, actor=helpline.amna, at=later(0))
    with pytest.raises(Refused, match="withdrawn"):
        helpline.send(report, server(box.port))
    assert box.received == []


def test_a_form_is_for_a_person(helpline: Helpline, box: Mailbox) -> None:
    report = helpline.draft(kind="webform", to="https://pixhaven.example/report")
    with pytest.raises(Refused, match=f"pehra report show {report} --open.*pehra report log {report} --sent"):
        helpline.send(report, server(box.port))


def test_without_a_way_out_it_says_what_to_do(helpline: Helpline) -> None:
    with pytest.raises(Unavailable, match=r"set mail.host or mail.folder.*--eml FILE"):
        helpline.send(helpline.draft(), None)


def test_a_receiver_that_is_no_mailbox_is_said_before_anything_begins(helpline: Helpline, box: Mailbox) -> None:
    report = helpline.draft(to="the abuse desk")
    with pytest.raises(Refused, match="no mail address"):
        helpline.send(report, server(box.port))
    assert fates(helpline, report) == []


def test_a_busy_server_leaves_a_draft_that_goes_later(helpline: Helpline, box: Mailbox) -> None:
    report = helpline.draft()
    box.manner = "busy"
    with pytest.raises(NotSent, match=r"did not leave and is a draft still.*later"):
        helpline.send(report, server(box.port))
    box.manner = "well"
    assert helpline.send(report, server(box.port), 2).report.sent_at == later(2)
    assert (len(box.received), fates(helpline, report)) == (1, [Fate.NOT_SENT, Fate.SENT])


def test_no_server_leaves_a_draft(helpline: Helpline) -> None:
    report = helpline.draft()
    with pytest.raises(NotSent, match="cannot be reached"):
        helpline.send(report, server(9))
    assert (helpline.view(report).state, helpline.view(report).sending) == ("drafted", None)


@pytest.mark.parametrize("manner", ["no-such-person", "refuses-all", "too-large"])
def test_a_server_that_refuses_is_on_record_and_it_stays_a_draft(helpline: Helpline, box: Mailbox, manner: str) -> None:
    report = helpline.draft()
    box.manner = manner  # type: ignore[assignment]
    with pytest.raises(Rejected, match=f"was not sent.*pehra report complete {report} --to") as error:
        helpline.send(report, server(box.port))
    assert TO not in str(error.value)
    assert (helpline.view(report).state, fates(helpline, report)) == ("drafted", [Fate.REFUSED])


@pytest.fixture
def unsure(helpline: Helpline, box: Mailbox) -> ReportId:
    """A report whose server died after it had it."""
    report = helpline.draft()
    box.manner = "dies-after-data"
    with pytest.raises(Unsure, match=r"nobody knows whether it arrived.*--resolve arrived, or --resolve lost"):
        helpline.send(report, server(box.port))
    box.manner = "well"
    return report


def test_nobody_sends_again_what_may_have_arrived(helpline: Helpline, box: Mailbox, unsure: ReportId) -> None:
    assert helpline.view(unsure).sending is Sending.UNSURE
    assert rows.unsure(helpline.book, actor=helpline.amna, at=later(2)) == 1
    for hours in (2, 400):
        with pytest.raises(Refused, match="nobody knows whether it arrived"):
            helpline.send(unsure, server(box.port), hours)
    with pytest.raises(Refused, match="nobody knows whether it arrived"):
        replies.note(helpline.book, unsure, Happened(ReportEventKind.SENT, later(2)), actor=helpline.amna, at=later(2))
    with pytest.raises(Refused, match="nobody knows whether it arrived"):
        reports.rewrite(helpline.book, unsure, {}, actor=helpline.amna, at=later(2))
    assert len(box.received) == 1


def test_what_arrived_is_sent_since_it_left(helpline: Helpline, unsure: ReportId) -> None:
    noted = sending.resolve(helpline.book, unsure, arrived=True, actor=helpline.amna, at=later(30))
    assert (noted.report.state, noted.report.sent_at, noted.report.due_at) == ("sent", later(1), later(49))
    assert NAME in helpline.said(unsure)["body"]
    assert rows.unsure(helpline.book, actor=helpline.amna, at=later(31)) == 0


def test_what_was_lost_may_be_sent_again(helpline: Helpline, box: Mailbox, unsure: ReportId) -> None:
    noted = sending.resolve(helpline.book, unsure, arrived=False, actor=helpline.amna, at=later(30))
    assert (noted.report.state, noted.report.sending) == ("drafted", None)
    helpline.send(unsure, server(box.port), 31)
    assert fates(helpline, unsure) == [Fate.LOST, Fate.SENT]


def test_a_consent_taken_back_cannot_unsend_what_may_have_arrived(helpline: Helpline, unsure: ReportId) -> None:
    consents.change(helpline.book, helpline.ref, Act.REPORT_STATUTORY, given=False, actor=helpline.amna, at=later(2))
    assert helpline.view(unsure).state == "drafted"
    assert sending.resolve(helpline.book, unsure, arrived=True, actor=helpline.amna, at=later(3)).report.state == "sent"


def test_a_consent_taken_back_at_the_last_moment_stops_it(helpline: Helpline, box: Mailbox) -> None:
    report = helpline.draft()

    def revoke() -> None:
        consents.change(
            helpline.book, helpline.ref, Act.REPORT_STATUTORY, given=False, actor=helpline.amna, at=later(1)
        )

    with pytest.raises(Refused, match="is withdrawn"):
        helpline.send(report, Watched(server(box.port), revoke, before=True))
    assert (box.received, fates(helpline, report)) == ([], [Fate.NOT_SENT])


def test_a_sender_that_dies_before_it_hands_over_has_sent_nothing(helpline: Helpline, box: Mailbox) -> None:
    report = helpline.draft()
    rows.begin(helpline.book, report, {"body": "x"}, "<a@b.example>", actor=helpline.amna, at=later(1))
    assert helpline.view(report).sending is Sending.BEGUN
    with pytest.raises(Refused, match=r"is being sent since 10:00:00 UTC.*--resolve lost"):
        helpline.send(report, server(box.port), 1.01)
    with pytest.raises(Refused, match="has not left, so it cannot have arrived"):
        sending.resolve(helpline.book, report, arrived=True, actor=helpline.amna, at=later(1.1))
    sending.resolve(helpline.book, report, arrived=False, actor=helpline.amna, at=later(1.1))
    helpline.send(report, server(box.port), 1.11)
    assert (len(box.received), fates(helpline, report)) == (1, [Fate.NOT_SENT, Fate.SENT])


def test_a_slow_sender_whose_turn_is_over_sends_nothing_any_more(helpline: Helpline) -> None:
    report = helpline.draft()
    slow = rows.begin(helpline.book, report, {"body": "x"}, "<a@b.example>", actor=helpline.amna, at=later(1))
    second = rows.begin(helpline.book, report, {"body": "x"}, "<b@b.example>", actor=helpline.amna, at=later(1.5))
    with pytest.raises(Refused, match="ended by another hand"):
        rows.hand_over(helpline.book, slow, actor=helpline.amna, at=later(1.6))
    rows.hand_over(helpline.book, second, actor=helpline.amna, at=later(1.6))
    with pytest.raises(Refused, match="ended by another hand"):
        rows.hand_over(helpline.book, second, actor=helpline.amna, at=later(1.6))


def test_two_officers_at_once_send_one(helpline: Helpline, box: Mailbox) -> None:
    report, start, done = helpline.draft(), Barrier(4), list[str]()

    def officer() -> None:
        start.wait()
        with suppress(Refused):
            done.append(helpline.send(report, server(box.port)).report.state)

    threads = [Thread(target=officer) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (done, len(box.received)) == (["sent"], 1)


def test_what_left_and_could_not_be_noted_says_so(helpline: Helpline, box: Mailbox) -> None:
    report = helpline.draft()

    def dismissed() -> None:
        officers.add(helpline.book, "bilal", Role.OFFICER, actor=helpline.amna, at=later(1), passphrase=None)
        assignments.assign(helpline.book, helpline.ref, "bilal", actor=helpline.amna, at=later(1))
        assignments.unassign(helpline.book, helpline.ref, "amna", actor=helpline.amna, at=later(1))

    with pytest.raises(Unavailable, match=f"report {report} was sent, and this could not be noted.*--resolve arrived"):
        helpline.send(report, Watched(server(box.port), dismissed))
    bilal = officers.prove(helpline.book, officers.claim(helpline.book, "bilal"), None, at=later(2))
    assert sending.resolve(helpline.book, report, arrived=True, actor=bilal, at=later(2)).report.state == "sent"
    assert NAME in reports.show(helpline.book, report, actor=bilal, at=later(2)).content["body"]


def test_a_report_of_somebody_else_is_none(helpline: Helpline, box: Mailbox, unsure: ReportId) -> None:
    officers.add(helpline.book, "bilal", Role.OFFICER, actor=helpline.amna, at=later(1), passphrase=None)
    bilal = officers.prove(helpline.book, officers.claim(helpline.book, "bilal"), None, at=later(2))
    for number in (unsure, ReportId(999)):
        with pytest.raises(NotFound, match=r"^no report of that number"):
            helpline.send(number, server(box.port), 2, actor=bilal)
        with pytest.raises(NotFound, match=r"^no report of that number"):
            sending.resolve(helpline.book, number, arrived=True, actor=bilal, at=later(2))
    assert rows.unsure(helpline.book, actor=bilal, at=later(2)) == 0


def test_what_may_have_arrived_is_no_old_draft(helpline: Helpline, unsure: ReportId) -> None:
    limits = Retention(drafts_s=3600)
    assert retention.sweep(helpline.book, limits, actor=MONITOR, at=later(400)).drafts == 0
    sending.resolve(helpline.book, unsure, arrived=False, actor=helpline.amna, at=later(401))
    assert retention.sweep(helpline.book, limits, actor=MONITOR, at=later(402)).drafts == 1
    with helpline.book.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM dispatch")) == 0


def test_new_keys_open_what_is_under_way(helpline: Helpline, unsure: ReportId) -> None:
    assignments.rotate_case(helpline.book, helpline.ref, actor=helpline.amna, at=later(2))
    new = Vault(bytes(range(1, 33)))
    rekey.rotate(helpline.book, new, actor=helpline.amna, at=later(2))
    book = open_book(str(helpline.book.engine.url), new)
    amna = officers.prove(book, officers.claim(book, "amna"), None, at=later(3))
    assert sending.resolve(book, unsure, arrived=True, actor=amna, at=later(3)).report.state == "sent"
    assert NAME in reports.show(book, unsure, actor=amna, at=later(4)).content["body"]


def test_erasing_a_case_erases_its_sendings(helpline: Helpline, unsure: ReportId) -> None:
    assert unsure
    with helpline.book.writing() as session:
        case = session.get_one(Case, 1)
        erasing.destroy(session, helpline.book, case, "officer-1", "officer-2", actor=MONITOR, at=later(9))
    with helpline.book.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM dispatch")) == 0


def test_the_database_shows_neither_name_nor_address_of_what_is_under_way(unsure: ReportId, tmp_path: Path) -> None:
    assert unsure
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    assert not [word for word in (NAME, TO, "helpline.example") if word.encode() in kept]
