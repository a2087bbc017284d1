"""copyparty, a file host: files and folders, some of which only scripts fill."""

import shutil
from contextlib import ExitStack
from pathlib import Path

from frame import TEXT, Place, serving
from PIL import Image

NAME = "copyparty"
WHEELS = ["copyparty"]


def picture(file: Path, shade: int) -> None:
    """A test card: grey fields, of another size each time."""
    card = Image.new("L", (320 + shade, 240), shade)
    card.paste(255 - shade, (40, 40, 160 + shade // 2, 200))
    card.save(file)


def play(place: Place) -> None:
    shared, closed, see = place.folder / "shared", place.folder / "closed", place.judge.see
    album = shared / "album"
    album.mkdir(parents=True)
    closed.mkdir()
    for shade, name in enumerate(("kept", "deleted", "moved", "replaced", "hidden")):
        picture(album / f"{name}.png", 20 + 30 * shade)
    (shared / "note.html").write_text(f"<!doctype html><title>A note</title><h1>A note</h1>{f'<p>{TEXT}</p>' * 6}")
    (shared / "gone.html").write_text(
        f"<!doctype html><title>Another note</title><h1>Another</h1>{f'<p>{TEXT} More.</p>' * 6}"
    )
    words = (
        place.python,
        "-m",
        "copyparty",
        "-q",
        "-i",
        "127.0.0.1",
        "-p",
        str(place.port),
        "--no-crt",
        "-lo",
        "/dev/null",
    )
    open_to_all = (f"{shared}::r",)
    with ExitStack() as stack:
        stack.enter_context(serving(place, *words, "-v", *open_to_all, cwd=place.folder, HOME=str(place.folder)))
        names = ("kept", "deleted", "moved", "replaced", "hidden")
        place.judge.watch(
            {name: f"{place.url}/album/{name}.png" for name in names}
            | {"folder": f"{place.url}/album/", "note": f"{place.url}/note.html", "gone": f"{place.url}/gone.html"}
        )
        see("published", note="live", gone="live", **dict.fromkeys(names, "live"))
        see("a folder, which scripts fill", folder="live or unclear")
        (album / "deleted.png").unlink()
        (shared / "gone.html").unlink()
        (album / "moved.png").rename(shared / "moved.png")
        picture(album / "replaced.png", 240)
        shutil.move(album / "hidden.png", closed / "hidden.png")
        see("still there", kept="live", note="live")
        see("deleted", deleted="removed or unclear or blocked", gone="removed or unclear or blocked")
        see("moved, without a way there", moved="removed or unclear or blocked")
        see("another picture in its place", replaced="unclear")
        see("put where nobody may look", hidden="removed or unclear or blocked or restricted")
    with serving(
        place, *words, "-a", "anna:long-words", "-v", f"{shared}::r,anna", cwd=place.folder, HOME=str(place.folder)
    ):
        see("whole host for members only", kept="restricted or blocked or unclear", note="restricted or blocked or unclear",
            folder="restricted or blocked or unclear")  # fmt: skip
    see("host down", kept="unreachable")
