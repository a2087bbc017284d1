"""basis list, show."""

import click

from casebook.errors import NotFound
from cli.basis_page import basis_lines, markdown
from cli.context import Session, command
from cli.output import as_json as print_json
from cli.output import paragraphs, table
from reporters import bases


def join(pehra: click.Group) -> None:
    """Add these commands."""
    group = click.Group("basis", help="The laws and policies that reports rely on, and their clocks.")
    command(group, "list")(list_bases)
    command(group, "show")(show)
    pehra.add_command(group)


@click.option("--markdown", "as_markdown", is_flag=True, help="Print the page that docs/bases.md holds.")
def list_bases(session: Session, as_json: bool, as_markdown: bool) -> None:  # noqa: ARG001  # every command has one
    """List the laws and policies, what each can be used for, and whether it may be proposed first."""
    known = bases.known().values()
    if as_json:
        print_json([one.model_dump(mode="json", exclude_none=True) for one in known])
        return
    if as_markdown:
        click.echo(markdown(known), nl=False)
        return
    rows = [
        (
            one.id,
            one.name,
            one.lane,
            ", ".join(one.covers),
            "yes" if one.first else "never",
            one.consent,
            "yes" if one.verify else None,
        )
        for one in known
    ]
    table(("basis", "name", "lane", "for", "first", "own consent", "verify"), rows)


@click.argument("basis")
def show(session: Session, basis: str, as_json: bool) -> None:  # noqa: ARG001  # every command has one
    """Show one basis: who may file, what it needs and exposes, its clocks, and what to do when one is missed."""
    found = bases.known().get(basis)
    if found is None:
        raise NotFound("no basis of that id; try: pehra basis list")
    if as_json:
        print_json(found.model_dump(mode="json", exclude_none=True))
        return
    paragraphs(*basis_lines(found))
