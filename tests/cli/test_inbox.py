"""`pehra inbox` at the command line: an answer from the mailbox to the report's state, by a person's word."""

import re
from pathlib import Path

from tests.cli.test_report_send import with_drafts
from tests.web.imap import PASSWORD, USER, Mailstore


def test_an_answer_is_read_shown_and_decided(tmp_path: Path) -> None:
    with Mailstore(tmp_path / "mails") as store:
        settings = {
            "MAIL__FOLDER": "out", "REPORTS__EMAIL": USER, "INBOX__HOST": "localhost", "INBOX__PORT": str(store.port),
            "INBOX__CA_FILE": str(store.certificate),
        }  # fmt: skip
        desk = with_drafts(tmp_path, settings)
        assert desk.here("inbox", "check").code == 1
        (desk.home / "inbox.password").write_text(PASSWORD + "\n")
        desk.ask_here("report", "send", "1")
        [sent] = (desk.home / "out").iterdir()
        [cited] = re.findall(r"Message-ID:\s*(<[^>]+>)", sent.read_text())
        head = f"From: desk@pixhaven.example\r\nIn-Reply-To: {cited}\r\n"
        kind = "Content-Type: text/plain; charset=utf-8\r\n\r\n"
        store.put(f"{head}{kind}Ticket: PX-4711. We need more \x1b[31minformation.\r\n".encode())
        store.put(f"{head}X: 2\r\n{kind}Buy a watch.\r\n".encode())
        assert desk.ask_here("inbox", "check") == {"read": 2}
    said = desk.here("inbox", "list", "--json")
    assert "notice(s) for you" in said.err
    said = desk.here("inbox", "show", "1")
    assert (said.code, "\x1b" in said.out, "PX-4711" in said.out, "DOUBTFUL" in said.out) == (0, False, True, True)
    assert desk.here("inbox", "show", "1", "--eml", "answer.eml").code == 0
    assert b"PX-4711" in (tmp_path / "answer.eml").read_bytes()
    assert desk.here("inbox", "show", "1", "--eml", "answer.eml").code == 2
    said = desk.here("inbox", "accept", "1")
    assert (said.code, said.out, "did not vouch" in said.err) == (2, "", True)
    assert "info-requested" in desk.here("inbox", "accept", "1", "--as", "info-requested").out
    assert "dismissed" in desk.here("inbox", "dismiss", "2").out
    assert desk.here("inbox", "show", "3").code == 2
    assert "PX-4711" in desk.here("report", "list").out
