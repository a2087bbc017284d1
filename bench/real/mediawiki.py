"""MediaWiki as Debian packs it."""

import os
import shutil
import signal
from pathlib import Path

from frame import GONE_WORDS, TEXT, Place, mariadb, run, serving_php

NAME = "MediaWiki"
PACKAGES = ["mediawiki", "mariadb-server", "php-cli", "php-mysql", "php-mbstring", "php-xml"]
SOURCE = Path("/usr/share/mediawiki")
HERE = [str(SOURCE), "mariadbd", "php"]
LONG = f"{TEXT}\n\n" * 8


def play(place: Place) -> None:
    site, see = place.folder / "site", place.judge.see
    shutil.copytree(SOURCE, site, ignore_dangling_symlinks=True)
    (site / "LocalSettings.php").unlink(missing_ok=True)
    step, settings = site / "maintenance", site / "LocalSettings.php"

    def say(line: str) -> None:
        settings.write_text(f"{settings.read_text()}\n{line}\n")

    with mariadb(place.folder / "database", "mediawiki") as (at, server):
        run(
            "php", str(step / "install.php"), "--dbtype=mysql", f"--dbserver=localhost:{at}", "--dbname=mediawiki",
            "--dbuser=site", "--dbpass=site", f"--server={place.url}", "--scriptpath=", "--pass=long-password-77",
            "Small wiki", "Editor", cwd=site,
        )  # fmt: skip
        say("$wgArticlePath = '/index.php?title=$1'; $wgMainCacheType = CACHE_NONE;")
        talk = "".join(f"\n== {words} ==\n{words}\n" for words in GONE_WORDS)
        pages = {name: LONG + name for name in ("Kept", "Deleted", "Moved", "Blanked", "Replaced")} | {
            "Talked": LONG + talk
        }
        for name, text in pages.items():
            run("php", str(step / "edit.php"), "--user=Editor", name, cwd=site, stdin=text)
        with serving_php(place, site):
            place.judge.watch({name.lower(): f"{place.url}/index.php?title={name}" for name in pages})
            see("published", **{name.lower(): "live" for name in pages})
            run("php", str(step / "deleteBatch.php"), "-u", "Editor", cwd=site, stdin="Deleted\n")
            run("php", str(step / "moveBatch.php"), "-u", "Editor", cwd=site, stdin="Moved|Moved elsewhere\n")
            other = "Boats lie still under the bridge, and nobody walks the path before noon. " * 9
            run("php", str(step / "edit.php"), "--user=Editor", "Blanked", cwd=site, stdin=" ")
            run("php", str(step / "edit.php"), "--user=Editor", "Replaced", cwd=site, stdin=other)
            see("still there", kept="live", talked="live")
            see("deleted", deleted="removed")
            see("moved, with a redirect", moved="live")
            see("emptied by an editor", blanked="unclear or removed")
            see("another's text under the same name", replaced="unclear")
            say("$wgReadOnly = 'The wiki is being moved.';")
            see("locked for maintenance", kept="live", deleted="removed")
            say("$wgGroupPermissions['*']['read'] = false;")
            see("whole wiki made private", kept="restricted or unclear", talked="restricted or unclear")
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(30)
            see("database gone", kept="unreachable or unclear")
