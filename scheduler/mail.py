"""The way out for mail, as the settings and the home's password file say."""

import os

from casebook.errors import Unavailable
from reporters.outbox import Outbox, outbox
from scheduler.home import Home

PASSWORD = "PEHRA_MAIL_PASSWORD"  # noqa: S105  # the variable's name
PASSWORD_FILE = "mail.password"  # noqa: S105  # the file's name


def way_out(home: Home) -> Outbox | None:
    """Give the outbox; None where the settings name none.

    Raises:
        Refused: the settings contradict each other. Unavailable: the password's file cannot be read.
    """
    return outbox(home.settings.mail, home.folder, password(home))


def password(home: Home, variable: str = PASSWORD, name: str = PASSWORD_FILE) -> str | None:
    """Give a password: from the environment, else the first line of the home's file; None where there is none."""
    if variable in os.environ:
        return os.environ[variable]
    file = home.folder / name
    try:
        return file.read_text("utf-8").split("\n", 1)[0] if file.exists() else None
    except (OSError, UnicodeDecodeError):
        raise Unavailable(f"{file} cannot be read: check who owns it") from None
