"""A report leaves: filled in at the last moment, sent once, and noted; or it is said what happened instead."""

from collections.abc import Callable
from datetime import datetime

from casebook import dispatches, reports, sending
from casebook.access import Actor
from casebook.clocks import NewClock
from casebook.errors import CasebookError, Refused, Unavailable
from casebook.replies import Noted
from casebook.reports import ReportView
from casebook.settings import Reports
from casebook.store import Casebook
from casebook.vocabulary import Fate, ReportEventKind, ReportId
from reporters import running
from reporters.email import message_id
from reporters.outbox import NotSent, Outbox, Rejected, Unsure
from reporters.ready import Ready, ready

RANDOM_BYTES = 16


def send(
    book: Casebook,
    number: ReportId,
    office: Reports,
    way: Outbox | None,
    *,
    actor: Actor,
    clock: Callable[[], datetime],
    chance: Callable[[int], bytes],
) -> Noted:
    """Send a draft by mail, once.

    Args:
        way: the way out; None where the settings name none.
        chance: gives so many random bytes.

    Raises:
        Refused: it is for no mailbox, not complete, not agreed to, being sent, or may have left; Rejected: the server
            will not have it; NotSent: it did not leave; Unsure: it was handed over and nobody knows more.
    """
    made = ready(book, number, office, actor=actor, at=clock(), chance=chance)
    way = _open(way, made)
    name = message_id(chance(RANDOM_BYTES), office)
    mail = made.mail(office, at=clock(), message_id=name)
    attempt = sending.begin(book, number, made.content, name, actor=actor, at=clock())
    left: list[datetime] = []

    def leave() -> None:
        at = clock()
        sending.hand_over(book, attempt, actor=actor, at=at)
        left.append(at)

    try:
        way.send(mail, [made.to], name=f"report-{number}-{attempt}", last_moment=leave)
    except NotSent as error:
        sending.fail(book, attempt, Fate.NOT_SENT, actor=actor, at=clock())
        raise NotSent(f"report {number} did not leave and is a draft still: {error}; send it again later") from None
    except Rejected as error:
        sending.fail(book, attempt, Fate.REFUSED, actor=actor, at=clock())
        raise Rejected(
            f"report {number} was not sent: {error}; is the receiver's address right? "
            f"pehra report complete {number} --to ADDRESS"
        ) from None
    except Unsure as error:
        raise Unsure(f"{error}. {dispatches.unsure(number, left[0])}") from None
    except BaseException:
        sending.call_off(book, attempt, actor=actor, at=clock())
        raise
    return _noted(book, attempt, made.view, left[0], actor, clock)


def _open(way: Outbox | None, made: Ready) -> Outbox:
    number = made.view.report
    if not made.by_mail:
        raise Refused(
            f"report {number} goes out by {made.content['kind']}, which a person fills in: pehra report show {number} "
            f"--open, or --filled to paste it; then note it with: pehra report log {number} --sent"
        )
    if way is None:
        raise Unavailable(
            "no mail leaves this home yet: set mail.host or mail.folder in config.yaml; or write the mail with "
            f"pehra report show {number} --eml FILE, send it yourself, and note it: pehra report log {number} --sent"
        )
    return way


def _noted(
    book: Casebook, attempt: int, view: ReportView, left_at: datetime, actor: Actor, clock: Callable[[], datetime]
) -> Noted:
    try:
        return sending.arrive(book, attempt, started(view, left_at), actor=actor, at=clock())
    except CasebookError as error:
        raise Unavailable(
            f"report {view.report} was sent, and this could not be noted: {error}; when that is mended: "
            f"pehra report send {view.report} --resolve arrived"
        ) from None


def started(view: ReportView, left_at: datetime) -> list[NewClock]:
    """Give the clocks that a report's leaving sets going."""
    return running.started(running.bases_of(view.basis), view.lane, ReportEventKind.SENT, left_at)


def resolve(book: Casebook, number: ReportId, *, arrived: bool, actor: Actor, at: datetime) -> Noted:
    """Note what a person found out of a sending that was cut short: it arrived, or it was lost and may be sent again.

    Raises:
        Refused: none was cut short, or it never left and so cannot have arrived.
    """
    left_at = sending.left_at(book, number, actor=actor, at=at)
    view = reports.glance(book, number, actor=actor, at=at)
    starts = started(view, left_at or at) if arrived else None
    return sending.resolve(book, number, starts, actor=actor, at=at)
