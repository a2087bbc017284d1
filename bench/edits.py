"""The 31 edits that re-uploads go through, made with Pillow; each gives the bytes of a file."""

import math
from collections.abc import Callable
from functools import partial
from io import BytesIO

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

WHITE, BLACK = (255, 255, 255), (0, 0, 0)
Edit = Callable[[Image.Image, list[Image.Image]], bytes]
Change = Callable[[Image.Image], Image.Image]


def saved(picture: Image.Image, quality: int = 85, kind: str = "JPEG") -> bytes:
    file = BytesIO()
    picture.convert("RGB").save(file, kind, quality=quality)
    return file.getvalue()


def turned(picture: Image.Image, how: Image.Transpose) -> Image.Image:
    return picture.transpose(how)


def cropped(picture: Image.Image, area: float, at: tuple[float, float] = (0.5, 0.5)) -> Image.Image:
    """Keep that share of the area; `at` says where, from 0 (left, top) to 1."""
    side = math.sqrt(area)
    width, height = round(picture.width * side), round(picture.height * side)
    left, top = round((picture.width - width) * at[0]), round((picture.height - height) * at[1])
    return picture.crop((left, top, left + width, top + height))


def letterboxed(picture: Image.Image, share: float = 0.2) -> Image.Image:
    bar = round(picture.height * share / 2)
    return ImageOps.expand(picture, (0, bar), BLACK)


def bordered(picture: Image.Image, share: float = 0.1) -> Image.Image:
    return ImageOps.expand(picture, round(max(picture.size) * share), WHITE)


def font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def screenshot(picture: Image.Image) -> Image.Image:
    """A phone's screen: status bar, a header with a name, the picture over the whole width, comments below."""
    screen = Image.new("RGB", (1080, 2340), WHITE)
    draw = ImageDraw.Draw(screen)
    draw.text((60, 25), "21:47", BLACK, font(42))
    draw.rectangle((940, 35, 1010, 65), fill=BLACK)
    draw.ellipse((40, 150, 140, 250), fill=(150, 160, 200))
    draw.text((170, 160), "someone.somewhere", BLACK, font(44))
    draw.text((170, 210), "2 hours ago", (120, 120, 120), font(34))
    shown = picture.resize((1080, round(picture.height * 1080 / picture.width)), Image.Resampling.LANCZOS)
    if shown.height > 1600:
        shown = ImageOps.fit(shown, (1080, 1600))
    screen.paste(shown, (0, 300))
    top = 300 + shown.height + 40
    draw.text((60, top), "1,204 likes   87 comments", BLACK, font(40))
    for line in range(top + 90, 2240, 130):
        draw.ellipse((50, line, 120, line + 70), fill=(200, 170, 150))
        draw.text((150, line), "another.name", BLACK, font(36))
        draw.text((150, line + 45), "what a day, and so many kites over the roofs", (60, 60, 60), font(34))
    return screen


def captioned(picture: Image.Image) -> Image.Image:
    made = picture.copy()
    size = picture.height / 9
    place = (picture.width / 2, picture.height * 0.85)
    ImageDraw.Draw(made).text(
        place,
        "LOOK WHO IT IS",
        WHITE,
        font(size),
        anchor="mm",
        stroke_width=max(1, round(size / 12)),
        stroke_fill=BLACK,
    )
    return made


def memed(picture: Image.Image) -> Image.Image:
    bar = round(picture.height * 0.22)
    made = ImageOps.expand(picture, (0, bar, 0, 0), WHITE)
    draw = ImageDraw.Draw(made)
    for line, words in enumerate(("when the power comes back", "in the middle of the film")):
        draw.text((picture.width / 2, bar * (0.3 + 0.42 * line)), words, BLACK, font(bar / 3), anchor="mm")
    return made


def watermarked(picture: Image.Image) -> Image.Image:
    layer = Image.new("RGBA", picture.size, (255, 255, 255, 0))
    draw = ImageDraw.Draw(layer)
    step = picture.width / 5
    for row in range(8):
        for column in range(-1, 6):
            place = ((column + row % 2 / 2) * step, row * picture.height / 8)
            draw.text(place, "sample.example", (255, 255, 255, 110), font(picture.height / 20))
    return Image.alpha_composite(picture.convert("RGBA"), layer.rotate(20)).convert("RGB")


def stickered(picture: Image.Image, area: float = 0.15) -> Image.Image:
    made = picture.copy()
    radius = math.sqrt(area * picture.width * picture.height / math.pi)
    x, y = picture.width * 0.6, picture.height * 0.45
    draw = ImageDraw.Draw(made)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(255, 205, 40))
    for side in (-0.35, 0.35):
        eye = (x + side * radius, y - 0.25 * radius)
        draw.ellipse((*(at - radius * 0.12 for at in eye), *(at + radius * 0.12 for at in eye)), fill=BLACK)
    draw.arc(
        (x - radius * 0.5, y - radius * 0.3, x + radius * 0.5, y + radius * 0.6), 20, 160, BLACK, round(radius / 9)
    )
    return made


def gamma(picture: Image.Image, power: float = 2.0) -> Image.Image:
    return picture.point([round(255 * (value / 255) ** power) for value in range(256)] * 3)


def sepia(picture: Image.Image) -> Image.Image:
    return ImageOps.colorize(picture.convert("L"), (30, 15, 0), (255, 240, 200))


def fitted(picture: Image.Image) -> Image.Image:
    return ImageOps.fit(picture, (480, 320), Image.Resampling.LANCZOS)


def collage(picture: Image.Image, others: list[Image.Image]) -> bytes:
    """The picture at the lower left of four, each shown whole."""
    made = Image.new("RGB", (960, 640))
    for at, one in zip(((0, 320), (0, 0), (480, 0), (480, 320)), (picture, *others), strict=False):
        made.paste(one.resize((480, 320), Image.Resampling.LANCZOS), at)
    return saved(made)


def side_by_side(picture: Image.Image, others: list[Image.Image]) -> bytes:
    """The picture at the right of another, both at one height."""
    scaled = [
        one.resize((round(one.width * 480 / one.height), 480), Image.Resampling.LANCZOS) for one in (others[0], picture)
    ]
    made = Image.new("RGB", (sum(one.width for one in scaled), 480))
    made.paste(scaled[0], (0, 0))
    made.paste(scaled[1], (scaled[0].width, 0))
    return saved(made)


def picture_in_picture(picture: Image.Image, others: list[Image.Image]) -> bytes:
    """The picture at 40 % of another's width, near its lower right corner."""
    made = others[0].resize((960, round(others[0].height * 960 / others[0].width)), Image.Resampling.LANCZOS)
    width = round(made.width * 0.4)
    small = picture.resize((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS)
    made.paste(small, (made.width - width - 40, max(0, made.height - small.height - 40)))
    return saved(made)


def in_perspective(picture: Image.Image, share: float = 0.06) -> Image.Image:
    """As photographed from a screen that is not quite opposite."""
    width, height = picture.size
    dx, dy = width * share, height * share
    corners = (dx, dy, -dx / 2, height + dy / 2, width - dx, height - dy, width + dx / 2, -dy / 2)
    return picture.transform(picture.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC)


def tilted(picture: Image.Image, degrees: float = 5) -> Image.Image:
    return picture.rotate(degrees, Image.Resampling.BICUBIC, expand=False)


def mirrored_and_captioned(picture: Image.Image) -> Image.Image:
    return captioned(ImageOps.mirror(picture))


def alone(change: Change, **how: object) -> Edit:
    """Make an edit of what needs no other picture."""

    def edit(picture: Image.Image, _others: list[Image.Image]) -> bytes:
        return saved(change(picture), **how)  # type: ignore[arg-type]

    return edit


def same(picture: Image.Image) -> Image.Image:
    return picture


EDITS: dict[str, Edit] = {
    "JPEG 30": alone(same, quality=30),
    "resize to 25 %": alone(lambda one: one.resize((one.width // 4, one.height // 4), Image.Resampling.LANCZOS)),
    "WebP 50": alone(same, quality=50, kind="WEBP"),
    "turn by 90": alone(partial(turned, how=Image.Transpose.ROTATE_270)),
    "turn by 180": alone(partial(turned, how=Image.Transpose.ROTATE_180)),
    "turn by 270": alone(partial(turned, how=Image.Transpose.ROTATE_90)),
    "mirror": alone(ImageOps.mirror),
    "centre crop to 80 %": alone(partial(cropped, area=0.8)),
    "centre crop to 60 %": alone(partial(cropped, area=0.6)),
    "centre crop to 40 %": alone(partial(cropped, area=0.4)),
    "off-centre crop to 70 %": alone(partial(cropped, area=0.7, at=(0.9, 0.2))),
    "letterbox 20 %": alone(letterboxed),
    "border 10 %": alone(bordered),
    "phone screenshot": alone(screenshot),
    "caption over": alone(captioned),
    "meme bar above": alone(memed),
    "tiled watermark": alone(watermarked),
    "sticker over 15 %": alone(stickered),
    "blur": alone(lambda one: one.filter(ImageFilter.GaussianBlur(max(one.size) / 200))),
    "brighter 1.4": alone(lambda one: ImageEnhance.Brightness(one).enhance(1.4)),
    "darker 0.6, contrast 1.4": alone(
        lambda one: ImageEnhance.Contrast(ImageEnhance.Brightness(one).enhance(0.6)).enhance(1.4)
    ),
    "gamma 2": alone(gamma),
    "grey": alone(ImageOps.grayscale),
    "sepia": alone(sepia),
    "2x2 collage": collage,
    "side by side": side_by_side,
    "picture-in-picture at 40 %": picture_in_picture,
    "perspective 6 %": alone(in_perspective),
    "turn by 5 degrees": alone(tilted),
    "mirror + caption + JPEG 40": alone(mirrored_and_captioned, quality=40),
    "the last + crop to 80 %": alone(lambda one: cropped(mirrored_and_captioned(one), 0.8), quality=40),
}
