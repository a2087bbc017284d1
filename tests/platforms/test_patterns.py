"""Patterns of sheets: what is refused when loaded, and that no match takes for ever."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platforms import patterns
from platforms.registry import Registry, SheetRefused

SHEET = """\
id = "pixhaven"
name = "Pixhaven"
hosts = ["pixhaven.example"]

[[permalink]]
pattern = '{pattern}'
canonical = "https://pixhaven.example/p"
"""


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r"^/p/(a+)+$", id="a repeat in a repeat"),
        pytest.param(r"(a|a)*b", id="two ways that are the same"),
        pytest.param(r"(a|aa)+$", id="one way that is two of the other"),
        pytest.param(r"(\w+\s?)*$", id="a part that may be left out"),
        pytest.param(r"^(?:[a-z]+-?)+$", id="words with a dash that may be left out"),
        pytest.param(r"((a*)*)*b", id="three deep"),
        pytest.param(r"^(([a-z])+.)+[A-Z]([a-z])+$", id="of the textbooks"),
        pytest.param(r"[", id="no pattern at all"),
        pytest.param(r"a{1000000000000}", id="a number beyond all"),
        pytest.param(r"(?P<id>x", id="left open"),
    ],
)
def test_a_sheet_is_refused_with_its_file_and_line(tmp_path: Path, pattern: str) -> None:
    (tmp_path / "mine.toml").write_text(SHEET.format(pattern=pattern), "utf-8")
    with pytest.raises(SheetRefused, match=r"^mine\.toml: permalink\.0\.pattern: .*\(line 6\)$"):
        Registry.load(tmp_path)


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r"^/(?:p|photo)/(?P<id>[a-z0-9]{8})", id="an ordinary one"),
        pytest.param(r"^//(?:[a-z0-9-]+\.)+pix\.example/(\d+)", id="parts with a dot between"),
        pytest.param(r"(/[a-z]+)*$", id="parts with a slash before"),
        pytest.param(r"^/[^/?#]+/[^/?#]+(?:[/?#]|$)", id="what is no slash"),
        pytest.param(r"^(?!/(?:about|help)/)/(\w+)(?<!x)$", id="looking ahead and back"),
        pytest.param(r"(?i)^/Ä+[^\W\d_]*\Z", id="other scripts"),
    ],
)
def test_ordinary_patterns_are_taken(pattern: str) -> None:
    assert patterns.flaw(pattern) is None


def test_a_match_that_would_take_for_ever_is_none() -> None:
    began = time.thread_time()
    assert not patterns.search(r"^(a|a)*$", "a" * 200 + "!")
    assert patterns.groups(r"^(?P<id>(a|a)*)$", "a" * 200 + "!") is None
    assert time.thread_time() - began < 20 * patterns.MATCHED_S


@given(st.text(st.sampled_from("ab(|)*+?[]{},1^$.\\wd-"), max_size=14))
@settings(max_examples=150, deadline=None)
def test_any_text_is_a_pattern_or_is_refused(text: str) -> None:
    assert (
        patterns.flaw(text) is None
        or "regular expression" in patterns.flaw(text)
        or "backtracks" in patterns.flaw(text)
    )
