"""The rows and cells of a table in an OpenDocument text or presentation."""

from collections.abc import Iterator
from dataclasses import dataclass

from ingest.load.odf.names import TABLE
from ingest.load.odf.package import Element, whole

MOST_SPAN = 1_000
_MOST_REPEATED = 200  # columns or rows that one element stands for
_MOST_CELLS = 50_000  # that repeating elements add to a table
_ROW_GROUPS = frozenset(TABLE + name for name in ("table-rows", "table-row-group", "table-header-rows"))
_HEAD = TABLE + "table-header-rows"
CELL, COVERED, ROW = TABLE + "table-cell", TABLE + "covered-table-cell", TABLE + "table-row"


@dataclass(frozen=True, slots=True)
class Row:
    """A row. is_header as the file states it."""

    cells: list[Element]
    is_header: bool


def rows(table: Element) -> list[Row]:
    """The rows of a table, repeated ones as often as they stand there; cells that others cover left out."""
    found: list[Row] = []
    room = _MOST_CELLS
    for row, is_header in _rows(table):
        cells: list[Element] = []
        for cell in row:
            if cell.tag == CELL:
                repeated = _repeated(cell, "columns", room)
                cells += [cell] * repeated
                room -= repeated - 1
        repeated = _repeated(row, "rows", room // max(len(cells), 1)) if len(row) else 1
        room -= (repeated - 1) * len(cells)
        found += [Row(cells, is_header)] * repeated
    return found


def covered_texts(table: Element) -> int:
    """How many cells that others cover hold a text, which the program does not show."""
    return sum(
        any("".join(one.itertext()).strip() for one in cell)
        for row, _ in _rows(table)
        for cell in row
        if cell.tag == COVERED
    )


def width(table_rows: list[Row]) -> int:
    """Number of columns."""
    return max((sum(span(cell, "columns") for cell in row.cells) for row in table_rows), default=0)


def span(cell: Element, of: str) -> int:
    """How many columns or rows a cell covers."""
    return max(whole(cell.get(f"{TABLE}number-{of}-spanned"), most=MOST_SPAN), 1)


def _rows(table: Element) -> Iterator[tuple[Element, bool]]:
    stack = [(child, False) for child in reversed(table)]
    while stack:
        element, is_header = stack.pop()
        if element.tag == ROW:
            yield element, is_header
        elif element.tag in _ROW_GROUPS:
            stack.extend((child, is_header or element.tag == _HEAD) for child in reversed(element))


def _repeated(element: Element, of: str, room: int) -> int:
    stated = whole(element.get(f"{TABLE}number-{of}-repeated"))
    return max(min(stated, _MOST_REPEATED, room + 1), 1)
