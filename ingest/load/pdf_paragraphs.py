"""Lines of a PDF page become paragraphs."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.load.pdf_bands import middle
from ingest.load.pdf_lines import FAR, Run, joined_lines
from ingest.load.pdf_table import FoundTable
from ingest.load.pdf_words import Word

_LEADER = re.compile(r"(?:\s?[.·…]){5,}\s*")
_ITEM = re.compile(r"^(?:[•●▪■◦○‣∙·–—*-]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|\[\d+\])\s")
_LISTED = re.compile(r" … ?\S{0,8}$")  # an entry of a table of contents
_WIDER = 0.35  # of the font size: by which the space before a paragraph is wider than between its lines
_INDENT = 0.8  # of the font size
_SIZES_DIFFER = 0.08
_ALL_BOLD = 0.95  # share of a bold line's letters; a line that begins bold is text
_NARROWEST = 11  # of the font size: width of a column whose lines are joined
_SHORTEST = 40  # characters of a paragraph that goes on in the next column
_MOST_NOTES = 8  # paragraphs of footnotes
_ENDED = tuple(".!?:;。！？")


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text with its place, in points from the top left."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    bold: bool
    first_word: float  # width of its first word
    level: int = 0  # of the heading that the PDF says it is, 0 for none


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together."""

    lines: list[TextLine]
    text: str
    apart: bool  # whether a blank line stands before it; else it begins on the next line

    @property
    def size(self) -> float:
        """Font size in points."""
        return self.lines[0].size

    @property
    def level(self) -> int:
        """Level of the heading that the PDF says it is, 0 for none."""
        return self.lines[0].level

    @property
    def bold(self) -> bool:
        """Whether all of it is bold."""
        return all(line.bold for line in self.lines)


Block = Paragraph | FoundTable


def text_line(run: Run) -> TextLine:
    """The line of a run."""
    letters = sum(len(word.text) for word in run.words)
    bold = sum(len(word.text) for word in run.words if word.bold)
    size = _usual_size(run.words)
    first = run.words[0]
    text = _LEADER.sub(" … ", run.text).strip()
    level = first.level if all(word.level == first.level for word in run.words) else 0
    return TextLine(
        text,
        run.left,
        run.top,
        run.right,
        run.bottom,
        size,
        bold >= _ALL_BOLD * letters,
        first.right - first.left,
        level,
    )


def _usual_size(words: Sequence[Word]) -> float:
    sizes = sorted((word.size, len(word.text)) for word in words)
    half = sum(length for _, length in sizes) / 2
    for size, length in sizes:
        half -= length
        if half <= 0:
            return size
    return sizes[-1][0]


def blocks(regions: Iterable[Sequence[TextLine | FoundTable]]) -> list[Block]:
    """The paragraphs and tables of a page, in the order of its columns."""
    result: list[Block] = []
    for region in regions:
        own = _blocks(region)
        first = own[0] if own else None
        begun = _open_paragraph(result, first) if isinstance(first, Paragraph) else None
        if begun is not None and isinstance(first, Paragraph):
            begun.text = joined_lines(begun.text, first.text)
            begun.lines += first.lines
            own = own[1:]
        result += own
    return result


def _open_paragraph(above: Sequence[Block], following: Paragraph) -> Paragraph | None:
    """The paragraph that continues at the top of the next column; there may be footnotes below it."""
    for block in reversed(above[-_MOST_NOTES:]):
        if not isinstance(block, Paragraph):
            return None
        if block.size < (1 - _SIZES_DIFFER) * following.size:
            continue
        return block if goes_on(block, following) else None
    return None


def goes_on(block: Paragraph, following: Paragraph) -> bool:
    """Whether a paragraph breaks off within a sentence, and another one continues it."""
    if abs(block.size - following.size) > _SIZES_DIFFER * block.size or block.bold != following.bold:
        return False
    return block.text[-1:] not in _ENDED and following.text[:1].islower() and len(block.text) > _SHORTEST


def _blocks(region: Sequence[TextLine | FoundTable]) -> list[Block]:
    every = [item for item in region if isinstance(item, TextLine)]
    width = (min(line.left for line in every), max(line.right for line in every)) if every else (0.0, 0.0)
    result: list[Block] = []
    lines: list[TextLine] = []
    for item in region:
        if isinstance(item, TextLine):
            lines.append(item)
            continue
        result += _paragraphs(lines, *width)
        lines = []
        result.append(item)
    return result + _paragraphs(lines, *width)


def _paragraphs(lines: Sequence[TextLine], left: float, right: float) -> list[Block]:
    """The paragraphs of lines between two tables; left and right are the ends of the column."""
    result: list[Block] = []
    if not lines:
        return result
    pairs = list(pairwise(lines))
    usual = middle([after.top - before.bottom for before, after in pairs if _alike(before, after)])
    present = Paragraph([lines[0]], _near(lines[0]), apart=True)
    for index, (before, line) in enumerate(pairs, start=1):
        following = lines[index + 1] if index + 1 < len(lines) else None
        end = right if right - left >= _NARROWEST * line.size else float("inf")
        apart = not _alike(before, line) or line.top - before.bottom > usual + _WIDER * line.size
        if apart or _begins(before, line, following, end):
            result.append(present)
            present = Paragraph([line], _near(line), apart or _is_indented(before, line, following))
        else:
            present.text = joined_lines(present.text, _near(line))
            present.lines.append(line)
    return [*result, present]


def _near(line: TextLine) -> str:
    return line.text.replace(FAR, " ")


def _alike(one: TextLine, other: TextLine) -> bool:
    if one.level or other.level:
        return one.level == other.level
    return abs(one.size - other.size) <= _SIZES_DIFFER * one.size and one.bold == other.bold


def _begins(before: TextLine, line: TextLine, following: TextLine | None, right: float) -> bool:
    """Whether a line begins a paragraph or an item: there was room for its first word on the line before."""
    if _ITEM.match(line.text) or _is_indented(before, line, following):
        return True
    if _LISTED.search(before.text):
        return True
    if before.text[-1:] in "-‐" and line.text[:1].islower():
        return False
    room = right - before.right
    return room > line.first_word + 0.5 * line.size and room > 2 * line.size


def _is_indented(before: TextLine, line: TextLine, following: TextLine | None) -> bool:
    """Whether a line is the indented first line of a paragraph, and not one below a first line that hangs out."""
    if _ITEM.match(before.text) or not _INDENT * line.size < line.left - before.left < 6 * line.size:
        return False
    return following is None or following.left < line.left - 0.5 * _INDENT * line.size
