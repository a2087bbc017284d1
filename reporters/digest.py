"""A digest as a message: text and HTML, in the reader's language, with ids and case references only."""

import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache, partial
from importlib.resources import files
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from casebook.asked import Asked, Step
from casebook.clocks import BACK
from casebook.vocabulary import DigestKind
from casebook.week import Due, Some, Week

T = TypeVar("T")

RED, AMBER, GREY, GREEN = "#b3261e", "#b26a00", "#8a867d", "#2f6f4f"
FONTS = {
    "en": "system-ui,'Segoe UI',Roboto,sans-serif",
    "ur": "'Noto Nastaliq Urdu','Jameel Noori Nastaleeq','Urdu Typesetting',Tahoma,sans-serif",
}
BAR_PX = 28
LONG_PAST = timedelta(days=180)
NAMED = 2  # platforms of one case; of more it is said how many
SPARKS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True)
class Bar:
    """One day of the chart."""

    count: int
    height: int


@dataclass(frozen=True)
class Part:
    """One section: a small table, and what to do about it, unless that was done."""

    title: str
    do: str
    colour: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    of: int = 0
    more: str = ""
    bars: tuple[Bar, ...] = ()
    bars_say: str = ""

    @property
    def lines(self) -> list[str]:
        """The rows for plain text: columns side by side, each as wide as its widest cell."""
        table = [self.columns, *self.rows]
        wide = [max(len(row[column]) for row in table) for column in range(len(self.columns))]
        return ["  ".join(cell.ljust(width) for cell, width in zip(row, wide, strict=True)).rstrip() for row in table]

    @property
    def spark(self) -> str:
        """The bars for plain text."""
        most = max(bar.count for bar in self.bars) or 1
        return "".join(SPARKS[bar.count * (len(SPARKS) - 1) // most] for bar in self.bars)


class Writer:
    """Writes digests in one language, with times as the helpline's clock shows them."""

    def __init__(self, language: str, timezone: str) -> None:
        self._language, self._zone = language, ZoneInfo(timezone)
        self._words: dict[str, Any] = _words()[language]
        self._html, self._text = _templates()

    def title(self, kind: DigestKind) -> str:
        """Give the digest's heading, which tells a stranger nothing."""
        return str(self._words[f"title_{kind}"])

    def html(self, week: Week, kind: DigestKind) -> str:
        """Give the page."""
        return self._html.render(self._around(week, kind))

    def text(self, week: Week, kind: DigestKind) -> str:
        """Give the plain text."""
        return self._text.render(self._around(week, kind)).strip() + "\n"

    def message(self, week: Week, kind: DigestKind, *, sender: str, to: str, key: str, at: datetime) -> EmailMessage:
        """Give the whole message; `key` makes its Message-ID, the same at each try."""
        made = EmailMessage()
        made["Subject"] = f"{self.title(kind)}, {self._headline(week)}"
        made["From"], made["To"], made["Date"] = sender, to, format_datetime(at)
        made["Message-ID"] = f"<pehra-digest-{key}@{sender.rpartition('@')[2]}>"
        made["Auto-Submitted"] = "auto-generated"
        made["Content-Language"] = self._language
        made.set_content(self.text(week, kind))
        made.add_alternative(self.html(week, kind), subtype="html")
        return made

    def _around(self, week: Week, kind: DigestKind) -> dict[str, Any]:
        words, spans = self._words, kind is not DigestKind.URGENT
        return {
            "w": words,
            "language": self._language,
            "fonts": FONTS[self._language],
            "title": self.title(kind),
            "span": self._say("span", since=self._day(week.since), until=self._day(week.until)) if spans else "",
            "headline": self._headline(week),
            "watch": self._say("under_watch", watched=week.watched, cases=week.cases) if spans else "",
            "parts": list(self._parts(week)),
            "follow_ups": self._say("follow_ups", n=week.follow_ups_overdue) if week.follow_ups_overdue else "",
        }

    def _headline(self, week: Week) -> str:
        waiting = sum(one.of for one in (week.back, week.copies, week.missed, week.due, week.lost)) + len(week.blind)
        return self._say("to_look_at", n=waiting) if waiting else str(self._words["quiet"])

    def _parts(self, week: Week) -> Iterator[Part]:
        site, at = self._site, partial(self._at, week.until)
        columns: tuple[str, ...]
        if week.back.of:
            columns = ("case", "link", "platform", "at", "times", "report", "again")
            yield self._part("back", RED, columns, week.back, lambda one: (
                one.case, str(one.link), site(one.platform), at(one.at), self._times(one.times, flapping=one.flapping),
                _or_dash(one.report), self._step(one.again),
            ), done=all(one.again for one in week.back.shown))  # fmt: skip
        for name, colour, clocks in (("missed", RED, week.missed), ("due", AMBER, week.due)):
            if clocks.of:
                yield self._clocks(name, colour, clocks, at)
        if week.copies.of:
            columns = ("case", "sighting", "how", "at")
            yield self._part(
                "copies", RED, columns, week.copies, lambda one: (one.case, str(one.sighting), one.tier, at(one.at))
            )
        if week.asked.of:
            columns = ("case", "reports", "platforms", "to_send")
            waits = any(one.to_send for one in week.asked.shown)
            yield self._part("asked", GREY, columns, week.asked, self._asked, done=not waits)
        if week.lost.of:
            columns = ("case", "link", "platform", "since")
            yield self._part(
                "lost", AMBER, columns, week.lost, lambda one: (one.case, str(one.link), site(one.platform), at(one.at))
            )
        if week.blind:
            some = Some(week.blind, len(week.blind))
            yield self._part("blind", GREY, ("platform", "since"), some, lambda one: (one.platform, at(one.at)))
        if week.down:
            yield self._taken_down(week)

    def _clocks(self, name: str, colour: str, clocks: Some[Due], at: Callable[[datetime], str]) -> Part:
        """Give deadlines; the next step is told once one of them is over."""
        over = name == "missed"
        columns = ("case", "report", "basis", "due_at", "then")

        def row(one: Due) -> tuple[str, ...]:
            cells = (one.case, str(one.report), self._basis(one), at(one.due_at), self._step(one.then))
            return cells if over else cells[:-1]

        done = over and all(one.then for one in clocks.shown)
        return self._part(name, colour, columns if over else columns[:-1], clocks, row, done=done)

    def _basis(self, one: Due) -> str:
        """Name what a deadline stands on, shortly; one of our own says what we owe."""
        if one.basis == BACK:
            return str(self._words["report_again"])
        name = str(self._words["basis_names"].get(one.basis, one.basis))
        return self._say("ours", basis=name) if one.ours else name

    def _step(self, step: Step | None) -> str:
        if step is None:
            return "–"
        return str(step.report) if step.sent else self._say("drafted", report=step.report)

    def _asked(self, one: Asked) -> tuple[str, ...]:
        """Give stories as numbers with arrows; of many platforms only how many."""
        arrow = self._words["arrow"]
        stories = ", ".join(f" {arrow} ".join(str(number) for number in story) for story in one.stories)
        few = len(one.platforms) <= NAMED
        named = ", ".join(self._site(each) for each in one.platforms)
        sites = named if few else self._say("many", n=len(one.platforms))
        return one.case, stories, sites, ", ".join(str(number) for number in one.to_send) or "–"

    def _taken_down(self, week: Week) -> Part:
        words, most = self._words, max(week.per_day, default=0) or 1
        rows = tuple((self._site(one.platform), str(one.links), self._hours(one.hours)) for one in week.down)
        bars = tuple(Bar(count, max(2, count * BAR_PX // most)) for count in week.per_day)
        of, said = sum(one.links for one in week.down), ", ".join(str(bar.count) for bar in bars)
        columns = (words["platform"], words["links"], words["hours"])
        return Part(words["down"], words["down_do"], GREEN, columns, rows, of, "", bars, f"{words['per_day']}: {said}")

    def _part(
        self,
        name: str,
        colour: str,
        columns: Sequence[str],
        some: Some[T],
        row: Callable[[T], tuple[str, ...]],
        *,
        done: bool = False,
    ) -> Part:
        words = self._words
        more = self._say("more", n=some.more) if some.more else ""
        rows = tuple(row(one) for one in some.shown)
        do = "" if done and not some.more else words[f"{name}_do"]
        return Part(words[name], do, colour, tuple(words[one] for one in columns), rows, some.of, more)

    def _say(self, word: str, **filled: object) -> str:
        return str(self._words[word]).format(**filled)

    def _at(self, until: datetime, moment: datetime) -> str:
        """Give day and hour; of what is long past the year, which nobody would guess, instead of the hour."""
        if until - moment > LONG_PAST:
            return self._day(moment)
        local = moment.astimezone(self._zone)
        return f"{local.day} {self._words['months'][local.month - 1]} {local:%H:%M}"

    def _day(self, moment: datetime) -> str:
        local = moment.astimezone(self._zone)
        return f"{local.day} {self._words['months'][local.month - 1]} {local.year}"

    def _site(self, platform: str | None) -> str:
        return platform or str(self._words["other_site"])

    def _times(self, times: int, *, flapping: bool) -> str:
        return f"{times}, {self._words['flapping']}" if flapping else str(times)

    def _hours(self, hours: tuple[float, float] | None) -> str:
        if hours is None:
            return str(self._words["unreported"])
        low, high = (round(one) for one in hours)
        return str(low) if low == high else f"{low} – {high}"


def _or_dash(value: object) -> str:
    return "–" if value is None else str(value)


@cache
def _templates() -> tuple[Template, Template]:
    """Give the page's template and the plain text's."""
    around = {"loader": PackageLoader("reporters"), "undefined": StrictUndefined, "trim_blocks": True}
    page = Environment(autoescape=True, **around)  # type: ignore[arg-type]
    text = Environment(autoescape=False, **around)  # type: ignore[arg-type]  # noqa: S701  # no markup in it
    return page.get_template("digest.html.j2"), text.get_template("digest.txt.j2")


@cache
def _words() -> dict[str, dict[str, Any]]:
    return tomllib.loads(files("reporters").joinpath("digest.toml").read_text("utf-8"))
