"""A real SMTP server on loopback that keeps what it gets, and may behave as bad ones do."""

import asyncio
import ssl
import tempfile
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Literal, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.web.server import make_certificate

Manner = Literal["well", "busy", "refuses-all", "no-such-person", "dies-after-data", "hangs-after-data", "too-large"]
HANGS_S = 120
STARTS_WITHIN_S = 60
USER, PASSWORD = "watch", "correct horse"


class Mailbox:
    """A server; `manner` may be changed while it runs. It takes mail only after STARTTLS and a login where `safe`."""

    def __init__(self, *, safe: bool = False) -> None:
        self.manner: Manner = "well"
        self.received: list[tuple[list[str], EmailMessage]] = []
        self._folder = tempfile.TemporaryDirectory()
        self.certificate = Path(self._folder.name, "certificate.pem")
        tls: dict[str, Any] = {}
        if safe:
            tls = {
                "tls_context": make_certificate(Path(self._folder.name)),
                "require_starttls": True,
                "auth_required": True,
                "authenticator": _authenticate,
            }
        self._controller = _Controller(
            self, hostname="127.0.0.1", port=0, server_hostname="mail.test", ready_timeout=STARTS_WITHIN_S, **tls
        )

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()
        self._folder.cleanup()

    @property
    def port(self) -> int:
        port: int = self._controller.server.sockets[0].getsockname()[1]
        return port

    async def handle_RCPT(  # noqa: N802  # the name aiosmtpd looks for
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        if self.manner == "no-such-person":
            return f"550 5.1.1 <{address}> is nobody here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return {"busy": "451 come back later", "refuses-all": "554 not from you"}.get(self.manner, "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        del session
        if self.manner == "too-large":
            return "552 too large"
        message = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.received.append((list(envelope.rcpt_tos), message))
        if self.manner == "dies-after-data":
            assert server.transport
            server.transport.abort()
        if self.manner == "hangs-after-data":
            await asyncio.sleep(HANGS_S)  # ends with the connection
        return "250 taken"


class _Controller(Controller):
    """One that asks the system for a port; its own start would look for port 0."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def _authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: LoginPassword
) -> AuthResult:
    del server, session, envelope, mechanism
    return AuthResult(success=given.login == USER.encode() and given.password == PASSWORD.encode())


def trusting(certificate: Path) -> ssl.SSLContext:
    """Give a client's context that knows the server."""
    return ssl.create_default_context(cafile=str(certificate))
