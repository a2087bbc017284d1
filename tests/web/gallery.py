"""A gallery on the loopback web: drawn pictures in pages of every make, a feed and a film, with edited copies among them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO

import av
import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from tests.matchers.drawn import scene
from tests.web.server import Visit

SMALL = (192, 144)
PER_PAGE = 20
OF_FEED = 12  # pictures

Edit = Callable[[Image.Image], Image.Image]


def bordered(picture: Image.Image) -> Image.Image:
    return ImageOps.expand(picture, picture.width // 8, "white")


def letterboxed(picture: Image.Image) -> Image.Image:
    ground = Image.new("RGB", (picture.width, picture.height * 7 // 5))
    ground.paste(picture, (0, picture.height // 5))
    return ground


def captioned(picture: Image.Image) -> Image.Image:
    ground = Image.new("RGB", (picture.width, picture.height * 5 // 4), "white")
    ImageDraw.Draw(ground).text((10, 10), "what a day by the canal", fill="black")
    ground.paste(picture, (0, picture.height // 4))
    return ground


def warm(picture: Image.Image) -> Image.Image:
    return Image.fromarray((np.asarray(picture) * [1.1, 1.0, 0.8]).clip(0, 255).astype(np.uint8))


EDITS: dict[str, Edit] = {
    "as it is": lambda picture: picture,
    "half the size": lambda picture: picture.resize((picture.width // 2, picture.height // 2)),
    "mirrored": ImageOps.mirror,
    "turned": lambda picture: picture.transpose(Image.Transpose.ROTATE_90),
    "upside down": lambda picture: picture.transpose(Image.Transpose.ROTATE_180),
    "grey": lambda picture: ImageOps.grayscale(picture).convert("RGB"),
    "brighter": lambda picture: ImageEnhance.Brightness(picture).enhance(1.3),
    "darker": lambda picture: ImageEnhance.Brightness(picture).enhance(0.7),
    "blurred": lambda picture: picture.filter(ImageFilter.GaussianBlur(1)),
    "warm": warm,
    "bordered": bordered,
    "letterboxed": letterboxed,
}
KINDS = ("JPEG", "PNG", "WEBP", "JPEG")


@dataclass
class Copy:
    """One edited copy: which picture it is of, how it was edited, and the path it is served at."""

    of: int
    edit: str
    path: str


@dataclass
class Gallery:
    """What lies at which path; `copies` of the pictures that are looked for, `late` of the one that is added afterwards."""

    answers: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    copies: list[Copy] = field(default_factory=list)
    late: list[Copy] = field(default_factory=list)
    pictures: int = 0

    async def __call__(self, visit: Visit) -> None:
        query = visit.request.query.get("page")
        path = visit.request.path + (f"?page={query}" if query else "")
        if path not in self.answers:
            await visit.answer(b"<h1>Not Found</h1>", status=404)
            return
        kind, body = self.answers[path]
        tag = f'"{len(body)}-{hash(body) & 0xFFFF:x}"'
        if visit.request.headers.get("if-none-match") == tag:
            await visit.head(304, [("ETag", tag)])
        else:
            await visit.answer(body, kind=kind, ETag=tag)


def encoded(picture: Image.Image, kind: str) -> bytes:
    file = BytesIO()
    picture.save(file, kind, quality=70)
    return file.getvalue()


def film(stills: Sequence[Image.Image], *, each_s: float = 1.0, rate: int = 5) -> bytes:
    """Make a film that shows each picture for some time."""
    file = BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=rate)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = 256, 192, "yuv420p", 2_000_000
        for still in stills:
            frame = av.VideoFrame.from_image(still.resize((256, 192)))
            for _ in range(round(each_s * rate)):
                container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return file.getvalue()


def build(sought: Sequence[Image.Image], late: Image.Image, *, others: int, copies_each: int = 3) -> Gallery:
    """Hang `others` pictures and the copies of what is sought; three of `late`; the last copy of each in the feed or film."""
    made = Gallery()
    edits = list(EDITS)
    wanted: list[tuple[int, str]] = [
        (of, edits[(of * copies_each + turn) % len(edits)]) for turn in range(copies_each) for of in range(len(sought))
    ]
    in_film, wanted = wanted[-1], wanted[:-1]
    hung: list[tuple[bytes, str, int | None, str]] = []
    for n in range(others):
        kind = KINDS[n % len(KINDS)]
        hung.append((encoded(scene(10_000 + n, SMALL), kind), kind, None, ""))
    placed = [(of, edit, sought[of]) for of, edit in wanted] + [
        (-1, edit, late) for edit in ("as it is", "mirrored", "grey")
    ]
    for n, (of, edit, picture) in enumerate(placed):
        kind = KINDS[n % len(KINDS)]
        hung.insert((n * 37 + 11) % len(hung), (encoded(EDITS[edit](picture.resize((320, 240))), kind), kind, of, edit))
    made.pictures = len(hung)
    paths = [_hang(made, n, *one) for n, one in enumerate(hung)]
    made.answers["/gallery/walk.mp4"] = (
        "video/mp4",
        film([scene(90_001, SMALL), sought[in_film[0]], scene(90_002, SMALL)], each_s=2),
    )
    made.copies.append(Copy(in_film[0], "a still of a film", "/gallery/walk.mp4"))
    _pages(made, paths[:-OF_FEED])
    _feed(made, paths[-OF_FEED:])
    made.answers["/robots.txt"] = "text/plain", b"User-agent: *\nDisallow: /gallery/members\n"
    return made


def _hang(made: Gallery, number: int, body: bytes, kind: str, of: int | None, edit: str) -> str:
    path = f"/gallery/media/{number * 7919 % 100_003}.{kind.lower().replace('jpeg', 'jpg')}"
    made.answers[path] = f"image/{kind.lower()}", body
    if of is not None:
        (made.late if of < 0 else made.copies).append(Copy(of, edit, path))
    return path


def _pages(made: Gallery, paths: Sequence[str]) -> None:
    lists = [paths[start : start + PER_PAGE] for start in range(0, len(paths), PER_PAGE)]
    for n, some in enumerate(lists, 1):
        shown = "".join(shape(path) for path, shape in zip(some, _shapes(), strict=False))
        nexts = (
            f'<a rel="next" href="/gallery/list?page={n + 1}">on</a>'
            if n % 3
            else f'<a href="?page={n + 1}">{n + 1}</a>'
        )
        more = (
            nexts
            if n < len(lists)
            else '<a href="/gallery/members/list">members</a><a href="https://elsewhere.example/">x</a>'
        )
        extra = '<video src="walk.mp4" poster=""></video>' if n == 2 else ""
        head = f'<meta property="og:image" content="{some[0]}">'
        page = f"<html><head><title>Kites, page {n}</title>{head}</head><body><h1>Kites</h1>{shown}{extra}<nav>{more}</nav></body></html>"
        made.answers["/gallery/list" + (f"?page={n}" if n > 1 else "")] = "text/html; charset=utf-8", page.encode()


def _shapes() -> Iterator[Callable[[str], str]]:
    while True:
        yield lambda path: f'<img src="{path}" alt="a kite">'
        yield lambda path: f'<img src="/gallery/dot.gif" data-src="{path}">'
        yield lambda path: f'<img srcset="/gallery/none.jpg 100w, {path} 1300w">'
        yield lambda path: f'<picture><source srcset="{path}"><img src="{path}"></picture>'
        yield lambda path: f'<a href="{path}">the file</a>'
        yield lambda path: f'<div style="background-image: url({path})"></div>'
        yield (
            lambda path: (
                f'<script type="application/ld+json">{{"@type": "ImageObject", "contentUrl": "{path}"}}</script>'
            )
        )


def _feed(made: Gallery, paths: Sequence[str]) -> None:
    entries = "".join(
        f"<item><title>Kite {n}</title><link>/gallery/entry{n}</link>"
        + (
            f'<enclosure url="{path}" type="image/jpeg" length="1"/>'
            if n % 2
            else f"<description>&lt;img src='{path}'&gt;</description>"
        )
        + "</item>"
        for n, path in enumerate(paths)
    )
    made.answers["/gallery/feed.xml"] = (
        "application/rss+xml",
        f"<?xml version='1.0'?><rss version='2.0'><channel>{entries}</channel></rss>".encode(),
    )
