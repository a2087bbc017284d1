"""Whether a name is gone: two resolvers, one of them ours on the loopback."""

import asyncio

import pytest

from casebook.hosts import Name
from crawler import names
from tests.web.names import Resolver, Says

HOST = "nobody-here.invalid"


def says(name: Name) -> object:
    async def answer(_: str) -> Name:
        return name

    return answer


@pytest.mark.parametrize("system", Name)
@pytest.mark.parametrize(
    ("says_the_second", "theirs"),
    [
        ("no such name", Name.GONE),
        ("an address", Name.FOUND),
        ("no address", Name.FOUND),
        ("out of order", Name.UNKNOWN),
        ("nothing", Name.UNKNOWN),
    ],
)
def test_a_name_is_gone_only_where_both_deny_it(
    monkeypatch: pytest.MonkeyPatch, system: Name, says_the_second: Says, theirs: Name
) -> None:
    monkeypatch.setattr(names, "_system", says(system))
    monkeypatch.setattr(names, "TIME_S", 1 if theirs is Name.UNKNOWN else 60)
    with Resolver(says_the_second) as resolver:
        told = asyncio.run(names.ask(HOST, resolver.address))
    expected = {system, theirs}
    found = Name.FOUND if Name.FOUND in expected else Name.UNKNOWN if Name.UNKNOWN in expected else Name.GONE
    assert told is found
    assert set(resolver.asked) == {f"{HOST}."}


def test_without_a_second_resolver_no_name_is_ever_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "_system", says(Name.GONE))
    assert asyncio.run(names.ask(HOST, None)) is Name.UNKNOWN


def test_where_nobody_listens_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "_system", says(Name.GONE))
    monkeypatch.setattr(names, "TIME_S", 0.3)
    with Resolver("no such name") as gone:
        pass
    assert asyncio.run(names.ask(HOST, gone.address)) is Name.UNKNOWN


def test_a_number_is_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "_system", says(Name.GONE))
    with Resolver("no such name") as resolver:
        assert asyncio.run(names.ask("127.0.0.1", resolver.address)) is Name.UNKNOWN
    assert resolver.asked == []


def test_the_system_finds_what_there_is() -> None:
    assert asyncio.run(names._system("localhost")) is Name.FOUND
    assert asyncio.run(names._system(HOST)) in (Name.GONE, Name.UNKNOWN)  # without a network it cannot tell
