"""A mailbox over IMAP, read and never changed: it is opened read-only, and mails are peeked at."""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from casebook.errors import Refused, Unavailable
from casebook.settings import Inbox
from reporters.outbox import is_this_machine

AT_ONCE = 500  # mails of one look; the rest comes with the next
UID = re.compile(rb"\bUID (\d+)")
SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
FAULTS = (imaplib.IMAP4.error, OSError, ValueError, EOFError)


class Unreadable(Unavailable):
    """The mailbox cannot be read now; waiting may cure it."""


@dataclass(frozen=True)
class Waiting:
    """One mail that was not read yet: its number in the folder, and its bytes."""

    uid: int
    size: int


class Folder:
    """An open folder; `validity` tells under which count its numbers hold."""

    def __init__(self, server: imaplib.IMAP4, validity: int) -> None:
        self._server, self.validity = server, validity

    def after(self, uid: int) -> list[Waiting]:
        """Give the mails that came after one, oldest first, some at a time.

        Raises:
            Unreadable: the server broke off.
        """
        answers = self._ask("FETCH", f"{uid + 1}:*", "(UID RFC822.SIZE)")
        found = {}
        for one in answers:
            line = one[0] if isinstance(one, tuple) else one
            number, size = UID.search(line or b""), SIZE.search(line or b"")
            if number and size and int(number[1]) > uid:  # n:* always holds the last mail
                found[int(number[1])] = Waiting(int(number[1]), int(size[1]))
        return [found[one] for one in sorted(found)][:AT_ONCE]

    def fetch(self, mail: Waiting, most: int) -> bytes | None:
        """Give a mail's bytes, of a longer one its beginning; None where it is gone meanwhile.

        Raises:
            Unreadable: the server broke off.
        """
        what = "(BODY.PEEK[])" if mail.size <= most else f"(BODY.PEEK[]<0.{most}>)"
        for one in self._ask("FETCH", str(mail.uid), what):
            if isinstance(one, tuple):
                return bytes(one[1])[:most]
        return None

    def _ask(self, *words: str) -> list[bytes | tuple[bytes, bytes]]:
        try:
            answer, data = self._server.uid(*words)
        except FAULTS as error:
            raise _broken(error) from None
        if answer != "OK":
            raise Unreadable("the mail server did not give what the mailbox holds")
        return [one for one in data if one is not None]


def _broken(error: Exception) -> Unreadable:
    return Unreadable(f"the mailbox cannot be reached or its server broke off ({type(error).__name__})")


@contextmanager
def opened(inbox: Inbox, user: str, password: str) -> Iterator[Folder]:
    """Open the folder that the settings name.

    Raises:
        Unreadable: no server, an untrusted one, a wrong password, or no such folder.
        Refused: the settings would read it in the clear from another machine.
    """
    if inbox.security == "none" and not is_this_machine(str(inbox.host)):
        raise Refused("inbox.security: none is only allowed to this machine itself: use tls or starttls")
    server: imaplib.IMAP4 | None = None
    try:
        server = _connected(inbox)
        _log_in(server, user, password)
        yield Folder(server, _selected(server, inbox.folder))
    except ssl.SSLError:
        raise Unreadable("the mail server's certificate is not to be trusted: see inbox.ca_file") from None
    except FAULTS as error:
        raise _broken(error) from None
    finally:
        if server is not None:
            with suppress(*FAULTS):
                server.logout()


def _connected(inbox: Inbox) -> imaplib.IMAP4:
    host, port = str(inbox.host), inbox.port
    if inbox.security == "tls":
        return imaplib.IMAP4_SSL(host, port, ssl_context=_trust(inbox), timeout=inbox.time_s)
    server = imaplib.IMAP4(host, port, timeout=inbox.time_s)
    if inbox.security == "starttls":
        server.starttls(ssl_context=_trust(inbox))
    return server


def _trust(inbox: Inbox) -> ssl.SSLContext:
    trusted = ssl.create_default_context()
    if inbox.ca_file is not None:
        trusted.load_verify_locations(inbox.ca_file)
    return trusted


def _log_in(server: imaplib.IMAP4, user: str, password: str) -> None:
    try:
        server.login(user, password)
    except imaplib.IMAP4.error:
        raise Unreadable("the mail server refuses our name or password for the mailbox") from None


def _selected(server: imaplib.IMAP4, folder: str) -> int:
    quoted = '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
    answer, _ = server.select(quoted, readonly=True)
    if answer != "OK":
        raise Unreadable("the mailbox has no folder of the name that inbox.folder gives")
    _, told = server.response("UIDVALIDITY")
    return int(told[0]) if told and told[0] else 0
