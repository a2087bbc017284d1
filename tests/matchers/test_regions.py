"""A picture inside another: borders, screens and captions, collages; boxes worked out by hand."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, ImageDraw, ImageOps

from matchers import hashes
from matchers.pictures import Pixels, read
from matchers.regions import MOST, Because, Box, regions, trimmed
from tests.matchers.drawn import file_of, scene

SIZE = (480, 320)
SEEDS = range(1, 9)


def shown(picture: Image.Image, quality: int = 80) -> Pixels:
    """The picture as a query has it: JPEG noise and all, at the working size."""
    return read(file_of(picture.convert("RGB"), "JPEG", quality=quality))[0].pixels


def framed(colour: tuple[int, int, int], *widths: int) -> Callable[[Image.Image], Image.Image]:
    return lambda one: ImageOps.expand(one, widths if len(widths) > 1 else widths[0], colour)


def twice_framed(one: Image.Image) -> Image.Image:
    return ImageOps.expand(ImageOps.expand(one, (0, 40), (0, 0, 0)), 30, (255, 255, 255))


def on_a_phone(one: Image.Image, ground: tuple[int, int, int] = (255, 255, 255)) -> Image.Image:
    screen = Image.new("RGB", (1080, 2340), ground)
    ink = tuple(255 - value for value in ground)
    draw = ImageDraw.Draw(screen)
    for x, y, words in ((50, 30, "21:47"), (170, 180, "someone somewhere"), (60, 1150, "87 comments")):
        draw.text((x, y), words, ink, font_size=44)
    for line in range(1250, 2200, 110):
        draw.ellipse((50, line, 120, line + 70), fill=(190, 150, 120))
        draw.text((150, line + 10), "what a day, and so many kites", ink, font_size=38)
    screen.paste(one.resize((1080, 720)), (0, 320))
    return screen


def in_the_dark(one: Image.Image) -> Image.Image:
    return on_a_phone(one, (18, 18, 18))


def under_a_caption(one: Image.Image) -> Image.Image:
    made = ImageOps.expand(one, (0, 80, 0, 0), (255, 255, 255))
    ImageDraw.Draw(made).text((240, 40), "when the power comes back", (0, 0, 0), font_size=30, anchor="mm")
    return made


def collage(across: int, down: int, at: int, gap: int = 0) -> Callable[[Image.Image], Image.Image]:
    """A grid of scenes with the picture at this place."""

    def made(one: Image.Image) -> Image.Image:
        size = (across * 480 + (across - 1) * gap, down * 320 + (down - 1) * gap)
        whole = Image.new("RGB", size, (255, 255, 255))
        for place in range(across * down):
            part = one if place == at else scene(100 + place, SIZE)
            whole.paste(part, (place % across * (480 + gap), place // across * (320 + gap)))
        return whole

    return made


def beside_a_narrow_one(one: Image.Image) -> Image.Image:
    whole = Image.new("RGB", (240 + 480, 320))
    whole.paste(scene(100, (240, 320)), (0, 0))
    whole.paste(one, (240, 0))
    return whole


EDITS = {
    "black bars above and below": (framed((0, 0, 0), 0, 32), Because.BORDER),
    "grey bars at the sides": (framed((90, 90, 90), 70, 0), Because.BORDER),
    "a white border": (framed((255, 255, 255), 48), Because.BORDER),
    "a border in pink": (framed((230, 40, 160), 30, 60), Because.BORDER),
    "a border in a border": (twice_framed, Because.BORDER),
    "a phone's screenshot": (on_a_phone, Because.PAGE),
    "a dark screenshot": (in_the_dark, Because.PAGE),
    "a caption above": (under_a_caption, Because.PAGE),
    "first of four": (collage(2, 2, 0), Because.TILE),
    "last of four, with gaps": (collage(2, 2, 3, gap=12), Because.TILE),
    "left of two": (collage(2, 1, 0), Because.TILE),
    "right of two": (collage(2, 1, 1), Because.TILE),
    "upper of two": (collage(1, 2, 0), Because.TILE),
    "beside a narrow one": (beside_a_narrow_one, Because.TILE),
}  # fmt: skip


def nearest(picture: Image.Image, query: Pixels) -> tuple[int, Because]:
    known = hashes.pdq(shown(picture, 95))
    assert known is not None
    found = [
        (hashed.upright.distance(known.upright), one.because)
        for one in regions(query)
        if (hashed := hashes.pdq(one.box.of(query)))
    ]
    return min(found)


@pytest.mark.parametrize(("edit", "because"), [pytest.param(*both, id=name) for name, both in EDITS.items()])
def test_the_picture_inside_is_found(edit: Callable[[Image.Image], Image.Image], because: Because) -> None:
    found = [nearest(scene(seed, SIZE), shown(edit(scene(seed, SIZE)))) for seed in SEEDS]
    near = [reason for distance, reason in found if distance <= hashes.RADIUS]
    assert len(near) >= 7, found
    assert because in near


def test_a_border_is_cut_where_it_ends() -> None:
    light = np.asarray(ImageOps.expand(scene(3, (400, 300)).convert("L"), (50, 60), 200))
    box = trimmed(light, 10)[-1]
    assert all(0 <= one - exact <= 2 for one, exact in zip(box[:2], (50, 60), strict=True))
    assert all(-2 <= one - exact <= 0 for one, exact in zip(box[2:], (450, 360), strict=True))


def test_a_picture_without_a_border_stays_whole() -> None:
    light = np.asarray(scene(3).convert("L"))
    assert trimmed(light, 10) == []


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (12, 99, 200)])
def test_of_a_plain_picture_nothing_is_left_out(colour: tuple[int, int, int]) -> None:
    found = regions(shown(Image.new("RGB", (400, 300), colour)))
    assert found[0].box == Box(0, 0, 512, 384)


def test_the_whole_picture_comes_first() -> None:
    first = regions(shown(scene()))[0]
    assert (first.because, first.box) == (Because.WHOLE, Box(0, 0, 512, 384))


@settings(max_examples=60, deadline=None)
@given(
    arrays.arrays(
        np.uint8,
        st.tuples(st.integers(1, 90), st.integers(1, 90), st.just(3)),
        elements=st.sampled_from([0, 9, 128, 255]),
    ),
    st.integers(1, 5),
)
def test_regions_are_few_and_inside(small: Pixels, scale: int) -> None:
    pixels = np.kron(small, np.ones((scale, scale, 1), np.uint8))
    found = regions(pixels)
    assert 1 <= len(found) <= MOST
    for one in found:
        assert 0 <= one.box.left < one.box.right <= pixels.shape[1]
        assert 0 <= one.box.top < one.box.bottom <= pixels.shape[0]
        hashes.pdq(one.box.of(pixels))


def test_boxes() -> None:
    outer = Box(10, 20, 110, 220)
    assert (outer.width, outer.height, outer.area) == (100, 200, 20_000)
    assert Box(1, 2, 3, 4).inside(outer) == Box(11, 22, 13, 24)
    assert outer.is_about(Box(11, 20, 110, 220))
    assert not outer.is_about(Box(10, 20, 110, 120))
    assert not outer.is_about(Box(500, 500, 600, 700))
    assert Box(5, 5, 4, 9).area == 0


def test_decoding_a_region_copies_nothing() -> None:
    pixels = shown(scene())
    assert np.shares_memory(Box(0, 0, 10, 10).of(pixels), pixels)
