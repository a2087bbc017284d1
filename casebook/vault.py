"""Keys, and what is sealed: the only place that knows how."""

import base64
import binascii
import hmac
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from casebook.errors import Unavailable

KEY_BYTES = 32
NONCE_BYTES = 12
FORM = b"\x01"
KEY_FILE = "monitor.key"
NEXT_KEY_FILE = "monitor.key.next"  # there while the book is sealed anew, until it takes the place of the old one
KEY_VARIABLE = "PEHRA_MONITOR_KEY"


@dataclass(frozen=True)
class Vault:
    """Seals free text under the monitor's key, and finds it again by keyed digests.

    A sealed value is one byte of form, a 12-byte nonce, and AES-256-GCM's output; the field it belongs to is
    authenticated with it, so that a value moved to another column does not open. Randomness is an argument.
    """

    _key: bytes = field(repr=False)
    _random: Callable[[int], bytes] = field(default=os.urandom, repr=False)
    _cipher: AESGCM = field(init=False, repr=False)
    _lookup: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_cipher", AESGCM(self._derive(b"seal")))
        object.__setattr__(self, "_lookup", self._derive(b"lookup"))

    def _derive(self, purpose: bytes) -> bytes:
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"pehra/" + purpose).derive(self._key)

    def seal(self, column: str, text: str) -> bytes:
        """Seal text for one column; 29 bytes longer than its UTF-8."""
        return self.seal_bytes(column, text.encode())

    def seal_bytes(self, column: str, data: bytes) -> bytes:
        """Seal bytes for one column; 29 bytes longer than they are."""
        nonce = self._random(NONCE_BYTES)
        return FORM + nonce + self._cipher.encrypt(nonce, data, column.encode())

    def unseal(self, column: str, sealed: bytes) -> str:
        """Open text that was sealed for that column.

        Raises:
            Unavailable: another key, another column, or altered bytes.
        """
        return self.unseal_bytes(column, sealed).decode()

    def unseal_bytes(self, column: str, sealed: bytes) -> bytes:
        """Open bytes that were sealed for that column.

        Raises:
            Unavailable: another key, another column, or altered bytes.
        """
        nonce, rest = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, rest, column.encode())
        except (InvalidTag, ValueError):
            raise Unavailable("something sealed does not open: the database was altered, or has another key") from None

    def digest(self, kind: str, text: str) -> bytes:
        """32 bytes that are the same for the same text and tell nothing without the key."""
        return keyed(self._lookup, kind, text)

    def chain_key(self) -> bytes:
        """Give the key that chained the journal before it had one of its own."""
        return self._lookup

    def fresh_key(self) -> bytes:
        """Draw a new key of 32 bytes."""
        return self._random(KEY_BYTES)


def keyed(key: bytes, kind: str, text: str) -> bytes:
    """Give the HMAC-SHA-256 of a text, told apart by what kind of text it is."""
    return hmac.digest(key, kind.encode() + b"\0" + text.encode(), sha256)


def make_key(home: Path, random: Callable[[int], bytes] = os.urandom, *, name: str = KEY_FILE) -> Path:
    """Write a new key into the home, readable by its owner only; an existing one is never overwritten."""
    file = home / name
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(base64.urlsafe_b64encode(random(KEY_BYTES)) + b"\n")
        out.flush()
        os.fsync(out.fileno())
    return file


def open_vault(home: Path, environment: Mapping[str, str], *, name: str = KEY_FILE) -> Vault:
    """Take the key from the environment, else from the home.

    Raises:
        Unavailable: no key, or one that is not 32 bytes in base64.
    """
    text = environment.get(KEY_VARIABLE)
    if text is None:
        try:
            text = (home / name).read_text(encoding="ascii")
        except FileNotFoundError:
            raise Unavailable(f"no key in {home}: run `pehra init`, or restore {KEY_FILE} from its backup") from None
        except (OSError, UnicodeDecodeError):
            raise Unavailable(f"{home / name} cannot be read: check who owns it") from None
    try:
        key = base64.b64decode(text.strip(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise Unavailable(f"the monitor's key is damaged: it must be {KEY_BYTES} bytes in base64")
    return Vault(key)
