"""name add, list, renew, remove: what is looked for in pages' text."""

import sys
from datetime import datetime, timedelta

import click

from casebook import names
from casebook.errors import Refused
from casebook.vocabulary import NameKind
from cli.context import Session, command
from cli.output import as_json as print_json
from cli.output import table
from cli.when import WHEN
from scheduler.clock import now

SHORT = 5  # letters: below it a name is met by chance


def join(pehra: click.Group) -> None:
    """Add these commands."""
    group = click.Group("name", help="Names, handles and labels that a case looks for, for a time.")
    command(group, "add")(add)
    command(group, "list")(list_names)
    command(group, "renew")(renew)
    command(group, "remove")(remove)
    pehra.add_command(group)


UNTIL = click.option("--until", type=WHEN, help="Looked for until then. Default: 90 days, as config.yaml says.")


@click.argument("case")
@click.option(
    "--kind",
    type=click.Choice([one.value for one in NameKind]),
    default="name",
    show_default=True,
    help="A sign, such as a city or a school, backs up a common name and alerts for nothing alone.",
)
@UNTIL
@click.option("--short", is_flag=True, help="A short one is meant, for which the prompt asks twice.")
def add(session: Session, case: str, kind: str, until: datetime | None, short: bool, as_json: bool) -> None:
    """Look for a name: asked for, or read from standard input, one a line; never an argument, which a history keeps."""
    at = now()
    until = until or at + timedelta(seconds=session.home.settings.sweeps.names_for_s)
    actor = session.actor
    from matchers.names import is_common  # rapidfuzz, and the weights of names

    added = [
        (names.add(session.book, case, words, NameKind(kind), actor=actor, at=at, until=until), words)
        for words in _said(short=short)
    ]
    numbers = [number for number, _ in added]
    common = [number for number, words in added if kind == NameKind.NAME and is_common(words)]
    if as_json:
        print_json({"case": case.strip().upper(), "names": numbers, "until": until, "needs_sign": common})
        return
    click.echo(f"Looked for until {until:%Y-%m-%d}: {', '.join(f'name {one}' for one in numbers)}.")
    for number in common:
        click.echo(
            f"Name {number} is short or common, so it alerts only near a second sign; add her city, school or handle: "
            f"pehra name add {case.strip().upper()} --kind sign"
        )


def _said(*, short: bool) -> list[str]:
    """Ask, or read standard input; a short name is said twice, for a slip would match all sorts of pages."""
    if sys.stdin.isatty():
        words: str = click.prompt("The name", err=True).strip()
        if _is_short(words) and not short and click.prompt("It is short; once more", err=True).strip() != words:
            raise Refused("the two differ: nothing was added")
        return [words]
    lines = sys.stdin.buffer.read().decode("utf-8", "replace").splitlines()
    given = [line.strip() for line in lines if line.strip()]
    if not given:
        raise Refused("give the name on standard input, one a line")
    if not short and any(_is_short(one) for one in given):
        raise Refused(f"a name of fewer than {SHORT} letters is met by chance: if it is meant, say --short")
    return given


def _is_short(words: str) -> bool:
    return sum(one.isalnum() for one in words) < SHORT


@click.option("--case", help="Only this case's.")
def list_names(session: Session, case: str | None, as_json: bool) -> None:
    """List what is looked for; on record."""
    found = names.list_of(session.book, actor=session.actor, at=now(), case=case)
    if as_json:
        print_json(found)
        return
    rows = [(one.name, one.case, one.kind, one.words, one.until, "over" if one.over else None) for one in found]
    table(("name", "case", "kind", "words", "until", ""), rows)


NAME = click.argument("name", type=int)


@NAME
@UNTIL
def renew(session: Session, name: int, until: datetime | None, as_json: bool) -> None:
    """Look for a name for longer, where the complainant still wants it."""
    at = now()
    until = until or at + timedelta(seconds=session.home.settings.sweeps.names_for_s)
    view = names.renew(session.book, name, actor=session.actor, at=at, until=until)
    answer = {"name": name, "case": view.case, "until": until}
    print_json(answer) if as_json else click.echo(f"Name {name} of {view.case} is looked for until {until:%Y-%m-%d}.")


@NAME
def remove(session: Session, name: int, as_json: bool) -> None:
    """Forget a name, and what is suspected for it."""
    case = names.remove(session.book, name, actor=session.actor, at=now())
    print_json({"removed": name, "case": case}) if as_json else click.echo(f"Name {name} of {case} is forgotten.")
