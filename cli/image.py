"""image add, list, remove, off, on, import, export; video add."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

import click

from casebook import images
from casebook.errors import Refused as Refusal
from casebook.images import NewImage
from casebook.vocabulary import MediaKind, Origin
from cli import hashing
from cli.context import Session, command
from cli.hashing import Refused, Take, Taken
from cli.output import as_json as print_json
from cli.output import table
from cli.words import said_if_any
from scheduler.clock import now

if TYPE_CHECKING:
    from matchers.prints import Film, Print

FORMATS = ("csv", "threatexchange", "stopncii")
PATHS = click.argument("file", type=click.Path(path_type=Path), nargs=-1)
RADIUS = click.option("--radius", type=click.IntRange(0, images.WIDEST), help="Bits by which a copy may differ.")
LABEL = click.option(
    "--label", metavar="TEXT|-", help="What staff call it, sealed to the case. Default: the file's name."
)


def join(pehra: click.Group) -> None:
    """Add these commands."""
    group = click.Group("image", help="Pictures that a case looks for: fingerprints, never the pictures.")
    command(group, "add")(add)
    command(group, "list")(list_images)
    command(group, "remove")(remove)
    command(group, "off")(off)
    command(group, "on")(on)
    command(group, "import")(import_list)
    command(group, "export")(export)
    pehra.add_command(group)
    video = click.Group("video", help="Films that a case looks for.")
    command(video, "add")(add_film)
    pehra.add_command(video)


class Kept(NamedTuple):
    """One thing to look for: what is kept of it, what it was called, and its print for a look at what was seen."""

    new: NewImage
    file: str
    print: "Print | Film"


@dataclass(frozen=True)
class Answer:
    """What adding did; each picture by its number and the file or hash it came from."""

    added: list[dict[str, object]]
    already: list[dict[str, object]]
    refused: list[Refused]
    new_sightings: int


@click.argument("case")
@PATHS
@click.option("--hash", "hashes", multiple=True, metavar="HEX", help="A PDQ hash made elsewhere (pehra hash).")
@LABEL
@RADIUS
def add(
    session: Session,
    case: str,
    file: tuple[Path, ...],
    hashes: tuple[str, ...],
    label: str | None,
    radius: int | None,
    as_json: bool,
) -> None:
    """Look for pictures: each is hashed where it lies, never copied and never sent."""
    if not file and not hashes:
        raise Refusal("name picture files, or give --hash HEX")
    deep = images.may_add(session.book, case, actor=session.actor, at=now())
    words = said_if_any(label, "what staff call it")
    found, refused = _files(file, hashing.pictures(deep), MediaKind.PICTURE, words, quiet=as_json)
    for one in hashes:
        kept = _of_hash(one, Origin.HASH, words)
        found += [kept] if isinstance(kept, Kept) else []
        refused += [kept] if isinstance(kept, Refused) else []
    _add(session, case, found, refused, radius, as_json=as_json)


@click.argument("case")
@click.argument("file", type=click.Path(path_type=Path), nargs=-1, required=True)
@LABEL
@RADIUS
def add_film(
    session: Session, case: str, file: tuple[Path, ...], label: str | None, radius: int | None, as_json: bool
) -> None:
    """Look for films, and for stills and clips of them: each is hashed where it lies."""
    deep = images.may_add(session.book, case, actor=session.actor, at=now())
    words = said_if_any(label, "what staff call it")
    found, refused = _files(file, hashing.films(deep), MediaKind.FILM, words, quiet=as_json)
    _add(session, case, found, refused, radius, as_json=as_json)


def _files(
    files: Sequence[Path], take: Take, kind: MediaKind, label: str | None, *, quiet: bool
) -> tuple[list[Kept], list[Refused]]:
    found: list[Kept] = []
    refused: list[Refused] = []
    for one in hashing.taken(files, take, quiet=quiet):
        if isinstance(one, Refused):
            refused.append(one)
        else:
            found += _kept(one, kind, label)
    return found, refused


def _kept(taken: Taken, kind: MediaKind, label: str | None) -> list[Kept]:
    from matchers.prints import to_bytes

    name = label or Path(taken.file).name
    found = []
    for number, one in enumerate(taken.prints, 1):
        called = f"{name} ({number} of {len(taken.prints)})" if len(taken.prints) > 1 else name
        plain = one.without_features()
        features = None if plain == one else to_bytes(one)
        found.append(Kept(NewImage(to_bytes(plain), features, kind, Origin.FILE, called), taken.file, one))
    return found


def _of_hash(text: str, origin: Origin, label: str | None) -> Kept | Refused:
    from matchers.errors import BadHash
    from matchers.hashes import Fingerprint
    from matchers.prints import of_hash, to_bytes

    try:
        print_ = of_hash(Fingerprint.from_hex(text))
    except BadHash as error:
        return Refused(text[:80], str(error))
    return Kept(NewImage(to_bytes(print_), origin=origin, label=label), text, print_)


def _add(
    session: Session, case: str, found: list[Kept], refused: list[Refused], radius: int | None, *, as_json: bool
) -> None:
    """Write what was taken, hold it against what sweeps met before, and tell."""
    from scheduler.lookback import look_back

    sweeps, actor = session.home.settings.sweeps, session.actor
    radius = sweeps.radius if radius is None else radius
    done = images.add(session.book, case, [one.new for one in found], actor=actor, at=now(), radius=radius)
    named: list[dict[str, object]] = [
        {"image": number, "file": one.file} for number, one in zip(done.images, found, strict=True)
    ]
    fresh = {number: one.print for number, one in zip(done.images, found, strict=True)}
    seen = look_back(session.book, case, fresh, actor=actor, sweeps=sweeps, radius=radius) if fresh else None
    answer = Answer(
        added=[one for one in named if one["image"] not in done.already],
        already=[one for one in named if one["image"] in done.already],
        refused=refused,
        new_sightings=len(seen.new) if seen else 0,
    )
    print_json(answer) if as_json else _tell(case.strip().upper(), answer)
    if refused:
        sys.exit(1)


def _tell(ref: str, answer: Answer) -> None:
    click.echo(f"Added {len(answer.added)}, looked for already {len(answer.already)}, refused {len(answer.refused)}.")
    for bad in answer.refused:
        click.echo(f"{bad.file}: {bad.reason}", err=True)
    if answer.new_sightings:
        click.echo(f"{answer.new_sightings} copies in what was seen before: pehra sighting list --case {ref}")


@click.option("--case", help="Only this case's.")
def list_images(session: Session, case: str | None, as_json: bool) -> None:
    """List the pictures and films that are looked for."""
    found = images.list_of(session.book, actor=session.actor, at=now(), case=case)
    if as_json:
        print_json(found)
        return
    columns = ("image", "case", "kind", "from", "label", "features", "state", "sightings", "added")
    rows = [
        (one.image, one.case, one.kind, one.origin, one.label, "yes" if one.deep else None, one.state, one.sightings,
         one.added_at)
        for one in found
    ]  # fmt: skip
    table(columns, rows)


IMAGE = click.argument("image", type=int)


@IMAGE
def remove(session: Session, image: int, as_json: bool) -> None:
    """Forget a picture: its fingerprints, its label, and what it is suspected of; confirmed copies stay watched."""
    case = images.remove(session.book, image, actor=session.actor, at=now())
    print_json({"removed": image, "case": case}) if as_json else click.echo(f"Picture {image} of {case} is forgotten.")


@IMAGE
def off(session: Session, image: int, as_json: bool) -> None:
    """Let a picture rest: it matches nothing until it is on again."""
    _switch(session, image, on=False, as_json=as_json)


@IMAGE
def on(session: Session, image: int, as_json: bool) -> None:
    """Let a picture match again, also one that rests because it matched too much."""
    _switch(session, image, on=True, as_json=as_json)


def _switch(session: Session, image: int, *, on: bool, as_json: bool) -> None:
    view = images.switch(session.book, image, on=on, actor=session.actor, at=now())
    print_json(view) if as_json else click.echo(f"Picture {image} of {view.case} is {view.state}.")


@click.argument("case")
@click.argument("file", type=click.File("rb"))
@RADIUS
def import_list(session: Session, case: str, file: IO[bytes], radius: int | None, as_json: bool) -> None:
    """Look for the PDQ hashes of a list: CSV, or the JSON of StopNCII or ThreatExchange; - reads standard input."""
    from matchers.errors import BadList
    from matchers.lists import read_list

    images.may_add(session.book, case, actor=session.actor, at=now())
    try:
        listed = read_list(_text(file))
    except BadList as error:
        raise Refusal(str(error)) from None
    made = [_of_hash(one.fingerprint.hex, Origin.LIST, None) for one in listed.listed]
    _add(session, case, [one for one in made if isinstance(one, Kept)], [], radius, as_json=as_json)
    if listed.skipped and not as_json:
        click.echo(f"{listed.skipped} entries of other kinds, or withdrawn ones, were left out.")


def _text(file: IO[bytes]) -> str:
    return file.read().decode("utf-8-sig", "replace")


@click.argument("case")
@click.option("--format", "form", type=click.Choice(FORMATS), default="csv", show_default=True)
@click.option("--to", type=click.Path(path_type=Path), help="A file that is not there yet. Default: standard output.")
def export(session: Session, case: str, form: str, to: Path | None, as_json: bool) -> None:
    """Write the PDQ hashes of a case's pictures, without labels, for whoever she wants to look for them too."""
    from matchers.lists import Listed
    from matchers.prints import Print, from_bytes

    prints = [from_bytes(one) for one in images.export(session.book, case, actor=session.actor, at=now())]
    listed = [Listed(one.whole.upright) for one in prints if isinstance(one, Print)]
    text = _writers()[form](listed)
    if to is not None:
        _write_new(to, text)
        answer = {"written": to, "hashes": len(listed)}
        print_json(answer) if as_json else click.echo(f"{len(listed)} hashes in {to}.")
    elif as_json:
        print_json({"hashes": [one.fingerprint.hex for one in listed]})
    else:
        click.echo(text, nl=not text.endswith("\n"))


def _writers() -> dict[str, Callable[..., str]]:
    from matchers import lists

    return {"csv": lists.to_csv, "threatexchange": lists.to_threatexchange, "stopncii": lists.to_stopncii}


def _write_new(file: Path, text: str) -> None:
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise Refusal(f"{file} exists already: name another file") from None
    except OSError as error:
        raise Refusal(f"{file} cannot be written: {error.strerror}") from None
