"""What staff do with digests at a terminal."""

import stat
from pathlib import Path

import pytest

from tests.helpline import ONCE, Helpline


@pytest.fixture
def helpline(tmp_path: Path) -> Helpline:
    made = Helpline(tmp_path, {**ONCE, "MAIL__FOLDER": "outbox"})
    made.opened("https://pixhaven.example/p/1")
    return made


def test_a_preview_is_a_page_only_its_reader_can_open(helpline: Helpline) -> None:
    said = helpline.here("digest", "preview", "--language", "ur", "--to", str(helpline.folder / "page.html"))
    page = helpline.folder / "page.html"
    assert (said.code, stat.S_IMODE(page.stat().st_mode)) == (0, 0o600)
    assert 'dir="rtl"' in page.read_text("utf-8")
    assert "pixhaven.example" not in page.read_text("utf-8")


def test_a_preview_as_text_can_be_read_in_a_terminal(helpline: Helpline) -> None:
    said = helpline.here("digest", "preview", "--text")
    assert said.out.startswith("Pehra: the week\n")


def test_a_page_that_cannot_be_written_is_said(helpline: Helpline) -> None:
    said = helpline.here("digest", "preview", "--to", str(helpline.folder / "nowhere" / "page.html"))
    assert (said.code, "Traceback" in said.err, "cannot be written" in said.err) == (1, False, True)


@pytest.mark.parametrize(
    "address", ["amna", "a@b@c", "a b@c.example", "<a@b.example>", "a@b.example\nBcc: c@d.example"]
)
def test_what_is_no_mail_address_is_refused(helpline: Helpline, address: str) -> None:
    said = helpline.here("digest", "subscribe", address)
    assert (said.code, said.err.strip()) == (2, "pehra: this is no mail address")


def test_the_address_is_nowhere_to_be_read(helpline: Helpline) -> None:
    assert helpline.here("digest", "subscribe", "amna@staff.example").code == 0
    said = helpline.here("digest", "readers")
    stored = b"".join(file.read_bytes() for file in helpline.home.iterdir() if file.is_file())
    assert ("amna@staff.example" in said.out, b"amna@staff" in stored) == (False, False)


def test_who_is_not_subscribed_cannot_leave(helpline: Helpline) -> None:
    said = helpline.here("digest", "unsubscribe")
    assert (said.code, "no digests" in said.err) == (2, True)


def test_without_a_way_out_sending_says_what_to_set(helpline: Helpline) -> None:
    helpline.settings.pop("MAIL__FOLDER")
    said = helpline.here("digest", "send")
    assert (said.code, "set mail.host or mail.folder" in said.err) == (1, True)


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"DIGEST__TIMEZONE": "Karachi"}, id="no time zone"),
        pytest.param({"DIGEST__HOUR": "24"}, id="no hour"),
        pytest.param({"DIGEST__WEEKLY_DAY": "caturday"}, id="no day"),
        pytest.param({"MAIL__SENDER": "nobody"}, id="no address of ours"),
    ],
)
def test_settings_that_cannot_be(helpline: Helpline, settings: dict[str, str]) -> None:
    said = helpline.here("digest", "list", **settings)
    assert (said.code, "is not allowed" in said.err) == (2, True)
