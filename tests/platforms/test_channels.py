"""What every channel keeps; the platforms that a helpline meets all have one."""

from pathlib import Path

import pytest

from casebook.vocabulary import Category
from platforms.channel import Channel
from platforms.elements import MEANINGS, Element
from platforms.reading import SheetRefused
from platforms.registry import Registry
from platforms.words import ChannelKind, Lane, Sure, Use
from reporters.bases import known, strangers

REGISTRY = Registry.load()
CHANNELS = [(sheet.id, channel) for sheet in REGISTRY for channel in sheet.channel]
# The platforms, hosts, hotlines and authorities that a helpline in Pakistan was found to write to.
WRITTEN_TO = [
    "bing",
    "blogger",
    "cloudflare",
    "discord",
    "dropbox",
    "facebook",
    "ftc_tida",
    "generic_host",
    "gofile",
    "google_drive",
    "google_search",
    "imgur",
    "instagram",
    "iwf_pk",
    "mediafire",
    "mega",
    "nccia",
    "ncmec_cybertip",
    "ncmec_tid",
    "pinterest",
    "pornhub",
    "pta",
    "reddit",
    "registrar",
    "snapchat",
    "stopncii",
    "telegram",
    "threads",
    "tiktok",
    "tumblr",
    "whatsapp",
    "wordpress_com",
    "x_twitter",
    "xhamster",
    "xvideos",
    "youtube",
]
COPYRIGHT = {
    Element.SIGNATURE, Element.WORK, Element.URL, Element.CONTACT, Element.GOOD_FAITH_STATEMENT,
    Element.ACCURACY_STATEMENT,
}  # fmt: skip
INTIMATE = {Element.SIGNATURE, Element.URL, Element.NON_CONSENT_STATEMENT, Element.CONTACT}

every_channel = pytest.mark.parametrize(
    ("platform", "channel"), CHANNELS, ids=[f"{one} {channel.kind} {number}" for number, (one, channel) in enumerate(CHANNELS)]
)  # fmt: skip


def channels(platform: str) -> tuple[Channel, ...]:
    sheet = REGISTRY.sheet(platform)
    assert sheet is not None, platform
    return sheet.channel


def test_all_that_a_helpline_writes_to_have_a_channel() -> None:
    assert len(WRITTEN_TO) == 36
    assert [one for one in WRITTEN_TO if not channels(one)] == []


@every_channel
def test_every_channel_has_source_day_and_words_of_its_own(platform: str, channel: Channel) -> None:
    assert channel.source.strip()
    assert platform
    assert all(trap.endswith(".") for trap in channel.traps)
    assert not any("revenge porn" in text.casefold() for text in (*channel.traps, channel.gives or "", channel.to))


@every_channel
def test_every_basis_is_described_and_one_fits_each_category(platform: str, channel: Channel) -> None:
    assert strangers(sheet for sheet in REGISTRY if sheet.id == platform) == {}
    named = [known()[one] for one in channel.basis]
    open_ended = {"unlawful", "anything"}
    for category in set(channel.categories) - open_ended:
        assert any(basis.fits(category) for basis in named), category


@every_channel
def test_what_nobody_saw_on_a_page_has_to_be_verified(platform: str, channel: Channel) -> None:
    assert channel.verify == (channel.sure is not Sure.PAGE_SEEN)
    if "no page" in channel.source or "without a page" in channel.source or "not known yet" in channel.to:
        assert channel.verify
    assert platform


def test_every_element_has_a_meaning_in_words() -> None:
    assert set(MEANINGS) == set(Element)
    assert [one for one, meaning in MEANINGS.items() if not meaning.words.strip()] == []


def test_only_some_elements_say_who_the_complainant_is() -> None:
    personal = {one for one, meaning in MEANINGS.items() if meaning.personal}
    assert {Element.LEGAL_NAME, Element.ID_DOCUMENT, Element.IDENTITY_NUMBER} <= personal
    assert personal.isdisjoint({Element.URL, Element.NAME, Element.CONTACT_EMAIL, Element.SIGNATURE})


@pytest.mark.parametrize(
    "channel", [one for _, one in CHANNELS if one.basis == ("us-dmca",) and one.sure is Sure.PAGE_SEEN]
)
def test_a_copyright_notice_asks_all_that_the_statute_asks(channel: Channel) -> None:
    assert set(channel.asks) >= COPYRIGHT


@pytest.mark.parametrize(
    "platform", ["facebook", "instagram", "threads", "x_twitter", "youtube", "telegram", "discord"]
)
def test_a_form_under_the_statute_asks_all_that_the_statute_asks(platform: str) -> None:
    statutory = [one for one in channels(platform) if "us-tida" in one.basis]
    assert statutory
    assert all(set(one.asks) >= INTIMATE and one.lane is Lane.STATUTORY for one in statutory)


@pytest.mark.parametrize(
    ("platform", "word"),
    [
        pytest.param("x_twitter", "street address", id="X passes the complaint on to the poster"),
        pytest.param("dropbox", "rlkey", id="Dropbox's form drops the access key"),
        pytest.param("mega", "key behind the #", id="MEGA sees nothing without the key"),
        pytest.param("pornhub", "link in the mail", id="Pornhub waits for its mail to be opened"),
        pytest.param("pornhub", "name is shown where the film was", id="Pornhub shows the owner's name"),
        pytest.param("youtube", "48 hours", id="YouTube tells the uploader first"),
        pytest.param("cloudflare", "may be the abuser", id="Cloudflare passes reports on"),
        pytest.param("google_search", "not a page that is gone", id="a search result is not the page"),
        pytest.param("pta", "consent of its own", id="a regulator only with consent"),
    ],
)
def test_traps_are_told(platform: str, word: str) -> None:
    assert any(word in trap for one in channels(platform) for trap in one.traps)


def test_limits_per_report_are_kept() -> None:
    limits = {(one, channel.links_at_once, channel.same_host) for one, channel in CHANNELS if channel.links_at_once}
    assert limits == {("discord", 1, False), ("cloudflare", 250, True)}


@pytest.mark.parametrize(
    ("categories", "category", "taken"),
    [
        pytest.param(["ncii"], "ncii", True, id="what it names"),
        pytest.param(["ncii"], "privacy", False, id="what it does not name"),
        pytest.param(["unlawful"], "defamation", True, id="anything unlawful"),
        pytest.param(["anything"], "ncii", True, id="anything at all"),
        pytest.param(["anything", "unlawful"], "cse", False, id="a child's picture needs a channel that names it"),
        pytest.param(["anything"], "copyright", False, id="so does copyright"),
        pytest.param(["anything", "cse"], "cse", True, id="and has it where it is named"),
    ],
)
def test_what_a_channel_takes(categories: list[str], category: str, taken: bool) -> None:
    assert channels("gofile")[0].model_copy(update={"categories": tuple(categories)}).takes(category) is taken


def test_every_category_of_a_link_has_somewhere_to_go() -> None:
    hosts = [one for _, one in CHANNELS if one.kind is ChannelKind.ABUSE_CONTACT]
    assert {category for category in Category if any(one.takes(category) for one in hosts)} == set(Category) - {
        "copyright"
    }


def test_hotlines_for_children_take_addresses_and_nothing_else() -> None:
    hotlines = [one for _, one in CHANNELS if one.use is Use.HOTLINE and "provider" not in one.who]
    assert hotlines
    assert all(set(one.asks) <= {Element.URL, Element.CATEGORY, Element.SEEN_AT} for one in hotlines)


WHOLE = """id = "xx"
name = "X"
hosts = []

[[channel]]
kind = "email"
to = "abuse@xx.example"
lane = "policy"
categories = ["ncii"]
basis = ["policy"]
asks = ["url"]
sure = "page-seen"
source = "its page"
seen = 2026-11-02

[[channel]]
kind = "webform"
to = "https://xx.example/report"
lane = "policy"
categories = ["ncii"]
basis = ["policy"]
asks = [
    "url",
    "description",
]
sure = "page-seen"
source = "its page"
seen = 2026-11-02
"""


def test_the_sheet_that_is_spoilt_below_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "xx.toml").write_text(WHOLE, encoding="utf-8")
    sheet = Registry.load(tmp_path).sheet("xx")
    assert sheet is not None
    assert [(one.url, one.mailbox) for one in sheet.channel] == [
        (None, "abuse@xx.example"), ("https://xx.example/report", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param('kind = "webform"', 'kind = "fax"', r"xx\.toml: channel\.1\.kind: .*line 17\)", id="a kind nobody knows"),
        pytest.param('    "description"', '    "descriptoin"', r"channel\.1\.asks\.1: .*line 24\)", id="an element nobody knows"),
        pytest.param('"https://xx.example/report"', '"the form"', r"channel\.1: .*verify before use \(line 16\)", id="no address, and yet sure"),
        pytest.param('lane = "policy"', 'lane = "polite"', r"channel\.0\.lane: .*line 8\)", id="a lane nobody knows"),
        pytest.param('sure = "page-seen"\n', "", r"channel\.0\.sure: Field required \(line 5\)", id="not said how sure"),
        pytest.param("seen = 2026-11-02", 'seen = "lately"', r"channel\.0\.seen: .*line 14\)", id="no day"),
        pytest.param('asks = ["url"]', 'asks = ["url", "url"]', r"channel\.0: .*twice \(line 5\)", id="a thing asked twice"),
        pytest.param('name = "X"', 'name = "X"\nlimit = 3', r"xx\.toml: limit: .*\(line 3\)", id="a key nobody knows"),
        pytest.param('kind = "email"', "kind = ", r"xx\.toml: .*line 6", id="no TOML"),
    ],
)  # fmt: skip
def test_a_wrong_channel_is_refused_with_file_and_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in WHOLE
    (tmp_path / "xx.toml").write_text(WHOLE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SheetRefused, match=says):
        Registry.load(tmp_path)
