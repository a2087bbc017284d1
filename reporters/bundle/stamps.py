"""The time that a time-stamp server names in its answer, read and not yet believed."""

from datetime import UTC, datetime

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
