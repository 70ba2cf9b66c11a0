"""A grid is cut into the pieces that its empty rows and columns, and the tables that the file knows, divide it into."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.load.sheets.grid import Area, Grid, Range
from ingest.load.table_heads import is_title
from ingest.load.table_values import FIGURES, kind_of

_WIDE_GAP = 3  # columns from one table to the next beside it, where no doubt is left
_MOST_NAME_ROWS = 3  # first rows in which names are looked for
_MOST_TITLES = 20  # rows above a table


@dataclass(slots=True)
class Piece:
    """A rectangle of the sheet without empty rows."""

    top: int
    left: int
    rows: list[list[str]]
    name_rows: int | None = None  # as the file states
    name: str = ""
    strong: bool = False  # the first row is bold and the next is not

    @property
    def right(self) -> int:
        return self.left + max(map(len, self.rows)) - 1

    @property
    def is_title(self) -> bool:
        return self.name_rows is None and len(self.rows) <= _MOST_TITLES and all(map(is_title, self.rows))


def pieces(grid: Grid) -> Iterator[Piece]:
    """The pieces of a sheet in reading order."""
    found = [_area_piece(grid, area) for area in grid.areas]
    filters = sorted(grid.filtered, key=lambda one: one.top)
    tops = [one.top for one in filters]
    for band in _bands(grid.rows):
        first, last = bisect_left(tops, band[0]), bisect_right(tops, band[-1])
        found += _band_pieces(grid, band, filters[first:last])
    yield from sorted((piece for piece in found if piece.rows), key=lambda piece: (piece.top, piece.left))


def _area_piece(grid: Grid, area: Area) -> Piece:
    """A table of the file's own, whose values are taken out of the grid."""
    range_, rows = area.range, []
    for number in range(range_.top, min(range_.bottom, max(grid.rows, default=-1)) + 1):
        row = grid.rows.get(number, [])
        values = row[range_.left : range_.right + 1]
        if any(values):
            rows.append(values)
            row[range_.left : range_.right + 1] = [""] * len(values)
    return Piece(range_.top, range_.left, rows, area.name_rows, area.name)


def _bands(rows: dict[int, list[str]]) -> Iterator[list[int]]:
    """Numbers of the rows between two empty ones."""
    band: list[int] = []
    for number, row in rows.items():
        if not any(row):
            continue
        if band and number > band[-1] + 1:
            yield band
            band = []
        band.append(number)
    if band:
        yield band


def _band_pieces(grid: Grid, band: list[int], filters: Sequence[Range]) -> Iterator[Piece]:
    """The tables side by side in a band of rows; titles above them are a piece of their own."""
    titles = 0
    while titles < min(len(band) - 1, _MOST_TITLES) and is_title(grid.rows[band[titles]]):
        titles += 1
    segments = _segments([grid.rows[number] for number in band[titles:]])
    width = max(len(grid.rows[number]) for number in band)
    if len(segments) < 2:
        yield from _cut(grid, band, (_first_filled(grid, band), width - 1), filters)
        return
    if titles:
        yield from _cut(grid, band[:titles], (0, width - 1), filters)
    for segment in segments:
        yield from _cut(grid, band[titles:], segment, filters)


def _first_filled(grid: Grid, band: Sequence[int]) -> int:
    """The first column with a value."""
    first = len(grid.rows[band[0]])
    for number in band:
        row = grid.rows[number]
        first = next((column for column in range(min(first, len(row))) if row[column]), first)
    return first


def _cut(grid: Grid, band: Sequence[int], columns: tuple[int, int], filters: Sequence[Range]) -> Iterator[Piece]:
    left, right = columns
    rows: list[list[str]] = []
    numbers: list[int] = []
    for number in band:
        row = grid.rows[number]
        values = row if left == 0 and len(row) <= right + 1 else row[left : right + 1]
        if any(values):
            rows.append(values)
            numbers.append(number)
    if not rows:
        return
    strong = len(numbers) > 1 and numbers[0] in grid.strong and numbers[1] not in grid.strong
    piece = Piece(numbers[0], left, rows, strong=strong)
    names = next((one.top for one in filters if one.left <= right and one.right >= left), None)
    if names is None:
        names = next((grid.heads[number] for number in numbers[:_MOST_TITLES] if number in grid.heads), None)
    if names in numbers[:-1]:
        piece.name_rows = numbers.index(names) + 1
    yield piece


# ------------------------------------------------------------------------------------------------- tables side by side


def _segments(rows: Sequence[Sequence[str]]) -> list[tuple[int, int]]:
    """(first, last column) of the tables side by side in these rows."""
    width = max(map(len, rows), default=0)
    unseen = set(range(width))
    for row in rows:
        if not unseen:
            break
        unseen -= {column for column in unseen if column < len(row) and row[column]}
    filled = [column for column in range(width) if column not in unseen]
    if not filled:
        return []
    segments = [[filled[0], filled[0]]]
    for before, column in pairwise(filled):
        if column == before + 1:
            segments[-1][1] = column
        else:
            segments.append([column, column])
    joined = [segments[0]]
    for segment in segments[1:]:
        if _apart(rows, joined[-1], segment):
            joined.append(segment)
        else:
            joined[-1] = [joined[-1][0], segment[1]]
    return [(first, last) for first, last in joined]


def _apart(rows: Sequence[Sequence[str]], first: Sequence[int], second: Sequence[int]) -> bool:
    """Whether two groups of columns are tables of their own and not one with an empty column in it."""
    wide = second[0] - first[1] > _WIDE_GAP
    if (first[0] == first[1] and not wide) or second[0] == second[1]:
        return False
    one, other = _filled_rows(rows, first), _filled_rows(rows, second)
    labels = [rows[number][second[0]] for number in other[1:] if second[0] < len(rows[number])]
    if 2 * sum(bool(label) and kind_of(label) not in FIGURES for label in labels) < len(other) - 1:
        return False  # the figures belong to the labels before the gap
    return wide or (one[0], one[-1]) != (other[0], other[-1]) or _same_names(rows, first, second)


def _same_names(rows: Sequence[Sequence[str]], first: Sequence[int], second: Sequence[int]) -> bool:
    """Whether two groups of columns have a name in common, or the same names below a title."""
    pairs = [(_values(row, first), _values(row, second)) for row in rows[:_MOST_NAME_ROWS]]
    common = set(filter(None, pairs[0][0])) & set(filter(None, pairs[0][1]))
    return bool(common) or any(one == other and len(set(filter(None, one))) > 1 for one, other in pairs)


def _filled_rows(rows: Sequence[Sequence[str]], columns: Sequence[int]) -> list[int]:
    return [number for number, row in enumerate(rows) if any(_values(row, columns))]


def _values(row: Sequence[str], columns: Sequence[int]) -> Sequence[str]:
    return row[columns[0] : columns[1] + 1]
