"""WordPress as Debian packs it."""

import shutil
from pathlib import Path

from frame import GONE_WORDS, TEXT, Place, mariadb, php, serving_php

NAME = "WordPress"
PACKAGES = [
    "wordpress",
    "wordpress-theme-twentytwentythree",
    "wordpress-theme-twentytwentyone",
    "mariadb-server",
    "php-cli",
    "php-mysql",
    "php-mbstring",
    "php-xml",
]
SOURCE = Path("/usr/share/wordpress")
HERE = [str(SOURCE), "/usr/share/wordpress/wp-content/themes/twentytwentythree/style.css", "mariadbd", "php"]

CONFIG = """<?php
define('DB_NAME', 'wordpress'); define('DB_USER', 'site'); define('DB_PASSWORD', 'site');
define('DB_HOST', 'localhost:{socket}'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_HTTP_BLOCK_EXTERNAL', true); define('DISABLE_WP_CRON', true); define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_HOME', '{url}'); define('WP_SITEURL', '{url}');
$table_prefix = 'wp_';
if (!defined('ABSPATH')) {{ define('ABSPATH', __DIR__ . '/'); }}
require_once ABSPATH . 'wp-settings.php';
"""
INSTALL = """
define('WP_INSTALLING', true); require 'wp-load.php'; require 'wp-admin/includes/upgrade.php';
wp_install('A small paper', 'editor', 'editor@example.org', true, '', 'long-password');
$GLOBALS['wp_rewrite']->set_permalink_structure('/%postname%/'); $GLOBALS['wp_rewrite']->flush_rules(false);
"""
NAMES = ("kept", "talked", "trashed", "hidden", "locked", "moved", "guessed", "guessed-again", "replaced", "shut")
START = "require 'wp-load.php'; wp_set_current_user(1); $id = fn($name) => get_page_by_path($name, OBJECT, 'post')->ID;"
POSTS = f"""
require 'wp-load.php';
foreach ({list(NAMES)} as $n => $name) {{
  $id = wp_insert_post(['post_title' => "Tomatoes in pots, $name", 'post_name' => $name, 'post_status' => 'publish',
    'post_content' => str_repeat('<p>{TEXT} ' . $name . '</p>', 12), 'post_author' => 1]);
  if ($name === 'talked') {{ foreach ({list(GONE_WORDS)} as $words) {{
    wp_insert_comment(['comment_post_ID' => $id, 'comment_content' => $words, 'comment_author' => 'Reader',
      'comment_approved' => 1]); }} }}
}}
"""
CHANGE = f"""{START}
wp_trash_post($id('trashed')); wp_trash_post($id('guessed'));
wp_update_post(['ID' => $id('hidden'), 'post_status' => 'private']);
wp_update_post(['ID' => $id('locked'), 'post_password' => 'secret']);
wp_update_post(['ID' => $id('moved'), 'post_name' => 'moved-elsewhere']);
wp_update_post(['ID' => $id('replaced'), 'post_title' => 'The canal in winter',
  'post_content' => str_repeat('<p>Boats lie still under the bridge, and nobody walks the path before noon.</p>', 9)]);
wp_update_post(['ID' => $id('shut'), 'comment_status' => 'closed']);
"""
BACK = f"{START} wp_untrash_post(get_posts(['post_status' => 'trash', 'title' => 'Tomatoes in pots, trashed'])[0]->ID); $post = get_posts(['post_status' => 'draft', 'title' => 'Tomatoes in pots, trashed'])[0]; wp_update_post(['ID' => $post->ID, 'post_status' => 'publish', 'post_name' => 'trashed']);"


def play(place: Place) -> None:
    site, see = place.folder / "site", place.judge.see
    shutil.copytree(SOURCE, site, ignore_dangling_symlinks=True)
    with mariadb(place.folder / "database", "wordpress") as (at, _):
        (site / "wp-config.php").write_text(CONFIG.format(socket=at, url=place.url))
        for step in (INSTALL, POSTS):
            php(step, site)
        with serving_php(place, site):
            place.judge.watch({name.replace("-", "_"): f"{place.url}/{name}/" for name in NAMES})
            see("published", **{name.replace("-", "_"): "live" for name in NAMES})
            php(CHANGE, site)
            see("still there", kept="live", talked="live", shut="live")
            see("trashed", trashed="removed")
            see("trashed, and another's name begins alike", guessed="removed or unclear")
            see("made private: answers 404 like a trashed one", hidden="removed or restricted or unclear")
            see("asks for a password", locked="restricted or unclear")
            see("given another address, which it leads to", moved="live")
            see("another's content in its place", replaced="unclear or removed")
            (site / ".maintenance").write_text("<?php $upgrading = time();")
            see("whole site in maintenance", kept="unreachable", trashed="unreachable", moved="unreachable")
            (site / ".maintenance").unlink()
            php(BACK, site)
            see("after the maintenance", kept="live", moved="live")
            see("back from the trash", trashed="live")
