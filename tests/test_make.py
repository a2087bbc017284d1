"""`make run` makes a home where there is none, and starts the monitor; set-up stands in as done."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.test_house import ROOT

PROGRAM = '#!/bin/sh\necho "$PEHRA_HOME $*" >> "$0.said"\n[ "$1" != init ] || mkdir -p "$PEHRA_HOME"\n'

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")


@pytest.mark.parametrize(
    ("files", "key", "said"),
    [
        pytest.param([], None, ["init", "run"], id="there is no home"),
        pytest.param(["home/monitor.key"], None, ["run"], id="there is a home with its key"),
        pytest.param(["home/pehra.sqlite3"], "a key", ["run"], id="the key comes from the environment"),
        pytest.param([], "a key", ["init", "run"], id="a key, but no home"),
    ],
)
def test_make_run(tmp_path: Path, files: list[str], key: str | None, said: list[str]) -> None:
    home, program = tmp_path / "home", tmp_path / "pehra"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    for name in ["ready", "browser", *files]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    done = subprocess.run(
        ["make", "-C", ROOT, "run", f"BIN={tmp_path}", f"READY={tmp_path}/ready", f"BROWSER={tmp_path}/browser"],
        env={**os.environ, "PEHRA_HOME": str(home), **({"PEHRA_MONITOR_KEY": key} if key else {})},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert Path(f"{program}.said").read_text().splitlines() == [f"{home} {command}" for command in said]
