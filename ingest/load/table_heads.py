"""How a table begins: which of its first rows are its title, which name its columns, and where its data starts.

Decided by the kinds of values: a row that names columns holds text over figures, years or dates over amounts, or,
in a table of text alone, distinct short texts. Rows that are data are never taken for names when a value in them
has the form of the values below it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ingest.load.table_columns import Columns, Row
from ingest.load.table_values import DATE, FIGURES, TEXT, YEAR, kind_of

WINDOW = 32  # first rows of a table that are looked at
_SAMPLE = 12  # rows below a candidate that decide what its columns hold
_DEEPEST = 20  # rows above the column names, at most
_MOST_COLUMNS = 200  # that are looked at
_MOST_GROUPS = 3  # rows of names over several columns
_LONGEST_GROUP = 60  # characters of a name over several columns


@dataclass(frozen=True, slots=True)
class Head:
    """The first rows of a table."""

    above: int  # rows of title, date and the like, above the names
    names: int  # rows that name the columns; 0 when none does


def head_of(rows: Sequence[Sequence[str]]) -> Head:
    """The head of a table. rows: its first rows, without empty ones, white space collapsed."""
    rows = rows[:WINDOW]
    first: list[Row] = []  # as many as are needed
    best, most = -1, -1
    columns: Columns | None = None  # below the best
    for index in range(min(len(rows) - 1, _DEEPEST)):
        first += [Row(row[:_MOST_COLUMNS]) for row in rows[len(first) : index + 2 + _SAMPLE]]
        row = first[index]
        if columns is not None and columns.hold(row):
            break
        below = Columns(first[index + 1 : index + 1 + _SAMPLE])
        evidence = -1 if len(row.values) > 1 and is_title(row.values) else below.evidence(row)
        if evidence > most and not any(below.hold(above) for above in first[: _first_names(first, index)]):
            best, most, columns = index, evidence, below
    if columns is None:
        return Head(_titles(first), 0)
    top, last = _first_names(first, best), best
    rest = first[best + 1 : best + 2 + _SAMPLE]
    if len(rest) > 1 and (rest[0].of_years or not columns.hold(rest[0])) and _continue(first[best], rest[0], rest[1:]):
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
    return len(filled) == 1 and kind_of(filled.pop()) == TEXT


def could_follow(rows: Sequence[Sequence[str]], row: Sequence[str]) -> bool:
    """Whether a row has figures where these rows of a table have them."""
    return Columns([Row(values[:_MOST_COLUMNS]) for values in rows]).hold(Row(row[:_MOST_COLUMNS]))


# ------------------------------------------------------------------------------------------- rows above and below names


def _first_names(rows: Sequence[Row], index: int) -> int:
    """Index of the first of the rows that group the names in row `index`."""
    first = index
    while first > 0 and index - first < _MOST_GROUPS and _group(rows[first - 1], rows[first]):
        first -= 1
    return first


def _titles(rows: Sequence[Row]) -> int:
    """Number of rows with a single text above a table without column names."""
    width = median([len(row.filled) for row in rows]) if rows else 0
    count = 0
    while count < min(len(rows) - 1, _DEEPEST) and width >= 2 and _is_single(rows[count]):
        count += 1
    return count


def _is_single(row: Row) -> bool:
    return len(row.filled) == 1 and is_title(row.values)


def _continue(names: Row, row: Row, below: Sequence[Row]) -> bool:
    """Whether the row below the names goes on with them: units, or the parts of names over several columns."""
    columns = Columns(below)
    if columns.evidence(row) < 2:
        return False
    over_figures = 0
    for column in row.filled:
        if columns.kind(column) in FIGURES:
            over_figures += 1
        elif names.value(column) not in ("", row.values[column]):
            return False
    return 2 * over_figures >= columns.figures


def _group(upper: Row, names: Row) -> bool:
    """Whether a row above the names groups them: it leaves gaps, or repeats itself, over several of them."""
    if not upper.filled or any(len(upper.values[column]) > _LONGEST_GROUP for column in upper.filled):
        return False
    if names.value(0) and upper.value(0) not in ("", names.value(0)):
        return False
    if len(upper.filled) == 1:
        return upper.filled[0] > 0 and upper.kinds[upper.filled[0]] in (YEAR, DATE)
    for column in upper.filled:
        covered, following = names.value(column), names.value(column + 1)
        if upper.value(column + 1) in ("", upper.value(column)) and covered and following and covered != following:
            return True
    return False
