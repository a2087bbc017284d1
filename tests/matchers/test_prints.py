"""What is kept of a picture: there and back as bytes, and nothing else taken for it."""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers import errors, hashes, pictures, prints
from matchers.hashes import Fingerprint, Kind
from matchers.prints import Features, Film, Part, Print, Still
from matchers.regions import Because, Box
from tests.matchers.drawn import busy, file_of, scene

HASHES = st.binary(min_size=32, max_size=32).map(lambda data: Fingerprint(Kind.PDQ, data))
SIDES = st.integers(0, 512)


@st.composite
def features(draw: st.DrawFn) -> Features:
    count = draw(st.integers(0, 5))
    dice = np.random.default_rng(draw(st.integers(0, 99)))
    return Features(dice.integers(0, 65_536, (count, 4), np.uint16), dice.integers(0, 256, (count, 128), np.uint8))


PARTS = st.builds(
    Part, st.builds(Box, SIDES, SIDES, SIDES, SIDES), st.sampled_from(Because),
    st.tuples(HASHES) | st.tuples(*[HASHES] * 8),
)  # fmt: skip
PRINTS = st.builds(
    Print, st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.lists(PARTS, min_size=1, max_size=4).map(tuple),
    st.none() | features(),
)  # fmt: skip
SECONDS = st.floats(0, 1e6)
FILMS = st.builds(
    Film, SECONDS, st.lists(st.builds(Still, SECONDS, PRINTS), min_size=1, max_size=3).map(tuple)
)  # fmt: skip


def same(one: Features | None, other: Features | None) -> bool:
    if one is None or other is None:
        return one is other
    return np.array_equal(one.points, other.points) and np.array_equal(one.descriptors, other.descriptors)


@given(PRINTS)
def test_a_print_comes_back_as_it_went(one: Print) -> None:
    back = prints.from_bytes(prints.to_bytes(one))
    assert isinstance(back, Print)
    assert back.without_features() == one.without_features()
    assert same(back.features, one.features)


@given(FILMS)
def test_a_films_print_comes_back_as_it_went(one: Film) -> None:
    back = prints.from_bytes(prints.to_bytes(one))
    assert isinstance(back, Film)
    assert back.without_features() == one.without_features()
    assert all(same(a.print.features, b.print.features) for a, b in zip(back.stills, one.stills, strict=True))


@given(PRINTS | FILMS, st.data())
def test_less_or_more_than_a_print_is_none(one: Print | Film, data: st.DataObject) -> None:
    written = prints.to_bytes(one)
    cut = data.draw(st.integers(0, len(written) - 1))
    for wrong in (written[:cut], written + b"\0"):
        with pytest.raises(errors.BadPrint):
            prints.from_bytes(wrong)


@given(
    st.binary(max_size=300)
    | st.binary(max_size=300).map(lambda rest: b"pp\x01P" + rest)
    | st.binary(max_size=300).map(lambda rest: b"pp\x01F" + rest)
)
def test_noise_is_a_print_or_refused(noise: bytes) -> None:
    with suppress(errors.BadPrint):
        assert prints.to_bytes(prints.from_bytes(noise))


@given(PRINTS, st.data())
def test_a_print_with_other_bytes_is_a_print_or_refused(one: Print, data: st.DataObject) -> None:
    written = bytearray(prints.to_bytes(one))
    for _ in range(data.draw(st.integers(1, 6))):
        written[data.draw(st.integers(0, min(len(written) - 1, 60)))] = data.draw(st.integers(0, 255))
    with suppress(errors.BadPrint):
        prints.from_bytes(bytes(written))


def test_a_later_version_is_said_so() -> None:
    written = bytearray(prints.to_bytes(prints.of_hash(Fingerprint(Kind.PDQ, bytes(32)))))
    written[2] += 1
    with pytest.raises(errors.BadPrint, match="later version"):
        prints.from_bytes(bytes(written))


def test_a_print_holds_the_hash_and_no_pixels() -> None:
    (picture,) = pictures.read(file_of(scene()))
    found = prints.taken(picture)
    assert found is not None
    whole = hashes.pdq(picture.pixels)
    assert whole is not None
    assert found.whole.upright == whole.upright
    assert (found.width, found.height) == (640, 480)
    assert len(prints.to_bytes(found)) < 8_000
    assert len(prints.to_bytes(found.slim())) < 1_300
    assert found.slim().whole == found.whole


def test_features_are_bounded_and_can_be_left_out() -> None:
    found = prints.taken(pictures.read(file_of(busy()))[0], deep=True)
    assert found is not None
    assert found.features is not None
    assert 200 < len(found.features.points) <= prints.MOST_FEATURES
    assert found.without_features().features is found.slim().features is None


def test_only_pdq_is_matched() -> None:
    with pytest.raises(errors.BadHash):
        prints.of_hash(Fingerprint(Kind.PHASH, bytes(8)))
