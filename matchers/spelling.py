"""One spelling for many: letters folded, Latin spellings of Urdu and Arabic names made alike, Urdu ones beside them.

A word's *shape* is its consonants, with what stands between them in slots. Urdu writes long vowels and leaves short
ones out; Latin writes all of them in many ways. Two words are one where the consonants are the same and each long
vowel that Urdu writes stands in the Latin slot.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

# What looks like a Latin letter, and signs that stand for one.
_LOOKALIKES = dict(zip("аеорсухіјѕԁһӏɑοαερνιυ", "aeopcyxijsdhlaoaepviu", strict=True))
_SAME_LETTER = dict(zip("يىئۓےكهھةۃۀەأإآٱؤۆۇڤۋڕڭ", "یییییکہھہہہہااااوووفورن", strict=True))
_DIGITS = dict(zip("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789", strict=True))
# No letters of their own: marks over and under letters, joiners, direction, soft hyphens, the long stroke of Arabic.
_NOTHING = re.compile(
    "[\u00ad\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]"
)


class _Folding(dict[int, str]):
    """One character for one, made when first met."""

    def __missing__(self, code: int) -> str:
        """Fold a character: its base letter, small, of the one script; what would become several stays as it is."""
        one = chr(code)
        plain = "".join(c for c in unicodedata.normalize("NFKD", one) if not unicodedata.combining(c)).casefold()
        plain = plain if len(plain) == 1 else one
        plain = _LOOKALIKES.get(plain) or _SAME_LETTER.get(plain) or _DIGITS.get(plain) or plain
        self[code] = plain
        return plain


_FOLDING = _Folding()


class Folded(NamedTuple):
    """Folded text; `places` gives for each of its characters where it stood, None where nothing moved."""

    text: str
    places: Sequence[int] | None

    def where(self, start: int, end: int) -> tuple[int, int]:
        """Give a span as one of the text that was folded."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def fold(text: str) -> Folded:
    """Fold case, accents, letters that look or sound alike in one script; drop what has no width."""
    places = None
    if not text.isascii() and _NOTHING.search(text):
        places = [at for at, one in enumerate(text) if not _NOTHING.match(one)]
        text = _NOTHING.sub("", text)
    return Folded(text.lower() if text.isascii() else text.translate(_FOLDING), places)


_LATIN = {
    "tsch": "c", "sch": "S", "tch": "c", "sh": "S", "ch": "c", "kh": "x", "gh": "g", "ph": "f", "th": "t", "dh": "d",
    "bh": "b", "zh": "z", "jh": "j", "ck": "k", "q": "k", "w": "v", "x": "ks", "c": "k", "dj": "j",
    "ee": "i", "ea": "i", "ie": "i", "iy": "i", "ii": "i", "oo": "u", "ou": "u", "uo": "u", "uu": "u", "aa": "a",
    "au": "u", "aw": "av", "ai": "i", "ay": "i", "ei": "i", "ey": "i", "ae": "i", "e": "i", "o": "u", "y": "i",
}  # fmt: skip
_SPELLINGS = re.compile("|".join(sorted(_LATIN, key=len, reverse=True)))
_BEFORE_H = re.compile("[ei]h(?=[^aeiouh])")
_DOUBLED = re.compile(r"(.)\1+")
_LEET = str.maketrans("013457@$", "oieastas")
_NICK = {
    "md": "muhamad", "mohd": "muhamad", "muhd": "muhamad", "utman": "usman", "utmn": "usman", "fatma": "fatima",
    "xatiji": "xadija", "hadija": "xadija", "iusif": "iusuf", "iusaf": "iusuf",
}  # fmt: skip


@lru_cache(maxsize=65_536)
def loose(word: str) -> str:
    """Spell a folded Latin word so that usual spellings of one name come out alike.

    Capitals in the result are sounds: S as in `sh`, c as in `ch`, x as in `kh`; vowels are a, i and u.
    """
    first = "y" if word[:1] == "y" and word[1:2] in set("aeiou") else ""
    word = _BEFORE_H.sub("ah", word[len(first) :])
    word = _DOUBLED.sub(r"\1", _SPELLINGS.sub(lambda found: _LATIN[found[0]], word))
    word = re.sub("(?<=[aiu])h$", "", word)
    return _NICK.get(first + word, first + word)


class Shape(NamedTuple):
    """Consonants, `A` before a vowel that begins the word, and the slots after each of them."""

    bones: str
    slots: tuple[str, ...]


@lru_cache(maxsize=65_536)
def shape(word: str) -> Shape:
    """Take a folded word apart, of either script."""
    return _urdu_shape(word) if is_urdu(word) else _shape(loose(word), vowels="aiuv")


@lru_cache(maxsize=65_536)
def shapes(word: str) -> tuple[Shape, ...]:
    """Give the shapes a word may have: the article in the middle of an Urdu one is said short, or not at all."""
    if is_urdu(word) and _ARTICLE.search(word):
        return shape(word), _urdu_shape(_ARTICLE.sub("ل", word)), _urdu_shape(_ARTICLE.sub("", word))
    return (shape(word),)


def is_urdu(word: str) -> bool:
    """Tell whether a word is written in the letters of Urdu, Arabic or Persian."""
    return "\u0600" <= word[:1] <= "\u06ff"


_URDU = {
    "ا": "a", "و": "v", "ی": "i", "ع": "", "ء": "", "ب": "b", "پ": "p", "ت": "t", "ط": "t", "ٹ": "t",
    "ث": "s", "س": "s", "ص": "s", "ج": "j", "چ": "c", "ح": "h", "ہ": "h", "خ": "x", "د": "d", "ڈ": "d",
    "ذ": "z", "ز": "z", "ض": "z", "ظ": "z", "ژ": "z", "ر": "r", "ڑ": "r", "ش": "S", "غ": "g", "ف": "f",
    "ق": "k", "ک": "k", "گ": "g", "ل": "l", "م": "m", "ن": "n", "ں": "n", "ھ": "",
}  # fmt: skip
_ASPIRATED = {"کھ": "x", "پھ": "f"}
_ARTICLE = re.compile("(?<=.)ال(?=.)")


def _urdu_shape(word: str) -> Shape:
    for pair, sound in _ASPIRATED.items():
        word = word.replace(pair, sound)
    opens = word[:1] in set("اع")
    if word.endswith("ہ") and len(word) > 2:
        word = word[:-1] + "ا"
    spelled = "".join(_URDU.get(one, one) for one in word)
    if opens:
        spelled = "A" + spelled.removeprefix("a") if word[:1] == "ا" else "A" + spelled
    elif spelled[:1] == "i":
        spelled = "y" + spelled[1:]
    return _shape(_DOUBLED.sub(r"\1", spelled), vowels="aiv")


def _shape(spelled: str, vowels: str) -> Shape:
    bones, slots = [], [""]
    if spelled[:1] in set("aiu"):
        spelled = "A" + spelled
    for at, one in enumerate(spelled):
        if one in vowels and at:
            slots[-1] += one
        else:
            bones.append(one)
            slots.append("")
    return Shape("".join(bones), tuple(slots[1:]))


_GLIDE = re.compile("a(?=i)")  # said as one vowel, which the loose Latin spelling writes as `i`
_STANDS_FOR = {"a": "a", "i": "i", "v": "vu"}


def agrees(urdu: Shape, latin: Shape) -> bool:
    """Tell whether a Latin word can be how an Urdu one is said."""
    if urdu.bones != latin.bones:
        return False
    first = 1 if urdu.bones[:1] == "A" else 0
    pairs = list(zip(urdu.slots[first:], latin.slots[first:], strict=True))
    return all(_fits(mine, theirs, short=at < len(pairs) - 1) for at, (mine, theirs) in enumerate(pairs))


def _fits(written: str, said: str, *, short: bool) -> bool:
    """Tell whether the vowels said hold those written, in their order; a short one, not at the end, is not written."""
    glided = _GLIDE.sub("", written)
    return any(_holds(one, said) and len(said) - len(one) <= short for one in {written, glided})


def _holds(written: str, said: str) -> bool:
    at = 0
    for one in written:
        places = [found for sound in _STANDS_FOR[one] if (found := said.find(sound, at)) >= 0]
        if not places:
            return False
        at = min(places) + 1
    return True
