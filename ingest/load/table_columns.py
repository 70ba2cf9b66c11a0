"""What the columns of a table hold, and whether a row above names them."""

import re
from collections.abc import Sequence
from statistics import median

from ingest.load.table_values import (
    DATE,
    EMPTY,
    FIGURES,
    NUMBER,
    QUANTITY,
    RANGE,
    TEXT,
    YEAR,
    common_kind,
    form_of,
    integer,
    is_sequence,
    is_year,
    kind_of,
)

_LONGEST_NAME = 80  # characters; a longer value is prose, unless other columns prove the row
_LONGEST_QUESTION = 300  # characters of a column name where they do, as in exported surveys
_ADDRESS = re.compile(r"://|\S@\S+\.\S|^www\.")


class Row:
    """A row with the kinds of its values, looked at once."""

    __slots__ = ("_kinds", "filled", "values")

    def __init__(self, values: Sequence[str]) -> None:
        self.values = values
        self.filled = [column for column, value in enumerate(values) if value]
        self._kinds: list[str] | None = None

    @property
    def kinds(self) -> list[str]:
        """The kinds of its values."""
        if self._kinds is None:
            self._kinds = [kind_of(value) for value in self.values]
        return self._kinds

    @property
    def of_years(self) -> bool:
        """Whether all its values are years."""
        return all(self.kinds[column] == YEAR for column in self.filled)

    def value(self, column: int) -> str:
        """The value in a column, empty beyond the row's end."""
        return self.values[column] if column < len(self.values) else ""


class Columns:
    """What the columns of some rows hold."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        self._width = median([len(row.filled) for row in rows]) if rows else 0
        kinds: list[list[str]] = [[] for _ in range(max((len(row.values) for row in rows), default=0))]
        for row in rows:
            found = row.kinds
            for column in row.filled:
                kinds[column].append(found[column])
        self._kinds = [common_kind(column) for column in kinds]
        self._single = len(self._kinds) == 1
        self.figures = sum(kind in FIGURES for kind in self._kinds)  # number of columns of figures

    def kind(self, column: int) -> str:
        """The kind of most values of a column."""
        return self._kinds[column] if column < len(self._kinds) else EMPTY

    def hold(self, row: Row) -> bool:
        """Whether a row could be one of these: its figures stand in columns of figures, and nothing else does."""
        if not self.figures:
            return len(row.filled) > 0.5 * self._width
        over = [row.kinds[column] for column in row.filled if self.kind(column) in FIGURES]
        figures = [kind for kind in over if kind != EMPTY]
        return bool(figures) and all(kind in FIGURES for kind in figures)

    def evidence(self, row: Row) -> int:
        """How much says that a row names these columns; -1 when it does not."""
        if self._single and len(row.values) == 1:
            return 2 if row.kinds == [TEXT] and self._kinds[0] in FIGURES else -1
        if not self._rows or len(row.filled) < 2 or len(row.filled) <= 0.5 * self._width:
            return -1
        found, doubts = 0, 0
        numbers: list[int] = []  # columns
        for column in row.filled:
            kind, under = row.kinds[column], self.kind(column)
            if kind == TEXT and (_ADDRESS.search(row.values[column]) or self._labels(column, row.values[column])):
                return -1
            if kind == TEXT and under in FIGURES:
                found += 2
            elif kind == TEXT:
                doubts += self._like_data(column, row.values[column])
            elif kind in (NUMBER, YEAR):
                numbers.append(column)
            elif kind == under:
                return -1
            elif kind != EMPTY:
                found += 1
        if numbers and not (self._are_names(numbers, row) or (found >= 2 and self._are_codes(numbers, row))):
            return -1
        found += len(numbers)
        if self._are_pairs(row):
            return -1
        values = [row.values[column] for column in row.filled]
        if max(map(len, values)) > (_LONGEST_QUESTION if found >= 2 else _LONGEST_NAME):
            return -1
        return -1 if not found and (doubts or len(set(values)) < len(values)) else found

    def _labels(self, column: int, value: str) -> bool:
        """Whether a text is a label of a value beside it, as those below it are: "Name:"."""
        values = [row.values[column] for row in self._rows if row.value(column)]
        return value.endswith(":") and sum(other.endswith(":") for other in values) > 0.5 * len(values)

    def _are_pairs(self, row: Row) -> bool:
        """Whether the rows are pairs of a name and a value: texts, dates and numbers below one another."""
        if max(len(other.values) for other in (row, *self._rows)) != 2:
            return False
        kinds = {other.kinds[1] for other in self._rows if other.value(1)}
        return TEXT in kinds and DATE in kinds and bool(kinds & {NUMBER, QUANTITY, YEAR, RANGE})

    def _like_data(self, column: int, value: str) -> bool:
        """Whether a text has the same value, or with digits the same form, as the values below it."""
        values = [row.values[column] for row in self._rows if row.value(column)]
        if value in values:
            return True
        if not any(map(str.isdecimal, value)) or len(values) < 2:
            return False
        form = form_of(value)
        return sum(form_of(other) == form for other in values) > 0.5 * len(values)

    def _are_names(self, numbers: Sequence[int], row: Row) -> bool:
        """Whether the numbers in these columns of a row are years or a sequence, and those below them are not."""
        values = [integer(row.values[column]) for column in numbers]
        years = all(row.kinds[column] == YEAR for column in numbers)
        under = [self.kind(column) for column in numbers]
        if len(numbers) == 1:
            below = [other.value(numbers[0]) for other in self._rows if other.value(numbers[0])]
            return years and under[0] == NUMBER and len(below) >= 2 and sum(map(is_year, below)) <= 0.25 * len(below)
        if not is_sequence(_once(values) if years else values, any_step=years):
            return False
        if len(numbers) == 2:
            return years and not all(kind == YEAR for kind in under)
        no_corner = row.filled[0] == numbers[0]
        from_one = values[:3] in ([0, 1, 2], [1, 2, 3])
        if not years and (len(numbers) < (3 if no_corner or from_one else 4) or numbers[0] == 0):
            return False
        return sum(self._sequence_in(other, numbers, years=years) for other in self._rows) < 0.5 * len(self._rows)

    def _are_codes(self, numbers: Sequence[int], row: Row) -> bool:
        """Whether numbers beside proven names are names too: whole and different from one another."""
        values = [integer(row.values[column]) for column in numbers]
        return None not in values and len(set(values)) == len(values)

    def _sequence_in(self, row: Row, columns: Sequence[int], *, years: bool) -> bool:
        values = [row.value(column) for column in columns]
        return is_sequence([integer(value) for value in values], any_step=years and all(map(is_year, values)))


def _once(values: list[int | None]) -> list[int | None]:
    """The values up to where they begin again: years below names over several columns."""
    length = values.index(values[0], 1) if values[0] in values[1:] else len(values)
    repeats = len(values) % length == 0 and values == values[:length] * (len(values) // length)
    return values[:length] if repeats and length > 1 else values
