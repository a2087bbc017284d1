"""Films: the stills that differ, each by its time, as prints.

A frame is looked at ten times a second, and kept where it is more than `RADIUS` bits away from the last one kept: any
frame looked at is then near one that was kept. Frames that no other needs are not decoded, and blocks are not smoothed,
which nobody would see at this size.
"""

import importlib
import pkgutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation

from matchers import containers, hashes
from matchers.errors import Broken, Empty, PictureError, TooCostly, TooLong, TooManyBytes, TooManyPixels, TooPlain
from matchers.hashes import RADIUS, Fingerprint
from matchers.limits import LEAST_SIDE, WORKING_SIZE, Limits
from matchers.pictures import Picture, Pixels
from matchers.prints import MOST_STILLS, Film, Print, Still, taken_of_still

LOOKS_PER_S = 10
DEEP_EVERY_S = 3.0  # local features cost as much as forty looks
MOST_DEEP = 300
DAMAGED_MOST = 200  # packets in a row, after which a film is over


def read(data: bytes, limits: Limits | None = None, *, deep: bool = False) -> Film:
    """Take the print of a film.

    Args:
        deep: local features too, of a still every few seconds.

    Raises:
        PictureError: one of its kinds; nothing else, whatever the bytes are.
    """
    limits = limits or Limits()
    if not data:
        raise Empty(limits)
    if len(data) > limits.film_bytes:
        raise TooManyBytes(limits.for_film())
    try:
        return _film(data, limits, deep=deep)
    except PictureError:
        raise
    except MemoryError:
        raise TooCostly(limits) from None
    except Exception:  # noqa: BLE001  # the edge of decoders that raise whatever the bytes led them to
        raise Broken(limits) from None


def make_ready() -> None:
    """Load what decodes films, for a process that is about to give up opening anything."""
    for module in pkgutil.walk_packages(av.__path__, "av."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    file, noise = BytesIO(), np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    with av.open(file, "w", "mp4") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width = stream.height = 64
        container.mux(stream.encode(VideoFrame.from_ndarray(noise, "rgb24")))
        container.mux(stream.encode())
    with suppress(PictureError):
        read(file.getvalue())


def _film(data: bytes, limits: Limits, *, deep: bool) -> Film:
    kept, at_s, looked = _Stills(deep=deep), 0.0, False
    for at_s, frame in _looks(data, limits):
        looked = True
        kept.look(at_s, frame)
    if not looked:
        raise Broken(limits)
    if not kept.stills:
        raise TooPlain(limits)
    return Film(at_s, tuple(kept.stills))


@dataclass
class _Stills:
    """The stills kept so far; of a film with too many, every other one goes and fewer come."""

    deep: bool
    stills: list[Still] = field(default_factory=list)
    gap_s: float = 0.0
    deep_at_s: float = -DEEP_EVERY_S
    deep_count: int = 0

    def look(self, at_s: float, frame: VideoFrame) -> None:
        """Keep a frame that differs from the last one kept."""
        if self.stills and at_s - self.stills[-1].at_s < self.gap_s:
            return
        pixels = _pixels(frame)
        found = hashes.pdq(pixels)
        if found is None or (self.stills and found.upright.distance(self._last) <= RADIUS):
            return
        self.stills.append(Still(at_s, self._print(at_s, Picture(pixels, frame.width, frame.height), found)))
        if len(self.stills) == MOST_STILLS:
            self.stills, self.gap_s = self.stills[::2], max(2 * self.gap_s, 2 / LOOKS_PER_S)

    @property
    def _last(self) -> Fingerprint:
        return self.stills[-1].print.whole.upright

    def _print(self, at_s: float, picture: Picture, found: hashes.Turned) -> Print:
        deep = self.deep and self.deep_count < MOST_DEEP and at_s - self.deep_at_s >= DEEP_EVERY_S
        if deep:
            self.deep_at_s, self.deep_count = at_s, self.deep_count + 1
        return taken_of_still(picture, found, deep=deep)


def _looks(data: bytes, limits: Limits) -> Iterator[tuple[float, VideoFrame]]:
    """Give the frames to look at, with their time in seconds from the first."""
    deadline, start, due = time.monotonic() + limits.film_time_s, None, 0.0
    for number, frame in enumerate(_frames(data, limits)):
        if time.monotonic() > deadline or number > limits.film_frames:
            raise TooCostly(limits)
        if frame.width * frame.height > limits.pixels:
            raise TooManyPixels(limits)
        at_s = frame.time if frame.time is not None else number / 25
        start = at_s if start is None else start
        at_s = max(0.0, at_s - start)
        if at_s > limits.film_s:
            raise TooLong(limits)
        if at_s >= due and min(frame.width, frame.height) >= LEAST_SIDE:
            due = at_s + 0.999 / LOOKS_PER_S
            yield at_s, frame


def _frames(data: bytes, limits: Limits) -> Iterator[VideoFrame]:
    """Decode what other frames need; a damaged packet costs itself."""
    with containers.opened(data, limits) as (container, stream):
        context = stream.codec_context
        context.thread_type, context.thread_count, context.skip_frame = "NONE", 1, "NONREF"
        context.options = {"skip_loop_filter": "all", "max_pixels": str(limits.pixels)}
        damaged = 0
        packets = container.demux(stream)
        while damaged < DAMAGED_MOST:
            try:
                packet = next(packets)
                yield from packet.decode()
                damaged = 0
            except StopIteration:
                break
            except av.FFmpegError:
                damaged += 1


def _pixels(frame: VideoFrame) -> Pixels:
    scale = WORKING_SIZE / max(frame.width, frame.height)
    width, height = (max(1, round(side * scale)) for side in (frame.width, frame.height))
    small = frame.reformat(width, height, "gray", interpolation=Interpolation.BILINEAR).to_ndarray()
    return np.repeat(small[:, :, None], 3, axis=2)  # all that is looked at is lightness
