"""An authority's request to a platform for data: a report of its own lane, made by others, followed here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from casebook import replies, reports
from casebook.access import Actor
from casebook.errors import Refused
from casebook.replies import Happened
from casebook.reports import NewReport, ReportShown, ReportView
from casebook.store import Casebook
from casebook.vocabulary import Category, Follows, Lane, LinkId, ReportEventKind

CHANNEL = "authority"


@dataclass(frozen=True)
class Asked:
    """Who asked a platform for data, on which law, and when."""

    platform: str
    agency: str
    officer: str | None
    legal_basis: str
    at: datetime
    ticket: str | None = None


def note(
    book: Casebook,
    ref: str,
    asked: Asked,
    links: Sequence[LinkId],
    category: Category,
    name: str,
    *,
    actor: Actor,
    at: datetime,
) -> ReportView:
    """Note a request and that it was sent.

    Raises:
        Refused: it lies ahead.
    """
    if asked.at > at:
        raise Refused("the request has not been made yet: note it when it has")
    new = NewReport(
        links=tuple(links),
        platform=asked.platform,
        channel=CHANNEL,
        lane=Lane.DATA_REQUEST,
        basis=(),
        category=category,
        language="en",
        content=_content(asked, name),
        since=asked.at,
        needs=(),
    )
    view = reports.draft(book, ref, [new], actor=actor, at=at)[0]
    sent = Happened(ReportEventKind.SENT, asked.at, ticket=asked.ticket)
    return replies.note(book, view.report, sent, actor=actor, at=at).report


def appeal(book: Casebook, shown: ReportShown, *, actor: Actor, at: datetime) -> tuple[ReportView, dict[str, Any]]:
    """Draft the authority's appeal against a refusal, citing the request's number and the reason given."""
    view, content = shown.view, shown.content
    refusals = [one for one in shown.events if one.kind is ReportEventKind.REFUSED]
    reason = (refusals[-1].words or refusals[-1].reason) if refusals else None
    said = [f"Appeal of the request of {view.sent_at:%Y-%m-%d}"] if view.sent_at else ["Appeal"]
    said += [f"reference: {view.ticket}"] if view.ticket else []
    said += [f"reason given: {reason}"] if reason else []
    body = "\n".join([*said, "", content["body"]])
    kept = {**content, "subject": "Appeal: request for data by an authority", "body": body}
    new = NewReport(
        links=tuple(view.links),
        platform=view.platform,
        channel=CHANNEL,
        lane=Lane.DATA_REQUEST,
        basis=(),
        category=view.category,
        language=view.language,
        content=kept,
        predecessor=view.report,
        follows=Follows.APPEAL,
        needs=(),
    )
    return reports.draft(book, view.case, [new], actor=actor, at=at)[0], kept


def _content(asked: Asked, name: str) -> dict[str, Any]:
    fields = (("agency", asked.agency), ("officer", asked.officer), ("legal basis", asked.legal_basis))
    lines = [f"{what}: {value}" for what, value in fields if value]
    return {
        "form": 1,
        "to": name,
        "kind": CHANNEL,
        "sheet": asked.platform,
        "platform": name,
        "subject": "Request for data by an authority",
        "body": "\n".join(lines),
        "at": None,
        "by": "authority",
        "fields": [],
        "notes": [],
        "gloss": "",
        "agency": asked.agency,
        "officer": asked.officer,
        "legal_basis": asked.legal_basis,
    }
