"""What one mail cites and seems to say, whatever it is: encodings, machines, forgeries, and what is hardly a mail."""

import base64
import quopri

import pytest

from casebook.vocabulary import ReportEventKind as K
from reporters.inbox import Mail, decoded, from_elsewhere, read

URDU = "ہم نے یہ مواد ہٹا دیا ہے۔ شکایت نمبر: 48151623"
VOUCHED = "Authentication-Results: mx.helpline.example; dkim=pass header.d=pixhaven.example"


def mail(words: str = "", *heads: str, head: str = "Content-Type: text/plain; charset=utf-8") -> bytes:
    lines = [VOUCHED, "From: Desk <desk@pixhaven.example>", "Subject: Re: Please remove", head, *heads]
    return "\r\n".join([*lines, "", words]).encode()


def says(words: str, *heads: str) -> K | None:
    return read(mail(words, *heads)).cited.proposes


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("We have removed the content you reported.", K.ACTED),
        ("The page has been taken down.", K.ACTED),
        ("We need more information to process this.", K.INFO_REQUESTED),
        ("Please provide the exact URL.", K.INFO_REQUESTED),
        ("We found that it does not violate our rules.", K.REFUSED),
        ("We are unable to remove this content.", K.REFUSED),
        ("Thank you for your report. We received it.", K.ACKNOWLEDGED),
        ("We will tell you once it has been removed.", None),
        ("It has not been removed.", None),
        ("Lunch is at one.", None),
        ("> We have removed it.\nLunch is at one.", None),
        ("We removed two of them. The third does not violate our rules.", None),
        (URDU, K.ACTED),
        ("مزید معلومات درکار ہیں", K.INFO_REQUESTED),
        ("یہ ہمارے اصولوں کی خلاف ورزی نہیں کرتا", K.REFUSED),
        ("آپ کی شکایت موصول ہوئی", K.ACKNOWLEDGED),
    ],
)
def test_words_propose_what_they_say(words: str, kind: K | None) -> None:
    assert says(words) is kind


def test_words_that_say_two_things_are_for_a_person() -> None:
    said = read(mail("We removed two of them. The third does not violate our rules.")).cited
    assert (said.proposes, said.doubts) == (None, ("says-several-things",))


@pytest.mark.parametrize("head", ["Auto-Submitted: auto-replied", "X-Autoreply: yes", "Precedence: auto_reply"])
def test_a_machine_only_acknowledges(head: str) -> None:
    found = read(mail("Your ticket number is #48-1516. If it breaks our rules we removed it.", head))
    assert (found.cited.proposes, found.ticket) == (K.ACKNOWLEDGED, "48-1516")


@pytest.mark.parametrize(
    ("charset", "transfer", "encoding"),
    [
        pytest.param("utf-8", "8bit", "utf-8", id="as it should be"),
        pytest.param("utf-8", "base64", "utf-8", id="base64"),
        pytest.param("utf-8", "quoted-printable", "utf-8", id="quoted-printable"),
        pytest.param("iso-8859-1", "base64", "utf-8", id="UTF-8 that claims to be Latin"),
        pytest.param("x-nobody-knows", "base64", "utf-8", id="an encoding that is none"),
    ],
)
def test_urdu_is_read_however_it_is_written(charset: str, transfer: str, encoding: str) -> None:
    data = URDU.encode(encoding)
    coded = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}.get(transfer, bytes)(data)
    head = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {transfer}"
    found = read(mail(head=head) + coded)
    assert (found.words.strip(), found.ticket, found.cited.proposes) == (URDU, "48151623", K.ACTED)


@pytest.mark.parametrize("charset", ["windows-1256", "iso-8859-1", "us-ascii", None])
def test_windows_letters_are_read_whatever_they_claim_to_be(charset: str | None) -> None:
    words = "شکریہ، آپ کا پیغام مل گیا"
    assert decoded(words.replace("ی", "ي").encode("windows-1256"), charset) == words.replace("ی", "ي")


def test_latin_is_not_taken_for_urdu() -> None:
    assert decoded("Nous avons supprimé déjà".encode("latin-1"), "iso-8859-1") == "Nous avons supprimé déjà"


def test_html_is_read_without_its_marks() -> None:
    html = "<html><style>p{}</style><p>We have <b>removed</b> it. Ticket: AB-1234</p></html>"
    found = read(mail(html, head="Content-Type: text/html; charset=utf-8"))
    assert (found.cited.proposes, found.ticket) == (K.ACTED, "AB-1234")


def test_it_cites_the_mail_it_answers() -> None:
    found = read(mail("x", "In-Reply-To: <a1@helpline.example>", "References: <b@x.example>\r\n <a1@helpline.example>"))
    assert list(found.cited.message_ids) == ["a1@helpline.example", "b@x.example"]


BOUNCE = """Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

It could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; abuse@pixhaven.example
Action: failed
Status: STATUS
--b
Content-Type: ORIGINAL

Message-ID: <a1@helpline.example>
Subject: Please remove

--b--
"""


@pytest.mark.parametrize("original", ["text/rfc822-headers", "message/rfc822"])
def test_a_bounce_cites_the_mail_that_came_back(original: str) -> None:
    raw = BOUNCE.replace("STATUS", "5.1.1").replace("ORIGINAL", original).encode()
    found = read(b"From: mailer-daemon@mx.example\nSubject: failed\n" + raw).cited
    assert (found.proposes, "a1@helpline.example" in found.message_ids, found.doubts) == (K.BOUNCED, True, ())


def test_a_delay_is_no_bounce() -> None:
    raw = BOUNCE.replace("STATUS", "4.4.1").replace("ORIGINAL", "text/rfc822-headers").encode()
    found = read(b"From: mailer-daemon@mx.example\n" + raw).cited
    assert (found.proposes, found.doubts[0]) == (None, "not-yet-delivered")


@pytest.mark.parametrize(
    "line",
    ["X-Nothing: 1", "Authentication-Results: mx; dkim=fail", "Authentication-Results: mx; dkim=pass; dmarc=fail"],
)
def test_a_sender_that_nobody_vouches_for_is_a_doubt(line: str) -> None:
    raw = mail("We have removed it.").replace(VOUCHED.encode(), line.encode())
    assert read(raw).cited.doubts == ("no-proof-of-sender",)
    assert read(mail("We have removed it.")).cited.doubts == ()


@pytest.mark.parametrize(
    ("sender", "to", "elsewhere"),
    [
        ("desk@pixhaven.example", "abuse@pixhaven.example", False),
        ("no-reply@mail.pixhaven.example", "abuse@pixhaven.example", False),
        ("desk@pixhaven.example.evil.example", "abuse@pixhaven.example", True),
        ("desk", "abuse@pixhaven.example", True),
        ("desk@pixhaven.example", None, True),
    ],
)
def test_a_sender_from_elsewhere_is_told(sender: str, to: str | None, *, elsewhere: bool) -> None:
    assert from_elsewhere(sender, to) is elsewhere


def nested(depth: int) -> bytes:
    heads = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth))
    return f"From: a@b.example\nIn-Reply-To: <a1@helpline.example>\n{heads}Content-Type: text/plain\n\nhello\n".encode()


AWKWARD = {
    "nothing": b"",
    "no head": b"\r\n\r\nhello",
    "noise": bytes(range(256)) * 50,
    "ten thousand headers": b"".join(b"X-%d: y\r\n" % n for n in range(10_000)) + b"\r\nhello",
    "one header of a megabyte": b"Subject: " + b"a" * 1_000_000 + b"\r\n\r\nhello",
    "a boundary that never comes": b"Content-Type: multipart/mixed; boundary=b\r\n\r\nhello",
    "five hundred parts inside one another": nested(500),
    "five thousand parts inside one another": nested(5_000),
    "a date of no calendar": b"Date: Mon, 99 Foo 99999 99:99:99 +9999\r\n\r\nx",
    "a sender of nobody": b"From: =?utf-8?b?////?= <\r\n\r\nx",
    "a status that is none": BOUNCE.replace("STATUS", "?").replace("ORIGINAL", "image/png").encode(),
    "base64 that is none": b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!",
}


@pytest.mark.parametrize("raw", [pytest.param(raw, id=name) for name, raw in AWKWARD.items()])
def test_whatever_comes_is_read_to_one_outcome(raw: bytes) -> None:
    assert isinstance(read(raw), Mail)


def test_what_is_too_deep_is_found_by_its_head() -> None:
    found = read(nested(5_000)).cited
    assert "a1@helpline.example" in found.message_ids
    assert {"unreadable", "cut-off"} & set(found.doubts)


def test_a_mail_that_was_cut_off_says_so() -> None:
    head = "Content-Type: multipart/mixed; boundary=b"
    raw = mail(
        "--b\r\nContent-Type: text/plain\r\n\r\nWe have removed it.\r\n--b\r\nContent-Type: image/png\r\n\r\nabc",
        head=head,
    )
    assert "cut-off" in read(raw).cited.doubts
    assert "cut-off" in read(mail("We have removed it."), whole=False).cited.doubts
