"""Plain HTTP fetching that connects to nothing but checked addresses, and says in one word why a visit failed."""

import socket
import ssl
from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, cast
from urllib.parse import unquote, urlsplit

from OpenSSL import SSL
from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    TunnelError,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
    _ScrapyAgent,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    UnsupportedURLSchemeError,
)
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import deferred_from_coro, maybe_deferred_to_future
from scrapy.utils.httpobj import urlparse_cached
from service_identity import VerificationError
from twisted.internet import error as network
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP6ClientEndpoint, wrapClientTLS
from twisted.internet.interfaces import IAddress, IProtocol, IProtocolFactory, IStreamClientEndpoint
from twisted.web._newclient import ParseError
from twisted.web.client import URI, Agent, BrowserLikePolicyForHTTPS, ResponseFailed, _StandardEndpointFactory
from twisted.web.error import SchemeNotSupported
from twisted.web.http import _MalformedChunkedDataError
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]  # ships no types

from crawler import exchange
from crawler.guards import Guard, PrivateNetwork, Target
from crawler.page import Failure

HEADER_BYTES = 64 * 1024
HEADER_COUNT = 10_000
ADDRESSES_TRIED = 4

CAUSES: tuple[tuple[Failure, tuple[type[BaseException], ...]], ...] = (
    (Failure.PRIVATE, (PrivateNetwork,)),
    (Failure.DNS, (CannotResolveHostError, network.DNSLookupError, socket.gaierror)),
    (Failure.DROPPED, (SSL.SysCallError,)),  # pyOpenSSL counts a broken line among the TLS errors
    (Failure.TLS, (SSL.Error, VerificationError, ssl.SSLError, network.VerifyError)),
    (Failure.TIMEOUT, (DownloadTimeoutError, network.TimeoutError, TimeoutError)),
    (Failure.DROPPED, (network.ConnectionLost, network.ConnectionAborted, ConnectionResetError, BrokenPipeError)),
    (
        Failure.REFUSED,
        (DownloadConnectionRefusedError, network.ConnectError, ConnectionRefusedError, TunnelError),
    ),
    (
        Failure.MALFORMED,
        (
            ParseError,
            _MalformedChunkedDataError,
            DownloadCancelledError,
            IgnoreRequest,
            UnsupportedURLSchemeError,
            SchemeNotSupported,
            ValueError,
            KeyError,
        ),
    ),
)


class GuardedHandler(HTTP11DownloadHandler):
    """Scrapy's own HTTP/1.1 handler, with every connection checked when it is made.

    Settings: `PEHRA_ALLOW_NETWORKS`, CIDR texts visited although private; `PEHRA_PROXY`, the http proxy that
    everything goes through, except for requests whose meta names an `exit`, which is a proxy of our own. A proxy from
    anywhere else, the environment included, is not used: it would be a way around the guard.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._guard = Guard.of(crawler.settings.getlist("PEHRA_ALLOW_NETWORKS"))
        self._proxy = _proxy(crawler.settings.get("PEHRA_PROXY"))
        self._contextFactory = cast(IPolicyForHTTPS, BrowserLikePolicyForHTTPS())  # type: ignore[no-untyped-call]
        self._pool._factory = _BoundedFactory  # noqa: SLF001  # Twisted has no public way

    async def download_request(self, request: Request) -> Response:
        """Fetch one address, or raise what `failure_of` can name."""
        self._route(request)
        agent = _GuardedAgent(
            guard=self._guard,
            contextFactory=self._contextFactory,
            bindAddress=self._bind_address,
            pool=self._pool,
            maxsize=self._default_maxsize,
            warnsize=self._default_warnsize,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
        )
        with wrap_twisted_exceptions():
            return await maybe_deferred_to_future(agent.download_request(request))

    def _route(self, request: Request) -> None:
        request.meta.pop("proxy", None)
        request.headers.pop(b"Proxy-Authorization", None)
        proxy = _Proxy(request.meta["exit"], None) if request.meta.get("exit") else self._proxy
        if proxy is None:
            return
        if not self._guard.permits_spelling(urlparse_cached(request).hostname or ""):
            raise PrivateNetwork("the address names a private network")
        request.meta["proxy"] = proxy.url
        if proxy.authorization:
            request.headers[b"Proxy-Authorization"] = proxy.authorization


class _Proxy(NamedTuple):
    url: str
    authorization: bytes | None


def _proxy(setting: str | None) -> _Proxy | None:
    if not setting:
        return None
    parts = urlsplit(setting if "://" in setting else f"http://{setting}")
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError("PEHRA_PROXY must be an http:// address")
    url = f"http://{parts.netloc.rpartition('@')[2]}"
    if parts.username is None:
        return _Proxy(url, None)
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return _Proxy(url, b"Basic " + b64encode(pair.encode()))


class _GuardedAgent(_ScrapyAgent):
    def __init__(self, *, guard: Guard, **kwargs: Any) -> None:  # noqa: ANN401  # handed on to Scrapy
        super().__init__(**kwargs)
        self._guard = guard

    def _get_agent(self, request: Request, timeout: float) -> Agent:
        agent = super()._get_agent(request, timeout)
        if "proxy" not in request.meta:
            factory = _CheckedEndpoints(self._guard, self._contextFactory, timeout)
            agent._endpointFactory = factory  # noqa: SLF001  # keeps Scrapy's agent, pool keys included
        return agent

    def _cb_bodyready(self, txresponse: Any, request: Request) -> Any:  # noqa: ANN401  # Twisted's private types
        wire = request.meta.get("wire")
        if wire is not None:
            exchange.note(wire, txresponse, direct="proxy" not in request.meta)
        return super()._cb_bodyready(txresponse, request)


class _CheckedEndpoints(_StandardEndpointFactory):
    def __init__(self, guard: Guard, policy: IPolicyForHTTPS, timeout_s: float) -> None:
        from twisted.internet import reactor  # importing it earlier would install one

        super().__init__(reactor, policy, timeout_s, None)  # type: ignore[no-untyped-call]
        self._guard, self._timeout_s = guard, timeout_s

    def endpointForURI(self, uri: URI) -> IStreamClientEndpoint:  # noqa: N802  # Twisted's name
        host = uri.host.decode("ascii")
        checked = _CheckedEndpoint(self._guard, self._reactor, host, uri.port, self._timeout_s)
        endpoint = cast(IStreamClientEndpoint, checked)
        if uri.scheme == b"http":
            return endpoint
        creator = self._policyForHTTPS.creatorForNetloc(uri.host, uri.port)
        return wrapClientTLS(creator, endpoint)


@implementer(IStreamClientEndpoint)
class _CheckedEndpoint:
    """Looks a name up once and connects to the very addresses that were checked, so no second answer can differ."""

    def __init__(self, guard: Guard, reactor: Any, host: str, port: int, timeout_s: float) -> None:  # noqa: ANN401
        self._guard, self._reactor = guard, reactor
        self._host, self._port, self._timeout_s = host, port, timeout_s

    def connect(self, factory: IProtocolFactory) -> "Deferred[IProtocol]":
        return deferred_from_coro(self._connect(factory))

    async def _connect(self, factory: IProtocolFactory) -> IProtocol:
        try:
            targets = await self._guard.resolve(self._host, self._port)
        except OSError as error:
            raise CannotResolveHostError("the name does not resolve") from error
        return await self._first_open(targets[:ADDRESSES_TRIED], factory)

    async def _first_open(self, targets: list[Target], factory: IProtocolFactory) -> IProtocol:
        """Try each address for its share of the time, so that one dead address does not use it all."""
        for target in targets[:-1]:
            try:
                return await self._open(target, factory, self._timeout_s / len(targets))
            except network.ConnectError:
                continue
        return await self._open(targets[-1], factory, self._timeout_s / len(targets))

    async def _open(self, target: Target, factory: IProtocolFactory, timeout_s: float) -> IProtocol:
        endpoint = TCP4ClientEndpoint if target.family == socket.AF_INET else TCP6ClientEndpoint
        waiting = endpoint(self._reactor, str(target.ip), self._port, timeout=timeout_s).connect(factory)
        return await maybe_deferred_to_future(waiting)


class _TooManyHeaders(ValueError):
    """More header lines or bytes than HEADER_COUNT or HEADER_BYTES."""


class _BoundedParser(_LenientHTTPClientParser):
    """Stops at headers that no honest server sends; the default drops the line and does not say why."""

    MAX_LENGTH = HEADER_BYTES
    _seen_bytes = 0
    _seen_lines = 0
    lines: list[bytes]

    def lineReceived(self, line: bytes) -> None:  # noqa: N802  # Twisted's name
        if self.state == "STATUS":  # of the answer itself, after others that only told to wait
            self.lines.clear()
        self.lines.append(line)
        self._seen_bytes += len(line) + 1
        self._seen_lines += 1
        if self._seen_bytes > HEADER_BYTES or self._seen_lines > HEADER_COUNT:
            raise _TooManyHeaders
        super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: ARG002, N802  # Twisted's name
        raise _TooManyHeaders


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    def request(self, request: Any) -> "Deferred[Any]":  # noqa: ANN401  # Twisted's private type
        waiting = super().request(request)
        lines: list[bytes] = []
        parser = cast(_BoundedParser, self._parser)
        parser.__class__, parser.lines = _BoundedParser, lines

        def attach(answer: Any) -> Any:  # noqa: ANN401
            answer.pehra_wire = request, lines  # for visits that may be captured
            return answer

        return waiting.addCallback(attach)


class _BoundedFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: IAddress | None) -> _BoundedProtocol:  # noqa: ARG002, N802  # Twisted's name
        return _BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


def failure_of(exception: BaseException) -> Failure:
    """Name the reason of a failed visit; what nobody foresaw counts as an answer that broke off."""
    chain = list(_chain(exception))
    if any(isinstance(link, IgnoreRequest) and "redirection" in str(link) for link in chain):
        return Failure.REDIRECTS
    for failure, kinds in CAUSES:
        if any(isinstance(link, kinds) for link in chain):
            return failure
    return Failure.DROPPED


def _chain(exception: BaseException | None) -> Iterator[BaseException]:
    """Unwrap causes and the reasons that Twisted collects, outermost first."""
    if exception is None:
        return
    yield exception
    yield from _chain(exception.__cause__)
    if isinstance(exception, ResponseFailed):
        reasons: Iterable[Any] = exception.reasons
        for reason in reasons:
            yield from _chain(getattr(reason, "value", None))
