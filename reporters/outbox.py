"""How a message leaves: through an SMTP server or into a folder, and what is known of it afterwards.

NotSent    it did not leave, and may be tried again
Rejected   the server will not have it; trying again does not help
Unsure     it was handed over and no answer came: it must not be sent again without a person's word
"""

import os
import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from ipaddress import ip_address
from pathlib import Path
from typing import Protocol

from casebook.errors import Refused, Unavailable
from casebook.settings import Mail

PLAIN = SMTP.clone(cte_type="7bit")  # every server takes it
OK = (250, 251)
LATER = range(400, 500)


class NotSent(Unavailable):
    """The message did not leave; waiting may cure it."""


class Rejected(Refused):
    """The server refuses this message or this recipient for good."""


class Unsure(Unavailable):
    """The connection ended after the message was handed over and before the server said that it has it."""


class Outbox(Protocol):
    """A way out for messages."""

    def send(self, message: EmailMessage, to: Sequence[str], *, name: str, last_moment: Callable[[], None]) -> None:
        """Send one message.

        Args:
            message: complete, with its Message-ID.
            to: the addresses it goes to, which need not stand in it.
            name: what it is called where it becomes a file, without an address or a name of somebody.
            last_moment: called when all is ready and nothing has left; where it raises, nothing leaves.

        Raises:
            NotSent, Rejected, Unsure: see the top of this file; none names an address.
        """


@dataclass(frozen=True)
class Folder:
    """Writes each message as a file that a mail program opens; a message of the same name is never written twice."""

    folder: Path

    def send(self, message: EmailMessage, to: Sequence[str], *, name: str, last_moment: Callable[[], None]) -> None:
        """Write it, whole or not at all."""
        del to
        file, part = self.folder / f"{name}.eml", self.folder / f".{name}.part"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                out.write(message.as_bytes(policy=PLAIN))
                out.flush()
                os.fsync(out.fileno())
            last_moment()
            os.link(part, file)
        except OSError as error:
            if file.exists():
                raise Rejected(f"{name}.eml lies in the folder for outgoing mail already") from None
            raise NotSent(f"the folder for outgoing mail cannot be written: {error.strerror}") from None
        finally:
            with suppress(OSError):
                part.unlink()


@dataclass(frozen=True)
class Server:
    """Hands each message to an SMTP server, over a connection of its own."""

    mail: Mail
    password: str | None = field(default=None, repr=False)

    def send(self, message: EmailMessage, to: Sequence[str], *, name: str, last_moment: Callable[[], None]) -> None:
        """Send it to all of them or to none."""
        del name
        data = message.as_bytes(policy=PLAIN)
        with self._connected() as server:
            _expect(server.mail(str(self.mail.sender)), "does not take mail from our address")
            for one in to:
                _expect(server.rcpt(one), "does not know a recipient")
            last_moment()
            _hand_over(server, data)

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        server: smtplib.SMTP | None = None
        try:
            server = self._connect()
            self._log_in(server)
            yield server
        except smtplib.SMTPNotSupportedError:
            raise NotSent("the mail server does not offer what the settings ask for: see mail.security") from None
        except ssl.SSLError:
            raise NotSent("the mail server's certificate is not to be trusted: see mail.ca_file") from None
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise NotSent(f"the mail server cannot be reached or broke off ({type(error).__name__})") from None
        finally:
            if server is not None:
                with suppress(smtplib.SMTPException, OSError):
                    server.quit()

    def _connect(self) -> smtplib.SMTP:
        host, port, time_s = str(self.mail.host), self.mail.port, self.mail.time_s
        if self.mail.security == "tls":
            return smtplib.SMTP_SSL(host, port, timeout=time_s, context=self._trust())
        return smtplib.SMTP(host, port, timeout=time_s)

    def _log_in(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        if self.mail.security == "starttls":
            server.starttls(context=self._trust())
            server.ehlo()
        if self.mail.user is not None:
            try:
                server.login(self.mail.user, self.password or "")
            except (smtplib.SMTPAuthenticationError, smtplib.SMTPServerDisconnected):  # some hang up instead
                raise NotSent("the mail server refuses our name or password") from None

    def _trust(self) -> ssl.SSLContext:
        trusted = ssl.create_default_context()
        if self.mail.ca_file is not None:
            trusted.load_verify_locations(self.mail.ca_file)
        return trusted


def _expect(answer: tuple[int, bytes], otherwise: str) -> None:
    code, _ = answer  # its text may hold an address
    if code in OK:
        return
    if code in LATER or code < 0:
        raise NotSent(f"the mail server says to come back later ({code})")
    raise Rejected(f"the mail server {otherwise} ({code})")


def _hand_over(server: smtplib.SMTP, data: bytes) -> None:
    """Give the message's bytes; from here on silence means that nobody knows."""
    try:
        code, _ = server.data(data)
    except smtplib.SMTPDataError as error:
        code = error.smtp_code  # refused before a byte of it left
    except (smtplib.SMTPException, OSError):
        raise Unsure("the mail server broke off after it had the message: whether it has it is not known") from None
    _expect((code, b""), "does not take this message")


def outbox(mail: Mail, home: Path, password: str | None) -> Outbox | None:
    """Give the way out that the settings name; None where there is none.

    Raises:
        Refused: the settings name a server without an address of ours, or would send in the clear to another machine.
    """
    if mail.folder is not None:
        return Folder(home / mail.folder)
    if mail.host is None:
        return None
    if mail.sender is None:
        raise Refused("mail.host is set and mail.sender is not: say which address mail comes from")
    if mail.security == "none" and not is_this_machine(mail.host):
        raise Refused("mail.security: none is only allowed to this machine itself: use starttls or tls")
    return Server(mail, password)


def is_this_machine(host: str) -> bool:
    """Tell whether a server is on this machine, where nobody listens on the way."""
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"
