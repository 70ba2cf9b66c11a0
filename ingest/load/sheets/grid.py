"""The cells of a sheet, before they are divided into tables."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

MOST_COLUMNS = 16_384
_MOST_FILLED = 500_000  # places of a sheet that merged cells fill
_MOST_NAME_ROWS = 5
_LONG = 200  # characters; a longer text is repeated in short, and in the first column of further rows alone


@dataclass(frozen=True, slots=True)
class Range:
    """A rectangle of cells, counted from 0, its last row and column included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Area:
    """A range that the file itself calls a table."""

    range: Range
    name: str
    name_rows: int  # first rows that name the columns


@dataclass
class Grid:
    """A sheet: rows of values as shown."""

    rows: dict[int, list[str]] = field(default_factory=dict)  # in ascending order; each from the first column on
    merged: list[Range] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    filtered: list[Range] = field(default_factory=list)  # ranges whose first row has the buttons of a filter
    strong: set[int] = field(default_factory=set)  # rows whose values are all bold
    unfilled: int = 0  # merged ranges that were too large to be filled

    def width(self) -> int:
        """Columns up to the last value."""
        return max(map(len, self.rows.values()), default=0)

    def hidden_columns(self, ranges: Iterable[tuple[int, int]]) -> int:
        """Number of columns in these ranges of (first, last), as far as the sheet has values."""
        width = self.width()
        return sum(max(min(last, width - 1) - first + 1, 0) for first, last in ranges)

    @cached_property
    def heads(self) -> dict[int, int]:
        """First -> last row of the names of a table, by the merged cells in them.

        Where one cell covers columns, and one beside it covers rows, these rows are the names of columns in groups.
        """
        grouped = {one.top for one in self.merged if one.top == one.bottom and one.left < one.right}
        return {
            one.top: one.bottom
            for one in self.merged
            if one.top in grouped and one.left == one.right and 0 < one.bottom - one.top < _MOST_NAME_ROWS
        }

    def fill_merged(self) -> None:
        """Write the value of each merged range into every place that it covers, as far as the sheet has values."""
        room = _MOST_FILLED
        bottom = max(self.rows, default=-1)
        width = self.width()
        added = False
        for merged in self.merged:
            first = self.rows.get(merged.top, [])
            value = first[merged.left] if merged.left < len(first) else ""
            last = min(merged.bottom, bottom)
            right = min(merged.right, max(width, merged.left + 1) - 1)
            room -= max(last - merged.top + 1, 0) * max(right - merged.left + 1, 1)
            if value and room < 0:
                self.unfilled += 1
            if not value or room < 0:
                continue
            again = value if len(value) <= _LONG else value[: _LONG - 1].rstrip() + "…"
            for number in range(merged.top, last + 1):
                added = added or number not in self.rows
                row = self.rows.setdefault(number, [])
                end = right if len(value) <= _LONG else merged.left
                row.extend([""] * (end + 1 - len(row)))
                for column in range(merged.left, end + 1):
                    row[column] = row[column] or again
        if added:
            self.rows = dict(sorted(self.rows.items()))
