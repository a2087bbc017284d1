"""Which Chromium looks at pages, and with which flags."""

import os
import shutil
from pathlib import Path
from typing import Literal

SHELL = "chromium-headless-shell"  # without a window: a look costs it a third of the processor time
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-site-isolation-trials",  # frames of other sites stay in reach of the page's own request filter
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--dns-prefetch-disable",
    "--disk-cache-size=1",
    "--media-cache-size=1",
    "--blink-settings=imagesEnabled=false",
    "--js-flags=--max-old-space-size=512",  # a page that hoards ends itself, not the machine
)
# What a browser that is to take a picture of a page does without: pictures are off in the first, and in the second what
# the browser's processes share lies in a file, while a picture that was not sealed is to touch no disk.
BLIND = ("--blink-settings=imagesEnabled=false", "--disable-dev-shm-usage")


def find_browser(setting: Literal["auto", "off"] | str, *, window: bool = False) -> Path | None:
    """Find the Chromium to use: `auto` takes the system's, else Playwright's own; `off` none; else a path.

    One that a person is to see needs a `window`.
    """
    if setting == "off":
        return None
    if setting != "auto":
        return Path(setting) if os.access(setting, os.X_OK) and Path(setting).is_file() else None
    names = NAMES if window else (SHELL, *NAMES)
    found = next((path for name in names if (path := shutil.which(name))), None)
    return Path(found) if found else _playwrights_own(window=window)


def _playwrights_own(*, window: bool) -> Path | None:
    root = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    shapes = ("chromium_headless_shell-*/chrome-*linux*/*headless*shell", "chromium-*/chrome-linux*/chrome")
    return next((path for shape in shapes[window:] for path in sorted(root.glob(shape), reverse=True)), None)
