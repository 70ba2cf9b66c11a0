"""The grid of a Word table: which cells cover several columns or rows."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.load.ooxml.alternatives import chosen
from ingest.load.ooxml.names import MC, W
from ingest.load.ooxml.package import Element, number, switched_on

_MOST_COLUMNS = 1_000  # of a table; Word allows 63
_NARROW = 100  # twentieths of a point; a column less wide only sets edges apart that were meant to be one
_WRAPPERS = frozenset(W + name for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"))
_DELETED = frozenset((W + "del", W + "moveFrom"))


@dataclass(slots=True, eq=False)
class TableCell:
    """A cell with the columns and rows that it covers; without an element it stands for skipped columns."""

    element: Element | None
    first: int  # column of the table's grid, from 0
    columns: int
    rows: int = 1
    names: bool = False  # it stands in a row that the author marked as the header


@dataclass(slots=True, eq=False)
class TableRow:
    """A row; is_header as the author marked it."""

    cells: list[TableCell]
    is_header: bool


@dataclass(slots=True, eq=False)
class Grid:
    """A table as rows of cells, columns that no cell begins in left out."""

    rows: list[TableRow] = field(default_factory=list)
    columns: int = 0
    deleted: int = 0  # rows and cells that a tracked change deleted
    title: str = ""  # alternative text
    description: str = ""


def grid(table: Element) -> Grid:
    """The grid of a w:tbl."""
    result = Grid()
    properties = table.find(W + "tblPr")
    if properties is not None:
        result.title = _value(properties.find(W + "tblCaption"))
        result.description = _value(properties.find(W + "tblDescription"))
    merging: dict[int, TableCell] = {}  # first column -> the cell that the rows below may continue
    in_header = True
    for row in _within(table, W + "tr"):
        own = row.find(W + "trPr")
        if own is not None and any(own.find(tag) is not None for tag in _DELETED):
            result.deleted += 1
            continue
        in_header = in_header and own is not None and switched_on(own.find(W + "tblHeader"), W + "val")
        cells = _cells(row, own, merging, result)
        for cell in cells:
            cell.names = in_header
        result.rows.append(TableRow(cells, in_header))
    _drop_unused_columns(result, _narrow(table))
    return result


def rows_to_write(table: Grid) -> Iterator[TableRow | str]:
    """The rows of a table with tags around them: those that its author marked as its header stand in a head.

    A head also says that a table does not lay out a page: one of data with a table in a cell gets one.
    """
    head = next((index for index, row in enumerate(table.rows) if not row.is_header), 0)
    head = head or int(_holds_data(table))
    if head:
        yield "<thead>"
        yield from table.rows[:head]
        yield "</thead>"
    yield from table.rows[head:]


def has_sections(cell: TableCell) -> bool:
    """Whether a cell may have headings above text: it holds several paragraphs, unlike a cell that is a name."""
    paragraphs = cell.element.iterchildren(W + "p") if cell.element is not None else ()
    filled = 0
    for paragraph in paragraphs:
        filled += _has_text(paragraph)
        if filled > 1:
            return True
    return False


def _holds_data(table: Grid) -> bool:
    """Whether a table with tables in its cells is one of data all the same: most of its cells have none."""
    cells = [cell.element for row in table.rows for cell in row.cells if cell.element is not None]
    inner = sum(next(cell.iter(W + "tbl"), None) is not None for cell in cells)
    return len(table.rows) > 2 and 0 < inner * 3 <= len(cells)


def _cells(row: Element, properties: Element | None, merging: dict[int, TableCell], result: Grid) -> list[TableCell]:
    """The cells of a row that begin in it."""
    cells: list[TableCell] = []
    column = _count(properties.find(W + "gridBefore")) if properties is not None else 0
    if column:
        cells.append(TableCell(None, 0, column))
    for element in _within(row, W + "tc"):
        own = element.find(W + "tcPr")
        if own is None:
            merging.pop(column, None)
            cells.append(TableCell(element, column, 1))
            column += 1
            continue
        if own.find(W + "cellDel") is not None:
            result.deleted += 1
            continue
        columns = min(max(_count(own.find(W + "gridSpan")), 1), max(_MOST_COLUMNS - column, 1))
        merge, above = own.find(W + "vMerge"), merging.get(column)
        empty = not _has_text(element)
        if _continues(merge) and above is not None and above.columns == columns and empty:
            above.rows += 1
        elif _continues(own.find(W + "hMerge")) and cells and empty:
            cells[-1].columns += columns
        else:
            cells.append(TableCell(element, column, columns))
            merging[column] = cells[-1]
        if merge is None:
            merging.pop(column, None)
        column += columns
    return cells


def _continues(merge: Element | None) -> bool:
    return merge is not None and merge.get(W + "val", "continue") == "continue"


def _drop_unused_columns(result: Grid, narrow: set[int]) -> None:
    """Count columns by the edges that cells have: authors leave columns behind that no cell begins in."""
    cells = [cell for row in result.rows for cell in row.cells]
    edges = {0} | {cell.first for cell in cells} | {cell.first + cell.columns for cell in cells}
    ranks: dict[int, int] = {}
    rank = -1
    for edge in sorted(edges):
        if edge - 1 not in narrow or edge - 1 not in ranks:
            rank += 1
        ranks[edge] = rank
    for cell in cells:
        first, end = ranks[cell.first], ranks[cell.first + cell.columns]
        cell.first, cell.columns = first, max(end - first, 1)
    result.columns = rank


def _narrow(table: Element) -> set[int]:
    """The columns of the table's grid that are too narrow for text."""
    columns = table.find(W + "tblGrid")
    widths = [number(one.get(W + "w")) for one in columns.iterchildren(W + "gridCol")] if columns is not None else []
    return {index for index, width in enumerate(widths) if 0 < width < _NARROW}


def _within(parent: Element, tag: str) -> Iterator[Element]:
    """The rows of a table or the cells of a row, also those in content controls and tracked changes."""
    stack = [iter(parent)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
        elif element.tag == tag:
            yield element
        elif element.tag == MC + "AlternateContent":
            form = chosen(element)
            stack.append(iter(form if form is not None else ()))
        elif element.tag in _WRAPPERS:
            stack.append(iter(element))


def _has_text(element: Element) -> bool:
    return any((text.text or "").strip() for text in element.iter(W + "t"))


def _count(element: Element | None) -> int:
    return min(max(number(element.get(W + "val")), 0), _MOST_COLUMNS) if element is not None else 0


def _value(element: Element | None) -> str:
    return (element.get(W + "val") or "").strip() if element is not None else ""
