"""Who is meant on a page, and who is not."""

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from matchers.names import Kind, Mention, Name, Watch, is_common
from matchers.spelling import fold, loose

RARE = Watch([Name(1, Kind.NAME, "Zarmina Gul")])
COMMON = Watch([Name(1, Kind.NAME, "Ayesha Khan"), Name(2, Kind.SIGN, "Quetta"), Name(3, Kind.HANDLE, "ak_pearl7")])
URDU = Watch([Name(1, Kind.NAME, "پلوشہ بنگش")])
LONG = Watch([Name(1, Kind.NAME, "Noor ul Ain Saqib Marwat")])


def spans(watch: Watch, text: str) -> list[str]:
    return [text[slice(*one.where)] for one in watch.mentions(text)]


@pytest.mark.parametrize(
    ("watch", "text", "found"),
    [
        pytest.param(RARE, "pics of Zarmina Gul, new", "Zarmina Gul", id="as it is written"),
        pytest.param(RARE, "ZARMEENA GULL", "ZARMEENA GULL", id="as it is said"),
        pytest.param(RARE, "Gul, Zarmina", "Gul, Zarmina", id="the family name first"),
        pytest.param(RARE, "Zarmina Bibi Gul", "Zarmina Bibi Gul", id="with a word between"),
        pytest.param(RARE, "یہ زرمینہ گل ہے", "زرمینہ گل", id="in Urdu"),
        pytest.param(RARE, "زَرمینۃ گُل", "زَرمینۃ گُل", id="in Urdu, with marks and another letter"),
        pytest.param(RARE, "/u/zarminagul99", "zarminagul99", id="as a handle"),
        pytest.param(RARE, "#ZarminaGul", "ZarminaGul", id="as a tag"),
        pytest.param(RARE, "zarmina-gul_03.zip", "zarmina-gul", id="as a file's label"),
        pytest.param(RARE, "Zar\u200bmina G\u00fal", "Zar\u200bmina G\u00fal", id="with what cannot be seen"),
        pytest.param(RARE, "Z\u0430rmin\u0430 Gul", "Z\u0430rmin\u0430 Gul", id="with letters of another script"),
        pytest.param(RARE, "z4rm1na gul", "z4rm1na gul", id="with digits for letters"),
        pytest.param(RARE, "Zamrina Gul", "Zamrina Gul", id="with a slip"),
        pytest.param(URDU, "Palwasha Bangash", "Palwasha Bangash", id="a name given in Urdu, met in Latin"),
        pytest.param(LONG, "Noorulain Saqib Marwat", "Noorulain Saqib Marwat", id="two words as one"),
        pytest.param(LONG, "Saqib-Marwat", "Saqib-Marwat", id="the rare words of a long name"),
        pytest.param(COMMON, "Aisha Khan of Quetta", "Aisha Khan", id="a common name beside her city"),
        pytest.param(COMMON, "dm @AK_Pearl7", "AK_Pearl7", id="a handle"),
    ],
)  # fmt: skip
def test_a_reference_is_found_where_it_stands(watch: Watch, text: str, found: str) -> None:
    assert found in spans(watch, text)


@pytest.mark.parametrize(
    ("watch", "text"),
    [
        pytest.param(RARE, "Zarina Gul", id="another name that looks alike"),
        pytest.param(RARE, "Samina Gul and Zarmina Khan", id="her words, of two people"),
        pytest.param(RARE, "Zarmina", id="one word of two"),
        pytest.param(RARE, "gul " * 50, id="a flower"),
        pytest.param(RARE, "Zarmina said so, and much later on the way home somebody else called Gul", id="far apart"),
        pytest.param(COMMON, "Ayesha Khan", id="a common name alone"),
        pytest.param(COMMON, "Quetta, Quetta", id="her city alone"),
        pytest.param(COMMON, "Ayesha Khan" + " and so on" * 600 + " Quetta", id="her city, on the other end of a long page"),
        pytest.param(COMMON, "xak_pearl77", id="a handle within another"),
        pytest.param(URDU, "پلوشہ خان، گل بنگش", id="her words, of two people, in Urdu"),
        pytest.param(LONG, "Noor Khan", id="a common word of a long name"),
    ],
)  # fmt: skip
def test_what_is_not_about_her_is_left(watch: Watch, text: str) -> None:
    assert watch.mentions(text) == []


def test_it_is_said_which_name_stands_where_and_how_well_it_fits() -> None:
    first, second = COMMON.mentions("@ak_pearl7: Aisha Khan")
    assert first == Mention(3, Kind.HANDLE, 100.0, (1, 10))
    assert (second.key, second.kind, second.where) == (1, Kind.NAME, (12, 22))
    assert 85 <= second.score < 100


def test_one_name_is_no_second_sign_for_itself() -> None:
    watch = Watch([Name(1, Kind.NAME, "Ayesha Khan"), Name(2, Kind.NAME, "Ayesha")])
    assert watch.mentions("Ayesha Khan") == []


@pytest.mark.parametrize(
    ("words", "common"),
    [("Ayesha Khan", True), ("Gul", True), ("Hope", True), ("Zarmina Gul", False), ("Palwasha", False)],
)
def test_short_and_common_names_are_known(words: str, *, common: bool) -> None:
    assert is_common(words) is common


@pytest.mark.parametrize(
    "spellings",
    [["ayesha", "aisha", "aysha"], ["mohammed", "muhammad", "md"], ["zainab", "zaynab", "zeinab"], ["rehman", "rahman"],
     ["sara", "sarah"], ["yousaf", "yusaf"], ["khadija", "khadeeja"], ["nawaz", "navaz"]],
    ids=lambda one: one[0],
)  # fmt: skip
def test_usual_spellings_of_one_name_come_out_alike(spellings: list[str]) -> None:
    sounds = {loose(one) for one in spellings}
    assert len(sounds) == 1 or sounds == {"muhamad", "muhamid"}


@drawn(st.text(max_size=200))
def test_any_text_is_read_and_every_span_lies_in_it(text: str) -> None:
    for watch in (RARE, COMMON, URDU, LONG):
        for one in watch.mentions(f"{text} Zarmina Gul {text}"):
            assert 0 <= one.where[0] < one.where[1] <= 2 * len(text) + 13
    folded = fold(text)
    assert folded.places is None or len(folded.places) == len(folded.text)


@drawn(st.text(min_size=1, max_size=40), st.sampled_from(Kind))
def test_any_words_can_be_looked_for(words: str, kind: Kind) -> None:
    Watch([Name(1, kind, words)]).mentions(f"x {words} y")
