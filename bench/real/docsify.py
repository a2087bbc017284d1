"""docsify, a single-page app: one page at 200 for everything, and scripts that fill it or say that there is nothing."""

import io
import json
import subprocess
import tarfile
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from frame import GONE_WORDS, KEPT, TEXT, CannotStart, Place

NAME = "docsify"
PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>Small handbook</title></head><body><div id="app"></div>
<script>window.$docsify = %s;</script><script src="/docsify.min.js"></script></body></html>"""
SETTINGS = {"CRAWLER__BROWSER_TIME_S": "20"}
NAMES = ("kept", "deleted", "moved", "replaced")


class Handler(SimpleHTTPRequestHandler):
    """One page for every address that is no file, as hosts of such apps are set up."""

    down = False

    def do_GET(self) -> None:
        if Handler.down:
            self.send_error(503)
            return
        if not (Path(self.directory) / self.path.partition("?")[0].strip("/")).is_file() and not self.path.endswith(
            ".md"
        ):
            self.path = "/index.html"
        super().do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def script() -> bytes:
    """docsify's one file, of its package.

    Raises:
        CannotStart: it cannot be had.
    """
    kept = KEPT / "docsify.min.js"
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                ["npm", "pack", "--silent", "docsify@4.13.1"], cwd=folder, capture_output=True, timeout=120, check=False
            )
            packed = next(Path(folder).glob("*.tgz"), None)
            if done.returncode or packed is None:
                raise CannotStart("npm did not give the package")
            with tarfile.open(fileobj=io.BytesIO(packed.read_bytes())) as archive:
                file = archive.extractfile("package/lib/docsify.min.js")
                kept.write_bytes(file.read() if file else b"")
    return kept.read_bytes()


def play(place: Place) -> None:
    site, see = place.folder / "site", place.judge.see
    site.mkdir()
    how = {"el": "#app", "routerMode": "history", "notFoundPage": True, "basePath": "/"}
    (site / "index.html").write_text(PAGE % json.dumps(how))
    (site / "docsify.min.js").write_bytes(script())
    (site / "_404.md").write_text("# Well\n\nThis leaf fell out of the handbook.\n")
    (site / "README.md").write_text("# Small handbook\n\n" + "".join(f"- [{name}](/{name})\n" for name in NAMES))
    for name in NAMES:
        (site / f"{name}.md").write_text(f"# On {name}\n\n" + f"{TEXT} {name}\n\n" * 6)
    (site / "talked.md").write_text(
        f"# On talk\n\n{TEXT}\n\n" + "".join(f"## {one}\n\n{one}\n\n" for one in GONE_WORDS)
    )
    server = ThreadingHTTPServer(("127.0.0.1", place.port), partial(Handler, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        place.judge.watch({name: f"{place.url}/{name}" for name in (*NAMES, "talked", "never")})
        see("published", talked="live", **dict.fromkeys(NAMES, "live"))
        see("was never there", never="unclear or removed")
        (site / "deleted.md").unlink()
        (site / "moved.md").rename(site / "elsewhere.md")
        (site / "replaced.md").write_text(
            "# The canal\n\n" + "Boats lie still under the bridge, and nobody walks.\n\n" * 9
        )
        see("still there", kept="live", talked="live")
        see("deleted", deleted="removed or unclear")
        see("moved, without a way there", moved="removed or unclear")
        see("another's text in its place", replaced="unclear")
        Handler.down = True
        see("whole site down", kept="unreachable", deleted="unreachable")
        Handler.down = False
        (site / "index.html").write_text(
            "<!doctype html><title>Small handbook</title><h1>Soon more</h1><p>We are painting the walls."
        )
        see("another page before everything, at 200", kept="unclear", talked="unclear")
        (site / "index.html").write_text(PAGE % json.dumps(how))
        (site / "deleted.md").write_text("# On deleted\n\n" + f"{TEXT} deleted\n\n" * 6)
        see("as before, and what was deleted is back", kept="live", deleted="live")
    finally:
        server.shutdown()
        server.server_close()
