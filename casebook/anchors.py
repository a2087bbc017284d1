"""The journal's head, signed, to be kept where whoever alters the journal cannot reach: a file, a mail, a paper.

The chain alone does not stand against somebody who holds the monitor's key, for they can seal a false chain as well as
we can. An anchor that was given away before does: the chain of today must still have that head at that length.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook import journal
from casebook.access import Actor, Right, require
from casebook.errors import Refused
from casebook.journal import Verified
from casebook.store import Casebook
from casebook.tables import Book
from casebook.vault import Vault

ABOUT: Final = "pehra journal anchor 1"
COLUMN = "book.signing_key"


Hex32 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Hex64 = Annotated[str, Field(pattern="^[0-9a-f]{128}$")]


class Anchor(BaseModel):
    """How long the journal was at a moment, and the seal of its last entry then, signed with the home's own key.

    Source: RFC 8032 (Ed25519).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    anchor: Literal["pehra journal anchor 1"] = ABOUT
    length: Annotated[int, Field(ge=1)]
    head: Hex32
    at: Annotated[str, Field(pattern=r"^[0-9T:.+-]{10,40}$")]
    key: Hex32
    signature: Hex64

    def signed(self) -> bytes:
        """Give the bytes that are signed."""
        return message(self.length, self.head, self.at, self.key)

    def to_text(self) -> str:
        """Write it as a small JSON document."""
        return self.model_dump_json(indent=2) + "\n"

    @classmethod
    def of(cls, text: str) -> Self:
        """Read one.

        Raises:
            Refused: this is none.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError:
            raise Refused(
                "this is no anchor of a journal, or a damaged one: `pehra journal anchor` writes one"
            ) from None

    def is_signed(self) -> bool:
        """Whether the signature is that of the key it names."""
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.key)).verify(
                bytes.fromhex(self.signature), self.signed()
            )
        except (InvalidSignature, ValueError):
            return False
        return True


def message(length: int, head: str, at: str, key: str) -> bytes:
    """Give what is signed: the parts in one order, one on a line."""
    return "\n".join((ABOUT, str(length), head, at, key)).encode()


@dataclass(frozen=True)
class Proved:
    """What today's journal says to anchors of earlier days: for each why it does not hold, or None where it does."""

    chain: Verified
    anchors: list[str | None]

    @property
    def whole(self) -> bool:
        """Whether nothing at all is wrong."""
        return self.chain.first_bad is None and not any(self.anchors)


def make(book: Casebook, *, actor: Actor, at: datetime) -> Anchor:
    """Sign the journal's head, this act included; the home's signing key is made when it is first needed."""
    require(actor, Right.VERIFY_JOURNAL)
    with book.writing() as session:
        key = signing_key(session, book.vault)
        journal.append(session, book.vault, actor, "journal.anchor", "home", at)
        row = session.scalars(select(Book)).one()
        public = key.public_key().public_bytes_raw().hex()
        length, head, when = row.journal_length, row.journal_head.hex(), at.isoformat()
        signature = key.sign(message(length, head, when, public)).hex()
        return Anchor(length=length, head=head, at=when, key=public, signature=signature)


def signing_key(session: Session, vault: Vault) -> Ed25519PrivateKey:
    """Give the home's own key for signatures, made when it is first needed, inside the caller's transaction."""
    row = session.scalars(select(Book).with_for_update()).one()
    if row.signing_key is None:
        row.signing_key = vault.seal(COLUMN, vault.fresh_key().hex())
    return _opened(vault, row.signing_key)


def _opened(vault: Vault, sealed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vault.unseal(COLUMN, sealed)))


def prove(book: Casebook, anchors: Sequence[Anchor], *, actor: Actor) -> Proved:
    """Walk the chain once, and hold every anchor against it."""
    require(actor, Right.VERIFY_JOURNAL)
    with book.reading() as session:
        sealed = session.scalars(select(Book.signing_key)).one()
        ours = None if sealed is None else _opened(book.vault, sealed).public_key().public_bytes_raw().hex()
        chain, heads = journal.walk(session, book.vault, anchors={one.length for one in anchors})
    return Proved(chain, [_fault(one, ours, chain, heads) for one in anchors])


def _fault(anchor: Anchor, ours: str | None, chain: Verified, heads: dict[int, bytes]) -> str | None:
    """Say why an anchor does not hold, the worst first."""
    if not anchor.is_signed():
        return "it is forged or was altered: its signature is not that of the key it names"
    if anchor.key != ours:
        return "it was signed with another key than this home's: it is another home's, or this home's key was replaced"
    if anchor.length not in heads:
        if chain.first_bad is not None:
            return f"the journal cannot be followed to its length of {anchor.length}"
        return f"the journal was cut: it had {anchor.length} entries then and has {chain.entries} now"
    if heads[anchor.length].hex() != anchor.head:
        return f"the journal was rewritten: its first {anchor.length} entries are not those that stood there then"
    return None
