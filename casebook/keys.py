"""Identities of officers and cases, and the passphrases that lock them; sealed text is an ordinary age file."""

import os
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import pyrage
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from pyrage import x25519

from casebook.errors import Refused, Unavailable

# RFC 9106, section 4, second recommended choice: for machines that cannot spare 2 GiB for each log-in.
MEMORY_KIB, PASSES, LANES = 65_536, 3, 4
SALT_BYTES, NONCE_BYTES, KEY_BYTES = 16, 12, 32
FORM = b"\x01"
COSTS = struct.Struct(">IBB")
SHORTEST_PASSPHRASE = 8


@dataclass(frozen=True)
class Identity:
    """A private age key and the recipient that others seal to."""

    secret: str = field(repr=False)
    recipient: str

    @classmethod
    def make(cls) -> Self:
        """Make a new one; the age library draws it from the system's randomness."""
        return cls.of(str(x25519.Identity.generate()))

    @classmethod
    def of(cls, secret: str) -> Self:
        """Read a private key as the age program writes it, comments and blank lines left out.

        Raises:
            Unavailable: it is none.
        """
        lines = [line for line in secret.splitlines() if line.strip() and not line.startswith("#")]
        try:
            return cls(lines[0].strip(), str(x25519.Identity.from_str(lines[0].strip()).to_public()))
        except (IndexError, pyrage.IdentityError):
            raise Unavailable("this is no private key of age: it begins with AGE-SECRET-KEY-1") from None

    def write(self, file: Path, about: str) -> None:
        """Write the private key as the age program reads it, for its owner's eyes.

        Raises:
            FileExistsError: an existing file is never overwritten.
        """
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(f"# {about}\n# public key: {self.recipient}\n{self.secret}\n")
            out.flush()
            os.fsync(out.fileno())

    def open(self, sealed: bytes) -> bytes:
        """Open an age file that was sealed to this identity.

        Raises:
            Unavailable: it was sealed to another, or altered.
        """
        try:
            opened: bytes = pyrage.decrypt(sealed, [x25519.Identity.from_str(self.secret)])
        except pyrage.DecryptError:
            raise Unavailable("something sealed does not open: it was altered, or sealed to another key") from None
        return opened


def leave_no_core() -> None:
    """Let a crash of this process, or of a child of it, write no file of its memory, where the system has such."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def seal_to(recipients: Sequence[str], data: bytes) -> bytes:
    """Seal bytes to recipients, each of whom can open them alone; the result is a binary age file."""
    sealed: bytes = pyrage.encrypt(data, [x25519.Recipient.from_str(one) for one in recipients])
    return sealed


def lock(identity: Identity, passphrase: str, random: Callable[[int], bytes] = os.urandom) -> bytes:
    """Lock a private key under a passphrase.

    Returns:
        One byte of form, Argon2id's costs and salt, a nonce, and AES-256-GCM's output.

    Raises:
        Refused: the passphrase is too short.
    Source: RFC 9106.
    """
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise Refused(f"a passphrase has at least {SHORTEST_PASSPHRASE} characters; a few words are best")
    salt, nonce = random(SALT_BYTES), random(NONCE_BYTES)
    head = FORM + COSTS.pack(MEMORY_KIB, PASSES, LANES) + salt
    return head + nonce + AESGCM(_stretched(passphrase, head)).encrypt(nonce, identity.secret.encode(), head)


def unlock(locked: bytes, passphrase: str) -> Identity | None:
    """Open a locked private key; None where the passphrase is not the one. As slow as locking was."""
    cut = len(FORM) + COSTS.size + SALT_BYTES
    head, nonce, rest = locked[:cut], locked[cut : cut + NONCE_BYTES], locked[cut + NONCE_BYTES :]
    try:
        return Identity.of(AESGCM(_stretched(passphrase, head)).decrypt(nonce, rest, head).decode())
    except InvalidTag:
        return None


def _stretched(passphrase: str, head: bytes) -> bytes:
    memory, passes, lanes = COSTS.unpack(head[len(FORM) : len(FORM) + COSTS.size])
    salt = head[-SALT_BYTES:]
    kdf = Argon2id(salt=salt, length=KEY_BYTES, iterations=passes, lanes=lanes, memory_cost=memory)
    return kdf.derive(passphrase.encode())
