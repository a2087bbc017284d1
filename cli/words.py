"""Free text from staff: an argument, standard input, or a prompt; what is private is best not an argument."""

import sys

import click

from casebook.errors import Refused


def said(text: str | None, about: str) -> str:
    """Give the text, or what standard input holds for `-`, or what the prompt is answered with.

    Raises:
        Refused: there is none, and nobody to ask.
    """
    if text is None and sys.stdin.isatty():
        text = click.prompt(about, err=True)
    if text == "-":
        text = sys.stdin.buffer.read().decode("utf-8", "replace")
    if text is None or not text.strip():
        raise Refused(f"say {about.lower()}: as an argument, or - to read it from standard input")
    return text.strip()
