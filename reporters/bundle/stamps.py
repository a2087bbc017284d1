"""The time that a time-stamp server names in its answer, read and not yet believed."""

from datetime import UTC, datetime

import rfc3161_client


def stamped_at(token: bytes) -> datetime | None:
    """Read the time of a DER TimeStampResp; None where it is none."""
    try:
        at: datetime = rfc3161_client.decode_timestamp_response(token).tst_info.gen_time
    except (ValueError, TypeError):
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def imprint(token: bytes) -> str | None:
    """Read what a DER TimeStampResp stamps, in hex; None where it is none."""
    try:
        return bytes(rfc3161_client.decode_timestamp_response(token).tst_info.message_imprint.message).hex()
    except (ValueError, TypeError):
        return None


def checked(token: bytes, sha256: str, roots: bytes) -> tuple[datetime | None, str | None]:
    """Verify a time stamp; give its time, and what is wrong with it, or None where nothing is."""
    if not roots:
        return None, "there are no certificates to hold this time stamp to"
    if imprint(token) != sha256:
        return stamped_at(token), "this time stamp is of something else: what it stamped was changed"
    return stamped_at(token), None
