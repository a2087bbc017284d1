"""Passphrases and keys that come in from outside: a prompt, or a file that the environment names; never an argument."""

import os
import sys
from pathlib import Path

import click

from casebook.errors import Unavailable
from casebook.keys import SHORTEST_PASSPHRASE, Identity

OWN = "PEHRA_PASSPHRASE_FILE"
NEW = "PEHRA_NEW_PASSPHRASE_FILE"  # where one command needs both one's own and a new one


def own_passphrase(of: str) -> str:
    """Ask for the passphrase of somebody's key.

    Raises:
        Unavailable: there is nobody to ask and no file.
    """
    found = _from_file(OWN)
    if found is None and sys.stdin.isatty():
        found = click.prompt(f"Passphrase of {of}", hide_input=True, err=True)
    if found is None:
        raise Unavailable(f"{of} is locked: run `pehra unlock`, or name a file in {OWN}")
    return found


def new_passphrase(of: str) -> str | None:
    """Ask for a new passphrase; None where there is nobody to ask and no file."""
    found = _from_file(NEW) or _from_file(OWN)
    if found is None and sys.stdin.isatty():
        found = click.prompt(
            f"New passphrase for {of} (at least {SHORTEST_PASSPHRASE} characters)",
            hide_input=True,
            confirmation_prompt=True,
            value_proc=_long_enough,
            err=True,
        )
    return found


def _long_enough(text: str) -> str:
    """Ask again where it is too short."""
    if len(text) < SHORTEST_PASSPHRASE:
        raise click.UsageError(f"it has only {len(text)} characters")
    return text


def names_both() -> bool:
    """Whether the environment tells a new passphrase from one's own."""
    return NEW in os.environ


def has_file() -> bool:
    """Whether the environment names a passphrase's file."""
    return OWN in os.environ


def identity_in(file: Path) -> Identity:
    """Read a private key from a file.

    Raises:
        Unavailable: it cannot be read, or holds none.
    """
    try:
        return Identity.of(file.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError):
        raise Unavailable(f"{file} cannot be read as a key") from None


def write_identity(file: Path, identity: Identity, about: str) -> None:
    """Write a private key as the age program reads it, for its owner's eyes; an existing file is never overwritten.

    Raises:
        Unavailable: it is there already, or cannot be written.
    """
    try:
        identity.write(file, about)
    except FileExistsError:
        raise Unavailable(f"{file} exists already: name another place") from None
    except OSError as error:
        raise Unavailable(f"{file} cannot be written: {error.strerror}") from None


def _from_file(variable: str) -> str | None:
    name = os.environ.get(variable)
    if not name:
        return None
    try:
        with Path(name).open(encoding="utf-8") as lines:
            return lines.readline().rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise Unavailable(f"the file that {variable} names cannot be read") from None
