"""What is known of the clock: asked of the kernel, without privileges, and said not to be known where it is not."""

import pytest

from scheduler import clock


@pytest.mark.parametrize(
    ("status", "synchronised"),
    [pytest.param(0x2001, True, id="kept right"), pytest.param(0x40, False, id="nothing keeps it"), pytest.param(None, None, id="not told")],
)  # fmt: skip
def test_what_the_kernel_says(monkeypatch: pytest.MonkeyPatch, status: int | None, synchronised: bool | None) -> None:
    monkeypatch.setattr(clock, "_status", lambda: status)
    found = clock.state()
    assert found["synchronised"] is synchronised
    assert found["source"].startswith("system clock")


def test_this_machine_says_something_or_nothing() -> None:
    assert clock.state()["synchronised"] in {True, False, None}
