"""Channels of the sheets by a name that is kept: a report remembers which way it went, whatever the sheet's order."""

from hashlib import blake2s

from platforms.channel import Channel
from platforms.sheet import Sheet

DIGITS = 6


def id_of(channel: Channel) -> str:
    """Name a channel: its kind, and a short digest of where it leads and on what footing."""
    parts = (channel.kind, channel.to, channel.at or "", channel.lane, channel.use, ",".join(channel.basis))
    return f"{channel.kind}-{blake2s('|'.join(parts).encode(), digest_size=DIGITS // 2).hexdigest()}"


def channel_of(sheet: Sheet | None, name: str) -> Channel | None:
    """Give the channel of this name; None where the sheet has it no more."""
    return None if sheet is None else next((one for one in sheet.channel if id_of(one) == name), None)
