"""Sites that nobody described: a page against what it was, and against what the site shows where nothing is."""

import json
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import verdict
from crawler.likeness import Print
from crawler.page import Hop, Page
from crawler.siblings import sibling
from crawler.verdict import Baseline, Finding, Missing, Others, Way, judge, learn, proved_by, renewed
from platforms.words import Verdict
from tests.crawler.test_verdict import PAGES, pages, sheet
from tests.web.pages import words

DOCS = Path(__file__).parents[2] / "docs" / "verdicts.md"
HOST = "https://pixhaven.example.org"
URL, NEXT, HOME = f"{HOST}/album/kx81", f"{HOST}/album/qqqq0", f"{HOST}/"
HTML = {"content-type": "text/html; charset=utf-8"}
CHROME = words(1, 60)


def shown(
    title: str, body: str, *, url: str = URL, final: str | None = None, status: int = 200, **more: object
) -> Page:
    """A page in the site's dress; the title stands for all, as on many sites, unless one is given."""
    text = f"<!doctype html><title>{title}</title><body><p>{CHROME}</p><div>{body}</div><p>{words(2, 30)}</p>"
    hops = (Hop(url, 302, final),) if final else ()
    return Page(url, final or url, status, HTML, text.encode(), hops, **more)  # type: ignore[arg-type]


def content(comments: int = 0, edited: int = 0, picture: str = "/files/81/a.jpg", title: str = "Pixhaven") -> Page:
    own = words(11, 60).split()
    own[:edited] = words(12, edited).split() if edited else []
    said = "".join(f"<p>{words(20 + n, 12)}</p>" for n in range(comments))
    return shown(
        title, f"<h1>{words(10, 3)}</h1><img src='{picture}?s={comments}'><p>{' '.join(own)}</p>{said} {comments}"
    )


def nothing(url: str = URL, more: str = "") -> Page:
    return shown("Pixhaven", f"<h1>{words(30, 3)}</h1><p>{words(31, 20)}</p>{more}", url=url)


def closed(url: str = URL) -> Page:
    return shown("Pixhaven", f"<p>{words(41, 20)}</p>", url=url)


def first_page(url: str = URL) -> Page:
    return shown("Pixhaven", f"<h1>Pixhaven</h1><p>{words(51, 20)}</p>", url=url, final=HOME)


def listing(url: str = URL, final: str = f"{HOST}/album/") -> Page:
    return shown("Pixhaven", f"<h1>{words(60, 2)}</h1><p>{words(61, 40)}</p>", url=url, final=final)


def met(live: Page, beside: Page) -> tuple[Baseline, Missing]:
    """See a page for the first time, and what the site shows beside it."""
    missing = learn(beside)
    finding = judge(live, missing=missing)
    assert (finding.verdict, finding.print is not None) == (Verdict.LIVE, True)
    assert finding.print is not None
    kept = json.loads(json.dumps(finding.print.kept()))
    return Baseline(print=Print.read(kept)), proved_by(missing, finding.print)


def later(page: Page, beside: Page, known: Baseline, proved: Missing) -> Finding:
    """See it again on another day, when the site is asked anew."""
    finding = judge(page, known=known)
    return judge(page, known=known, missing=renewed(proved, learn(beside))) if finding.needs_missing else finding


SOFT, HONEST = nothing(NEXT), replace(nothing(NEXT), status=404)


@pytest.mark.parametrize(
    ("page", "beside", "verdict", "rule"),
    [
        pytest.param(content(), SOFT, "live", "same", id="unchanged"),
        pytest.param(content(comments=30), SOFT, "live", "same", id="with many comments"),
        pytest.param(content(edited=20), SOFT, "live", "same", id="a third written anew"),
        pytest.param(content(title="Pixhaven (3)"), SOFT, "live", "same", id="a counter in the title"),
        pytest.param(nothing(), SOFT, "removed", "missing-page", id="what is missing there"),
        pytest.param(nothing(more="kx81"), nothing(NEXT, "qqqq0"), "removed", "missing-page", id="and it names the address"),
        pytest.param(replace(nothing(), truncated=True), SOFT, "removed", "missing-page", id="cut, but the sign had come"),
        pytest.param(closed(), closed(NEXT), "unclear", "one-page-for-all", id="closed for a day, all of it"),
        pytest.param(closed(), SOFT, "unclear", "changed", id="a wall before this page alone"),
        pytest.param(content(picture="/static/gone.jpg"), SOFT, "unclear", "changed", id="another picture in its place"),
        pytest.param(shown("Pixhaven", words(70, 60)), SOFT, "unclear", "changed", id="somebody else's content"),
        pytest.param(first_page(), SOFT, "unclear", "home", id="sent home, where what is missing is told otherwise"),
        pytest.param(listing(), SOFT, "unclear", "parent", id="sent to the list above"),
        pytest.param(listing(final=f"{HOST}/search?q=kx81"), SOFT, "unclear", "search", id="sent to a search"),
        pytest.param(shown("Pixhaven", "moved", final="https://else.example.net/"), SOFT, "unclear", "home", id="another's first page"),
        pytest.param(shown("Pixhaven", words(5, 90), final="https://else.example.net/x"), SOFT, "unclear", "other-site", id="another site"),
        pytest.param(content(), HONEST, "live", "same", id="an honest site, unchanged"),
        pytest.param(replace(nothing(), status=404), HONEST, "removed", "status-404", id="an honest site says so"),
        pytest.param(closed(), HONEST, "unclear", "changed", id="an honest site shows something else"),
    ],
)  # fmt: skip
def test_a_page_seen_again(page: Page, beside: Page, verdict: str, rule: str) -> None:
    known, proved = met(content(), SOFT if beside is not HONEST else HONEST)
    finding = later(page, beside, known, proved)
    assert (finding.verdict, finding.rule) == (verdict, f"generic.{rule}")


@pytest.mark.parametrize(
    ("sent", "beside", "rule"),
    [
        pytest.param(first_page(), first_page(NEXT), "missing-home", id="to the first page"),
        pytest.param(listing(), listing(NEXT), "missing-parent", id="to the list above"),
        pytest.param(
            listing(final=f"{HOST}/search?q=a"), listing(NEXT, f"{HOST}/search?q=b"), "missing-search", id="to a search"
        ),
    ],
)
def test_being_sent_away_is_removal_only_where_that_is_what_missing_looks_like(
    sent: Page, beside: Page, rule: str
) -> None:
    known, proved = met(content(), beside)
    unwitnessed = later(sent, beside, known, proved)
    assert (unwitnessed.verdict, unwitnessed.needs_others) == (Verdict.UNCLEAR, True)
    told = {others: judge(sent, known=known, missing=proved, others=others) for others in Others}
    assert (told[Others.SERVED].verdict, told[Others.SERVED].rule) == (Verdict.REMOVED, f"generic.{rule}")
    assert {told[Others.ALIKE].verdict, told[Others.UNKNOWN].verdict} == {Verdict.UNCLEAR}
    assert not any(finding.needs_others for finding in told.values())
    for unproved in (replace(proved, proved=False), renewed(replace(proved, proved=False), learn(beside))):
        assert judge(sent, known=known, missing=unproved, others=Others.SERVED).verdict is Verdict.UNCLEAR
    assert judge(sent, missing=proved, others=Others.SERVED).verdict is Verdict.UNCLEAR, "never at first sight"


def test_a_forum_that_calls_its_posts_comments_is_known_by_them() -> None:
    def thread(*posts: str) -> Page:
        said = "".join(f"<div class='comments__item'><p>{one}</p></div>" for one in posts)
        markup = f"<!doctype html><title>A shed</title><body><h1>A shed</h1><div class='comments'>{said}</div>"
        return Page(URL, URL, 200, HTML, markup.encode())

    first, second = words(91, 40), words(92, 40)
    known, proved = met(thread(first, second), HONEST)
    assert later(thread(first, second, words(93, 30)), HONEST, known, proved).rule == "generic.same"
    assert later(thread(words(94, 60), words(95, 40)), HONEST, known, proved).verdict is Verdict.UNCLEAR


def test_a_picture_that_stands_on_every_page_of_a_site_keeps_nothing_up() -> None:
    logo = "<img src='/skin/dots.png'>"
    live, gone = (
        replace(one, body=one.body.replace(b"<div>", f"<div>{logo}".encode())) for one in (content(), nothing())
    )
    beside = replace(gone, url=NEXT, final_url=NEXT)
    known, proved = met(live, beside)
    assert judge(gone, known=known, missing=proved).rule == "generic.missing-page"
    assert judge(live, known=known, missing=proved).verdict is Verdict.LIVE


def test_a_site_that_finds_nothing_of_what_it_lists_itself_has_a_fault() -> None:
    known, proved = met(content(), SOFT)
    told = {others: judge(nothing(), known=known, missing=proved, others=others).verdict for others in Others}
    assert told == {Others.SERVED: "removed", Others.UNKNOWN: "removed", Others.ALIKE: "unclear"}


@pytest.mark.parametrize(
    ("page", "beside", "verdict", "rule"),
    [
        pytest.param(content(), SOFT, "live", "page", id="something else is shown where nothing is"),
        pytest.param(content(), HONEST, "live", "page", id="an honest site"),
        pytest.param(content(), first_page(NEXT), "live", "page", id="what is missing is sent home"),
        pytest.param(nothing(), SOFT, "unclear", "like-missing", id="what is missing there"),
        pytest.param(closed(), closed(NEXT), "unclear", "like-missing", id="one wall before everything"),
        pytest.param(
            shown("Pixhaven: no kx8", words(30, 20), url=f"{HOST}/album/kx8"), shown("Pixhaven: no qqqqqqqqq0", words(30, 20),
            url=f"{HOST}/album/qqqqqqqqq0"), "unclear", "like-missing", id="what is missing there, which names a short address",
        ),
        pytest.param(nothing(more=words(80, 60)), nothing(NEXT, words(81, 60)), "unclear", "like-missing",
                     id="what is missing there, with what others look at"),
    ],
)  # fmt: skip
def test_a_page_never_seen_before(page: Page, beside: Page, verdict: str, rule: str) -> None:
    assert judge(page).needs_missing
    finding = judge(page, missing=learn(beside))
    assert (finding.verdict, finding.rule, finding.needs_missing) == (verdict, f"generic.{rule}", False)


def test_a_missing_page_that_nothing_proves_takes_nothing_down() -> None:
    known, proved = met(content(), SOFT)
    for untold in (replace(proved, proved=False), Missing(), learn(closed(NEXT)), renewed(proved, learn(closed(NEXT)))):
        assert judge(nothing(), known=known, missing=untold).verdict is not Verdict.REMOVED
        assert judge(closed(), known=known, missing=untold).verdict is not Verdict.REMOVED


def test_a_proof_stays_with_the_page_it_was_for() -> None:
    _, proved = met(content(), SOFT)
    assert renewed(proved, learn(nothing(f"{HOST}/album/zzzz1"))).proved
    assert not renewed(proved, learn(closed(NEXT))).proved
    assert not renewed(proved, learn(first_page(NEXT))).proved
    assert not renewed(proved, learn(replace(SOFT, status=503))).proved


@pytest.mark.parametrize("page", [replace(SOFT, status=403), replace(SOFT, status=429), replace(SOFT, status=503),
                                  shown("Log in", "<input type=password>"), shown("Just a moment", ""),
                                  shown("Domain for sale", ""), Page(URL, URL)])  # fmt: skip
def test_a_wall_teaches_nothing_of_what_is_missing(page: Page) -> None:
    assert learn(page).way is None


def test_a_page_known_with_its_scripts_run_is_not_judged_without_them() -> None:
    known, proved = met(replace(content(), rendered=True), replace(SOFT, rendered=True))
    finding = judge(nothing(), known=known, missing=proved)
    assert (finding.verdict, finding.needs_browser) == (Verdict.UNCLEAR, True)


def test_what_is_said_of_a_change_names_the_difference() -> None:
    known, _ = met(content(), SOFT)
    because = judge(content(picture="/x/y.jpg"), known=known).because
    assert "the main picture is another" in because
    assert "100 % of its text is still there" in because


def test_content_that_stays_under_a_title_that_says_gone_is_a_contradiction() -> None:
    known, _ = met(content(), SOFT)
    assert judge(content(title="Page not found"), known=known).rule == "generic.contradiction"


def test_what_is_kept_is_small_and_holds_no_word() -> None:
    for page in (content(), content(comments=200), shown("x" * 5000, "y " * 90_000)):
        note = judge(page, missing=learn(SOFT)).print
        assert note is not None
        kept = json.dumps(note.kept())
        assert len(kept) < 600
        assert not set(words(10, 3).split()) & set(re.findall(r"\w+", kept))
        assert Print.read(json.loads(kept)) == note


def test_files_are_known_by_kind_and_size() -> None:
    def file(length: int, url: str = URL) -> Page:
        return Page(url, url, 200, {"content-type": "image/jpeg", "content-length": str(length)}, truncated=True)

    assert judge(file(900), missing=learn(file(77, NEXT))).verdict is Verdict.LIVE
    assert judge(file(77), missing=learn(file(77, NEXT))).verdict is Verdict.UNCLEAR
    first = judge(file(900), missing=learn(file(77, NEXT)))
    assert first.print is not None
    known, proved = Baseline(print=first.print), proved_by(learn(file(77, NEXT)), first.print)
    assert judge(file(900), known=known).verdict is Verdict.LIVE
    assert judge(file(77), known=known, missing=proved).verdict is Verdict.REMOVED
    assert judge(file(88), known=known, missing=proved).verdict is Verdict.UNCLEAR


@pytest.mark.parametrize(
    ("title", "heading", "final", "rule"),
    [
        pytest.param("pixhaven.example.org is for sale", "", None, "for-sale", id="for sale, by its own name"),
        pytest.param("x", "This domain is parked", None, "parked", id="parked, by heading"),
        pytest.param("This domain has been seized", "", None, "seized", id="seized"),
        pytest.param("x", "y", "https://www.hugedomains.com/domain_profile.cfm?d=pixhaven", "for-sale|parked", id="at a dealer's"),
        pytest.param("x", "y", "https://www.justice.gov/seized", "seized", id="at an authority's"),
        pytest.param("pixhaven.example.org", "Related", "https://lander.example.net/x?domain=pixhaven.example.org", "other-site", id="a lander"),
    ],
)  # fmt: skip
def test_a_dead_domain_is_told_apart_and_never_live_or_removed(
    title: str, heading: str, final: str | None, rule: str
) -> None:
    finding = judge(shown(title, f"<h1>{heading}</h1>", final=final))
    assert finding.verdict is Verdict.UNCLEAR
    assert finding.rule.removeprefix("generic.") in rule.split("|")


SALE = shown("Domain for sale", f"<p>{words(90, 20)}</p>")


def test_a_page_called_for_sale_stands_for_the_site_only_where_its_neighbour_shows_the_same() -> None:
    assert judge(SALE).needs_missing
    everywhere, here = learn(replace(SALE, url=NEXT, final_url=NEXT)), learn(HONEST)
    assert (everywhere.parked, everywhere.way, here.parked) == (True, None, False)
    assert judge(SALE, missing=everywhere).rule == "generic.for-sale"
    assert judge(SALE, missing=here).rule == "generic.for-sale-here"
    assert judge(replace(SALE, url=HOME, final_url=HOME)).needs_missing is False, "the first page is the site"
    known, _ = met(shown("A", f"<p>{words(90, 20)}</p>"), HONEST)
    assert (
        judge(shown("A", f"<h1>Domain for sale</h1><p>{words(90, 20)}</p>"), known=known).verdict is not Verdict.REMOVED
    )


@pytest.mark.parametrize(
    ("asked", "final", "verdict"),
    [
        pytest.param("/album/kx81", "/photo/kx81-a-cat", "live", id="it keeps its name"),
        pytest.param("/?p=33", "/2026/a-cat-33/", "live", id="it keeps its number"),
        pytest.param("/view.php?id=3381", "/a-cat-3381.html", "live", id="a program's number"),
        pytest.param("/album/kx81", "/album/zz99", "unclear", id="another one"),
        pytest.param("/album/kx81", "/members/offers", "unclear", id="an offer"),
    ],
)
def test_a_first_look_that_ends_at_another_page_is_live_where_that_keeps_the_name(
    asked: str, final: str, verdict: str
) -> None:
    page = shown("A", f"<p>{words(5, 60)}</p>", url=HOST + asked, final=HOST + final)
    assert judge(page, missing=learn(HONEST)).verdict == verdict


@pytest.mark.parametrize(
    ("asked", "final"),
    [
        pytest.param("https://bit.ly/3xYz", "https://pixhaven.example.org/album/kx81", id="a shortener"),
        pytest.param("https://old.example.net/album/kx81", "https://pixhaven.example.org/album/kx81", id="a site that moved"),
    ],
)  # fmt: skip
def test_another_site_that_shows_the_content_is_live(asked: str, final: str) -> None:
    page = shown("Pixhaven", words(5, 90), url=asked, final=final)
    assert judge(page, missing=learn(HONEST)).verdict is Verdict.LIVE


@pytest.mark.parametrize(
    ("title", "verdict"),
    [
        pytest.param("Página no encontrada | Pixhaven", "removed", id="Spanish"),
        pytest.param("Désolé, cette vidéo a été supprimée", "removed", id="French"),
        pytest.param("Diese Seite wurde nicht gefunden", "removed", id="German"),
        pytest.param("Este vídeo foi removido", "removed", id="Portuguese"),
        pytest.param("Aradığınız sayfa bulunamadı", "removed", id="Turkish"),
        pytest.param("Страница не найдена", "removed", id="Russian"),
        pytest.param("Maaf, halaman tidak ditemukan", "removed", id="Indonesian"),
        pytest.param("ভিডিওটি মুছে ফেলা হয়েছে", "removed", id="Bengali"),
        pytest.param("صفحه مورد نظر یافت نشد", "removed", id="Persian"),
        pytest.param("抱歉，您访问的页面不存在", "removed", id="Chinese"),
        pytest.param("الصفحة المطلوبة غير موجودة", "removed", id="Arabic"),
        pytest.param("معذرت، یہ ویڈیو دستیاب نہیں ہے", "removed", id="Urdu"),
        pytest.param("क्षमा करें, यह पेज उपलब्ध नहीं है", "removed", id="Hindi"),
        pytest.param("Por qué este vídeo ha sido eliminado y otros no", "live", id="words in a longer title"),
        pytest.param("This video is not available in your country", "restricted", id="a region, English"),
        pytest.param("Dieses Video ist in deinem Land nicht verfügbar", "restricted", id="a region, German"),
        pytest.param("هذا المحتوى غير متاح في بلدك", "restricted", id="a region, Arabic"),
        pytest.param("Before you continue", "restricted", id="a consent wall"),
        pytest.param("Bevor Sie fortfahren", "restricted", id="a consent wall, German"),
        pytest.param("This post is private", "restricted", id="a private post"),
        pytest.param("Permission Denied | Pixhaven", "restricted", id="a refusal"),
        pytest.param("Nur für Mitglieder", "restricted", id="for members, German"),
        pytest.param("صرف ارکان کے لیے", "restricted", id="for members, Urdu"),
        pytest.param("502 Bad Gateway", "unreachable", id="out of order, at 200"),
        pytest.param("Error establishing a database connection", "unreachable", id="a database that is gone, at 200"),
        pytest.param("Site is under maintenance", "unreachable", id="maintenance, at 200"),
        pytest.param("网站维护中", "unreachable", id="maintenance, Chinese"),
        pytest.param("Something went wrong", "live", id="vague words, which prove nothing alone"),
    ],
)
def test_what_titles_say_in_many_languages(title: str, verdict: str) -> None:
    assert judge(shown(title, "<p>text</p>")).verdict == verdict


@pytest.mark.parametrize("title", ["Members only", "502 Bad Gateway", "Under maintenance", "Private profile"])
def test_a_picture_may_be_called_anything(title: str) -> None:
    page = shown(title, f"<h1>{title}</h1><img src='/files/1.jpg'><p>{words(1, 90)}")
    assert judge(page).verdict is Verdict.LIVE


def test_a_consent_banner_over_content_is_no_wall() -> None:
    page = shown("Anna", f"<h1>Anna</h1><h2>We value your privacy</h2><img src='/files/1.jpg'><p>{words(1, 90)}")
    assert judge(page).verdict is Verdict.LIVE


# --- siblings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "like", "shape"),
    [
        pytest.param(f"{HOST}/p/7", r"/p/1\d{9}", "/p/{number}", id="a short number becomes one that is not reached"),
        pytest.param(f"{HOST}/p/812345678901", r"/p/1\d{12}", "/p/{number}", id="a long one"),
        pytest.param(f"{HOST}/a/My-cat_2.html?x=1", r"/a/[A-Z][a-z]-[a-z]{3}_\d[a-z]{4}\.html\?x=1", "/a/{word}.html", id="words"),
        pytest.param(f"{HOST}/f/0a1b2c3d4e/", r"/f/[0-9a-f]{10}/", "/f/{hex}/", id="a digest, and a slash"),
        pytest.param(f"{HOST}/view.php?id=12&p=2", r"/view\.php\?id=1\d{9}&p=2", "/view.php?id={number}", id="a program"),
        pytest.param(f"{HOST}/?p=33", r"/\?p=1\d{9}", "/?p={number}", id="a query alone"),
        pytest.param(f"{HOST}/تصویر", r"/[a-z]{10}", "/{word}", id="another script"),
    ],
)  # fmt: skip
def test_a_sibling_has_the_same_shape_and_cannot_exist(url: str, like: str, shape: str) -> None:
    found = sibling(url, random.Random(1).random)
    assert found is not None
    assert re.fullmatch(re.escape(HOST) + like, found.url), found.url
    assert found.shape == HOST.removeprefix("https://") + shape
    assert sibling(found.url, random.Random(2).random) != found


@pytest.mark.parametrize("url", [HOME, HOST, "https://[broken", ""])
def test_where_there_is_nothing_to_replace_there_is_no_sibling(url: str) -> None:
    assert sibling(url, random.Random(1).random) is None


# --- bad input -------------------------------------------------------------------------------------------------------

BIG = 50_000_000
GREEK_IN_HEBREW = "\u202eשלום\u202c αβγ \u2067مرحبا\u2069 नमस्ते \U0001f600\u200d\ufeff"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<p>" + b"word and " * (BIG // 9), id="50 MB of text"),
        pytest.param(b"<div>" * 3_000_000, id="three million nested parts"),
        pytest.param(b"<script" * 200_000 + b"<svg" * 200_000, id="scripts that never end"),
        pytest.param(b"<title>" + b"a" * 1_000_000, id="a title of 1 MB that never ends"),
        pytest.param(b"<title>" + b"removed " * 125_000 + b"</title><h1>" + b"gone " * 200_000 + b"</h1>", id="a loud one"),
        pytest.param(b"\0" * 100_000 + b"<title>\0Page not\0found</title>\0", id="null bytes"),
        pytest.param(bytes(range(256)) * 400, id="every byte"),
        pytest.param(f"<title>{GREEK_IN_HEBREW}</title><p>{GREEK_IN_HEBREW * 4000}".encode(), id="mixed scripts, both ways"),
        pytest.param("<title>نہیں</title><p>متن".encode("utf-16"), id="UTF-16 that says it is UTF-8"),
        pytest.param(b"<script id=s type=application/json>{\"a\": [[[[" + b"[" * 100_000, id="JSON that is none"),
        pytest.param(b"<a " + b"x=1 " * 300_000 + b">", id="a million attributes"),
        pytest.param(b"&#x110000;&#xd800;&" * 50_000, id="signs that are none"),
    ],
)  # fmt: skip
def test_whatever_comes_is_judged_and_is_not_removed(body: bytes) -> None:
    page = Page(URL, URL, 200, HTML, body)
    known, proved = met(content(), SOFT)
    for finding in (judge(page), judge(page, known=known), judge(page, known=known, missing=proved)):
        assert finding.verdict is not Verdict.REMOVED
    assert learn(page) is not None


prints = st.builds(
    Print,
    title=st.one_of(st.none(), st.text(max_size=4)),
    picture=st.one_of(st.none(), st.text(max_size=4)),
    runs=st.lists(st.integers(0, 2**32 - 1), max_size=6).map(lambda runs: tuple(sorted(set(runs)))),
    tags=st.lists(st.integers(0, 2**32 - 1), max_size=3).map(tuple),
    count=st.integers(0, 300),
    file=st.one_of(st.none(), st.text(max_size=3)),
    checked=st.booleans(),
    rendered=st.booleans(),
    own_title=st.booleans(),
)
others = st.one_of(st.none(), st.sampled_from(Others))
answers = st.builds(
    Missing,
    st.one_of(st.none(), st.sampled_from(Way)),
    honest=st.booleans(),
    print=prints,
    proved=st.booleans(),
    own=st.lists(st.integers(0, 2**32 - 1), max_size=5).map(tuple),
    parked=st.booleans(),
)


@given(pages, st.one_of(st.none(), prints), st.one_of(st.none(), answers), others, st.booleans())
@settings(max_examples=300, deadline=None)
def test_nothing_is_removed_without_a_sign_or_a_proof(
    page: Page, known: Print | None, missing: Missing | None, others: Others | None, described: bool
) -> None:
    finding = judge(page, sheet() if described else None, Baseline(print=known), missing=missing, others=others)
    assert finding.because.endswith(".")
    if finding.rule in ("generic.missing-home", "generic.missing-parent", "generic.missing-search"):
        assert others is Others.SERVED
    if finding.rule.startswith("generic.missing"):
        assert others is not Others.ALIKE
        assert known is not None
        assert known.is_telling
        assert missing is not None
        assert missing.proved
        assert not described
        assert page.status == 200


@given(pages)
@settings(deadline=None)
def test_what_is_learned_and_noted_survives_the_record(page: Page) -> None:
    learned = learn(page).print
    assert Print.read(json.loads(json.dumps(learned.kept()))) == learned
    finding = judge(page)
    assert finding.print is None or finding.verdict is Verdict.LIVE


@given(st.text(max_size=80), st.integers(0, 99))
def test_a_sibling_of_any_text_is_another_address_or_none(url: str, seed: int) -> None:
    found = sibling(url, random.Random(seed).random)
    assert found is None or found.url != url


# --- the order -------------------------------------------------------------------------------------------------------


def test_the_order_of_precedence_is_told_as_it_is() -> None:
    source = Path(verdict.__file__).read_text("utf-8").split("_ORDER: ")[1]
    written = re.findall(r"^    (\w+),  # (.+)$", source, re.MULTILINE)
    told = re.findall(r"^\d+\. `(\w+)`: (.+)$", DOCS.read_text("utf-8"), re.MULTILINE)
    assert told == written
    assert [step.__name__ for step in verdict._ORDER] == [name for name, _ in told]


def test_every_saved_page_that_is_live_is_known_again() -> None:
    for file in sorted(PAGES.glob("*live*.html")):
        page = Page(URL, URL, 200, HTML, file.read_bytes())
        note = judge(page, missing=learn(HONEST)).print
        assert judge(page, known=Baseline(print=note)).rule == "generic.same", file.name
