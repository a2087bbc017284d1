"""A command that is split off does what one does that was started: the tests see no difference but the time."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.helpline import Helpline, until
from tests.warm import WORKS_HERE, Popen

pytestmark = pytest.mark.skipif(not WORKS_HERE, reason="every command is started as usual here")


@pytest.mark.parametrize(
    ("words", "stdin"),
    [
        pytest.param(["--version"], "", id="that succeeds"),
        pytest.param(["no-such-thing"], "", id="asked wrongly"),
        pytest.param(["case", "list"], "", id="without a home"),
        pytest.param(
            ["link", "add", "C-000000", "--from", "-"], "صفحہ نہیں ملا https://example.org/1", id="that reads"
        ),
    ],
)
def test_both_end_alike(tmp_path: Path, words: list[str], stdin: str) -> None:
    helpline = Helpline(tmp_path)
    split = helpline.pehra(*words, stdin=stdin)
    helpline.surroundings["PYTHONHASHSEED"] = "1"  # has to be there before Python starts
    assert helpline.pehra(*words, stdin=stdin) == split


def test_what_cannot_be_taken_over_is_started_as_usual(tmp_path: Path) -> None:
    helpline = Helpline(tmp_path)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    for more in ({"preexec_fn": lambda: None}, {"process_group": 0}, {"umask": 0o77}):
        with helpline.start("--version", **quiet, **more) as process:
            assert isinstance(process, Popen)
            assert process._line is None
    with helpline.start("--version", **quiet) as process:
        assert process._line is not None
    assert process.returncode == 0


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL])
def test_it_is_a_process_of_its_own_that_signals_reach(tmp_path: Path, sent: signal.Signals) -> None:
    helpline = Helpline(tmp_path)
    helpline.opened()
    with helpline.monitor() as monitor:
        until("it watches", lambda: helpline.one("SELECT count(*) FROM beat"))
        words = Path(f"/proc/{monitor.process.pid}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")
        assert words == [str(word).encode() for word in monitor.process.args]
        assert monitor.process.poll() is None
        monitor.process.send_signal(sent)
        assert monitor.process.wait(60) == (0 if sent == signal.SIGTERM else -sent)
