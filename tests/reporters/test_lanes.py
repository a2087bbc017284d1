"""Which way is proposed first, and what is never proposed."""

import pytest

from casebook.vocabulary import Category
from platforms.registry import Registry
from reporters import lanes
from reporters.desk import portions
from tests.reporters.conftest import link


def proposed(registry: Registry, platform: str | None, category: Category, *programmes: str) -> list[tuple[str, str]]:
    steps = lanes.first(lanes.ladder(registry, platform, category, programmes), category)
    return [(one.lane.value, one.bases[0].id) for one in steps]


@pytest.mark.parametrize(
    ("platform", "category", "programmes", "first"),
    [
        pytest.param("youtube", "ncii", (), [("statutory", "us-tida")], id="a statute gives a clock"),
        pytest.param(
            "youtube", "ncii", ("youtube",), [("partner", "partner-programme"), ("statutory", "us-tida")],
            id="explicit content goes to the partner channel, a notice beside it",
        ),
        pytest.param("youtube", "harassment", ("youtube",), [("policy", "policy")], id="all else goes by policy"),
        pytest.param("dropbox", "ncii", (), [("policy", "policy")], id="no statute's form: by policy"),
        pytest.param("facebook", "impersonation", (), [("policy", "policy")], id="impersonation goes by policy"),
        pytest.param("google_search", "ncii", (), [("de-index", "policy")], id="a search engine shows no more"),
        pytest.param(None, "ncii", (), [("host", "host-terms")], id="a site of nobody's leads to its host"),
        pytest.param("bunkr", "ncii", (), [("host", "host-terms")], id="a platform without channels as well"),
        pytest.param("youtube", "copyright", (), [], id="copyright is never first"),
    ],
)  # fmt: skip
def test_what_is_proposed(
    registry: Registry, platform: str | None, category: str, programmes: tuple[str, ...], first: list[tuple[str, str]]
) -> None:
    assert proposed(registry, platform, Category(category), *programmes) == first


def test_no_way_is_ever_proposed_that_needs_a_consent_of_its_own(registry: Registry) -> None:
    for sheet in registry:
        for category in Category:
            for rung in lanes.ladder(registry, sheet.id, category, [one.id for one in registry]):
                assert all(basis.consent is None for basis in rung.bases), (sheet.id, category)
                assert lanes.COPYRIGHT not in [basis.id for basis in rung.bases]


def test_a_channel_gets_as_many_links_at_once_as_it_takes(registry: Registry) -> None:
    discord = lanes.ladder(registry, "discord", Category.NCII)[0]
    host = lanes.ladder(registry, None, Category.NCII)[0]
    links = [link(f"https://{host}.example/{n}", number=n) for host in ("one", "two") for n in range(3)]
    assert [len(some) for some in portions(discord, links)] == [1] * 6
    assert [len(some) for some in portions(host, links)] == [3, 3]


def test_a_childs_address_goes_to_the_hotline_and_the_platforms_own_channel(registry: Registry) -> None:
    for sheet in registry:
        rungs = lanes.for_child(registry, sheet.id, "iwf_pk")
        assert (rungs[0].sheet.id, rungs[0].lane) == ("iwf_pk", "hotline")
        assert len(rungs) <= 2
        assert all("cse" in one.channel.categories for one in rungs)
    assert [one.sheet.id for one in lanes.for_child(registry, None, "iwf_pk")] == ["iwf_pk"]
