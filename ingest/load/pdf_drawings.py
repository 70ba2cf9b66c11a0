"""What is drawn on a PDF page beside its text: straight lines, filled boxes and pictures."""

import ctypes
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest.load.pdf_letters import Box
from ingest.load.pdf_words import Frame, Word

MOST_OBJECTS = 20_000  # of a page; a drawing with more is no table
_MOST_LINES = 6_000  # before those that touch are joined
_MOST_JOINED = 1_200
_MOST_SEGMENTS = 2_000  # of one path
_DEEPEST = 4  # forms within forms
_EDGES = 7  # of a shape that may be a letter
_LETTER = 60.0  # points, width and height of a letter drawn as a shape, at most
_THIN = 2.6  # points: a filled box as thin as this is a line
_SHORTEST = 4.0  # points of a line
_SAME = 1.6  # points between lines that are one
_STRUCK_FROM, _STRUCK_TO = 0.4, 0.72  # of a word's height: where a line strikes it out
_JOIN = 3.2  # points between the ends of two lines that are one


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line, horizontal or vertical."""

    at: float  # height of a horizontal one, distance from the left of a vertical one
    start: float
    end: float


@dataclass(slots=True)
class Drawings:
    """The drawings of one page, in the directions of its text."""

    across: list[Line] = field(default_factory=list)  # horizontal lines, from the top
    down: list[Line] = field(default_factory=list)  # vertical lines, from the left
    fills: list[Box] = field(default_factory=list)
    pictures: list[Box] = field(default_factory=list)
    shapes: int = 0  # small ones with as many edges as letters have
    complete: bool = True  # False: there is more than is looked at


def drawings(page: Any, frame: Frame) -> Drawings:
    """Lines, boxes and pictures of a page."""
    collector = _Collector(frame)
    collector.collect(page)
    found = collector.found
    if not found.complete or len(found.across) + len(found.down) > _MOST_LINES:
        return Drawings(pictures=found.pictures, shapes=found.shapes, complete=False)
    found.across, found.down = _joined(found.across), _joined(found.down)
    if len(found.across) + len(found.down) > _MOST_JOINED:
        return Drawings(pictures=found.pictures, shapes=found.shapes, complete=False)
    return found


class _Collector:
    def __init__(self, frame: Frame) -> None:
        import pypdfium2.raw as raw  # noqa: PLC0415  # needed by this format only

        self._raw = raw
        self._frame = frame
        self._seen = 0
        self._sides = tuple(ctypes.c_float() for _ in range(4))
        self.found = Drawings()

    def collect(self, page: Any) -> None:
        raw = self._raw
        count = raw.FPDFPage_CountObjects(page)
        self._objects((raw.FPDFPage_GetObject(page, index) for index in range(count)), (1, 0, 0, 1, 0, 0), 0)

    def _objects(self, objects: Iterator[Any], matrix: tuple[float, ...], depth: int) -> None:
        raw = self._raw
        for item in objects:
            self._seen += 1
            if self._seen > MOST_OBJECTS:
                self.found.complete = False
                return
            kind = raw.FPDFPageObj_GetType(item)
            if kind == raw.FPDF_PAGEOBJ_PATH:
                self._path(item, matrix)
            elif kind == raw.FPDF_PAGEOBJ_IMAGE:
                box = self._box(item, matrix)
                if box:
                    self.found.pictures.append(box)
            elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
                own = raw.FS_MATRIX()
                raw.FPDFPageObj_GetMatrix(item, own)
                inner = _product((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
                count = raw.FPDFFormObj_CountObjects(item)
                self._objects((raw.FPDFFormObj_GetObject(item, index) for index in range(count)), inner, depth + 1)

    def _box(self, item: Any, matrix: tuple[float, ...]) -> Box | None:
        left, bottom, right, top = self._sides
        if not self._raw.FPDFPageObj_GetBounds(item, left, bottom, right, top):
            return None
        return self._upright((left.value, bottom.value), (right.value, top.value), matrix)

    def _upright(self, one: tuple[float, float], other: tuple[float, float], matrix: tuple[float, ...]) -> Box:
        (x0, y0), (x1, y1) = _moved(one, matrix), _moved(other, matrix)
        return self._frame.upright(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))

    def _path(self, item: Any, matrix: tuple[float, ...]) -> None:
        box = self._box(item, matrix)
        if box is None or len(self.found.across) + len(self.found.down) > _MOST_LINES:
            return
        if self._line(box):
            return
        raw = self._raw
        count = raw.FPDFPath_CountSegments(item)
        self.found.shapes += count >= _EDGES and max(box[2] - box[0], box[3] - box[1]) < _LETTER
        filled, stroked = ctypes.c_int(), ctypes.c_int()
        raw.FPDFPath_GetDrawMode(item, filled, stroked)
        if filled.value and count <= 16:
            self.found.fills.append(box)
        if stroked.value and count <= _MOST_SEGMENTS:
            self._segments(item, count, matrix)

    def _segments(self, item: Any, count: int, matrix: tuple[float, ...]) -> None:
        """The straight pieces of a path's outline."""
        raw = self._raw
        own = raw.FS_MATRIX()
        raw.FPDFPageObj_GetMatrix(item, own)
        whole = _product((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
        x, y = ctypes.c_float(), ctypes.c_float()
        first = before = (0.0, 0.0)
        for index in range(count):
            segment = raw.FPDFPath_GetPathSegment(item, index)
            raw.FPDFPathSegment_GetPoint(segment, x, y)
            point = x.value, y.value
            kind = raw.FPDFPathSegment_GetType(segment)
            if kind == raw.FPDF_SEGMENT_MOVETO:
                first = point
            elif kind == raw.FPDF_SEGMENT_LINETO:
                self._line(self._upright(before, point, whole))
            if raw.FPDFPathSegment_GetClose(segment):
                self._line(self._upright(point, first, whole))
            before = point

    def _line(self, box: Box) -> bool:
        """Keep a box that is as thin as a line; returns whether it is one."""
        left, top, right, bottom = box
        if bottom - top <= _THIN and right - left >= _SHORTEST:
            self.found.across.append(Line((top + bottom) / 2, left, right))
            return True
        if right - left <= _THIN and bottom - top >= _SHORTEST:
            self.found.down.append(Line((left + right) / 2, top, bottom))
            return True
        return False


def _product(one: tuple[float, ...], other: tuple[float, ...]) -> tuple[float, ...]:
    """The matrix that does one, then the other."""
    a, b, c, d, e, f = one
    m, n, o, p, q, r = other
    return a * m + b * o, a * n + b * p, c * m + d * o, c * n + d * p, e * m + f * o + q, e * n + f * p + r


def _moved(point: tuple[float, float], matrix: tuple[float, ...]) -> tuple[float, float]:
    x, y = point
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _joined(lines: list[Line]) -> list[Line]:
    """Lines with those that lie on one another or follow one another made one, in order."""
    groups: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.at):
        if groups and line.at - groups[-1][-1].at <= _SAME and line.at - groups[-1][0].at <= 2 * _SAME:
            groups[-1].append(line)
        else:
            groups.append([line])
    joined = []
    for group in groups:
        at = sum(line.at for line in group) / len(group)
        start = end = None
        for line in sorted(group, key=lambda line: line.start):
            if end is not None and start is not None and line.start <= end + _JOIN:
                end = max(end, line.end)
                continue
            if end is not None and start is not None:
                joined.append(Line(at, start, end))
            start, end = line.start, line.end
        if end is not None and start is not None:
            joined.append(Line(at, start, end))
    return joined


def mark_struck(words: Iterable[Word], lines: Sequence[Line]) -> None:
    """Mark the words that a horizontal line is drawn through."""
    heights = [line.at for line in lines]
    for word in words:
        height = word.bottom - word.top
        first = bisect_left(heights, word.top + _STRUCK_FROM * height)
        last = bisect_right(heights, word.top + _STRUCK_TO * height)
        word.struck = any(line.start <= word.left + 2 and line.end >= word.right - 2 for line in lines[first:last])
