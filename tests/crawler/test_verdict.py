"""What one visit proves, told as tables; and the law that silence is never `removed`."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.page import Failure, Hop, Page
from crawler.verdict import Baseline, Finding, judge
from platforms.sheet import Engine, Marker, Sheet, Sign
from platforms.words import Verdict

PAGES = Path(__file__).parents[1] / "pages" / "generic"
URL = "https://pixhaven.example.org/p/abc"
JSON = {"content-type": "application/json"}
HTML = {"content-type": "text/html; charset=utf-8"}


def page(body: str | bytes = "", status: int | None = 200, final: str = URL, asked: str = URL, **more: Any) -> Page:
    raw = body.encode() if isinstance(body, str) else body
    hops = (Hop(asked, 302, final),) if final != asked else ()
    headers = {**HTML, **more.pop("headers", {})}
    return Page(url=asked, final_url=final, status=status, headers=headers, body=raw, hops=hops, **more)


def saved(name: str, status: int = 200, **more: Any) -> Page:
    return page((PAGES / f"{name}.html").read_bytes(), status, **more)


def titled(title: str, body: str = "<p>Some words that are here to be read.</p>", head: str = "", **more: Any) -> Page:
    return page(f"<!doctype html><title>{title}</title>{head}<body>{body}", **more)


def failed(failure: Failure) -> Page:
    return Page(url=URL, final_url=URL, failure=failure)


OG_VIDEO = '<meta property="og:video" content="/v.mp4">'
OG_IMAGE = '<meta property="og:image" content="https://img.pixhaven.example.org/k/1.jpg">'
OG_LOGO = '<meta property="og:image" content="https://pixhaven.example.org/static/logo-big.png">'
HOME, OTHER = "https://pixhaven.example.org/", "https://elsewhere.example.net/x"
LOGIN = "https://pixhaven.example.org/accounts/login/?next=abc"
FORM = '<form><input type="password"></form>'


@pytest.mark.parametrize(
    ("page", "verdict", "rule"),
    [
        pytest.param(failed(Failure.DNS), "unreachable", "failure-dns", id="the name is not found"),
        pytest.param(failed(Failure.TIMEOUT), "unreachable", "failure-timeout", id="nobody answers in time"),
        pytest.param(failed(Failure.REDIRECTS), "unclear", "failure-redirects", id="redirects without end"),
        pytest.param(failed(Failure.MALFORMED), "unclear", "failure-malformed", id="an answer nobody can read"),
        pytest.param(failed(Failure.PRIVATE), "unclear", "failure-private", id="leads into a private network"),
        pytest.param(page(status=None), "unclear", "no-answer", id="neither an answer nor a failure"),
        pytest.param(saved("wall", 403), "blocked", "status-403", id="we were turned away, so we know nothing"),
        pytest.param(page(status=429), "blocked", "status-429", id="asked too often"),
        pytest.param(
            saved("cloudflare_challenge", 403), "blocked", "challenge", id="Cloudflare's challenge by its title"
        ),
        pytest.param(
            page("_cf_chl_opt", 503, headers={"server": "cloudflare"}),
            "blocked",
            "cloudflare",
            id="Cloudflare by its script",
        ),
        pytest.param(
            page("x", 404, headers={"cf-mitigated": "challenge"}),
            "blocked",
            "cloudflare",
            id="a challenge that says 404",
        ),
        pytest.param(titled("Attention Required! | Cloudflare"), "blocked", "challenge", id="Cloudflare's refusal"),
        pytest.param(page("x", 403, headers={"server": "ddos-guard"}), "blocked", "ddos-guard", id="DDoS-Guard"),
        pytest.param(saved("captcha"), "blocked", "captcha", id="little but a captcha"),
        pytest.param(titled("Доступ ограничен"), "blocked", "censored", id="a provider's block page, Russian"),
        pytest.param(titled("Surf Safely!"), "blocked", "censored", id="a provider's block page, Pakistan"),
        pytest.param(page(status=401), "restricted", "status-401", id="asks for a login by status"),
        pytest.param(page(status=451), "restricted", "status-451", id="withheld by law"),
        pytest.param(page(status=407), "unclear", "status-407", id="a proxy asks for a login"),
        pytest.param(page("x", 503), "unreachable", "status-503", id="the server is out of order"),
        pytest.param(
            titled("Page not found", status=502), "unreachable", "status-502", id="out of order, whatever it says"
        ),
        pytest.param(page("x", final=LOGIN), "restricted", "login-redirect", id="sent to the login page"),
        pytest.param(page("x", 403, final=LOGIN), "restricted", "login-redirect", id="turned away at the login page"),
        pytest.param(page("x", 404, final=LOGIN), "restricted", "login-redirect", id="a login page that says 404"),
        pytest.param(saved("login"), "restricted", "login-page", id="a login form in the content's place"),
        pytest.param(saved("login", 403), "restricted", "login-page", id="a login form with 403"),
        pytest.param(titled("How to log in", FORM + "<p>text"), "live", "page", id="a page about logging in"),
        pytest.param(
            titled("Boats", FORM + "<h2>Log in</h2><p>text"), "live", "page", id="a page with a small login form"
        ),
        pytest.param(titled("Age verification | Pix"), "restricted", "age-gate", id="asks for an age by title"),
        pytest.param(titled("Pix", "<h1>Are you 18?</h1>"), "restricted", "age-gate", id="asks for an age by heading"),
    ],
)
def test_nothing_seen(page: Page, verdict: str, rule: str) -> None:
    finding = judge(page)
    assert (finding.verdict, finding.rule) == (verdict, f"generic.{rule}")


@pytest.mark.parametrize(
    ("page", "rule"),
    [
        pytest.param(page("x", 404), "status-404", id="404"),
        pytest.param(page("", 410), "status-410", id="410 without a word"),
        pytest.param(
            page("x", 404, final=URL.replace("pix", "www.pix")), "status-404", id="404 on the same site's www"
        ),
        pytest.param(saved("soft_404_english"), "title", id="soft 404 in English, with the site's name"),
        pytest.param(saved("soft_404_urdu"), "title", id="soft 404 in Urdu, with the site's name"),
        pytest.param(titled("404"), "title", id="only a number"),
        pytest.param(titled("404: Not Found"), "title", id="number and words"),
        pytest.param(titled("Not found: Pix-Haven"), "title", id="words and the site's own name"),
        pytest.param(titled("Error 404 (Not Found)!!1"), "title", id="with signs around it"),
        pytest.param(titled("404 | Pixhaven"), "title", id="number and the site's own name"),
        pytest.param(titled("Page Not Found - 404"), "title", id="words and number"),
        pytest.param(titled("This video has been removed."), "title", id="a film, with a full stop"),
        pytest.param(titled("This page is no longer available · Pix Haven"), "title", id="another separator"),
        pytest.param(titled("تم حذف هذا الفيديو"), "title", id="Arabic"),
        pytest.param(titled("पेज नहीं मिला – पिक्स"), "title", id="Hindi"),
        pytest.param(titled("Page not found", head=OG_LOGO), "title", id="a site's logo is no content"),
        pytest.param(titled("Pixhaven", "<h1>Sorry, this page isn’t available.</h1>"), "heading", id="main heading"),
        pytest.param(
            titled("Pix", head='<meta name="prerender-status-code" content="404">'),
            "prerender-status",
            id="told to robots",
        ),
        pytest.param(titled("Page not found", truncated=True), "title", id="cut later, but the sign had come"),
    ],
)
def test_gone(page: Page, rule: str) -> None:
    finding = judge(page)
    assert (finding.verdict, finding.rule) == (Verdict.REMOVED, f"generic.{rule}")


@pytest.mark.parametrize(
    ("page", "verdict"),
    [
        pytest.param(saved("live_with_comment"), "live", id="only a comment says 'removed'"),
        pytest.param(saved("live_menu_says_not_found"), "live", id="only a menu says 'page not found'"),
        pytest.param(saved("article_about_removal"), "live", id="an article about a removal"),
        pytest.param(titled("Page not found: the strange story of a lost web"), "live", id="a story about error pages"),
        pytest.param(titled("404 - The Peugeot that would not die"), "live", id="a car's name"),
        pytest.param(titled("Gone"), "live", id="a song's name"),
        pytest.param(titled("Not found - Anna"), "live", id="words and a name that is not the site's"),
        pytest.param(titled("404 | a"), "live", id="one letter is no site's name"),
        pytest.param(titled("Why this video has been removed"), "live", id="words inside a longer title"),
        pytest.param(titled("A", "<h1>A</h1><h1>Removed</h1><h1>B</h1>"), "live", id="one entry of a list"),
        pytest.param(titled("Page not found", head=OG_VIDEO), "unclear", id="a film with a misleading title"),
        pytest.param(titled("Image removed", head=OG_IMAGE), "unclear", id="a picture with a misleading title"),
        pytest.param(titled("A", "<h1>Video removed</h1>", OG_IMAGE), "unclear", id="a heading against a picture"),
        pytest.param(page("x" * 50, final=HOME), "unclear", id="sent to the first page"),
        pytest.param(page("x", 404, final=HOME), "unclear", id="sent to the first page, which is missing"),
        pytest.param(titled("Page not found", final=HOME), "unclear", id="sent to a first page that says gone"),
        pytest.param(page("x", 404, final=OTHER), "unclear", id="404 at another site"),
        pytest.param(titled("Page not found", final=OTHER), "unclear", id="soft 404 at another site"),
        pytest.param(page("x", 404, asked=HOME, final=HOME), "removed", id="the first page itself was reported"),
        pytest.param(
            titled("A", asked=HOME + "?p=1", final=HOME), "unclear", id="a number lost on the way to the first page"
        ),
        pytest.param(
            titled("A", asked="https://pix.org/anna", final="https://anna.pix.org/"),
            "live",
            id="from a path to a host of its own",
        ),
        pytest.param(page("", 204), "unclear", id="no content"),
        pytest.param(page(""), "unclear", id="an empty page"),
        pytest.param(page("<html><body></body></html>"), "unclear", id="markup around nothing"),
        pytest.param(page("x", 400), "unclear", id="400"),
        pytest.param(page("x", 302), "unclear", id="a redirect without a target"),
        pytest.param(page("", 304), "unclear", id="unchanged since we do not know what"),
        pytest.param(page("", 304, conditional=True), "live", id="unchanged since it was last seen"),
        pytest.param(saved("script_shell"), "unclear", id="only scripts can tell"),
        pytest.param(saved("script_shell", rendered=True), "unclear", id="empty after the scripts ran"),
        pytest.param(titled("Boats", truncated=True), "live", id="cut midway, without any sign"),
        pytest.param(page(b"\xff\xd8\xff", headers={"content-type": "image/jpeg"}), "live", id="a picture"),
        pytest.param(page(b"%PDF", headers={"content-type": "application/pdf"}), "live", id="a document"),
        pytest.param(
            page(b"", headers={"content-type": "video/mp4", "content-length": "9"}),
            "live",
            id="a film nobody downloaded",
        ),
        pytest.param(
            page(b"", headers={"content-type": "video/mp4", "content-length": "0"}),
            "unclear",
            id="a film without a byte",
        ),
        pytest.param(page(b"{}", headers={"content-type": "application/json"}), "unclear", id="data for machines"),
    ],
)
def test_what_misleads(page: Page, verdict: str) -> None:
    assert judge(page).verdict == verdict


def test_a_shell_asks_for_the_browser_once() -> None:
    assert judge(saved("script_shell")) == Finding(
        Verdict.UNCLEAR, "generic.needs-browser", "The page is filled by scripts, so only a browser can tell.", True
    )
    assert not judge(saved("script_shell", rendered=True)).needs_browser


def test_an_end_that_was_live_before_is_where_the_content_is() -> None:
    known = Baseline(final_url=OTHER)
    assert judge(page("x", 404, final=OTHER), known=known).verdict is Verdict.REMOVED
    assert judge(page("", 304, final=HOME, conditional=True), known=known).verdict is Verdict.UNCLEAR


# --- sheets ------------------------------------------------------------------------------------------------------


def marker(shows: str, rule: str, **signs: Any) -> Marker:
    return Marker(shows=Verdict(shows), rule=rule, source="drawn for this test", seen=date(2026, 11, 2), **signs)


def sheet(*markers: Marker, **more: Any) -> Sheet:
    return Sheet(id="pixhaven", name="Pixhaven", hosts=("pixhaven.example.org",), marker=markers, **more)


PLAYER = marker("live", "pix.player", css="div.player")
NOTICE = marker("removed", "pix.notice", css="p.notice", says="No longer  here")
STATE_GONE = marker("removed", "pix.state", script="state", at="item.gone", equals=(True,))
PRIVATE = marker("restricted", "pix.private", status=(403,), css="p.private")
GONE_403 = marker("removed", "pix.gone403", status=(403,), css="p.notice")
ROBOTS = marker("blocked", "pix.robots", header="X-Guard: robot")
LIVE_401 = marker("live", "pix.live401", status=(401,), asked=r"^/oembed")
SAYS_GONE = marker("removed", "pix.says", script="state", at="item.reason", says="Was  removed")
REPLY_404 = marker("removed", "pix.reply", status=(404,), reply="error.code", equals=("gone",))
REPLY_LIVE = marker("live", "pix.reply_live", reply="title")
DISPUTED = marker("unclear", "pix.disputed", meta="state", says="10204")

NOTICE_HTML = "<p class=notice>This is no longer here, sorry.</p>"
PLAYER_HTML = "<div class=player></div><p>text</p>"


@pytest.mark.parametrize(
    ("page", "sheet", "verdict", "rule"),
    [
        pytest.param(page(NOTICE_HTML), sheet(NOTICE), "removed", "pix.notice", id="the platform's own notice"),
        pytest.param(page("<p>no longer here"), sheet(NOTICE), "live", "generic.page", id="its words, but elsewhere"),
        pytest.param(
            page(NOTICE_HTML + PLAYER_HTML),
            sheet(NOTICE, PLAYER),
            "unclear",
            "pixhaven.contradiction",
            id="two signs disagree",
        ),
        pytest.param(
            page(PLAYER_HTML, 404), sheet(PLAYER), "unclear", "pixhaven.contradiction", id="a player with 404"
        ),
        pytest.param(
            titled("Video removed", PLAYER_HTML), sheet(PLAYER), "live", "pix.player", id="a player, misleading title"
        ),
        pytest.param(
            page('<script>state = {"item": {"gone": true}}</script>'),
            sheet(STATE_GONE),
            "removed",
            "pix.state",
            id="by script",
        ),
        pytest.param(
            page('<script>state = {"item": {"gone": 1}}</script><p>text' + "a" * 200),
            sheet(STATE_GONE),
            "live",
            "generic.page",
            id="one is not true",
        ),
        pytest.param(
            page('<script>state = {"item": {"reason": "It was removed."}}</script>'),
            sheet(SAYS_GONE),
            "removed",
            "pix.says",
            id="words in a script's value",
        ),
        pytest.param(
            page('<script>state = {"item": {"reason": ["was removed"]}}</script><p>text' + "a" * 200),
            sheet(SAYS_GONE),
            "live",
            "generic.page",
            id="a list says nothing",
        ),
        pytest.param(
            page('{"error": {"code": "gone"}}', 404, headers=JSON),
            sheet(REPLY_404, REPLY_LIVE),
            "removed",
            "pix.reply",
            id="by a probe's reply",
        ),
        pytest.param(
            page('{"title": "Removed"}', headers=JSON),
            sheet(REPLY_404, REPLY_LIVE),
            "live",
            "pix.reply_live",
            id="a probe's title",
        ),
        pytest.param(
            page('{"title": "Rem', headers=JSON), sheet(REPLY_LIVE), "unclear", "generic.unknown-kind", id="a cut reply"
        ),
        pytest.param(
            page('{"title": "a page, not a reply"}' + "a" * 200),
            sheet(REPLY_LIVE),
            "live",
            "generic.page",
            id="a page is no reply",
        ),
        pytest.param(
            page("<p class=private>", 403), sheet(PRIVATE), "restricted", "pix.private", id="private with 403"
        ),
        pytest.param(page(NOTICE_HTML, 403), sheet(GONE_403), "removed", "pix.gone403", id="a notice with 403"),
        pytest.param(
            page(NOTICE_HTML, 500), sheet(NOTICE), "unreachable", "generic.status-500", id="a notice, out of order"
        ),
        pytest.param(
            page(NOTICE_HTML, headers={"x-guard": "ROBOTS"}),
            sheet(NOTICE, ROBOTS),
            "blocked",
            "pix.robots",
            id="a wall first",
        ),
        pytest.param(
            page(
                "x", 401, asked="https://pixhaven.example.org/oembed?u", final="https://pixhaven.example.org/oembed?u"
            ),
            sheet(LIVE_401),
            "live",
            "pix.live401",
            id="401 that means live, for that form only",
        ),
        pytest.param(page("x", 401), sheet(LIVE_401), "restricted", "generic.status-401", id="401 for another form"),
        pytest.param(
            page("<meta name=state content=10204><p class=notice>no longer here"),
            sheet(NOTICE, DISPUTED),
            "unclear",
            "pix.disputed",
            id="a sign known to prove nothing",
        ),
        pytest.param(
            page("x", final=HOME),
            sheet(marker("removed", "pix.home", path="^/$")),
            "removed",
            "pix.home",
            id="home means gone",
        ),
        pytest.param(
            page("x", final=HOME),
            sheet(marker("removed", "pix.hop", hop="/p/abc$")),
            "removed",
            "pix.hop",
            id="by the way",
        ),
        pytest.param(
            titled("Pix: nothing"),
            sheet(marker("removed", "pix.t", title="^Pix: n")),
            "removed",
            "pix.t",
            id="by title",
        ),
        pytest.param(
            page("x", 404), sheet(otherwise="unclear"), "unclear", "pixhaven.unmarked", id="404 proves nothing here"
        ),
        pytest.param(page("x" * 90), sheet(otherwise="unclear"), "unclear", "pixhaven.unmarked", id="no sign at all"),
        pytest.param(page("x", 429), sheet(otherwise="unclear"), "blocked", "generic.status-429", id="asked too often"),
        pytest.param(
            page("x", 500), sheet(otherwise="unclear"), "unreachable", "generic.status-500", id="out of order"
        ),
        pytest.param(
            page("x" * 900), sheet(scripts=True), "unclear", "pixhaven.needs-browser", id="only a browser can tell"
        ),
        pytest.param(page("x" * 900, rendered=True), sheet(scripts=True), "live", "generic.page", id="a browser told"),
        pytest.param(
            page(NOTICE_HTML), sheet(NOTICE, scripts=True), "removed", "pix.notice", id="a sign without a browser"
        ),
        pytest.param(
            page("x"),
            sheet(marker("removed", "pix.bad", css="a[[")),
            "live",
            "generic.page",
            id="a selector that is none",
        ),
    ],
)
def test_sheets(page: Page, sheet: Sheet, verdict: str, rule: str) -> None:
    finding = judge(page, sheet)
    assert (finding.verdict, finding.rule) == (verdict, rule)


def test_signs_that_disagree_are_both_named() -> None:
    because = judge(page(NOTICE_HTML + PLAYER_HTML), sheet(NOTICE, PLAYER)).because
    assert "pix.notice" in because
    assert "pix.player" in because


def test_a_marker_gives_its_own_reason() -> None:
    own = marker("removed", "pix.own", status=(200,), because="The player says so.")
    assert judge(page("x"), sheet(own)).because == "The player says so."


# --- engines -----------------------------------------------------------------------------------------------------


def engine(name: str, *markers: Marker) -> Engine:
    sign = Sign(source="drawn for this test", seen=date(2026, 11, 2), meta="generator", says=name)
    return Engine(id=name.lower(), name=name, sign=(sign,), marker=markers)


BOARD = engine(
    "Board", marker("removed", "engine.board.notice", css="p.notice"), marker("live", "b.post", css="p.post")
)
OTHER_BOARD = engine("Other", marker("live", "engine.other.notice", css="p.notice"))
BY_BOARD = '<meta name="generator" content="Board 2">'
GONE = titled("Hills", NOTICE_HTML, BY_BOARD)


@pytest.mark.parametrize(
    ("page", "sheet", "rule"),
    [
        pytest.param(GONE, None, "engine.board.notice", id="the engine's own notice"),
        pytest.param(GONE, sheet(), "generic.page", id="a sheet speaks alone"),
        pytest.param(titled("Hills", NOTICE_HTML), None, "generic.page", id="the same page from no engine"),
        pytest.param(titled("Hills", head=BY_BOARD), None, "generic.page", id="no sign: the rules for any site"),
        pytest.param(titled("Page not found", head=BY_BOARD), None, "generic.title", id="no sign, and gone"),
        pytest.param(
            titled("Hills", NOTICE_HTML + "<p class=post>", BY_BOARD), None, "engine.board.contradiction", id="both"
        ),
        pytest.param(
            titled("Hills", "<p class=post>text", BY_BOARD, status=404), None, "engine.board.contradiction", id="404"
        ),
        pytest.param(titled("Hills", NOTICE_HTML, BY_BOARD, status=502), None, "generic.status-502", id="broken"),
        pytest.param(titled("Hills", NOTICE_HTML, BY_BOARD, status=429), None, "generic.status-429", id="a wall first"),
        pytest.param(titled("Hills", NOTICE_HTML, BY_BOARD, final=LOGIN), None, "generic.login-redirect", id="login"),
        pytest.param(titled("Hills", NOTICE_HTML, BY_BOARD, final=HOME), None, "generic.home", id="sent away first"),
    ],
)
def test_engines(page: Page, sheet: Sheet | None, rule: str) -> None:
    assert judge(page, sheet, engines=[OTHER_BOARD, BOARD]).rule == rule


def test_where_the_content_was_last_live_is_not_elsewhere() -> None:
    moved = marker("unclear", "engine.board.moved", css="p", elsewhere=True)
    visit = titled("Hills", "<p>text", BY_BOARD, final=URL + "-two")
    assert judge(visit, engines=[engine("Board", moved)]).rule == "engine.board.moved"
    known = Baseline(final_url=URL + "-two")
    assert judge(visit, known=known, engines=[engine("Board", moved)]).rule == "generic.page"


# --- laws --------------------------------------------------------------------------------------------------------

urls = st.one_of(
    st.text(max_size=30), st.sampled_from([URL, HOME, OTHER, LOGIN, "https://[broken", "http://1.2.3.4:x/"])
)
bodies = st.one_of(
    st.binary(max_size=200),
    st.lists(
        st.sampled_from(
            [
                "<title>",
                "</title>",
                "<h1>",
                "</h1>",
                "removed",
                "text",
                "<script>",
                "</script>",
                OG_VIDEO,
                FORM,
                "<p>",
                "|",
            ]
        ),
        max_size=12,
    ).map(lambda parts: "".join(parts).encode()),
)
headers = st.dictionaries(
    st.sampled_from(["content-type", "server", "cf-mitigated", "content-length", "x-guard"]),
    st.one_of(
        st.text(max_size=20), st.sampled_from(["text/html", "image/png", "cloudflare", "text/html; charset=idna"])
    ),
)
pages = st.builds(
    Page,
    url=urls,
    final_url=urls,
    status=st.one_of(st.none(), st.integers(-1, 999)),
    headers=headers,
    body=bodies,
    failure=st.one_of(st.none(), st.sampled_from(Failure)),
    truncated=st.booleans(),
    rendered=st.booleans(),
    conditional=st.booleans(),
)
EVERY_SIGN = sheet(
    PLAYER, NOTICE, STATE_GONE, SAYS_GONE, REPLY_404, REPLY_LIVE, PRIVATE, GONE_403, ROBOTS, LIVE_401, DISPUTED
)


@given(pages, st.sampled_from([None, EVERY_SIGN, sheet(otherwise="unclear"), sheet(scripts=True)]))
def test_any_page_gives_a_finding_in_one_sentence(page: Page, sheet: Sheet | None) -> None:
    finding = judge(page, sheet)
    assert finding.rule
    assert finding.because.endswith(".")
    assert "\n" not in finding.because


@given(pages)
@example(page("", 204))
@example(saved("wall", 403))
@example(saved("cloudflare_challenge", 503))
@example(saved("login"))
@example(page(""))
def test_silence_is_never_removed(page: Page) -> None:
    finding = judge(page)
    if finding.verdict is Verdict.REMOVED:
        assert finding.rule in {
            "generic.status-404",
            "generic.status-410",
            "generic.title",
            "generic.heading",
            "generic.prerender-status",
        }
        assert page.failure is None
        assert page.status in (200, 404, 410)


@given(st.sampled_from(Failure), pages)
def test_a_failure_is_never_removed_whatever_came_with_it(failure: Failure, page: Page) -> None:
    assert judge(Page(page.url, page.final_url, 404, body=page.body, failure=failure)).verdict is not Verdict.REMOVED


SECRET = "Zebrafinch"


@pytest.mark.parametrize("status", [200, 301, 401, 403, 404, 429, 451, 503])
@pytest.mark.parametrize("final", [URL, HOME, OTHER, LOGIN])
def test_no_reason_quotes_the_page_or_its_address(status: int, final: str) -> None:
    finding = judge(titled(SECRET, f"<h1>{SECRET}</h1>", status=status, asked=URL + SECRET, final=final))
    for told in (SECRET.lower(), "http", "pixhaven", "elsewhere"):
        assert told not in (finding.because + finding.rule).lower()
