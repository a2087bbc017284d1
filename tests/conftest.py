"""What all tests share."""

from collections.abc import Iterator

import pytest

from tests.web.server import Web


@pytest.fixture(scope="session")
def web() -> Iterator[Web]:
    """A loopback web of real servers; give each test paths of its own, for hits are counted per path."""
    with Web() as web:
        yield web
