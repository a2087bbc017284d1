"""A letter that a person has read: what it says of its report is noted, with the clocks that this starts and holds."""

from dataclasses import dataclass
from datetime import datetime

from casebook import letters, reports
from casebook.access import Actor
from casebook.errors import Refused
from casebook.letters import Opened
from casebook.replies import Happened, Noted
from casebook.store import Casebook
from casebook.vocabulary import ReportEventKind, ReportId
from reporters import inbox, running
from reporters.inbox import DOUBTS, Mail


@dataclass(frozen=True)
class Read:
    """A letter opened and read; `doubts` are codes, and `why` the same in words."""

    opened: Opened
    mail: Mail
    doubts: list[str]

    @property
    def why(self) -> list[str]:
        """Say why a person should doubt it."""
        return [DOUBTS.get(one, one) for one in self.doubts]


def read(book: Casebook, letter: int, *, actor: Actor, at: datetime) -> Read:
    """Open a letter; now that its report can be opened too, its sender is held against where that was sent."""
    opened = letters.show(book, letter, actor=actor, at=at)
    mail, doubts = inbox.read(opened.raw), list(opened.view.doubts)
    if opened.view.proposes is not ReportEventKind.BOUNCED and inbox.from_elsewhere(mail.sender, opened.to):
        doubts.append("other-sender")
    return Read(opened, mail, doubts)


def accept(
    book: Casebook,
    letter: int,
    kind: ReportEventKind | None,
    *,
    reason: str | None,
    ticket: str | None,
    when: datetime | None,
    actor: Actor,
    at: datetime,
) -> Noted:
    """Note what a letter says, as a person read it.

    Args:
        kind: what it says; None takes what is proposed, where nothing is doubtful.
        when: when it was said; None: the mail's own date where that is possible, else when it was read here.

    Raises:
        Refused: it is doubtful, or says nothing that is recognised, and no `kind` is given; a refusal without a reason.
    """
    found = read(book, letter, actor=actor, at=at)
    kind = kind or _proposed(found, letter)
    if kind is ReportEventKind.REFUSED and reason is None:
        raise Refused(f"a refusal has a reason: pehra inbox accept {letter} --as refused --reason CODE")
    view = reports.glance(book, ReportId(found.opened.view.report), actor=actor, at=at)
    bases, moment = running.bases_of(view.basis), when or _moment(found, view.sent_at)
    happened = Happened(
        kind,
        moment,
        reason=reason,
        ticket=ticket or (None if kind is ReportEventKind.BOUNCED else found.mail.ticket),
        starts=running.started(bases, view.lane, kind, moment),
        holds=running.held(bases),
    )
    return letters.accept(book, letter, happened, actor=actor, at=at)


def _proposed(found: Read, letter: int) -> ReportEventKind:
    if found.doubts:
        raise Refused(
            f"letter {letter} is doubtful: {'; '.join(found.why)}. Read it, then say what it is: "
            f"pehra inbox accept {letter} --as WORD, or pehra inbox dismiss {letter}"
        )
    if found.opened.view.proposes is None:
        raise Refused(
            f"what letter {letter} says is not recognised: read it, then pehra inbox accept {letter} --as WORD"
        )
    return found.opened.view.proposes


def _moment(found: Read, sent_at: datetime | None) -> datetime:
    """Believe the mail's date where it lies between our sending and its arrival here."""
    said, arrived = found.mail.sent_at, found.opened.view.arrived_at
    return said if said is not None and (sent_at or arrived) <= said <= arrived else arrived
