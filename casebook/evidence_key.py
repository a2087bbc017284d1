"""The key that bundles of evidence are signed with: the home's own, for as long as the home lives."""

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from casebook.access import Actor, Right, require
from casebook.anchors import signing_key
from casebook.store import Casebook

ORDER = int(
    "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973", 16
)  # of P-384: FIPS 186-5, appendix; SEC 2, section 2.5.1
DRAWN_BYTES = 64  # 128 bits more than the order has, so that no key is likelier than another: FIPS 186-5, A.2.1
ABOUT = b"pehra/evidence"


def evidence_key(book: Casebook, *, actor: Actor) -> ec.EllipticCurvePrivateKey:
    """Derive the key from the one that anchors are signed with.

    Web archives are signed with ECDSA, for which browsers and every openssl have a verb; anchors with Ed25519.
    """
    require(actor, Right.READ_CASES)
    with book.writing() as session:
        secret = signing_key(session, book.vault).private_bytes_raw()
    drawn = HKDF(SHA384(), DRAWN_BYTES, salt=None, info=ABOUT).derive(secret)
    return ec.derive_private_key(int.from_bytes(drawn) % (ORDER - 1) + 1, ec.SECP384R1())
