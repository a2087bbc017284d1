"""Free text from staff: an argument, standard input, or a prompt; what is private is best not an argument."""

import sys

import click

from casebook.errors import Refused


class Words(click.ParamType[str]):
    """Words of an option; never empty, whatever bytes the terminal sent."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take them as valid UTF-8."""
        words = _cleaned(value)
        if not words:
            self.fail("there are no words in it", param, ctx)
        return words


WORDS = Words()


def said(text: str | None, about: str) -> str:
    """Give the text, or what standard input holds for `-`, or what the prompt is answered with.

    Raises:
        Refused: there is none, and nobody to ask.
    """
    if text is None and sys.stdin.isatty():
        text = click.prompt(about, err=True)
    if text == "-":
        text = sys.stdin.buffer.read().decode("utf-8", "replace")
    words = _cleaned(text or "")
    if not words:
        raise Refused(f"say {about.lower()}: as an argument, or - to read it from standard input")
    return words


def said_if_any(text: str | None, about: str) -> str | None:
    """Give words that may be left out; where they are, nobody is asked."""
    return None if text is None else said(text, about)


def _cleaned(text: str) -> str:
    """Replace what is no valid UTF-8, and drop blank space around."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").strip()
