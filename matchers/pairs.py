"""Pairs of a hash that was met and one that is known, near each other.

A known picture is kept in all eight turns, so that what is met is asked as it is. Of a hash from elsewhere only one
turn is known; those hashes are asked with every turn of what is met.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from matchers.hashes import Turn
from matchers.prints import TURNS, Film, Part, Print, Still
from matchers.regions import Because, Region
from matchers.rows import Rows, bits_of

# A half of a picture is no picture that anybody reported.
KEPT = frozenset({Because.WHOLE, Because.BORDER, Because.PAGE, Because.CROP})
ASKED = frozenset(Because) - {Because.CROP}
# How what is met was turned, where it is its turn that is like the known picture.
INVERSE = {turn: turn for turn in Turn} | {Turn.QUARTER: Turn.THREE_QUARTERS, Turn.THREE_QUARTERS: Turn.QUARTER}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two hashes `distance` bits apart: whose, of which known still, of which still and part met, how turned."""

    owner: int
    known_still: int
    still: int
    part: Part
    turn: Turn
    distance: int

    @property
    def region(self) -> Region | None:
        """Where in the picture that was met; None for the whole."""
        return None if self.part.because is Because.WHOLE else Region(self.part.box, self.part.because)


class _Question(NamedTuple):
    still: int
    part: Part
    turn: int


def stills_of(one: Print | Film) -> tuple[Still, ...]:
    """Give the pictures of it; a picture is a film of one still."""
    return one.stills if isinstance(one, Film) else (Still(0.0, one),)


class Side:
    """The hashes of known pictures, by owner."""

    def __init__(self) -> None:
        self._turned = Rows()
        self._single = Rows()

    def __len__(self) -> int:
        return len(self._turned) + len(self._single)

    def add(self, owner: int, known: Print | Film, *, regions: bool = True) -> None:
        """Know one more.

        Args:
            regions: not only the whole, but also what is inside its borders or on its page.
        """
        for number, still in enumerate(stills_of(known)):
            parts = [one for one in still.print.parts if one.because in KEPT][: None if regions else 1]
            for part in parts:
                rows = self._turned if len(part.turns) == len(TURNS) else self._single
                notes = number * len(TURNS) + np.arange(len(part.turns), dtype=np.int32)
                rows.add(bits_of(part.turns), np.full(len(part.turns), owner, np.int32), notes)

    def remove(self, owner: int) -> None:
        """Know it no more."""
        self._turned.remove(owner)
        self._single.remove(owner)

    def pairs(self, met: Print | Film, radius: int, *, regions: bool = True) -> Iterator[Pair]:
        """Find what is at most `radius` bits away from what was met, in any turn, or from a region of it."""
        for question, owner, note, distance in self._near(self._turned, met, radius, turns=1, regions=regions):
            still, turn = divmod(note, len(TURNS))
            yield Pair(owner, still, question.still, question.part, TURNS[turn], distance)
        for question, owner, note, distance in self._near(self._single, met, radius, turns=8, regions=regions):
            back = INVERSE[TURNS[question.turn]]
            yield Pair(owner, note // len(TURNS), question.still, question.part, back, distance)

    def _near(
        self, rows: Rows, met: Print | Film, radius: int, *, turns: int, regions: bool
    ) -> Iterable[tuple[_Question, int, int, int]]:
        if not len(rows):
            return
        questions = list(_questions(met, turns, regions=regions))
        found = rows.near(bits_of([one.part.turns[one.turn] for one in questions]), radius)
        for at, owner, note, distance in zip(*(column.tolist() for column in found), strict=True):
            yield questions[at], owner, note, distance


def _questions(met: Print | Film, turns: int, *, regions: bool) -> Iterator[_Question]:
    for number, still in enumerate(stills_of(met)):
        for part in [one for one in still.print.parts if one.because in ASKED][: None if regions else 1]:
            for turn in range(min(turns, len(part.turns))):
                yield _Question(number, part, turn)
