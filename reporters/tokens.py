"""What a time stamp proves: read, and believed only when all of it holds. No network, no clock.

rfc3161-client reads the stamp and follows the signature to the roots. What it leaves open is asked here: that the
signer's certificate is the one that the signature names (RFC 5816), so that none can be slipped in beside it; that it
is made for time stamping alone; and that the stamp was for a SHA-256 digest.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from casebook.errors import Refused
from reporters import der
from reporters.der import Item, NotDer

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse

SHA256 = "2.16.840.1.101.3.4.2.1"
HASHES = {
    bytes.fromhex("2b0e03021a"): "sha1",
    bytes.fromhex("608648016503040201"): "sha256",
    bytes.fromhex("608648016503040202"): "sha384",
    bytes.fromhex("608648016503040203"): "sha512",
}
SIGNED_WITH = bytes.fromhex("2a864886f70d010910020c")  # id-aa-signingCertificate, RFC 2634: SHA-1
SIGNED_WITH_2 = bytes.fromhex("2a864886f70d010910022f")  # id-aa-signingCertificateV2, RFC 5035
GRANTED = 0
NO_STAMP = {1: "it changed what was asked for", 2: "it refuses", 3: "it asks to wait"}

Roots = tuple[x509.Certificate, ...]


class NotStamped(Exception):
    """There is no time stamp that can be believed; the text says why, and holds no address."""


@dataclass(frozen=True)
class Stamp:
    """A stamp that was verified.

    Args:
        at: the time that it states.
        token: a DER TimeStampResp that holds the granted token and nothing else, as `openssl ts -verify -in` reads it.
    """

    at: datetime
    token: bytes


def roots_of(pem: bytes) -> Roots:
    """Read the certificates that are trusted; those that others signed only help to find the way to the rest.

    Raises:
        Refused: there is none among these bytes.
    """
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except ValueError:
        raise Refused("evidence.timestamp_roots holds no certificate in PEM that can be read") from None


def verify(answer: bytes, digest: bytes, roots: Roots, nonce: int | None = None) -> Stamp:
    """Believe a server's answer, or a token that was kept, when everything in it holds.

    Args:
        answer: a DER TimeStampResp.
        digest: 32 bytes, the SHA-256 that was to be stamped.
        roots: the certificates that are trusted.
        nonce: the number that our question had; None where it is no longer known.

    Raises:
        NotStamped: it does not hold; the first reason in words.
    Source: RFC 3161, section 2.4.2; RFC 5816.
    """
    try:
        token = _tidied(_granted(answer))
        whole = der.written(der.SEQUENCE, der.written(der.SEQUENCE, der.whole_number(GRANTED)), token.whole)
        at = _checked(whole, token, digest, roots, nonce)
    except NotStamped:
        raise
    except Exception:  # noqa: BLE001  # over bytes that lie the libraries come to errors of every kind
        raise NotStamped("its answer is no time stamp") from None
    return Stamp(at, whole)


def _granted(answer: bytes) -> Item:
    parts = Item.of(answer).parts()
    status = int.from_bytes(parts[0].parts()[0].body, "big")
    if status != GRANTED:
        raise NotStamped(NO_STAMP.get(status, "it gives no stamp"))
    return parts[1]


def _tidied(token: Item) -> Item:
    """Put the certificates into the order that DER asks for: OpenSSL's own server does not, and the library insists."""
    kind, content = token.parts()
    [signed] = content.parts(der.FIRST_OWN)
    fields = [
        Item(one.tag, b"".join(sorted(each.whole for each in one.parts(one.tag))))
        if one.tag in (der.FIRST_OWN, der.SECOND_OWN)
        else one
        for one in signed.parts()
    ]
    inner = der.written(der.SEQUENCE, *(one.whole for one in fields))
    return Item(der.SEQUENCE, kind.whole + der.written(der.FIRST_OWN, inner))


def _checked(whole: bytes, token: Item, digest: bytes, roots: Roots, nonce: int | None) -> datetime:
    from rfc3161_client import decode_timestamp_response

    stamp = decode_timestamp_response(whole)
    imprint = stamp.tst_info.message_imprint
    if (imprint.hash_algorithm.dotted_string, imprint.message) != (SHA256, digest):
        raise NotStamped("its stamp is for another digest than ours")
    if nonce is not None and stamp.tst_info.nonce != nonce:
        raise NotStamped("its stamp answers another question than ours (the nonce differs)")
    signer = _signer(stamp, token)
    _require_made_for_stamping(signer)
    at = stamp.tst_info.gen_time
    if not signer.not_valid_before_utc <= at <= signer.not_valid_after_utc:
        when = "had expired" if at > signer.not_valid_after_utc else "was not valid yet"
        raise NotStamped(f"its certificate {when} at the time it states")
    _require_signature(stamp, digest, roots)
    _require_named(stamp, signer)
    return at


def _signer(stamp: "TimeStampResponse", token: Item) -> x509.Certificate:
    """Give the one certificate that the signature itself names."""
    infos = list(stamp.signed_data.signer_infos)
    known = [x509.load_der_x509_certificate(one) for one in stamp.signed_data.certificates]
    fits = [one for one in known if len(infos) == 1 and _is(one, infos[0].issuer, infos[0].serial_number)]
    if len(fits) != 1:
        raise NotStamped("its stamp does not carry its signer's certificate, or more than one")
    named = _named_by_signature(token)
    if not named or any(hashlib.new(name, _bytes(fits[0])).digest() != value for name, value in named):
        raise NotStamped("its signature names another certificate than the one it carries")
    return fits[0]


def _is(one: x509.Certificate, issuer: x509.Name, serial: int) -> bool:
    return one.issuer == issuer and one.serial_number == serial


def _bytes(one: x509.Certificate) -> bytes:
    return one.public_bytes(Encoding.DER)


def _named_by_signature(token: Item) -> list[tuple[str, bytes]]:
    """Give the hashes of the signer's certificate that the signature covers, each with its function."""
    [signed] = token.parts()[1].parts(der.FIRST_OWN)
    [info] = signed.parts()[-1].parts(der.SET)
    attributes = [one.parts() for one in info.parts()[3].parts(der.FIRST_OWN)]
    found = []
    for kind, values in attributes:
        if kind.body in (SIGNED_WITH, SIGNED_WITH_2):
            [value] = values.parts(der.SET)
            found.append(_named(value.parts()[0].parts()[0].parts(), "sha1" if kind.body == SIGNED_WITH else "sha256"))
    return found


def _named(parts: Sequence[Item], usual: str) -> tuple[str, bytes]:
    """Read an ESSCertID, or an ESSCertIDv2 that may begin with another function than the usual."""
    if parts[0].tag == der.OCTETS:
        return usual, parts[0].body
    name = HASHES.get(parts[0].parts()[0].body)
    if name is None:
        raise NotDer
    return name, parts[1].body


def _require_made_for_stamping(signer: x509.Certificate) -> None:
    """Source: RFC 3161, section 2.3: the one purpose, marked critical; its key signs and does nothing else."""
    try:
        purpose = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        raise NotStamped("its certificate is not made for time stamping") from None
    if not purpose.critical or list(purpose.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise NotStamped("its certificate is not made for time stamping alone")


def _require_signature(stamp: "TimeStampResponse", digest: bytes, roots: Roots) -> None:
    """Follow the signature to a root, as the certificates stood at the stated time."""
    from rfc3161_client import VerificationError, VerifierBuilder

    try:
        VerifierBuilder(roots=list(roots)).build().verify(stamp, digest)
    except VerificationError as error:
        if "certificate verify error" in str(error):
            raise NotStamped("its certificate does not lead to one of evidence.timestamp_roots") from None
        raise NotStamped("its signature does not hold") from None


def _require_named(stamp: "TimeStampResponse", signer: x509.Certificate) -> None:
    """Hold the signer's name, where the stamp gives one, to the certificate, as OpenSSL does."""
    try:
        name = stamp.tst_info.name
    except ValueError:  # none, or in a form that the library does not know
        return
    if isinstance(name, x509.DirectoryName) and name.value != signer.subject and name not in _other_names(signer):
        raise NotStamped("its stamp names another signer than its certificate")


def _other_names(signer: x509.Certificate) -> list[x509.GeneralName]:
    try:
        return list(signer.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        return []
