"""Every column is sealed, or stands in clear for a reason that the documents give."""

import re
from pathlib import Path

import pytest

from casebook.tables import Base, Digest, Locked, Sealed

DOCS = Path(__file__).resolve().parents[2] / "docs"
TESTS = Path(__file__).resolve().parents[1]
NUMBERS = {
    "id", "case_id", "address_id", "link_id", "check_id", "officer_id", "image_id", "label_id", "name_id", "source_id",
    "sighting_id", "report_id", "predecessor_id", "capture_id", "part_id", "refers_to",
}  # fmt: skip
TIMES = {"at", "since", "gone_since", "until", "wait_until", "not_before"}


def listed() -> set[str]:
    text = (DOCS / "keeping.md").read_text("utf-8").split("## What stands in clear")[1].split("\n## ")[0]
    return set(re.findall(r"`([a-z_]+\.[a-z_0-9]+)`", text))


def in_clear() -> set[str]:
    found = set()
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            is_time = column.name in TIMES or column.name.endswith("_at")
            if not isinstance(column.type, Sealed | Locked | Digest) and column.name not in NUMBERS and not is_time:
                found.add(f"{table.name}.{column.name}")
    return found


def test_every_column_is_sealed_or_stands_in_clear_for_a_reason() -> None:
    assert in_clear() == listed()


def test_what_counts_as_a_time_is_one() -> None:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if column.name in TIMES or column.name.endswith("_at"):
                assert type(column.type).__name__ == "Moment", column


@pytest.mark.parametrize("name", re.findall(r"`(test_\w+)`", (DOCS / "confidentiality.md").read_text("utf-8")))
def test_every_promise_has_its_test(name: str) -> None:
    assert any(f"def {name}(" in file.read_text("utf-8") for file in TESTS.rglob("test_*.py"))
