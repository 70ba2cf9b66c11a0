"""A table of a PDF page."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.load.pdf_letters import Box
from ingest.load.pdf_words import Word
from ingest.load.tables import Cell

_MOST_NAME_ROWS = 3
_FEW_BOLD = 0.4  # share of bold words in the rows below

Columns = Sequence[tuple[float, float]]  # left and right end of every column, in points


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table with its place, in points from the top left."""

    box: Box
    rows: Sequence[Sequence[Cell]]
    columns: Columns
    ruled: bool  # its cells are drawn with lines
    size: float  # font size of its text, in points
    name_rows: int | None = None  # first rows that name its columns by their look; None when their look does not say

    @property
    def length(self) -> int:
        """Characters of its text."""
        return sum(len(cell.text) for row in self.rows for cell in row)


def bold_rows(rows: Sequence[Sequence[Word]]) -> int | None:
    """How many first rows are bold above rows that are not; None when weight does not tell them apart."""
    filled = [[word.bold for word in row] for row in rows if row]
    count = 0
    while count < len(filled) and all(filled[count]):
        count += 1
    below = [bold for row in filled[count:] for bold in row]
    clear = 0 < count <= _MOST_NAME_ROWS and below and sum(below) < _FEW_BOLD * len(below)
    return count if clear else None
