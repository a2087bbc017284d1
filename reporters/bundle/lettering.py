"""Words as a paper can show them: Urdu joined and from right to left; what would deceive, or not show, is escaped."""

import unicodedata
from collections.abc import Callable, Iterator
from functools import cache

FORMS = {"<isolated>": 0, "<final>": 1, "<initial>": 2, "<medial>": 3}
PRESENTED = (*range(0xFB50, 0xFE00), *range(0xFE70, 0xFF00))  # letters as they look beside others
FROM_RIGHT = ("R", "AL", "AN")
DECEIVING = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # controls, turns of direction, what has no meaning
MARK = "Mn"
MIRRORED = dict(zip("()[]{}<>«»", ")(][}{><»«", strict=True))
JOINERS = "\u200c\u200d"  # Urdu is written with them


def escaped(text: str, shows: Callable[[str], bool] = lambda _: True) -> str:
    r"""Write what has no shape, or none in this font, as \u{6C1}; a word of Arabic script as a whole."""
    if text.isascii() and text.isprintable():
        return text
    return " ".join(_word(one, shows) for one in text.split(" "))


def _word(word: str, shows: Callable[[str], bool]) -> str:
    joined = any(one in joining() for one in word)
    if joined and not all(shows(one) for one in shaped(word) + word):
        return "".join(one if one.isascii() and one.isprintable() else code(one) for one in word)
    return "".join(code(one) if deceives(one) or not shows(one) else one for one in word)


def deceives(letter: str) -> bool:
    """Whether a letter has no shape, or turns those around it."""
    return unicodedata.category(letter) in DECEIVING and letter not in JOINERS


def code(letter: str) -> str:
    """Write a letter as its number in Unicode."""
    return f"\\u{{{ord(letter):X}}}"


@cache
def joining() -> dict[str, list[str | None]]:
    """Give each letter of Arabic script its four shapes: alone, last, first, between; None where it has none."""
    found: dict[str, list[str | None]] = {}
    for number in PRESENTED:
        form, *letters = unicodedata.decomposition(chr(number)).split() or [""]
        if form in FORMS and len(letters) == 1:
            shapes = found.setdefault(chr(int(letters[0], 16)), [None] * len(FORMS))
            shapes[FORMS[form]] = shapes[FORMS[form]] or chr(number)
    return found


def shaped(text: str) -> str:
    """Give each letter of Arabic script the shape it has beside its neighbours; the order stays."""
    table = joining()
    return "".join(_shape(table, text, place) if one in table else one for place, one in enumerate(text))


def _shape(table: dict[str, list[str | None]], text: str, place: int) -> str:
    before, after = _beside(text, place, -1), _beside(text, place, 1)
    shapes = table[text[place]]
    from_before = before in table and table[before][2] is not None and shapes[1] is not None
    to_after = after in table and table[after][1] is not None and shapes[2] is not None
    return shapes[from_before + 2 * to_after] or text[place]


def _beside(text: str, place: int, step: int) -> str:
    place += step
    while 0 <= place < len(text) and unicodedata.category(text[place]) == MARK:
        place += step
    return text[place] if 0 <= place < len(text) else ""


def in_order(line: str) -> str:
    """Put one line into the order in which it is seen, its letters shaped; the line itself begins at the left.

    Source: Unicode Standard Annex 9.
    """
    if not any(unicodedata.bidirectional(one) in FROM_RIGHT for one in line):
        return line
    from fpdf.bidi import BidiParagraph
    from fpdf.enums import TextDirection

    seen = BidiParagraph(shaped(line), TextDirection.LTR).get_reordered_characters()
    return "".join(
        MIRRORED.get(one.character, one.character) if one.embedding_level % 2 else one.character for one in seen
    )


def broken(text: str, wide: Callable[[str], float], room: float) -> list[str]:
    """Break text into lines at spaces, and a word that is longer than a line wherever it must be.

    Args:
        text: one paragraph.
        wide: how wide a letter is.
        room: how wide a line is.
    """
    lines, line, used, space = [], "", 0.0, wide(" ")
    for piece in _pieces(text, wide, room):
        width = sum(map(wide, piece))
        if line and used + width > room:
            lines.append(line)
            line, used = "", 0.0
        line, used = f"{line} {piece}" if line else piece, used + width + space
    return [*lines, line]


def _pieces(text: str, wide: Callable[[str], float], room: float) -> Iterator[str]:
    for word in text.split(" "):
        piece, used = "", 0.0
        for letter in word:
            if piece and used + wide(letter) > room:
                yield piece
                piece, used = "", 0.0
            piece, used = piece + letter, used + wide(letter)
        yield piece
