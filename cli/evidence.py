"""evidence: the group that its commands join."""

import click

from cli import evidence_capture


def join(pehra: click.Group) -> None:
    """Add these commands."""
    group = click.Group("evidence", help="Sealed captures and what was added by hand: proof that can be checked.")
    evidence_capture.join(group)
    pehra.add_command(group)
