"""inbox check, list, show, accept, dismiss: answers that came by mail."""

import os
from datetime import datetime
from pathlib import Path

import click

from casebook import letters
from casebook.errors import Refused, Unavailable
from casebook.vocabulary import ReportEventKind
from cli.context import Session, command
from cli.desk import shown
from cli.output import as_json as print_json
from cli.output import table
from cli.report_log import REASONS
from cli.when import WHEN
from cli.words import WORDS
from reporters import settling
from reporters.inbox import DOUBTS
from scheduler import inbox as reader
from scheduler.clock import now

KINDS = ("acknowledged", "info-requested", "acted", "refused", "bounced")


def join(pehra: click.Group) -> None:
    """Add these commands."""
    group = click.Group("inbox", help="Answers that came by mail: found by machine, read and decided by a person.")
    command(group, "check")(check)
    command(group, "list")(list_letters)
    command(group, "show")(show)
    command(group, "accept")(accept)
    command(group, "dismiss")(dismiss)
    pehra.add_command(group)


def check(session: Session, as_json: bool) -> None:
    """Read the mailbox now; nothing in it is changed, and no mail is answered."""
    session.actor  # noqa: B018  # somebody of this home asks
    count = reader.check(session.home, session.book)
    print_json({"read": count}) if as_json else click.echo(
        f"Read {count} mail(s). What answers yours: pehra inbox list"
    )


@click.option("--case", help="Only this case's.")
@click.option("--all", "settled", is_flag=True, help="Those that are settled too.")
def list_letters(session: Session, case: str | None, settled: bool, as_json: bool) -> None:
    """List answers that wait for you: to which report, what each seems to say, and why it may be doubtful."""
    found = letters.list_letters(session.book, actor=session.actor, at=now(), case=case, settled=settled)
    if as_json:
        print_json(found)
        return
    rows = [
        (
            one.letter,
            one.case,
            one.report,
            one.arrived_at,
            one.proposes,
            "; ".join(DOUBTS.get(doubt, doubt) for doubt in one.doubts) or None,
            one.noted_as or ("dismissed" if one.settled_at else "waits"),
        )
        for one in found
    ]
    table(("letter", "case", "report", "came", "seems to say", "doubtful, for", ""), rows)


@click.argument("letter", type=int)
@click.option("--eml", type=click.Path(path_type=Path, dir_okay=False), help="Write the mail as it came, to open it.")
def show(session: Session, letter: int, eml: Path | None, as_json: bool) -> None:
    """Open an answer and read it; its attachments are not opened."""
    found = settling.read(session.book, letter, actor=session.actor, at=now())
    if eml is not None:
        _write(eml, found.opened.raw)
    mail = found.mail
    if as_json:
        read = {"from": mail.sender, "subject": mail.subject, "sent_at": mail.sent_at, "ticket": mail.ticket}
        print_json({**vars(found.opened.view), **read, "words": mail.words, "doubts": found.doubts})
        return
    click.echo(f"Letter {letter} to report {found.opened.view.report} of {found.opened.view.case}")
    click.echo(f"From {_plain(mail.sender)}, {mail.sent_at or 'without a date'}\nSubject: {_plain(mail.subject)}\n")
    click.echo(f"{_plain(mail.words)}\n")
    click.echo(
        f"Seems to say: {found.opened.view.proposes or 'nothing that is recognised'}; ticket: {mail.ticket or '-'}"
    )
    for why in found.why:
        click.echo(f"DOUBTFUL: {why}.")


def _plain(words: str) -> str:
    """Leave out what would move the terminal's cursor or colour its text."""
    return "".join(one for one in words if one in "\n\t" or (one.isprintable() or one in "\u200c\u200d"))


def _write(file: Path, raw: bytes) -> None:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Refused(f"{file.name} exists already: name another file") from None
    except OSError as error:
        raise Unavailable(f"the file cannot be written: {error.strerror}") from None
    with os.fdopen(handle, "wb") as out:
        out.write(raw)


@click.argument("letter", type=int)
@click.option("--as", "kind", type=click.Choice(KINDS), help="What it says, as you read it. Default: what is proposed.")
@click.option("--reason", type=click.Choice(REASONS), help="Why it was refused, or what more is asked for.")
@click.option("--ticket", type=WORDS, help="The number that it gives, where another was found.")
@click.option("--at", "when", type=WHEN, help="When it was said (UTC). Default: the mail's date.")
def accept(
    session: Session,
    letter: int,
    kind: str | None,
    reason: str | None,
    ticket: str | None,
    when: datetime | None,
    as_json: bool,
) -> None:
    """Note what an answer says of its report."""
    noted = settling.accept(
        session.book,
        letter,
        ReportEventKind(kind) if kind else None,
        reason=reason,
        ticket=ticket,
        when=when,
        actor=session.actor,
        at=now(),
    )
    view = noted.report
    if as_json:
        print_json(shown(view, None, None))
        return
    click.echo(f"Report {view.report} is {view.outcome or view.state}; ticket: {view.ticket or '-'}.")


@click.argument("letter", type=int)
def dismiss(session: Session, letter: int, as_json: bool) -> None:
    """Say that a mail is no answer; it stays in the mailbox, and nothing of it here."""
    view = letters.dismiss(session.book, letter, actor=session.actor, at=now())
    print_json(view) if as_json else click.echo(f"Letter {letter} is dismissed.")
