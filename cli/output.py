"""How a command answers: one JSON document, or words and a table."""

import dataclasses
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

PIPED_WIDTH = 400


def plain(value: object) -> Any:  # noqa: ANN401
    """Turn what verbs give back into JSON: times as ISO 8601 UTC, enums as their words."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return plain({field.name: getattr(value, field.name) for field in dataclasses.fields(value)})
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Path) else value


def as_json(value: object) -> None:
    """Print one document."""
    click.echo(json.dumps(plain(value), ensure_ascii=False, indent=2))


def paragraphs(*texts: str) -> None:
    """Print sentences that wrap at words in a terminal; piped, each stays one line."""
    for text in texts:
        _console().print(text, soft_wrap=not sys.stdout.isatty())


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table that wraps instead of hiding, whole when it is piped."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*[_cell(value) for value in row])
    _console().print(made)


def _console() -> Console:
    console = Console(markup=False, highlight=False)
    return console if console.is_terminal else Console(markup=False, highlight=False, width=PIPED_WIDTH)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return str(plain(value))
