"""Other exits: where ours is turned away, an address is looked at from there before that is accepted.

Every exit is reached through a guarding proxy of our own on the loopback, by plain visits and the browser alike, so
that one guard stands before all of them, and one library speaks SOCKS.
"""

from contextlib import AsyncExitStack

from casebook.settings import Crawler
from crawler.guards import Guard
from crawler.proxy import GuardingProxy
from crawler.verdict import Finding
from platforms.words import Verdict

OPEN = frozenset({Verdict.LIVE, Verdict.REMOVED})


class Exits:
    """The exits that the settings name, each opened when it is first wanted."""

    def __init__(self, settings: Crawler) -> None:
        self.names = tuple(one.name for one in settings.vantages)
        self._upstream = {one.name: one.proxy for one in settings.vantages}
        self._settings = settings
        self._open: dict[str, GuardingProxy] = {}
        self._stack = AsyncExitStack()

    def upstream(self, name: str) -> str:
        """Give the proxy of an exit."""
        return self._upstream[name]

    async def url(self, name: str) -> str:
        """Give the address of the guarding proxy that leads to an exit."""
        if name not in self._open:
            guard, limit = Guard(self._settings.allow_networks), 2 * self._settings.body_bytes
            time_s = self._settings.visit_time_s
            proxy = GuardingProxy(guard, self._upstream[name], bytes_limit=limit, time_s=time_s)
            self._open[name] = proxy
            await self._stack.enter_async_context(proxy)
        return self._open[name].url

    async def aclose(self) -> None:
        """Close the ways to them."""
        await self._stack.aclose()


def wants_another(finding: Finding) -> bool:
    """Say whether another exit may see more: ours was turned away, or stands in the wrong country."""
    if finding.verdict is Verdict.BLOCKED:
        return True
    return finding.verdict is Verdict.RESTRICTED and finding.region


def settled(findings: dict[str, Finding]) -> str | None:
    """Name the exit whose finding is taken: one that sees it up, else one that sees it gone; None where none tells.

    What is up from anywhere is up. An exit that fails or is turned away itself changes nothing.
    """
    told = {verdict: [name for name, one in findings.items() if one.verdict is verdict] for verdict in OPEN}
    return next((name for verdict in (Verdict.LIVE, Verdict.REMOVED) for name in told[verdict]), None)
