"""The last moment: names come from the case file, every element is there, the consents stand; or nothing leaves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any
from uuid import UUID

from casebook import links as watched
from casebook import replies, reports
from casebook.access import Actor
from casebook.errors import Refused
from casebook.replies import Happened, Noted
from casebook.reports import ReportView
from casebook.settings import Reports
from casebook.store import Casebook
from casebook.vocabulary import Lane, ReportEventKind, ReportId
from reporters import email, running, xarf
from reporters.errors import Incomplete
from reporters.filling import filled, missing, personal

MAIL = ("email", "abuse-contact")


@dataclass(frozen=True)
class Ready:
    """A report filled in, names and all: what a person pastes, or sends. It is held in memory only.

    `content` is what is kept as sent; `fields` are (what is asked, answer) in the channel's order.
    """

    view: ReportView
    to: str
    subject: str
    body: str
    fields: list[tuple[str, str, str]]
    content: dict[str, Any]
    attached: list[dict[str, Any]]
    thread: tuple[str, ...] = ()

    @property
    def by_mail(self) -> bool:
        """Whether it goes out as a mail."""
        return self.content["kind"] in MAIL

    def eml(self, office: Reports, *, at: datetime, message_id: str) -> bytes:
        """Write it as a mail that opens as a draft.

        Raises:
            Refused: it is for no mailbox.
        """
        return email.unsent(self.mail(office, at=at, message_id=message_id))

    def mail(self, office: Reports, *, at: datetime, message_id: str) -> EmailMessage:
        """Write it as a mail that is sent.

        Raises:
            Refused: it is for no mailbox, or an address is none.
        """
        if not self.by_mail:
            raise Refused(f"report {self.view.report} is for a {self.content['kind']}, not for a mailbox")
        return email.message(
            to=self.to,
            subject=self.subject,
            body=self.body,
            office=office,
            at=at,
            message_id=message_id,
            thread=self.thread,
            attached=self.attached,
        )


def ready(
    book: Casebook,
    number: ReportId,
    office: Reports,
    *,
    actor: Actor,
    at: datetime,
    chance: Callable[[int], bytes],
) -> Ready:
    """Fill in a draft.

    Args:
        chance: gives so many random bytes.

    Raises:
        Incomplete: an element is missing; each is named.
        Refused: it was sent already, or a consent is missing.
    """
    opened = reports.open_to_send(book, number, actor=actor, at=at)
    values = personal(opened.entries)
    lacks = missing(opened.content, values)
    if lacks:
        raise Incomplete(number, lacks)
    content = _filled(opened.content, values)
    attached = _xarf(book, opened.view, content, office, actor, at, chance)
    fields = [(one["element"], one["asks"], one["value"] or "") for one in content["fields"] if not one["reminds"]]
    subject, body = content["subject"], content["body"]
    return Ready(opened.view, content["to"], subject, body, fields, content, attached, opened.thread)


def sent(
    book: Casebook, made: Ready, *, message_id: str | None, happened_at: datetime, actor: Actor, at: datetime
) -> Noted:
    """Note that what was filled in has left the house: kept as it was sent, its clocks started.

    Args:
        message_id: of the mail it went out by, so that replies find it; None where it was no mail.

    Raises:
        Refused: it was sent or withdrawn meanwhile, or a consent was taken back.
    """
    bases = running.bases_of(made.view.basis)
    happened = Happened(
        ReportEventKind.SENT,
        happened_at,
        content=made.content,
        message_id=message_id,
        starts=running.started(bases, made.view.lane, ReportEventKind.SENT, happened_at),
    )
    return replies.note(book, made.view.report, happened, actor=actor, at=at)


def _filled(content: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    fields = [
        {**one, "value": None if one["value"] is None else filled(one["value"], values)} for one in content["fields"]
    ]
    return {**content, "body": filled(content["body"], values), "fields": fields}


def _xarf(
    book: Casebook,
    view: ReportView,
    content: Mapping[str, Any],
    office: Reports,
    actor: Actor,
    at: datetime,
    chance: Callable[[int], bytes],
) -> list[dict[str, Any]]:
    """Write what a host's machine can read, beside the letter; of a child's address nothing."""
    if view.lane is not Lane.HOST or content["kind"] not in MAIL or content["made_from"]["child"]:
        return []
    host = content["made_from"]["host"] or {}
    named = [one for one in watched.list_links(book, actor=actor, at=at, case=view.case) if one.link in view.links]
    made = [
        xarf.report(
            one, view.category, office, source=host.get("ip") or one.host, number=UUID(bytes=chance(16), version=4)
        )
        for one in named
    ]
    return [one for one in made if one is not None]


def lacks_of(contents: Sequence[Mapping[str, Any]], values: Mapping[str, str]) -> list[list[str]]:
    """Name what each of some drafts lacks, given what the case file says."""
    return [missing(one, values) for one in contents]
