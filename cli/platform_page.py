"""What is known of each platform, and its channels, in words: for the terminal and for docs/platforms.md."""

from collections import Counter
from collections.abc import Iterable, Iterator

from platforms.channel import Channel
from platforms.registry import Registry
from platforms.sheet import Engine, Marker, Sheet
from platforms.words import Use, Verdict

VERIFY = "verify before use"

HEAD = """# Platforms

What is known of each platform, made from the sheets in `platforms/sheets` by `pehra platform list --markdown`. What can
be told is what a visit without an account can prove; *as any site* means that the rules for sites without a sheet hold
as well. Channels that a person has to verify before use are counted behind the plus sign. Every fact names its source
in the sheet; the last column gives the days between which they were last seen true.

| platform | hosts | can be told | browser | channels | seen |
|---|---|---|---|---|---|
"""
ENGINES = """
## Software that many sites run on

A site that no sheet claims is known by what its software emits, so that a thousand forums need one description.

| software | can be told | seen |
|---|---|---|
"""
LIMITS = """
## What cannot be told

Where a visit cannot tell, the finding is *unclear* and a person looks; it is never taken for a removal.

"""
CHANNELS = """
## Channels

Where each platform is asked, on what footing, and what to beware of. *Asks* are the fields in their order. The laws and
policies behind them are on [the page on bases](bases.md). Every address is looked at by a person before its first use;
those marked **verify before use** were not seen on a page of the platform's own, or only on an old one.
"""


def markdown(registry: Registry) -> str:
    """Write the page that tells people what is known of which platform, and of which software."""
    by_name = sorted(registry, key=lambda sheet: sheet.name.casefold())
    software = "".join(_engine_row(one) for one in sorted(registry.engines, key=lambda one: one.name.casefold()))
    limits = [f"- {sheet.name}: {sheet.limits}\n" for sheet in by_name if sheet.limits]
    channels = "".join(_channels(sheet) for sheet in by_name)
    rows = "".join(_row(sheet) for sheet in by_name)
    return HEAD + rows + ENGINES + software + LIMITS + "".join(limits) + CHANNELS + channels


def _engine_row(engine: Engine) -> str:
    return f"| {engine.name} | {', '.join(_shown(engine.marker))} | {_seen(engine.marker)} |\n"


def _row(sheet: Sheet) -> str:
    seen = _seen([*sheet.marker, *sheet.channel])
    hosts = ", ".join(f"`{host}`" for host in sheet.hosts) or "-"
    cells = (sheet.name, hosts, _told(sheet), "yes" if sheet.scripts else "no", _lanes(sheet.channel), seen)
    return f"| {' | '.join(cells)} |\n"


def _seen(facts: Iterable[Marker | Channel]) -> str:
    days = sorted(fact.seen for fact in facts)
    return " to ".join(dict.fromkeys(str(day) for day in (days[0], days[-1]))) if days else "-"


def _shown(markers: Iterable[Marker]) -> list[str]:
    shown = {marker.shows for marker in markers}
    return [verdict.value for verdict in Verdict if verdict in shown and verdict is not Verdict.UNCLEAR]


def _told(sheet: Sheet) -> str:
    return (
        ", ".join([*_shown(sheet.marker), *(["as any site"] if sheet.otherwise == "generic" else [])]) or "nothing yet"
    )


def _lanes(channels: Iterable[Channel]) -> str:
    """Count the channels of each lane; `2 + 1` are two, and one to verify first."""
    counts = Counter((channel.lane, not channel.verify) for channel in channels)
    lanes = dict.fromkeys(lane for lane, _ in counts)
    return ", ".join(f"{lane} {_count(counts[lane, True], counts[lane, False])}" for lane in lanes) or "none known"


def _count(sure: int, unsure: int) -> str:
    return f"{sure} + {unsure}" if unsure else str(sure)


def channel_lines(channel: Channel, number: int) -> Iterator[str]:
    """Say in lines for a terminal what one channel is, what it asks, and what to beware of."""
    mark = f"   [{VERIFY.upper()}]" if channel.verify else ""
    yield f"{number}. {channel.lane}, {channel.kind}: {_where(channel)}{mark}"
    for name, words in _told_of(channel):
        yield f"   {name}: {words}"
    for trap in channel.traps:
        yield f"   ! {trap}"
    yield f"   source: {channel.source} (seen {channel.seen})"


def _channels(sheet: Sheet) -> str:
    if not sheet.channel:
        return ""
    return f"\n### {sheet.name}\n\n" + "".join("".join(_item(channel)) for channel in sheet.channel)


def _item(channel: Channel) -> Iterator[str]:
    mark = f" **{VERIFY}**" if channel.verify else ""
    yield f"- **{channel.lane}**, {channel.kind}: {_where(channel)}{mark}\n"
    yield "".join(f"  {name}: {words}.\n" for name, words in _told_of(channel))
    yield "".join(f"  - {trap}\n" for trap in channel.traps)


def _where(channel: Channel) -> str:
    return channel.to if channel.at is None else f"{channel.to} ({channel.at})"


def _told_of(channel: Channel) -> Iterator[tuple[str, str]]:
    if channel.use is not Use.REPORT:
        yield "for", channel.use
    yield "takes", ", ".join(channel.categories)
    yield "on", ", ".join(channel.basis)
    yield "asks", ", ".join(channel.asks)
    if channel.gives:
        yield "gives", channel.gives
    if channel.who or channel.who_says:
        yield "who may file", channel.who_says or ", ".join(channel.who)
    if limits := _limits(channel):
        yield "limits", limits


def _limits(channel: Channel) -> str:
    parts = [
        {True: "an account is needed", False: "no account is needed", None: ""}[channel.account],
        f"at most {channel.links_at_once} at once" if channel.links_at_once else "",
        "all links on one host" if channel.same_host else "",
        f"reads {', '.join(channel.languages)}" if channel.languages else "",
    ]
    return ", ".join(part for part in parts if part)
