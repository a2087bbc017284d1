"""A kill at any moment loses nothing and doubles nothing: law 3, with real processes and a real SIGKILL."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpline import ONCE, Helpline, Monitor, until
from tests.web.server import Web

HOSTS = 10
PATHS = [f"/{what}/{number}" for number in range(20) for what in ("up", "gone/404", "notice", "login-wall")]
CHECKS = "SELECT count(*) FROM 'check'"

pytestmark = pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="processes are found in /proc")


def worker(helpline: Helpline, _: Monitor) -> None:
    for process in helpline.workers():
        os.kill(process, signal.SIGKILL)


def monitor(_: Helpline, running: Monitor) -> None:
    running.process.kill()
    running.process.wait()


def both(helpline: Helpline, running: Monitor) -> None:
    monitor(helpline, running)
    worker(helpline, running)


def until_the_first(visits: int, web: Web) -> None:
    until("a pass is in its middle", lambda: visited(web) >= visits)


def visited(web: Web) -> int:
    return sum(web.hits(path) for path in PATHS)


def contradictions(helpline: Helpline) -> dict[str, list[tuple[object, ...]]]:
    """Everything in the database that a half-written visit would leave behind."""
    last = "(SELECT max(id) FROM 'check' WHERE address_id = link.address_id)"
    asked = {
        "the file is whole": "SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
        "rows point to rows": "SELECT * FROM pragma_foreign_key_check",
        "one visit, one check": "SELECT address_id FROM 'check' GROUP BY address_id, at HAVING count(*) > 1",
        "an event has its check": (
            "SELECT event.id FROM event JOIN watched_link AS link ON link.id = link_id"
            " LEFT JOIN 'check' AS seen ON seen.id = check_id AND seen.address_id = link.address_id"
            " WHERE seen.id IS NULL OR seen.at <> event.at"
        ),
        "a link says what its last check says": (
            f"SELECT link.id FROM watched_link AS link LEFT JOIN 'check' AS seen ON seen.id = {last}"
            " WHERE link.verdict IS NOT seen.verdict"
        ),
        "a state has its event": (
            "SELECT id FROM watched_link WHERE (state IN ('live', 'restricted')) <> (id IN (SELECT link_id FROM event))"
        ),
        "an address says when it was last checked": (
            "SELECT id FROM address WHERE last_checked_at IS NOT"
            " (SELECT max(at) FROM 'check' WHERE address_id = address.id)"
        ),
        "nothing falls out of the queue": "SELECT id FROM address WHERE due_at IS NULL",
    }
    found = {what: helpline.rows(query) for what, query in asked.items()}
    return {what: rows for what, rows in found.items() if rows}


@pytest.mark.parametrize(
    ("kill", "visits"),
    [
        pytest.param(worker, 15, id="the worker, before it wrote anything"),
        pytest.param(worker, 45, id="the worker, in the middle"),
        pytest.param(monitor, 40, id="the monitor"),
        pytest.param(both, 40, id="both at once, as when the power fails"),
    ],
)
def test_a_kill_costs_one_repeated_visit_at_most(
    tmp_path: Path, kill: Callable[[Helpline, Monitor], None], visits: int
) -> None:
    helpline = Helpline(tmp_path, {**ONCE, "CADENCE__CONFIRM_AFTER_S": "3600"})
    with Web(HOSTS, delay_s=0.1) as web:
        web.hold(lambda: visited(web) > visits)  # so that it is not over before the kill
        helpline.opened(*(web.url(path, host=number % HOSTS) for number, path in enumerate(PATHS)))
        with helpline.monitor() as running:
            until_the_first(visits, web)
            kill(helpline, running)
            web.hold(bool)
            assert contradictions(helpline) == {}
            assert helpline.one(CHECKS) < len(PATHS)
            if kill is worker:
                until("every address is checked", lambda: helpline.one(CHECKS) == len(PATHS))
            until("no worker outlives its monitor", lambda: kill is worker or not helpline.workers())
        if kill is not worker:
            with helpline.monitor() as again:
                until("every address is checked", lambda: helpline.one(CHECKS) >= len(PATHS))
                assert again.stop() == 0
        hits = [web.hits(path) for path in PATHS]
    assert contradictions(helpline) == {}
    assert helpline.one(CHECKS) == helpline.one("SELECT count(DISTINCT address_id) FROM 'check'") == len(PATHS)
    assert set(hits) <= {1, 2}
    assert helpline.one("SELECT count(*) FROM address WHERE lease IS NOT NULL") == 0
    assert helpline.ask_here("journal", "verify")["whole"] is True
