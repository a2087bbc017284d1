"""DokuWiki as Debian packs it: what is missing is answered 200, with the wiki's own words."""

import shutil
from pathlib import Path

from frame import GONE_WORDS, TEXT, Place, serving_php

NAME = "DokuWiki"
PACKAGES = ["dokuwiki", "php-cli", "php-mbstring", "php-xml"]
SOURCE, CONFIG = Path("/usr/share/dokuwiki"), Path("/etc/dokuwiki")
HERE = [str(SOURCE), str(CONFIG), "php"]
PRELOAD = "<?php foreach (['DOKU_CONF', 'DOKU_MAIN_CONF'] as $name) { if (!defined($name)) define($name, '{conf}/'); }"
LOCAL = "<?php $conf['title'] = 'Small wiki'; $conf['useacl'] = 1; $conf['superuser'] = '@admin'; $conf['savedir'] = '{data}'; $conf['license'] = '';"
FOLDERS = (
    "pages", "attic", "meta", "media", "media_attic", "media_meta", "cache", "index", "locks", "tmp", "log",
)  # fmt: skip
OPEN = "*  @ALL  1\n*  @user  8\n"
ROUTER = """<?php
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (is_file(__DIR__ . '/down')) { http_response_code(503); echo '<title>Small wiki</title>The wiki is being moved.'; return true; }
if ($path !== '/' && is_file(__DIR__ . $path)) { return false; }
$_SERVER['SCRIPT_NAME'] = '/doku.php';
require __DIR__ . '/doku.php';
"""
NAMES = ("kept", "deleted", "hidden", "moved", "replaced", "emptied")


def play(place: Place) -> None:
    site, data, see = place.folder / "site", place.folder / "data", place.judge.see
    conf = site / "conf"
    shutil.copytree(SOURCE, site, ignore_dangling_symlinks=True)
    shutil.copytree(CONFIG, conf, ignore_dangling_symlinks=True)
    for name in FOLDERS:
        (data / name).mkdir(parents=True)
    (site / "inc" / "preload.php").write_text(PRELOAD.replace("{conf}", str(conf)))
    for file, text in (
        ("local.php", LOCAL.replace("{data}", str(data))),
        ("acl.auth.php", OPEN),
        ("users.auth.php", ""),
    ):
        (conf / file).unlink(missing_ok=True)
        (conf / file).write_text(text)
    pages = data / "pages"
    for name in NAMES:
        (pages / f"{name}.txt").write_text(f"====== On {name} ======\n\n" + f"{TEXT} {name}\n\n" * 6)
    said = "\n".join(f"===== {words} =====\n\n{words}\n" for words in GONE_WORDS)
    (pages / "talked.txt").write_text(f"====== On talk ======\n\n{TEXT}\n\n{said}")
    with serving_php(place, site, ROUTER):
        place.judge.watch({name: f"{place.url}/doku.php?id={name}" for name in (*NAMES, "talked", "never")})
        see("published", talked="live", **dict.fromkeys(NAMES, "live"))
        see("was never there", never="unclear or removed")
        (pages / "deleted.txt").unlink()
        (pages / "emptied.txt").write_text("")
        (pages / "moved.txt").rename(pages / "elsewhere.txt")
        (pages / "replaced.txt").write_text(
            "====== The canal ======\n\n" + "Boats lie still under the bridge, and nobody walks. " * 9
        )
        (conf / "acl.auth.php").write_text(f"{OPEN}hidden  @ALL  0\n")
        see("still there", kept="live", talked="live")
        see("deleted", deleted="removed or unclear")
        see("emptied, which deletes it", emptied="removed or unclear")
        see("moved, without a way there", moved="removed or unclear")
        see("another's text in its place", replaced="unclear")
        see("for members only", hidden="restricted or blocked or unclear")
        (site / "down").touch()
        see("whole wiki down", kept="unreachable", deleted="unreachable")
        (site / "down").unlink()
        (conf / "acl.auth.php").write_text("*  @ALL  0\n")
        see(
            "whole wiki for members only",
            kept="restricted or blocked or unclear",
            talked="restricted or blocked or unclear",
        )
        (conf / "acl.auth.php").write_text(OPEN)
        (pages / "deleted.txt").write_text("====== On deleted ======\n\n" + f"{TEXT} deleted\n\n" * 6)
        see("open again, and what was deleted is back", kept="live", deleted="live", hidden="live")
