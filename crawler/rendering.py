"""One page in one tab: opened, waited for, and told as what one visit brought back."""

from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, Error, Response
from playwright.async_api import Page as Tab

from crawler.blindfold import blindfold, close_soon
from crawler.page import Failure, Hop, Page
from crawler.proxy import GuardingProxy
from crawler.settling import Clock, scroll, settle
from crawler.shooting import shoot

BODY_BYTES = 2_000_000
HOPS = 20
ERRORS = {
    "net::ERR_NAME_": Failure.DNS,
    "net::ERR_CERT_": Failure.TLS,
    "net::ERR_SSL_": Failure.TLS,
    "net::ERR_BAD_SSL": Failure.TLS,
    "net::ERR_CONNECTION_REFUSED": Failure.REFUSED,
    "net::ERR_TUNNEL_CONNECTION_FAILED": Failure.REFUSED,
    "net::ERR_TIMED_OUT": Failure.TIMEOUT,
    "net::ERR_CONNECTION_TIMED_OUT": Failure.TIMEOUT,
    "Timeout ": Failure.TIMEOUT,
    "net::ERR_TOO_MANY_REDIRECTS": Failure.REDIRECTS,
    "net::ERR_INVALID": Failure.MALFORMED,
    "net::ERR_RESPONSE_HEADERS": Failure.MALFORMED,
    "net::ERR_UNKNOWN_URL_SCHEME": Failure.MALFORMED,
    "net::ERR_UNSAFE_PORT": Failure.MALFORMED,
    "net::ERR_CONTENT_DECODING_FAILED": Failure.MALFORMED,
    "invalid URL": Failure.MALFORMED,
}
# A download, a 204, or an error's status without a body: no page to show, and an answer all the same
NO_PAGE = ("net::ERR_ABORTED", "Download is starting", "net::ERR_HTTP_RESPONSE_CODE_FAILURE")
READ = "limit => document.documentElement ? document.documentElement.outerHTML.slice(0, limit) : ''"


class Rendering:
    """One look at one address, in a context that nothing else has used or will."""

    def __init__(
        self, url: str, proxy: GuardingProxy, time_s: float, *, scrolls: int = 0, sighted: bool = False
    ) -> None:
        self._url, self._proxy, self._time_s, self._scrolls = url, proxy, time_s, scrolls
        self._sighted = sighted
        self._answers: list[Response] = []

    async def read(self, context: BrowserContext) -> Page:
        """Open the address and give what is there once it stands still.

        Raises:
            playwright.async_api.Error: the tab, or the whole browser, went away.
        """
        tab = await context.new_page()
        await blindfold(context, tab, lifted=self._sighted)
        clock = await Clock.of(context, tab)
        context.on("page", close_soon)
        tab.on("response", lambda answer: self._note(tab, answer))
        try:
            await tab.goto(self._url, wait_until="commit", timeout=self._time_s * 1000)
            await settle(tab, clock, self._answers, HOPS)
            await scroll(tab, clock, self._scrolls, self._time_s / 2)
        except Error as error:
            return self._stopped(error)
        page = await self._seen(tab)
        if not self._sighted or page.failure is not None:
            return page
        return replace(page, shot=await shoot(tab, clock, self._time_s / 3))

    def _note(self, tab: Tab, answer: Response) -> None:
        with suppress(Error):  # a service worker's answer has no frame
            if answer.request.is_navigation_request() and answer.frame == tab.main_frame and len(self._answers) <= HOPS:
                self._answers.append(answer)

    async def _seen(self, tab: Tab) -> Page:
        if not self._answers:
            return failed(self._url, Failure.MALFORMED)
        if len(self._answers) > HOPS:
            return failed(self._url, Failure.REDIRECTS)
        if (failure := _refusal(self._answers[-1])) is not None:
            return failed(self._url, failure, self._answers)
        html = str(await tab.evaluate(READ, BODY_BYTES + 1))
        return _answered(self._url, self._answers, html, tab.url)

    def _stopped(self, error: Error) -> Page:
        """Read what a navigation that showed no page still tells; a download or a 204 is an answer too."""
        url, answers = self._url, self._answers
        aborted = any(sign in error.message for sign in NO_PAGE)
        if answers and aborted and _refusal(answers[-1]) is None and not 300 <= answers[-1].status < 400:
            return _answered(url, answers, "", answers[-1].url)
        where = _next(answers[-1]) if answers else url
        known = self._proxy.failure(*_authority(where))
        found = next((failure for sign, failure in ERRORS.items() if sign in error.message), Failure.DROPPED)
        return failed(url, known or found, answers)


def _refusal(answer: Response) -> Failure | None:
    """Tell the proxy's own answers from the site's; over TLS nothing here is the proxy's."""
    if urlsplit(answer.url).scheme != "http":
        return None
    word = answer.headers.get("x-pehra-refused")
    return Failure(word) if word in set(Failure) else None


def _answered(url: str, answers: list[Response], html: str, shown: str) -> Page:
    last = answers[-1]
    encoded = html.encode("utf-8", "replace")
    body = encoded[:BODY_BYTES].decode("utf-8", "ignore").encode()
    return Page(
        url=url,
        final_url=shown if shown.startswith(("http://", "https://")) else last.url,
        status=last.status,
        headers={**last.headers, "content-type": "text/html; charset=utf-8"} if html else dict(last.headers),
        body=body,
        hops=_hops(answers, last.url),
        truncated=len(encoded) > BODY_BYTES,
        rendered=True,
    )


def failed(url: str, failure: Failure, answers: list[Response] | None = None) -> Page:
    """Tell what went wrong, and how far the visit came."""
    if not answers:
        return Page(url=url, final_url=url, failure=failure, rendered=True)
    final = _next(answers[-1])
    hops = _hops(answers, final)
    if final != answers[-1].url:
        hops = (*hops, Hop(answers[-1].url, answers[-1].status, final))
    return Page(url=url, final_url=final, hops=hops, failure=failure, rendered=True)


def _hops(answers: list[Response], final: str) -> tuple[Hop, ...]:
    nexts = [answer.url for answer in answers[1:]]
    return tuple(
        Hop(answer.url, answer.status, after or final) for answer, after in zip(answers[:-1], nexts, strict=True)
    )


def _next(answer: Response) -> str:
    """Where an answer sends us; its own address when it sends us nowhere."""
    request = answer.request.redirected_to
    return request.url if request else answer.url


def _authority(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
