"""digest subscribe, unsubscribe, readers, preview, send, list."""

import os
import tempfile
import webbrowser
from pathlib import Path

import click

from casebook import digests, readers, week
from casebook.errors import Unavailable
from casebook.periods import LASTS
from casebook.vocabulary import DigestKind
from casebook.week import Week
from cli.context import Session, command
from cli.output import as_json as print_json
from cli.output import table
from reporters.digest import Writer
from scheduler import digests as sender
from scheduler.clock import now
from scheduler.mail import way_out

LANGUAGE = click.Choice(readers.LANGUAGES)


def join(pehra: click.Group) -> None:
    """Add these commands."""
    group = click.Group("digest", help="What staff hear of their cases by mail: each only of their own.")
    command(group, "subscribe")(subscribe)
    command(group, "unsubscribe")(unsubscribe)
    command(group, "readers")(list_readers)
    command(group, "preview")(preview)
    command(group, "send")(send)
    command(group, "list")(list_sent)
    pehra.add_command(group)


@click.argument("address")
@click.option("--for", "name", help="Whose address it is. Default: yours.")
@click.option("--language", type=LANGUAGE, default=readers.LANGUAGES[0], show_default=True)
@click.option("--weekly/--no-weekly", default=True, show_default=True)
@click.option("--daily/--no-daily", default=False, show_default=True, help="Also each day on which there is something.")
@click.option("--urgent/--no-urgent", default=True, show_default=True, help="Also at once, of urgent cases.")
def subscribe(
    session: Session,
    address: str,
    name: str | None,
    language: str,
    weekly: bool,
    daily: bool,
    urgent: bool,
    as_json: bool,
) -> None:
    """Send digests to an address from now on, or change which."""
    who = readers.subscribe(
        session.book,
        address,
        actor=session.actor,
        at=now(),
        language=language,
        weekly=weekly,
        daily=daily,
        urgent=urgent,
        name=name,
    )
    if as_json:
        print_json({"officer": who, "language": language, "weekly": weekly, "daily": daily, "urgent": urgent})
        return
    click.echo(f"{who} gets digests from now on.")
    if way_out(session.home) is None:
        click.echo("No mail leaves this home yet: set mail.host or mail.folder in config.yaml.")


@click.option("--for", "name", help="Who gets none any more. Default: you.")
def unsubscribe(session: Session, name: str | None, as_json: bool) -> None:
    """Send no digests any more, and forget the address."""
    who = readers.unsubscribe(session.book, actor=session.actor, at=now(), name=name)
    print_json({"officer": who}) if as_json else click.echo(f"{who} gets no digests any more.")


def list_readers(session: Session, as_json: bool) -> None:
    """List who gets digests."""
    found = readers.everybody(session.book, actor=session.actor, at=now())
    if as_json:
        print_json(found)
        return
    rows = [(one.officer, one.language, one.weekly, one.daily, one.urgent, one.since) for one in found]
    table(("officer", "language", "weekly", "daily", "urgent", "since"), rows)


@click.option("--kind", type=click.Choice([kind.value for kind in LASTS]), default="weekly", show_default=True)
@click.option("--language", type=LANGUAGE, help="Default: the language you get digests in.")
@click.option("--text", "as_text", is_flag=True, help="Print the plain text instead of opening a browser.")
@click.option("--to", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write the page here instead.")
def preview(session: Session, kind: str, language: str | None, as_text: bool, file: Path | None, as_json: bool) -> None:
    """Show the digest that you would get now."""
    which = DigestKind(kind)
    told = _mine(session, which)
    if as_json:
        print_json(told)
        return
    writer = Writer(language or readers.language_of(session.book, session.actor), session.home.settings.digest.timezone)
    if as_text:
        click.echo(writer.text(told, which), nl=False)
        return
    shown = _written(writer.html(told, which), file)
    if file is None and not webbrowser.open(shown.resolve().as_uri()):
        click.echo("No browser opened.")
    click.echo(f"The page lies in {shown}; delete it when you have read it.")


def _mine(session: Session, kind: DigestKind) -> Week:
    at, actor = now(), session.actor
    return week.of_officer(session.book, actor.officer or 0, at - LASTS[kind], at, actor=actor, at=at)


def _written(html: str, file: Path | None) -> Path:
    try:
        if file is None:
            handle, name = tempfile.mkstemp(prefix="pehra-digest-", suffix=".html")
            file = Path(name)
        else:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(html)
    except OSError as error:
        raise Unavailable(f"the page cannot be written: {error.strerror}") from None
    return file


def send(session: Session, as_json: bool) -> None:
    """Send every digest that is owed now, without waiting for the monitor. None is sent twice."""
    session.actor  # noqa: B018  # somebody of this home asks
    if way_out(session.home) is None:
        raise Unavailable("no mail leaves this home yet: set mail.host or mail.folder in config.yaml")
    done = sender.send_owed(session.home, session.book)
    if as_json:
        print_json(done)
    else:
        click.echo(f"Sent {done.sent}; put off {done.put_off}; refused {done.refused}; unsure {done.unsure}.")


def list_sent(session: Session, as_json: bool) -> None:
    """List digests and what became of each; `unsure` may have arrived, and is not sent again by itself."""
    found = digests.history(session.book, actor=session.actor, at=now())
    if as_json:
        print_json(found)
        return
    rows = [(one.digest, one.officer, one.kind, one.label, one.fate, one.tries, one.sent_at) for one in found]
    table(("digest", "officer", "kind", "of", "fate", "tries", "sent"), rows)
