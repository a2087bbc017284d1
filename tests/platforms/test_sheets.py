from datetime import date
from pathlib import Path

import pytest

from platforms.registry import Registry
from platforms.sheet import Sheet
from platforms.words import Verdict

PAGES = Path(__file__).parents[1] / "pages"
REGISTRY = Registry.load()
VIDEO = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
FACEBOOK = "https://www.facebook.com"
BLOG = "https://blog.wordpress.com"

# As it is pasted, as it is watched.
FORMS = [
    ("https://dropbox.com/scl/fo/ab1/K-y?rlkey=xyz&dl=0", "https://www.dropbox.com/scl/fo/ab1/K-y?rlkey=xyz"),
    (
        "https://www.dropbox.com/scl/fi/ab1/a%20b.jpg?rlkey=x&e=1",
        "https://www.dropbox.com/scl/fi/ab1/a%20b.jpg?rlkey=x&e=1",
    ),
    ("https://dl.dropboxusercontent.com/s/ab1/a.jpg?raw=1", "https://www.dropbox.com/s/ab1/a.jpg"),
    ("https://m.facebook.com/watch/?ref=x&v=123", f"{FACEBOOK}/watch/?v=123"),
    ("https://www.facebook.com/photo.php?fbid=12&set=a.1&type=3", f"{FACEBOOK}/photo/?fbid=12"),
    (
        "https://m.facebook.com/story.php?story_fbid=pf1&id=9&mibextid=z",
        f"{FACEBOOK}/permalink.php?story_fbid=pf1&id=9",
    ),
    ("https://web.facebook.com/permalink.php?id=9&story_fbid=pf1", f"{FACEBOOK}/permalink.php?story_fbid=pf1&id=9"),
    ("https://facebook.com/profile.php?id=100&sk=about", f"{FACEBOOK}/profile.php?id=100"),
    ("https://www.facebook.com/reel/123/?s=x", f"{FACEBOOK}/reel/123"),
    ("https://facebook.com/groups/g.1/permalink/77/", f"{FACEBOOK}/groups/g.1/posts/77"),
    ("https://facebook.com/a.page/posts/some-title/pfb1?__tn__=x", f"{FACEBOOK}/a.page/posts/pfb1"),
    ("https://facebook.com/a.page/posts/1?comment_id=5", f"{FACEBOOK}/a.page/posts/1?comment_id=5"),
    ("https://facebook.com/a.page/videos/vb.1/123/", f"{FACEBOOK}/a.page/videos/123"),
    ("https://youtu.be/dQw4w9WgXcQ?si=abc&t=3", VIDEO),
    ("https://m.youtube.com/watch?app=desktop&v=dQw4w9WgXcQ&list=x", VIDEO),
    ("https://youtube.com/shorts/dQw4w9WgXcQ?feature=share", VIDEO),
    ("https://www.youtube.com/elevenchars", "https://www.youtube.com/elevenchars"),
    ("https://t.me/c/123/45", "https://t.me/c/123/45"),
    ("https://t.me/joinchat/AbC-d_1", "https://t.me/+AbC-d_1"),
    ("https://t.me/group_name/5/77?single", "https://t.me/group_name/5/77"),
    ("https://telegram.me/s/channel/45?embed=1", "https://t.me/channel/45"),
    ("https://t.me/s/channel", "https://t.me/channel"),
    ("https://blog.wordpress.com/?utm_source=x&p=12", f"{BLOG}/?p=12"),
    ("https://blog.wordpress.com/2024/01/31/a-post?share=x", f"{BLOG}/2024/01/31/a-post/"),
]


@pytest.mark.parametrize(("pasted", "watched"), FORMS, ids=[pasted for pasted, _ in FORMS])
def test_each_form_has_one_address_that_is_its_own(pasted: str, watched: str) -> None:
    found = REGISTRY.identify(pasted)
    assert found.canonical == watched
    again = REGISTRY.identify(watched)
    assert (again.canonical, again.visit) == (watched, found.visit)


def test_every_permalink_has_an_example() -> None:
    shown = {id(REGISTRY.identify(pasted).permalink) for pasted, _ in FORMS}
    here = [sheet for sheet in REGISTRY if not (PAGES / sheet.id / "pages.toml").exists()]
    assert [form.pattern for sheet in here for form in sheet.permalink if id(form) not in shown] == []


def test_a_post_on_telegram_is_read_in_its_embed_page() -> None:
    assert REGISTRY.identify("https://t.me/s/channel/45").visit == "https://t.me/channel/45?embed=1"
    assert REGISTRY.identify("https://t.me/channel/45?comment=6").visit == "https://t.me/channel/45?embed=1&comment=6"


@pytest.mark.parametrize("sheet", list(REGISTRY), ids=lambda sheet: sheet.id)
def test_every_fact_is_sourced_and_dated(sheet: Sheet) -> None:
    facts = (*sheet.marker, *sheet.channel)
    assert facts
    assert all(fact.source.strip() and fact.seen <= date(2026, 11, 23) for fact in facts)
    assert len({marker.rule for marker in sheet.marker}) == len(sheet.marker)


@pytest.mark.parametrize("platform", ["facebook", "youtube", "telegram"])
def test_a_page_without_a_sign_proves_nothing_where_walls_are_common(platform: str) -> None:
    sheet = REGISTRY.sheet(platform)
    assert sheet is not None
    assert sheet.otherwise == "unclear"


def test_being_told_to_try_again_later_is_asked_before_any_removal() -> None:
    sheet = REGISTRY.sheet("youtube")
    assert sheet is not None
    shown = [marker.shows for marker in sheet.marker]
    assert max(i for i, v in enumerate(shown) if v in {Verdict.BLOCKED, Verdict.RESTRICTED}) < shown.index(
        Verdict.REMOVED
    )
    blocked = [text for marker in sheet.marker if marker.shows is Verdict.BLOCKED for text in marker.equals]
    assert "This content isn't available, try again later" in blocked


def test_channels_that_nobody_has_checked_say_so() -> None:
    unchecked = [channel for sheet in REGISTRY for channel in sheet.channel if "not verified" in channel.to]
    assert unchecked
    assert not any(channel.sure for channel in unchecked)
