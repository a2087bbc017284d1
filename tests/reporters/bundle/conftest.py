from dataclasses import replace

import pytest

from reporters.bundle.contents import Bundle
from tests.reporters.bundle import made
from tests.web.tsa import Signs


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A case whose first two records have stamps of their own, and whose day has one too."""
    signs = Signs(tmp_path_factory.mktemp("authority"))
    given = [signs.stated(bytes.fromhex(one.sha256), 7) for one in made.made(4)[:2]]
    records = [
        replace(one, token=token, token_from="a server") for one, token in zip(made.made(4), given, strict=False)
    ]
    day = made.day_of(made.made(4))
    day = replace(day, token=signs.stated(bytes.fromhex(day.root), 8), token_from="a server")
    return made.bundle(4, records=(*records, *made.made(4)[2:]), days=(day,), roots=signs.certificates.pem())


class Whole(bytes):
    """A bundle that does not fill the screen when a test fails."""

    def __repr__(self) -> str:
        return "<a whole bundle>"


@pytest.fixture(scope="session")
def whole(bundle: Bundle) -> bytes:
    return Whole(made.written(bundle))
