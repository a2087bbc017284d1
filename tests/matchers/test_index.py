"""The bank: exact, in every turn, changed without a restart; what was dismissed stays quiet, for whom it was dismissed."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from matchers import index, pictures, prints
from matchers.hashes import Fingerprint, Kind, Turn
from matchers.index import Bank, Hit, Tier
from matchers.prints import Film, Print, Still
from matchers.rows import Rows
from tests.matchers.drawn import file_of, scene

TURNED: dict[Turn, Callable[[Image.Image], Image.Image]] = {
    Turn.UPRIGHT: lambda one: one,
    Turn.QUARTER: lambda one: one.transpose(Image.Transpose.ROTATE_270),
    Turn.HALF: lambda one: one.transpose(Image.Transpose.ROTATE_180),
    Turn.THREE_QUARTERS: lambda one: one.transpose(Image.Transpose.ROTATE_90),
    Turn.MIRRORED: lambda one: one.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    Turn.FLIPPED: lambda one: one.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    Turn.TRANSPOSED: lambda one: one.transpose(Image.Transpose.TRANSPOSE),
    Turn.TRANSVERSED: lambda one: one.transpose(Image.Transpose.TRANSVERSE),
}


def taken(picture: Image.Image, *, deep: bool = False) -> Print:
    found = prints.taken(pictures.read(file_of(picture))[0], deep=deep)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def scenes() -> list[Print]:
    return [taken(scene(seed)) for seed in range(12)]


@pytest.fixture
def bank(scenes: list[Print]) -> Bank:
    made = Bank()
    for key, one in enumerate(scenes):
        made.add(key, one)
    return made


def changed(one: Print, bits: int) -> Print:
    """A picture whose hash is so many bits away, in the turn it is in."""
    data = bytearray(one.whole.upright.data)
    for bit in range(bits):
        data[bit % 32] ^= 1 << bit // 32
    return prints.of_hash(Fingerprint(Kind.PDQ, bytes(data)))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 256), st.integers(1, 130), st.integers(1, 70))
def test_what_is_near_is_what_counting_every_bit_finds(seed: int, radius: int, rows: int, asked: int) -> None:
    dice = np.random.default_rng(seed)
    bits = dice.integers(0, 256, (rows, 32), np.uint8)
    queries = bits[dice.integers(0, rows, asked)] ^ (dice.random((asked, 32)) < dice.random() / 2) * dice.integers(
        0, 256, (asked, 32), np.uint8
    )
    owner = dice.integers(0, 5, rows).astype(np.int32)
    made = Rows()
    made.add(bits, owner, np.arange(rows, dtype=np.int32))
    made.remove(3)
    made.remove(4)
    found = made.near(queries.astype(np.uint8), radius)
    apart = np.bitwise_count(queries[:, None] ^ bits[None]).sum(axis=2)
    wanted = {(a, r, int(apart[a, r])) for a, r in zip(*np.nonzero(apart <= radius), strict=True) if owner[r] < 3}
    assert set(zip(found.asked.tolist(), found.note.tolist(), found.distance.tolist(), strict=True)) == wanted
    assert len(made) == np.count_nonzero(owner < 3)


@pytest.mark.parametrize("turn", Turn)
def test_a_copy_is_found_however_it_is_turned(bank: Bank, turn: Turn) -> None:
    (hit,) = bank.match(taken(TURNED[turn](scene(3))))
    assert (hit.key, hit.tier, hit.turn, hit.region) == (3, Tier.HASH, turn, None)
    assert hit.distance is not None
    assert hit.distance <= 2


@pytest.mark.parametrize("turn", Turn)
def test_a_hash_from_elsewhere_is_found_however_its_picture_is_turned(scenes: list[Print], turn: Turn) -> None:
    bank = Bank()
    bank.add(8, prints.of_hash(scenes[3].whole.upright))
    (hit,) = bank.match(taken(TURNED[turn](scene(3))))
    assert (hit.key, hit.turn) == (8, turn)


@pytest.mark.parametrize("turn", Turn)
def test_what_was_kept_slim_is_found_by_a_picture_added_later(scenes: list[Print], turn: Turn) -> None:
    bank = Bank()
    bank.add(3, scenes[3])
    bordered = ImageOps.expand(TURNED[turn](scene(3)), 60, (255, 255, 255))
    (hit,) = bank.match(taken(bordered).slim())
    assert (hit.key, hit.turn) == (3, turn)
    assert hit.region is not None


def test_a_picture_that_is_not_known_is_no_hit(bank: Bank) -> None:
    assert bank.match(taken(scene(99))) == []


@pytest.mark.parametrize(("bits", "radius", "found"), [
    pytest.param(45, None, True, id="45 bits, a small bank"), pytest.param(46, None, False, id="46 bits"),
    pytest.param(31, 31, True, id="31 bits of 31"), pytest.param(32, 31, False, id="32 bits of 31"),
    pytest.param(60, 60, True, id="an entry with a wider radius"),
])  # fmt: skip
def test_an_entry_has_its_radius(scenes: list[Print], bits: int, radius: int | None, found: bool) -> None:
    bank = Bank()
    bank.add(1, scenes[1], radius=radius)
    bank.add(2, scenes[2], radius=20)
    hits = bank.match(changed(scenes[1], bits))
    assert [(one.key, one.distance) for one in hits] == ([(1, bits)] if found else [])


def test_a_large_bank_has_the_usual_radius(monkeypatch: pytest.MonkeyPatch, bank: Bank, scenes: list[Print]) -> None:
    monkeypatch.setattr(index, "SMALL", 5)
    assert bank.match(changed(scenes[1], 31))
    assert not bank.match(changed(scenes[1], 32))


def test_entries_come_and_go(bank: Bank, scenes: list[Print]) -> None:
    for key in range(11):
        bank.remove(key)
        bank.remove(key)
    assert (len(bank), 3 in bank, 11 in bank) == (1, False, True)
    assert not bank.match(scenes[3])
    assert [one.key for one in bank.match(scenes[11])] == [11]
    bank.add(11, scenes[3])
    assert not bank.match(scenes[11])
    assert [one.key for one in bank.match(scenes[3])] == [11]


def test_an_entry_rests_until_it_is_woken(bank: Bank, scenes: list[Print]) -> None:
    bank.switch(3, on=False)
    bank.switch(77, on=False)
    assert not bank.match(scenes[3])
    bank.switch(3, on=True)
    assert bank.match(scenes[3])


@pytest.mark.parametrize(("bits", "quiet"), [(0, True), (16, True), (17, False)])
def test_a_dismissed_picture_never_alerts_again(bank: Bank, scenes: list[Print], bits: int, quiet: bool) -> None:
    bank.dismiss(changed(scenes[3], bits))
    assert (bank.match(prints.of_hash(scenes[3].whole.upright)) == []) is quiet


def test_a_picture_dismissed_for_one_is_not_for_another(scenes: list[Print]) -> None:
    bank = Bank()
    bank.add(1, scenes[3])
    bank.add(2, scenes[3])
    bank.dismiss(scenes[3], of=[1])
    assert [one.key for one in bank.match(scenes[3])] == [2]


def film(scenes: list[Print], keys: list[int], *, speed: float = 1.0, first_s: float = 0.0) -> Film:
    stills = [Still(first_s + at * 4 / speed, scenes[key]) for at, key in enumerate(keys)]
    return Film(stills[-1].at_s + 1, tuple(stills))


@pytest.mark.parametrize("speed", [1.0, 1.25, 0.8])
def test_a_clip_of_a_known_film_is_found_where_it_was_cut(scenes: list[Print], speed: float) -> None:
    bank = Bank()
    bank.add(5, film(scenes, list(range(10))))
    (hit,) = bank.match(film(scenes, [4, 5, 6, 7], speed=speed, first_s=2))
    assert hit == Hit(5, Tier.FILM, 0, 4, at_s=2.0, known_at_s=16.0)


def test_one_still_in_common_makes_two_films_no_copies(scenes: list[Print]) -> None:
    bank = Bank()
    bank.add(5, film(scenes, [0, 1, 2, 3, 4]))
    assert bank.match(film(scenes, [9, 10, 2, 8, 7])) == []
    assert bank.match(film(scenes, [4, 10, 2, 8, 0])) == []


def test_a_picture_is_found_in_a_film_and_a_film_by_a_picture(scenes: list[Print]) -> None:
    bank = Bank()
    bank.add(5, film(scenes, [0, 1, 2, 3, 4]))
    bank.add(6, scenes[7])
    (hit,) = bank.match(scenes[2])
    assert (hit.key, hit.tier, hit.at_s, hit.known_at_s) == (5, Tier.HASH, None, 8.0)
    (hit,) = bank.match(film(scenes, [9, 7, 10]))
    assert (hit.key, hit.tier, hit.at_s, hit.known_at_s) == (6, Tier.HASH, 4.0, None)


def test_a_dismissed_still_takes_no_part(scenes: list[Print]) -> None:
    bank = Bank()
    bank.add(6, scenes[7])
    bank.dismiss(scenes[7])
    assert bank.match(film(scenes, [9, 7, 10])) == []
