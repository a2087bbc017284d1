"""The helpline's words, used everywhere, the screen included."""

from enum import StrEnum
from typing import NewType

from platforms.words import Verdict

__all__ = [
    "Act",
    "AddressId",
    "CaseId",
    "Category",
    "EntryKind",
    "EventKind",
    "LinkId",
    "MediaKind",
    "NameKind",
    "Origin",
    "RequestKind",
    "Risk",
    "SightingState",
    "SourceKind",
    "SourceState",
    "State",
    "Verdict",
]

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
    FLAPPING = "flapping"


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


class EntryKind(StrEnum):
    """What an entry of a case file is about; its words are sealed to the case."""

    NAME = "name"
    CONTACT = "contact"
    SAFE_CONTACT = "safe-contact"
    NOTE = "note"
    RISK = "risk"
    REFERRAL = "referral"
    FOLLOW_UP = "follow-up"
    WATCHED_NAME = "watched-name"
    IMAGE_LABEL = "image-label"


class Act(StrEnum):
    """What a complainant may agree to, each for itself, and take back."""

    WATCH = "watch"
    HASH = "hash"
    DEEP_MATCH = "deep-match"
    CAPTURE = "capture"
    REPORT_PARTNER = "report-partner"
    REPORT_POLICY = "report-policy"
    REPORT_STATUTORY = "report-statutory"
    REPORT_REGULATOR = "report-regulator"
    REPORT_HOST = "report-host"
    REPORT_DEINDEX = "report-de-index"
    TELL_POLICE = "tell-police"
    PUBLISH = "publish"


class RequestKind(StrEnum):
    """What one member of staff asks for and a second has to approve."""

    BREAK_GLASS = "break-glass"
    ERASE = "erase"


class Risk(StrEnum):
    """How great the danger is that somebody comes to harm, as the officer sees it."""

    NONE = "none"
    WATCH = "watch"
    HIGH = "high"
    IMMEDIATE = "immediate"


class MediaKind(StrEnum):
    """What fingerprints are of."""

    PICTURE = "picture"
    FILM = "film"


class Origin(StrEnum):
    """Where a fingerprint came from: a file that lay here, a hash made elsewhere, or a list of such."""

    FILE = "file"
    HASH = "hash"
    LIST = "list"


class NameKind(StrEnum):
    """What is looked for in a page's text; a sign, such as a city, says nothing alone and backs up a common name."""

    NAME = "name"
    HANDLE = "handle"
    LABEL = "label"
    SIGN = "sign"


class SourceKind(StrEnum):
    """What a swept address is; a handle is no address, and is asked of every platform that has profiles."""

    PAGE = "page"
    FEED = "feed"
    SEARCH = "search"
    PROFILE = "profile"
    THREAD = "thread"
    FOLDER = "folder"
    HANDLE = "handle"


class SourceState(StrEnum):
    """How the last sweep of a source went."""

    NEW = "new"
    SWEPT = "swept"
    FAILING = "failing"
    ENDED = "ended"


class SightingState(StrEnum):
    """A suspected copy, and what a person made of it."""

    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
