"""Decoding elsewhere: what a picture does to its child costs that picture alone."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from matchers import decoding, errors, pictures, wire
from matchers.decoding import Decoders
from matchers.limits import Limits
from tests.matchers.drawn import animated, endless_gif, file_of, scene

GOOD = file_of(scene(), "JPEG")
FILES = {
    "JPEG": GOOD, "progressive JPEG": file_of(scene(), "JPEG", progressive=True), "PNG": file_of(scene(1, (96, 64))),
    "palette PNG": file_of(scene(1, (96, 64)).quantize(16)), "WebP": file_of(scene(1, (96, 64)), "WEBP"),
    "GIF": animated([scene(seed, (96, 64)) for seed in (1, 2)], "GIF"), "BMP": file_of(scene(1, (96, 64)), "BMP"),
    "TIFF": file_of(scene(1, (96, 64)), "TIFF"), "LZW TIFF": file_of(scene(1, (96, 64)), "TIFF", compression="tiff_lzw"),
    "AVIF": file_of(scene(1, (96, 64)), "AVIF"), "HEIC": file_of(scene(1, (96, 64)), "HEIF"),
    "animated WebP": animated([scene(seed, (96, 64)) for seed in (1, 2)], "WEBP"),
    "animated PNG": animated([scene(seed, (96, 64)) for seed in (1, 2)], "PNG"),
}  # fmt: skip


def pid(decoders: Decoders) -> int:
    """The child that is going to be asked next."""
    child = decoders._places.queue[-1]
    assert child is not None
    return child._process.pid


def lab() -> bytes:
    change = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    return file_of(ImageCms.applyTransform(scene(), change) or scene(), "TIFF")


@pytest.mark.parametrize(
    "data", [*(pytest.param(data, id=name) for name, data in FILES.items()), pytest.param(lab(), id="LAB")]
)
def test_a_child_gives_what_decoding_here_gives(decoders: Decoders, data: bytes) -> None:
    for there, here in zip(decoders.read(data), pictures.read(data), strict=True):
        assert np.array_equal(there.pixels, here.pixels)
        assert (there.width, there.height, there.frame) == (here.width, here.height, here.frame)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        pytest.param(b"", errors.Empty, id="no bytes"),
        pytest.param(b"words", errors.NoPicture, id="words"),
        pytest.param(GOOD[:9000], errors.Broken, id="cut short"),
        pytest.param(bytes(64_000_001), errors.TooManyBytes, id="too long"),
        pytest.param(endless_gif(30_000), errors.TooManyFrames, id="30,000 frames"),
    ],
)
def test_errors_come_through_and_the_child_stays(decoders: Decoders, data: bytes, error: type[Exception]) -> None:
    decoders.read(GOOD)
    before = pid(decoders)
    with pytest.raises(errors.PictureError) as raised:
        decoders.read(data)
    assert type(raised.value) is error
    assert decoders.read(GOOD)
    assert pid(decoders) == before


def test_a_child_killed_between_two_pictures_is_replaced(decoders: Decoders) -> None:
    decoders.read(GOOD)
    before = pid(decoders)
    os.kill(before, signal.SIGKILL)
    os.waitid(os.P_PID, before, os.WEXITED | os.WNOWAIT)
    assert decoders.read(GOOD)
    assert pid(decoders) != before


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGSEGV])
def test_a_child_killed_at_work_costs_that_picture_alone(sent: signal.Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    with Decoders() as decoders:
        decoders.read(GOOD)
        before = pid(decoders)
        heard = wire.heard

        def killed(*given: Any) -> Any:
            """Once it has all of the picture, and has no answer yet."""
            os.kill(before, sent)
            os.kill(before, signal.SIGCONT)
            return heard(*given)

        os.kill(before, signal.SIGSTOP)
        with monkeypatch.context() as while_asked:
            while_asked.setattr(wire, "heard", killed)
            with pytest.raises(errors.Crashed):
                decoders.read(GOOD)
        assert decoders.read(GOOD)


def test_a_child_that_does_not_answer_is_killed() -> None:
    with Decoders(Limits(time_s=5)) as decoders:
        decoders.read(GOOD)
        before = pid(decoders)
        os.kill(before, signal.SIGSTOP)
        with pytest.raises(errors.TooCostly):
            decoders.read(GOOD)
        assert not Path(f"/proc/{before}").exists()


def test_time_on_the_processor_is_limited() -> None:
    slow = animated(
        [scene(1, (1600, 1200)).quantize(64)] + [scene(seed, (1600, 1200)).quantize(64) for seed in (2, 3)], "GIF"
    )
    head, frames = slow[:-1], slow[slow.index(b"\x21\xf9", 13) : -1]
    with Decoders(Limits(cpu_s=0, time_s=120)) as decoders:
        with pytest.raises(errors.TooCostly):
            decoders.read(head + frames * 100 + b"\x3b")
        assert decoders.read(GOOD)


def test_memory_is_limited() -> None:
    bomb = file_of(Image.new("RGBA", (8000, 8000)))
    assert len(bomb) < 500_000
    with Decoders(Limits(memory_bytes=300_000_000)) as decoders:
        with pytest.raises(errors.PictureError) as raised:
            decoders.read(bomb)
        assert isinstance(raised.value, errors.TooCostly | errors.Crashed)
        assert decoders.read(GOOD)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads what Linux says of a process")
def test_a_child_can_open_nothing_and_knows_nothing(decoders: Decoders) -> None:
    decoders.read(GOOD)
    folder = Path(f"/proc/{pid(decoders)}")
    limits = {line[:26].strip(): line[26:].split()[:2] for line in (folder / "limits").read_text().splitlines()[1:]}
    assert limits["Max open files"] == ["3", "3"]
    assert limits["Max file size"] == limits["Max core file size"] == ["0", "0"]
    assert limits["Max address space"] == ["1600000000", "1600000000"]
    assert set(decoding.ENVIRONMENT) == {
        word.split("=")[0] for word in (folder / "environ").read_text().split("\0") if word
    }


def test_two_threads_have_a_child_each() -> None:
    with Decoders(children=2) as decoders:
        found: list[list[pictures.Picture]] = []
        threads = [threading.Thread(target=lambda: found.append(decoders.read(GOOD))) for _ in range(6)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert len(found) == 6


def test_the_children_end_with_the_block() -> None:
    with Decoders() as decoders:
        decoders.read(GOOD)
        child = pid(decoders)
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_a_child_that_does_not_start_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/usr/bin/env")
    with Decoders() as decoders, pytest.raises(errors.NoDecoder):
        decoders.read(GOOD)


@pytest.mark.parametrize("children", [0, 3])
def test_one_or_two_children(children: int) -> None:
    with pytest.raises(ValueError, match="one or two"):
        Decoders(children=children)


def said(answer: bytes) -> wire.Take:
    """An end of a wire at which only this is to be heard."""
    rest = bytearray(answer)

    def take(length: int) -> bytes:
        if length > len(rest):
            raise wire.Garbled
        taken = bytes(rest[:length])
        del rest[:length]
        return taken

    return take


@pytest.mark.parametrize(
    "head",
    [
        b"", b"[]", b"{}", b"7", b'"error"', b'{"pictures": []}', b'{"pictures": 7}', b'{"pictures": [{}]}', b"[" * 60_000,
        b'{"pictures": [{"shape": [9000, 9000], "width": 1, "height": 1, "frame": 0}]}',
        b'{"pictures": [{"shape": [-1, 3], "width": 1, "height": 1, "frame": 0}]}',
        b'{"pictures": [{"shape": [Infinity, 3], "width": 1, "height": 1, "frame": 0}]}',
        b'{"pictures": [{"shape": [2], "width": 1, "height": 1, "frame": 0}]}',
        b'{"pictures": [{"shape": [2, 2], "width": 1, "height": 1, "frame": 0}]}', b"\xff\xfe",
        b'{"pictures": ' + b'[{"shape": [1, 1], "width": 1, "height": 1, "frame": 0}]'.replace(b"}]", b"}," * 17 + b"{}]") + b"}",
    ],
)  # fmt: skip
def test_nothing_a_child_says_is_taken_for_more_than_it_is(head: bytes) -> None:
    with pytest.raises(wire.Garbled):
        wire.heard(said(wire.packed(head)), Limits())


@pytest.mark.parametrize("name", ["Limits", "__doc__", "MatcherError", "NoDecoder", "nothing", ""])
def test_an_error_that_is_none_of_ours_is_a_crash(name: str) -> None:
    assert decoding._error(name) is errors.Crashed


@given(st.binary(max_size=400), st.sampled_from([wire.heard, wire.heard_prints]))
def test_noise_on_the_wire_is_garbled(noise: bytes, hear: Callable[[wire.Take, Limits], object]) -> None:
    with pytest.raises(wire.Garbled):
        hear(said(noise), Limits())


@pytest.mark.parametrize(
    "head",
    [b"{}", b'{"prints": []}', b'{"prints": [-1]}', b'{"prints": [5]}', b'{"prints": [99999999999]}', b'{"prints": [1e400]}', b'{"prints": "ab"}', b'{"prints": [' + b"0, " * 17 + b"0]}"],
)  # fmt: skip
def test_nothing_a_child_says_is_taken_for_a_print_that_is_none(head: bytes) -> None:
    with pytest.raises(wire.Garbled):
        wire.heard_prints(said(wire.packed(head) + b"words"), Limits())


@given(st.binary(max_size=30))
def test_a_question_that_is_none_is_garbled(noise: bytes) -> None:
    with pytest.raises(wire.Garbled):
        wire.heard_question(said(noise), 20)


def test_a_question_comes_as_it_went() -> None:
    assert wire.heard_question(said(wire.asked(wire.Wanted.FILM, b"bytes")), 5) == (wire.Wanted.FILM, b"bytes")


@st.composite
def mutated(draw: st.DrawFn, data: bytes) -> bytes:
    """Bytes changed, cut, doubled and moved, as broken discs and people who mean harm do it."""
    made = bytearray(data)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(0, min(len(made), draw(st.sampled_from([64, 600, len(data)]))) - 1)))
        kind = draw(st.sampled_from(["byte", "bytes", "cut", "double", "drop"]))
        if kind == "byte" and made:
            made[at] = draw(st.integers(0, 255))
        elif kind == "bytes":
            made[at : at + 4] = draw(st.sampled_from([b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", b"\x80\0\0\0"]))
        elif kind == "cut":
            del made[len(made) // 2 + at // 2 :]
        elif kind == "double":
            made[at:at] = made[at : at + draw(st.integers(1, 400))]
        else:
            del made[at : at + draw(st.integers(1, 40))]
    return bytes(made)


@pytest.fixture(scope="module")
def patient() -> Iterator[Decoders]:
    with closing(Decoders(Limits(pixels=4_000_000, time_s=20, cpu_s=5))) as made:
        yield made


@pytest.mark.parametrize("kind", FILES)
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_mutated_file_is_read_or_refused(patient: Decoders, kind: str, data: Any) -> None:
    with suppress(errors.PictureError):
        assert patient.read(data.draw(mutated(FILES[kind])))
