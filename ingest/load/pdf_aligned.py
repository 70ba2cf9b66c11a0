"""Tables of a PDF page without lines between their cells: columns are where the texts of many lines leave a gap."""

from collections.abc import Sequence
from itertools import pairwise

from ingest.load.pdf_bands import Band, Gap, gaps, middle, text_size
from ingest.load.pdf_drawings import Drawings
from ingest.load.pdf_lines import Run, cell_text
from ingest.load.pdf_rows import TextRow, grouped, row_boundaries
from ingest.load.pdf_table import Columns, FoundTable, bold_rows
from ingest.load.pdf_table_columns import NARROWEST, columns_of, fits, text_row, with_header, with_their_names
from ingest.load.pdf_table_judge import has_lines, is_table
from ingest.load.tables import Cell

_FARTHEST = 2.3  # of the font size: space between two rows of a table
_MOST_SINGLE = 5  # lines with text in one place only, one after the other
_MOST_LINES = 24  # the same where they begin as cells above do: lines of a long cell
_MOST_ABOVE = 4  # lines of a running head above the rest of a table
_HEADER_ROWS = 2
_MOST_ROWS = 2_000
_MOST_CUTS = 20  # of lines with like gaps, where one table ends and another begins

Groups = list[list[TextRow]]  # lines of text by row of the table


def aligned_tables(page: Sequence[Band], drawn: Drawings, carried: Columns = ()) -> list[tuple[int, int, FoundTable]]:
    """(first band, last band, table) of every table.

    carried: columns of a table that reached the end of the page before; fewer rows are enough for the rest of it.
    """
    found: list[tuple[int, int, FoundTable]] = []
    index = 0
    while index < len(page):
        band = page[index]
        rest = carried if index < _MOST_ABOVE and not found else ()
        if not band.text_only or (len(band.items) < 2 and not rest):
            index += 1
            continue
        end = _end(page, index)
        result = _table(page, index, end, drawn)
        part = _rest(page, index, end, drawn, rest) if rest else None
        if part is not None and (result is None or part[1] - part[0] > result[1] - result[0]):
            result = part
        if result is None:
            index += 1
            continue
        found.append(result)
        index = result[1] + 1
    return found


def _end(page: Sequence[Band], start: int) -> int:
    """The last band that can belong to the same table as band `start`."""
    size = text_size(page[start : start + 1])
    recent = [gaps(page[start].items, NARROWEST * size)]
    lefts = {round(run.left) for run in page[start].runs}
    last, single = start, 0.0
    for index in range(start + 1, min(len(page), start + _MOST_ROWS)):
        band = page[index]
        if not band.text_only or band.top - page[index - 1].bottom > _FARTHEST * size:
            break
        if len(band.items) == 1:
            run = band.runs[0]
            in_column = any(round(run.left) + shift in lefts for shift in (-1, 0, 1))
            single += 1 / _MOST_LINES if in_column else 1 / _MOST_SINGLE
            if single > 1 or _is_sentence(run, page[start : last + 1]):
                break
            continue
        own = gaps(band.items, NARROWEST * size)
        if not any(_share(one, other, NARROWEST * size) for one in own for before in recent for other in before):
            break
        recent = [*recent[-3:], own]
        lefts |= {round(run.left) for run in band.runs}
        last, single = index, 0.0
    return _with_continuation(page, last, size)


def _with_continuation(page: Sequence[Band], last: int, size: float) -> int:
    """The last band with the lines right below it that go on with one of its cells."""
    for index in range(last + 1, min(len(page), last + 4)):
        band, before = page[index], page[index - 1]
        if len(band.items) != 1 or not band.text_only or band.top - before.bottom > 0.45 * size:
            break
        run = band.runs[0]
        over = [item for item in page[last].runs if item.left - 1 <= run.left and run.right <= item.right + 4 * size]
        if not over or run.left <= page[last].runs[0].left + 1:
            break
        last = index
    return last


def _is_sentence(run: Run, above: Sequence[Band]) -> bool:
    """Whether a line is text below a table rather than part of it: from its left side on and about as wide."""
    left = min(item.left for band in above for item in band.runs)
    right = max(item.right for band in above for item in band.runs)
    if run.left > left + 2 * run.size:
        return False
    return run.right - run.left > 0.8 * (right - left) and len(run.words) >= 6


def _share(one: Gap, other: Gap, narrowest: float) -> bool:
    return min(one[1], other[1]) - max(one[0], other[0]) >= narrowest


def _table(page: Sequence[Band], first: int, last: int, drawn: Drawings) -> tuple[int, int, FoundTable] | None:
    """The table of the bands first..last, or of the part of them before a wider space that makes a better one."""
    for _ in range(_MOST_CUTS):
        part = page[first : last + 1]
        if len(part) < 2:
            return None
        size = text_size(part)
        columns: Columns = columns_of(part, size)
        cut = _better_cut(part, columns, size)
        if cut is None:
            break
        last = first + cut
    columns, rows = _rows(part, columns, size)
    groups = _groups(rows, columns, drawn, size)
    if not is_table(groups, columns, drawn=has_lines(part, columns, drawn)):
        return None
    start = with_header(page, first, columns, size)
    if start < first:
        above = [text_row(band, columns, size, head=True) for band in page[start:first]]
        groups = _groups([*above, *rows], columns, drawn, size)
    return start, last, _found(groups, columns, size)


def _rows(part: Sequence[Band], columns: Columns, size: float) -> tuple[Columns, list[TextRow]]:
    """The columns, with those joined that hold a name alone, and the words of every line by column."""
    rows = [text_row(band, columns, size, head=number < _HEADER_ROWS) for number, band in enumerate(part)]
    joined = with_their_names(columns, rows)
    if len(joined) == len(columns):
        return columns, rows
    return joined, [text_row(band, joined, size, head=number < _HEADER_ROWS) for number, band in enumerate(part)]


def _rest(
    page: Sequence[Band], first: int, last: int, drawn: Drawings, columns: Columns
) -> tuple[int, int, FoundTable] | None:
    """The rest of a table whose columns are known from the page before."""
    size = text_size(page[first : last + 1])
    rows = []
    for index in range(first, last + 1):
        if not all(fits(run, columns, size) for run in page[index].runs):
            break
        rows.append(text_row(page[index], columns, size, head=False))
    if not rows or max(len(row.filled) for row in rows) < 2:
        return None
    return first, first + len(rows) - 1, _found(_groups(rows, columns, drawn, size), columns, size)


def _better_cut(part: Sequence[Band], columns: Columns, size: float) -> int | None:
    """Index of the band after which another table begins: at a wider space, with more columns before and after."""
    spaces = sorted(
        ((after.top - before.bottom, index) for index, (before, after) in enumerate(pairwise(part))),
        reverse=True,
    )
    usual = middle([space for space, _ in spaces])
    for space, index in spaces[:3]:
        if space < max(1.4 * usual, usual + 2) or index < 1 or index + 2 >= len(part):
            continue
        counts = [
            len(columns_of(half, size)) if max(len(band.items) for band in half) > 1 else 0
            for half in (part[: index + 1], part[index + 1 :])
        ]
        if min(counts) > max(len(columns), 1) or (counts[0] > len(columns) and counts[1] < 2):
            return index
    return None


def _groups(rows: Sequence[TextRow], columns: Columns, drawn: Drawings, size: float) -> Groups:
    return grouped(rows, row_boundaries(drawn, columns[0][0], columns[-1][1]), len(columns), size)


def _found(groups: Groups, columns: Columns, size: float) -> FoundTable:
    box = columns[0][0], groups[0][0].top, columns[-1][1], groups[-1][-1].bottom
    cells = [_cells(group, columns) for group in groups]
    names = bold_rows([[word for row in group for words in row.cells.values() for word in words] for group in groups])
    return FoundTable(box, cells, columns, ruled=False, size=size, name_rows=names)


def _cells(group: Sequence[TextRow], columns: Columns) -> list[Cell]:
    cells: list[Cell] = []
    column = 0
    while column < len(columns):
        words = [word for row in group for word in row.cells.get(column, ())]
        across = max((row.spans.get(column, 1) for row in group), default=1)
        left, right = columns[column]
        cells.append(Cell(cell_text(words, right - left), across))
        column += across
    return cells
