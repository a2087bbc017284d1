"""The bundle's page in a real Chromium."""

import re
import subprocess
import tempfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crawler.chromium import find_browser
from reporters.bundle import page, writing
from reporters.bundle.contents import Bundle
from reporters.bundle.steps import steps
from reporters.paper import FLAGS
from tests.reporters.bundle import made

BROWSER = find_browser("auto")
URDU = "ضلعی عدالت لاہور"


def html(bundle: Bundle) -> bytes:
    return page.write(writing._story(bundle, "ab" * 32, steps(bundle, "ab" * 32), {}))


@pytest.mark.skipif(BROWSER is None, reason="there is no Chromium here")
def test_chromium_shows_the_page(bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_bytes(html(replace(bundle, export=replace(made.FOR, to=f"{URDU}, Room 4"))))
    shot = tmp_path / "shown.png"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        looks = [str(BROWSER), *FLAGS, "--no-sandbox", f"--user-data-dir={profile}", "--window-size=1000,1400"]
        asked = [f"--screenshot={shot}", (tmp_path / "index.html").as_uri()]
        subprocess.run([*looks, *asked], check=True, capture_output=True, timeout=120)
    seen = np.asarray(Image.open(BytesIO(shot.read_bytes())).convert("L"))
    assert seen.shape[1] == 1000
    assert 0.01 < (seen < 128).mean() < 0.3  # words on white
    assert (seen[:100] < 128).any()


def test_the_page_loads_nothing_and_runs_nothing(bundle: Bundle) -> None:
    told = html(replace(bundle, export=replace(made.FOR, to=f"{URDU} <script>alert(1)</script>"))).decode()
    assert "<script" not in told
    assert f"{URDU} &lt;script&gt;" in told
    assert re.findall(r"(?:href|src|url)\s*[=(]", told) == []
    assert "default-src 'none'" in told


def test_every_record_and_its_verdict_stand_on_the_page(bundle: Bundle) -> None:
    told = html(bundle).decode()
    for one in bundle.records:
        assert one.sha256 in told
        assert f"Record {one.number}<" in told
    assert "by the rule pixhaven.player" in told
    assert "the link is a minor&#x27;s: nothing of it is captured" in told
