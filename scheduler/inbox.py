"""Reads the mailbox that answers come to: what answers a report is kept for its case, the rest is passed over."""

from collections.abc import Callable
from datetime import datetime

from casebook import letters
from casebook.access import MONITOR
from casebook.errors import Unavailable
from casebook.store import Casebook
from reporters import imap
from reporters import inbox as mails
from reporters.imap import Folder, Waiting
from scheduler.clock import now
from scheduler.home import Home
from scheduler.mail import password

PASSWORD = "PEHRA_INBOX_PASSWORD"  # noqa: S105  # the variable's name
PASSWORD_FILE = "inbox.password"  # noqa: S105  # the file's name


def check(home: Home, book: Casebook, clock: Callable[[], datetime] = now) -> int:
    """Read what came since the last look; gives how many mails that were. Each is read once, whatever ends the look.

    Raises:
        Unavailable: there is no mailbox in the settings, or it cannot be read now; what was read stays read.
    """
    settings = home.settings.inbox
    user = settings.user or home.settings.reports.email
    if settings.host is None or user is None:
        raise Unavailable("no mailbox is read yet: set inbox.host and inbox.user in config.yaml")
    secret = password(home, PASSWORD, PASSWORD_FILE)
    if secret is None:
        raise Unavailable(f"the mailbox has no password: set {PASSWORD}, or write it to {PASSWORD_FILE} in the home")
    name, count = f"{user}@{settings.host}/{settings.folder}", 0
    with imap.opened(settings, user, secret) as folder:
        for one in folder.after(letters.read_up_to(book, name, folder.validity, actor=MONITOR)):
            _read(home, book, folder, name, one, clock())
            count += 1
    return count


def _read(home: Home, book: Casebook, folder: Folder, name: str, one: Waiting, at: datetime) -> None:
    most = home.settings.inbox.letter_bytes
    raw = folder.fetch(one, most)
    mail = None if raw is None else mails.read(raw, whole=one.size <= most)
    ours = mail is not None and mails.is_from_us(mail, home.settings.reports.email)
    kept = None if raw is None or mail is None or ours else (raw, mail.cited)
    letters.take(book, name, folder.validity, one.uid, kept, actor=MONITOR, at=at)
