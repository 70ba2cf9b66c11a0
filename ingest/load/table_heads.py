"""How a table begins: which of its first rows are its title, which name its columns, and where its data starts.

Decided by the kinds of values: a row that names columns holds text over figures, years or dates over amounts, or,
in a table of text alone, distinct short texts. Rows that are data are never taken for names when a value in them
has the form of the values below it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
    """The head of a table. rows: its first rows, at most `WINDOW`, without empty ones, white space collapsed."""
    rows = [row[:_MOST_COLUMNS] for row in rows[:WINDOW]]
    best, most = -1, -1
    for index in range(min(len(rows) - 1, _DEEPEST)):
        below = _Below(rows[index + 1 : index + 1 + _SAMPLE])
        evidence = -1 if is_title(rows[index]) else below.evidence(rows[index])
        if evidence > most and not any(below.holds(row) for row in rows[: _first_name_row(rows, index)]):
            best, most = index, evidence
        elif best >= 0 and below.holds(rows[index]):
            break
    if best < 0:
        return Head(_titles(rows), 0)
    first, last = _first_name_row(rows, best), best
    if best + 2 < len(rows) and _continues(rows[best], rows[best + 1], _Below(rows[best + 2 : best + 2 + _SAMPLE])):
        last = best + 1
    return Head(first, last - first + 1)


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


class _Below:
    """What the columns hold in the rows below a candidate."""

    def __init__(self, rows: Sequence[Sequence[str]]) -> None:
        self._rows = rows
        self._width = median([sum(map(bool, row)) for row in rows]) if rows else 0
        columns: list[list[str]] = [[] for _ in range(max(map(len, rows), default=0))]
        for row in rows:
            for column, value in enumerate(row):
                if value:
                    columns[column].append(value)
        self._columns = columns
        self._kinds = [_common_kind(values) for values in columns]

    def kind(self, column: int) -> str:
        return self._kinds[column] if column < len(self._kinds) else _EMPTY

    def figure_columns(self) -> int:
        return sum(kind in _FIGURES for kind in self._kinds)

    def holds(self, row: Sequence[str]) -> bool:
        """Whether a row could be one of these: its figures stand in columns of figures, and nothing else does."""
        filled = [(self.kind(column), _kind(value)) for column, value in enumerate(row) if value]
        figures = [(under, kind) for under, kind in filled if under in _FIGURES and kind != _EMPTY]
        if not self.figure_columns():
            return len(filled) > 0.5 * self._width
        return bool(figures) and all(kind in _FIGURES for _, kind in figures)

    def evidence(self, row: Sequence[str]) -> int:
        """How much says that a row names these columns; -1 when it does not."""
        filled = [(column, value) for column, value in enumerate(row) if value]
        if not self._rows or len(filled) < 2 or len(filled) <= 0.5 * self._width:
            return -1
        found, doubts, numbers = 0, 0, []
        longest = max(len(value) for _, value in filled)
        for column, value in filled:
            kind, under = _kind(value), self.kind(column)
            if kind == _TEXT and _ADDRESS.search(value):
                return -1
            if kind == _TEXT and under in _FIGURES:
                found += 2
            elif kind == _TEXT:
                doubts += self._like_data(column, value)
            elif kind in (_NUMBER, _YEAR):
                numbers.append((column, value))
            elif kind == under:
                return -1
            elif kind != _EMPTY:
                found += 1
        if numbers:
            if not self._are_names(numbers, row):
                return -1
            found += len(numbers)
        if longest > (_LONGEST_QUESTION if found >= 2 else _LONGEST_NAME):
            return -1
        repeated = len(filled) - len({value for _, value in filled})
        return -1 if not found and (doubts or repeated) else found

    def _like_data(self, column: int, value: str) -> bool:
        """Whether a text has the same value, or with digits the same form, as the values below it."""
        values = self._columns[column] if column < len(self._columns) else []
        if value in values:
            return True
        if not _DIGIT.search(value) or len(values) < 2:
            return False
        form = _form(value)
        return sum(_form(other) == form for other in values) > 0.5 * len(values)

    def _are_names(self, numbers: Sequence[tuple[int, str]], row: Sequence[str]) -> bool:
        """Whether the numbers of a row are years or a sequence, and those below them are not."""
        values = [_integer(value) for _, value in numbers]
        years = all(_kind(value) == _YEAR for _, value in numbers)
        columns = [column for column, _ in numbers]
        under = [self.kind(column) for column in columns]
        if len(values) == 1:
            below = self._columns[columns[0]] if columns[0] < len(self._columns) else []
            return years and under[0] == _NUMBER and len(below) >= 2 and not any(_kind(x) == _YEAR for x in below)
        if not _sequence(values, any_step=years):
            return False
        if len(values) == 2:
            return years and not all(kind == _YEAR for kind in under)
        corner_empty = not any(row[: columns[0]])
        least = 3 if years or (corner_empty and columns[0] > 0) else 4
        alone = len(numbers) == sum(map(bool, row)) and columns[0] == 0  # no corner: a table of numbers alone
        if len(values) < least or (alone and not years):
            return False
        also = 0
        for other in self._rows:
            cells = [other[column] if column < len(other) else "" for column in columns]
            also += _sequence([_integer(cell) for cell in cells], any_step=years and all(map(_is_year, cells)))
        return also < 0.5 * len(self._rows)


def _common_kind(values: Sequence[str]) -> str:
    kinds = Counter(_kind(value) for value in values)
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
    if not value or value.casefold() in _MISSING:
        return _EMPTY
    if not _DIGIT.search(value):
        return _TEXT
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


def _first_name_row(rows: Sequence[Sequence[str]], index: int) -> int:
    """Index of the first of the rows that group the names in row `index`."""
    first = index
    while first > 0 and index - first < _MOST_GROUPS and _groups(rows[first - 1], rows[first]):
        first -= 1
    return first


def _titles(rows: Sequence[Sequence[str]]) -> int:
    """Number of rows with a single text above a table without column names."""
    width = median([sum(map(bool, row)) for row in rows]) if rows else 0
    count = 0
    while count < min(len(rows) - 1, _DEEPEST) and width >= 2 and is_title(rows[count]):
        count += 1
    return count


def _continues(names: Sequence[str], row: Sequence[str], below: _Below) -> bool:
    """Whether the row below the names goes on with them: units, or the parts of names over several columns."""
    if below.evidence(row) < 2:
        return False
    over_figures = 0
    for column, value in enumerate(row):
        upper = names[column] if column < len(names) else ""
        if value and below.kind(column) in _FIGURES:
            over_figures += 1
        elif value and upper not in ("", value):
            return False
    return 2 * over_figures >= below.figure_columns()


def _groups(upper: Sequence[str], names: Sequence[str]) -> bool:
    """Whether a row above the names groups them: it leaves gaps, or repeats itself, over several of them."""
    filled = [(column, value) for column, value in enumerate(upper) if value]
    first = names[0] if names else ""
    if not filled or any(len(value) > _LONGEST_GROUP for _, value in filled):
        return False
    if upper[0] and first and upper[0] != first:
        return False
    if len(filled) == 1:
        return filled[0][0] > 0 and _kind(filled[0][1]) in (_YEAR, _DATE)
    spans = 0
    for column, _ in _pairs(upper, names):
        above, following = upper[column], upper[column + 1] if column + 1 < len(upper) else ""
        spans += bool(above) and following in ("", above) and names[column] != names[column + 1]
    return spans > 0


def _pairs(upper: Sequence[str], names: Sequence[str]) -> Iterator[tuple[int, str]]:
    """The columns where both the name and the next are filled."""
    for column in range(min(len(upper), len(names) - 1)):
        if names[column] and names[column + 1]:
            yield column, names[column]
