"""consent give, revoke, list."""

import click

from casebook import consents
from casebook.vocabulary import Act
from cli.context import Session, command
from cli.output import as_json as print_json
from cli.output import table
from cli.words import said_if_any
from scheduler.clock import now


def join(pehra: click.Group) -> None:
    """Add these commands."""
    group = click.Group("consent", help="What a complainant agreed to, act by act, and took back.")
    command(group, "give")(give)
    command(group, "revoke")(revoke)
    command(group, "list")(list_consents)
    pehra.add_command(group)


CASE = click.argument("case")
ACT = click.argument("act", type=click.Choice([one.value for one in Act]))
WORDS = click.option(
    "--words",
    metavar="TEXT|-",
    help="How it was said; - reads it from standard input, an argument stays in the shell's history.",
)


@CASE
@ACT
@WORDS
def give(session: Session, case: str, act: str, words: str | None, as_json: bool) -> None:
    """Note that the complainant agrees to an act."""
    _change(session, case, act, words, given=True, as_json=as_json)


@CASE
@ACT
@WORDS
def revoke(session: Session, case: str, act: str, words: str | None, as_json: bool) -> None:
    """Note that the complainant takes a consent back: what rests on it stops at once."""
    _change(session, case, act, words, given=False, as_json=as_json)


def _change(session: Session, case: str, act: str, words: str | None, *, given: bool, as_json: bool) -> None:
    said = said_if_any(words, "how it was said")
    consents.change(session.book, case, Act(act), given=given, actor=session.actor, at=now(), words=said)
    answer = {"case": case.strip().upper(), "act": act, "given": given}
    print_json(answer) if as_json else click.echo(f"{answer['case']}: {act} is {'agreed to' if given else 'revoked'}.")


@CASE
def list_consents(session: Session, case: str, as_json: bool) -> None:
    """Show where each act stands, then every line of the ledger."""
    ledger = consents.ledger(session.book, case, actor=session.actor, at=now())
    acts = consents.standing(ledger)
    if as_json:
        print_json({"case": case.strip().upper(), "acts": acts, "ledger": ledger})
        return
    table(("act", "stands", "since"), [(one.act, one.stands, one.since) for one in acts])
    click.echo()
    rows = [(one.at, one.act, "given" if one.given else "revoked", one.author, one.words) for one in ledger]
    table(("at", "act", "was", "by", "words"), rows)
