"""What one visit proves: a page, what we know of its platform, and what it was when last seen give one finding."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice
from urllib.parse import SplitResult, urlsplit

import tldextract

from crawler import phrases
from crawler.document import Document, squeeze
from crawler.page import Failure, Page
from platforms.sheet import Engine, Marker, Sheet, Sign
from platforms.words import Verdict

LITTLE_TEXT_CHARS = 700
SITE_NAME_WORDS = 4
SITE_NAME_CHARS = 3


@dataclass(frozen=True)
class Finding:
    """What a visit proves, by which rule, and why in one sentence a person can check; it quotes nothing of the page.

    `needs_browser`: a visit with scripts may prove more.
    """

    verdict: Verdict
    rule: str
    because: str
    needs_browser: bool = False


@dataclass(frozen=True)
class Baseline:
    """What the address answered when it was last seen live."""

    etag: str | None = None
    last_modified: str | None = None
    final_url: str | None = None


def judge(
    page: Page, sheet: Sheet | None = None, known: Baseline | None = None, engines: Sequence[Engine] = ()
) -> Finding:
    """Say what one visit proves; the first of the engines that the page comes from speaks where there is no sheet.

    A wrong `removed` is told to a complainant as good news, so it needs a positive sign: absence,
    silence and refusal give `unclear`, `unreachable` or `blocked`, which a person sees.
    """
    look = _Look(page, sheet, known, engines)
    return next(finding for step in _ORDER if (finding := step(look)) is not None)


@dataclass(frozen=True)
class _Look:
    """One visit while it is judged; what is read from it is kept."""

    page: Page
    sheet: Sheet | None
    known: Baseline | None
    engines: Sequence[Engine]

    @cached_property
    def document(self) -> Document:
        return Document(self.page)

    @cached_property
    def asked(self) -> SplitResult:
        return _parts(self.page.url)

    @cached_property
    def final(self) -> SplitResult:
        return _parts(self.page.final_url)

    @cached_property
    def engine(self) -> Engine | None:
        """What the site runs on, where no sheet describes it."""
        if self.sheet is not None:
            return None
        return next((engine for engine in self.engines if any(self._fits(sign) for sign in engine.sign)), None)

    @cached_property
    def markers(self) -> tuple[Marker, ...]:
        """The markers of the sheet or engine that this page fits."""
        described = self.sheet or self.engine
        return tuple(marker for marker in described.marker if self._fits(marker)) if described else ()

    @property
    def described_as(self) -> str:
        """How rules about the sheet or engine as a whole begin."""
        return self.sheet.id if self.sheet else f"engine.{self.engine.id}" if self.engine else "generic"

    def marked(self, verdict: Verdict) -> Marker | None:
        return next((marker for marker in self.markers if marker.shows is verdict), None)

    @property
    def status_is_marked(self) -> bool:
        """Whether a marker that fits speaks of this very status, so that the status alone says nothing else."""
        return any(self.page.status in marker.status for marker in self.markers)

    @property
    def moved(self) -> bool:
        """Whether the visit ended elsewhere than it began, and elsewhere than when the content was last live."""
        ends = (self.page.url, self.known.final_url if self.known else None)
        return self.page.final_url not in ends

    @property
    def elsewhere(self) -> bool:
        """Whether it moved to another path; a slash at the end makes none."""
        return self.moved and self.final.path.rstrip("/") != self.asked.path.rstrip("/")

    @cached_property
    def content_signs(self) -> bool:
        """Whether the page names a picture, a film or an article as its content; a site's logo is none."""
        metas = self.document.metas
        if any(metas.get(name) for name in _CONTENT_METAS):
            return True
        if metas.get("og:type", "").lower().startswith(("video", "article", "music")):
            return True
        picture = metas.get("og:image") or metas.get("og:image:url") or metas.get("twitter:image")
        return bool(picture) and not _SITE_PICTURE.search(picture or "")

    def title_says(self, words: frozenset[str]) -> bool:
        return any(start in words for start, _ in self._title_starts)

    @property
    def title_says_removed(self) -> bool:
        return any(
            start in phrases.REMOVED or (start in phrases.REMOVED_IF_SITE_FOLLOWS and (not rest or self._is_site(rest)))
            for start, rest in self._title_starts
        )

    def heading_says(self, words: frozenset[str]) -> bool:
        return any(phrases.plain(heading) in words for heading in self.document.headings)

    def h1_says(self, words: frozenset[str]) -> bool:
        """Whether a main heading says so; a page with many of them is a list, and one entry proves nothing."""
        headings = self.document.h1
        return len(headings) <= 2 and any(phrases.plain(heading) in words for heading in headings)

    @cached_property
    def _title_starts(self) -> tuple[tuple[str, str], ...]:
        """The whole title, and the title before each thing that may be a site's name: (words, name)."""
        title = self.document.title[:300]
        starts = [(phrases.plain(title), "")]
        for cut in islice(_SEPARATOR.finditer(title), 6):
            rest = phrases.plain(title[cut.end() :])
            if len(rest.split()) <= SITE_NAME_WORDS and (":" not in cut[0] or self._is_site(rest)):
                starts.append((phrases.plain(title[: cut.start()]), rest))
        return tuple(start for start in starts if start[0])

    def _is_site(self, words: str) -> bool:
        name = words.replace(" ", "")
        host = re.sub(r"[.-]", "", self.final.hostname or "")
        own = phrases.plain(self.document.metas.get("og:site_name", ""))
        return words == own != "" or (len(name) >= SITE_NAME_CHARS and name in host)

    def _fits(self, marker: Sign) -> bool:
        return all(check(self, marker) for check in _MARKER_CHECKS)


_CONTENT_METAS = (
    "og:video", "og:video:url", "og:video:secure_url", "og:audio", "article:published_time", "twitter:player",
    "twitter:player:stream", "video:duration",
)  # fmt: skip
_SITE_PICTURE = re.compile(
    r"/(?:[\w.-]*[-_.])?(?:logo|default|placeholder|favicon|og|share|404)(?:[-_.][\w.-]*)?(?:\?|$)", re.IGNORECASE
)  # the name of the file says so
_SEPARATOR = re.compile(r"\s+-{1,2}\s+|\s*[|·•—–»«]\s*|\s*:\s+")

# --- markers: every condition that is given must hold, the cheap ones first --------------------------------------


def _status_fits(look: _Look, marker: Sign) -> bool:
    return not marker.status or look.page.status in marker.status


def _addresses_fit(look: _Look, marker: Sign) -> bool:
    if marker.asked is not None and not re.search(marker.asked, _path_and_query(look.asked)):
        return False
    if marker.path is not None and not re.search(marker.path, _path_and_query(look.final)):
        return False
    if marker.elsewhere and not look.elsewhere:
        return False
    if marker.hop is None:
        return True
    way = (look.page.final_url, *(url for hop in look.page.hops for url in (hop.url, hop.location)))
    return any(re.search(marker.hop, url) for url in way)


def _header_fits(look: _Look, marker: Sign) -> bool:
    if marker.header is None:
        return True
    name, _, text = marker.header.partition(":")
    value = look.page.headers.get(name.strip().lower())
    return value is not None and text.strip().lower() in value.lower()


def _title_fits(look: _Look, marker: Sign) -> bool:
    return marker.title is None or re.search(marker.title, look.document.title) is not None


def _css_fits(look: _Look, marker: Sign) -> bool:
    if marker.css is None:
        return True
    return any(_holds(node.text(), marker.says) for node in look.document.select(marker.css))


def _meta_fits(look: _Look, marker: Sign) -> bool:
    if marker.meta is None:
        return True
    content = look.document.metas.get(marker.meta.lower())
    return content is not None and _holds(content, marker.says)


def _script_fits(look: _Look, marker: Sign) -> bool:
    if marker.script is None or marker.at is None:
        return True
    return _value_fits(look.document.json_in(marker.script, marker.at), marker)


def _reply_fits(look: _Look, marker: Sign) -> bool:
    return marker.reply is None or _value_fits(look.document.json_reply(marker.reply), marker)


def _value_fits(value: object | None, marker: Sign) -> bool:
    if marker.equals:
        return any(type(value) is type(wanted) and value == wanted for wanted in marker.equals)  # True is not 1 here
    if marker.says is not None:
        return isinstance(value, str) and _holds(value, marker.says)
    return value is not None


def _holds(text: str, wanted: str | None) -> bool:
    return wanted is None or squeeze(wanted).casefold() in squeeze(text).casefold()


_MARKER_CHECKS: tuple[Callable[[_Look, Sign], bool], ...] = (
    _status_fits, _addresses_fit, _header_fits, _title_fits, _meta_fits, _css_fits, _script_fits, _reply_fits,
)  # fmt: skip

_WHAT_MARKERS_SHOW = {
    Verdict.LIVE: "A sign this platform gives only with the content is on the page.",
    Verdict.REMOVED: "The platform shows its own sign that the content is gone.",
    Verdict.RESTRICTED: "The platform shows its own sign that only some may see the content.",
    Verdict.BLOCKED: "The platform shows its own sign that it turned our visit away.",
    Verdict.UNCLEAR: "The platform shows a sign that is known to prove nothing.",
}


def _by(marker: Marker) -> Finding:
    return Finding(marker.shows, marker.rule, marker.because or _WHAT_MARKERS_SHOW[marker.shows])


def _found(verdict: Verdict, name: str, because: str, *, needs_browser: bool = False) -> Finding:
    return Finding(verdict, f"generic.{name}", because, needs_browser)


def _contradiction(rule: str, live: str, removed: str) -> Finding:
    because = f"One sign says that the content is gone ({removed}) and another that it is there ({live})."
    return Finding(Verdict.UNCLEAR, rule, because)


# --- failure -----------------------------------------------------------------------------------------------------

_FAILURES = {
    Failure.DNS: "The name of the site could not be found.",
    Failure.TLS: "No secure connection to the site could be made.",
    Failure.REFUSED: "The site refused the connection.",
    Failure.TIMEOUT: "The site did not answer in time.",
    Failure.DROPPED: "The site closed the connection before it answered.",
}
_FAILURES_TO_LOOK_INTO = {
    Failure.REDIRECTS: "The address sends visitors on and on without an end.",
    Failure.MALFORMED: "The site's answer could not be understood.",
    Failure.PRIVATE: "The address leads into a private network, which is never visited.",
}


def _failed(look: _Look) -> Finding | None:
    failure = look.page.failure
    if failure in _FAILURES:
        return _found(Verdict.UNREACHABLE, f"failure-{failure}", _FAILURES[failure])
    if failure in _FAILURES_TO_LOOK_INTO:
        return _found(Verdict.UNCLEAR, f"failure-{failure}", _FAILURES_TO_LOOK_INTO[failure])
    if look.page.status is None:
        return _found(Verdict.UNCLEAR, "no-answer", "The visit brought back no answer.")
    return None


# --- challenged or rate-limited ----------------------------------------------------------------------------------

_CHALLENGE_WORDS = (b"_cf_chl_opt", b"jschl-answer", b'name="captcha-bypass"')
_CAPTCHA = (
    ".g-recaptcha:not([data-size=invisible]), .h-captcha, .cf-turnstile, #px-captcha, #captcha-form, #challenge-form, "
    "form[action*=captcha], iframe[src*=captcha], iframe[src*='challenges.cloudflare.com'], "
    "script[src*='captcha-delivery.com'], script[src*='/cdn-cgi/challenge-platform/h/'], [data-sitekey]"
)


def _challenged(look: _Look) -> Finding | None:
    if marker := look.marked(Verdict.BLOCKED):
        return _by(marker)
    page = look.page
    if page.status == 429:
        return _found(Verdict.BLOCKED, "status-429", "The site says that we asked too often.")
    if page.headers.get("cf-mitigated", "").strip().lower() == "challenge" or _is_cloudflare_wall(page):
        return _found(Verdict.BLOCKED, "cloudflare", "Cloudflare asked our visit to prove that it is a person.")
    if page.status == 403 and "ddos-guard" in page.headers.get("server", "").lower():
        return _found(Verdict.BLOCKED, "ddos-guard", "DDoS-Guard asked our visit to prove that it is a person.")
    return _challenged_by_page(look)


def _is_cloudflare_wall(page: Page) -> bool:
    server = page.headers.get("server", "").lower()
    return page.status in (403, 503) and "cloudflare" in server and any(word in page.body for word in _CHALLENGE_WORDS)


def _challenged_by_page(look: _Look) -> Finding | None:
    if look.content_signs:
        return None
    if look.title_says(phrases.CENSORED):
        return _found(Verdict.BLOCKED, "censored", "An internet provider or authority put its own block page there.")
    if look.title_says(phrases.CHALLENGE):
        return _found(Verdict.BLOCKED, "challenge", "The page's title is that of a check for robots or a refusal.")
    if (
        look.document.visible_text_length <= LITTLE_TEXT_CHARS
        and look.document.select(_CAPTCHA)
        and not _has_password_field(look)
        and not look.document.has_media
    ):
        return _found(Verdict.BLOCKED, "captcha", "There is little on the page but a captcha.")
    return None


# --- login, age, region, private ---------------------------------------------------------------------------------


def _restricted(look: _Look) -> Finding | None:
    if marker := look.marked(Verdict.RESTRICTED):
        return _by(marker)
    if look.page.status == 401 and not look.status_is_marked:
        return _found(Verdict.RESTRICTED, "status-401", "The site asks for a login before it shows anything (401).")
    if look.page.status == 451 and not look.status_is_marked:
        return _found(Verdict.RESTRICTED, "status-451", "The site withholds the page for legal reasons (451).")
    if look.moved and _is_login(look.final) and not _is_login(look.asked):
        return _found(Verdict.RESTRICTED, "login-redirect", "The site sent our visit to its login page.")
    if look.moved and _has_segment(look.final, phrases.AGE_PATHS) and not _has_segment(look.asked, phrases.AGE_PATHS):
        return _found(Verdict.RESTRICTED, "age-redirect", "The site sent our visit to a page that asks for an age.")
    return _restricted_by_page(look)


def _restricted_by_page(look: _Look) -> Finding | None:
    if look.content_signs:
        return None
    says_login = look.title_says(phrases.LOGIN) or look.h1_says(phrases.LOGIN)
    if says_login and _has_password_field(look):
        return _found(Verdict.RESTRICTED, "login-page", "The page is a login form.")
    if look.title_says(phrases.AGE) or look.heading_says(phrases.AGE):
        return _found(Verdict.RESTRICTED, "age-gate", "The page asks for the visitor's age before it shows anything.")
    return None


def _has_password_field(look: _Look) -> bool:
    return bool(look.document.select('input[type="password" i]'))


def _is_login(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    return host.startswith(phrases.LOGIN_HOSTS) or _has_segment(parts, phrases.LOGIN_PATHS)


def _has_segment(parts: SplitResult, names: frozenset[str]) -> bool:
    segments = parts.path.lower().split("/")
    return any(segment.rpartition(".")[0] in names or segment in names for segment in segments)


# --- the platform's or engine's own signs, and what it means that there are none ---------------------------------


def _marked(look: _Look) -> Finding | None:
    if look.engine and (strayed := _strayed(look)):
        return strayed
    live, removed = look.marked(Verdict.LIVE), look.marked(Verdict.REMOVED)
    if live and removed:
        return _contradiction(f"{look.described_as}.contradiction", live.rule, removed.rule)
    if live and look.page.status in (404, 410) and not look.status_is_marked:
        return _contradiction(f"{look.described_as}.contradiction", live.rule, f"generic.status-{look.page.status}")
    # A server that is out of order may show anything: only a sign that speaks of this very status counts then.
    if _is_broken(look) and not look.status_is_marked:
        return None
    marker = look.marked(Verdict.UNCLEAR) or removed or live
    return _by(marker) if marker else None


def _is_broken(look: _Look) -> bool:
    return look.page.status is not None and look.page.status >= 500


def _refused(look: _Look) -> Finding | None:
    status = look.page.status
    if _is_broken(look):
        return _found(Verdict.UNREACHABLE, f"status-{status}", f"The site's server is out of order ({status}).")
    if status == 403:
        return _found(Verdict.BLOCKED, "status-403", "We were turned away (403), so we know nothing.")
    if status == 407:
        return _found(Verdict.UNCLEAR, "status-407", "Something between us and the site asks for a login (407).")
    return None


def _unchanged(look: _Look) -> Finding | None:
    if look.page.status != 304:
        return None
    if look.page.conditional and not (look.moved and look.known and look.known.final_url):
        return _found(Verdict.LIVE, "status-304", "The site says that nothing changed since the content was last seen.")
    return _found(Verdict.UNCLEAR, "status-304", "The site says that nothing changed, but not since what.")


def _unmarked(look: _Look) -> Finding | None:
    if look.sheet is None:
        return None
    if look.sheet.scripts and not look.page.rendered:
        because = "This platform shows its content only to a browser that runs scripts."
        return Finding(Verdict.UNCLEAR, f"{look.sheet.id}.needs-browser", because, needs_browser=True)
    if look.sheet.otherwise == "unclear":
        because = "The page carries none of the signs known for this platform, which proves nothing here."
        return Finding(Verdict.UNCLEAR, f"{look.sheet.id}.unmarked", because)
    return None


# --- any site: gone ----------------------------------------------------------------------------------------------


def _strayed(look: _Look) -> Finding | None:
    """Say `unclear` where the visit ended at something that cannot speak for what was asked."""
    if not look.moved:
        return None
    if _is_home(look):
        return _found(Verdict.UNCLEAR, "home", "The site sent our visit to its first page, which says nothing.")
    if _gone(look) and _site(look.asked) != _site(look.final):
        return _found(Verdict.UNCLEAR, "other-site", "The visit ended at another site, which found nothing there.")
    return None


def _is_home(look: _Look) -> bool:
    asked, final = look.asked, look.final
    if final.path not in ("", "/") or (asked.path in ("", "/") and (final.query or not asked.query)):
        return False
    # From a name in the path to that name as a host is a move to the same content, not to the first page.
    here = _bare(final.hostname or "")
    return here in (_bare(asked.hostname or ""), _site(asked)) or _site(final) != _site(asked)


def _gone(look: _Look) -> Finding | None:
    status, document = look.page.status, look.document
    if status in (404, 410):
        because = f"The site answered that there is nothing at this address ({status})."
        return _found(Verdict.REMOVED, f"status-{status}", because)
    if status != 200 or not document.is_html:
        return None
    if document.metas.get("prerender-status-code", "").strip() in ("404", "410"):
        because = "The page tells search engines that there is nothing at this address."
        return _found(Verdict.REMOVED, "prerender-status", because)
    rule = _rule_of_removal_wording(look)
    if rule is None:
        return None
    if look.content_signs:
        return _contradiction("generic.contradiction", "generic.content-metas", f"generic.{rule}")
    part = "title" if rule == "title" else "main heading"
    return _found(Verdict.REMOVED, rule, f"The page's whole {part} says that the content is gone.")


def _rule_of_removal_wording(look: _Look) -> str | None:
    if look.title_says_removed:
        return "title"
    if look.h1_says(phrases.REMOVED) or look.h1_says(phrases.REMOVED_IF_SITE_FOLLOWS):
        return "heading"
    return None


# --- any site: there, or nobody can tell -------------------------------------------------------------------------

_MEDIA = ("image/", "video/", "audio/")
_FILES = frozenset(
    {"application/pdf", "application/zip", "application/octet-stream", "application/x-zip-compressed"}
    | {"application/x-rar-compressed", "application/vnd.rar", "application/x-7z-compressed", "application/ogg"}
)


def _odd(look: _Look) -> Finding | None:
    """Say `unclear` for every answer that is not a plain yes."""
    status = look.page.status
    if status in (204, 205):
        return _found(Verdict.UNCLEAR, f"status-{status}", f"The site answered without any content ({status}).")
    if status not in (200, 203, 206):
        return _found(Verdict.UNCLEAR, "status-other", f"The site's answer ({status}) proves nothing.")
    if not look.page.body and not (_is_file(look) and _announces_bytes(look.page)):
        return _found(Verdict.UNCLEAR, "empty", "The site answered with an empty page.")
    return None


def _served(look: _Look) -> Finding:
    document = look.document
    if not document.is_html:
        return _served_file(look)
    if document.is_script_shell and not look.page.rendered:
        because = "The page is filled by scripts, so only a browser can tell."
        return _found(Verdict.UNCLEAR, "needs-browser", because, needs_browser=True)
    if document.is_script_shell:
        return _found(Verdict.UNCLEAR, "shell", "The page stayed nearly empty in a browser too.")
    if not document.visible_text_length and not document.has_media:
        return _found(Verdict.UNCLEAR, "empty", "There is nothing to see on the page.")
    return _found(Verdict.LIVE, "page", "The site serves a page with content at this address.")


def _served_file(look: _Look) -> Finding:
    if _is_file(look):
        return _found(Verdict.LIVE, "file", "The site serves a picture, film or file at this address.")
    if _kind(look.page) == "text/plain":
        return _found(Verdict.LIVE, "text", "The site serves a plain text at this address.")
    return _found(Verdict.UNCLEAR, "unknown-kind", "The answer is neither a page nor a picture, film or file.")


def _is_file(look: _Look) -> bool:
    kind = _kind(look.page)
    return (kind.startswith(_MEDIA) or kind in _FILES) and not look.document.is_html


def _kind(page: Page) -> str:
    return page.headers.get("content-type", "").partition(";")[0].strip().lower()


def _announces_bytes(page: Page) -> bool:
    """Whether content was on its way although nothing of it was taken: films of minors are never downloaded."""
    length = page.headers.get("content-length", "").strip()
    return page.truncated or (length.isascii() and length.isdigit() and length.strip("0") != "")


# --- the order ---------------------------------------------------------------------------------------------------

# The first that has something to say decides. Each is told in full above; the last always answers.
_ORDER: tuple[Callable[[_Look], Finding | None], ...] = (
    _failed,  # nothing answered
    _challenged,  # a wall stands before whatever is there
    _restricted,  # only some may see it
    _marked,  # the platform's or engine's own signs: removed, live, or proving nothing
    _refused,  # turned away, or out of order
    _unchanged,  # 304
    _unmarked,  # what no sign is worth on this platform
    _strayed,  # ended where nothing can be told
    _gone,  # a positive sign of removal
    _odd,  # no plain yes
    _served,  # there, as far as can be told
)


# --- addresses ---------------------------------------------------------------------------------------------------


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.hostname  # noqa: B018 - reading it is what raises
    except ValueError:
        return SplitResult("", "", "", "", "")
    return parts


def _path_and_query(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _bare(host: str) -> str:
    return host.removeprefix("www.").removeprefix("m.")


_registered = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


@lru_cache(maxsize=4096)
def _site_of_host(host: str) -> str:
    return _registered(host).top_domain_under_public_suffix or _bare(host)


def _site(parts: SplitResult) -> str:
    return _site_of_host(parts.hostname or "")
