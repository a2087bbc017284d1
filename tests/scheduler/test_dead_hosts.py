"""A host without a name under the real command, with a second resolver of our own."""

import asyncio
from pathlib import Path

import pytest

from casebook.hosts import Name
from crawler import names
from tests.helpline import ONCE, Helpline
from tests.web.names import Resolver, Says

HOST = "nobody-here.invalid"
SETTINGS = {**ONCE, "CRAWLER__DEAD_HOST_AFTER_S": "0.01", "CADENCE__CONFIRM_AFTER_S": "0.01"}
system_denies = pytest.mark.skipif(
    asyncio.run(names._system(HOST)) is not Name.GONE, reason="this machine's own resolver cannot tell"
)


@system_denies
def test_a_host_that_two_resolvers_deny_is_gone_and_a_takedown_of_it_is_confirmed_without_a_browser(
    tmp_path: Path,
) -> None:
    with Resolver("no such name") as resolver:
        helpline = Helpline(tmp_path, {**SETTINGS, "CRAWLER__RESOLVER": resolver.address})
        helpline.opened(f"https://{HOST}/film")
        verdicts: list[str] = []
        while verdicts.count("removed") < 2 and len(verdicts) < 9:  # the system's resolver may fail now and then
            verdicts.append(helpline.ask("check", "1")["links"][0]["verdict"])
    shown = helpline.ask_here("link", "show", "1")
    assert (verdicts[0], verdicts[-1], set(verdicts)) == ("unreachable", "removed", {"unreachable", "removed"})
    assert (shown["state"], shown["rule"]) == ("removed", "pehra.dead-host")
    assert set(resolver.asked) == {f"{HOST}."}


@pytest.mark.parametrize("says", ["an address", "no address", "out of order", "nothing", None])
def test_where_the_second_resolver_does_not_deny_it_or_none_is_named_nothing_is_gone(
    tmp_path: Path, says: Says | None
) -> None:
    with Resolver(says or "no such name") as resolver:
        named = {} if says is None else {"CRAWLER__RESOLVER": resolver.address}
        helpline = Helpline(tmp_path, {**SETTINGS, **named})
        helpline.opened(f"https://{HOST}/film")
        verdicts = [helpline.ask("check", "1")["links"][0]["verdict"] for _ in range(3)]
    assert verdicts == ["unreachable"] * 3
    assert bool(resolver.asked) is (says is not None)


def test_behind_a_proxy_no_name_is_asked_for_here(tmp_path: Path) -> None:
    with Resolver("no such name") as resolver:
        proxy = "http://127.0.0.1:9"
        helpline = Helpline(tmp_path, {**SETTINGS, "CRAWLER__RESOLVER": resolver.address, "CRAWLER__PROXY": proxy})
        helpline.opened(f"https://{HOST}/film")
        assert helpline.ask("check", "1")["verdicts"] == {"unreachable": 1}
    assert resolver.asked == []


@pytest.mark.parametrize("resolver", ["dns.example", "1.2.3.4:0", "1.2.3.4:99999", "300.1.1.1"])
def test_a_resolver_that_cannot_be_is_refused_in_words(tmp_path: Path, resolver: str) -> None:
    said = Helpline(tmp_path, {"CRAWLER__RESOLVER": resolver}).here("doctor")
    assert "resolver" in said.out
    assert "Traceback" not in said.out + said.err
