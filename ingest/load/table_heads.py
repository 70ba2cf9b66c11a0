"""How a table begins: which of its first rows are its title, which name its columns, and where its data starts.

Decided by the kinds of values: a row that names columns holds text over figures, years or dates over amounts, or,
in a table of text alone, distinct short texts. Rows that are data are never taken for names when a value in them
has the form of the values below it.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median

WINDOW = 40  # first rows of a table that are looked at
_SAMPLE = 20  # rows below a candidate that decide what its columns hold
_DEEPEST = 20  # rows above the column names, at most
_MOST_COLUMNS = 200  # that are looked at
_LONGEST_NAME = 80  # characters; a longer value is prose, unless other columns prove the row
_LONGEST_QUESTION = 300  # characters of a column name where they do, as in exported surveys
_MOST_GROUPS = 3  # rows of names over several columns
_LONGEST_GROUP = 60  # characters of a name over several columns

_EMPTY, _TEXT, _NUMBER, _YEAR, _DATE, _RANGE, _QUANTITY = "", "text", "number", "year", "date", "range", "quantity"
_FIGURES = frozenset((_NUMBER, _YEAR, _DATE, _RANGE, _QUANTITY))
_MISSING = frozenset("- – — ? … ... . / n/a n.a. na nan null none nil k.a. k. #n/a tbd tba".split())
_DIGIT = re.compile(r"\d")
_DATE_FORM = re.compile(
    r"\d{1,4}([./-])\d{1,2}\1\d{1,4}([ T]\d{1,2}:\d\d.{0,12})?|\d{1,2}:\d\d(:\d\d)?( ?[ap]m)?"
    r"|(1[89]|2[01])\d\d([/-]\d\d|[/-](1[89]|2[01])\d\d)|\d{1,2}/(1[89]|2[01])\d\d",
    re.IGNORECASE,
)
_RANGE_FORM = re.compile(r"\d[\d.,]*\s*[-–—]\s*\d[\d.,]*\+?|[<>≤≥]=?\s*\d[\d.,]*|\d[\d.,]*\s*\+")
_NUMBER_FORM = re.compile(r"[\s+\-−€$£¥₹%(]*\d[\d\s.,:/'’\-%)€$£¥₹]*")
_QUANTITY_FORM = re.compile(r"(?:[A-Z]{3}\s)?[+\-−]?\d[\d.,'’\s]*(?:\s?[^\W\d_]{1,4}\.?|\s?[^\w\s]{1,2}[^\W\d_]?)?")
_FORMS = ((_DATE, _DATE_FORM), (_RANGE, _RANGE_FORM), (_NUMBER, _NUMBER_FORM), (_QUANTITY, _QUANTITY_FORM))
_LONGEST_FIGURE = 40  # characters
_ADDRESS = re.compile(r"://|\S@\S+\.\S|^www\.")
_LETTERS = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Head:
    """The first rows of a table."""

    above: int  # rows of title, date and the like, above the names
    names: int  # rows that name the columns; 0 when none does


def head_of(rows: Sequence[Sequence[str]]) -> Head:
    """The head of a table. rows: its first rows, without empty ones, white space collapsed."""
    first = [_Row(row[:_MOST_COLUMNS]) for row in rows[:WINDOW]]
    best, most = -1, -1
    for index in range(min(len(first) - 1, _DEEPEST)):
        row, below = first[index], _Columns(first[index + 1 : index + 1 + _SAMPLE])
        evidence = -1 if row.is_title else below.evidence(row)
        if evidence > most and not any(below.hold(above) for above in first[: _first_names(first, index)]):
            best, most = index, evidence
        elif best >= 0 and below.hold(row):
            break
    if best < 0:
        return Head(_titles(first), 0)
    top, last = _first_names(first, best), best
    if best + 2 < len(first) and _continue(first[best], first[best + 1], first[best + 2 : best + 2 + _SAMPLE]):
        last = best + 1
    return Head(top, last - top + 1)


def column_names(rows: Sequence[Sequence[str]], *, spread: bool = False) -> list[str]:
    """The names of the columns from one or more rows, joined from top to bottom: "2024 Q1".

    spread: an empty cell of an upper row belongs to the name at its left, where the row below has a name.
    """
    width = max(map(len, rows), default=0)
    names: list[list[str]] = [[] for _ in range(width)]
    for number, row in enumerate(rows):
        group = ""
        for column in range(width):
            value = row[column] if column < len(row) else ""
            group = value or group
            lower = spread and any(column < len(below) and below[column] for below in rows[number + 1 :])
            name = value or (group if lower else "")
            if name and name not in names[column][-1:]:
                names[column].append(name)
    return [" ".join(parts) for parts in names]


def is_title(row: Sequence[str]) -> bool:
    """Whether a row holds one text and nothing else, once or in every column that it covers."""
    filled = {value for value in row if value}
    return len(filled) == 1 and _kind(filled.pop()) == _TEXT


# ------------------------------------------------------------------------------------------------------- rows of data


class _Row:
    """A row with the kinds of its values, looked at once."""

    def __init__(self, values: Sequence[str]) -> None:
        self.values = values
        self.filled = [column for column, value in enumerate(values) if value]

    @cached_property
    def kinds(self) -> list[str]:
        return [_kind(value) for value in self.values]

    @cached_property
    def is_title(self) -> bool:
        return is_title(self.values)

    def value(self, column: int) -> str:
        return self.values[column] if column < len(self.values) else ""


class _Columns:
    """What the columns of some rows hold."""

    def __init__(self, rows: Sequence[_Row]) -> None:
        self._rows = rows
        self._width = median([len(row.filled) for row in rows]) if rows else 0
        kinds: list[list[str]] = [[] for _ in range(max((len(row.values) for row in rows), default=0))]
        for row in rows:
            for column in row.filled:
                kinds[column].append(row.kinds[column])
        self._kinds = [_common_kind(found) for found in kinds]
        self.figures = sum(kind in _FIGURES for kind in self._kinds)  # number of columns of figures

    def kind(self, column: int) -> str:
        return self._kinds[column] if column < len(self._kinds) else _EMPTY

    def hold(self, row: _Row) -> bool:
        """Whether a row could be one of these: its figures stand in columns of figures, and nothing else does."""
        if not self.figures:
            return len(row.filled) > 0.5 * self._width
        over = [row.kinds[column] for column in row.filled if self.kind(column) in _FIGURES]
        figures = [kind for kind in over if kind != _EMPTY]
        return bool(figures) and all(kind in _FIGURES for kind in figures)

    def evidence(self, row: _Row) -> int:
        """How much says that a row names these columns; -1 when it does not."""
        if not self._rows or len(row.filled) < 2 or len(row.filled) <= 0.5 * self._width:
            return -1
        found, doubts = 0, 0
        numbers: list[int] = []  # columns
        for column in row.filled:
            kind, under = row.kinds[column], self.kind(column)
            if kind == _TEXT and _ADDRESS.search(row.values[column]):
                return -1
            if kind == _TEXT and under in _FIGURES:
                found += 2
            elif kind == _TEXT:
                doubts += self._like_data(column, row.values[column])
            elif kind in (_NUMBER, _YEAR):
                numbers.append(column)
            elif kind == under:
                return -1
            elif kind != _EMPTY:
                found += 1
        if numbers and not self._are_names(numbers, row):
            return -1
        found += len(numbers)
        values = [row.values[column] for column in row.filled]
        if max(map(len, values)) > (_LONGEST_QUESTION if found >= 2 else _LONGEST_NAME):
            return -1
        return -1 if not found and (doubts or len(set(values)) < len(values)) else found

    def _like_data(self, column: int, value: str) -> bool:
        """Whether a text has the same value, or with digits the same form, as the values below it."""
        values = [row.values[column] for row in self._rows if row.value(column)]
        if value in values:
            return True
        if not _DIGIT.search(value) or len(values) < 2:
            return False
        form = _form(value)
        return sum(_form(other) == form for other in values) > 0.5 * len(values)

    def _are_names(self, numbers: Sequence[int], row: _Row) -> bool:
        """Whether the numbers in these columns of a row are years or a sequence, and those below them are not."""
        values = [_integer(row.values[column]) for column in numbers]
        years = all(row.kinds[column] == _YEAR for column in numbers)
        under = [self.kind(column) for column in numbers]
        if len(numbers) == 1:
            below = [other.value(numbers[0]) for other in self._rows if other.value(numbers[0])]
            return years and under[0] == _NUMBER and len(below) >= 2 and not any(map(_is_year, below))
        if not _sequence(values, any_step=years):
            return False
        if len(numbers) == 2:
            return years and not all(kind == _YEAR for kind in under)
        no_corner = row.filled[0] == numbers[0]
        if not years and (len(numbers) < (3 if no_corner else 4) or numbers[0] == 0):
            return False
        return sum(self._sequence_in(other, numbers, years=years) for other in self._rows) < 0.5 * len(self._rows)

    def _sequence_in(self, row: _Row, columns: Sequence[int], *, years: bool) -> bool:
        values = [row.value(column) for column in columns]
        return _sequence([_integer(value) for value in values], any_step=years and all(map(_is_year, values)))


def _common_kind(found: Sequence[str]) -> str:
    kinds = Counter(found)
    del kinds[_EMPTY]
    total = sum(kinds.values())
    if not total:
        return _EMPTY
    if kinds[_YEAR] < 0.6 * total:
        kinds[_NUMBER] += kinds.pop(_YEAR, 0)
    kind, count = kinds.most_common(1)[0]
    if count >= 0.6 * total:
        return kind
    return _NUMBER if sum(kinds[kind] for kind in _FIGURES) >= 0.6 * total else _TEXT


def _kind(value: str) -> str:
    if not _DIGIT.search(value):
        return _EMPTY if not value or value.casefold() in _MISSING else _TEXT
    if _is_year(value):
        return _YEAR
    if len(value) <= _LONGEST_FIGURE:
        for kind, form in _FORMS:
            if form.fullmatch(value):
                return kind
    return _TEXT


def _is_year(value: str) -> bool:
    return len(value) == 4 and value.isdecimal() and 1800 <= int(value) < 2200


def _integer(value: str) -> int | None:
    return int(value) if value.isdecimal() and len(value) < 10 else None


def _sequence(values: Sequence[int | None], *, any_step: bool = False) -> bool:
    """Whether the values are integers that go up or down in equal steps, or with any_step in one direction."""
    numbers = [value for value in values if value is not None]
    if len(numbers) < len(values):
        return False
    steps = {second - first for first, second in pairwise(numbers)}
    if any_step:
        return all(step > 0 for step in steps) or all(step < 0 for step in steps)
    return len(steps) == 1 and 0 not in steps


def _form(value: str) -> str:
    return _DIGITS.sub("9", _LETTERS.sub("a", value))


# ------------------------------------------------------------------------------------------- rows above and below names


def _first_names(rows: Sequence[_Row], index: int) -> int:
    """Index of the first of the rows that group the names in row `index`."""
    first = index
    while first > 0 and index - first < _MOST_GROUPS and _group(rows[first - 1], rows[first]):
        first -= 1
    return first


def _titles(rows: Sequence[_Row]) -> int:
    """Number of rows with a single text above a table without column names."""
    width = median([len(row.filled) for row in rows]) if rows else 0
    count = 0
    while count < min(len(rows) - 1, _DEEPEST) and width >= 2 and rows[count].is_title:
        count += 1
    return count


def _continue(names: _Row, row: _Row, below: Sequence[_Row]) -> bool:
    """Whether the row below the names goes on with them: units, or the parts of names over several columns."""
    columns = _Columns(below)
    if columns.evidence(row) < 2:
        return False
    over_figures = 0
    for column in row.filled:
        if columns.kind(column) in _FIGURES:
            over_figures += 1
        elif names.value(column) not in ("", row.values[column]):
            return False
    return 2 * over_figures >= columns.figures


def _group(upper: _Row, names: _Row) -> bool:
    """Whether a row above the names groups them: it leaves gaps, or repeats itself, over several of them."""
    if not upper.filled or any(len(upper.values[column]) > _LONGEST_GROUP for column in upper.filled):
        return False
    if names.value(0) and upper.value(0) not in ("", names.value(0)):
        return False
    if len(upper.filled) == 1:
        return upper.filled[0] > 0 and upper.kinds[upper.filled[0]] in (_YEAR, _DATE)
    for column in upper.filled:
        covered, following = names.value(column), names.value(column + 1)
        if upper.value(column + 1) in ("", upper.value(column)) and covered and following and covered != following:
            return True
    return False
