"""A sheet is divided into its tables: at empty rows and columns, at the ranges that the file calls tables.

An empty row alone ends no table: titles above the names belong to the table below, and rows without names of their
own go on with the table above.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from ingest.load.extracted import unmarked
from ingest.load.sheets.grid import Grid
from ingest.load.sheets.pieces import Piece, pieces
from ingest.load.table_heads import WINDOW, could_follow, head_of
from ingest.load.tables import table_text

_MOST_TITLES = 10  # rows above a table, without those that touch it
_MOST_ABOVE = 50  # last tables that rows may go on with
_SAMPLE = 12  # rows of a table that rows below it are compared with


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
    return "\n\n".join(filter(None, (_text(table) for table in _tables(list(pieces(grid))))))


def _text(table: _Table) -> str:
    return table_text(
        ([unmarked(value) for value in row] for row in table.rows),
        caption=table.name,
        named=True,
        name_rows=table.name_rows,
    )


# ----------------------------------------------------------------------------------------------------- pieces to tables


def _tables(found: Sequence[Piece]) -> list[_Table]:
    tables: list[_Table] = []
    titles: list[Piece] = []
    for piece, following in zip(found, [*found[1:], None], strict=False):
        if piece.is_title:
            titles.append(piece)
            while len(titles) > 1 and sum(len(one.rows) for one in titles) > _MOST_TITLES:
                tables.append(_plain(titles.pop(0)))
            continue
        above = next((table for table in islice(reversed(tables), _MOST_ABOVE) if _within(piece, table)), None)
        if above is not None and not _begins(piece, above):
            for part in (*titles, piece):
                above.rows += _moved(part, above.left)
        else:
            tables.append(_new_table(piece, titles))
            if following is not None and following.top == piece.top and not following.is_title:
                continue  # the titles stand above tables side by side
        titles = []
    return [*tables, *map(_plain, titles)]


def _plain(piece: Piece) -> _Table:
    """Texts that are no titles of a table."""
    return _Table(piece.left, piece.right, piece.rows, 0, named=False)


def _new_table(piece: Piece, titles: Sequence[Piece]) -> _Table:
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


def _within(piece: Piece, table: _Table) -> bool:
    return table.left <= piece.left and piece.right <= table.right


def _begins(piece: Piece, above: _Table) -> bool:
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


def _is_form(piece: Piece) -> bool:
    """Whether its rows are labels with their values: most begin with a text that ends in a colon."""
    first = [next(filter(None, row), "") for row in piece.rows[:WINDOW]]
    return 2 * sum(text.endswith((":", "：")) for text in first) > len(first)


def _moved(piece: Piece, left: int) -> list[list[str]]:
    """The rows of a piece, beginning at the column `left`."""
    return [[""] * (piece.left - left) + row for row in piece.rows] if piece.left > left else piece.rows
