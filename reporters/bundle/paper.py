"""The story on paper: a PDF whose bytes depend on nothing but its words, its date and the font."""

from datetime import datetime
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

from fpdf import FPDF
from fpdf.fonts import TTFFont

from casebook.errors import Unavailable
from reporters.bundle.contents import software
from reporters.bundle.lettering import broken, escaped, in_order
from reporters.bundle.story import Block, Facts, Heading, Listing, Story, Typed, Words

MARGIN_MM, WIDTH_MM = 18.0, 174.0
BODY, SMALL = 9.0, 7.5  # points
SIZES = {1: 16.0, 2: 12.0, 3: 10.0}
LABEL_MM, PAD_MM = 31.0, 2.0
IN_A_LINE, MOST_MM = 95, 200.0  # letters beside a name; how much may be moved to the next page
FONTS = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}
ALL_PAGES = "\u00adnb\u00ad"  # stands for their number until it is known; no words hold it, for it is escaped
TYPED = "DejaVuSansMono.ttf"


def fonts() -> Path:
    """Find the folder of the DejaVu fonts that come with matplotlib, which is not imported for it."""
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        raise Unavailable("the fonts of matplotlib are missing: install Pehra anew")
    return Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"


def _opened(paper: FPDF, name: str) -> TTFFont:
    font = paper.fonts[name]
    assert isinstance(font, TTFFont)  # noqa: S101  # no other is ever added
    return font


class Paper(FPDF):
    """One document being written."""

    def __init__(self, title: str, foot: str, at: datetime) -> None:
        super().__init__(format="A4")
        self.foot = foot
        for style, file in FONTS.items():
            self.add_font("body", style, fonts() / file)
        self.add_font("typed", "", fonts() / TYPED)
        self.set_margins(MARGIN_MM, MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=MARGIN_MM)
        self.set_compression(False)
        self.alias_nb_pages(ALL_PAGES)
        self.set_creation_date(at)
        self.set_title(title)
        self.set_producer(software())
        self.set_creator(software())
        self.set_lang("en")

    def footer(self) -> None:
        """Name the case and the page at the foot."""
        self.set_y(-12)
        self.set_font("body", "", SMALL)
        self.cell(WIDTH_MM, 4, f"{self.foot} · page {self.page_no()} of {ALL_PAGES}", align="C")

    @cached_property
    def letters(self) -> frozenset[int]:
        """What the font can show."""
        return frozenset(_opened(self, "body").cmap)

    def shows(self, letter: str) -> bool:
        """Whether the font has this letter."""
        return ord(letter) in self.letters

    def lines(self, words: str, room: float) -> list[str]:
        """Break words in the font at hand into lines as they are seen."""
        wide, share = _opened(self, f"{self.font_family}{self.font_style}").cw, self.font_size / 1000
        shown = escaped(words, self.shows)
        return [in_order(one) for one in broken(shown, lambda letter: wide[ord(letter)] * share, room)]

    def room_for(self, height: float) -> None:
        """Begin a new page where this does not fit on the one at hand."""
        if self.will_page_break(height):
            self.add_page()


def write(story: Story, at: datetime) -> bytes:
    """Write the PDF."""
    paper = Paper(story.title, story.foot, at)
    paper.add_page()
    for block, after in zip(story.blocks, [*story.blocks[1:], None], strict=True):
        if isinstance(block, Heading) and isinstance(after, Facts) and block.level > 1:
            paper.room_for(min(_high(SIZES[block.level]) + _about(after), MOST_MM))
        _draw(paper, block)
    return bytes(paper.output())


def _draw(paper: Paper, block: Block) -> None:
    if isinstance(block, Heading):
        _heading(paper, block)
    elif isinstance(block, Words):
        paper.set_font("body", "", BODY)
        _put(paper, paper.lines(block.words, WIDTH_MM), BODY)
        paper.ln(PAD_MM)
    elif isinstance(block, Facts):
        for name, value in block.rows:
            _fact(paper, name, value, BODY if block.large else SMALL)
        paper.ln(PAD_MM)
    elif isinstance(block, Typed):
        paper.set_font("typed", "", SMALL)
        _put(paper, [line for one in block.lines for line in paper.lines(one, WIDTH_MM - PAD_MM)], SMALL)
        paper.ln(PAD_MM)
    else:
        _table(paper, block)


def _about(block: Facts) -> float:
    """Say about how high names and values are going to be, so that they begin on the page on which they end."""
    return sum(1 + len(value) // IN_A_LINE for _, value in block.rows) * _high(SMALL) + 3 * PAD_MM


def _heading(paper: Paper, block: Heading) -> None:
    size = SIZES[block.level]
    if block.level == 1 and paper.get_y() > MARGIN_MM + 1:
        paper.add_page()
    paper.set_font("body", "B", size)
    paper.room_for(_high(size) + 4 * _high(BODY))
    paper.ln(PAD_MM)
    _put(paper, paper.lines(block.words, WIDTH_MM), size)
    paper.ln(1)


def _high(size: float) -> float:
    return size * 0.49  # millimetres of a line


def _put(paper: Paper, lines: list[str], size: float) -> None:
    for one in lines:
        paper.cell(WIDTH_MM, _high(size), one, new_x="LMARGIN", new_y="NEXT")


def _fact(paper: Paper, name: str, value: str, size: float) -> None:
    paper.set_font("body", "B", size)
    names = paper.lines(name, LABEL_MM - PAD_MM)
    paper.set_font("body", "", size)
    lines = paper.lines(value, WIDTH_MM - LABEL_MM)
    for place in range(max(len(lines), len(names))):
        paper.room_for(_high(size))
        paper.set_font("body", "B", size)
        paper.cell(LABEL_MM, _high(size), names[place] if place < len(names) else "")
        paper.set_font("body", "", size)
        text = lines[place] if place < len(lines) else ""
        paper.cell(WIDTH_MM - LABEL_MM, _high(size), text, new_x="LMARGIN", new_y="NEXT")


def _table(paper: Paper, block: Listing) -> None:
    wide = [WIDTH_MM * one / 100 for one in block.widths]
    _row(paper, block.columns, wide, "B")
    for one in block.rows:
        _row(paper, one, wide, "")
    paper.ln(PAD_MM)


def _row(paper: Paper, cells: tuple[str, ...], wide: list[float], style: str) -> None:
    paper.set_font("body", style, SMALL)
    broke = [paper.lines(one, room - PAD_MM) for one, room in zip(cells, wide, strict=True)]
    for place in range(max(map(len, broke))):
        paper.room_for(_high(SMALL))
        for lines, room in zip(broke, wide, strict=True):
            paper.cell(room, _high(SMALL), lines[place] if place < len(lines) else "")
        paper.ln(_high(SMALL))
    paper.ln(0.6)
