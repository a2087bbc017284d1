#!/bin/sh
# Finds a Chromium, or installs one. Never fails: Pehra works without, and `pehra doctor` says what is then not seen.
# Usage: browser.sh BIN, where BIN holds the environment's programs.
set -u
bin=${1:-.venv/bin}

installed() {
    for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable microsoft-edge; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    # Playwright's own download, from an earlier set-up.
    "$bin/python" - 2>/dev/null <<'PY'
import sys
from pathlib import Path
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    sys.exit(not Path(playwright.chromium.executable_path).exists())
PY
}

from_debian() {
    [ "$(id -u)" -eq 0 ] || return 1
    command -v apt-get >/dev/null 2>&1 || return 1
    echo "Installing Debian's chromium ..."
    export DEBIAN_FRONTEND=noninteractive
    {
        apt-get -qq update &&
            # The shell draws no window, and looks three times as fast; older Debians do not have it.
            { apt-get -qq install -y --no-install-recommends chromium-headless-shell ||
                apt-get -qq install -y --no-install-recommends chromium; }
    } >/dev/null 2>&1
}

from_playwright() {
    echo "Downloading Chromium through Playwright ..."
    "$bin/playwright" install chromium >/dev/null 2>&1
}

installed || { from_debian && installed; } || { from_playwright && installed; } ||
    echo "No Chromium could be found or installed: Pehra works, but pages that only scripts can show will stay unclear. To try again: sh setup/browser.sh"
exit 0
