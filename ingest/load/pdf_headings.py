"""Headings of a PDF by the size and weight of their letters."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from ingest.load.pdf_paragraphs import Paragraph, TextLine
from ingest.load.pdf_table import FoundTable

_LARGER = 1.14  # times the size of the text
_LONGEST = 160  # characters
_MOST_LINES = 3
_LEVELS = 6
_NAMED = 5  # headings that the PDF names, from which the others are taken for none
_FEW_NAMED = 0.3  # of the number of headings by their look
_COMMON = 0.35  # share of bold letters in the text from which bold says nothing
_NUMBERED = re.compile(r"^(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+\S")
_SENTENCE_END = tuple(".;,")


def body_size(items: Iterable[TextLine | FoundTable]) -> float:
    """The font size of most letters, in points."""
    sizes: Counter[float] = Counter()
    for item in items:
        sizes[_rounded(item.size)] += len(item.text) if isinstance(item, TextLine) else item.length
    return sizes.most_common(1)[0][0] if sizes else 10.0


class Headings:
    """The levels of a document's headings: those that the PDF names itself, else by their look."""

    def __init__(self, paragraphs: Sequence[Paragraph], body_size: float) -> None:
        self.body_size = body_size
        self._named = False
        total = sum(len(paragraph.text) for paragraph in paragraphs)
        bold = sum(len(paragraph.text) for paragraph in paragraphs if paragraph.bold)
        self._bold_counts = bold < _COMMON * total
        styles = {self._style(paragraph) for paragraph in paragraphs if self._is_heading(paragraph)}
        self._levels = {style: min(level, _LEVELS) for level, style in enumerate(sorted(styles, reverse=True), start=1)}
        self._depths: dict[tuple[float, bool], int] = {}
        for paragraph in paragraphs:
            depth = _depth(paragraph.text)
            if depth and self._is_heading(paragraph):
                style = self._style(paragraph)
                self._depths[style] = min(depth, self._depths.get(style, depth))

        named = sum(paragraph.level > 0 for paragraph in paragraphs)
        by_look = sum(map(self._is_heading, paragraphs))
        self._named = named >= _NAMED or named > _FEW_NAMED * by_look

    def level(self, paragraph: Paragraph) -> int:
        """Level 1..6 of a heading, 0 of other text."""
        if self._named:
            return paragraph.level
        if not self._is_heading(paragraph):
            return 0
        style = self._style(paragraph)
        deeper = max(_depth(paragraph.text) - self._depths.get(style, 0), 0) if _depth(paragraph.text) else 0
        return min(self._levels.get(style, _LEVELS) + deeper, _LEVELS)

    def _style(self, paragraph: Paragraph) -> tuple[float, bool]:
        """(size, bold): the larger one is the outer heading."""
        return max(_rounded(paragraph.size), self.body_size), paragraph.bold

    def _is_heading(self, paragraph: Paragraph) -> bool:
        text = paragraph.text
        if len(text) > _LONGEST or len(paragraph.lines) > _MOST_LINES or not any(letter.isalpha() for letter in text):
            return False
        if text.endswith((",", ";")) or text[0].islower():
            return False
        if paragraph.size >= _LARGER * self.body_size and len(text) > 1:
            return not (text.endswith(_SENTENCE_END) and len(text.split()) > 12)
        bold = self._bold_counts and paragraph.bold and paragraph.size >= 0.97 * self.body_size
        return bold and paragraph.apart and len(text) > 2 and not text.endswith(_SENTENCE_END)


def _rounded(size: float) -> float:
    return round(2 * size) / 2


def _depth(text: str) -> int:
    """1 for a heading numbered "2", 2 for "2.1"; 0 without a number."""
    match = _NUMBERED.match(text)
    return match.group(1).count(".") + 1 if match else 0
