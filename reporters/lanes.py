"""Which way a report goes: the ladder of a platform's channels for one category, and the rungs proposed first.

Private content that is explicit is escalated to the partner channel and, where a statute gives a clock, drafted as a
statutory notice; everything else goes by the platform's policy. Then come host, index, registrar and regulator. What
needs a consent of its own is never proposed, only named; copyright is never first.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from casebook.vocabulary import Category, Lane
from platforms import words
from platforms.channel import Channel
from platforms.registry import Registry
from platforms.sheet import Sheet
from platforms.words import ChannelKind, Subject, Use
from reporters.bases import Basis, Starts, known

EXPLICIT = frozenset({Category.NCII})
HOST, REGISTRAR = "generic_host", "registrar"
BY_HAND = (ChannelKind.API, ChannelKind.DEVICE_TOOL)  # need an account of the helpline's, or the complainant's device
EASE = (
    ChannelKind.EMAIL, ChannelKind.WEBFORM, ChannelKind.ABUSE_CONTACT, ChannelKind.BOT, ChannelKind.IN_APP,
    ChannelKind.PARTNER,
)  # fmt: skip
COPYRIGHT = "us-dmca"


@dataclass(frozen=True)
class Rung:
    """One channel of one sheet, and the bases it would be used under."""

    sheet: Sheet
    channel: Channel
    bases: tuple[Basis, ...]
    lane: Lane

    @property
    def clocked(self) -> bool:
        """Whether a law gives them hours from the moment they have it."""
        rules = [rule for basis in self.bases for rule in basis.clock]
        return any(rule.starts is Starts.RECEIPT and rule.length and rule.whose == "theirs" for rule in rules)


def ladder(
    registry: Registry, platform: str | None, category: Category, programmes: Collection[str] = ()
) -> list[Rung]:
    """Give every rung for one category on one platform, the first to try first; copyright and regulators left out.

    Args:
        platform: a sheet's id; None, or a sheet that has no channel for it, leads to the host.
        programmes: sheets whose partner programme the helpline is admitted to.
    """
    sheet = None if platform is None else registry.sheet(platform)
    own = [] if sheet is None else rungs(sheet, category, programmes)
    host = registry.sheet(HOST)
    beyond = [] if host is None else rungs(host, category, programmes)
    return sorted(own, key=lambda one: _place(one, category)) + beyond


def rungs(
    sheet: Sheet, category: Category, programmes: Collection[str] = (), *, basis: str | None = None
) -> list[Rung]:
    """Give a sheet's rungs for a category; those of one basis where it is named, be it one that is never first."""
    found = []
    for channel in sheet.channel:
        if channel.use is not Use.REPORT or channel.kind in BY_HAND or not channel.takes(category):
            continue
        if channel.lane is words.Lane.PARTNER and sheet.id not in programmes:
            continue
        bases = tuple(one for one in _bases(channel.basis) if _fits(one, category, basis))
        if bases:
            found.append(Rung(sheet, channel, bases, Lane(channel.lane.value)))
    return found


def escalations(sheet: Sheet, basis: str) -> list[Rung]:
    """Give a sheet's channels for what was asked for in vain, under one basis; they need a consent of their own."""
    found = [one for one in sheet.channel if one.use is Use.ESCALATION and basis in one.basis]
    return [Rung(sheet, one, tuple(_bases([basis])), Lane(one.lane.value)) for one in found]


def appeals(sheet: Sheet) -> list[Rung]:
    """Give a sheet's channels for contesting a decision."""
    found = [one for one in sheet.channel if one.use is Use.APPEAL]
    return [Rung(sheet, one, tuple(_bases(one.basis[:1])), Lane(one.lane.value)) for one in found]


def _bases(ids: Iterable[str], bases: Mapping[str, Basis] | None = None) -> list[Basis]:
    every = known() if bases is None else bases
    return [every[one] for one in ids if one in every]


def covers(basis: Basis, category: Category) -> bool:
    """Tell whether a basis can be relied on for a category."""
    return not {Subject(category.value), Subject.ANYTHING, Subject.UNLAWFUL}.isdisjoint(basis.covers)


def _fits(basis: Basis, category: Category, wanted: str | None) -> bool:
    covered = covers(basis, category)
    if wanted is not None:
        return covered and basis.id == wanted
    proposed = basis.first or (basis.lane is words.Lane.HOST and basis.consent is None)
    return covered and proposed


def _place(rung: Rung, category: Category) -> tuple[int, bool, int]:
    """Order the rungs: by lane, then those whose address is known, then what is easiest to send."""
    explicit = category in EXPLICIT
    lanes: Sequence[tuple[Lane, bool | None]] = (
        [(Lane.PARTNER, None), (Lane.STATUTORY, True), (Lane.POLICY, None), (Lane.STATUTORY, False)]
        if explicit
        else [(Lane.POLICY, None), (Lane.STATUTORY, True), (Lane.STATUTORY, False), (Lane.PARTNER, None)]
    )
    lanes = [*lanes, (Lane.DE_INDEX, None), (Lane.HOST, None), (Lane.REGULATOR, None)]
    lane = next(
        (n for n, (name, clocked) in enumerate(lanes) if name is rung.lane and clocked in (None, rung.clocked)), 9
    )
    nowhere = rung.channel.url is None and rung.channel.mailbox is None and rung.channel.kind in EASE[:2]
    ease = EASE.index(rung.channel.kind) if rung.channel.kind in EASE else len(EASE)
    return lane, nowhere, ease


def first(steps: Sequence[Rung], category: Category) -> list[Rung]:
    """Propose what to draft now: one rung; for explicit private content the partner channel and a notice beside it."""
    if not steps or category not in EXPLICIT or steps[0].lane is not Lane.PARTNER:
        return list(steps[:1])
    beside = next((one for one in steps if one.lane is not Lane.PARTNER and one.sheet is steps[0].sheet), None)
    return [steps[0]] if beside is None else [steps[0], beside]


def for_child(registry: Registry, platform: str | None, hotline: str) -> list[Rung]:
    """Give the only two ways of a child's address: the hotline, and the platform's own channel for such reports.

    Nothing else is ever drafted for it: no host, no index, no notice with a name in it.
    """
    found = []
    for sheet, use in ((registry.sheet(hotline), Use.HOTLINE), (registry.sheet(platform or ""), Use.REPORT)):
        fits = [] if sheet is None else [one for one in sheet.channel if _takes_child(one, use)]
        found += [_child_rung(sheet, one) for one in fits[:1] if sheet is not None]
    return found


def _takes_child(channel: Channel, use: Use) -> bool:
    open_to_us = channel.kind not in BY_HAND and channel.lane in (words.Lane.POLICY, words.Lane.PARTNER)
    if use is Use.REPORT and channel.lane is words.Lane.PARTNER:
        return False
    return open_to_us and channel.use is use and Subject.CSE in channel.categories


def _child_rung(sheet: Sheet, channel: Channel) -> Rung:
    lane = Lane.HOTLINE if channel.use is Use.HOTLINE else Lane.POLICY
    return Rung(sheet, channel, tuple(_bases(channel.basis[:1])), lane)
