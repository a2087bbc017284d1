"""check: look now."""

from collections import Counter

import click

from casebook import links
from casebook.errors import Refused
from casebook.vocabulary import LinkId
from cli.context import Session, command
from cli.output import as_json as print_json
from cli.output import table
from scheduler import jobs
from scheduler.clock import now


def join(pehra: click.Group) -> None:
    """Add this command."""
    command(pehra, "check")(check)


@click.argument("link", type=int, nargs=-1)
@click.option("--due", is_flag=True, help="Every link that is due.")
@click.option("--all", "everything", is_flag=True, help="Every link that is watched.")
def check(session: Session, link: tuple[int, ...], due: bool, everything: bool, as_json: bool) -> None:
    """Look now, at these links, at what is due, or at all."""
    if sum((bool(link), due, everything)) != 1:
        raise Refused("name links, or --due, or --all")
    book, actor = session.book, session.actor
    session.home.registry()
    wanted = [LinkId(one) for one in link] if link else None
    addresses = links.addresses_of(book, wanted, actor=actor, at=now(), due=due)
    jobs.look_now(book, session.home, addresses, actor=actor)
    seen = links.views(book, addresses, actor=actor, at=now())
    if link:
        seen = [one for one in seen if one.link in link]
    verdicts = Counter(str(one.verdict.value) for one in seen if one.verdict is not None)
    if as_json:
        print_json({"checked": len(seen), "verdicts": dict(verdicts), "links": seen})
        return
    click.echo(f"Looked at {len(seen)}.")
    table(
        ("link", "case", "saw", "state", "because", "address"),
        [(one.link, one.case, one.verdict, one.state, one.because, one.url) for one in seen],
    )
