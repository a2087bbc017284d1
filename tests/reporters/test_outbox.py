"""A message leaves once, or it is known that it did not, or it is said that nobody knows."""

import socket
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from casebook.errors import Refused
from casebook.settings import Mail
from reporters.outbox import Folder, NotSent, Rejected, Server, Unsure, outbox
from tests.web.smtp import PASSWORD, USER, Mailbox, Manner

TO = "abuse@pixhaven.example"


@pytest.fixture(scope="module")
def open_box() -> Iterator[Mailbox]:
    with Mailbox() as box:
        yield box


@pytest.fixture(scope="module")
def safe_box() -> Iterator[Mailbox]:
    with Mailbox(safe=True) as box:
        yield box


@pytest.fixture(autouse=True)
def _clean(open_box: Mailbox, safe_box: Mailbox) -> None:
    for box in (open_box, safe_box):
        box.manner = "well"
        box.received.clear()


def message() -> EmailMessage:
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = "Notice گزارش", "helpline@example.org", TO
    made["Message-ID"] = "<1@example.org>"
    made.set_content("پہرا: please remove it.\n" + "x" * 3000)
    return made


def settings(box: Mailbox, **more: Any) -> Mail:
    known = {"host": "localhost", "port": box.port, "security": "none", "sender": "helpline@example.org", "time_s": 60}
    return Mail.model_validate({**known, **more})


def safely(box: Mailbox, **more: Any) -> Mail:
    return settings(box, **{"security": "starttls", "ca_file": box.certificate, "user": USER, **more})


class Moments:
    def __init__(self) -> None:
        self.came = 0

    def __call__(self) -> None:
        self.came += 1


def send(way: Server | Folder, moments: Moments | None = None) -> None:
    way.send(message(), [TO], name="report-1", last_moment=moments or Moments())


def test_a_message_arrives_whole_in_urdu_too(open_box: Mailbox) -> None:
    send(Server(settings(open_box)))
    [(to, got)] = open_box.received
    assert (to, got["Subject"], got["Message-ID"]) == ([TO], "Notice گزارش", "<1@example.org>")
    assert got.get_content().splitlines() == message().get_content().splitlines()


def test_over_tls_with_a_login(safe_box: Mailbox) -> None:
    send(Server(safely(safe_box), PASSWORD))
    assert len(safe_box.received) == 1


@pytest.mark.parametrize(
    ("manner", "error", "handed_over"),
    [
        pytest.param("busy", NotSent, 0, id="come back later"),
        pytest.param("refuses-all", Rejected, 0, id="will not have our address"),
        pytest.param("no-such-person", Rejected, 0, id="does not know the recipient"),
        pytest.param("too-large", Rejected, 1, id="says after it all that it is too large"),
        pytest.param("dies-after-data", Unsure, 1, id="dies when it has the message"),
    ],
)
def test_what_the_server_did_is_known_and_no_address_is_told(
    open_box: Mailbox, manner: Manner, error: type[Exception], handed_over: int
) -> None:
    open_box.manner, moments = manner, Moments()
    with pytest.raises(error) as caught:
        send(Server(settings(open_box)), moments)
    assert moments.came == handed_over
    assert TO not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_wrong_password_sends_nothing(safe_box: Mailbox) -> None:
    with pytest.raises(NotSent, match="name or password"):
        send(Server(safely(safe_box, time_s=10), "wrong"))
    assert safe_box.received == []


def test_a_certificate_nobody_vouched_for_gets_no_password(safe_box: Mailbox) -> None:
    with pytest.raises(NotSent, match="certificate"):
        send(Server(safely(safe_box, ca_file=None), PASSWORD))


def test_a_server_that_offers_no_encryption_gets_nothing(open_box: Mailbox) -> None:
    with pytest.raises(NotSent, match="does not offer"):
        send(Server(settings(open_box, security="starttls")))
    assert open_box.received == []


def test_no_server_there() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        mail = Mail(host="127.0.0.1", port=closed.getsockname()[1], security="none", sender="a@example.org")
        with pytest.raises(NotSent, match="cannot be reached"):
            send(Server(mail))


def test_what_fails_at_the_last_moment_keeps_the_message_here(open_box: Mailbox, tmp_path: Path) -> None:
    def fail() -> None:
        raise Refused("the book is shut")

    for way in (Server(settings(open_box)), Folder(tmp_path)):
        with pytest.raises(Refused, match="the book is shut"):
            way.send(message(), [TO], name="report-1", last_moment=fail)
    assert (open_box.received, list(tmp_path.iterdir())) == ([], [])


def test_a_folder_takes_each_message_once(tmp_path: Path) -> None:
    way = Folder(tmp_path / "out")
    send(way)
    with pytest.raises(Rejected, match="already"):
        send(way)
    [file] = (tmp_path / "out").iterdir()
    assert (file.name, file.stat().st_mode & 0o777) == ("report-1.eml", 0o600)


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(NotSent, match="cannot be written"):
        send(Folder(tmp_path / "out"))


@pytest.mark.parametrize(
    ("mail", "says"),
    [
        pytest.param({"host": "mail.example"}, "mail.sender", id="no address of ours"),
        pytest.param(
            {"host": "mail.example", "sender": "a@example.org", "security": "none"},
            "starttls or tls",
            id="in the clear",
        ),
    ],
)
def test_settings_that_contradict_each_other(mail: dict[str, Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=says):
        outbox(Mail.model_validate(mail), tmp_path, None)


def test_without_settings_there_is_no_way_out(tmp_path: Path) -> None:
    assert outbox(Mail(), tmp_path, None) is None
