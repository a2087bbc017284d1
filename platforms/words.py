"""The words a platform's signs are told in; the lowest room, so that every other can use them."""

from enum import StrEnum


class Verdict(StrEnum):
    """What one visit proves."""

    LIVE = "live"
    REMOVED = "removed"
    RESTRICTED = "restricted"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    UNCLEAR = "unclear"
