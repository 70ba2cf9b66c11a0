"""A table that was found on a PDF page."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.load.pdf_words import Box
from ingest.load.tables import Cell

Columns = Sequence[tuple[float, float]]  # left and right end of every column, in points


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table with its place, in points from the top left."""

    box: Box
    rows: Sequence[Sequence[Cell]]
    columns: Columns
    ruled: bool  # its cells are drawn with lines
    size: float  # font size of its text, in points

    @property
    def length(self) -> int:
        """Characters of its text."""
        return sum(len(cell.text) for row in self.rows for cell in row)
