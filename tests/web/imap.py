"""A real IMAP server on loopback, in a process of its own: it serves a folder of .eml files, and may die in the middle.

In the folder: `N.eml` is the mail of number N; `validity` the folder's count; while `dies` is there, it dies as soon as
that mail is asked for.
"""

import json
import os
import subprocess
import sys
from email.parser import BytesHeaderParser
from io import BytesIO
from pathlib import Path
from typing import Any, Self

from twisted.cred.checkers import InMemoryUsernamePasswordDatabaseDontUse
from twisted.cred.portal import IRealm, Portal
from twisted.internet import protocol, reactor, ssl
from twisted.mail import imap4
from zope.interface import implementer

from tests.web.server import make_certificate

USER, PASSWORD = "reports@helpline.example", "correct horse"


class Mailstore:
    """The server as a test uses it; it begins with the block, and ends with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.certificate = folder / "certificate.pem"
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.folder.mkdir(exist_ok=True)
        self.start()
        return self

    def start(self) -> None:
        words = [sys.executable, "-m", "tests.web.imap", str(self.folder)]
        self._process = subprocess.Popen(words, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
        assert self._process.stdout
        self.port = json.loads(self._process.stdout.readline())

    def __exit__(self, *_: object) -> None:
        assert self._process
        assert self._process.stdout
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def restart(self) -> None:
        self.__exit__()
        self.start()

    def put(self, raw: bytes, uid: int | None = None) -> int:
        number = uid or max((int(one.stem) for one in self.folder.glob("*.eml")), default=0) + 1
        (self.folder / f"{number}.eml").write_bytes(raw)
        return number

    def clear(self) -> None:
        for one in self.folder.glob("*.eml"):
            one.unlink()

    def counts_anew(self, validity: int) -> None:
        (self.folder / "validity").write_text(str(validity))


@implementer(imap4.IMessage, imap4.IMessageFile)
class Mail:
    def __init__(self, file: Path) -> None:
        self.file, self.uid = file, int(file.stem)

    def getUID(self) -> int:  # noqa: N802
        return self.uid

    def getFlags(self) -> list[str]:  # noqa: N802
        return []

    def getInternalDate(self) -> str:  # noqa: N802
        return "01-Mar-2026 09:00:00 +0000"

    def getHeaders(self, negate: bool, *names: str) -> dict[str, str]:  # noqa: N802
        del negate, names
        return dict(BytesHeaderParser().parsebytes(self.file.read_bytes()).items())

    def getSize(self) -> int:  # noqa: N802
        return self.file.stat().st_size

    def isMultipart(self) -> bool:  # noqa: N802
        return False

    def getBodyFile(self) -> BytesIO:  # noqa: N802
        return self.open()

    def open(self) -> BytesIO:
        dies = self.file.parent / "dies"
        if dies.exists() and dies.read_text() == str(self.uid):
            os._exit(1)
        return BytesIO(self.file.read_bytes())


@implementer(imap4.IMailbox)
class Box:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _mails(self) -> list[Mail]:
        return [Mail(one) for one in sorted(self.folder.glob("*.eml"), key=lambda one: int(one.stem))]

    def fetch(self, messages: imap4.MessageSet, uid: int) -> list[tuple[int, Mail]]:
        mails = self._mails()
        messages.last = (mails[-1].uid if mails else 0) if uid else len(mails)
        return [(n, one) for n, one in enumerate(mails, 1) if (one.uid if uid else n) in messages]

    def getUIDValidity(self) -> int:  # noqa: N802
        file = self.folder / "validity"
        return int(file.read_text()) if file.exists() else 7

    def getUIDNext(self) -> int:  # noqa: N802
        return max((one.uid for one in self._mails()), default=0) + 1

    def getMessageCount(self) -> int:  # noqa: N802
        return len(self._mails())

    def getRecentCount(self) -> int:  # noqa: N802
        return 0

    getUnseenCount = getRecentCount  # noqa: N815

    def getFlags(self) -> list[str]:  # noqa: N802
        return ["\\Seen"]

    def getHierarchicalDelimiter(self) -> str:  # noqa: N802
        return "/"

    def isWriteable(self) -> bool:  # noqa: N802
        return False

    def store(self, *_: Any) -> dict[int, list[str]]:
        raise imap4.ReadOnlyMailbox("nobody writes here")

    def addListener(self, listener: object) -> None:  # noqa: N802
        del listener

    removeListener = addListener  # noqa: N815

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


@implementer(imap4.IAccount)
class Account:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def select(self, name: str, rw: bool = True) -> Box | None:
        del rw
        return Box(self.folder) if name.upper() == "INBOX" else None


@implementer(IRealm)
class Realm:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def requestAvatar(self, avatar: bytes, mind: object, *interfaces: object) -> tuple[object, Account, Any]:  # noqa: N802
        del avatar, mind, interfaces
        return imap4.IAccount, Account(self.folder), lambda: None


def serve(folder: Path) -> None:
    make_certificate(folder)
    people = InMemoryUsernamePasswordDatabaseDontUse()
    people.addUser(USER.encode(), PASSWORD.encode())
    portal = Portal(Realm(folder), [people])

    class Factory(protocol.Factory):
        def buildProtocol(self, addr: object) -> imap4.IMAP4Server:  # noqa: N802
            del addr
            server = imap4.IMAP4Server()
            server.portal = portal
            return server

    context = ssl.DefaultOpenSSLContextFactory(str(folder / "key.pem"), str(folder / "certificate.pem"))
    port = reactor.listenSSL(0, Factory(), context, interface="127.0.0.1")  # type: ignore[attr-defined]
    print(port.getHost().port, flush=True)
    reactor.run()  # type: ignore[attr-defined]


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
