from collections.abc import Iterator

import pytest

from matchers.decoding import Decoders


@pytest.fixture(scope="module")
def decoders() -> Iterator[Decoders]:
    with Decoders() as made:
        yield made
