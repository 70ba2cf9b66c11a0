"""Tables and headings that a PDF names itself: its structure tree, as browsers and word processors write it."""

import ctypes
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from ingest.load.pdf_bands import middle
from ingest.load.pdf_lines import cell_text
from ingest.load.pdf_table import Columns, FoundTable
from ingest.load.pdf_words import Word
from ingest.load.tables import Cell

_MOST_ELEMENTS = 20_000  # of one page
_MOST_COLUMNS = 200  # that a cell covers
_LONGEST_CELL = 2_500  # characters; a cell with more is there for the layout
_CELLS = ("TH", "TD")
_IN_ORDER = 0.8  # share of rows, and of cells in a row, that stand where the tree says


@dataclass(slots=True)
class _TaggedCell:
    is_name: bool = False
    columns: int = 1
    rows: int = 1
    marks: set[int] = field(default_factory=set)  # of the page's content
    words: list[Word] = field(default_factory=list)

    @property
    def middle(self) -> float:
        """The middle of its words, from the left."""
        return (min(word.left for word in self.words) + max(word.right for word in self.words)) / 2


@dataclass(slots=True)
class Tags:
    """What the structure tree of a page says."""

    tables: list[list[list[_TaggedCell]]] = field(default_factory=list)
    levels: dict[int, int] = field(default_factory=dict)  # mark of the page's content -> level of a heading


def page_tags(page: Any) -> Tags:
    """The tables and headings of a page's structure tree; none for a page without one."""
    import pypdfium2.raw as raw  # noqa: PLC0415  # needed by this format only

    tags = Tags()
    tree = raw.FPDF_StructTree_GetForPage(page)
    if not tree:
        return tags
    try:
        count = raw.FPDF_StructTree_CountChildren(tree)
        roots = [raw.FPDF_StructTree_GetChildAtIndex(tree, index) for index in range(min(count, _MOST_ELEMENTS))]
        _Walk(tags).walk([root for root in roots if root])
    finally:
        raw.FPDF_StructTree_Close(tree)
    return tags


class _Walk:
    """Goes through a structure tree, within a bound on its elements."""

    def __init__(self, tags: Tags) -> None:
        import pypdfium2.raw as raw  # noqa: PLC0415

        self._raw = raw
        self._tags = tags
        self._left = _MOST_ELEMENTS
        self._buffer = ctypes.create_string_buffer(64)

    def walk(self, roots: Sequence[Any]) -> None:
        waiting = list(reversed(roots))
        while waiting and self._left > 0:
            element = waiting.pop()
            self._left -= 1
            kind = self._kind(element)
            if kind == "Table":
                rows = self._rows(element)
                if rows:
                    self._tags.tables.append(rows)
                    continue
            if len(kind) == 2 and kind[0] == "H" and kind[1] in "123456":
                self._tags.levels |= dict.fromkeys(self._marks(element) or (), int(kind[1]))
                continue
            waiting += reversed(list(self._children(element)))

    def _rows(self, table: Any) -> list[list[_TaggedCell]]:
        """The rows of a table; none for one that holds another, which is there for the layout."""
        rows: list[list[_TaggedCell]] = []
        waiting = list(reversed(list(self._children(table))))
        while waiting and self._left > 0:
            element = waiting.pop()
            self._left -= 1
            if self._kind(element) != "TR":
                waiting += reversed(list(self._children(element)))
                continue
            row = []
            for child in self._children(element):
                kind = self._kind(child)
                if kind not in _CELLS:
                    continue
                marks = self._marks(child)
                if marks is None:
                    return []
                columns, down = self._number(child, b"ColSpan"), self._number(child, b"RowSpan")
                row.append(_TaggedCell(kind == "TH", columns, down, marks))
            if row:
                rows.append(row)
        return rows

    def _marks(self, element: Any) -> set[int] | None:
        """Marks of all content of an element; None when there is a table in it."""
        marks: set[int] = set()
        waiting = [element]
        while waiting and self._left > 0:
            present = waiting.pop()
            self._left -= 1
            if present is not element and self._kind(present) == "Table":
                return None
            for index in range(max(self._raw.FPDF_StructElement_CountChildren(present), 0)):
                child = self._raw.FPDF_StructElement_GetChildAtIndex(present, index)
                if child:
                    waiting.append(child)
                else:
                    marks.add(self._raw.FPDF_StructElement_GetChildMarkedContentID(present, index))
        return marks - {-1}

    def _children(self, element: Any) -> Iterator[Any]:
        for index in range(max(self._raw.FPDF_StructElement_CountChildren(element), 0)):
            child = self._raw.FPDF_StructElement_GetChildAtIndex(element, index)
            if child:
                yield child

    def _kind(self, element: Any) -> str:
        size = self._raw.FPDF_StructElement_GetType(element, self._buffer, 64)
        return self._buffer.raw[: max(size - 2, 0)].decode("utf-16-le", "replace") if size <= 64 else ""

    def _number(self, element: Any, name: bytes) -> int:
        """A number among an element's attributes, 1 without it."""
        value = ctypes.c_float()
        for index in range(max(self._raw.FPDF_StructElement_GetAttributeCount(element), 0)):
            attribute = self._raw.FPDF_StructElement_GetAttributeAtIndex(element, index)
            found = self._raw.FPDF_StructElement_Attr_GetValue(attribute, name) if attribute else None
            if found and self._raw.FPDF_StructElement_Attr_GetNumberValue(found, value):
                return int(min(max(value.value, 1), _MOST_COLUMNS))
        return 1


def marks_of(textpage: Any, words: Sequence[Word]) -> dict[int, int]:
    """id of a word -> mark of the content that it belongs to."""
    import pypdfium2.raw as raw  # noqa: PLC0415

    result = {}
    for word in words:
        item = raw.FPDFText_GetTextObject(textpage, word.start)
        if item:
            result[id(word)] = raw.FPDFPageObj_GetMarkedContentID(item)
    return result


def tagged_tables(tags: Tags, words: Sequence[Word], marks: Mapping[int, int]) -> list[tuple[FoundTable, list[Word]]]:
    """(table, its words) of every table of the structure tree whose cells stand where the tree says."""
    by_mark: dict[int, list[Word]] = {}
    for word in words:
        by_mark.setdefault(marks.get(id(word), -1), []).append(word)
    found = []
    for rows in tags.tables:
        for row in rows:
            for cell in row:
                cell.words = [word for mark in sorted(cell.marks) for word in by_mark.get(mark, ())]
        table = _table([row for row in rows if any(cell.words for cell in row)])
        if table is not None:
            found.append((table, [word for row in rows for cell in row for word in cell.words]))
    return found


def _table(rows: list[list[_TaggedCell]]) -> FoundTable | None:
    words = [word for row in rows for cell in row for word in cell.words]
    if len(rows) < 2 or max(len(row) for row in rows) < 2 or not _in_order(rows):
        return None
    if any(sum(len(word.text) for word in cell.words) > _LONGEST_CELL for row in rows for cell in row):
        return None
    columns = _columns(rows)
    rows = [_with_empty(row, hanging, columns) for row, hanging in _hanging(rows)]
    cells = [[Cell(cell_text(cell.words), cell.columns, cell.rows) for cell in row] for row in rows]
    names = 0
    while names < len(rows) - 1 and all(cell.is_name or not cell.words for cell in rows[names]):
        names += 1
    box = (
        min(word.left for word in words),
        min(word.top for word in words),
        max(word.right for word in words),
        max(word.bottom for word in words),
    )
    size = middle([word.size for word in words])
    return FoundTable(box, cells, columns, ruled=True, size=size, name_rows=names or None)


def _with_empty(row: list[_TaggedCell], hanging: set[int], columns: Columns) -> list[_TaggedCell]:
    """A row with its empty cells, which browsers leave out of the tree: the others stand where their columns are."""
    free = [column for column in range(len(columns)) if column not in hanging]
    missing = len(free) - sum(cell.columns for cell in row)
    result: list[_TaggedCell] = []
    position = 0  # in free
    for cell in row:
        while missing > 0 and cell.words:
            here, following = columns[free[position]], columns[free[position + 1]]
            if _distance(cell.middle, here) <= _distance(cell.middle, following):
                break
            result.append(_TaggedCell())
            position += 1
            missing -= 1
        result.append(cell)
        position += cell.columns
    return result


def _distance(place: float, column: tuple[float, float]) -> float:
    return max(column[0] - place, place - column[1], 0.0)


def _hanging(rows: list[list[_TaggedCell]]) -> Iterator[tuple[list[_TaggedCell], set[int]]]:
    """Every row with the columns that cells of the rows above cover; rows without cells missing decide."""
    left: dict[int, int] = {}  # column -> rows left
    for row in rows:
        covered = {column for column, count in left.items() if count > 0}
        yield row, covered
        for column in covered:
            left[column] -= 1
        column = 0
        for cell in row:
            while column in covered:
                column += 1
            if cell.rows > 1:
                left |= dict.fromkeys(range(column, column + cell.columns), cell.rows - 1)
            column += cell.columns


def _in_order(rows: Sequence[Sequence[_TaggedCell]]) -> bool:
    """Whether the rows stand below one another, and the cells of a row side by side."""
    tops = [min(word.top for cell in row for word in cell.words) for row in rows]
    below = sum(after >= before - 1 for before, after in pairwise(tops))
    pairs = beside = 0
    for row in rows:
        lefts = [min(word.left for word in cell.words) for cell in row if cell.words]
        pairs += len(lefts) - 1
        beside += sum(after > before for before, after in pairwise(lefts))
    return below >= _IN_ORDER * (len(rows) - 1) and beside >= _IN_ORDER * pairs


def _columns(rows: list[list[_TaggedCell]]) -> Columns:
    """Left and right end of every column, as the rows with most cells have them."""
    widths = [len(covered) + sum(cell.columns for cell in row) for row, covered in _hanging(rows)]
    count = min(max(widths), _MOST_COLUMNS)
    ends: dict[int, tuple[float, float]] = {}
    for (row, covered), width in zip(_hanging(rows), widths, strict=True):
        column = 0
        for cell in row:
            while column in covered:
                column += 1
            if width == count and cell.columns == 1 and cell.words:
                left, right = ends.get(column, (float("inf"), float("-inf")))
                lefts, rights = [word.left for word in cell.words], [word.right for word in cell.words]
                ends[column] = min(left, *lefts), max(right, *rights)
            column += cell.columns
    columns: list[tuple[float, float]] = []
    for column in range(count):
        last = columns[-1][1] if columns else 0.0
        columns.append(ends.get(column, (last, last)))
    return columns
