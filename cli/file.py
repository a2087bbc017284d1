"""file show, add: what stands in a case's file."""

from typing import Any

import click

from casebook import casefile
from casebook.care import SafeContact
from casebook.casefile import EntryView
from casebook.errors import Refused
from casebook.vocabulary import EntryKind
from cli.context import Session, command
from cli.output import as_json as print_json
from cli.output import table
from cli.words import WORDS, said
from scheduler.clock import now

ADDED_HERE = ("name", "contact", "safe-contact", "note", "watched-name", "image-label")
ON_TOP = (EntryKind.RISK, EntryKind.SAFE_CONTACT, EntryKind.NAME, EntryKind.CONTACT)


def join(pehra: click.Group) -> None:
    """Add these commands."""
    group = click.Group("file", help="The file of a case, sealed to who is assigned to it.")
    command(group, "show")(show)
    command(group, "add")(add)
    pehra.add_command(group)


@click.argument("case")
def show(session: Session, case: str, as_json: bool) -> None:
    """Show a case's file: how things stand on top, then every entry."""
    entries = casefile.read(session.book, case, actor=session.actor, at=now())
    standing = newest(entries)
    if as_json:
        print_json({"case": case.strip().upper(), "standing": standing, "entries": entries})
        return
    table(("what", "is"), [(kind, in_one_line(words)) for kind, words in standing.items()])
    click.echo()
    rows = [
        (in_one_line(one.words), one.kind, one.at, one.author, one.due_at, one.done_at, one.entry) for one in entries
    ]
    table(("words", "kind", "at", "by", "due", "done", "entry"), rows)


def newest(entries: list[EntryView]) -> dict[str, dict[str, Any] | None]:
    """Give the newest words of each kind that only the newest counts of; None where there are none."""
    found = {one.kind: one.words for one in entries}
    return {kind.value: found.get(kind) for kind in ON_TOP}


def in_one_line(words: dict[str, Any] | None) -> str | None:
    """Put an entry's fields into one line, its free words first."""
    if words is None:
        return None
    fields = [f"{name.replace('_', ' ')}: {value}" for name, value in words.items() if name != "words"]
    return "; ".join(([words["words"]] if words.get("words") else []) + fields) or None


@click.argument("case")
@click.argument("kind", type=click.Choice(ADDED_HERE))
@click.argument("text", required=False, metavar="[TEXT|-]")
@click.option("--channel", type=WORDS, help="safe-contact: how to reach them, such as a call to a friend's phone.")
@click.option("--hours", type=WORDS, help="safe-contact: when.")
@click.option("--never", type=WORDS, help="safe-contact: what must never be done, such as a number not to call.")
@click.option("--neutral-text", type=WORDS, help="safe-contact: all that a message may say.")
def add(session: Session, case: str, kind: str, text: str | None, as_json: bool, **rules: str | None) -> None:
    """Add an entry to a case's file.

    Text given as an argument, or to an option, stays in the shell's history: give - to read standard input, or
    nothing to be asked at a terminal.
    """
    words = _words(kind, text, rules)
    entry = casefile.add(session.book, case, EntryKind(kind), words, actor=session.actor, at=now())
    print_json({"case": case.strip().upper(), "entry": entry}) if as_json else click.echo(f"Noted as entry {entry}.")


def _words(kind: str, text: str | None, rules: dict[str, str | None]) -> dict[str, Any]:
    structured = any(rules.values())
    if structured and kind != EntryKind.SAFE_CONTACT:
        raise Refused("--channel, --hours, --never and --neutral-text belong to safe-contact")
    words = None if structured and text is None else said(text, kind)
    return {"words": words} if kind != EntryKind.SAFE_CONTACT else SafeContact(words=words, **rules).entry()
