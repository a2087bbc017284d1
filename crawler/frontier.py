"""What is still to be read of one source, and when it is enough: bounded whatever a site makes up, and said."""

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from urllib.parse import urlsplit

from casebook.sources import Trouble

SEGMENTS = 12
SAME_SEGMENT = 3
WAITING = 20_000  # addresses


@dataclass(frozen=True)
class Step:
    """One page to read: `depth` counts the links that led away from the list the source is."""

    url: str
    depth: int = 0


@dataclass(frozen=True)
class Bounds:
    """How far one source is walked.

    `pages`, `media`: of one sweep. `depth`: links away from the list. `barren`: pages in a row with nothing
    that is new. `alike`: pictures in a row that are byte for byte one. `time_s`: seconds of one sweep.
    """

    pages: int
    depth: int
    media: int
    barren: int
    alike: int
    time_s: float


@dataclass
class Frontier:
    """Pages that wait, the list before what lies deeper; each address once."""

    bounds: Bounds
    pages: int = 0
    media: int = 0
    troubles: list[Trouble] = field(default_factory=list)
    _waiting: list[deque[Step]] = field(default_factory=list)
    _known: set[bytes] = field(default_factory=set)
    _barren: int = 0
    _last: bytes = b""
    _alike: int = 0
    _ended: bool = False

    def add(self, urls: Iterable[str], depth: int) -> None:
        """Let pages wait, unless they were asked for before, lie too deep, or look made up."""
        while len(self._waiting) <= min(depth, self.bounds.depth):
            self._waiting.append(deque())
        for url in urls:
            key = _key(url)
            if key in self._known or len(self._known) >= WAITING:
                continue
            if depth > self.bounds.depth:
                continue
            self._known.add(key)
            if is_trap(url):
                self.say("sweep.trap", "Addresses that look made up without end were left out.")
            else:
                self._waiting[depth].append(Step(url, depth))

    def take(self, *, after_s: float) -> Step | None:
        """Give the next page; None where there is none, or a bound is reached, which is said.

        Args:
            after_s: seconds since this sweep began.
        """
        if self._ended:
            return None
        queue = next((one for one in self._waiting if one), None)
        if queue is None:
            return None
        self._check(after_s)
        if self._ended:
            return None
        self.pages += 1
        return queue.popleft()

    def _check(self, after_s: float) -> None:
        """End where a bound is reached while pages wait."""
        if after_s > self.bounds.time_s:
            told = f"{after_s / 60:.0f} minutes and {self.pages} pages"
            self.end("sweep.time", f"Stopped after {told}; there are more.")
        elif self.pages >= self.bounds.pages:
            self.end("sweep.pages", f"Stopped after {self.pages} pages, the most of one sweep; there are more.")
        elif self.media >= self.bounds.media:
            self.end("sweep.media", f"Stopped after {self.media} pictures and films, the most of one sweep.")

    def read(self, *, new: bool) -> None:
        """Note whether a page brought something that was not there before; an endless calendar brings nothing."""
        self._barren = 0 if new else self._barren + 1
        if self._barren >= self.bounds.barren and any(self._waiting):
            self.end("sweep.barren", f"Stopped after {self.pages} pages: the last {self._barren} brought nothing new.")

    def met(self, sha256: bytes) -> bool:
        """Count a picture that was fetched; tells whether it is another one than the last."""
        self._alike = self._alike + 1 if sha256 == self._last else 0
        same, self._last = sha256 == self._last, sha256
        if self._alike >= self.bounds.alike:
            self.end(
                "sweep.alike",
                f"Stopped after {self.pages} pages: {self._alike + 1} pictures in a row are one and the same.",
            )
        return not same

    def may_go_on(self, *, after_s: float) -> bool:
        """Tell whether one more picture may be fetched."""
        if not self._ended and after_s > self.bounds.time_s:
            self._check(after_s)
        return not self._ended and self.media < self.bounds.media

    def end(self, rule: str, because: str) -> None:
        """Read nothing more, and say why."""
        self._ended = True
        self.say(rule, because)

    def say(self, rule: str, because: str) -> None:
        """Note what a person should know of this sweep; once for each rule."""
        if all(one.rule != rule for one in self.troubles):
            self.troubles.append(Trouble(rule, because))


def is_trap(url: str) -> bool:
    """Tell an address that a program makes up for robots: too deep, or going round in circles."""
    parts = urlsplit(url)
    segments = [one for one in parts.path.split("/") if one]
    if len(segments) > SEGMENTS or len(parts.query) > 2_000:
        return True
    words = Counter(one for one in segments if not one.isdecimal())
    if words and max(words.values()) >= SAME_SEGMENT:
        return True
    names = Counter(pair.partition("=")[0] for pair in parts.query.split("&") if pair)
    return bool(names) and max(names.values()) > 8


def _key(url: str) -> bytes:
    return blake2b(url.removeprefix("https://").removeprefix("http://").encode(), digest_size=10).digest()
