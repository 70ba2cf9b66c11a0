"""The cells of a sheet, before they are divided into tables."""

from collections.abc import Iterable
from dataclasses import dataclass, field

MOST_COLUMNS = 16_384
_MOST_FILLED = 500_000  # places of a sheet that merged cells fill
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


@dataclass(slots=True)
class Grid:
    """A sheet: rows of values as shown."""

    rows: dict[int, list[str]] = field(default_factory=dict)  # in ascending order; each from the first column on
    merged: list[Range] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    filtered: list[Range] = field(default_factory=list)  # ranges whose first row has the buttons of a filter
    strong: set[int] = field(default_factory=set)  # rows whose values are all bold

    def width(self) -> int:
        """Columns up to the last value."""
        return max(map(len, self.rows.values()), default=0)

    def hidden_columns(self, ranges: Iterable[tuple[int, int]]) -> int:
        """Number of columns in these ranges of (first, last), as far as the sheet has values."""
        width = self.width()
        return sum(max(min(last, width - 1) - first + 1, 0) for first, last in ranges)

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
