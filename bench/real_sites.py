"""Verdicts on software that nobody here wrote: WordPress and MediaWiki as Debian packs them, judged through `pehra` alone.

    python bench/real_sites.py

copies both into a temporary folder, starts a MariaDB server and PHP's own web server on the loopback, publishes, trashes, hides
and moves posts, and asks `pehra check` after each turn. Prints what was expected and what was said. Ends with 0 where all was
as expected, 1 where not, 3 where the software cannot be had or started here. As root, missing packages are installed.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from tests.helpline import ONCE, Helpline  # noqa: E402

PACKAGES = ["wordpress", "mediawiki", "mariadb-server", "php-cli", "php-mysql", "php-mbstring", "php-xml"]
WORDPRESS, MEDIAWIKI = Path("/usr/share/wordpress"), Path("/usr/share/mediawiki")
READY_S, STEP_S, ALL_S = 60.0, 180.0, 900

ROUTER = """<?php
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path !== '/' && is_file(__DIR__ . $path)) { return false; }
$_SERVER['SCRIPT_NAME'] = '/index.php';
require __DIR__ . '/index.php';
"""
WP_CONFIG = """<?php
define('DB_NAME', 'wordpress'); define('DB_USER', 'site'); define('DB_PASSWORD', 'site');
define('DB_HOST', 'localhost:{socket}'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_HTTP_BLOCK_EXTERNAL', true); define('DISABLE_WP_CRON', true); define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_HOME', '{url}'); define('WP_SITEURL', '{url}');
$table_prefix = 'wp_';
if (!defined('ABSPATH')) {{ define('ABSPATH', __DIR__ . '/'); }}
require_once ABSPATH . 'wp-settings.php';
"""
WP_INSTALL = """
define('WP_INSTALLING', true); require 'wp-load.php'; require 'wp-admin/includes/upgrade.php';
wp_install('A small paper', 'editor', 'editor@example.org', true, '', 'long-password');
$GLOBALS['wp_rewrite']->set_permalink_structure('/%postname%/'); $GLOBALS['wp_rewrite']->flush_rules(false);
"""
WP_POSTS = """
require 'wp-load.php';
$text = str_repeat('<p>Start early in the morning, before the day grows hot. Measure twice.</p>', 12);
foreach (['kept', 'talked', 'trashed', 'hidden', 'locked', 'moved'] as $name) {
  $id = wp_insert_post(['post_title' => "Tomatoes in pots, $name", 'post_name' => $name, 'post_content' => $text,
    'post_status' => 'publish', 'post_author' => 1]);
  if ($name === 'talked') { foreach (['This post was removed.', 'Page not found?'] as $words) {
    wp_insert_comment(['comment_post_ID' => $id, 'comment_content' => $words, 'comment_author' => 'Reader',
      'comment_approved' => 1]); } }
}
"""
WP_CHANGE = """
require 'wp-load.php'; wp_set_current_user(1);
$id = fn($name) => get_page_by_path($name, OBJECT, 'post')->ID;
wp_trash_post($id('trashed'));
wp_update_post(['ID' => $id('hidden'), 'post_status' => 'private']);
wp_update_post(['ID' => $id('locked'), 'post_password' => 'secret']);
wp_update_post(['ID' => $id('moved'), 'post_name' => 'moved-elsewhere']);
"""
TEXT = "Start early in the morning, before the day grows hot. Measure twice, and write the numbers down.\n\n" * 12


class CannotStart(Exception):
    """What is missing here, in words."""


@dataclass(frozen=True)
class Case:
    """One page of one site, and the verdicts that a person would accept at each turn."""

    site: str
    page: str
    turn: str
    expected: tuple[str, ...]


CASES = [
    *(Case("WordPress", name, "published", ("live",)) for name in ("kept", "trashed", "hidden", "locked", "moved")),
    Case("WordPress", "talked", "published, comments say removed", ("live",)),
    Case("WordPress", "kept", "still there", ("live",)),
    Case("WordPress", "talked", "still there, comments say removed", ("live",)),
    Case("WordPress", "trashed", "trashed", ("removed",)),
    Case("WordPress", "hidden", "made private: answers 404 like a trashed one", ("removed", "restricted", "unclear")),
    Case("WordPress", "locked", "password-protected", ("restricted", "unclear")),
    Case("WordPress", "moved", "given another address: redirects there", ("live",)),
    *(Case("WordPress", name, "whole site in maintenance", ("unreachable",)) for name in ("kept", "trashed", "moved")),
    Case("WordPress", "kept", "after the maintenance", ("live",)),
    *(Case("MediaWiki", name, "published", ("live",)) for name in ("Kept", "Deleted", "Moved")),
    Case("MediaWiki", "Talked", "published, text says removed", ("live",)),
    Case("MediaWiki", "Kept", "still there", ("live",)),
    Case("MediaWiki", "Talked", "still there, text says removed", ("live",)),
    Case("MediaWiki", "Deleted", "deleted", ("removed",)),
    Case("MediaWiki", "Moved", "moved, with a redirect", ("live",)),
    *(Case("MediaWiki", name, "wiki made private", ("restricted", "unclear")) for name in ("Kept", "Talked")),
    Case("MediaWiki", "Kept", "database gone", ("unreachable", "unclear")),
]


def install() -> None:
    """Install what is missing.

    Raises:
        CannotStart: it cannot be had.
    """
    if WORDPRESS.exists() and MEDIAWIKI.exists() and shutil.which("mariadbd") and shutil.which("php"):
        return
    if os.geteuid() != 0:
        raise CannotStart(f"missing here, and only root can install them: {' '.join(PACKAGES)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for words in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", *PACKAGES]):
        done = subprocess.run(["apt-get", *words], env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CannotStart(f"apt-get {words[0]} failed: {done.stderr.strip().splitlines()[-1:]}")


def run(*words: str, cwd: Path, stdin: str = "") -> str:
    done = subprocess.run(words, cwd=cwd, input=stdin, capture_output=True, text=True, timeout=STEP_S, check=False)
    if done.returncode:
        raise CannotStart(f"{Path(words[0]).name} failed: {(done.stderr or done.stdout).strip()[-400:]}")
    return done.stdout


def until_ready(what: str, ready: object) -> None:
    deadline = time.monotonic() + READY_S
    while not ready():  # type: ignore[operator]
        if time.monotonic() > deadline:
            raise CannotStart(f"{what} did not start within {READY_S:.0f} s")
        time.sleep(0.2)


@contextmanager
def process(*words: str, cwd: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server in a group of its own; whatever it started ends with the block."""
    with (cwd / f"{Path(words[0]).name}.log").open("ab") as log:
        started = subprocess.Popen(
            words, cwd=cwd, env={**os.environ, **environment}, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield started
    finally:
        with suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGTERM)
        try:
            started.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()


@contextmanager
def database(folder: Path) -> Iterator[tuple[Path, subprocess.Popen[bytes]]]:
    """A MariaDB of our own, on a socket in the folder; gives the socket."""
    folder.mkdir()
    me = ["--user=root"] if os.geteuid() == 0 else []
    data, at = folder / "data", folder / "sock"
    run(
        "mariadb-install-db",
        "--no-defaults",
        f"--datadir={data}",
        *me,
        "--auth-root-authentication-method=normal",
        cwd=folder,
    )
    words = ("mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={at}", "--skip-networking", *me)
    with process(shutil.which("mariadbd") or "/usr/sbin/mariadbd", *words[1:], cwd=folder) as server:
        until_ready("MariaDB", at.exists)
        orders = "".join(
            f"CREATE DATABASE {name}; GRANT ALL ON {name}.* TO site@localhost IDENTIFIED BY 'site';"
            for name in ("wordpress", "mediawiki")
        )
        run("mariadb", "--no-defaults", f"--socket={at}", "-uroot", cwd=folder, stdin=orders)
        yield at, server


@contextmanager
def serving(folder: Path, port: int) -> Iterator[None]:
    (folder / "router.php").write_text(ROUTER)
    words = ("php", "-S", f"127.0.0.1:{port}", "-t", str(folder), str(folder / "router.php"))
    with process(*words, cwd=folder, PHP_CLI_SERVER_WORKERS="4"):
        until_ready("PHP's server", lambda: answers(port))
        yield


def answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def php(code: str, cwd: Path) -> None:
    file = cwd / "step.php"
    file.write_text(f"<?php $_SERVER['HTTP_HOST'] = 'localhost'; {code}")
    run("php", str(file), cwd=cwd)
    file.unlink()


class Judge:
    """A helpline of its own, which is asked through the command line alone."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._helpline = Helpline(folder, {**ONCE, "CRAWLER__ANSWER_TIME_S": "20", "CRAWLER__VISIT_TIME_S": "60"})
        self._helpline.ask("init", "--officer", "night shift")
        self._case = self._helpline.ask("case", "open")["case"]
        self._links: dict[tuple[str, str], int] = {}
        self.said: list[tuple[Case, str, str]] = []

    def watch(self, site: str, urls: dict[str, str]) -> None:
        for name, url in urls.items():
            self._links[site, name] = self._helpline.ask("link", "add", self._case, url)["added"][0]["link"]

    def look(self, site: str, *turns: str) -> None:
        for case in (case for case in CASES if case.site == site and case.turn in turns):
            link = self._helpline.ask("check", str(self._links[case.site, case.page]))["links"][0]
            self.said.append((case, link["verdict"], f"{link['because']} [{link['rule']}]"))


def turns(site: str) -> list[str]:
    return list(dict.fromkeys(case.turn for case in CASES if case.site == site))


def wordpress(folder: Path, at: Path, judge: Judge) -> None:
    site, port = folder / "wordpress", free_port()
    shutil.copytree(WORDPRESS, site, ignore_dangling_symlinks=True)
    url = f"http://127.0.0.1:{port}"
    (site / "wp-config.php").write_text(WP_CONFIG.format(socket=at, url=url))
    php(WP_INSTALL, site)
    php(WP_POSTS, site)
    every = turns("WordPress")
    with serving(site, port):
        names = ("kept", "talked", "trashed", "hidden", "locked", "moved")
        judge.watch("WordPress", {name: f"{url}/{name}/" for name in names})
        judge.look("WordPress", *every[:2])
        php(WP_CHANGE, site)
        judge.look("WordPress", *every[2:8])
        (site / ".maintenance").write_text("<?php $upgrading = time();")
        judge.look("WordPress", every[8])
        (site / ".maintenance").unlink()
        judge.look("WordPress", every[9])


def mediawiki(folder: Path, at: Path, server: subprocess.Popen[bytes], judge: Judge) -> None:
    site, port = folder / "mediawiki", free_port()
    shutil.copytree(MEDIAWIKI, site, ignore_dangling_symlinks=True)
    (site / "LocalSettings.php").unlink(missing_ok=True)
    url, step = f"http://127.0.0.1:{port}", site / "maintenance"
    run(
        "php", str(step / "install.php"), "--dbtype=mysql", f"--dbserver=localhost:{at}", "--dbname=mediawiki",
        "--dbuser=site", "--dbpass=site", f"--server={url}", "--scriptpath=", "--pass=long-password-77", "Small wiki", "Editor",
        cwd=site,
    )  # fmt: skip
    settings = site / "LocalSettings.php"
    settings.write_text(
        settings.read_text() + "\n$wgArticlePath = '/index.php?title=$1';\n$wgMainCacheType = CACHE_NONE;\n"
    )
    pages = {
        "Kept": TEXT,
        "Deleted": TEXT,
        "Moved": TEXT,
        "Talked": TEXT + "\n== Talk ==\nThis page has been removed. Not found.\n",
    }
    for name, text in pages.items():
        run("php", str(step / "edit.php"), "--user=Editor", name, cwd=site, stdin=text)
    every = turns("MediaWiki")
    with serving(site, port):
        judge.watch("MediaWiki", {name: f"{url}/index.php?title={name}" for name in pages})
        judge.look("MediaWiki", *every[:2])
        run("php", str(step / "deleteBatch.php"), "-u", "Editor", cwd=site, stdin="Deleted\n")
        run("php", str(step / "moveBatch.php"), "-u", "Editor", cwd=site, stdin="Moved|Moved elsewhere\n")
        judge.look("MediaWiki", *every[2:6])
        settings.write_text(settings.read_text() + "$wgGroupPermissions['*']['read'] = false;\n")
        judge.look("MediaWiki", every[6])
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)
        judge.look("MediaWiki", every[7])


def show(said: list[tuple[Case, str, str]]) -> bool:
    table = Table("", "site", "page", "turn", "expected", "said", "because", box=None, pad_edge=False)
    right = [verdict in case.expected for case, verdict, _ in said]
    for good, (case, verdict, because) in zip(right, said, strict=True):
        mark = "ok" if good else "WRONG"
        table.add_row(mark, case.site, case.page, case.turn, " or ".join(case.expected), verdict, because)
    Console(width=None if sys.stdout.isatty() else 220, markup=False).print(table)
    false = [case for case, verdict, _ in said if verdict in ("removed", "live") and verdict not in case.expected]
    print(f"\n{sum(right)} of {len(CASES)} as expected; false `removed` or `live`: {len(false)}.")
    return all(right) and len(said) == len(CASES)


def too_long(*_: object) -> None:
    raise CannotStart(f"it took longer than {ALL_S} s")


def main() -> int:
    signal.signal(signal.SIGALRM, too_long)
    signal.alarm(ALL_S)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sites-", ignore_cleanup_errors=True)))
        try:
            install()
            judge = Judge(folder / "helpline")
            at, server = stack.enter_context(database(folder / "database"))
            wordpress(folder, at, judge)
            mediawiki(folder, at, server, judge)
        except (CannotStart, OSError, subprocess.SubprocessError) as error:
            print(f"Cannot be measured here: {error}", file=sys.stderr)
            return 3
        return 0 if show(judge.said) else 1


if __name__ == "__main__":
    sys.exit(main())
