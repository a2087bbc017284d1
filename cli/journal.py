"""journal list, verify, anchor."""

import os
import sys
from pathlib import Path

import click

from casebook import anchors, journal
from casebook.anchors import Anchor
from casebook.errors import Refused, Unavailable
from cli.context import Session, command
from cli.output import as_json as print_json
from cli.output import table
from scheduler.clock import now


def join(pehra: click.Group) -> None:
    """Add these commands."""
    group = click.Group("journal", help="The append-only record of acts and looks.")
    command(group, "list")(list_entries)
    command(group, "verify")(verify)
    command(group, "anchor")(anchor)
    pehra.add_command(group)


@click.option("--case", help="Only what is about this case.")
@click.option("--last", type=click.IntRange(1), default=journal.LAST, show_default=True, help="So many.")
def list_entries(session: Session, case: str | None, last: int, as_json: bool) -> None:
    """List the newest entries: for an auditor all, for an officer their own acts and their cases."""
    found = journal.entries(session.book, actor=session.actor, at=now(), case=case, last=last)
    if as_json:
        print_json(found)
    else:
        table(
            ("entry", "at", "who", "did", "to"), [(one.seq, one.at, one.actor, one.act, one.subject) for one in found]
        )


@click.option(
    "--anchor", "files", type=click.Path(path_type=Path), multiple=True, help="An anchor made before; may be repeated."
)
def verify(session: Session, files: tuple[Path, ...], as_json: bool) -> None:
    """Prove the journal whole, and each anchor true; or name what is wrong."""
    found = anchors.prove(session.book, [_read(one) for one in files], actor=session.actor)
    held = [
        {"file": file, "holds": fault is None, "because": fault}
        for file, fault in zip(files, found.anchors, strict=True)
    ]
    if as_json:
        print_json({"whole": found.whole, **vars(found.chain), "anchors": held})
    else:
        _tell(found, files)
    if not found.whole:
        sys.exit(1)


def _read(file: Path) -> Anchor:
    try:
        return Anchor.of(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise Unavailable(f"{file} cannot be read: {error.strerror}") from None
    except (Refused, UnicodeDecodeError):
        raise Refused(f"{file} is no anchor of a journal, or a damaged one") from None


def _tell(found: anchors.Proved, files: tuple[Path, ...]) -> None:
    chain = found.chain
    if chain.first_bad is None:
        click.echo(f"The journal is whole: {chain.entries} entries.")
    else:
        click.echo(f"Entry {chain.first_bad} is bad: {chain.because}. The {chain.entries} before it hold.")
    for file, fault in zip(files, found.anchors, strict=True):
        click.echo(f"{file}: it holds." if fault is None else f"{file}: {fault}.")


@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
def anchor(session: Session, file: Path, as_json: bool) -> None:
    """Write the journal's signed head to FILE, or - for standard output, to be kept far from this machine."""
    to_stdout = str(file) == "-"
    if not to_stdout and file.exists():
        raise Refused(f"{file} exists already: name another file")
    made = anchors.make(session.book, actor=session.actor, at=now())
    if not to_stdout:
        _write(file, made.to_text())
    if to_stdout or as_json:
        click.echo(made.to_text(), nl=False)
    else:
        click.echo(f"{file}: {made.length} entries are anchored. The home's public key is {made.key}.")


def _write(file: Path, text: str) -> None:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(text)
    except OSError as error:
        raise Unavailable(f"{file} cannot be written: {error.strerror}") from None
