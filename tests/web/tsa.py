"""A time-stamping authority on loopback, honest or not: signed by openssl, with keys and certificates made anew.

The path says how it behaves; see `MOODS`. Certificates differ in one thing each.
"""

import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from reporters import der
from reporters.timestamps import question

TST_INFO = "1.2.840.113549.1.9.16.1.4"
POLICY = bytes.fromhex("2a030401")
GENERALIZED = 0x18
YEAR = timedelta(days=365)
STAMPS = (ExtendedKeyUsageOID.TIME_STAMPING,)
SETTINGS = """
[tsa]
default_tsa=ours
[ours]
serial={folder}/serial
signer_cert={folder}/honest.pem
certs={folder}/root.pem
signer_key={folder}/honest.key
signer_digest=sha256
default_policy=1.2.3.4.1
other_policies=1.2.3.4.2
accuracy=secs:1
digests=sha256
tsa_name=yes
ess_cert_id_chain=no
ess_cert_id_alg=sha256
"""


def run(*words: str | Path, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Call openssl."""
    return subprocess.run(["openssl", *map(str, words)], input=given, capture_output=True, check=False)


@dataclass(frozen=True)
class Asked:
    """What came with one question."""

    digest: bytes
    nonce: int
    body: bytes
    headers: dict[str, str]


def _read(body: bytes, headers: dict[str, str]) -> Asked:
    _, imprint, nonce, _ = der.Item.of(body).parts()
    return Asked(imprint.parts()[1].body, int.from_bytes(nonce.body, "big"), body, headers)


@dataclass(frozen=True)
class Kind:
    """What a certificate is like: an honest stamping one, but for what is said here."""

    by: str = "root"
    years: tuple[float, float] = (-1, 1)
    uses: tuple[x509.ObjectIdentifier, ...] = STAMPS
    critical: bool = True
    key: str | None = None
    signs_others: bool = False


WEB = (ExtendedKeyUsageOID.SERVER_AUTH,)
ROOTS = {
    "root": Kind(years=(-3, 1), uses=(), signs_others=True),
    "other": Kind(years=(-3, 1), uses=(), signs_others=True),
}
KINDS = {
    "honest": Kind(),
    "expired": Kind(years=(-3, -1)),
    "unripe": Kind(years=(0.01, 1)),
    "web": Kind(uses=WEB),
    "many": Kind(uses=(*STAMPS, *WEB)),
    "lax": Kind(critical=False),
    "bare": Kind(uses=()),
    "stranger": Kind(by="other"),
    "signs": Kind(key="digital_signature"),
    "enciphers": Kind(key="key_encipherment"),
    "middle": Kind(uses=(), signs_others=True),
    "below-middle": Kind(by="middle"),
    "old-middle": Kind(uses=(), signs_others=True, years=(-3, -1)),
    "below-old-middle": Kind(by="old-middle"),
    "below-honest": Kind(by="honest"),
}
KEY_USES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign",
    "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


def named(name: str) -> x509.Name:
    """Both roots go by one name."""
    shown = "Root" if name in ROOTS else f"TSA {name}"
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, shown)])


class Certificates:
    """Two roots of one name, and those whom they signed; each as NAME.pem and NAME.key in a folder."""

    def __init__(self, folder: Path, at: datetime) -> None:
        self.folder, self._at = folder, at
        self._keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in (*ROOTS, *KINDS)}
        for name, kind in (ROOTS | KINDS).items():
            self._write(name, self._made(name, kind))

    def pem(self, name: str = "root") -> bytes:
        return (self.folder / f"{name}.pem").read_bytes()

    def slipped(self, name: str) -> str:
        """Make a certificate of the same issuer, number and key as one there is, which may stamp and nobody signed."""
        there = x509.load_pem_x509_certificate(self.pem(name))
        made = (
            x509.CertificateBuilder(there.issuer, there.subject, there.public_key(), there.serial_number)
            .not_valid_before(there.not_valid_before_utc)
            .not_valid_after(there.not_valid_after_utc)
            .add_extension(x509.ExtendedKeyUsage(STAMPS), critical=True)
            .sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
        )
        (self.folder / "slipped.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
        return "slipped"

    def _made(self, name: str, kind: Kind) -> x509.Certificate:
        by = name if name in ROOTS else kind.by
        since, until = (self._at + YEAR * one for one in kind.years)
        made = (
            x509.CertificateBuilder(named(by), named(name), self._keys[name].public_key(), x509.random_serial_number())
            .not_valid_before(since)
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=kind.signs_others, path_length=None), critical=True)
        )
        if kind.uses:
            made = made.add_extension(x509.ExtendedKeyUsage(kind.uses), critical=kind.critical)
        if kind.key:
            uses = x509.KeyUsage(**{one: one == kind.key for one in KEY_USES})
            made = made.add_extension(uses, critical=True)
        return made.sign(self._keys[by], hashes.SHA256())

    def _write(self, name: str, certificate: x509.Certificate) -> None:
        self.folder.joinpath(f"{name}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        self.folder.joinpath(f"{name}.key").write_bytes(self._keys[name].private_bytes(*form))


class Signs:
    """Makes stamps: by `openssl ts` as an honest authority, or by `openssl cms` around whatever is stated."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self._one_by_one = folder, threading.Lock()
        self.certificates = Certificates(folder, datetime.now(UTC).replace(microsecond=0))
        (folder / "serial").write_text("01\n")
        (folder / "tsa.cnf").write_text(SETTINGS.format(folder=folder))

    def honest(self, asked: Asked) -> bytes:
        """Answer as `openssl ts -reply` does, with the root beside the signer's certificate."""
        with self._one_by_one:
            query, answer = self.folder / "query.tsq", self.folder / "answer.tsr"
            query.write_bytes(asked.body)
            run("ts", "-reply", "-config", self.folder / "tsa.cnf", "-queryfile", query, "-out", answer)
            return answer.read_bytes()

    def stated(
        self, digest: bytes, nonce: int | None, *, by: str = "honest", at: datetime | None = None, named: bool = True,
        algorithm: str = "608648016503040201", tsa: str | None = None, beside: str | None = None,
    ) -> bytes:  # fmt: skip
        """State anything, and sign it properly; `named` says whether the signature names the certificate."""
        moment = f"{at or datetime.now(UTC):%Y%m%d%H%M%SZ}".encode()
        oid = der.written(der.SEQUENCE, der.written(der.OID, bytes.fromhex(algorithm)), der.written(der.NULL))
        parts = [
            der.whole_number(1),
            der.written(der.OID, POLICY),
            der.written(der.SEQUENCE, oid, der.written(der.OCTETS, digest)),
            der.whole_number(7),
            der.written(GENERALIZED, moment),
        ]
        if nonce is not None:
            parts.append(der.whole_number(nonce))
        if tsa is not None:
            name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, tsa)]).public_bytes()
            parts.append(der.written(der.FIRST_OWN, der.written(0xA4, name)))
        return granted(self._sign(der.written(der.SEQUENCE, *parts), by, named=named, beside=beside))

    def _sign(self, content: bytes, by: str, *, named: bool, beside: str | None) -> bytes:
        words: list[str | Path] = [
            "cms",
            "-sign",
            "-binary",
            "-nodetach",
            "-outform",
            "DER",
            "-nosmimecap",
            "-md",
            "sha256",
        ]
        words += ["-econtent_type", TST_INFO, "-signer", self.folder / f"{by}.pem", "-inkey", self.folder / f"{by}.key"]
        words += ["-cades"] if named else []
        words += ["-certfile", self.folder / f"{beside}.pem"] if beside else []
        done = run(*words, given=content)
        assert done.returncode == 0, done.stderr
        return done.stdout


def granted(token: bytes, status: int = 0) -> bytes:
    """Write a response around a token."""
    return der.written(der.SEQUENCE, der.written(der.SEQUENCE, der.whole_number(status)), token)


HOUR = timedelta(hours=1)
Answer = Callable[[Signs, Asked], bytes]
MOODS: dict[str, Answer] = {
    "honest": lambda signs, asked: signs.honest(asked),
    "by-hand": lambda signs, asked: signs.stated(asked.digest, asked.nonce),
    "named-well": lambda signs, asked: signs.stated(asked.digest, asked.nonce, tsa="TSA honest"),
    "wrong-digest": lambda signs, asked: signs.stated(bytes(32), asked.nonce),
    "other-hash": lambda signs, asked: signs.stated(asked.digest, asked.nonce, algorithm="608648016503040202"),
    "wrong-nonce": lambda signs, asked: signs.stated(asked.digest, asked.nonce ^ 1),
    "no-nonce": lambda signs, asked: signs.stated(asked.digest, None),
    "early": lambda signs, asked: signs.stated(asked.digest, asked.nonce, at=datetime.now(UTC) - HOUR),
    "late": lambda signs, asked: signs.stated(asked.digest, asked.nonce, at=datetime.now(UTC) + HOUR),
    "expired": lambda signs, asked: signs.stated(asked.digest, asked.nonce, by="expired"),
    "unripe": lambda signs, asked: signs.stated(asked.digest, asked.nonce, by="unripe"),
    "web": lambda signs, asked: signs.stated(asked.digest, asked.nonce, by="web"),
    "many": lambda signs, asked: signs.stated(asked.digest, asked.nonce, by="many"),
    "lax": lambda signs, asked: signs.stated(asked.digest, asked.nonce, by="lax"),
    "bare": lambda signs, asked: signs.stated(asked.digest, asked.nonce, by="bare"),
    "stranger": lambda signs, asked: signs.stated(asked.digest, asked.nonce, by="stranger"),
    "unnamed": lambda signs, asked: signs.stated(asked.digest, asked.nonce, named=False),
    "named-wrongly": lambda signs, asked: signs.stated(asked.digest, asked.nonce, tsa="Somebody Else"),
    "refuses": lambda *_: der.written(der.SEQUENCE, der.written(der.SEQUENCE, der.whole_number(2))),
    "waits": lambda *_: der.written(der.SEQUENCE, der.written(der.SEQUENCE, der.whole_number(3))),
    "changes": lambda signs, asked: granted(der.Item.of(signs.honest(asked)).parts()[1].whole, 1),
    "granted-nothing": lambda *_: der.written(der.SEQUENCE, der.written(der.SEQUENCE, der.whole_number(0))),
    "garbage": lambda *_: b"<html>welcome to the hotel's network</html>",
    "empty": lambda *_: b"",
    "forged": lambda signs, asked: _forged(signs.honest(asked)),
}  # fmt: skip


def _forged(answer: bytes) -> bytes:
    """Move the time inside by a minute, under the old signature."""
    at = answer.index(b"\x18\x0f") + 2 + len("YYYYMMDDHH")
    digit = answer[at + 1]
    return answer[: at + 1] + bytes([digit ^ 1]) + answer[at + 2 :]


@dataclass
class Authority:
    """The server; `mood` is used where the path names none, so that a test can change it while a monitor runs."""

    folder: Path
    mood: str = "honest"
    heard: list[Asked] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.signs, self.stopped = Signs(self.folder), threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Ours", (_Handler,), {"authority": self}))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def roots(self) -> Path:
        return self.folder / "root.pem"

    def at(self, mood: str = "") -> str:
        """Give the address where it behaves so."""
        return f"http://127.0.0.1:{self._server.server_port}/{mood}"

    def stamp(self, digest: bytes) -> bytes:
        """Give an honest answer without the network."""
        return self.signs.honest(_read(question(digest, 1), {}))


class _Handler(BaseHTTPRequestHandler):
    authority: Authority

    def do_POST(self) -> None:
        asked = _read(self.rfile.read(int(self.headers["Content-Length"])), dict(self.headers))
        self.authority.heard.append(asked)
        mood = self.path.strip("/") or self.authority.mood
        special = getattr(self, f"_{mood}", None)
        if special is not None:
            special()
            return
        self._say(MOODS[mood](self.authority.signs, asked))

    def _say(self, answer: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": "application/timestamp-reply",
            "Content-Length": str(len(answer)),
            **headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def _silent(self) -> None:
        self.authority.stopped.wait()

    def _drips(self) -> None:
        """Send a header that never ends, a byte now and then: each read of the client's is in time."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Patience: ")
        self._drip()

    def _drips_body(self) -> None:
        """The same inside a body that states no length."""
        self.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
        self._drip()

    def _drip(self) -> None:
        while not self.authority.stopped.wait(0.02):
            try:
                self.wfile.write(b"a")
                self.wfile.flush()
            except OSError:
                return

    def _breaks(self) -> None:
        self.close_connection = True

    def _cut(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n0")

    def _huge(self) -> None:
        block = bytes(1_000_000)
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 30000000\r\n\r\n")
        for _ in range(30):
            try:
                self.wfile.write(block)
            except OSError:
                return

    def _moved(self) -> None:
        self._say(b"", 307, Location="/honest")

    def _failing(self) -> None:
        self._say(b"try again", 503)

    def _bomb(self) -> None:
        self._say(bytes(4000), **{"Content-Encoding": "gzip"})

    def log_message(self, *_: object) -> None:
        """Say nothing."""
