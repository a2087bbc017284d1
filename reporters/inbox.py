"""Read one mail: what it cites, what it seems to say, and why a person should doubt it. Pure; nothing is answered."""

import email
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parseaddr, parsedate_to_datetime

import tldextract
from selectolax.lexbor import LexborHTMLParser

from casebook.letters import Cited
from casebook.vocabulary import ReportEventKind
from reporters.answers import said

K = ReportEventKind
PARTS, DEPTH, TEXT, IDS, NUMBERS = 200, 40, 200_000, 200, 400  # what is looked at of one mail
MESSAGE_ID = re.compile(r"<([^<>\s@]{1,200}@[^<>\s@]{1,200})>")
NUMBER = re.compile(r"(?<![\w@])#?[A-Za-z0-9](?:[A-Za-z0-9_./-]{2,60}[A-Za-z0-9])(?![\w@])")
TICKET = re.compile(
    r"(?:ticket|case|reference|ref|complaint|report|request|\u0634\u06a9\u0627\u06cc\u062a|\u062d\u0648\u0627\u0644\u06c1)"
    r"(?:\s+(?:number|no|id|\u0646\u0645\u0628\u0631))?\.?\s*(?:is\b|[:#\[(])*\s*#?\s*([A-Za-z0-9][A-Za-z0-9_./-]{2,60}[A-Za-z0-9])",
    re.IGNORECASE,
)
STATUS = re.compile(r"^Status:\s*([245])\.\d", re.IGNORECASE | re.MULTILINE)
BLANKS = re.compile(r"[^\S\n]+")
ARABIC = re.compile(r"[\u0600-\u06ff]")
LOOSE = frozenset(
    {"", "us-ascii", "ascii", "iso-8859-1", "latin-1", "latin1", "windows-1252", "cp1252", "unknown-8bit"}
)
_registered = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
DOUBTS = {
    "no-proof-of-sender": "the mail server did not vouch for its sender",
    "other-sender": "its sender is not of where the report was sent",
    "cut-off": "it is longer than is kept here, or was cut off: the whole lies in the mailbox",
    "unreadable": "it is so built that it could not be read: open it in a mail program",
    "says-several-things": "its words say more than one thing",
    "not-yet-delivered": "our mail is not delivered yet, and is still tried",
    "several-reports": "it fits more than one report",
}


@dataclass(frozen=True)
class Mail:
    """One mail, read. `words` is its text; `ticket` a number that it gives itself, None where it gives none."""

    sender: str
    subject: str
    sent_at: datetime | None
    words: str
    ticket: str | None
    cited: Cited


def read(raw: bytes, *, whole: bool = True) -> Mail:
    """Read a mail, whatever it is; one that cannot be read cites what its head cites.

    Args:
        whole: whether these are all its bytes.
    """
    doubts = [] if whole else ["cut-off"]
    try:
        message = email.message_from_bytes(raw)
        parts = list(_parts(message))
    except (RecursionError, ValueError, LookupError, AssertionError):
        message, parts = BytesHeaderParser().parsebytes(raw), []
        doubts.append("unreadable")
    if any(
        type(one).__name__ in ("StartBoundaryNotFoundDefect", "CloseBoundaryNotFoundDefect") for one in _defects(parts)
    ):
        doubts += [] if doubts else ["cut-off"]
    words = "\n".join(_text(one) for one in parts)[:TEXT]
    subject = header(message, "Subject")
    kind, more = _says(message, parts, subject, words)
    doubts += more
    if kind is not K.BOUNCED and not _vouched(message):
        doubts.append("no-proof-of-sender")
    own = f"{header(message, 'In-Reply-To')} {header(message, 'References')}"
    own += " ".join(header(one, "Message-ID") for one in parts[1:])  # of mails inside it, such as ours in a bounce
    ids = dict.fromkeys(MESSAGE_ID.findall(own)[:IDS] + MESSAGE_ID.findall(words)[:IDS])
    numbers = dict.fromkeys(one for one in NUMBER.findall(f"{subject}\n{words}") if sum(map(str.isdigit, one)) >= 3)
    ticket = next((one for one in TICKET.findall(f"{subject}\n{words}") if any(map(str.isdigit, one))), None)
    cited = Cited(tuple(ids), tuple(numbers)[:NUMBERS], kind, tuple(doubts))
    return Mail(parseaddr(header(message, "From"))[1], subject, _date(message), words, ticket, cited)


def _defects(parts: list[Message]) -> Iterator[Exception]:
    for one in parts:
        yield from one.defects


def _parts(message: Message, depth: int = 0) -> Iterator[Message]:
    """Give the mail and its parts, also of mails inside it, as far as anybody would look."""
    waiting = [(message, depth)]
    for _ in range(PARTS):
        if not waiting:
            return
        one, deep = waiting.pop(0)
        yield one
        inner = one.get_payload() if one.is_multipart() and deep < DEPTH else []
        waiting += [(part, deep + 1) for part in inner if isinstance(part, Message)]


def _text(part: Message) -> str:
    kind = part.get_content_type()
    if part.is_multipart():
        return ""
    if kind not in ("text/plain", "text/html", "text/rfc822-headers", "message/delivery-status"):
        return ""
    if part.get_content_disposition() == "attachment" and kind != "text/rfc822-headers":
        return ""
    data = part.get_payload(decode=True)
    words = decoded(data, part.get_content_charset())[:TEXT] if isinstance(data, bytes) else ""
    return _without_marks(words) if kind == "text/html" else words


def _without_marks(html: str) -> str:
    tree = LexborHTMLParser(html)
    tree.strip_tags(["style", "script"])
    return BLANKS.sub(" ", tree.text(separator=" "))


def decoded(data: bytes, charset: str | None) -> str:
    """Give text whose bytes may not be in the encoding that it claims: UTF-8 where they are, else as said.

    Where nothing or only a western one is said, letters that read as Arabic in Windows' own encoding are that: old
    programs write Urdu so and do not say it.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    with suppress(UnicodeDecodeError):
        return data.decode("utf-8")
    said_to_be = (charset or "").lower()
    if said_to_be in LOOSE:
        arabic = data.decode("windows-1256", "replace")
        high = sum(byte > 0x7F for byte in data)
        if high and len(ARABIC.findall(arabic)) > 0.8 * high and high > 0.2 * len(data):
            return arabic
    try:
        return data.decode(said_to_be or "windows-1252", "replace")
    except (LookupError, ValueError):
        return data.decode("windows-1256", "replace")


def header(message: Message, name: str) -> str:
    """Give a header as text, on one line; what is not there is empty."""
    value = message.get(name)
    if value is None:
        return ""
    try:
        text = str(make_header(decode_header(str(value)[:20_000])))
    except (ValueError, LookupError, UnicodeError):
        text = str(value)[:20_000]
    return " ".join(text.encode("utf-8", "replace").decode().split())


def _date(message: Message) -> datetime | None:
    try:
        at = parsedate_to_datetime(header(message, "Date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _says(message: Message, parts: list[Message], subject: str, words: str) -> tuple[K | None, list[str]]:
    """Propose what a mail says: a bounce by its form, a machine's answer as a receipt, else by its words."""
    if message.get_content_type() == "multipart/report" and message.get_param("report-type") == "delivery-status":
        told = [_status(one) for one in parts if one.get_content_type() == "message/delivery-status"]
        return (K.BOUNCED, []) if "5" in told else (None, ["not-yet-delivered"])
    kinds = said(f"{subject}\n{_own_words(words)}")
    if _by_machine(message):
        return K.ACKNOWLEDGED, []
    decided = [one for one in kinds if one is not K.ACKNOWLEDGED]
    if len(decided) > 1:
        return None, ["says-several-things"]
    return next(iter(decided or kinds), None), []


def _status(part: Message) -> str:
    blocks = part.get_payload()
    fields = [one.get("Status", "") for one in blocks if isinstance(one, Message)] if isinstance(blocks, list) else []
    found = [one.strip()[:1] for one in fields if one] or STATUS.findall(str(blocks))
    return "5" if "5" in found else (found[0] if found else "")


def _by_machine(message: Message) -> bool:
    automatic = header(message, "Auto-Submitted").lower().split(";")[0].strip()
    return (
        automatic == "auto-replied"
        or "X-Autoreply" in message
        or "X-Autorespond" in message
        or header(message, "Precedence").lower() == "auto_reply"
    )


def _own_words(words: str) -> str:
    """Leave out the lines that quote us, so that our own words are not read as theirs."""
    return "\n".join(line for line in words.splitlines() if not line.lstrip().startswith(">"))


def _vouched(message: Message) -> bool:
    """Tell whether our own mail server, whose line stands first, found the sender's domain to be what it says."""
    line = header(message, "Authentication-Results").lower()
    return bool(re.search(r"\b(dmarc|dkim)\s*=\s*pass\b", line)) and not re.search(r"\bdmarc\s*=\s*fail\b", line)


def from_elsewhere(sender: str, to: str | None) -> bool:
    """Tell whether a sender's domain is another than that of the address the report was sent to."""
    domains = [one.rpartition("@")[2].lower() for one in (sender, to or "") if "@" in one]
    return len(domains) < 2 or len({_site(one) for one in domains}) > 1


def _site(domain: str) -> str:
    return _registered(domain).top_domain_under_public_suffix or ".".join(domain.split(".")[-2:])


def is_from_us(mail: Mail, ours: str | None) -> bool:
    """Tell whether a mail is one of our own, such as a copy of what was sent."""
    return ours is not None and mail.sender.lower() == ours.lower()
