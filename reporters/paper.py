"""A page of ours printed as PDF by the Chromium that is there; it opens one local file and nothing else."""

import os
import subprocess
import tempfile
from pathlib import Path

from casebook.errors import Unavailable

PRINTED_WITHIN_S = 60
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
    "--disable-extensions",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-pdf-header-footer",
)


def print_page(page: Path, pdf: Path, browser: Path) -> Path:
    """Print a page.

    Raises:
        Unavailable: Chromium gave no PDF within a minute.
    """
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [str(browser), *FLAGS, *root, f"--user-data-dir={profile}", f"--print-to-pdf={pdf.resolve()}"]
        try:
            subprocess.run(
                [*command, page.resolve().as_uri()], check=True, timeout=PRINTED_WITHIN_S, capture_output=True
            )
        except (subprocess.SubprocessError, OSError):
            raise Unavailable("Chromium did not print the page; the page itself is written") from None
    if not pdf.exists():
        raise Unavailable("Chromium printed nothing; the page itself is written")
    return pdf
