"""Fingerprints: as others compute and write them, near under small edits, far for other pictures."""

import imagehash
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from matchers import hashes
from matchers.errors import BadHash, TooPlain
from matchers.hashes import Fingerprint, Kind, Turn
from matchers.pictures import Picture
from tests.matchers.drawn import scene

SIZES = [
    (640, 480),
    (480, 640),
    (512, 512),
    (512, 341),
    (500, 300),
    (128, 128),
    (127, 129),
    (64, 64),
    (1000, 70),
    (33, 32),
]
BYTES = {Kind.PDQ: 32, Kind.PHASH: 8, Kind.DHASH: 8}


def pdq(picture: Image.Image) -> hashes.Turned:
    found = hashes.pdq(np.asarray(picture))
    assert found is not None
    return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("seed", range(4))
def test_our_pdq_is_that_of_its_authors(seed: int, size: tuple[int, int]) -> None:
    theirs = pytest.importorskip("pdqhash", reason="pdqhash is not installed: it needs a compiler")
    picture = scene(seed, size)
    bits, quality = theirs.compute(np.asarray(picture))
    ours = pdq(picture)
    assert ours.upright.distance(Fingerprint(Kind.PDQ, np.packbits(bits).tobytes())) <= 10
    assert abs(ours.quality - quality) <= 1


@pytest.mark.parametrize(
    ("seed", "written"),
    [
        pytest.param(1, "9b5321925b4ea6487f4cd8a18dda6a65f468f883713a620d959ed9db5269a687", id="one"),
        pytest.param(2, "f233df3bd1274f3b9b3ec564792cfc9171b182819140155e206b272b3666764d", id="another"),
    ],
)
def test_a_hash_stays_what_it_was(seed: int, written: str) -> None:
    """A stored bank must match tomorrow's pictures: these digits are those of pdqhash 0.2.8."""
    assert pdq(scene(seed)).upright.distance(Fingerprint.from_hex(written)) <= 10


@pytest.mark.parametrize(
    ("turn", "made"),
    [
        (Turn.UPRIGHT, lambda one: one),
        (Turn.QUARTER, lambda one: one.transpose(Image.Transpose.ROTATE_270)),
        (Turn.HALF, lambda one: one.transpose(Image.Transpose.ROTATE_180)),
        (Turn.THREE_QUARTERS, lambda one: one.transpose(Image.Transpose.ROTATE_90)),
        (Turn.MIRRORED, lambda one: one.transpose(Image.Transpose.FLIP_LEFT_RIGHT)),
        (Turn.FLIPPED, lambda one: one.transpose(Image.Transpose.FLIP_TOP_BOTTOM)),
        (Turn.TRANSPOSED, lambda one: one.transpose(Image.Transpose.TRANSPOSE)),
        (Turn.TRANSVERSED, lambda one: one.transpose(Image.Transpose.TRANSVERSE)),
    ],
)
@pytest.mark.parametrize("size", SIZES)
def test_a_turn_is_the_hash_of_the_turned_picture(turn, made, size) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    picture = scene(5, size)
    assert pdq(picture).turns[turn].distance(pdq(made(picture)).upright) <= 2


def test_the_turns_of_a_picture_are_far_apart() -> None:
    found = list(pdq(scene()).turns.values())
    assert len(found) == 8
    assert min(one.distance(other) for one in found for other in found if one is not other) > 80


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda one: one.resize((160, 120)), id="smaller"),
        pytest.param(lambda one: one.filter(ImageFilter.GaussianBlur(3)), id="blurred"),
        pytest.param(lambda one: one.convert("L").convert("RGB"), id="grey"),
        pytest.param(lambda one: one.point(lambda value: value * 0.7 + 20), id="paler"),
    ],
)
def test_a_small_edit_moves_few_bits(edit) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    for seed in range(5):
        assert pdq(scene(seed)).upright.distance(pdq(edit(scene(seed))).upright) <= hashes.RADIUS


def test_other_pictures_are_far() -> None:
    found = [pdq(scene(seed)) for seed in range(40)]
    distances = [
        turn.distance(other.upright)
        for at, one in enumerate(found) for other in found[at + 1 :] for turn in one.turns.values()
    ]  # fmt: skip
    assert min(distances) > 2 * hashes.RADIUS


def gradient() -> Image.Image:
    return Image.linear_gradient("L").resize((300, 300)).convert("RGB")


@pytest.mark.parametrize(
    "plain", [Image.new("RGB", (300, 200)), Image.new("RGB", (300, 200), (9, 99, 200)), gradient()]
)
def test_a_plain_picture_has_no_hash(plain: Image.Image) -> None:
    assert hashes.pdq(np.asarray(plain)) is None
    with pytest.raises(TooPlain, match="too plain to match"):
        hashes.distinct([Picture(np.asarray(plain), 300, 200)])


@pytest.mark.parametrize("seed", range(3))
def test_phash_and_dhash_are_those_of_imagehash(seed: int) -> None:
    picture = scene(seed)
    assert hashes.phash(np.asarray(picture)).hex == str(imagehash.phash(picture))
    assert hashes.dhash(np.asarray(picture)).hex == str(imagehash.dhash(picture))


@given(st.sampled_from(list(Kind)), st.data())
def test_hexadecimal_digits_there_and_back(kind: Kind, data: st.DataObject) -> None:
    made = Fingerprint(kind, data.draw(st.binary(min_size=BYTES[kind], max_size=BYTES[kind])))
    assert len(made.hex) == 2 * BYTES[kind]
    assert Fingerprint.from_hex(made.hex, kind) == made
    assert Fingerprint.from_hex(f" {made.hex.upper()}\n", kind) == made


def test_leading_zeros_are_kept() -> None:
    assert Fingerprint(Kind.PDQ, bytes(31) + b"\x01").hex == "0" * 63 + "1"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0" * 63,
        "0" * 65,
        "g" * 64,
        "0x" + "0" * 62,
        "-" + "0" * 63,
        "0 " * 32,
        "٠" * 64,
        "0" * 30 + "é" + "0" * 33,
        "1e60",
    ],
)
def test_what_is_no_hash_is_refused(text: str) -> None:
    with pytest.raises(BadHash, match="64 hexadecimal digits"):
        Fingerprint.from_hex(text)


def test_hashes_of_two_kinds_have_no_distance() -> None:
    one, other = Fingerprint(Kind.PHASH, bytes(8)), Fingerprint(Kind.DHASH, bytes(8))
    with pytest.raises(BadHash):
        one.distance(other)
    with pytest.raises(BadHash):
        Fingerprint(Kind.PDQ, bytes(31))


@pytest.mark.parametrize(
    ("one", "other", "bits"),
    [
        ("00" * 32, "00" * 32, 0),
        ("00" * 32, "ff" * 32, 256),
        ("80" + "00" * 31, "00" * 31 + "01", 2),
        ("0f" * 32, "f0" * 32, 256),
    ],
)
def test_distances_worked_out_by_hand(one: str, other: str, bits: int) -> None:
    assert Fingerprint.from_hex(one).distance(Fingerprint.from_hex(other)) == bits


PDQS = st.binary(min_size=32, max_size=32).map(lambda data: Fingerprint(Kind.PDQ, data))


@given(PDQS, PDQS, PDQS)
def test_distance_is_one(a: Fingerprint, b: Fingerprint, c: Fingerprint) -> None:
    assert a.distance(b) == b.distance(a)
    assert (a.distance(b) == 0) == (a == b)
    assert a.distance(c) <= a.distance(b) + b.distance(c)
