"""Free words from a person: an argument, standard input, or a prompt."""

import sys

import click

from casebook.errors import Refused


class Words(click.ParamType[str]):
    """Words of an option; never empty, whatever bytes the terminal sent."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take them as valid UTF-8."""
        words = cleaned(value)
        if not words:
            self.fail("there are no words in it", param, ctx)
        return words


WORDS = Words()


def cleaned(text: str) -> str:
    """Replace what is no valid UTF-8, and drop blank space around."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").strip()


def given(text: str | None) -> str | None:
    """Take words that may be left out; `-` reads standard input.

    Raises:
        Refused: standard input held none.
    """
    return None if text is None else _from(text)


def asked(text: str | None, prompt: str) -> str:
    """Take words, or ask for them at a terminal.

    Raises:
        Refused: there are none, and nobody to ask.
    """
    if text is not None:
        return _from(text)
    if not sys.stdin.isatty():
        raise Refused("say it: give the text, or - to read it from standard input")
    return _from(click.prompt(prompt, err=True))


def _from(text: str) -> str:
    words = cleaned(sys.stdin.buffer.read().decode("utf-8", "replace") if text == "-" else text)
    if not words:
        raise Refused("there are no words in it")
    return words
