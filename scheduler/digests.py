"""Sends the digests that are owed, and says at once elsewhere that something urgent waits."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from casebook import digests, week
from casebook.access import MONITOR
from casebook.digests import Owed
from casebook.errors import Refused
from casebook.store import Casebook
from casebook.vocabulary import DigestKind
from casebook.week import Week
from reporters.alerts import alert
from reporters.digest import Writer
from reporters.outbox import NotSent, Outbox, Rejected, Unsure
from scheduler.clock import now
from scheduler.home import Home
from scheduler.mail import way_out

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]

NOBODY = "pehra@localhost"  # who writes files that nobody sends as they are


@dataclass
class Sent:
    """What one round did."""

    sent: int = 0
    put_off: int = 0
    refused: int = 0
    unsure: int = 0


def send_owed(home: Home, book: Casebook, clock: Clock = now) -> Sent:
    """Send every digest that is owed now; without a way out for mail nothing is taken up.

    Raises:
        Refused: the settings for mail contradict each other.
    """
    done, way = Sent(), way_out(home)
    if way is None:
        return done
    taken = digests.owed(book, home.settings.digest, actor=MONITOR, at=clock())
    for one in taken:
        _send(home, book, way, one, done, clock)
    _alert(home, sum(one.kind is DigestKind.URGENT for one in taken))
    return done


def _send(home: Home, book: Casebook, way: Outbox, one: Owed, done: Sent, clock: Clock) -> None:
    told = _gathered(book, one, clock())
    if one.kind is DigestKind.DAILY and told.is_quiet:
        digests.sent(book, one.digest, actor=MONITOR, at=clock())
        return
    key, sender = f"{one.officer}-{one.kind}-{one.label.replace(':', '')}", home.settings.mail.sender or NOBODY
    writer = Writer(one.language, home.settings.digest.timezone)
    message = writer.message(told, one.kind, sender=sender, to=one.address, key=key, at=clock())

    def leave() -> None:
        digests.hand_over(book, one.digest, actor=MONITOR, at=clock())

    try:
        way.send(message, [one.address], name=f"digest-officer-{key}", last_moment=leave)
    except NotSent as error:
        log.warning("a digest was not sent and will be tried again: %s", error)
        digests.put_off(book, one.digest, _retry(home), actor=MONITOR, at=clock())
        done.put_off += 1
    except Unsure as error:
        log.warning("a digest may not have arrived: %s", error)
        done.unsure += 1
    except Rejected as error:
        log.warning("a digest is refused: %s", error)
        digests.refuse(book, one.digest, actor=MONITOR, at=clock())
        done.refused += 1
    except Refused:
        log.info("a digest was sent by another hand")
    else:
        digests.sent(book, one.digest, actor=MONITOR, at=clock())
        done.sent += 1


def _gathered(book: Casebook, one: Owed, at: datetime) -> Week:
    if one.kind is DigestKind.URGENT:
        return week.of_mailing(book, one.digest, one.officer, actor=MONITOR, at=at)
    return week.of_officer(book, one.officer, one.since, one.until, actor=MONITOR, at=at)


def _retry(home: Home) -> timedelta:
    return timedelta(seconds=home.settings.digest.retry_s)


def _alert(home: Home, count: int) -> None:
    if count and not alert(home.settings.digest.alerts, count):
        log.warning("an alert did not reach every messenger of digest.alerts")
