"""Words of a PDF page with their boxes, as if all text ran from left to right."""

import ctypes
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ingest.load.pdf_letters import RIGHT_TO_LEFT, Box, in_reading_order, is_raised, unshaped, with_raised

MOST_CHARACTERS = 100_000  # of a page whose layout is read
_WORD = re.compile(r"[^\s\ufffe\x02\ufeff\x00]+[\ufffe\x02]?")
_DIVIDED = "\ufffe\x02"  # PDFium's marks for a word divided at a line's end
_BOLD = re.compile(rb"bold|black|heavy|demi", re.IGNORECASE)
_FORCED_BOLD = 1 << 18  # flag of a font descriptor
_LEADER = 4  # dots in a row
_TORN = 0.35  # of a letter's height, by which the next one stands apart


@dataclass(slots=True)
class Word:
    """A word and its box."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float  # of the font, in points
    bold: bool
    start: int  # index of its first character on the page
    struck: bool = False  # a line is drawn through it
    level: int = 0  # of the heading that the PDF says it belongs to, 0 for none
    mirrored: bool = False  # its box is seen as in a mirror, because the page's text runs to the left

    @property
    def middle(self) -> float:
        """The height of its middle."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Frame:
    """Turns boxes of a page into boxes of upright text that runs to the right."""

    turn: int  # quarter turns of the text, counterclockwise
    bounds: Box  # left, bottom, right, top of the page in its own points
    mirrored: bool = False  # the text runs to the left: its boxes are seen as in a mirror

    @property
    def width(self) -> float:
        """Width of the page when its text is upright."""
        left, bottom, right, top = self.bounds
        return top - bottom if self.turn % 2 else right - left

    @property
    def height(self) -> float:
        """Height of the page when its text is upright."""
        left, bottom, right, top = self.bounds
        return right - left if self.turn % 2 else top - bottom

    def upright(self, left: float, bottom: float, right: float, top: float) -> Box:
        """A box of the page, whose points go up, as one whose points go down."""
        x0, y0, x1, y1 = self.bounds
        if self.turn == 1:
            box = bottom - y0, left - x0, top - y0, right - x0
        elif self.turn == 2:
            box = x1 - right, bottom - y0, x1 - left, top - y0
        elif self.turn == 3:
            box = y1 - top, x1 - right, y1 - bottom, x1 - left
        else:
            box = left - x0, y1 - top, right - x0, y1 - bottom
        return (self.width - box[2], box[1], self.width - box[0], box[3]) if self.mirrored else box


def page_words(textpage: Any, text: str, bounds: Box) -> list[tuple[Frame, list[Word]]]:
    """The words of a page, those of each direction together; the direction of most words comes first.

    text: what page_characters() returned. bounds: left, bottom, right, top of the page.
    """
    reader = _Reader(textpage, text)
    by_turn: dict[int, list[_Span]] = {}
    for span in reader.spans():
        by_turn.setdefault(span.turn, []).append(span)
    groups = []
    for turn, spans in sorted(by_turn.items(), key=lambda group: -len(group[1])):
        frame = Frame(turn, bounds, _runs_to_left(text, spans))
        groups.append((frame, _without_leaders([reader.word(span, frame) for span in spans])))
    return groups


def _runs_to_left(text: str, spans: Sequence["_Span"]) -> bool:
    words = [text[span.start : span.end] for span in spans]
    lettered = sum(any(letter.isalpha() for letter in word) for word in words)
    return 2 * sum(bool(RIGHT_TO_LEFT.search(word)) for word in words) > lettered


def _without_leaders(words: list[Word]) -> list[Word]:
    """The words with every row of dots, as in a table of contents, made one."""
    result: list[Word] = []
    dots: list[Word] = []
    for word in [*words, None]:
        if word is not None and not word.text.strip(".·…") and (not dots or abs(dots[-1].middle - word.middle) < 1):
            dots.append(word)
            continue
        if sum(len(dot.text) for dot in dots) >= _LEADER:
            first, last = dots[0], dots[-1]
            result.append(replace(first, text="…", left=min(first.left, last.left), right=max(first.right, last.right)))
        else:
            result += dots
        dots = []
        if word is not None:
            result.append(word)
    return result


def page_characters(textpage: Any) -> str | None:
    """The characters of a page, so that their indices are PDFium's; None for a page with too many."""
    import pypdfium2.raw as raw  # noqa: PLC0415  # needed by this format only

    count = max(raw.FPDFText_CountChars(textpage), 0)
    if count > MOST_CHARACTERS:
        return None
    buffer = (ctypes.c_ushort * (count + 1))()
    written = raw.FPDFText_GetText(textpage, 0, count, buffer)
    if written == count + 1:
        text = bytes(buffer)[: 2 * count].decode("utf-16-le", "replace")
        if len(text) == count:
            return text
    # Characters beyond 16 bits or without a code shift the indices.
    codes = (raw.FPDFText_GetUnicode(textpage, index) for index in range(count))
    return "".join(chr(code) if 0 < code <= 0x10FFFF else " " for code in codes)


@dataclass(frozen=True, slots=True)
class _Span:
    """A word as a span of the page's characters."""

    start: int
    end: int
    first: Box  # of the first character, in the page's own points
    last: Box
    turn: int


class _Reader:
    def __init__(self, textpage: Any, text: str) -> None:
        import pypdfium2.raw as raw  # noqa: PLC0415

        self._raw = raw
        self._page = textpage
        self._text = text
        self._rectangle = raw.FS_RECTF()
        self._matrix = raw.FS_MATRIX()
        self._name = ctypes.create_string_buffer(128)
        self._flags = ctypes.c_int()
        self._fonts: dict[tuple[bytes, int], tuple[float, bool]] = {}  # (name, height of the box) -> (size, bold)

    def spans(self) -> Iterator[_Span]:
        """The words in the page's own order."""
        turn = 0
        for match in _WORD.finditer(self._text):
            start, end = match.span()
            first = self._box(start)
            last = self._box(end - 1) if end - start > 1 else first
            turn = self._turn(start, first, last, turn)
            if turn == 0 and end - start > 1 and self._is_torn(start, end, first, last):
                yield from self._pieces(start, end)
            elif first[2] > first[0] or first[3] > first[1]:
                yield _Span(start, end, first, last, turn)

    def _is_torn(self, start: int, end: int, first: Box, last: Box) -> bool:
        """Whether a word's letters cannot stand side by side: PDFium runs lines together that are set very tight."""
        height = first[3] - first[1]
        if abs(first[3] - first[1] - last[3] + last[1]) < 0.1 * height and abs(first[1] - last[1]) > _TORN * height:
            return True
        return last[2] - first[0] > (end - start) * height * 1.1 and not RIGHT_TO_LEFT.search(self._text, start, end)

    def _pieces(self, start: int, end: int) -> Iterator[_Span]:
        """The parts of a word whose letters stand side by side."""
        begun, first = start, self._box(start)
        last = first
        for index in range(start + 1, end):
            box = self._box(index)
            height = max(last[3] - last[1], 1.0)
            apart = not -_TORN * height <= box[0] - last[2] <= _TORN * height
            if apart or abs(box[1] - last[1]) > _TORN * height:
                yield _Span(begun, index, first, last, 0)
                begun, first = index, box
            last = box
        yield _Span(begun, end, first, last, 0)

    def word(self, span: _Span, frame: Frame) -> Word:
        """The word of a span, upright."""
        shown = self._text[span.start : span.end]
        if shown[-1] in _DIVIDED:
            shown = shown[:-1] + "-"
        first, last = frame.upright(*span.first), frame.upright(*span.last)
        size, bold = self._font(span.start, first)
        tall = max(first, last, key=lambda box: box[3] - box[1])  # the others are raised, or ligatures
        box = min(first[0], last[0]), tall[1], max(first[2], last[2]), tall[3]
        if RIGHT_TO_LEFT.search(shown):
            boxes = self._boxes(span, frame)
            shown = in_reading_order(shown, boxes, mirrored=frame.mirrored)
            lefts, tops, rights, bottoms = zip(*boxes, strict=True)
            box = min(lefts), min(tops), max(rights), max(bottoms)
        elif len(shown) > 1 and (is_raised(last, first) or is_raised(first, last)):
            shown = with_raised(shown, self._boxes(span, frame))
        return Word(unshaped(shown), *box, size, bold, span.start, mirrored=frame.mirrored)

    def _boxes(self, span: _Span, frame: Frame) -> list[Box]:
        return [frame.upright(*self._box(index)) for index in range(span.start, span.end)]

    def _box(self, index: int) -> Box:
        """Left, bottom, right, top of a character; as tall as the line."""
        box = self._rectangle
        self._raw.FPDFText_GetLooseCharBox(self._page, index, box)
        return box.left, box.bottom, box.right, box.top

    def _turn(self, start: int, first: Box, last: Box, before: int) -> int:
        """Quarter turns of a word, counterclockwise."""
        across = last[0] + last[2] - first[0] - first[2]
        up = last[1] + last[3] - first[1] - first[3]
        if first is last or abs(across) > 2 * abs(up):
            if first is not last and across > 0:
                return 0
            # One character, or text that runs to the left: upside down or of another script.
            if before == 0 and (first is last or RIGHT_TO_LEFT.search(self._text, start, start + 1)):
                return 0
        angle = self._raw.FPDFText_GetCharAngle(self._page, start)  # radians, clockwise
        return int(-round(angle / 1.5708) % 4)

    def _font(self, index: int, box: Box) -> tuple[float, bool]:
        """(size in points, bold) of a character; the same for the same font and height of the box."""
        length = self._raw.FPDFText_GetFontInfo(self._page, index, self._name, 128, self._flags)
        name = self._name.raw[: max(length - 1, 0)] if length <= 128 else b""
        key = name, round(4 * (box[3] - box[1]))
        known = self._fonts.get(key)
        if known is None:
            self._raw.FPDFText_GetMatrix(self._page, index, self._matrix)
            scale = (self._matrix.c**2 + self._matrix.d**2) ** 0.5 or 1.0
            size = self._raw.FPDFText_GetFontSize(self._page, index) * scale
            bold = bool(_BOLD.search(name) or self._flags.value & _FORCED_BOLD)
            bold = bold or self._raw.FPDFText_GetFontWeight(self._page, index) >= 700
            known = self._fonts[key] = (abs(size), bold)
        return known
