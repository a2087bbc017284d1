"""The child that decodes; run as `python -m matchers.child LIMITS KIND`, ended by the end of its standard input.

KIND is what it has to be ready for: `shallow`, `deep` (with local features) or `film`.

Before the first byte from elsewhere it gives up what a taken-over decoder would want: files, sockets and programs, for
it may open nothing any more; memory beyond a limit; core files. Time on the processor is limited picture by picture.
"""

import json
import resource
import signal
import sys
from contextlib import suppress
from io import BytesIO
from typing import BinaryIO

import numpy as np
from PIL import Image

from matchers import pictures, prints, wire
from matchers.errors import PictureError, TooCostly
from matchers.limits import Limits
from matchers.wire import Wanted

WARM_UP = ("JPEG", "PNG", "TIFF", "GIF", "WEBP", "AVIF", "BMP")


def main() -> int:
    """Read pictures until there are no more."""
    limits, kind = Limits(**json.loads(sys.argv[1])), sys.argv[2]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to act on
    _warm_up(kind)
    _give_up(limits)
    _say(sys.stdout.buffer, wire.READY)
    while (question := _next(sys.stdin.buffer, limits)) is not None:
        _limit_time(limits)
        _say(sys.stdout.buffer, _answer(*question, limits))
    return 0


def _answer(wanted: Wanted, data: bytes, limits: Limits) -> bytes:
    try:
        if wanted is Wanted.PICTURES:
            return wire.told_pictures(pictures.read(data, limits))
        if wanted in (Wanted.FILM, Wanted.DEEP_FILM):
            from matchers import video

            return wire.told_prints([video.read(data, limits, deep=wanted is Wanted.DEEP_FILM)])
        found = pictures.read(data, limits, light=True)
        return wire.told_prints(prints.taken_of_all(found, limits, deep=wanted is Wanted.DEEP_PRINTS))
    except PictureError as error:
        return wire.told_error(error)
    except MemoryError:
        return wire.told_error(TooCostly(limits))


def _next(pipe: BinaryIO, limits: Limits) -> tuple[Wanted, bytes] | None:
    def take(length: int) -> bytes:
        data = pipe.read(length)
        if len(data) < length:
            raise wire.Garbled
        return data

    try:
        return wire.heard_question(take, limits.bytes)
    except wire.Garbled:
        return None


def _say(pipe: BinaryIO, answer: bytes) -> None:
    pipe.write(answer)
    pipe.flush()


def _warm_up(kind: str) -> None:
    """Load now what is loaded late, for later nothing can be opened."""
    pictures.make_ready()
    for form in WARM_UP:
        file = BytesIO()
        Image.new("RGB", (64, 64)).save(file, form, exif=Image.Exif())
        pictures.read(file.getvalue())
    noise = np.random.default_rng(1).integers(0, 256, (96, 512, 3), np.uint8)
    prints.taken(pictures.Picture(noise, 512, 96), deep=kind != "shallow")
    if kind == "film":
        from matchers import video

        video.make_ready()


def _give_up(limits: Limits) -> None:
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NOFILE, 3)  # standard input, output and error are open already
    _limit(resource.RLIMIT_AS, limits.memory_bytes)


def _limit(what: int, most: int) -> None:
    """Set a limit for good; a system that does not know it has the parent's clock all the same."""
    with suppress(OSError, ValueError):
        resource.setrlimit(what, (most, most))


def _limit_time(limits: Limits) -> None:
    """Allow `cpu_s` more seconds than were used; at their end the system kills."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + limits.cpu_s, hard))


if __name__ == "__main__":
    sys.exit(main())
