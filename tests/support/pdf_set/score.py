"""Scores of tables and reading order read from the documents of the made set.

A cell counts when it stands in the right row and under the right column name: rows are compared as sets of
(column name, value), aligned in order. The header counts as one more row.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.domain import Document
from tests.support.pdf_set.model import Made, Span, Table, prose_of, tables_of

Pair = tuple[str, str]  # column name, value
Row = Counter[Pair]


@dataclass(frozen=True, slots=True)
class Read:
    """A table as a reader gives it."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of cells; they can be added over documents."""

    expected: int = 0
    read: int = 0
    right: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(self.expected + other.expected, self.read + other.read, self.right + other.right)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 when nothing is expected and nothing is read."""
        total = self.expected + self.read
        return 2 * self.right / total if total else 1.0


def table_score(made: Made, read: Sequence[Read]) -> Score:
    """Cells of all tables of a document; a table that is not there counts against the reader."""
    wanted = [_Expected(table) for table in tables_of(made.blocks)]
    left = list(_joined(read))
    total = Score()
    for table in wanted:
        scores = [table.score(other) for other in left]
        best = max(range(len(left)), key=lambda index: scores[index].right, default=None)
        if best is None or not scores[best].right:
            total += Score(expected=table.cells)
            continue
        total += scores[best]
        del left[best]
    return total + Score(read=sum(_cells(other) for other in left))


def order_score(made: Made, text: str) -> float:
    """Share of the document's headings and paragraphs that stand in the text whole and in order."""
    wanted = [_plain(prose) for prose in prose_of(made.blocks)]
    if not wanted:
        return 1.0
    squeezed = _plain(text)
    positions = [squeezed.find(prose) for prose in wanted]
    return _longest_rise([position for position in positions if position >= 0]) / len(wanted)


def tables_read(document: Document) -> list[Read]:
    """The tables of a document as chunking sees them: header and lines of values."""
    tables = []
    for rows in document.tables:
        lines = document.text[rows.start : rows.end].split("\n")
        tables.append(Read(_split(rows.header), [_split(line) for line in lines if line.strip()]))
    return tables


def _split(line: str) -> list[str]:
    return [value.strip() for value in line.split("|")]


class _Expected:
    def __init__(self, table: Table) -> None:
        grid, covered = _grid(table)
        self._heads = grid[: table.heads]
        self._names = [_names([row[column] for row in self._heads]) for column in range(len(grid[0]))]
        self._rows = [_needed(row, hidden) for row, hidden in zip(grid, covered, strict=True)][table.heads :]
        self._optional = [_hidden(row, hidden) for row, hidden in zip(grid, covered, strict=True)][table.heads :]
        self.cells = len(self._names) + sum(len(row) for row in self._rows)

    def score(self, read: Read) -> Score:
        columns = [self._column(name) for name in read.header]
        header_right = sum(column == number for number, column in enumerate(columns))
        rows = [
            [(columns[number] if number < len(columns) else -1, _plain(value)) for number, value in enumerate(row)]
            for row in read.rows
        ]
        filled = [[pair for pair in row if pair[1]] for row in rows]
        right, spare = _aligned(self._rows, self._optional, filled)
        return Score(self.cells, len(read.header) + sum(map(len, filled)) - spare, header_right + right)

    def _column(self, name: str) -> int:
        """Index of the column of this name, -1 for none."""
        words = sorted(re.findall(r"\w+", _plain(name)))
        for number, names in enumerate(self._names):
            if words in names:
                return number
        return -1


def _names(heads: Sequence[str]) -> list[list[str]]:
    """The words of a column's name: of all its header rows joined, or of the last."""
    different = [head for number, head in enumerate(heads) if number == 0 or head != heads[number - 1]]
    return [sorted(re.findall(r"\w+", _plain(text))) for text in (" ".join(different), different[-1])]


def _needed(row: Sequence[str], hidden: Sequence[bool]) -> list[tuple[int, str]]:
    return [(n, _plain(value)) for n, value in enumerate(row) if _plain(value) and not hidden[n]]


def _hidden(row: Sequence[str], hidden: Sequence[bool]) -> list[tuple[int, str]]:
    return [(n, _plain(value)) for n, value in enumerate(row) if hidden[n]]


def _grid(table: Table) -> tuple[list[list[str]], list[list[bool]]]:
    """(text of every position, whether it is covered by a cell to its left)."""
    grid: list[list[str]] = []
    covered: list[list[bool]] = []
    hanging: dict[int, tuple[str, int]] = {}
    for row in table.rows:
        texts: list[str] = []
        hidden: list[bool] = []
        for cell in [*row, None]:
            while len(texts) in hanging:
                text, left = hanging.pop(len(texts))
                if left > 1:
                    hanging[len(texts)] = (text, left - 1)
                texts.append(text)
                hidden.append(False)
            if cell is None:
                break
            span = cell if isinstance(cell, Span) else Span(cell)
            if span.rows > 1:
                hanging |= {len(texts) + number: (span.text, span.rows - 1) for number in range(span.columns)}
            texts += [span.text] * span.columns
            hidden += [number > 0 for number in range(span.columns)]
        grid.append(texts)
        covered.append(hidden)
    return grid, covered


def _aligned(
    wanted: list[list[tuple[int, str]]], optional: list[list[tuple[int, str]]], read: list[list[tuple[int, str]]]
) -> tuple[int, int]:
    """(cells that are right, read cells that count neither way) of the best alignment of rows."""
    best = [[(0, 0)] * (len(read) + 1) for _ in range(len(wanted) + 1)]
    for i, row in enumerate(wanted, start=1):
        needed, spare = Counter(row), Counter(optional[i - 1])
        for j, other in enumerate(read, start=1):
            have = Counter(other)
            right = (needed & have).total()
            extra = ((have - needed) & spare).total() if right else 0
            here = (best[i - 1][j - 1][0] + right, best[i - 1][j - 1][1] + extra)
            best[i][j] = max(here, best[i - 1][j], best[i][j - 1])
    return best[-1][-1]


def _joined(read: Sequence[Read]) -> list[Read]:
    """Tables, those that follow one with the same header joined to it: a table over several pages."""
    joined: list[Read] = []
    for table in read:
        if joined and list(joined[-1].header) == list(table.header):
            joined[-1] = Read(table.header, [*joined[-1].rows, *table.rows])
        else:
            joined.append(table)
    return joined


def _cells(read: Read) -> int:
    return len(read.header) + sum(1 for row in read.rows for value in row if value.strip())


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _longest_rise(values: Sequence[int]) -> int:
    """Length of the longest increasing subsequence."""
    lengths: list[int] = []
    for index, value in enumerate(values):
        lengths.append(1 + max((lengths[i] for i in range(index) if values[i] < value), default=0))
    return max(lengths, default=0)
