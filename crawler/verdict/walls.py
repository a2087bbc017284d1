"""What stands before the content: nothing answered, challenges, logins, ages, regions, consent, refusals."""

from urllib.parse import SplitResult

from crawler import notices, phrases
from crawler.page import Failure, Page
from crawler.verdict.look import Look
from crawler.verdict.parts import Finding, by, found
from platforms.words import Verdict

LITTLE_TEXT_CHARS = 700
CONSENT_CHARS = 2_500

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


def failed(look: Look) -> Finding | None:
    """Say why nothing answered."""
    failure = look.page.failure
    if failure in _FAILURES:
        return found(Verdict.UNREACHABLE, f"failure-{failure}", _FAILURES[failure])
    if failure in _FAILURES_TO_LOOK_INTO:
        return found(Verdict.UNCLEAR, f"failure-{failure}", _FAILURES_TO_LOOK_INTO[failure])
    if look.page.status is None:
        return found(Verdict.UNCLEAR, "no-answer", "The visit brought back no answer.")
    return None


_CHALLENGE_WORDS = (b"_cf_chl_opt", b"jschl-answer", b'name="captcha-bypass"')
_CAPTCHA = (
    ".g-recaptcha:not([data-size=invisible]), .h-captcha, .cf-turnstile, #px-captcha, #captcha-form, #challenge-form, "
    "form[action*=captcha], iframe[src*=captcha], iframe[src*='challenges.cloudflare.com'], "
    "script[src*='captcha-delivery.com'], script[src*='/cdn-cgi/challenge-platform/h/'], [data-sitekey]"
)


def challenged(look: Look) -> Finding | None:
    """Recognise challenges and rate limits: a wall before whatever is there."""
    if marker := look.marked(Verdict.BLOCKED):
        return by(marker)
    page = look.page
    if page.status == 429:
        return found(Verdict.BLOCKED, "status-429", "The site says that we asked too often.")
    if page.headers.get("cf-mitigated", "").strip().lower() == "challenge" or _is_cloudflare_wall(page):
        return found(Verdict.BLOCKED, "cloudflare", "Cloudflare asked our visit to prove that it is a person.")
    if page.status == 403 and "ddos-guard" in page.headers.get("server", "").lower():
        return found(Verdict.BLOCKED, "ddos-guard", "DDoS-Guard asked our visit to prove that it is a person.")
    return _challenged_by_page(look)


def _is_cloudflare_wall(page: Page) -> bool:
    server = page.headers.get("server", "").lower()
    return page.status in (403, 503) and "cloudflare" in server and any(word in page.body for word in _CHALLENGE_WORDS)


def _challenged_by_page(look: Look) -> Finding | None:
    if look.content_signs:
        return None
    if look.title_says(phrases.CENSORED):
        return found(Verdict.BLOCKED, "censored", "An internet provider or authority put its own block page there.")
    if look.title_says(phrases.CHALLENGE):
        return found(Verdict.BLOCKED, "challenge", "The page's title is that of a check for robots or a refusal.")
    if (
        look.document.visible_text_length <= LITTLE_TEXT_CHARS
        and look.document.select(_CAPTCHA)
        and not _has_password_field(look)
        and not look.document.has_media
    ):
        return found(Verdict.BLOCKED, "captcha", "There is little on the page but a captcha.")
    return None


def restricted(look: Look) -> Finding | None:
    """Recognise that only some may see what is there."""
    if marker := look.marked(Verdict.RESTRICTED):
        return by(marker)
    if look.page.status == 401 and not look.status_is_marked:
        return found(Verdict.RESTRICTED, "status-401", "The site asks for a login before it shows anything (401).")
    if look.page.status == 451 and not look.status_is_marked:
        because = "The site withholds the page for legal reasons (451)."
        return found(Verdict.RESTRICTED, "status-451", because, region=True)
    if look.moved and _is_login(look.final) and not _is_login(look.asked):
        return found(Verdict.RESTRICTED, "login-redirect", "The site sent our visit to its login page.")
    if look.moved and _has_segment(look.final, phrases.AGE_PATHS) and not _has_segment(look.asked, phrases.AGE_PATHS):
        return found(Verdict.RESTRICTED, "age-redirect", "The site sent our visit to a page that asks for an age.")
    if look.moved and _is_consent(look.final) and not _is_consent(look.asked):
        return found(Verdict.RESTRICTED, "consent-redirect", "The site sent our visit to a page that asks for consent.")
    return _restricted_by_page(look)


def _restricted_by_page(look: Look) -> Finding | None:
    if look.content_signs:
        return None
    says_login = look.title_says(phrases.LOGIN) or look.h1_says(phrases.LOGIN)
    if says_login and _has_password_field(look):
        return found(Verdict.RESTRICTED, "login-page", "The page is a login form.")
    if look.title_says(phrases.AGE) or look.heading_says(phrases.AGE):
        return found(Verdict.RESTRICTED, "age-gate", "The page asks for the visitor's age before it shows anything.")
    if look.title_says(notices.REGION) or look.h1_says(notices.REGION):
        because = "The page says that it is not shown in our country or region."
        return found(Verdict.RESTRICTED, "region", because, region=True)
    if _is_bare(look) and (look.title_says(notices.PRIVATE) or look.h1_says(notices.PRIVATE)):
        return found(Verdict.RESTRICTED, "private", "The page says that only some may see what is there.")
    if _asks_for_consent(look):
        because = "The page asks for consent to cookies or the like before it shows anything."
        return found(Verdict.RESTRICTED, "consent", because)
    return None


def _asks_for_consent(look: Look) -> bool:
    """Whether the page is nothing but a question for consent; a banner over a page that is there is none."""
    says = look.title_says(notices.CONSENT) or (len(look.document.headings) == 1 and look.h1_says(notices.CONSENT))
    return says and _is_bare(look)


def _is_bare(look: Look) -> bool:
    """Whether there is too little on the page for it to be content: a picture or a story may be called anything."""
    return look.document.visible_text_length <= CONSENT_CHARS and not look.document.own_pictures


def _is_consent(parts: SplitResult) -> bool:
    return (parts.hostname or "").startswith(notices.CONSENT_HOSTS) or _has_segment(parts, notices.CONSENT_PATHS)


def _has_password_field(look: Look) -> bool:
    return bool(look.document.select('input[type="password" i]'))


def _is_login(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    return host.startswith(phrases.LOGIN_HOSTS) or _has_segment(parts, phrases.LOGIN_PATHS)


def _has_segment(parts: SplitResult, names: frozenset[str]) -> bool:
    segments = parts.path.lower().split("/")
    return any(segment.rpartition(".")[0] in names or segment in names for segment in segments)
