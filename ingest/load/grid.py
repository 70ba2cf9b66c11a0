"""Cells that cover several columns and rows become a grid, in time and memory linear in the table's own size."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

_MOST_COLUMNS = 1_000  # that a cell covers, as in browsers
_MOST_ROWS = 65_534
_LONGEST_REPEAT = 60  # characters of a text that are repeated in further columns and rows
# What repeated texts may add to a table: a hostile file has spans of millions of columns and rows.
_MOST_GROWTH = 20  # times the cells' own size
_LEAST_GROWTH = 2_000  # characters


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as a format states it, before the grid is laid out."""

    text: str
    columns: int = 1  # columns it covers
    rows: int = 1  # rows it covers


@dataclass(slots=True)
class _Span:
    """A cell's place in a row."""

    start: int  # column
    end: int  # exclusive
    text: str
    left: int  # further rows that it covers
    repeats: bool = False  # it began in a row above


def laid_out(rows: Iterable[Iterable[Cell]]) -> list[list[str]]:
    """The full grid: a cell that covers several columns or rows stands in each of them.

    A cell that covers the whole width stands alone in its row. Columns in which no cell begins are left out. A long
    text is repeated in short; beyond a bound on what repeats may add, covered places stay empty. A row ends with its
    last cell.
    """
    placed, own = _placed(rows)
    starts = sorted({span.start for row in placed for span in row})
    room = _MOST_GROWTH * own + _LEAST_GROWTH
    grid: list[list[str]] = []
    for row in placed:
        values: list[str] = []
        for span in row:
            first, end = bisect_left(starts, span.start), bisect_left(starts, span.end)
            if end - first == len(starts):
                end = first + 1
            again = _repeat(span.text)
            count = min(end - first - (not span.repeats), max(room, 0) // (len(again) + 3))
            room -= (len(again) + 3) * count
            values += [""] * (first - len(values))
            if not span.repeats:
                values.append(span.text)
            values += [again] * count
        grid.append(values)
    return grid


def _repeat(text: str) -> str:
    return text if len(text) <= _LONGEST_REPEAT else text[: _LONGEST_REPEAT - 1].rstrip() + "…"


def _placed(rows: Iterable[Iterable[Cell]]) -> tuple[list[list[_Span]], int]:
    """(the spans of each row from left to right, size of the cells' own texts)."""
    placed: list[list[_Span]] = []
    hanging: list[_Span] = []  # that go on into the next row, from left to right
    own, cells_seen, hung = 0, 0, 0
    for cells in rows:
        row: list[_Span] = []
        waiting = iter(hanging)
        above = next(waiting, None)
        column = 0
        for cell in cells:
            while above is not None and above.start <= column:
                row.append(above)
                column = max(column, above.end)
                above = next(waiting, None)
            columns = min(max(cell.columns, 1), _MOST_COLUMNS)
            end = column + columns if above is None else min(column + columns, above.start)
            row.append(_Span(column, end, cell.text, min(max(cell.rows, 1), _MOST_ROWS) - 1))
            column = end
            own += len(cell.text) + 3
            cells_seen += 1
        while above is not None:
            row.append(above)
            above = next(waiting, None)
        placed.append(row)
        hanging = [_Span(span.start, span.end, span.text, span.left - 1, True) for span in row if span.left > 0]
        hung += len(hanging)
        if hung > _MOST_GROWTH * cells_seen + _LEAST_GROWTH:
            hanging = []
    return placed, own
