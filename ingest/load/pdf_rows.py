"""Rows of a table without lines: which lines of text belong to one row."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.load.pdf_drawings import Drawings
from ingest.load.pdf_words import Word

_APART = 1.4  # points by which the spaces between rows and between a cell's lines differ, at least
_TIGHT = 0.55  # of the font size: space between the lines of a cell


@dataclass(slots=True)
class TextRow:
    """A line of text across a table: the words of every column it has any in."""

    cells: dict[int, list[Word]]  # by the first column
    spans: dict[int, int]  # first column -> columns, of cells over several
    top: float
    bottom: float

    @property
    def filled(self) -> set[int]:
        """The columns with text."""
        return set(self.cells)


def grouped(rows: Sequence[TextRow], boundaries: Sequence[float], columns: int, size: float) -> list[list[TextRow]]:
    """Lines of text by row of the table.

    boundaries: heights of lines and edges drawn between rows, in order.
    """
    by_lines = _divided(rows, boundaries)
    if len(by_lines) > 2 and _are_rows(by_lines):
        return by_lines
    result: list[list[TextRow]] = []
    threshold = _threshold(rows, size, columns)
    for part in by_lines:
        result += _by_spaces(part, threshold, columns)
    return result


def row_boundaries(drawn: Drawings, left: float, right: float) -> list[float]:
    """Heights of drawn lines and edges of filled boxes that cross most of a table."""
    width = right - left
    heights = [line.at for line in drawn.across if min(line.end, right) - max(line.start, left) >= 0.6 * width]
    edges: dict[int, float] = {}  # height -> width covered by boxes that end there
    for box in drawn.fills:
        covered = min(box[2], right) - max(box[0], left)
        if covered > 0 and box[3] - box[1] > 5:
            for height in (box[1], box[3]):
                edges[round(height)] = edges.get(round(height), 0.0) + covered
    return sorted([*heights, *(float(height) for height, covered in edges.items() if covered >= 0.6 * width)])


def _divided(rows: Sequence[TextRow], boundaries: Sequence[float]) -> list[list[TextRow]]:
    result: list[list[TextRow]] = [[rows[0]]]
    for before, row in pairwise(rows):
        low, high = (before.top + before.bottom) / 2, (row.top + row.bottom) / 2
        if any(low < height < high for height in boundaries):
            result.append([row])
        else:
            result[-1].append(row)
    return result


def _are_rows(groups: Sequence[Sequence[TextRow]]) -> bool:
    """Whether lines are drawn between all rows, not only below the header and above the total."""
    begun = [sum(0 in row.filled for row in group) for group in groups]
    return sum(count <= 1 for count in begun) >= 0.7 * len(groups) and max(map(len, groups)) <= 12


def _threshold(rows: Sequence[TextRow], size: float, columns: int) -> float:
    """The space that divides rows where the lines of cells are closer to each other; 0 where all spaces are alike."""
    spaces = sorted(after.top - before.bottom for before, after in pairwise(rows))
    if len(spaces) < 2 or spaces[0] > _TIGHT * size:
        return 0.0
    steps = [(after - before, (after + before) / 2) for before, after in pairwise(spaces)]
    widest, at = max(steps)
    if widest < _APART:
        return 0.0
    full = _full(columns)
    crowded = several = begun = 0
    for number, row in enumerate(rows):
        if number and row.top - rows[number - 1].bottom > at:
            begun = 0
        begun += 0 in row.filled and len(row.filled) >= full
        crowded += begun == 2  # a wide space between groups of rows
        several += begun == 1
    return 0.0 if 4 * crowded > several else at


def _full(columns: int) -> int:
    """Cells of a line that is a row by itself."""
    return max(2, round(0.75 * columns + 0.25))


def _by_spaces(rows: Sequence[TextRow], threshold: float, columns: int) -> list[list[TextRow]]:
    result: list[list[TextRow]] = [[rows[0]]]
    for before, row in pairwise(rows):
        space = row.top - before.bottom
        near = space <= threshold if threshold else _continues(result[-1], row, columns)
        if near and _one_row(result[-1], row, columns, sure=bool(threshold)):
            result[-1].append(row)
        else:
            result.append([row])
    return result


def _one_row(above: Sequence[TextRow], row: TextRow, columns: int, *, sure: bool) -> bool:
    """Whether a line of text can belong to the row above it: not both of them begin a row."""
    before = set().union(*(line.filled for line in above))
    if not sure:
        return True
    full = _full(columns)
    return not (0 in before and 0 in row.filled and len(before) >= full and len(row.filled) >= full)


def _continues(above: Sequence[TextRow], row: TextRow, columns: int) -> bool:
    """Whether a line of text goes on with the cells above it, where all lines have the same space between them."""
    if 0 in row.filled or len(row.filled) > max(1, columns // 2) or row.spans:
        return False
    before = set().union(*(line.filled for line in above))
    if not row.filled <= before:
        return False
    texts = [" ".join(word.text for word in words) for words in row.cells.values()]
    return all(any(letter.isalpha() for letter in text) for text in texts)
