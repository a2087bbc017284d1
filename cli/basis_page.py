"""The laws and policies in words: for the terminal and for docs/bases.md."""

from collections.abc import Iterable, Iterator

from platforms.elements import MEANINGS
from reporters.bases import Basis, ClockRule

VERIFY = "verify before use"
HEAD = """# Laws and policies

What a report can rely on, made from `reporters/bases.toml` by `pehra basis list --markdown`: material to work with, not
legal advice. Every fact names its source and the day it was collected; what is marked **verify before use** was not
read in the law's or the platform's own text. The helpline's own pace stands among the clocks without being law.

A clock is never one number on a platform. It starts with an event, may be held by another, and what begins again is a
new clock: a platform that asks for more says that the notice was not complete, and the clock of a statute begins when
the answer reaches it. *No time named* means that the law gives none: such a clock is shown and never missed. Hours run
through nights, holidays and changes of the clocks; days, working days and months end with a day at the place that is
named. A deadline of theirs ends with that day's last hour, and with the next working day where nobody works on that
one; one of ours ends when its last day begins, so that nobody relies on its last hours. Whether a deadline was kept is
told by what was seen at the address before and after it, never by silence.

| basis | for | first | clock starts | length | held by |
|---|---|---|---|---|---|
"""


def markdown(known: Iterable[Basis]) -> str:
    """Write the page on laws and policies."""
    known = tuple(known)
    return HEAD + "".join(_row(one) for one in known) + "".join(_section(one) for one in known)


def basis_lines(basis: Basis) -> Iterator[str]:
    """Say in lines what one basis is, needs, exposes, and how its clocks run."""
    yield f"{basis.name} ({basis.id}){_mark(basis.verify)}"
    yield basis.law
    yield f"lane: {basis.lane}; for {', '.join(basis.covers)}"
    for name, words in _told_of(basis):
        yield f"{name}: {words}"
    for clock in basis.clock:
        yield f"clock {clock.id}: {_clock(clock)}{_mark(clock.verify)}"
    yield f"source: {basis.source} (seen {basis.seen})"


def length_of(rule: ClockRule) -> str:
    """Say how long a clock runs."""
    if rule.length is None:
        return "no time named"
    span = f"{rule.length} to {rule.up_to}" if rule.up_to else str(rule.length)
    unit = rule.unit.replace("-", " ")
    where = "" if rule.unit == "hours" else f" in {rule.zone}"
    return f"{span} {unit.removesuffix('s') if span == '1' else unit}{where}"


def _told_of(basis: Basis) -> Iterator[tuple[str, str]]:
    if basis.who or basis.who_says:
        yield "who may file", basis.who_says or ", ".join(basis.who)
    if basis.asks:
        yield "needs", "; ".join(MEANINGS[one].words for one in basis.asks)
    if not basis.first:
        yield "order", "never proposed first"
    if basis.consent:
        yield "consent", f"asked for separately ({basis.consent})"
    yield from (("exposes", one) for one in basis.exposes)
    yield from (("beware", one) for one in basis.beware)


def _clock(rule: ClockRule) -> str:
    held = f"; held by {', '.join(rule.paused_by)}" if rule.paused_by else ""
    then = f" (next: {', '.join(rule.then)})" if rule.then else ""
    whose = "; ours to act by" if rule.whose == "ours" else ""
    missed = f"; when missed: {'; '.join(rule.missed)}{then}"
    runs = f"{length_of(rule)}{whose}{held}{missed}"
    return f"starts when {rule.starts_says}; {runs}; source: {rule.source} (seen {rule.seen})"


def _row(basis: Basis) -> str:
    first = "yes" if basis.first else "never"
    clocks = basis.clock or (None,)
    rows = [
        (clock.starts, length_of(clock) + _mark(clock.verify), ", ".join(clock.paused_by) or "-")
        if clock
        else ("-", "-", "-")
        for clock in clocks
    ]
    lead = f"| [{basis.id}](#{basis.id}) | {', '.join(basis.covers)} | {first} | "
    return "".join(lead + " | ".join(row) + " |\n" for row in rows)


def _section(basis: Basis) -> str:
    told = "".join(f"- {name}: {words.rstrip('.')}.\n" for name, words in _told_of(basis))
    clocks = "".join(f"- clock `{one.id}`: {_clock(one)}.{_mark(one.verify)}\n" for one in basis.clock)
    head = f"\n## {basis.id}\n\n{basis.name}: {basis.law}.{_mark(basis.verify)}\n\n"
    return f"{head}{told}{clocks}- source: {basis.source} (seen {basis.seen})\n"


def _mark(verify: bool) -> str:
    return f" **{VERIFY}**" if verify else ""
