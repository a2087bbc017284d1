"""XARF 4 attachments for hosts: one address each, where a type of theirs fits what is wrong.

Source: XARF v4 core schema and the types content/exposed_data and copyright/copyright, xarf/xarf-spec (2026).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from casebook.links import LinkView
from casebook.settings import Reports
from casebook.vocabulary import Category

VERSION = "4.2.0"
# Content that shows a child needs a legal class, which nobody here looks for; what fits no type goes by the letter.
TYPES: Mapping[Category, dict[str, Any]] = {
    category: {
        "category": "content",
        "type": "exposed_data",
        "data_types": ["personal_information"],
        "exposure_method": "intentional_leak",
        "accessibility": "public",
        "discovery_source": "user_report",
    }
    for category in (Category.NCII, Category.PRIVACY)
} | {Category.COPYRIGHT: {"category": "copyright", "type": "copyright"}}


def report(link: LinkView, category: Category, office: Reports, *, source: str, number: UUID) -> dict[str, Any] | None:
    """Write one report of one address; None where no type fits, or no mail address of ours is set.

    Args:
        source: the IP address that serves it, or the host.
        number: a random UUID.
    """
    kind = TYPES.get(category)
    if kind is None or office.email is None:
        return None
    ours = {"org": office.organisation[:200], "contact": office.email, "domain": office.email.rpartition("@")[2]}
    place = "infringing_url" if category is Category.COPYRIGHT else "url"
    return {
        "xarf_version": VERSION,
        "report_id": str(number),
        "timestamp": _said(link.last_seen_live_at or link.since),
        "reporter": ours,
        "sender": ours,
        "source_identifier": source,
        "evidence_source": "user_report",
        "tags": [f"helpline:{category.value}"],
        **kind,
        place: link.url,
    }


def _said(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
