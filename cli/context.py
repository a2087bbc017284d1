"""What every command shares: the home, the book, who acts, and the edge where errors become sentences."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import click

from casebook import officers
from casebook.access import Actor
from casebook.store import Casebook
from scheduler.home import Home


@dataclass
class Session:
    """One run of the command."""

    folder: Path
    config: Path | None
    officer: str | None

    @cached_property
    def home(self) -> Home:
        """The home, with its settings read."""
        return Home.find(self.folder, self.config)

    @cached_property
    def book(self) -> Casebook:
        """The casebook, opened at first use."""
        return self.home.book()

    @cached_property
    def actor(self) -> Actor:
        """Who acts."""
        return officers.find(self.book, self.officer)


def command(group: click.Group, name: str) -> Callable[[Callable[..., None]], click.Command]:
    """Make a command that is handed the session; every one takes --json."""

    def make(function: Callable[..., None]) -> click.Command:
        @click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
        @click.pass_obj
        @functools.wraps(function)
        def run(session: Session, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
            function(session, *args, **kwargs)

        return group.command(name)(run)

    return make
