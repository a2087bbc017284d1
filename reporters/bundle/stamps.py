"""The time that a time-stamp server names in its answer, read and not yet believed."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from casebook.errors import Refused
from reporters.tokens import NotStamped, roots_of, verify


def stamped_at(token: bytes) -> datetime | None:
    """Read the time of a DER TimeStampResp; None where it is none."""
    import rfc3161_client

    try:
        at: datetime = rfc3161_client.decode_timestamp_response(token).tst_info.gen_time
    except (ValueError, TypeError):
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def checked(token: bytes, sha256: str, roots: bytes) -> tuple[datetime | None, str | None]:
    """Verify a time stamp; give its time, and what is wrong with it, or None where nothing is."""
    try:
        trusted = roots_of(roots)
        return verify(token, bytes.fromhex(sha256), trusted).at, None
    except Refused:
        return None, "there are no certificates to hold this time stamp to"
    except NotStamped as why:
        return None, f"this time stamp does not hold: {why}"


def needed(tokens: Iterable[bytes], roots: bytes) -> bytes:
    """Give those certificates that lead from the stamps' signers to their roots, in one order, and no others."""
    known = x509.load_pem_x509_certificates(roots)
    found = {one.fingerprint(SHA256()): one for token in tokens for one in _way(token, known)}
    return b"".join(found[one].public_bytes(Encoding.PEM) for one in sorted(found))


def _way(token: bytes, known: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """Follow the names of issuers from what a stamp carries, through what is known, as far as they lead."""
    import rfc3161_client

    try:
        carried = rfc3161_client.decode_timestamp_response(token).signed_data.certificates
        waiting = [x509.load_der_x509_certificate(one) for one in carried]
    except (ValueError, TypeError):
        return []
    found: list[x509.Certificate] = []
    for one in waiting:
        nearer = [each for each in known if each.subject == one.issuer and each not in found]
        found += nearer
        waiting += nearer
    return found
