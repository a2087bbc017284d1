"""The laws and policies: what each needs, exposes and starts; wrong ones are refused by place."""

from datetime import date
from pathlib import Path

import pytest

from cli.basis_page import markdown
from platforms.elements import Element
from platforms.reading import SheetRefused
from platforms.registry import Registry
from platforms.words import Lane, Sure
from reporters import bases
from reporters.bases import Basis, Consent, Starts

DOCS = Path(__file__).parents[2] / "docs" / "bases.md"
KNOWN = bases.known()
NEWEST = date(2026, 11, 24)  # raised whenever facts are looked at anew

every_basis = pytest.mark.parametrize("basis", KNOWN.values(), ids=lambda basis: basis.id)


@every_basis
def test_every_law_and_every_clock_is_sourced_and_dated(basis: Basis) -> None:
    facts = (basis, *basis.clock)
    assert [fact.id for fact in facts if not fact.source.strip() or fact.seen > NEWEST] == []
    assert [fact.id for fact in facts if "no page seen" in fact.source and not fact.verify] == []


@every_basis
def test_what_reaches_an_authority_needs_a_consent_of_its_own_and_is_never_first(basis: Basis) -> None:
    if basis.lane is Lane.REGULATOR:
        assert basis.consent in {Consent.REGULATOR, Consent.POLICE}
        assert not basis.first
        assert basis.exposes


def test_copyright_is_never_first_and_says_what_it_would_expose() -> None:
    copyright_notice = KNOWN["us-dmca"]
    assert not copyright_notice.first
    assert copyright_notice.consent is Consent.COPYRIGHT
    assert any("street address" in one for one in copyright_notice.exposes)
    assert len(copyright_notice.asks) == 7  # six by the statute; material and its place are two of ours


@every_basis
def test_every_basis_says_who_may_file_or_that_it_is_not_known(basis: Basis) -> None:
    assert basis.who or basis.id == "policy"


def test_the_statutory_elements() -> None:
    needs = {Element.SIGNATURE, Element.IDENTIFICATION_OF_CONTENT, Element.NON_CONSENT_STATEMENT, Element.CONTACT}
    assert set(KNOWN["us-tida"].asks) >= needs
    assert set(KNOWN["eu-dsa-16"].asks) == {
        Element.REASON, Element.URL, Element.NAME, Element.CONTACT_EMAIL, Element.BONA_FIDE_STATEMENT,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("clock", "starts", "length", "unit"),
    [
        ("us-tida-48h", Starts.RECEIPT, 48, "hours"),
        ("uk-osa-10-48h", Starts.RECEIPT, 48, "hours"),
        ("in-it-3-2-b-2h", Starts.RECEIPT, 2, "hours"),
        ("pk-rules-2021-48h", Starts.DIRECTION, 48, "hours"),
        ("pk-smpra-24h", Starts.REGULATOR_RECEIPT, 24, "hours"),
        ("au-osa-77-24h", Starts.DIRECTION, 24, "hours"),
        ("au-osa-88-48h", Starts.RECEIPT, 48, "hours"),
        ("eu-dsa-16-decision", Starts.RECEIPT, None, "hours"),
        ("eu-dsa-20-window", Starts.DECISION, 6, "months"),
        ("eu-dsa-21-decision", Starts.REFERRAL, 90, "days"),
        ("us-dmca-expeditious", Starts.RECEIPT, None, "hours"),
        ("us-dmca-counter-notice", Starts.COUNTER_NOTICE, 10, "working-days"),
        ("gdpr-17-month", Starts.RECEIPT, 1, "months"),
        ("pornhub-suspension", Starts.EMAIL_VERIFIED, 1, "hours"),
        ("youtube-uploader-first", Starts.UPLOADER_TOLD, 48, "hours"),
    ],
)
def test_each_clock_starts_with_its_own_event(clock: str, starts: Starts, length: int | None, unit: str) -> None:
    rule = bases.rule_of(clock)
    assert rule is not None
    assert (rule.starts, rule.length, rule.unit) == (starts, length, unit)


def test_what_is_known_at_second_hand_is_verified_and_the_house_own_pace_is_not() -> None:
    assert bases.rule_of("in-it-3-2-b-2h").verify  # type: ignore[union-attr]
    assert not bases.rule_of("policy-follow-up").verify  # type: ignore[union-attr]
    assert {rule.sure for basis in KNOWN.values() for rule in basis.clock if rule.starts is Starts.LAST_WORD} == {
        Sure.HOUSE
    }
    assert bases.rule_of("no-such-clock") is None


def test_a_channel_on_an_unknown_law_is_named(tmp_path: Path) -> None:
    (tmp_path / "xx.toml").write_text(
        'id = "xx"\nname = "X"\nhosts = []\n[[channel]]\nkind = "in-app"\nto = "its menu"\nlane = "policy"\n'
        'categories = ["ncii"]\nbasis = ["policy", "no-such-law"]\nasks = ["url"]\nsure = "no-page"\nsource = "none"\n'
        "seen = 2026-11-02\n",
        encoding="utf-8",
    )
    assert bases.strangers(Registry.load(tmp_path)) == {"xx": ("no-such-law",)}


def test_the_page_on_bases_is_what_the_file_gives() -> None:
    assert DOCS.read_text(encoding="utf-8") == markdown(KNOWN.values()), "write it anew: pehra basis list --markdown"


WHOLE = """[[basis]]
id = "one"
name = "One"
law = "its text"
lane = "statutory"
covers = ["ncii"]
sure = "page-seen"
source = "its text"
seen = 2026-11-02

[[basis.clock]]
id = "one-48h"
starts = "receipt"
starts_says = "it arrives"
length = 48
missed = ["ask again"]
then = ["one"]
sure = "page-seen"
source = "its text"
seen = 2026-11-02
"""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param('starts = "receipt"', 'starts = "sunrise"', r"basis\.0\.clock\.0\.starts: .*line 13\)", id="an event nobody knows"),
        pytest.param("length = 48", "length = 0", r"basis\.0\.clock\.0\.length: .*line 15\)", id="no time at all"),
        pytest.param("length = 48", "length = 48\nup_to = 24", r"basis\.0\.clock\.0: .*longer.*line 11\)", id="a span that ends before it begins"),
        pytest.param("length = 48", 'length = 48\nzone = "Mars/Base"', r"clock\.0: .*no time zone.*line 11\)", id="a zone that is none"),
        pytest.param('then = ["one"]', 'then = ["two"]', r"`then` names no basis: two", id="a next step to nowhere"),
        pytest.param('id = "one-48h"', 'id = "One 48h"', r"clock\.0\.id: .*line 12\)", id="an id that cannot be"),
        pytest.param('covers = ["ncii"]', "covers = []", r"basis\.0\.covers: .*line 6\)", id="for nothing"),
        pytest.param('source = "its text"\n', "", r"basis\.0\.source: Field required \(line 1\)", id="no source"),
    ],
)  # fmt: skip
def test_a_wrong_basis_is_refused_with_file_and_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    file = tmp_path / "bases.toml"
    file.write_text(WHOLE, encoding="utf-8")
    assert list(bases.load(file)) == ["one"]
    assert old in WHOLE
    file.write_text(WHOLE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SheetRefused, match=r"bases\.toml: .*" + says):
        bases.load(file)


def test_two_bases_of_one_id_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "bases.toml"
    file.write_text(WHOLE + WHOLE, encoding="utf-8")
    with pytest.raises(SheetRefused, match="two have the id 'one'"):
        bases.load(file)
