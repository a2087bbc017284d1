"""Whether a page says anything that the pages before it did not; dates and counters do not count."""

import re
from zlib import crc32

RUN = 8  # words
LEAST = 4  # runs
SHARE = 0.3
KEPT = 200_000

_DIGITS = re.compile(r"\d+")


class Novelty:
    """What one walk has read so far, as numbers of runs of words."""

    def __init__(self) -> None:
        self._known: set[int] = set()

    def adds(self, text: str) -> bool:
        """Take a page's words; tell whether a good part of them is new."""
        words = _DIGITS.sub("", text.lower()).split()
        runs = {crc32(" ".join(words[start : start + RUN]).encode()) for start in range(0, len(words), RUN)}
        new = runs - self._known
        if len(self._known) < KEPT:
            self._known |= new
        return len(new) >= LEAST and len(new) >= SHARE * len(runs)
