"""The --open of a report: its form in a browser, typed in, and left to the person in front."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from casebook.errors import Refused, Unavailable
from cli.context import Session
from reporters.ready import Ready

if TYPE_CHECKING:
    from reporters.webform import Filled


def fill_form(session: Session, made: Ready) -> "Filled":
    """Open the form of a report that is filled in. Without a display nothing is seen, so the form is only tried.

    Raises:
        Refused: it is for no form; Unavailable: there is no browser.
    """
    from crawler.browser import find_browser  # Playwright: a fifth of a second that only this needs
    from reporters.webform import open_form

    if not made.to.startswith(("https://", "http://")):
        raise Refused(f"report {made.view.report} has no form to open: it is for a {made.content['kind']}")
    path = find_browser(session.home.settings.crawler.browser)
    if path is None:
        raise Unavailable("there is no browser here: open the form's address by hand, and paste each field")
    visible = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    done = open_form(
        made.to, made.fields, browser=Path(path), headless=not visible, linger=_until_closed if visible else _at_once
    )
    click.echo(
        f"Typed: {', '.join(done.filled) or 'nothing'}. By hand: {', '.join(done.by_hand) or 'nothing'}.", err=True
    )
    click.echo("Nothing was sent. When you have sent it: pehra report log REPORT --sent", err=True)
    return done


def _until_closed(page: Any) -> None:  # noqa: ANN401  # Playwright's page
    click.echo("Read it through and send it yourself; close the window when you are done.", err=True)
    page.wait_for_event("close", timeout=0)


def _at_once(_page: Any) -> None:  # noqa: ANN401
    click.echo("There is no display here, so nobody could see the form: it was tried and closed.", err=True)
