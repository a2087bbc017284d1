"""What the loopback web shows: ordinary pages in our own words, and a test card for a picture."""

import gzip
import json
import struct
import zlib
from collections.abc import Iterator
from functools import cache
from html import escape
from random import Random

SUBJECTS = ("Tomatoes in pots", "A kite from paper", "Mending a bicycle", "Bread without an oven", "Birds of the canal")
SENTENCES = (
    "Start early in the morning, before the day grows hot.",
    "A neighbour who has done this before is worth ten books.",
    "Measure twice, and write the numbers down.",
    "What is left over keeps for a week in a cool place.",
    "Most mistakes can be put right on the second try.",
)

BOMB_BYTES = 1_000_000_000
BLOCK = b" " * 1_000_000
BOMB_START = b"<!doctype html><title>Tomatoes in pots</title><p>"


SYLLABLES = ("ba", "ko", "ri", "mu", "ta", "ne", "lo", "si", "da", "ve", "pu", "ga")


def words(seed: int, count: int) -> str:
    """Make up words, the same ones for the same seed, so that no two articles say the same."""
    chance = Random(seed)
    return " ".join("".join(chance.choice(SYLLABLES) for _ in range(3)) for _ in range(count))


def page(title: str, body: str, *, head: str = "") -> bytes:
    """Build a whole document; the title is also its heading."""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>{head}</head>\n'
        f"<body><h1>{escape(title)}</h1>\n{body}\n</body></html>\n"
    ).encode()


def article(name: str, size: int = 3_000) -> bytes:
    """Build an ordinary article of about `size` bytes, the same one for the same name."""
    seed = zlib.crc32(name.encode())
    title = f"{SUBJECTS[seed % len(SUBJECTS)]}, part {seed % 997}"
    paragraphs: list[str] = []
    length = 0
    while length < size - 300:
        text = " ".join(SENTENCES[(seed + len(paragraphs) * step) % len(SENTENCES)] for step in range(1, 4))
        text += f" {words(seed + len(paragraphs), 12).capitalize()}."
        paragraphs.append(f"<p>{text}</p>")
        length += len(text) + 8
    head = f'<meta property="og:title" content="{escape(title)}"><meta property="og:type" content="article">'
    return page(title, "<article>" + "\n".join(paragraphs) + "</article>", head=head)


def notice() -> bytes:
    """Build a page that answers 200 and says that the content is gone."""
    return page("This content has been removed", "<p>It was taken down because it broke our rules.</p>")


def unknown_site(title: str, body: str) -> bytes:
    """Build a page of a gallery in a language that nobody speaks: one title for all, menus, what others look at."""
    menu = "".join(f'<a href="/every/{n}">{words(n, 1)}</a>' for n in range(9))
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(title)}</title></head><body>'
        f'<div class="top">{words(1, 4)} {menu}</div><div id="box">{body}</div><div class="low">{words(2, 30)}</div>'
        "</body></html>"
    ).encode()


def posted(path: str, comments: str) -> bytes:
    """Build a picture's page there, with a number of comments that grows."""
    seed = zlib.crc32(path.encode())
    said = "".join(f"<p>{words(n, 9)}</p>" for n in range(int(comments) % 40))
    body = (
        f'<h2>{words(seed, 3)}</h2><img src="/media/{seed}.jpg"><p>{words(seed + 1, 40)}</p>'
        f'<div class="comments"><b>{comments}</b>{said}</div>'
    )
    return unknown_site("Koriba", body)


def nothing_here(name: str) -> bytes:
    """Build what that site shows where nothing is, and says so in its own words."""
    return unknown_site("Koriba", f"<h2>{words(77, 3)}</h2><p>{words(78, 14)} {escape(name)}</p>")


def closed() -> bytes:
    """Build what it shows everywhere while it is being mended."""
    return unknown_site("Koriba", f"<h2>{words(87, 3)}</h2><p>{words(88, 14)}</p>")


def two_faced() -> bytes:
    """Build a notice of removal that a script turns into an article: what is told without scripts is not true."""
    title, text = "This content has been removed", "<p>It was taken down because it broke our rules.</p>"
    body = f'<div id="root"><h1>{title}</h1>{text}</div><script src="/article.js"></script>'
    return f'<!doctype html>\n<html lang="en"><head><title>{title}</title></head><body>{body}</body></html>'.encode()


def login() -> bytes:
    """Build a page with a form for a password."""
    form = (
        '<form method="post" action="/login"><label>Name <input name="name"></label>'
        '<label>Password <input type="password" name="password"></label><button>Log in</button></form>'
    )
    return page("Log in to continue", form)


def challenge() -> bytes:
    """Build a page like those that large providers put before a site, in our own words."""
    body = (
        '<p>We are making sure that you are a person. It takes a few seconds.</p><script src="/challenge.js"></script>'
    )
    return page("One moment, please", body, head='<meta name="robots" content="noindex">')


def shell(script: str) -> bytes:
    """Build a page that is empty until its script has run."""
    return (
        '<!doctype html>\n<html><head><meta charset="utf-8"><title></title></head>'
        f'<body><div id="root"></div><script src="{escape(script)}"></script></body></html>\n'
    ).encode()


def drawing(title: str, text: str, *, alike: bool = True) -> bytes:
    """Build the script that fills a shell; unless alike, each address has a text of its own."""
    own, more = "", '""'
    if not alike:
        own = (
            f"const said = {json.dumps(words(1, 200).split())};\nlet turn = 7;\n"
            "for (const sign of location.pathname) turn = (turn * 31 + sign.charCodeAt(0)) % 65521;\n"
            "const next = () => (turn = turn * 75 % 65537);\n"
        )
        more = 'said.map(() => said[next() % said.length]).join(" ")'
    return (
        f'{own}document.title = "{title}";\nconst root = document.getElementById("root");\n'
        f'root.innerHTML = "<h1>{title}</h1><article>" + "<p>{text}</p>".repeat(20) + {more} + "</article>";\n'
    ).encode()


def chunk(kind: bytes, data: bytes) -> bytes:
    """Build one chunk of a PNG: length, kind, data, checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def card(number: int = 0, width: int = 320, height: int = 240) -> bytes:
    """Draw a test card as a PNG: eight bars of colour over a grey ramp; the number shifts the bars."""
    bars = [bytes(255 * (colour >> bit & 1) for bit in (1, 2, 0)) for colour in range(7, -1, -1)]
    top = b"\0" + b"".join(bars[(x * 8 // width + number) % 8] for x in range(width))
    ramp = b"\0" + b"".join(bytes([x * 255 // (width - 1)]) * 3 for x in range(width))
    rows = top * (height * 3 // 4) + ramp * (height - height * 3 // 4)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def commented(png: bytes, length: int) -> bytes:
    """Put a comment of so many blanks into a PNG: the picture stays, the file grows."""
    end = len(png) - len(chunk(b"IEND", b""))
    return png[:end] + chunk(b"tEXt", b"Comment\0" + b" " * length) + png[end:]


def bomb() -> Iterator[bytes]:
    """Make gzip that unpacks to 1 GB of a page, piece by piece; neither end ever holds the whole.

    Every block ends in a full flush, so one block's bytes serve for all of them.
    """
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    yield b"\x1f\x8b\x08\0\0\0\0\0\x02\xff" + packer.compress(BOMB_START) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(BLOCK) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = zlib.crc32(BOMB_START)
    for _ in range(BOMB_BYTES // len(BLOCK)):
        checksum = zlib.crc32(BLOCK, checksum)
        yield block
    yield packer.flush() + struct.pack("<II", checksum, BOMB_BYTES + len(BOMB_START))


@cache
def bomb_in_a_bomb() -> bytes:
    """Pack the bomb once more: a few kB that unpack twice, to 1 GB."""
    return gzip.compress(b"".join(bomb()), mtime=0)
