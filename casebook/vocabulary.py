"""The helpline's words, used everywhere, the screen included."""

from enum import StrEnum
from typing import NewType

from platforms.words import Verdict

__all__ = [
    "Act",
    "AddressId",
    "Awaits",
    "CaseId",
    "Category",
    "DigestKind",
    "EntryKind",
    "EventKind",
    "Fate",
    "Follows",
    "Lane",
    "LinkId",
    "MediaKind",
    "NameKind",
    "NotKept",
    "Origin",
    "Outcome",
    "RecordKind",
    "ReportEventKind",
    "ReportId",
    "ReportState",
    "RequestKind",
    "Risk",
    "Sending",
    "SightingState",
    "SourceKind",
    "SourceState",
    "State",
    "Verdict",
    "Why",
]

CaseId = NewType("CaseId", int)
LinkId = NewType("LinkId", int)
AddressId = NewType("AddressId", int)
ReportId = NewType("ReportId", int)


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
    SCREENSHOT = "screenshot"
    REPORT_PARTNER = "report-partner"
    REPORT_POLICY = "report-policy"
    REPORT_STATUTORY = "report-statutory"
    REPORT_REGULATOR = "report-regulator"
    REPORT_HOST = "report-host"
    REPORT_DEINDEX = "report-de-index"
    REPORT_COPYRIGHT = "report-copyright"
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


class DigestKind(StrEnum):
    """How often a member of staff hears of their cases by mail."""

    WEEKLY = "weekly"
    DAILY = "daily"
    URGENT = "urgent"


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


class Lane(StrEnum):
    """The way a report goes; what stands in a platform's sheet, and two that belong to no platform's own channel."""

    PARTNER = "partner"
    POLICY = "policy"
    STATUTORY = "statutory"
    REGULATOR = "regulator"
    HOST = "host"
    DE_INDEX = "de-index"
    HOTLINE = "hotline"
    DATA_REQUEST = "data-request"


class ReportState(StrEnum):
    """How far a report has come; `answered` has an outcome."""

    DRAFTED = "drafted"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    INFO_REQUESTED = "info-requested"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class Fate(StrEnum):
    """What became of one try to send a report; `lost`: somebody asked, and it never arrived."""

    SENT = "sent"
    REFUSED = "refused"
    NOT_SENT = "not-sent"
    LOST = "lost"


class Sending(StrEnum):
    """How far a try to send has come that has not ended: nothing left yet, or nobody knows whether it arrived."""

    BEGUN = "begun"
    UNSURE = "unsure"


class Outcome(StrEnum):
    """What an answer said."""

    ACTED = "acted"
    REFUSED = "refused"


class ReportEventKind(StrEnum):
    """What happened to a report. The platform's words say `acted`; whether the content is gone only a look says."""

    DRAFTED = "drafted"
    SENT = "sent"
    BOUNCED = "bounced"
    ACKNOWLEDGED = "acknowledged"
    INFO_REQUESTED = "info-requested"
    INFO_GIVEN = "info-given"
    ACTED = "acted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    CLOCK_STARTED = "clock-started"


class Awaits(StrEnum):
    """What a clock waits for: that the content goes, that somebody answers, or that we act ourselves."""

    TAKEDOWN = "takedown"
    ANSWER = "answer"
    OURS = "ours"


class Follows(StrEnum):
    """Why a report follows on another: the content is back, the answer is contested, nobody answered, or moved on.

    `successor`: the same person's next profile or copy, at another address.
    """

    AGAIN = "again"
    APPEAL = "appeal"
    ESCALATION = "escalation"
    SUCCESSOR = "successor"


class RecordKind(StrEnum):
    """What a record of evidence is of: a page, something added by hand, or that nothing was kept."""

    PAGE = "page"
    ITEM = "item"
    NONE = "none"


class NotKept(StrEnum):
    """Why a visit that should have been captured was not."""

    MINOR = "minor"
    DISK = "disk-full"
    CASE = "case-full"
    TOO_LARGE = "too-large"
    HALF_WRITTEN = "half-written"
    DIFFERED = "differed"
    FAILED = "failed"


class Why(StrEnum):
    """Why a capture was made, or is wanted; `visit` where nobody can say why it was."""

    FIRST_SEEN = "first-seen"
    CHANGE = "change"
    REPORT = "report"
    ASKED = "asked"
    ADDED = "added"
    VISIT = "visit"
