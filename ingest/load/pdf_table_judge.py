"""Whether lines of text with gaps between their words are a table without lines."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from ingest.load.pdf_bands import Band
from ingest.load.pdf_drawings import Drawings
from ingest.load.pdf_rows import TextRow, row_boundaries
from ingest.load.pdf_table import Columns
from ingest.load.pdf_table_columns import EDGE

_MOST_COLUMNS = 60
_SAMPLE = 200  # rows whose edges are compared
_MARKER = re.compile(
    r"^(?:[•●▪■◦○‣∙·*–—-]|\(?[0-9]{1,3}[.)]|\(?[a-zA-Z][.)]|\(?[ivxIVX]{1,5}[.)]|\[\d+\]|[\ue000-\uf8ff])$"
)
_NUMBER = re.compile(r"^[\s(+\-−–$€£%<>~±]*\d[\d\s.,:/()\-–%$€£]*\w{0,3}$")


def has_lines(part: Sequence[Band], columns: Columns, drawn: Drawings) -> bool:
    """Whether lines are drawn between the columns, or several across all of them."""
    top, bottom = part[0].top, part[-1].bottom
    height = bottom - top
    for line in drawn.down:
        if min(line.end, bottom) - max(line.start, top) > 0.7 * height and any(
            before[1] <= line.at <= after[0] for before, after in pairwise(columns)
        ):
            return True
    boundaries = row_boundaries(drawn, columns[0][0], columns[-1][1])
    return sum(top - height < at < bottom + height for at in boundaries) >= 3


def is_table(groups: Sequence[Sequence[TextRow]], columns: Columns, *, drawn: bool) -> bool:
    """Whether the lines of text, by row, are a table. drawn: whether there are lines that say so."""
    rows = [row for group in groups for row in group]
    count = len(columns)
    if not 2 <= count <= _MOST_COLUMNS:
        return False
    several = [group for group in groups if len(set().union(*(row.filled for row in group))) >= 2]
    sure = drawn or (count >= 3 and _numbers([row for group in several[1:] for row in group]) > 0.3)
    if len(several) < (2 if sure else 3):
        return False
    if len(several) < 0.3 * len(groups) or _is_list(rows, count) or _is_running(groups, columns):
        return False
    if count == 2 and not drawn and _is_justified(rows):
        return False
    aligned = [_is_aligned([row for row in rows if column in row.filled], column) for column in range(count)]
    return sum(aligned) >= max(2, 0.7 * count)


def _is_aligned(rows: Sequence[TextRow], column: int) -> bool:
    """Whether most cells of a column share their left edge, their right edge or their middle."""
    lefts, rights = [], []
    for row in rows[:_SAMPLE]:
        if column not in row.spans:
            lefts.append(min(word.left for word in row.cells[column]))
            rights.append(max(word.right for word in row.cells[column]))
    if len(lefts) < 2:
        return True
    middles = [(left + right) / 2 for left, right in zip(lefts, rights, strict=True)]
    return any(_most_alike(places) >= 0.6 * len(places) for places in (lefts, rights, middles))


def _most_alike(places: Sequence[float]) -> int:
    """How many of the places lie close to one of them."""
    return max(sum(abs(place - other) <= EDGE for other in places) for place in places)


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
    rows = [row for row in rows if len(row.filled) == 2]
    ends = [max(word.right for word in row.cells[1]) for row in rows if 1 not in row.spans]
    alike = [end for end in ends if abs(end - max(ends)) <= 1.5]
    cells = [" ".join(word.text for word in row.cells[1]) for row in rows]
    figures = sum(any(letter.isdigit() for letter in cell) for cell in cells)
    return len(alike) >= 0.6 * len(ends) and figures < 0.5 * len(cells)


def _is_running(groups: Sequence[Sequence[TextRow]], columns: Columns) -> bool:
    """Whether the columns hold running text side by side: lines of many words that go on in the next row."""
    running = 0
    for column in range(len(columns)):
        cells = [group[0].cells[column] for group in groups if column in group[0].filled]
        words = Counter(min(len(cell), 4) for cell in cells)
        begun_low = sum(cell[0].text[:1].islower() for cell in cells)
        running += words[4] >= 0.7 * len(cells) and begun_low >= 0.4 * len(cells) and len(cells) >= 3
    return running >= 2 and running >= 0.6 * len(columns)
