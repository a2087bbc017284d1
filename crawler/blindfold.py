"""What a rendered page may fetch: text and scripts, never a picture, film, font, frame or guess at the next page.

Only for a picture of the page that goes into a sealed capture, its pictures are let through, into memory.
"""

import asyncio
from contextlib import suppress
from typing import Any

from playwright.async_api import BrowserContext, CDPSession, Error
from playwright.async_api import Page as Tab

PICTURES = ("png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "ico", "bmp")
ENDINGS = (
    *("mp4", "webm", "m4v", "mov", "m3u8", "ts", "mp3", "m4a", "ogg", "wav"),
    *("woff", "woff2", "ttf", "otf", "eot"),
)
UNSEEN = ("Media", "Font", "Ping", "Other")  # an icon is "Other"
SOMETIMES_SEEN = ("Document", "Fetch")


async def blindfold(context: BrowserContext, tab: Tab, *, lifted: bool = False) -> None:
    """Refuse pictures, films and fonts by what they are for, whatever their address looks like.

    Frames inside the page are refused too, and <object> and <embed> with them: nobody reads them, they may be films. So
    is what a page only wants fetched beforehand: <link rel=prefetch> shows here as a script's request. Speculation
    rules do not show at all: prerendering is switched off, and the guarding proxy refuses their plain requests.

    `lifted` lets pictures through, and nothing else more: for a picture of the page, where a case agreed to one.
    """
    endings = ENDINGS if lifted else (*PICTURES, *ENDINGS)
    kinds = (*UNSEEN, *SOMETIMES_SEEN) if lifted else ("Image", *UNSEEN, *SOMETIMES_SEEN)
    session = await context.new_cdp_session(tab)
    tree = await session.send("Page.getFrameTree")
    main = tree["frameTree"]["frame"]["id"]
    session.on("Fetch.requestPaused", lambda event: _decide(session, event, main))
    await session.send("Network.enable")
    await session.send("Network.setBlockedURLs", {"urls": [f"*.{e}{tail}" for e in endings for tail in ("", "?*")]})
    await session.send("Fetch.enable", {"patterns": [{"urlPattern": "*", "resourceType": kind} for kind in kinds]})
    with suppress(Error):  # younger than the rest
        await session.send("Page.setPrerenderingAllowed", {"isAllowed": False})


def _decide(session: CDPSession, event: dict[str, Any], main: str) -> None:
    which = {"requestId": event["requestId"]}
    if _is_wanted(event, main):
        _in_background(session.send("Fetch.continueRequest", which))
    else:
        _in_background(session.send("Fetch.failRequest", {**which, "errorReason": "BlockedByClient"}))


def _is_wanted(event: dict[str, Any], main: str) -> bool:
    if event["resourceType"] == "Document":
        return bool(event["frameId"] == main)
    headers = {name.lower(): value for name, value in event["request"]["headers"].items()}
    guessed = "prefetch" in headers.get("sec-purpose", headers.get("purpose", ""))
    return event["resourceType"] in ("Fetch", "XHR") and not guessed  # what scripts ask for comes as either


def close_soon(tab: Tab) -> None:
    """Close a tab that a page opened."""
    _in_background(tab.close())


_pending: set[asyncio.Task[None]] = set()


def _in_background(work: Any) -> None:  # noqa: ANN401  # any awaitable
    async def quietly() -> None:
        with suppress(Error):
            await work

    task = asyncio.ensure_future(quietly())
    _pending.add(task)
    task.add_done_callback(_pending.discard)
