"""Tables of a PDF page without lines between their cells: columns are where the texts of many lines leave a gap."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from ingest.load.pdf_bands import Band, Gap, gaps, middle, text_size, valleys
from ingest.load.pdf_drawings import Drawings
from ingest.load.pdf_lines import Run, cell_text, run_of
from ingest.load.pdf_rows import TextRow, grouped, row_boundaries
from ingest.load.pdf_table import Columns, FoundTable
from ingest.load.pdf_words import Word
from ingest.load.tables import Cell

_NARROWEST = 0.4  # of the font size: width of a gap between columns
_FARTHEST = 2.3  # of the font size: space between two rows of a table
_MOST_SINGLE = 5  # lines with text in one column only, one after the other
_EDGE = 2.2  # points by which the edges of aligned cells differ
_HEADER_ROWS = 2
_MOST_HEADER_LINES = 3  # above the first line with several cells
_MOST_ROWS = 2_000
_MOST_COLUMNS = 60
_MARKER = re.compile(
    r"^(?:[•●▪■◦○‣∙·*–—-]|\(?[0-9]{1,3}[.)]|\(?[a-zA-Z][.)]|\(?[ivxIVX]{1,5}[.)]|\[\d+\]|[\ue000-\uf8ff])$"
)
_NUMBER = re.compile(r"^[\s(+\-−–$€£%<>~±]*\d[\d\s.,:/()\-–%$€£]*\w{0,3}$")


def aligned_tables(page: Sequence[Band], drawn: Drawings, carried: Columns = ()) -> list[tuple[int, int, FoundTable]]:
    """(first band, last band, table) of every table.

    carried: columns of a table that reached the end of the page before; fewer rows are enough for the rest of it.
    """
    found = []
    index = 0
    while index < len(page):
        band = page[index]
        if not band.text_only or (len(band.items) < 2 and not (carried and index == 0)):
            index += 1
            continue
        last = _end(page, index)
        result = _table(page, index, last, drawn, carried if index == 0 else ())
        if result is None:
            index += 1
            continue
        found.append(result)
        index = result[1] + 1
    return found


def _end(page: Sequence[Band], start: int) -> int:
    """The last band that can belong to the same table as band `start`."""
    size = text_size(page[start : start + 1])
    recent = [gaps(page[start].items, _NARROWEST * size)]
    last, single = start, 0
    for index in range(start + 1, min(len(page), start + _MOST_ROWS)):
        band = page[index]
        if not band.text_only or band.top - page[index - 1].bottom > _FARTHEST * size:
            break
        if len(band.items) == 1:
            single += 1
            if single > _MOST_SINGLE or _is_sentence(band.runs[0], page[start : last + 1]):
                break
            continue
        own = gaps(band.items, _NARROWEST * size)
        if not any(_share(one, other, _NARROWEST * size) for one in own for before in recent for other in before):
            break
        recent = [*recent[-3:], own]
        last, single = index, 0
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
    """Whether a line is text below a table rather than part of it: as wide as the table, or wider."""
    left = min(item.left for band in above for item in band.runs)
    right = max(item.right for band in above for item in band.runs)
    return run.right - run.left > 0.8 * (right - left) and len(run.words) >= 6


def _share(one: Gap, other: Gap, narrowest: float) -> bool:
    return min(one[1], other[1]) - max(one[0], other[0]) >= narrowest


# ------------------------------------------------------------------------------------------------------------ columns


def _columns(page: Sequence[Band], size: float) -> list[tuple[float, float]]:
    """The columns that most of the bands leave gaps between."""
    most = max(len(band.items) for band in page)
    rich = [band for band in page if len(band.items) >= max(2, 0.5 * most)]
    allowed = 0.12 * len(rich) if len(rich) >= 8 else float(len(rich) >= 4)
    best: list[tuple[float, float]] = []
    for tolerance in sorted({0.0, allowed}):
        columns = _between(valleys(rich, tolerance, _NARROWEST * size), rich)
        if len(columns) > len(best):
            best = columns
    return best


def _between(valleys: Sequence[Gap], page: Sequence[Band]) -> list[tuple[float, float]]:
    left = min(run.left for band in page for run in band.runs)
    right = max(run.right for band in page for run in band.runs)
    inner = [valley for valley in valleys if left < valley[0] and valley[1] < right]
    starts = [left, *(valley[1] for valley in inner)]
    ends = [*(valley[0] for valley in inner), right]
    return list(zip(starts, ends, strict=True))


def _with_their_names(columns: Columns, rows: Sequence[TextRow]) -> list[tuple[float, float]]:
    """The columns, those that hold a name alone joined with the column beside it that has none.

    Names are often centred over wide columns whose cells stand at one side, so that they do not overlap.
    """
    if len(rows) < 3:
        return list(columns)
    named, below = rows[0].filled, set().union(*(row.filled for row in rows[1:]))
    joined: list[tuple[float, float]] = []
    free = False  # whether the last of them has no name yet
    waiting = False  # whether the last of them is a name without cells
    for number, column in enumerate(columns):
        has_name, has_cells = number in named, number in below
        if joined and ((free and has_name and not has_cells) or (waiting and has_cells and not has_name)):
            joined[-1] = joined[-1][0], column[1]
            free = waiting = False
            continue
        joined.append(column)
        free, waiting = has_cells and not has_name, has_name and not has_cells
    return joined


# --------------------------------------------------------------------------------------------------------------- table


def _table(
    page: Sequence[Band], first: int, last: int, drawn: Drawings, carried: Columns
) -> tuple[int, int, FoundTable] | None:
    """The table of the bands first..last, or of the part of them before a wider space that makes a better one."""
    if carried:
        result = _rest(page, first, last, drawn, carried)
        if result is not None:
            return result
    if last - first < 1:
        return None
    part = page[first : last + 1]
    size = text_size(part)
    columns = _columns(part, size)
    cut = _better_cut(part, columns, size)
    if cut is not None:
        return _table(page, first, first + cut, drawn, ())
    rows = [_text_row(band, columns, size, head=number < _HEADER_ROWS) for number, band in enumerate(part)]
    merged = _with_their_names(columns, rows)
    if len(merged) < len(columns):
        columns = merged
        rows = [_text_row(band, columns, size, head=number < _HEADER_ROWS) for number, band in enumerate(part)]
    if not _is_table(rows, columns):
        return None
    start = _with_header(page, first, columns, size)
    rows = [*(_text_row(band, columns, size, head=True) for band in page[start:first]), *rows]
    return start, last, _found(rows, columns, drawn, size)


def _rest(
    page: Sequence[Band], first: int, last: int, drawn: Drawings, columns: Columns
) -> tuple[int, int, FoundTable] | None:
    """The rest of a table whose columns are known from the page before."""
    size = text_size(page[first : last + 1])
    rows = []
    for index in range(first, last + 1):
        if not all(_fits(run, columns, size) for run in page[index].runs):
            break
        rows.append(_text_row(page[index], columns, size, head=False))
    if not rows or max(len(row.filled) for row in rows) < 2:
        return None
    return first, first + len(rows) - 1, _found(rows, columns, drawn, size)


def _fits(run: Run, columns: Columns, size: float) -> bool:
    """Whether a run lies within one column, as wide as it is up to the next."""
    for number, (left, _) in enumerate(columns):
        end = columns[number + 1][0] if number + 1 < len(columns) else columns[-1][1] + 8 * size
        start = columns[number - 1][1] if number else left - size
        if start - 1 <= run.left and run.right <= end + 1:
            return True
    return False


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
            len(_columns(half, size)) if max(len(band.items) for band in half) > 1 else 0
            for half in (part[: index + 1], part[index + 1 :])
        ]
        if min(counts) > max(len(columns), 1) or (counts[0] > len(columns) and counts[1] < 2):
            return index
    return None


def _with_header(page: Sequence[Band], first: int, columns: Columns, size: float) -> int:
    """The first band, counting lines right above it that belong to the header."""
    start = first
    while start > 0 and first - start < _MOST_HEADER_LINES:
        band, below = page[start - 1], page[start]
        if not band.text_only or len(band.items) != 1 or band.runs[0].size > 1.1 * size:
            break
        run, space = band.runs[0], below.top - band.bottom
        # Names that fill their columns stand as close as words.
        if start == first and space < size and by_columns(run, columns, size):
            start -= 1
            continue
        inside = any(left - 0.5 * size <= run.left and run.right <= right + 0.5 * size for left, right in columns[1:])
        if space > 0.45 * size or not inside or run.words[0].bold != page[first].runs[0].words[0].bold:
            break
        start -= 1
    return start


def _found(rows: Sequence[TextRow], columns: Columns, drawn: Drawings, size: float) -> FoundTable:
    left, right = columns[0][0], columns[-1][1]
    groups = grouped(rows, row_boundaries(drawn, left, right), len(columns), size)
    box = left, rows[0].top, right, rows[-1].bottom
    return FoundTable(box, [_cells(group, columns) for group in groups], columns, ruled=False, size=size)


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


def _text_row(band: Band, columns: Columns, size: float, *, head: bool) -> TextRow:
    """The words of a band by column; cells over several columns are told in a header and where they stand alone."""
    row = TextRow({}, {}, band.top, band.bottom)
    for run in band.runs:
        for part in _split(run, columns, size):
            first, last = _covered(part, columns)
            row.cells.setdefault(first, []).extend(part.words)
            if last > first:
                row.spans[first] = max(row.spans.get(first, 1), last - first + 1)
    if len(row.cells) == 1 and row.spans:  # a title within the table
        row.cells = {0: next(iter(row.cells.values()))}
        row.spans = {0: len(columns)}
    elif not head:
        row.spans = {}
    return row


def _split(run: Run, columns: Columns, size: float) -> list[Run]:
    """A run divided where a column begins: its cells stand so close that the gap between them looks like a blank."""
    words = run.words
    if len(words) < 2:
        return [run]
    parts = by_columns(run, columns, size)
    if parts:
        return parts
    spaces = [after.left - before.right for before, after in pairwise(words)]
    usual = middle(spaces)
    start = 0
    for index, space in enumerate(spaces, start=1):
        at_column = any(
            before[1] - 0.3 * size <= words[index].left
            and words[index - 1].right <= after[0] + 0.3 * size
            and (abs(words[index].left - after[0]) <= _EDGE or space > 1.6 * usual)
            for before, after in pairwise(columns)
        )
        if at_column and (len(spaces) == 1 or space > 1.15 * usual):
            parts.append(run_of(words[start:index]))
            start = index
    return [*parts, run_of(words[start:])]


def by_columns(run: Run, columns: Columns, size: float) -> list[Run]:
    """The words of a run by column, when the words of every column begin, end or lie as its cells do; else nothing."""
    groups: dict[int, list[Word]] = {}
    for word in run.words:
        centre = (word.left + word.right) / 2
        distances = [max(left - centre, centre - right, 0.0) for left, right in columns]
        groups.setdefault(distances.index(min(distances)), []).append(word)
    if len(groups) < 2:
        return []
    parts = {column: run_of(words) for column, words in groups.items()}
    if any(after.left - before.right < _NARROWEST * size for before, after in pairwise(parts.values())):
        return []
    for column, part in parts.items():
        left, right = columns[column]
        shifts = part.left - left, part.right - right, (part.left + part.right - left - right) / 2
        if min(map(abs, shifts)) > 0.3 * size:
            return []
    return list(parts.values())


def _covered(run: Run, columns: Columns) -> tuple[int, int]:
    """The first and last column that a run stands in; it stands over several when it covers the gap between them."""
    centre = (run.left + run.right) / 2
    crossed = [
        number
        for number in range(len(columns) - 1)
        if run.left < columns[number][1] and run.right > columns[number + 1][0] and _beyond(run, columns, number)
    ]
    if crossed:
        return crossed[0], crossed[-1] + 1
    distances = [max(left - centre, centre - right, 0.0) for left, right in columns]
    best = distances.index(min(distances))
    return best, best


def _beyond(run: Run, columns: Columns, number: int) -> bool:
    """Whether a run reaches well into the columns on both sides of a gap, or lies in the middle of the gap."""
    before, after = columns[number], columns[number + 1]
    inside_left, inside_right = before[1] - max(run.left, before[0]), min(run.right, after[1]) - after[0]
    return inside_left > 0 and inside_right > 0


# ---------------------------------------------------------------------------------------------------------- judgement


def _is_table(rows: Sequence[TextRow], columns: Columns) -> bool:
    count = len(columns)
    if not 2 <= count <= _MOST_COLUMNS:
        return False
    several = [row for row in rows if len(row.filled) >= 2]
    if len(several) < 3 and not (len(several) == 2 and count >= 3 and _numbers(several[1:]) > 0.3):
        return False
    if len(several) < 0.4 * len(rows) or _is_list(rows, count) or _is_running(rows, columns):
        return False
    if count == 2 and _is_justified(several):
        return False
    aligned = [_is_aligned([row for row in rows if column in row.filled], column) for column in range(count)]
    return sum(aligned) >= max(2, 0.7 * count)


def _is_aligned(rows: Sequence[TextRow], column: int) -> bool:
    """Whether most cells of a column share their left edge, their right edge or their middle."""
    boxes = []
    for row in rows:
        if column in row.spans:
            continue
        words = row.cells[column]
        boxes.append((min(word.left for word in words), max(word.right for word in words)))
    if len(boxes) < 2:
        return True
    for value in (lambda box: box[0], lambda box: box[1], lambda box: (box[0] + box[1]) / 2):
        places = sorted(value(box) for box in boxes)
        most = max(sum(abs(place - other) <= _EDGE for other in places) for place in places)
        if most >= 0.6 * len(boxes):
            return True
    return False


def _numbers(rows: Sequence[TextRow]) -> float:
    """Share of cells that are numbers."""
    texts = [" ".join(word.text for word in words) for row in rows for words in row.cells.values()]
    return sum(bool(_NUMBER.match(text)) for text in texts) / max(len(texts), 1)


def _is_list(rows: Sequence[TextRow], count: int) -> bool:
    """Whether the first column holds nothing but the marks or numbers of a list."""
    marks = [" ".join(word.text for word in row.cells[0]) for row in rows if 0 in row.filled]
    return count == 2 and bool(marks) and sum(bool(_MARKER.match(mark)) for mark in marks) >= 0.7 * len(marks)


def _is_justified(rows: Sequence[TextRow]) -> bool:
    """Whether two columns may be lines of running text with a wide blank: they end alike, and not with numbers."""
    ends = [max(word.right for word in row.cells[1]) for row in rows if 1 in row.filled and 1 not in row.spans]
    alike = [end for end in ends if abs(end - max(ends)) <= 1.5]
    cells = [" ".join(word.text for word in row.cells[1]) for row in rows if 1 in row.filled]
    figures = sum(any(letter.isdigit() for letter in cell) for cell in cells)
    return len(alike) >= 0.6 * len(ends) and figures < 0.5 * len(cells)


def _is_running(rows: Sequence[TextRow], columns: Columns) -> bool:
    """Whether the columns hold running text side by side: lines of many words that go on below."""
    running = 0
    for column in range(len(columns)):
        lines = [row.cells[column] for row in rows if column in row.filled]
        words = Counter(min(len(line), 4) for line in lines)
        begun_low = sum(line[0].text[:1].islower() for line in lines)
        running += words[4] >= 0.7 * len(lines) and begun_low >= 0.4 * len(lines) and len(lines) >= 3
    return running >= 2 and running >= 0.6 * len(columns)
