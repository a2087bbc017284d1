"""The words platforms' signs and channels are told in; the lowest room, so that every other can use them."""

from collections.abc import Collection
from enum import StrEnum


class Verdict(StrEnum):
    """What one visit proves."""

    LIVE = "live"
    REMOVED = "removed"
    RESTRICTED = "restricted"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    UNCLEAR = "unclear"


class Lane(StrEnum):
    """On what footing one asks: who decides, and what one leans on."""

    PARTNER = "partner"
    POLICY = "policy"
    STATUTORY = "statutory"
    REGULATOR = "regulator"
    HOST = "host"
    DE_INDEX = "de-index"


class ChannelKind(StrEnum):
    """By what means one asks; each kind is one file in `reporters`."""

    WEBFORM = "webform"
    EMAIL = "email"
    IN_APP = "in-app"  # a button or menu on the content itself, in an app or on the page
    API = "api"
    PARTNER = "partner"  # a programme that a helpline is admitted to; its address is not public
    ABUSE_CONTACT = "abuse-contact"  # looked up by RDAP when it is needed
    BOT = "bot"  # an account in a messenger that takes reports
    DEVICE_TOOL = "device-tool"  # hashes on the complainant's own device; nobody can file it in the complainant's place


class Use(StrEnum):
    """What a channel is for; only `report` and `hotline` are proposed as a first step."""

    REPORT = "report"
    HOTLINE = "hotline"  # takes addresses of children's pictures, and removes nothing by itself
    APPEAL = "appeal"
    ESCALATION = "escalation"
    STALE_RESULT = "stale-result"  # the page is gone, the search engine still shows it
    RECOVERY = "recovery"  # an account that others took over
    HASHES = "hashes"


class Subject(StrEnum):
    """What a channel takes reports about: the categories of a link, and two words that stand for many."""

    NCII = "ncii"
    CSE = "cse"
    IMPERSONATION = "impersonation"
    PRIVACY = "privacy"
    HARASSMENT = "harassment"
    DEFAMATION = "defamation"
    THREATS = "threats"
    COPYRIGHT = "copyright"
    UNLAWFUL = "unlawful"
    ANYTHING = "anything"


def covers(subjects: Collection[Subject], category: str) -> bool:
    """Tell whether reports of this category (as a link has it) belong here.

    Children's pictures and copyright need to be named: for neither is a place for anything else the right one.
    """
    if category in subjects:
        return True
    return category not in {Subject.CSE, Subject.COPYRIGHT} and (
        Subject.UNLAWFUL in subjects or Subject.ANYTHING in subjects
    )


class Filer(StrEnum):
    """Who may file."""

    ANYONE = "anyone"
    DEPICTED = "depicted"  # whom the content shows, imitates or harms
    REPRESENTATIVE = "representative"  # whom that person has authorised
    LAWYER = "lawyer"  # a representative in law, and no other
    GUARDIAN = "guardian"  # a parent or guardian of a minor
    PARTNER = "partner"  # an organisation admitted to the programme
    OWNER = "owner"  # of the copyright, or an agent for it
    PROVIDER = "provider"  # a registered service; never a helpline


class Sure(StrEnum):
    """How well a fact is known; what has no page of its own, or an old one, is verified before use."""

    PAGE_SEEN = "page-seen"  # the platform's own or the law's own page, or an archived copy
    SECOND_HAND = "second-hand"  # somebody else's page, a shop's or a user's
    OLD_PAGE = "old-page"
    NO_PAGE = "no-page"
    HOUSE = "house"  # no fact: the helpline's own choice
