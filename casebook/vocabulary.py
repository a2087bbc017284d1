"""The helpline's words, used everywhere, the screen included."""

from enum import StrEnum
from typing import NewType

from platforms.words import Verdict

__all__ = ["AddressId", "CaseId", "Category", "EventKind", "LinkId", "State", "Verdict"]

CaseId = NewType("CaseId", int)
LinkId = NewType("LinkId", int)
AddressId = NewType("AddressId", int)


class State(StrEnum):
    """What a watched link is known to be, over many checks."""

    UNCHECKED = "unchecked"
    LIVE = "live"
    REMOVED = "removed"
    RESURFACED = "resurfaced"
    RESTRICTED = "restricted"
    LOST = "lost"


class EventKind(StrEnum):
    """What happened to a watched link."""

    SEEN_LIVE = "seen-live"
    TAKEN_DOWN = "taken-down"
    RESURFACED = "resurfaced"
    RESTRICTED = "restricted"
    LOST = "lost"


class Category(StrEnum):
    """What is wrong with the content, as the channels of platforms name it."""

    NCII = "ncii"
    CSE = "cse"
    IMPERSONATION = "impersonation"
    PRIVACY = "privacy"
    HARASSMENT = "harassment"
    DEFAMATION = "defamation"
    THREATS = "threats"
    COPYRIGHT = "copyright"
