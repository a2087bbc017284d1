"""Laws that every sheet keeps; what a sheet says is held against pages in test_pages."""

from datetime import date
from pathlib import Path

import pytest

from cli.platform_page import markdown
from platforms.registry import Registry
from platforms.sheet import Sheet
from platforms.words import Verdict

DOCS = Path(__file__).parents[2] / "docs" / "platforms.md"
REGISTRY = Registry.load()
NEWEST = date(2026, 11, 24)  # raised whenever facts are looked at anew
WALLS = (Verdict.BLOCKED, Verdict.RESTRICTED)

every_sheet = pytest.mark.parametrize("sheet", list(REGISTRY), ids=lambda sheet: sheet.id)


@every_sheet
def test_every_fact_is_sourced_and_dated(sheet: Sheet) -> None:
    facts = (*sheet.marker, *sheet.channel)
    assert facts
    assert [fact for fact in facts if not fact.source.strip() or fact.seen > NEWEST] == []


@every_sheet
def test_every_rule_is_named_once_and_after_its_platform(sheet: Sheet) -> None:
    rules = [marker.rule for marker in sheet.marker]
    assert len(set(rules)) == len(rules)
    assert [rule for rule in rules if not rule.startswith(f"{sheet.id}.")] == []


@every_sheet
def test_every_sign_has_its_reason(sheet: Sheet) -> None:
    assert [marker.rule for marker in sheet.marker if not marker.because] == []


@every_sheet
def test_walls_are_asked_before_removals(sheet: Sheet) -> None:
    walls = [place for place, marker in enumerate(sheet.marker) if marker.shows in WALLS]
    removals = [place for place, marker in enumerate(sheet.marker) if marker.shows is Verdict.REMOVED]
    assert max(walls, default=-1) < min(removals, default=len(sheet.marker))


def test_the_page_on_platforms_is_what_the_sheets_give() -> None:
    assert DOCS.read_text(encoding="utf-8") == markdown(REGISTRY), "write it anew: pehra platform list --markdown"
