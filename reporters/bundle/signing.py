"""Signatures of a bundle: ECDSA on P-384 with SHA-256, as web archives are signed and as every openssl can verify.

Source: Webrecorder, "WACZ Signing and Verification" 0.1.0; RFC 6979 (the same bytes have the same signature).
"""

import base64
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

HALF = 48  # bytes of r, and of s, on P-384
FORMS = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


@dataclass(frozen=True)
class Signer:
    """The home's key for evidence."""

    key: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def pem(self) -> bytes:
        """The public key, as openssl reads it."""
        return self.key.public_key().public_bytes(*FORMS)

    def sign(self, data: bytes) -> bytes:
        """Sign; DER, as openssl reads it."""
        return self.key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))

    def sign_for_web(self, data: bytes) -> str:
        """Sign; r and s in base64, as browsers read it."""
        r, s = decode_dss_signature(self.sign(data))
        return base64.b64encode(r.to_bytes(HALF) + s.to_bytes(HALF)).decode()


def fingerprint(pem: bytes) -> str:
    """Give what is read out on the telephone: the SHA-256 of the key's file."""
    return sha256(pem).hexdigest()


def for_web(pem: bytes) -> str:
    """Give a public key as a WACZ carries it: one line of base64."""
    return "".join(pem.decode().splitlines()[1:-1])


def is_signed(pem: bytes, data: bytes, signature: bytes) -> bool:
    """Whether a DER signature is that key's over that data."""
    try:
        key = serialization.load_pem_public_key(pem)
        if not isinstance(key, ec.EllipticCurvePublicKey):
            return False
        key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


def is_signed_for_web(pem: bytes, data: bytes, signature: str) -> bool:
    """Whether a signature in base64 is that key's over that data."""
    try:
        both = base64.b64decode(signature, validate=True)
    except ValueError:
        return False
    if len(both) != 2 * HALF:
        return False
    r, s = int.from_bytes(both[:HALF]), int.from_bytes(both[HALF:])
    return is_signed(pem, data, encode_dss_signature(r, s))
