"""The command `pehra`."""

import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from casebook.errors import CasebookError, NotFound, Refused
from casebook.keys import leave_no_core
from cli.context import Session
from scheduler.logs import OURS

COULD_NOT, ASKED_WRONGLY = 1, 2
PATH = click.Path(path_type=Path)


# Which modules of this package make which commands. They are read only when one of these is asked for: to read them all
# takes longer than most commands do.
MADE_BY: dict[tuple[str, ...], tuple[str, ...]] = {
    ("home",): ("init", "doctor", "run", "status", "db"),
    ("officer",): ("officer", "assign", "unassign", "unlock", "lock", "notices"),
    ("key",): ("key",),
    ("request",): ("break-glass", "request", "retention"),
    ("case",): ("case",),
    ("file",): ("file",),
    ("consent",): ("consent",),
    ("referral",): ("referral",),
    ("followup",): ("followup",),
    ("link", "exposure"): ("link", "exposure", "workload"),
    ("report",): ("report",),
    ("inbox",): ("inbox",),
    ("evidence",): ("evidence",),
    ("check",): ("check",),
    ("image",): ("image", "video"),
    ("name",): ("name",),
    ("source",): ("source",),
    ("sweep",): ("sweep",),
    ("sighting",): ("sighting",),
    ("hash",): ("hash",),
    ("stats",): ("stats",),
    ("platform",): ("platform",),
    ("basis",): ("basis",),
    ("digest",): ("digest",),
    ("journal",): ("journal",),
}


class Commands(click.Group):
    """All commands; the modules that make them are read at need."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Read what makes this command."""
        for modules, names in MADE_BY.items():
            if cmd_name in names and cmd_name not in self.commands:
                self._join(modules)
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Read them all."""
        self.complete()
        return super().list_commands(ctx)

    def complete(self) -> "Commands":
        """Read every module, and give itself."""
        for modules, names in MADE_BY.items():
            if not set(names) <= set(self.commands):
                self._join(modules)
        return self

    def _join(self, modules: Sequence[str]) -> None:
        for name in modules:
            made: Any = import_module(f"cli.{name}")
            made.join(self)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--home", "folder", type=click.Path(path_type=Path), envvar="PEHRA_HOME", default="data", show_default=True
)
@click.option(
    "--config", type=click.Path(path_type=Path), envvar="PEHRA_CONFIG", help="Default: config.yaml, if there is one."
)
@click.option("--officer", envvar="PEHRA_OFFICER", help="Who acts. Default: the only officer there is.")
@click.version_option(package_name="pehra")
@click.pass_context
def pehra(context: click.Context, folder: Path, config: Path | None, officer: str | None) -> None:
    """Keep watch over what a helpline has reported: what is up, what is gone, what came back."""
    context.obj = Session(folder, config, officer)


def main() -> None:
    """Run, and turn every error into one sentence and the right exit code."""
    leave_no_core()
    try:
        pehra.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(COULD_NOT)
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except CasebookError as error:
        click.echo(f"pehra: {error}", err=True)
        sys.exit(ASKED_WRONGLY if isinstance(error, Refused | NotFound) else COULD_NOT)
    except BrokenPipeError:
        sys.exit(COULD_NOT)
    except OSError as error:
        click.echo(f"pehra: the system refused: {error.strerror}", err=True)
        sys.exit(COULD_NOT)
    except Exception as error:  # noqa: BLE001  # the edge of a command: an exception's text may hold an address
        click.echo(f"pehra: a fault of Pehra's own ({_where(error)}); please report it with this line", err=True)
        sys.exit(COULD_NOT)


def _where(error: Exception) -> str:
    """Name the exception and the last line of ours that it passed, without a word of its text."""
    ours = [one for one in traceback.extract_tb(error.__traceback__) if Path(one.filename).parent.name in OURS]
    place = (
        f" at {Path(ours[-1].filename).parent.name}/{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    )
    return f"{type(error).__name__}{place}"
