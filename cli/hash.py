"""hash: fingerprints of pictures, on the machine where they are; needs no home."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.progress import Progress

from casebook.errors import Unavailable
from cli.context import Session, command
from cli.output import as_json as print_json

if TYPE_CHECKING:
    from matchers.decoding import Decoders


def join(pehra: click.Group) -> None:
    """Add this command."""
    command(pehra, "hash")(hash_files)


@dataclass(frozen=True)
class Hashed:
    """A picture's PDQ, or that of one frame of an animated one."""

    file: str
    pdq: str
    quality: int
    frame: int


@dataclass(frozen=True)
class Refused:
    """A file without a hash, and why."""

    file: str
    reason: str


@click.argument("file", type=click.Path(path_type=Path), nargs=-1, required=True)
def hash_files(_session: Session, file: tuple[Path, ...], as_json: bool) -> None:
    """Print the PDQ hash of each picture; nothing is kept or sent, and the files are not changed."""
    from matchers.decoding import Decoders  # heavy, as is all that touches pictures
    from matchers.errors import NoDecoder, PictureError

    hashes: list[Hashed] = []
    refused: list[Refused] = []
    quiet = as_json or not sys.stderr.isatty()
    with Decoders() as decoders, Progress(transient=True, disable=quiet) as progress:
        for one in progress.track(file, description="hashing"):
            try:
                hashes += _hashed(decoders, one)
            except PictureError as error:
                refused.append(Refused(click.format_filename(one), str(error)))
            except NoDecoder as error:
                raise Unavailable(str(error)) from None
    if as_json:
        print_json({"hashes": hashes, "refused": refused})
    else:
        _tell(hashes, refused)
    if refused:
        sys.exit(1)


def _hashed(decoders: "Decoders", file: Path) -> list[Hashed]:
    """Hash a still, or each frame that differs from the one before it."""
    from matchers.hashes import distinct
    from matchers.pictures import read_file

    pictures = decoders.read(read_file(file, decoders.limits))
    return [
        Hashed(click.format_filename(file), one.upright.hex, one.quality, picture.frame)
        for picture, one in distinct(pictures, decoders.limits)
    ]


def _tell(hashes: list[Hashed], refused: list[Refused]) -> None:
    for one in hashes:
        click.echo(f"{one.pdq} {one.quality:3} {one.file}" + (f" (frame {one.frame})" if one.frame else ""))
    for bad in refused:
        click.echo(f"{bad.file}: {bad.reason}", err=True)
    if refused:
        named = {one.file for one in hashes} | {one.file for one in refused}
        click.echo(f"pehra: no hash for {len(refused)} of {len(named)} file(s)", err=True)
