"""The day's tree: the published vectors, and that a proof holds for its leaf, place, neighbours and root alone."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook import merkle

# The inputs and roots that implementations of Certificate Transparency (RFC 6962) test themselves with.
INPUTS = [bytes.fromhex(one) for one in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def root_of(data: list[bytes]) -> bytes:
    return merkle.Tree(data).root


leaves = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70, unique=True)


@pytest.mark.parametrize("count", range(len(ROOTS)))
def test_roots_are_those_that_are_published(count: int) -> None:
    assert root_of(INPUTS[:count]).hex() == ROOTS[count]


def test_paths_are_those_of_the_recursive_definition() -> None:
    def by_definition(index: int, data: list[bytes]) -> list[bytes]:
        if len(data) == 1:
            return []
        half = 1 << ((len(data) - 1).bit_length() - 1)
        if index < half:
            return [*by_definition(index, data[:half]), root_of(data[half:])]
        return [*by_definition(index - half, data[half:]), root_of(data[:half])]

    data = [hashlib.sha256(bytes([one])).digest() for one in range(33)]
    for count in range(1, len(data) + 1):
        for index in range(count):
            assert merkle.Tree(data[:count]).path(index) == by_definition(index, data[:count])


@given(leaves, st.data())
def test_every_proof_holds_and_no_other_does(data: list[bytes], draw: st.DataObject) -> None:
    index, count, root = draw.draw(st.integers(0, len(data) - 1)), len(data), root_of(data)
    beside = merkle.Tree(data).path(index)
    assert merkle.holds(data[index], index, count, beside, root)
    for other in range(-1, count + 2):
        assert merkle.holds(data[index], other, count, beside, root) is (other == index)
    wrong = bytes([data[index][0] ^ 1]) + data[index][1:]
    assert not merkle.holds(wrong, index, count, beside, root)
    assert not merkle.holds(data[index], index, count, beside, bytes([root[0] ^ 1]) + root[1:])
    for place, one in enumerate(beside):
        changed = [*beside[:place], bytes([one[0] ^ 0x80]) + one[1:], *beside[place + 1 :]]
        assert not merkle.holds(data[index], index, count, changed, root)
        assert not merkle.holds(data[index], index, count, beside[:place], root)
    assert not merkle.holds(data[index], index, count, [*beside, root], root)


@given(leaves)
def test_the_root_is_of_these_leaves_in_this_order(data: list[bytes]) -> None:
    assert root_of(data) != root_of([*data, data[-1]])
    if len(data) > 1:
        assert root_of(data) != root_of([data[1], data[0], *data[2:]])


def test_a_node_is_no_leaf() -> None:
    """What was hashed of two leaves is refused as a leaf of a smaller tree."""
    two = [bytes(32), bytes([1]) * 32]
    inner = merkle.leaf(two[0]) + merkle.leaf(two[1])
    assert not merkle.holds(inner, 0, 1, [], root_of(two))


@pytest.mark.parametrize(("index", "count"), [(0, 0), (-1, 1), (1, 1), (10**30, 10**31)])
def test_impossible_places_hold_nothing(index: int, count: int) -> None:
    assert not merkle.holds(b"", index, count, [], merkle.leaf(b""))


def test_there_is_no_path_to_no_leaf() -> None:
    with pytest.raises(IndexError):
        merkle.Tree([b"a"]).path(1)
