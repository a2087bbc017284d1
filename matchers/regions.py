"""Where in a picture another picture may be: inside borders, in a phone's screenshot, as one of a collage.

What is found are guesses, each with its reason. A wrong one is hashed and matches nothing: it costs half a millisecond.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

MOST = 24  # regions of one picture

LEAST_SIDE = 40  # pixels, at the working size of 512
LEAST_SHARE = 0.04  # of the picture's area
SAME = 0.94  # of the larger area: two boxes that share more are one

# Of 255, around a border's lightness: the narrow one leaves its dark corners to a picture, the wide one bears noise.
BORDER_TOLERANCES = (10, 40)
BORDER_SHARE = 0.95  # of a line that has to be of the border
ROUNDS = 3  # borders within borders

PAGE_TOLERANCE = 8  # of 255 in lightness
PAGE_LEAST = 0.08  # of all pixels that have to be of one lightness to be a page
PAGE_LINE = 0.5  # of a line: text leaves more of the page to be seen than a picture does
PAGE_GAP = 0.02  # of the side: lines of a picture that look like the page

SEAM_STEP = 8  # of 255, across a seam
SEAM_MORE = 0.15  # how much more of a line steps at a seam than at the lines around it
SEAM_AROUND = 8  # pixels to either side
SEAM_EDGE = 0.18  # of the side, where no seam is looked for
NEAR_MIDDLE = 0.01  # of the side: a seam that close to the middle is there

Pixels = NDArray[np.uint8]
Light = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Kind = TypeVar("Kind", bound=np.generic)


class Because(StrEnum):
    """Why a region is looked at."""

    WHOLE = "the whole picture"
    BORDER = "inside a border"
    PAGE = "the picture on a page or screen"
    TILE = "a part of a collage"
    CROP = "without its edge"
    DETAIL = "where the details of the known picture are"


class Box(NamedTuple):
    """Pixels from `left` to before `right`, from `top` to before `bottom`."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.bottom - self.top

    @property
    def area(self) -> int:
        """Pixels in it; 0 where it is turned inside out."""
        return max(0, self.width) * max(0, self.height)

    def of(self, pixels: NDArray[Kind]) -> NDArray[Kind]:
        """Cut it out of a picture, without copying."""
        return pixels[self.top : self.bottom, self.left : self.right]

    def inside(self, other: "Box") -> "Box":
        """Give the same box in the picture that `other` was cut out of."""
        return Box(self.left + other.left, self.top + other.top, self.right + other.left, self.bottom + other.top)

    def is_about(self, other: "Box") -> bool:
        """Tell whether the two are one for a hash."""
        least = SAME * max(self.area, other.area)
        left, top = max(self.left, other.left), max(self.top, other.top)
        across, down = min(self.right, other.right) - left, min(self.bottom, other.bottom) - top
        return max(0, across) * max(0, down) >= least


@dataclass(frozen=True)
class Region:
    """A part of a picture that may be a picture itself."""

    box: Box
    because: Because


def regions(pixels: Pixels, *, collages: bool = True) -> list[Region]:
    """Find what may be pictures in a picture, the whole first, at most `MOST`.

    Args:
        pixels: uint8 of shape (height, width, 3), RGB, the longer side 512.
        collages: take it apart too, which is most of the work.
    """
    light = np.asarray(Image.fromarray(pixels).convert("L"))
    whole = _all_of(light)
    found: list[Region] = []
    for region in _guesses(light, collages=collages):
        known = any(region.box.is_about(one.box) for one in found)
        if not known and (region.box == whole or _is_enough(region.box, whole)):
            found.append(region)
        if len(found) == MOST:
            break
    return found


def _guesses(light: Light, *, collages: bool) -> Iterator[Region]:
    whole = _all_of(light)
    yield Region(whole, Because.WHOLE)
    borders = [_framed(light, whole, tolerance) for tolerance in BORDER_TOLERANCES]
    yield from (Region(box, Because.BORDER) for boxes in borders for box in boxes)
    inner = (borders[0] or [whole])[-1]
    pages = [on_a_page(inner.of(light), level).inside(inner) for level in _levels(inner.of(light))]
    framed = [box for page in pages for tolerance in BORDER_TOLERANCES for box in _framed(light, page, tolerance)]
    yield from (Region(box, Because.PAGE) for box in (*pages, *framed))
    for base in dict.fromkeys((whole, *[*framed, *pages, inner][:1])) if collages else ():
        if _is_enough(base, whole):
            yield from (Region(tile.inside(base), Because.TILE) for tile in tiles(base.of(light)))


def _framed(light: Light, box: Box, tolerance: int) -> list[Box]:
    """Take the borders off what is in a box."""
    return [one.inside(box) for one in trimmed(box.of(light), tolerance)] if box.area else []


def _all_of(light: Light) -> Box:
    return Box(0, 0, light.shape[1], light.shape[0])


def _is_enough(box: Box, whole: Box) -> bool:
    return min(box.width, box.height) >= LEAST_SIDE and box.area >= LEAST_SHARE * whole.area


def trimmed(light: Light, tolerance: int) -> list[Box]:
    """Give what is left without borders of any colour, step by step; nothing where there are none.

    The steps are kept, because a picture's own edge may be as plain as a border: one step ends where the picture does.
    """
    box, found = _all_of(light), list[Box]()
    for _ in range(ROUNDS):
        upright = _without_border(box.of(light), tolerance).inside(box)
        inner = _turned(_without_border(upright.of(light).T, tolerance)).inside(upright)
        found += [one for one in dict.fromkeys((upright, inner)) if one != box]
        if inner == box or min(inner.width, inner.height) < LEAST_SIDE:
            break
        box = inner
    return found


def _without_border(light: Light, tolerance: int) -> Box:
    """Cut what is plain above and below."""
    whole = _all_of(light)
    if not whole.area:
        return whole
    top, bottom = _plain_lines(light, tolerance), _plain_lines(light[::-1], tolerance)
    return whole if top + bottom >= whole.height else whole._replace(top=top, bottom=whole.height - bottom)


def _turned(box: Box) -> Box:
    return Box(box.top, box.left, box.bottom, box.right)


def _plain_lines(light: Light, tolerance: int) -> int:
    """Count the lines from the top that are as light as the first one, and the blurred one after them."""
    level = _middle(light[0])
    lines, some = 0, 1
    while lines < len(light):
        plain = _shares(light[lines : lines + some], level, tolerance) >= BORDER_SHARE
        if not plain.all():
            lines += int(plain.argmin())
            break
        lines, some = lines + len(plain), some * 4  # most pictures have no border at all
    return lines + 1 if lines > 1 else 0


def _middle(line: Light) -> int:
    return int(np.partition(line, line.size // 2)[line.size // 2])


def _shares(light: Light, level: int, tolerance: int) -> NDArray[np.float64]:
    """Say how much of each line is about that light."""
    shares: NDArray[np.float64] = _count(_near(light, level, tolerance), axis=1) / light.shape[1]
    return shares


def _count(mask: Mask, *, axis: int) -> NDArray[np.uint32]:
    """Count what is true; numpy's own way to count along an axis takes three times as long."""
    counts: NDArray[np.uint32] = mask.view(np.uint8).sum(axis=axis, dtype=np.uint32)
    return counts


def _near(light: Light, level: int, tolerance: int) -> Mask:
    low, high = max(0, level - tolerance), min(255, level + tolerance)
    near: Mask = light - np.uint8(low) <= np.uint8(high - low)  # what is darker wraps around and is far above
    return near


def on_a_page(light: Light, level: int) -> Box:
    """Give the largest part that is not a page: a screen or a caption is one colour all over, with words on it."""
    page = _near(light, level, PAGE_TOLERANCE)
    top, bottom = _longest(_count(page, axis=1) < PAGE_LINE * light.shape[1])
    left, right = _longest(_count(page[top:bottom], axis=0) < PAGE_LINE * (bottom - top))
    return Box(left, top, right, bottom)


def _levels(light: Light) -> list[int]:
    """Say how light a page may be: as most pixels, the first line or the last, where enough pixels are like them."""
    if not light.size:
        return []
    counts = np.array(Image.fromarray(light).histogram())
    levels = dict.fromkeys((int(counts.argmax()), _middle(light[0]), _middle(light[-1])))
    return [one for one in levels if counts[max(0, one - 2) : one + 3].sum() >= PAGE_LEAST * light.size]


def _longest(busy: Mask) -> tuple[int, int]:
    """Give start and end of the longest run of busy lines, small gaps closed; (0, 0) where there is none."""
    gap = max(1, round(PAGE_GAP * len(busy)))
    best, start, last = (0, 0), None, 0
    for line in np.flatnonzero(busy).tolist():
        if start is None or line - last > gap + 1:
            start = line
        last = line
        if last + 1 - start > best[1] - best[0]:
            best = (start, last + 1)
    return best


def tiles(light: Light) -> list[Box]:
    """Take a collage apart: at its middle and at its seams, side by side, one above the other, and four together."""
    halves, cuts = _halves(light), _cuts(light)
    sides = [_sides(light, x) for x in cuts]
    found = [*(side for pair in sides for side in pair), *halves]
    for x, pair in zip(cuts, sides, strict=True):  # beside a middle the middles, beside a seam the seams
        for side in pair:
            cut = _halves(side.of(light))
            found += [half.inside(side) for half in (cut[-2:] if x == light.shape[1] // 2 else cut[:2])]
    return [one for box in found for one in (box, *_framed(light, box, BORDER_TOLERANCES[0])[-1:])]


def _sides(light: Light, x: int) -> tuple[Box, Box]:
    whole = _all_of(light)
    return whole._replace(right=x), whole._replace(left=x)


def _halves(light: Light) -> list[Box]:
    """Cut what may be one above the other, at the middle last."""
    whole = _all_of(light)
    return [part for y in _cuts(light.T) for part in (whole._replace(bottom=y), whole._replace(top=y))]


def _cuts(light: Light) -> list[int]:
    """Give the columns where two pictures may meet: a seam, and the middle, where most collages have theirs."""
    seam, middle = _seam(light), light.shape[1] // 2
    return [middle] if seam is None or abs(seam - middle) <= NEAR_MIDDLE * light.shape[1] else [seam, middle]


def _seam(light: Light) -> int | None:
    """Find the column where most of it steps and the columns around do not; None where there is none.

    A picture's own edges are seldom that straight, and that long.
    """
    width = light.shape[1]
    edge = max(SEAM_AROUND + 2, round(SEAM_EDGE * width))
    if width <= 2 * edge:
        return None
    before, after = light[:, :-2], light[:, 2:]
    apart = np.maximum(before, after) - np.minimum(before, after)
    steps = _count(apart > SEAM_STEP, axis=0) / len(light)
    around = np.lib.stride_tricks.sliding_window_view(np.pad(steps, SEAM_AROUND, mode="edge"), 2 * SEAM_AROUND + 1)
    more = (steps - np.partition(around, SEAM_AROUND, axis=1)[:, SEAM_AROUND])[edge : width - edge]
    best = int(more.argmax())
    return best + edge + 1 if more[best] >= SEAM_MORE else None
