"""stats and stats publish, as staff type them."""

import csv
import io
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from casebook.store import open_book
from casebook.tables import Case
from casebook.vault import open_vault
from tests.casebook.test_statistics import link, report
from tests.cli.conftest import Staff

NOW = datetime.now(UTC)
SENT = NOW - timedelta(days=60)


@pytest.fixture
def counted(staff: Staff, case: str) -> Staff:
    """A home with eight reports, seven of them acted on within a day or two, and a statistician."""
    book = open_book(f"sqlite:///{staff.home}/pehra.sqlite3", open_vault(staff.home, {}))
    with book.reading() as session:
        number = session.scalar(select(Case.id).where(Case.ref == case))
    assert number is not None
    for one in range(8):
        live, gone = SENT + timedelta(hours=6 * one), SENT + timedelta(hours=6 * one + 6)
        down = {"first_seen_gone_at": gone, "taken_down_at": gone} if one else {}
        report(book, number, link(book, number, last_seen_live_at=live, **down), sent_at=SENT)
    book.engine.dispose()
    staff.ask("officer", "add", "counts", "--role", "statistician")
    return staff


def test_figures_as_json(counted: Staff) -> None:
    for who in ("amina", "counts"):
        found = counted.ask("stats", who=who)
        assert (found["all"]["n"], found["all"]["removed"], found["all"]["cannot_tell"]) == (8, 7, 1)
        assert found["by"] == ["platform", "channel", "lane", "category"]
        (only,) = found["groups"]
        assert (only["platform"], only["channel"], only["lane"], only["category"]) == ("p", "p.form", "policy", "ncii")
        assert only["within"]["24h"] == {
            "of": 8,
            "at_least": 3,
            "at_most": 4,
            "share_at_least": 0.375,
            "share_at_most": 0.5,
        }


def test_tables_csv_and_a_period_in_which_nothing_was_asked(counted: Staff) -> None:
    assert "removed" in counted.type("stats", "--by", "platform").out
    rows = list(csv.DictReader(io.StringIO(counted.type("stats", "--by", "lane,platform", "--csv").out)))
    assert [(row["lane"], row["platform"], row["n"]) for row in rows] == [("all", "all", "8"), ("policy", "p", "8")]
    assert "Nothing was asked" in counted.type("stats", "--to", "2020-01-01").out


def test_plots_are_written(counted: Staff, tmp_path: Path) -> None:
    assert counted.type("stats", "--by", "platform", "--plot", tmp_path / "plots").code == 0
    assert sorted(one.name for one in (tmp_path / "plots").iterdir()) == sorted(
        f"{name}.{kind}" for name in ("takedown", "reply", "outcomes") for kind in ("svg", "png")
    )


@pytest.mark.parametrize(
    "words",
    [("--by", "officer"), ("--csv", "--json"), ("--from", "2026-02-01", "--to", "2026-01-01"), ("--from", "yesterday")],
)
def test_asked_wrongly(counted: Staff, words: tuple[str, ...]) -> None:
    said = counted.type("stats", *words)
    assert (said.code, said.out) == (2, "")


def test_publishing(counted: Staff, tmp_path: Path) -> None:
    days = ("--from", (SENT - timedelta(days=9)).date(), "--to", (SENT + timedelta(days=40)).date())
    assert "may not" in counted.refused("stats", "publish", *days)
    assert "over" in counted.refused("stats", "publish", "--from", SENT.date(), "--to", NOW.date(), who="counts")
    (page,) = counted.ask("stats", "publish", *days, "--out", tmp_path / "out", who="counts")["files"]
    assert "How long platforms take" in Path(page).read_text("utf-8")
    assert "subtract" in counted.refused("stats", "publish", *days[:3], SENT.date(), who="counts")


@pytest.mark.skipif(shutil.which("chromium") is None, reason="there is no Chromium here")
def test_printed(counted: Staff, tmp_path: Path) -> None:
    days = ("--from", (SENT - timedelta(days=9)).date(), "--to", (SENT + timedelta(days=40)).date())
    said = counted.type("stats", "publish", *days, "--pdf", "--out", tmp_path, "--json", who="counts")
    assert Path(json.loads(said.out)["files"][1]).read_bytes().startswith(b"%PDF")


def test_there_is_nothing_to_print_with(counted: Staff, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEHRA__CRAWLER__BROWSER", "off")
    days = ("--from", (SENT - timedelta(days=9)).date(), "--to", (SENT + timedelta(days=40)).date())
    said = counted.type("stats", "publish", *days, "--pdf", "--out", tmp_path, who="counts")
    assert (said.code, said.out) == (1, "")
    assert list(tmp_path.glob("*.html"))
