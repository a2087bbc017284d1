"""A report as a mail: RFC 5322, opens in any mail program, XARF beside the letter where it goes to a host."""

import json
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from casebook.errors import Refused
from casebook.settings import Reports


def message(
    *,
    to: str,
    subject: str,
    body: str,
    office: Reports,
    at: datetime,
    message_id: str,
    thread: Sequence[str] = (),
    attached: Sequence[dict[str, Any]] = (),
) -> EmailMessage:
    """Write the message; nothing in it tells of case, officer or program.

    Args:
        thread: Message-IDs of the mails that it follows on, oldest first, so that it stands beside them.

    Raises:
        Refused: no mail address of ours is set, or the receiver's is none.
    """
    if office.email is None:
        raise Refused("reports.email is not set: say in config.yaml from which address the helpline writes")
    mail = EmailMessage(policy=SMTP)
    try:
        mail["From"] = Address(office.organisation, addr_spec=office.email)
        mail["To"] = Address(addr_spec=to)
    except (ValueError, IndexError):
        raise Refused(
            "the receiver is no mail address: give another with `pehra report complete REPORT --to`"
        ) from None
    mail["Subject"] = " ".join(subject.split())
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message_id
    if thread:
        mail["In-Reply-To"], mail["References"] = thread[-1], " ".join(thread)
    mail.set_content(body.rstrip() + "\n", charset="utf-8", cte=_encoding(body))
    for number, one in enumerate(attached, 1):
        data = json.dumps(one, ensure_ascii=False, indent=2).encode()
        mail.add_attachment(data, maintype="application", subtype="json", filename=f"xarf-{number}.json")
    return mail


def _encoding(body: str) -> str:
    """Leave plain letters readable on the wire; lines that are long or not ASCII are quoted."""
    plain = body.isascii() and all(len(line) < 900 for line in body.splitlines())
    return "7bit" if plain else "quoted-printable"


def message_id(chance: bytes, office: Reports) -> str:
    """Make a Message-ID from 16 random bytes: it tells neither time nor number."""
    domain = office.email.rpartition("@")[2] if office.email else "localhost"
    return f"<{chance.hex()}@{domain}>"


def unsent(mail: EmailMessage) -> bytes:
    """Give it as an .eml that opens in a mail program as a draft, ready to be sent from there."""
    mail["X-Unsent"] = "1"
    return mail.as_bytes()
