from collections.abc import Iterable

import pytest

from casebook.vocabulary import Verdict, Why
from casebook.wishes import Due, Wish

FIRST, CHANGE, AGAIN = Due(Why.FIRST_SEEN), Due(Why.CHANGE), Due(Why.CHANGE, again=True)
LIVE, REMOVED = Verdict.LIVE, Verdict.REMOVED


@pytest.mark.parametrize(
    ("captured", "verdict", "due"),
    [
        pytest.param([None], LIVE, FIRST, id="live for the first time"),
        pytest.param([None], REMOVED, None, id="gone before anybody saw it"),
        pytest.param(["live"], LIVE, None, id="live as before"),
        pytest.param(["live"], REMOVED, CHANGE, id="gone"),
        pytest.param(["removed"], REMOVED, None, id="gone as before"),
        pytest.param(["removed"], LIVE, CHANGE, id="back"),
        pytest.param(["live", None], LIVE, FIRST, id="a case joins"),
        pytest.param(["none-live"], LIVE, AGAIN, id="live, and not captured when it should have been"),
        pytest.param(["none-live"], REMOVED, CHANGE, id="gone, and never captured"),
        pytest.param(["none-live", "live"], LIVE, None, id="one case's room is full: the others get no second one"),
        pytest.param(["none-removed"], LIVE, CHANGE, id="back, and its going was not captured"),
        *(
            pytest.param([None, "live", "removed"], verdict, None, id=f"{verdict} tells nothing")
            for verdict in (Verdict.RESTRICTED, Verdict.BLOCKED, Verdict.UNREACHABLE, Verdict.UNCLEAR)
        ),
    ],
)
def test_a_visit_is_captured_when_it_shows_something_new(
    captured: Iterable[str | None], verdict: Verdict, due: Due | None
) -> None:
    assert Wish(frozenset(captured)).due(verdict) == due


@pytest.mark.parametrize("verdict", list(Verdict))
def test_what_is_asked_for_is_captured_whatever_it_shows(verdict: Verdict) -> None:
    assert Wish(frozenset(["live"]), asked=Why.REPORT).due(verdict) == Due(Why.REPORT)


def test_a_page_is_asked_for_whole_where_it_is_captured_if_it_is_up() -> None:
    assert Wish(frozenset([None])).likely
    assert not Wish(frozenset(["live"])).likely
