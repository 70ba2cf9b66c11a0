"""The columns of a table without lines, and the words of a line of text by column."""

from collections.abc import Sequence
from itertools import pairwise

from ingest.load.pdf_bands import Band, Gap, middle, valleys
from ingest.load.pdf_lines import Run, run_of
from ingest.load.pdf_rows import TextRow
from ingest.load.pdf_table import Columns
from ingest.load.pdf_words import Word

NARROWEST = 0.4  # of the font size: width of a gap between columns
EDGE = 2.2  # points by which the edges of aligned cells differ
_MOST_HEADER_LINES = 3  # above the first line with several cells


def columns_of(page: Sequence[Band], size: float) -> list[tuple[float, float]]:
    """The columns that most of the bands leave gaps between."""
    most = max(len(band.items) for band in page)
    rich = [band for band in page if len(band.items) >= max(2, 0.5 * most)]
    allowed = 0.12 * len(rich) if len(rich) >= 8 else float(len(rich) >= 4)
    best: list[tuple[float, float]] = []
    for tolerance in sorted({0.0, allowed}):
        columns = _between(valleys(rich, tolerance, NARROWEST * size), rich)
        if len(columns) > len(best):
            best = columns
    return best


def _between(white: Sequence[Gap], page: Sequence[Band]) -> list[tuple[float, float]]:
    left = min(run.left for band in page for run in band.runs)
    right = max(run.right for band in page for run in band.runs)
    inner = [valley for valley in white if left < valley[0] and valley[1] < right]
    starts = [left, *(valley[1] for valley in inner)]
    ends = [*(valley[0] for valley in inner), right]
    return list(zip(starts, ends, strict=True))


def with_their_names(columns: Columns, rows: Sequence[TextRow]) -> list[tuple[float, float]]:
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


def fits(run: Run, columns: Columns, size: float) -> bool:
    """Whether a run lies within one column, as wide as it is up to the next."""
    for number, (left, _) in enumerate(columns):
        end = columns[number + 1][0] if number + 1 < len(columns) else columns[-1][1] + 8 * size
        start = columns[number - 1][1] if number else left - size
        if start - 1 <= run.left and run.right <= end + 1:
            return True
    return False


def with_header(page: Sequence[Band], first: int, columns: Columns, size: float) -> int:
    """The first band, counting lines right above it that belong to the header."""
    start = first
    while start > 0 and first - start < _MOST_HEADER_LINES:
        band, below = page[start - 1], page[start]
        if not band.text_only or len(band.items) != 1 or band.runs[0].size > 1.1 * size:
            break
        run, space = band.runs[0], below.top - band.bottom
        # Names that fill their columns stand as close as words.
        if start == first and space < size and _by_columns(run, columns, size):
            start -= 1
            continue
        inside = any(left - 0.5 * size <= run.left and run.right <= right + 0.5 * size for left, right in columns[1:])
        if space > 0.45 * size or not inside or run.words[0].bold != page[first].runs[0].words[0].bold:
            break
        start -= 1
    return start


def text_row(band: Band, columns: Columns, size: float, *, head: bool) -> TextRow:
    """The words of a band by column; cells over several columns only in a header and where they stand alone."""
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
    parts = _by_columns(run, columns, size)
    if parts:
        return parts
    spaces = [after.left - before.right for before, after in pairwise(words)]
    usual = middle(spaces)
    start = 0
    for index, space in enumerate(spaces, start=1):
        at_column = any(
            before[1] - 0.3 * size <= words[index].left
            and words[index - 1].right <= after[0] + 0.3 * size
            and (abs(words[index].left - after[0]) <= EDGE or space > 1.6 * usual)
            for before, after in pairwise(columns)
        )
        if at_column and (len(spaces) == 1 or space > 1.15 * usual):
            parts.append(run_of(words[start:index]))
            start = index
    return [*parts, run_of(words[start:])]


def _by_columns(run: Run, columns: Columns, size: float) -> list[Run]:
    """The words of a run by column, when the words of every column begin, end or lie as its cells do; else nothing."""
    groups: dict[int, list[Word]] = {}
    for word in run.words:
        centre = (word.left + word.right) / 2
        distances = [max(left - centre, centre - right, 0.0) for left, right in columns]
        groups.setdefault(distances.index(min(distances)), []).append(word)
    if len(groups) < 2:
        return []
    parts = {column: run_of(words) for column, words in groups.items()}
    if any(after.left - before.right < NARROWEST * size for before, after in pairwise(parts.values())):
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
