"""A link is added, captured, reported, removed and comes back; a stranger checks its bundle with the written steps alone."""

import zipfile
from pathlib import Path

import pytest

from casebook.vocabulary import Act
from reporters.bundle import verifying
from tests.cli.captured import case_of, views
from tests.helpline import BRISK, Helpline, until
from tests.reporters.bundle.test_public_tools import WRONG, Stranger
from tests.web.server import Web

SETTINGS = {
    **BRISK, "EVIDENCE__KEEP_FREE_BYTES": "0", "CADENCE__CONFIRM_AFTER_S": "0.01", "CADENCE__SECOND_LOOK_S": "0.01",
    "CRAWLER__BROWSER": "off",
}  # fmt: skip


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Helpline, str]:
    """A case whose film was there, was reported, went, and came back; it was looked at because an officer asked."""
    helpline = Helpline(tmp_path_factory.mktemp("court"), SETTINGS)
    with Web() as web:
        web.set("/the/film", "live")
        ref: str = case_of(helpline, [web.url("/the/film")], Act.CAPTURE, Act.REPORT_HOST)
        for page, state in (("live", "live"), ("gone404", "removed"), ("live", "resurfaced")):
            web.set("/the/film", page)
            until(f"it is {state}", lambda wanted=state: looked(helpline) == wanted)
            if state == "live":
                reported(helpline, ref)
    return helpline, ref


def reported(helpline: Helpline, ref: str) -> None:
    [drafted] = helpline.ask_here("report", "draft", ref, "--no-lookup", "--to", "abuse@host.example")["drafted"]
    assert drafted["capture"] == 1
    helpline.ask_here("report", "log", str(drafted["report"]), "--sent")


def looked(helpline: Helpline) -> str:
    state: str = helpline.ask_here("check", "--all")["links"][0]["state"]
    return state


def test_a_stranger_verifies_what_was_there(lived: tuple[Helpline, str], tmp_path: Path) -> None:
    helpline, ref = lived
    bundle = tmp_path / "court.zip"
    told = helpline.ask_here(
        "evidence", "export", ref, "--to", "District Court", "--for", "FIR 7/2026", "--out", str(bundle)
    )
    assert told["missing"] == {}
    found = verifying.verify(bundle, key=told["key"])
    assert found.faults == []
    verdicts = [one.fields["verdict"] for one in views(helpline, ref)]
    assert [one for place, one in enumerate(verdicts) if verdicts[place - 1 : place] != [one]] == [
        "live",
        "removed",
        "live",
    ]
    with zipfile.ZipFile(bundle) as package:
        package.extractall(tmp_path / "unpacked")
    stranger = Stranger(tmp_path / "unpacked")
    for title, lines in stranger.steps().items():
        if "pehra" not in lines[0]:
            said = stranger.run("set -o pipefail", *lines)
            assert not any(one in said for one in WRONG), (title, said)
    page = (tmp_path / "unpacked" / "index.html").read_text("utf-8")
    assert "District Court" in page
    assert "removed, by the rule" in page


def test_the_case_holds_where_it_lies_and_its_bundle_is_the_same_again(
    lived: tuple[Helpline, str], tmp_path: Path
) -> None:
    helpline, ref = lived
    assert helpline.ask_here("evidence", "verify", ref)["whole"] is True
    one, two = tmp_path / "one.zip", tmp_path / "two.zip"
    told = helpline.ask_here(
        "evidence", "export", ref, "--to", "a court", "--for", "x", "--redacted", "--out", str(one)
    )
    helpline.ask_here("evidence", "export", ref, "--again", str(told["export"]), "--out", str(two))
    assert one.read_bytes() == two.read_bytes()
