"""Hash lists: as StopNCII and ThreatExchange write them, there and back; what is no list is refused in a sentence."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers.errors import BadList
from matchers.hashes import Fingerprint, Kind
from matchers.lists import Imported, Listed, read_list, to_csv, to_stopncii, to_threatexchange

A, B = "0" * 60 + "00f1", "f8f8f0cce0f4e84d0e370a22028f67f0b36e2ed596623e1d33e6339c4e9c9b22"
ONE, TWO = Listed(Fingerprint.from_hex(A)), Listed(Fingerprint.from_hex(B))
LISTED = st.builds(
    Listed,
    st.binary(min_size=32, max_size=32).map(lambda data: Fingerprint(Kind.PDQ, data)),
    st.none() | st.integers(0, 100),
)


@given(st.lists(LISTED, min_size=1, max_size=9))
def test_a_csv_list_comes_back_as_it_went(listed: list[Listed]) -> None:
    assert read_list(to_csv(listed)) == Imported(listed, 0)


@pytest.mark.parametrize("written", [to_stopncii, to_threatexchange])
def test_a_json_list_comes_back_as_it_went(written) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    assert read_list(written([ONE, TWO])) == Imported([ONE, TWO], 0)


def test_how_others_read_what_is_written() -> None:
    assert to_csv([ONE, Listed(TWO.fingerprint, 97)]) == f"hash,quality\n{A},\n{B},97\n"
    assert json.loads(to_threatexchange([TWO])) == {"data": [{"indicator": B, "type": "HASH_PDQ"}]}
    (record,) = json.loads(to_stopncii([TWO]))["hashRecords"]
    assert record == {"hashValue": B, "signalType": "ImagePDQ", "hashStatus": "Active"}


def stopncii(**how: str) -> str:
    return json.dumps({"hashRecords": [{"hashValue": A, **how}, {"hashValue": B}]})


@pytest.mark.parametrize(
    ("text", "imported"),
    [
        pytest.param(A, Imported([ONE], 0), id="one hash"),
        pytest.param(f"{A}\n\n{B.upper()}\n", Imported([ONE, TWO], 0), id="one hash a line"),
        pytest.param(f"{A},88,picture.jpg\r\n{B},100,b.jpg\r\n", Imported([Listed(ONE.fingerprint, 88), Listed(TWO.fingerprint, 100)], 0), id="what the PDQ tools print"),
        pytest.param(f"\ufeffid,Hash,note\n1,{A},x\n2,{B},\n", Imported([ONE, TWO], 0), id="a spreadsheet's"),
        pytest.param(f"type,indicator\nHASH_PDQ,{A}\nHASH_MD5,abc\n", Imported([ONE], 1), id="other kinds beside"),
        pytest.param(json.dumps([A, B]), Imported([ONE, TWO], 0), id="bare JSON"),
        pytest.param(json.dumps({"hashes": [{"pdq": A, "quality": 77, "file": "x"}], "refused": []}), Imported([Listed(ONE.fingerprint, 77)], 0), id="what pehra hash prints"),
        pytest.param(json.dumps({"data": [{"indicator": A, "type": "HASH_PDQ"}, {"indicator": "x", "type": "HASH_TMK"}]}), Imported([ONE], 1), id="ThreatExchange"),
        pytest.param(stopncii(signalType="ImagePDQ", hashStatus="Active"), Imported([ONE, TWO], 0), id="StopNCII"),
        pytest.param(stopncii(signalType="VideoMD5"), Imported([TWO], 1), id="StopNCII, a film"),
        pytest.param(stopncii(hashStatus="Withdrawn"), Imported([TWO], 1), id="StopNCII, withdrawn"),
        pytest.param(json.dumps({"data": [{"indicator": "x", "type": "HASH_MD5"}]}), Imported([], 1), id="none of ours"),
    ],
)  # fmt: skip
def test_a_list_is_read(text: str, imported: Imported) -> None:
    assert read_list(text) == imported


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("", "no hash", id="nothing"),
        pytest.param("hash,quality\n", "no hash", id="a header alone"),
        pytest.param("{", "JSON", id="half a JSON"),
        pytest.param("[" * 100_000, "JSON", id="deep JSON"),
        pytest.param('{"pictures": []}', "names", id="another JSON"),
        pytest.param('{"data": 7}', "names", id="no list"),
        pytest.param(f"{A}\n{B[1:]}\n", "entry 2", id="a digit is missing"),
        pytest.param(f"hash\n{int(B, 16):.5e}\n", "entry 1", id="a spreadsheet made it a number"),
        pytest.param(json.dumps([A, None]), "entry 2", id="no value"),
        pytest.param('"' * 300_000, "no CSV", id="quotes without end"),
    ],
)
def test_what_is_no_list_is_refused(text: str, says: str) -> None:
    with pytest.raises(BadList, match=says):
        read_list(text)


@given(st.text(max_size=200) | st.text('[]{}",:0123456789abcdef\n', max_size=200))
def test_any_text_is_a_list_or_refused(text: str) -> None:
    try:
        read_list(text)
    except BadList as error:
        assert str(error)  # noqa: PT017
