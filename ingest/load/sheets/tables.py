"""A sheet is divided into its tables: at empty rows and columns, at the ranges that the file calls tables.

An empty row alone ends no table: titles above the names belong to the table below, and rows without names of their
own go on with the table above.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ingest.load.extracted import unmarked
from ingest.load.sheets.grid import Area, Grid, Range
from ingest.load.table_heads import WINDOW, could_follow, head_of, is_title
from ingest.load.table_values import FIGURES, kind_of
from ingest.load.tables import table_text

_WIDE_GAP = 2  # empty columns between two tables side by side
_SAMPLE = 12  # rows of a table that rows below it are compared with
_MOST_TITLES = 20  # rows above a table


@dataclass(slots=True)
class _Piece:
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


@dataclass(slots=True)
class _Table:
    left: int
    right: int
    rows: list[list[str]]
    name_rows: int | None
    named: bool  # its columns have names
    name: str = ""
    names: list[str] = field(default_factory=list)  # its last row of names
    sample: list[list[str]] = field(default_factory=list)  # its first rows of values


def sheet_text(grid: Grid) -> str:
    """The tables of a sheet as marked text, one after the other."""
    grid.fill_merged()
    return "\n\n".join(filter(None, (_text(table) for table in _tables(list(_pieces(grid))))))


def _text(table: _Table) -> str:
    return table_text(
        ([unmarked(value) for value in row] for row in table.rows),
        caption=table.name,
        named=True,
        name_rows=table.name_rows,
    )


# ----------------------------------------------------------------------------------------------------- pieces to tables


def _tables(pieces: Sequence[_Piece]) -> list[_Table]:
    tables: list[_Table] = []
    titles: list[_Piece] = []
    for piece, following in zip(pieces, [*pieces[1:], None], strict=False):
        if piece.is_title:
            titles.append(piece)
            continue
        above = next((table for table in reversed(tables) if _within(piece, table)), None)
        if above is not None and not _begins(piece, above):
            for part in (*titles, piece):
                above.rows += _moved(part, above.left)
        else:
            tables.append(_new_table(piece, titles))
            if following is not None and following.top == piece.top and not following.is_title:
                continue  # the titles stand above tables side by side
        titles = []
    return [*tables, *(_Table(one.left, one.right, one.rows, 0, named=False) for one in titles)]


def _new_table(piece: _Piece, titles: Sequence[_Piece]) -> _Table:
    above = [row for title in titles for row in _moved(title, min(piece.left, title.left))]
    name_rows, first = piece.name_rows, piece.name_rows or 0
    names = piece.rows[:first]
    if name_rows is None:
        head = head_of(piece.rows[:WINDOW])
        first = head.above + head.names
        names = piece.rows[head.above : first]
        name_rows = 0 if _is_form(piece) else None
    if name_rows:
        name_rows += len(above)
    return _Table(
        left=piece.left,
        right=piece.right,
        rows=above + piece.rows,
        name_rows=name_rows,
        named=bool(names),
        name=piece.name,
        names=names[-1] if names else [],
        sample=piece.rows[first : first + _SAMPLE],
    )


def _within(piece: _Piece, table: _Table) -> bool:
    return table.left <= piece.left and piece.right <= table.right


def _begins(piece: _Piece, above: _Table) -> bool:
    """Whether a piece below a table is a table of its own, by its column names."""
    if piece.name_rows is not None or _is_form(piece) != (above.name_rows == 0):
        return True
    head = head_of(piece.rows[:WINDOW])
    if not head.names:
        return False
    names = piece.rows[head.above + head.names - 1]
    if not above.named or names == above.names or piece.strong:
        return True
    return not could_follow(above.sample, [""] * (piece.left - above.left) + names)


def _is_form(piece: _Piece) -> bool:
    """Whether its rows are labels with their values: most begin with a text that ends in a colon."""
    first = [next(filter(None, row), "") for row in piece.rows[:WINDOW]]
    return 2 * sum(text.endswith((":", "：")) for text in first) > len(first)


def _moved(piece: _Piece, left: int) -> list[list[str]]:
    """The rows of a piece, beginning at the column `left`."""
    return [[""] * (piece.left - left) + row for row in piece.rows] if piece.left > left else piece.rows


# ------------------------------------------------------------------------------------------------------ grid to pieces


def _pieces(grid: Grid) -> Iterator[_Piece]:
    """The pieces of a sheet in reading order."""
    pieces = [_area_piece(grid, area) for area in grid.areas]
    filters = sorted(grid.filtered, key=lambda one: one.top)
    tops = [one.top for one in filters]
    for band in _bands(grid.rows):
        first, last = bisect_left(tops, band[0]), bisect_right(tops, band[-1])
        pieces += _band_pieces(grid, band, filters[first:last])
    yield from sorted((piece for piece in pieces if piece.rows), key=lambda piece: (piece.top, piece.left))


def _area_piece(grid: Grid, area: Area) -> _Piece:
    """A table of the file's own, whose values are taken out of the grid."""
    range_, rows = area.range, []
    for number in range(range_.top, min(range_.bottom, max(grid.rows, default=-1)) + 1):
        row = grid.rows.get(number, [])
        values = row[range_.left : range_.right + 1]
        if any(values):
            rows.append(values)
            row[range_.left : range_.right + 1] = [""] * len(values)
    return _Piece(range_.top, range_.left, rows, area.name_rows, area.name)


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


def _band_pieces(grid: Grid, band: list[int], filters: Sequence[Range]) -> Iterator[_Piece]:
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


def _cut(grid: Grid, band: Sequence[int], columns: tuple[int, int], filters: Sequence[Range]) -> Iterator[_Piece]:
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
    piece = _Piece(numbers[0], left, rows, strong=strong)
    names = next((one.top for one in filters if one.left <= right and one.right >= left), None)
    if names in numbers:
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
    if first[0] == first[1] or second[0] == second[1]:
        return False
    one, other = _filled_rows(rows, first), _filled_rows(rows, second)
    names, other_names = (
        set(filter(None, _values(rows[part[0]], columns))) for part, columns in ((one, first), (other, second))
    )
    labels = [rows[number][second[0]] for number in other[1:] if second[0] < len(rows[number])]
    if 2 * sum(bool(label) and kind_of(label) not in FIGURES for label in labels) < len(other) - 1:
        return False
    wide = second[0] - first[1] > _WIDE_GAP
    return wide or bool(names & other_names) or (one[0], one[-1]) != (other[0], other[-1])


def _filled_rows(rows: Sequence[Sequence[str]], columns: Sequence[int]) -> list[int]:
    return [number for number, row in enumerate(rows) if any(_values(row, columns))]


def _values(row: Sequence[str], columns: Sequence[int]) -> Sequence[str]:
    return row[columns[0] : columns[1] + 1]
