"""The time, read here and handed on: nothing below reads a clock."""

import ctypes
import os
from datetime import UTC, datetime
from typing import TypedDict

UNSYNCHRONISED = 0x40  # STA_UNSYNC
NTP_READ = "system clock; whether it is synchronised: the kernel (adjtimex)"
NTP_UNKNOWN = "system clock; whether it is synchronised is not known here"


def now() -> datetime:
    """Give the present moment in UTC."""
    return datetime.now(UTC)


class Clock(TypedDict):
    """Whose time it is, and whether something keeps it right; None where that cannot be learnt."""

    source: str
    synchronised: bool | None


def state() -> Clock:
    """Say what is known of this machine's clock, as a record of evidence has it."""
    status = _status()
    if status is None:
        return {"source": NTP_UNKNOWN, "synchronised": None}
    return {"source": NTP_READ, "synchronised": not status & UNSYNCHRONISED}


class _Timex(ctypes.Structure):
    """The beginning of Linux's struct timex, which programs that keep the time (chrony, ntpd, timesyncd) write to."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 512),
    )


def _status() -> int | None:
    """Ask the kernel; to ask needs no privilege. Source: adjtimex(2)."""
    if os.uname().sysname != "Linux":
        return None
    try:
        ask = ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError):
        return None
    found = _Timex(modes=0)
    return None if ask(ctypes.byref(found)) < 0 else int(found.status)
