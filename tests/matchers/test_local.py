"""Local features: found again in crops, under stickers, in other pictures; and only where they lie as they should."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from matchers import geometry, local, nearest, pictures, prints
from matchers.hashes import Turn
from matchers.index import Bank, Hit, Tier
from matchers.prints import Print
from matchers.regions import Because, Box
from tests.matchers.drawn import SIZE, busy, file_of

KNOWN = range(8)


def taken(picture: Image.Image) -> Print:
    found = prints.taken(pictures.read(file_of(picture))[0], deep=True)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def bank() -> Bank:
    made = Bank()
    for key in KNOWN:
        made.add(key, taken(busy(key)))
    return made


def by_features(hits: list[Hit]) -> list[Hit]:
    return [one for one in hits if one.tier is Tier.FEATURES]


def stickered(picture: Image.Image) -> Image.Image:
    ImageDraw.Draw(picture).ellipse((250, 100, 500, 350), fill=(255, 205, 40))
    return picture


def inset(picture: Image.Image, at: tuple[int, int] = (620, 420)) -> Image.Image:
    other = busy(50, (960, 720))
    other.paste(picture.resize((320, 240), Image.Resampling.LANCZOS), at)
    return other


@pytest.mark.parametrize(("edit", "turn"), [
    pytest.param(lambda one: one.crop((100, 60, 560, 400)), Turn.UPRIGHT, id="cropped"),
    pytest.param(lambda one: one.crop((300, 200, 620, 470)), Turn.UPRIGHT, id="cropped to its corner"),
    pytest.param(stickered, Turn.UPRIGHT, id="with a sticker"),
    pytest.param(lambda one: one.rotate(8, Image.Resampling.BICUBIC), Turn.UPRIGHT, id="tilted"),
    pytest.param(lambda one: ImageOps.mirror(one.crop((50, 50, 540, 420))), Turn.MIRRORED, id="mirrored and cropped"),
    pytest.param(lambda one: one.crop((50, 50, 540, 420)).rotate(-90, expand=True), Turn.QUARTER, id="turned and cropped"),
    pytest.param(lambda one: ImageOps.mirror(one.crop((50, 50, 540, 420)).rotate(-90, expand=True)), Turn.TRANSPOSED, id="turned, mirrored, cropped"),
    pytest.param(lambda one: ImageOps.flip(one.crop((50, 50, 540, 420))), Turn.FLIPPED, id="upside down, mirrored, cropped"),
    pytest.param(inset, Turn.UPRIGHT, id="in another picture"),
    pytest.param(lambda one: inset(ImageOps.mirror(one), (10, 10)), Turn.MIRRORED, id="mirrored in another picture"),
])  # fmt: skip
def test_an_edit_is_found_by_its_features(bank: Bank, edit: Callable[[Image.Image], Image.Image], turn: Turn) -> None:
    (hit,) = by_features(bank.match(taken(edit(busy(3)))))
    assert (hit.key, hit.turn, hit.distance) == (3, turn, None)
    assert hit.inliers is not None
    assert hit.inliers >= geometry.LEAST_INLIERS


@pytest.mark.parametrize(("at", "mirrored"), [((620, 420), False), ((10, 10), True), ((300, 30), True)])
def test_where_it_is_seen_is_said(bank: Bank, at: tuple[int, int], mirrored: bool) -> None:
    picture = inset(ImageOps.mirror(busy(3)) if mirrored else busy(3), at)
    (hit,) = by_features(bank.match(taken(picture)))
    assert hit.region is not None
    assert hit.region.because is Because.DETAIL
    wanted = np.array([*at, at[0] + 320, at[1] + 240]) * 512 / 960
    assert np.abs(np.array(hit.region.box) - wanted).max() <= 5


def test_two_known_pictures_in_one_are_both_found(bank: Bank) -> None:
    both = Image.new("RGB", (SIZE[0] * 2, SIZE[1]))
    both.paste(busy(1), (0, 0))
    both.paste(busy(6), (SIZE[0], 0))
    assert {one.key for one in by_features(bank.match(taken(both)))} == {1, 6}


def test_other_pictures_are_not_found(bank: Bank) -> None:
    for seed in range(60, 66):
        assert by_features(bank.match(taken(busy(seed)))) == []


def test_no_features_on_either_side_are_no_hits_and_no_harm(bank: Bank) -> None:
    cropped = taken(busy(3).crop((100, 60, 560, 400)))
    assert not by_features(bank.match(cropped.without_features()))
    shallow = Bank()
    shallow.add(3, taken(busy(3)).without_features())
    assert not by_features(shallow.match(cropped))


def test_what_is_removed_is_found_no_more() -> None:
    cropped = taken(busy(3).crop((100, 60, 560, 400)))
    made = Bank()
    for key in (1, 3, 5):
        made.add(key, taken(busy(key)))
    assert by_features(made.match(cropped))
    made.remove(3)
    assert not by_features(made.match(cropped))
    made.remove(1)  # more than half are gone, so what is left is laid together
    (hit,) = by_features(made.match(taken(busy(5).crop((100, 60, 560, 400)))))
    assert hit.key == 5
    made.add(3, taken(busy(3)))
    (hit,) = by_features(made.match(cropped))
    assert hit.key == 3


def test_a_mirrored_pictures_features_are_known_without_looking_at_it() -> None:
    picture = np.asarray(busy(2, (512, 384)))
    made, seen = local.mirrored(local.features(picture)), local.features(np.ascontiguousarray(picture[:, ::-1]))
    mine, theirs = nearest._partners(made, seen)
    assert len(mine) > 0.5 * len(seen.points)
    apart = np.linalg.norm(local.points_of(made)[mine, :2] - local.points_of(seen)[theirs, :2], axis=1)
    assert np.median(apart) < 1.5


def seen_from(shift: float) -> Image.Image:
    """A street: houses behind, and people in front, who move more than they when the camera does."""
    wide = busy(9, (900, 480))
    picture = wide.crop((round(60 + shift * 0.1), 0, round(700 + shift * 0.1), 480))
    for number in range(7):
        person = busy(100 + number, (110, 260))
        picture.paste(person, (round(20 + number * 90 - shift * (0.6 + 0.1 * number)), 200))
    return picture


def test_another_photograph_of_the_same_place_has_fewer_inliers_than_a_copy() -> None:
    """Features cannot tell them apart for sure: they are for a person's eyes, ranked."""
    bank = Bank()
    bank.add(1, taken(seen_from(0)))
    copy = by_features(bank.match(taken(seen_from(0).crop((30, 20, 620, 460)))))
    other = by_features(bank.match(taken(seen_from(90))))
    assert copy
    assert copy[0].inliers is not None
    assert not other or (other[0].inliers or 0) < copy[0].inliers


def placed(points: np.ndarray, matrix: np.ndarray, scale: float, angle: float) -> np.ndarray:
    moved = geometry._moved(matrix, points[:, :2])
    return np.column_stack([moved, points[:, 2] * scale, points[:, 3] + angle]).astype(np.float32)


@pytest.fixture
def points() -> np.ndarray:
    dice = np.random.default_rng(4)
    return np.column_stack([
        dice.uniform(0, 500, (60, 2)), dice.uniform(2, 20, 60), dice.uniform(0, 6.28, 60)
    ]).astype(np.float32)  # fmt: skip


def similarity(scale: float, angle: float, x: float, y: float) -> np.ndarray:
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    return np.array([[cos, -sin, x], [sin, cos, y], [0, 0, 1.0]])


@pytest.mark.parametrize(("scale", "angle"), [(1, 0), (0.3, 0.1), (2, 3.1), (0.7, -1.6)])
def test_a_map_is_found_among_pairs_that_are_none(points: np.ndarray, scale: float, angle: float) -> None:
    matrix = similarity(scale, angle, 90, 250)
    met = placed(points, matrix, scale, angle)
    wrong = np.random.default_rng(5).uniform(0, 500, (60, 2))
    known, seen = np.vstack([points, points]), np.vstack([met, met])
    seen[60:, :2] = wrong
    lie = geometry.proved(known, seen)
    assert lie is not None
    assert lie.inliers >= 50
    assert np.abs(geometry._moved(lie.matrix, points[:, :2]) - met[:, :2]).max() < 1.0
    box = lie.box_of(500, 500)
    corners = geometry._moved(matrix, np.array([[0, 0], [500, 0], [500, 500], [0, 500]]))
    assert np.abs(np.array(box) - [*corners.min(axis=0), *corners.max(axis=0)]).max() < 8


@pytest.mark.parametrize(("change", "why"), [
    pytest.param(lambda one: one * np.array([-1, 1, 1, 1]) + np.array([500, 0, 0, 0]), "mirrored", id="mirrored"),
    pytest.param(lambda one: one * np.array([1, 0.02, 1, 1]), "flat", id="laid flat"),
    pytest.param(lambda one: one * np.array([0.02, 0.02, 0.02, 1]), "tiny", id="a hundredth of its size"),
])  # fmt: skip
def test_what_nobody_would_do_is_no_proof(
    points: np.ndarray, change: Callable[[np.ndarray], np.ndarray], why: str
) -> None:
    assert why
    assert geometry.proved(points, change(points).astype(np.float32)) is None


def test_points_on_one_line_prove_nothing(points: np.ndarray) -> None:
    line = points.copy()
    line[:, 1] = 100
    assert geometry.proved(line, line) is None


def test_chance_proves_nothing() -> None:
    dice = np.random.default_rng(6)
    for _ in range(200):
        known, met = (
            np.column_stack([dice.uniform(0, 500, (60, 2)), dice.uniform(2, 20, 60), dice.uniform(0, 6.28, 60)]).astype(
                np.float32
            )
            for _ in range(2)
        )
        assert geometry.proved(known, met) is None


def test_the_box_of_a_crop_is_cut_to_what_is_there() -> None:
    whole = Box(0, 0, 512, 384)
    assert nearest._region(Box(-40, -30, 600, 500), whole) is None
    found = nearest._region(Box(-40, 100, 200, 500), whole)
    assert found is not None
    assert found.box == Box(0, 100, 200, 384)
