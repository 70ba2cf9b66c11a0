"""Tables of a PDF's structure tree, with their words, where these stand as the tree says."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from ingest.load.pdf_bands import middle
from ingest.load.pdf_lines import cell_text
from ingest.load.pdf_table import Columns, FoundTable
from ingest.load.pdf_tags import MOST_COLUMNS, TaggedCell, Tags
from ingest.load.pdf_words import Word
from ingest.load.tables import Cell

_LONGEST_CELL = 2_500  # characters; a cell with more is there for the layout
_IN_ORDER = 0.8  # share of rows, and of cells in a row, that stand where the tree says

Rows = list[list[TaggedCell]]


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


def _table(rows: Rows) -> FoundTable | None:
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


def _with_empty(row: list[TaggedCell], hanging: set[int], columns: Columns) -> list[TaggedCell]:
    """A row with its empty cells, which browsers leave out of the tree: the others stand where their columns are."""
    free = [column for column in range(len(columns)) if column not in hanging]
    missing = len(free) - sum(cell.columns for cell in row)
    result: list[TaggedCell] = []
    position = 0  # in free
    for cell in row:
        while missing > 0 and cell.words:
            here, following = columns[free[position]], columns[free[position + 1]]
            if _distance(cell.middle, here) <= _distance(cell.middle, following):
                break
            result.append(TaggedCell())
            position += 1
            missing -= 1
        result.append(cell)
        position += cell.columns
    return result + [TaggedCell() for _ in range(missing)]


def _distance(place: float, column: tuple[float, float]) -> float:
    return max(column[0] - place, place - column[1], 0.0)


def _hanging(rows: Rows) -> Iterator[tuple[list[TaggedCell], set[int]]]:
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


def _in_order(rows: Sequence[Sequence[TaggedCell]]) -> bool:
    """Whether the rows stand below one another, and the cells of a row side by side."""
    tops = [min(word.top for cell in row for word in cell.words) for row in rows]
    below = sum(after >= before - 1 for before, after in pairwise(tops))
    pairs = beside = 0
    for row in rows:
        lefts = [min(word.left for word in cell.words) for cell in row if cell.words]
        pairs += len(lefts) - 1
        beside += sum(after > before for before, after in pairwise(lefts))
    return below >= _IN_ORDER * (len(rows) - 1) and beside >= _IN_ORDER * pairs


def _columns(rows: Rows) -> Columns:
    """Left and right end of every column, as the rows with most cells have them."""
    widths = [len(covered) + sum(cell.columns for cell in row) for row, covered in _hanging(rows)]
    count = min(max(widths), MOST_COLUMNS)
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
