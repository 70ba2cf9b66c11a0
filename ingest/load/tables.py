"""Tables as text: one line for each row, each value with its column's name; and the loader of delimited files."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ingest.load import kinds
from ingest.load.extracted import TABLE_END, TABLE_MARK, Builder, Extracted, unmarked

_NUMBER = re.compile(r"^[\s+\-−€$£%(]*\d[\d\s.,:/\-%)€$£]*$")
_SPACE = re.compile(r"\s+")
_DELIMITERS = ",;\t|"
_SAMPLE_LINES = 50
_LARGEST_FIELD = 1_000_000  # characters
_LARGE = 1_000_000  # characters of a table with column names in every row
_MOST_GROWTH = 3  # times the text without column names


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as a format states it, before the grid is laid out."""

    text: str
    columns: int = 1  # columns it covers
    rows: int = 1  # rows it covers


def laid_out(rows: Iterable[Iterable[Cell]]) -> list[list[str]]:
    """The full grid: a cell that covers several columns or rows stands in each of them."""
    grid: list[list[str]] = []
    hanging: dict[int, tuple[str, int]] = {}  # column -> (text, rows left) of cells from rows above
    for cells in rows:
        row: list[str] = []
        for cell in cells:
            _fill_hanging(row, hanging)
            for _ in range(max(cell.columns, 1)):
                if cell.rows > 1:
                    hanging[len(row)] = (cell.text, cell.rows - 1)
                row.append(cell.text)
        _fill_hanging(row, hanging)
        grid.append(row)
    return grid


def _fill_hanging(row: list[str], hanging: dict[int, tuple[str, int]]) -> None:
    while len(row) in hanging:
        text, left = hanging.pop(len(row))
        if left > 1:
            hanging[len(row)] = (text, left - 1)
        row.append(text)


def table_text(rows: Iterable[Sequence[str]], *, caption: str = "", named: bool = False) -> str:
    """A table as marked text for `Builder.add`, one line for each row; the caption, if any, is a line above it.

    named: each row names its columns ("Column: value | Column: value"), as records of sheets and delimited files do.
    Otherwise rows are "value | value", and every chunk of them gets the header row from `Rows.header`.
    """
    grid = list(rows)
    text = rows_text(grid) if named else TABLE_MARK + "\n".join(" | ".join(row) for row in grid) + TABLE_END
    return f"{caption}\n{text}" if caption else text


def load_csv(text: str, warnings: tuple[str, ...]) -> Extracted:
    """A delimited file, its delimiter detected in its first 20,000 characters."""
    csv.field_size_limit(_LARGEST_FIELD)
    lines = text.replace("\x00", "").splitlines(keepends=True)
    try:
        rendered = rows_text(csv.reader(map(unmarked, lines), delimiter=delimiter_of(text[:20_000])))
    except csv.Error as error:
        rendered = unmarked(text)
        warnings = (*warnings, f"It is not a well-formed table ({error}); it was read as plain text.")
    builder = Builder()
    builder.add(rendered)
    return Extracted(text=builder.text(), media_type=kinds.CSV, tables=tuple(builder.tables), warnings=warnings)


def delimiter_of(sample: str) -> str:
    """The delimiter that splits the sample's lines most evenly into the most columns; a comma when none does."""
    lines = sample.splitlines()
    whole = lines[:-1] or lines  # the sample may end within a line
    filled = [line for line in whole if line.strip()][:_SAMPLE_LINES]
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        widths = [len(row) for row in csv.reader(filled, delimiter=delimiter)]
        if not widths or max(widths) == 1:
            continue
        common = max(set(widths), key=widths.count)
        score = widths.count(common) / len(widths) * min(common, 10)
        if common > 1 and score > best_score:
            best, best_score = delimiter, score
    return best


def rows_text(rows: Iterable[Sequence[str]]) -> str:
    """One line for each row: "Column: value | Column: value" when the first row names columns, else "value | value".

    With the column names in it, a line or a chunk of lines can be understood by itself. Where they would be most of
    the text of a large table, they are left out; the rows are marked as a table, and chunking repeats the header.
    """
    bare: list[str] = []
    named: list[str] | None = []
    bare_length = named_length = 0
    for line, with_names in _lines(rows):
        bare.append(line)
        bare_length += len(line)
        if named is None:
            continue
        if with_names:
            named.append(with_names)
            named_length += len(with_names)
        if named_length > _LARGE and named_length > _MOST_GROWTH * bare_length:
            named = None
    if named is None:
        return TABLE_MARK + "\n".join(bare) + TABLE_END
    return "\n".join(named)


def _lines(rows: Iterable[Sequence[str]]) -> Iterator[tuple[str, str]]:
    """(values, values with column names) of each row; the second is empty for the header row."""
    header: list[str] | None = None
    first: list[str] | None = None
    seen = 0
    for raw in rows:
        row = [_SPACE.sub(" ", value).strip() for value in raw]
        if not any(row):
            continue
        seen += 1
        if seen == 1:
            first = row
            continue
        if seen == 2 and first is not None:
            header = first if is_header(first, row) else None
            yield " | ".join(first), "" if header else " | ".join(first)
        yield " | ".join(row), _line(header, row)
    if seen == 1 and first is not None:
        yield " | ".join(first), " | ".join(first)


def is_header(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether a table's first row names its columns: two or more distinct values, none of them a number."""
    named = [value for value in first if value]
    return (
        len(named) >= 2
        and len(named) >= 0.5 * max(len(first), len(second))
        and len(set(named)) == len(named)
        and not any(_NUMBER.match(value) or len(value) > 80 for value in named)
    )


def _line(header: Sequence[str] | None, row: Sequence[str]) -> str:
    if header is None:
        return " | ".join(row)
    cells = []
    for number, value in enumerate(row):
        name = header[number] if number < len(header) else ""
        if value:
            cells.append(f"{name}: {value}" if name else value)
    return " | ".join(cells)
