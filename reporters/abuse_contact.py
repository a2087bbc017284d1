"""Whom to write to about an address nobody's sheet knows: the abuse contact of its network or domain, by RDAP.

A look-up that fails is one thing, a registry that publishes no contact another: the first is asked again later, the
second leads to the guess that RFC 2142 allows. Registries hide the role in nested entities, or answer with a
placeholder that nobody reads.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

import requests

from platforms.networks import is_reachable
from reporters.facts import Host

MAILBOX = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+")
NOBODY = re.compile(
    r"^(no-?reply|no-?email|nobody|unread|unavailable|devnull|none)@|@(example\.|.*\.invalid$|localhost)", re.IGNORECASE
)
ROLES = ("abuse",)
EVERYTHING = (("asn", "1-4294967294"), ("ipv4", "0.0.0.0/0"), ("ipv6", "::/0"))
TLDS = 4  # of a name's labels, how many may be its registry

Resolve = Callable[[str], Sequence[str]]


class NoAnswer(Exception):
    """RDAP gave no answer that could be read; the text is a reason without an address."""


@dataclass(frozen=True)
class Directory:
    """Asks RDAP: the servers that IANA lists, or one that is named.

    Args:
        server: asked for everything, instead of those that IANA lists.
        allow: private networks that may be asked about all the same.
    """

    session: requests.Session
    resolve: Resolve
    server: str | None = None
    allow: tuple[IPv4Network | IPv6Network, ...] = ()

    def host(self, name: str) -> Host:
        """Find the abuse contact of the network that serves a host."""
        ip = self._ip(name)
        if ip is None:
            return Host(
                "host", None, None, None, "The host's name leads to no public address now, so nobody was asked."
            )
        try:
            answer = self._ask("ip", str(ip), name)
        except NoAnswer as reason:
            told = (
                f"RDAP could not be asked about the network ({reason}): look again later with `pehra report complete`."
            )
            return Host("host", None, None, str(ip), told)
        return _network(answer, name, ip)

    def domain(self, name: str) -> Host:
        """Find the abuse contact of the registrar of a host's domain."""
        try:
            answer = self._ask("domain", registered(name), name)
        except NoAnswer as reason:
            return Host("registrar", None, None, None, f"RDAP could not be asked about the domain ({reason}).")
        email = next(_mailboxes(answer, ROLES), None)
        told = "The registrar's abuse contact, as RDAP has it." if email else "The registry publishes no abuse contact."
        return Host("registrar", email, _name(answer), None, f"{told} It can only switch off the whole domain.")

    def _ip(self, name: str) -> IPv4Address | IPv6Address | None:
        """Give the host's first public address; a private one is nobody's to report to."""
        bare = name.removeprefix("[").removesuffix("]")
        try:
            found = [ip_address(bare)]
        except ValueError:
            try:
                found = [ip_address(one) for one in self.resolve(bare)]
            except (OSError, ValueError):
                return None
        return next((one for one in found if is_reachable(one, self.allow)), None)

    def _ask(self, kind: str, value: str, name: str) -> Mapping[str, Any]:
        import whoisit  # a tenth of a second that only a look-up needs
        from whoisit.errors import ParseError, ResourceDoesNotExist, UnsupportedError, WhoisItError

        try:
            self._begin(name)
            ask = whoisit.ip if kind == "ip" else whoisit.domain
            answer = ask(value, session=self.session)
        except ResourceDoesNotExist:
            return {}
        except UnsupportedError:
            raise NoAnswer("no registry is known for it") from None
        except ParseError:
            raise NoAnswer("the answer is no RDAP") from None
        except (WhoisItError, requests.RequestException):
            raise NoAnswer("no readable answer came") from None
        except (AttributeError, KeyError, TypeError, ValueError):  # what whoisit stumbles over in a malformed answer
            raise NoAnswer("the answer is malformed") from None
        return answer if isinstance(answer, dict) else {}

    def _begin(self, name: str) -> None:
        """Learn which server answers for what; whoisit keeps it for the process."""
        import whoisit

        if self.server is not None:
            whoisit.clear_bootstrapping()
            whoisit.load_bootstrap_data(_one_server(self.server, name), allow_insecure=True, from_json=False)
        elif not whoisit.is_bootstrapped():
            whoisit.bootstrap(session=self.session)


class Asking(requests.Session):
    """A session whose every request ends in time, and that reads no settings of the machine's."""

    def __init__(self, time_s: float) -> None:
        super().__init__()
        self.trust_env = False
        self._time_s = time_s

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401
        """Ask, within the time."""
        return super().request(*args, **{**kwargs, "timeout": self._time_s})


def _one_server(server: str, name: str) -> dict[str, Any]:
    """Say in IANA's form that one server answers for everything."""
    labels = name.split(".")
    tlds = [".".join(labels[-many:]) for many in range(1, TLDS)]
    services: dict[str, Any] = {kind: {"services": [[[what], [server]]]} for kind, what in EVERYTHING}
    services["dns"] = {"services": [[tlds, [server]]]}
    services["object"] = {"services": [[[""], ["X"], [server]]]}
    return {"timestamp": 0, **services}


def _network(answer: Mapping[str, Any], name: str, ip: IPv4Address | IPv6Address) -> Host:
    email = next(_mailboxes(answer, ROLES), None)
    network = _name(answer)
    if email is not None:
        return Host("host", email, network, str(ip), "The network's abuse contact, as RDAP has it.")
    guess = None if _is_ip(name) else f"abuse@{registered(name)}"
    told = "The registry publishes no abuse contact for this network."
    if guess is not None:
        told += " The receiver is a guess by RFC 2142: VERIFY BEFORE USE; if it bounces, ask the network above."
    return Host("host", guess, network, str(ip), told)


def registered(name: str) -> str:
    """Give the domain that somebody registered, of a host below it; the list of suffixes comes with the library."""
    import tldextract

    found = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)(name)
    return found.top_domain_under_public_suffix or ".".join(name.split(".")[-2:])


def _is_ip(name: str) -> bool:
    try:
        ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def _name(answer: Mapping[str, Any]) -> str | None:
    """Give what the network or registrar is called, its holder's name beside it."""
    entities = answer.get("entities") or {}
    holders = [one.get("name") for role in ("registrant", "registrar", "abuse") for one in entities.get(role, [])]
    parts = [answer.get("name"), answer.get("handle"), *holders]
    said = [part for part in parts if isinstance(part, str) and part]
    return " / ".join(dict.fromkeys(said)) or None


def _mailboxes(answer: Mapping[str, Any], roles: Iterable[str]) -> Iterator[str]:
    """Give the mailboxes of a role, wherever in the answer its entity was nested; placeholders are none."""
    entities = answer.get("entities") or {}
    for role in roles:
        for entity in entities.get(role, []):
            for found in _texts(entity.get("email")):
                if MAILBOX.fullmatch(found) and not NOBODY.search(found):
                    yield found


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value.strip().removeprefix("mailto:")]
    return [one.strip() for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []
