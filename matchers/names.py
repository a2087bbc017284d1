"""References to a person in a page's text, in Latin and Urdu script.

    watch = Watch([Name(7, Kind.NAME, "Zarmina Gul"), Name(8, Kind.SIGN, "Quetta")])
    for mention in watch.mentions(text): ...

Words that are written otherwise than the name are told by their sound (`matchers.spelling`). A name that many people
have, or a short one, needs a second sign near: another name, a handle, a label, or something that was given as a sign.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz.distance import OSA

from matchers import given
from matchers.spelling import Folded, agrees, fold, is_urdu, loose, shape, shapes

ALONE_BITS = 9.0  # what a name has to tell to point at somebody without a second sign
NEAR = 1_000  # characters to either side in which a second sign counts; on a page no longer than five times that, all
GAP = 2  # words that may stand between those of a name
GAP_CHARACTERS = 40
SLIP_LEAST = 6  # letters of a word in which one wrong letter is taken for a slip
JOINED_LEAST = 6  # letters of a name written as one word inside another
KEPT_WORDS = 200_000

_PARTICLES = """al el ul ur un us uz as az ad bin bint binte ibn e i o de da la ال بن بنت"""
PARTICLES = frozenset(_PARTICLES.split())

_WORD = re.compile(r"[^\W_]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_BETWEEN_PEOPLE = re.compile(r"[,،;؛|&\n]|\b(?:and|or|aur|with|vs|اور|یا)\b")
_PADDED = re.compile(r"^\d+|\d+$")
_LOOKS_LIKE = str.maketrans("013457", "oieast")


class Kind(StrEnum):
    """What a watched word is; the same words as the casebook's NameKind."""

    NAME = "name"
    HANDLE = "handle"
    LABEL = "label"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Name:
    """One thing to look for; `key` is the caller's own number for it."""

    key: int
    kind: Kind
    words: str


@dataclass(frozen=True, slots=True)
class Mention:
    """One reference: `score` 0 to 100; `where` is the span (start, end) in the text that was given."""

    key: int
    kind: Kind
    score: float
    where: tuple[int, int]


class _Part(NamedTuple):
    """One word of a name."""

    name: int
    at: int


class _Word(NamedTuple):
    """One word of the text that is a part of a name, the number of the word, and how well it fits."""

    place: int
    start: int
    end: int
    score: float


@dataclass(frozen=True)
class _Known:
    """A name taken apart: folded words without particles, and what each of them tells."""

    name: Name
    parts: tuple[str, ...]
    bits: tuple[float, ...]

    @property
    def common(self) -> bool:
        return sum(self.bits) < ALONE_BITS

    @property
    def least(self) -> int:
        """How many of its words have to be there: of three and more, two that are enough to tell."""
        return len(self.parts) if len(self.parts) < 3 else 2

    def tells(self, parts: Iterable[int]) -> bool:
        """Whether these of its words are enough: all of a short name, or rare ones of a long one."""
        met = set(parts)
        if len(met) == len(self.parts):
            return True
        return len(met) >= self.least and sum(self.bits[at] for at in met) >= ALONE_BITS


def is_common(words: str) -> bool:
    """Tell whether a name is short or so common that it alerts only with a second sign near it."""
    return _known(Name(0, Kind.NAME, words)).common


def _known(name: Name) -> _Known:
    words = _WORD.findall(fold(name.words).text)
    parts = tuple(one for one in words if one not in PARTICLES) or tuple(words)
    return _Known(name, parts, tuple(given.bits(_spelled(one)) for one in parts))


def _spelled(word: str) -> str:
    """Give a word's loose spelling; of an Urdu one the consonants, and the vowels that are written."""
    if not is_urdu(word):
        return loose(word)
    bones, slots = shape(word)
    return "".join(bone + slot for bone, slot in zip(bones, slots, strict=True)).removeprefix("A")


class Watch:
    """Names compiled once, then looked for in many texts. Names of one person belong into one watch."""

    def __init__(self, names: Sequence[Name]) -> None:
        self._names = [_known(one) for one in names]
        self._by_bones: dict[str, list[_Part]] = defaultdict(list)
        self._heads: set[str] = set()
        self._cache: dict[str, tuple[tuple[_Part, float], ...]] = {}
        spoken = [(number, one) for number, one in enumerate(self._names) if one.name.kind in (Kind.NAME, Kind.SIGN)]
        for number, one in spoken:
            for at, part in enumerate(one.parts):
                for bones in {one.bones for one in shapes(part)}:
                    self._by_bones[bones].append(_Part(number, at))
            if len(one.parts) == 1 and not is_urdu(one.parts[0]):
                spelled = loose(one.parts[0])
                self._heads.update(spelled[:length] for length in range(3, len(spelled)))
        self._pairs = _pairs(spoken)
        self._joined = _joined(spoken)
        self._joined_least = min((len(one) for one in self._joined), default=0)
        self._joined_any = re.compile("|".join(map(re.escape, self._joined)) or r"(?!)")
        self._literal = _literal(self._names)

    def mentions(self, text: str) -> list[Mention]:
        """Find references, best first, one for each key and place; a common name only with a second sign near."""
        folded = fold(text)
        found = [*self._spoken(folded.text), *self._written(folded.text)]
        places: dict[int, list[int]] = defaultdict(list)
        for one in found:
            places[one.number].append(one.start)
        for starts in places.values():
            starts.sort()
        near = len(text) if len(text) <= 5 * NEAR else NEAR
        told = [one for one in found if self._counts(one, places, near)]
        return [self._mention(one, folded) for one in sorted(set(told), key=lambda one: (-one.score, one.start))]

    def _counts(self, one: "_Met", places: dict[int, list[int]], near: int) -> bool:
        """Tell whether something that was met says enough by itself, or stands near something else of hers."""
        known = self._names[one.number]
        if known.name.kind is Kind.SIGN:
            return False
        if one.sure:
            return True
        return any(
            bisect_left(starts, one.start - near) < bisect_right(starts, one.start + near)
            for number, starts in places.items()
            if number != one.number and not self._is_part(number, one.number)
        )

    def _is_part(self, number: int, of: int) -> bool:
        """Tell whether a name's words are all in the other's: it is no second sign for it, nor the other for it."""
        one, other = set(self._names[number].parts), set(self._names[of].parts)
        return one <= other or other <= one

    def _mention(self, one: "_Met", folded: Folded) -> Mention:
        name = self._names[one.number].name
        return Mention(name.key, name.kind, one.score, folded.where(one.start, one.end))

    def _written(self, text: str) -> Iterator["_Met"]:
        """Find handles and labels, letter for letter; what stands between their words may be anything but letters."""
        for number, pattern, plain in self._literal:
            for found in pattern.finditer(text):
                before = text[found.start() - 1 : found.start()]
                yield _Met(number, found.start(), found.end(), 100.0, sure=not plain or before in ("@", "/"))

    def _spoken(self, text: str) -> Iterator["_Met"]:
        """Find names by their words."""
        if not self._by_bones:
            return
        words = [(found[0], found.start(), found.end()) for found in _WORD.finditer(text)]
        met: dict[int, dict[int, list[_Word]]] = defaultdict(lambda: defaultdict(list))
        for place, (word, start, end) in enumerate(words):
            fitting = self._cache.get(word)
            if fitting is None:
                fitting = self._remember(word)
            for part, score in fitting:
                if part.at < 0:
                    yield self._whole(part.name, start, end, score)
                else:
                    met[part.name][part.at].append(_Word(place, start, end, score))
            if self._begins(word):
                yield from self._run_together(words, place)
        for number, parts in met.items():
            yield from self._together(number, parts, words, text)

    def _begins(self, word: str) -> bool:
        """Tell whether a name of one word begins so."""
        return bool(self._heads) and len(word) >= 3 and not is_urdu(word) and loose(word) in self._heads

    def _remember(self, word: str) -> tuple[tuple[_Part, float], ...]:
        if len(self._cache) > KEPT_WORDS:
            self._cache.clear()
        found = self._cache[word] = tuple(self._fitting(word))
        return found

    def _fitting(self, word: str) -> Iterator[tuple[_Part, float]]:
        """Say which parts of which names a word may be; a part of number -1 is the whole name in one word."""
        for one in (word,) if word.isalpha() else _lettered(word):
            yield from self._parts(one)
            yield from self._compounds(one)

    def _parts(self, word: str) -> Iterator[tuple[_Part, float]]:
        """Say which parts of names a word of letters may be."""
        for part in {part for one in shapes(word) for part in self._by_bones.get(one.bones, ())}:
            score = _alike(self._names[part.name].parts[part.at], word)
            if score:
                yield part, score

    def _compounds(self, word: str) -> Iterator[tuple[_Part, float]]:
        """Say which names, or pairs of their parts, a long word holds."""
        if len(word) >= JOINED_LEAST:
            spelled = _spelled(word)
            for part in self._pairs.get(spelled, ()):
                yield part, 90.0
            if self._joined and len(spelled) >= self._joined_least:
                for found in self._joined_any.finditer(spelled):
                    yield _Part(self._joined[found[0]], -1), 95.0 if found[0] == spelled else 90.0

    def _whole(self, number: int, start: int, end: int, score: float) -> "_Met":
        return _Met(number, start, end, score, sure=not self._names[number].common)

    def _run_together(self, words: list[tuple[str, int, int]], place: int) -> Iterator["_Met"]:
        """Find a name of one word that the page writes as two or three."""
        word, start, _ = words[place]
        for more in (1, 2):
            if place + more >= len(words) or words[place + more][1] - start > GAP_CHARACTERS:
                return
            word += words[place + more][0]
            for part in self._by_bones.get(shape(word).bones, ()):
                known = self._names[part.name]
                if len(known.parts) == 1 and loose(known.parts[0]) == loose(word):
                    yield _Met(part.name, start, words[place + more][2], 90.0, sure=not known.common)

    def _together(
        self, number: int, parts: dict[int, list[_Word]], words: list[tuple[str, int, int]], text: str
    ) -> Iterator["_Met"]:
        """Find where words of one name stand together, in any order."""
        known = self._names[number]
        if len(known.parts) == 1:
            for one in parts[0]:
                yield _Met(number, one.start, one.end, one.score, sure=not known.common)
            return
        line = sorted((word, at) for at, found in parts.items() for word in found)
        reach = len(known.parts) + GAP
        last = -1
        for first, (word, _) in enumerate(line):
            if word.start < last:
                continue
            group = {at: one for one, at in reversed(line[first : first + 3 * reach]) if _near(word, one, reach, text)}
            if known.tells(group):
                met = _met(number, known, group.values(), len(group) < len(known.parts))
                yield met
                last = met.end
            elif (slip := self._slip(known, group, words)) is not None:
                met = _met(number, known, slip, partial=True)
                yield met
                last = met.end

    def _slip(self, known: _Known, group: dict[int, _Word], words: list[tuple[str, int, int]]) -> list[_Word] | None:
        """Take a word beside for the one part that is missing, where one letter of a long one is wrong."""
        missing = [at for at in range(len(known.parts)) if at not in group]
        if len(missing) != 1:
            return None
        part = known.parts[missing[0]]
        here = [one.place for one in group.values()]
        for place in (min(here) - 1, max(here) + 1):
            if len(part) >= SLIP_LEAST and 0 <= place < len(words):
                word, start, end = words[place]
                if not given.is_known(_spelled(word)) and OSA.distance(word, part, score_cutoff=1) <= 1:
                    return [*group.values(), _Word(place, start, end, 80.0)]
        return None


def _lettered(word: str) -> list[str]:
    """Give what a word with digits may be: without those around it, with letters for those that look like some."""
    bare = _PADDED.sub("", word)
    found = dict.fromkeys((bare, bare.translate(_LOOKS_LIKE), word.translate(_LOOKS_LIKE)))
    letters = [one for one in found if one.isalpha()]
    return letters or ["".join(_LETTERS.findall(word))] * bool(_LETTERS.search(word))


class _Met(NamedTuple):
    """Something that was met, in the folded text; `sure` where it says enough by itself."""

    number: int
    start: int
    end: int
    score: float
    sure: bool


def _met(number: int, known: _Known, words: Iterable[_Word], partial: bool) -> _Met:
    found = list(words)
    score = min(one.score for one in found) - (10.0 if partial else 0.0)
    return _Met(number, min(one.start for one in found), max(one.end for one in found), score, sure=not known.common)


def _near(first: _Word, one: _Word, reach: int, text: str) -> bool:
    """Tell whether two words can be of one name: what stands between them does not tell two people apart."""
    apart = one.place - first.place
    if not 0 <= apart < reach or one.start - first.end > GAP_CHARACTERS:
        return False
    return apart <= 1 or _BETWEEN_PEOPLE.search(text, first.end, one.start) is None


def _alike(part: str, word: str) -> float:
    """Say how well two words of the same consonants are one: 100 as it is written, 95 as it is said, 0 not at all."""
    if part == word:
        return 100.0
    mine, theirs = is_urdu(part), is_urdu(word)
    if mine and theirs:
        return 95.0 if shape(part) == shape(word) else 0.0
    if mine or theirs:
        urdu, latin = (part, word) if mine else (word, part)
        return 90.0 if any(agrees(one, shape(latin)) for one in shapes(urdu)) else 0.0
    one, other = loose(part), loose(word)
    if one == other:
        return 95.0
    return 85.0 if len(one) >= 5 and _one_vowel_apart(part, word) and not given.is_known(other) else 0.0


def _one_vowel_apart(part: str, word: str) -> bool:
    """Tell whether two spellings differ in one vowel after the first: Ahmad and Ahmed, not Samira and Sumaira."""
    mine, theirs = shape(part).slots, shape(word).slots
    if mine[0] != theirs[0] or (not mine[0] and mine[1:2] != theirs[1:2]):
        return False
    return sum(one != other for one, other in zip(mine, theirs, strict=True)) == 1


def _pairs(spoken: Iterable[tuple[int, _Known]]) -> dict[str, list[_Part]]:
    """Give two words of a longer name that are often written as one, such as Noorulain or Abdulrehman."""
    found: dict[str, list[_Part]] = defaultdict(list)
    for number, one in spoken:
        words = _WORD.findall(fold(one.name.words).text)
        places = [words.index(part) for part in one.parts] if len(one.parts) > 2 else []
        for at, (start, end) in enumerate(pairwise(places)):
            for run in ("".join(words[start : end + 1]), words[start] + words[end]):
                found[_spelled(run)] += [_Part(number, at), _Part(number, at + 1)]
    return found


def _joined(spoken: Iterable[tuple[int, _Known]]) -> dict[str, int]:
    """Give names written as one word, as handles, tags and files have them; the given name first, or last."""
    found: dict[str, int] = {}
    for number, one in spoken:
        if len(one.parts) > 1 and one.name.kind is Kind.NAME:
            words = _WORD.findall(fold(one.name.words).text)
            for order in (list(one.parts), list(reversed(one.parts)), words):
                spelled = _spelled("".join(order))
                if len(spelled) >= JOINED_LEAST:
                    found[spelled] = number
    return found


def _literal(names: Sequence[_Known]) -> list[tuple[int, re.Pattern[str], bool]]:
    """Make patterns of handles and labels, and say which are so plain that they need a second sign."""
    found = []
    for number, one in enumerate(names):
        if one.name.kind in (Kind.HANDLE, Kind.LABEL):
            words = _WORD.findall(fold(one.name.words).text)
            between = r"[\W_]{0,3}" if one.name.kind is Kind.LABEL else r"[._-]?"
            pattern = re.compile(rf"(?<![^\W_]){between.join(map(re.escape, words))}(?![^\W_])")
            plain = len("".join(words)) < 5 or (len(words) == 1 and given.is_known(_spelled(words[0])))
            found.append((number, pattern, plain))
    return found
