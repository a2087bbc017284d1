"""What every command shares: the home, the book, who acts, and the edge where errors become sentences."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import click

from casebook import notices, officers
from casebook.access import Actor
from casebook.officers import Claim
from casebook.store import Casebook
from cli import agent, passphrases
from scheduler.clock import now
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

    def close(self) -> None:
        """Let go of the casebook. A connection that stays open loses its locks to whoever reads the same file here."""
        if "book" in self.__dict__:
            self.book.engine.dispose()

    @cached_property
    def claim(self) -> Claim:
        """Who acts, as they say."""
        return officers.claim(self.book, self.officer)

    @cached_property
    def actor(self) -> Actor:
        """Who acts, proved; told of notices that wait for them."""
        waiting = notices.waiting(self.book, self.proved)
        if waiting:
            click.echo(f"{waiting} notice(s) for you; read them with: pehra notices", err=True)
        return self.proved

    @cached_property
    def proved(self) -> Actor:
        """Who acts, proved: by a key kept unlocked, else by the passphrase."""
        return self.unlocked or officers.prove(
            self.book,
            self.claim,
            passphrases.own_passphrase(self.claim.name) if self.claim.protected else None,
            at=now(),
        )

    @property
    def unlocked(self) -> Actor | None:
        """Who acts, where their key is kept unlocked."""
        kept = agent.kept(self.folder, self.claim.name) if self.claim.protected else None
        return None if kept is None else officers.with_identity(self.claim, kept, self.book)


def command(group: click.Group, name: str) -> Callable[[Callable[..., None]], click.Command]:
    """Make a command that is handed the session; every one takes --json."""

    def make(function: Callable[..., None]) -> click.Command:
        @click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
        @click.pass_obj
        @functools.wraps(function)
        def run(session: Session, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
            try:
                function(session, *args, **kwargs)
            finally:
                session.close()

        return group.command(name)(run)

    return make
