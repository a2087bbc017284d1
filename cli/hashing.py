"""Pictures and films on this machine turned into fingerprints, one by one; what cannot be read is told and left out."""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.progress import Progress

from casebook.errors import Unavailable

if TYPE_CHECKING:
    from matchers.decoding import Decoders
    from matchers.prints import Film, Print


@dataclass(frozen=True)
class Refused:
    """A file without a fingerprint, and why."""

    file: str
    reason: str


@dataclass(frozen=True)
class Taken:
    """One file's prints: of a still one, of an animated picture one for each frame that differs; of a film one."""

    file: str
    prints: "Sequence[Print | Film]"


Take = Callable[["Decoders", Path], "Sequence[Print | Film]"]


def pictures(deep: bool) -> Take:
    """Say how a picture is taken: with local features where the complainant agreed to them."""

    def take(decoders: "Decoders", file: Path) -> "list[Print]":
        from matchers.pictures import read_file

        return decoders.prints(read_file(file, decoders.limits), deep=deep)

    return take


def films(deep: bool) -> Take:
    """Say how a film is taken."""

    def take(decoders: "Decoders", file: Path) -> "list[Film]":
        from matchers.pictures import read_file

        return [decoders.film(read_file(file, decoders.limits.for_film()), deep=deep)]

    return take


def taken(files: Sequence[Path], take: Take, *, quiet: bool) -> Iterator[Taken | Refused]:
    """Read files where they lie, with a progress bar on a terminal; nothing is copied, kept or changed.

    Raises:
        Unavailable: the process that decodes could not be started.
    """
    from matchers.decoding import Decoders  # heavy, as is all that touches pictures
    from matchers.errors import NoDecoder, PictureError

    with Decoders() as decoders, Progress(transient=True, disable=quiet or not sys.stderr.isatty()) as progress:
        for file in progress.track(files, description="hashing"):
            name = click.format_filename(file)
            try:
                yield Taken(name, take(decoders, file))
            except PictureError as error:
                yield Refused(name, str(error))
            except NoDecoder as error:
                raise Unavailable(str(error)) from None
