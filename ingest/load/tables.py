"""Tables of every format: cells become a grid, and a grid becomes text, one line for each row.

A table's text is marked, so that `Builder.add` knows its caption, the names of its columns and where its rows stand.
Chunking puts caption and names before every passage of the rows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.load.extracted import marked_table
from ingest.load.grid import Cell, laid_out
from ingest.load.table_blocks import Block, blocks

__all__ = ["Cell", "laid_out", "rows_text", "shortened_names", "table_text"]

_LONGEST_NAME = 60  # characters of a column name in every row
_LONGEST_CAPTION = 160  # characters before every passage
_LONGEST_HEADER = 300  # characters of all names before every passage
_SHORTEST_NAME = 6  # characters that a column name is shortened to
_LARGE = 1_000_000  # characters of a table with column names in every row
_MOST_GROWTH = 3  # times the text without column names


def table_text(
    rows: Iterable[Sequence[str]],
    *,
    caption: str = "",
    named: bool = False,
    name_rows: int | None = None,
    names: Sequence[str] = (),
    caption_shown: bool = False,
) -> str:
    """A table as marked text for `Builder.add`: caption and titles, then one line for each row.

    named: each row names its columns ("Column: value | Column: value"), as records of sheets and delimited files do.
    Otherwise rows are "value | value" below a line of the columns' names.
    name_rows: number of first rows that the format states to be column names; None when it does not say.
    names: the columns' names where the rows go on a table that began earlier; they are not written again.
    caption_shown: the caption stands in the text before the table, so it is not written again.
    """
    texts = []
    for number, block in enumerate(blocks(rows, name_rows=name_rows, names=names)):
        texts.append(
            _block_text(
                block,
                caption=" ".join(caption.split()),
                named=named,
                known=bool(names),
                shown=caption_shown or number > 0,
            )
        )
    if not texts:
        return marked_table(caption="", header="", above="" if caption_shown else caption, rows="")
    return "\n\n".join(texts)


def _block_text(block: Block, *, caption: str, named: bool, known: bool, shown: bool) -> str:
    """One table. known: its names stand above rows before it; shown: its caption stands in the text before it."""
    titles = [line for line in block.titles if line != caption]
    above = titles if shown or not caption else [caption, *titles]
    lines = _lines(block, named=named)
    line = "" if known or lines.complete else " | ".join(block.names).strip()
    return marked_table(
        caption=_shortened("; ".join(filter(None, [caption, *titles])), _LONGEST_CAPTION),
        header="" if lines.named else shortened_names(block.names),
        above="\n".join([*above, *filter(None, [line])]),
        rows=lines.text,
    )


def rows_text(rows: Iterable[Sequence[str]]) -> str:
    """A table whose rows name their columns."""
    return table_text(rows, named=True)


def shortened_names(names: Sequence[str], limit: int = _LONGEST_HEADER) -> str:
    """The columns' names as one line; where they are too long, each is cut to the same length."""
    line = " | ".join(names).strip()
    room = limit // max(len(names), 1) - 3
    if len(line) <= limit:
        return line
    spare = sum(room - len(name) for name in names if len(name) < room)
    long = sum(len(name) > room for name in names)
    room = max(room + spare // max(long, 1), _SHORTEST_NAME)
    return _shortened(" | ".join(_shortened(name, room) for name in names).strip(), limit)


def _shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip(" |;") + "…"


# ------------------------------------------------------------------------------------------------------------- lines


@dataclass(frozen=True, slots=True)
class _Lines:
    text: str
    named: bool  # each row names its columns
    complete: bool  # each column's name stands in full in some row


def _lines(table: Block, *, named: bool) -> _Lines:
    """The rows as text. Where the names would be most of the text of a large table, they are left out."""
    if not named or not table.names:
        return _Lines("\n".join(map(_line, table.rows)), False, False)
    names = [_shortened(name, _LONGEST_NAME).rstrip(":") for name in table.names]
    unused = [number for number, name in enumerate(table.names) if name]
    whole = names == [name.rstrip(":") for name in table.names]
    bare: list[str] = []
    lines: list[str] = []
    bare_length = length = 0
    large = False
    for row in table.rows:
        bare.append(_line(row))
        bare_length += len(bare[-1])
        unused = [number for number in unused if number >= len(row) or not row[number]] if unused else unused
        if not large:
            lines.append(_named_line(names, row))
            length += len(lines[-1])
            large = length > _LARGE and length > _MOST_GROWTH * bare_length
    return _Lines("\n".join(bare if large else lines), not large, whole and not large and not unused)


def _line(row: Sequence[str]) -> str:
    last = len(row)
    while last and not row[last - 1]:
        last -= 1
    return " | ".join(row[:last])


def _named_line(names: Sequence[str], row: Sequence[str]) -> str:
    cells = []
    for number, value in enumerate(row):
        name = names[number] if number < len(names) else ""
        if value:
            cells.append(f"{name}: {value}" if name else value)
    return " | ".join(cells)
