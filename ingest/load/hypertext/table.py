"""A table of HTML: rows of cells become one line each; a table that lays a page out becomes its cells one by one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingest.load.extracted import unmarked_tables
from ingest.load.grid import Cell, laid_out
from ingest.load.hypertext.buffer import Buffer
from ingest.load.tables import table_text

_LONG = 800  # characters of a cell that is a column of a page
_SHORT = 80  # characters of a cell that belongs to its neighbours even where a table lays out a page
_MOST_NAME_ROWS = 6
_EVERY_ROW = 65_534  # a span to the end of the table
_MARKER = r"(?:-|\d{1,4}\.|[A-Za-z]{1,2}\.|[ivxlIVXL]{1,6}\.) "  # of a list item
_PARAGRAPHS = re.compile(rf"\n\s*\n|\n(?=[ ]*{_MARKER})")
_ITEM = re.compile(_MARKER)
_INNER_ROW = re.compile(r"\n(?=[^\n]* \| )")
_HEADING = re.compile("[\ue001-\ue006]#+ ")
_ENDS = ".:;,!?…。：；，！？"


@dataclass(slots=True)
class OpenCell(Buffer):
    """A cell whose content is being read."""

    columns: int = 1
    rows: int = 1
    heads: bool = False  # th
    blocks: bool = False  # it holds what only a page holds: a table, a heading, a ruler
    content: str = ""  # once it is read


@dataclass(slots=True)
class Row:
    """A row of cells."""

    in_head: bool  # of thead
    cells: list[OpenCell] = field(default_factory=list)


@dataclass(slots=True)
class OpenTable:
    """A table that is being read."""

    attributes: Mapping[str, str]
    rows: list[Row] = field(default_factory=list)
    feet: list[Row] = field(default_factory=list)
    row: Row | None = None
    cell: OpenCell | None = None
    section: str = ""  # thead, tbody or tfoot
    caption: Buffer | None = None
    captions: list[str] = field(default_factory=list)

    def open_row(self) -> None:
        """Begin a row."""
        self.row = Row(self.section == "thead")

    def open_cell(self, tag: str, attributes: Mapping[str, str]) -> OpenCell:
        """Begin a cell."""
        self.cell = OpenCell(heads=tag == "th")
        if attributes:
            self.cell.columns = _span(attributes.get("colspan")) or 1
            self.cell.rows = _span(attributes.get("rowspan")) or _EVERY_ROW
        return self.cell

    def close_cell(self, cell: OpenCell) -> None:
        """End a cell."""
        cell.content = cell.text().strip()
        if self.row is None:
            self.open_row()
        if self.row is not None:
            self.row.cells.append(cell)
        self.cell = None

    def close_row(self) -> None:
        """End the row."""
        if self.row is not None:
            (self.feet if self.section == "tfoot" else self.rows).append(self.row)
        self.row = None

    def text(self, *, caption: str = "", caption_shown: bool = False) -> str:
        """The whole table as marked text. caption: from around the table; caption_shown: its text stands there."""
        rows = self.rows + self.feet
        own = " ".join(" ".join(self.captions).split())
        if _lays_out(self.attributes, rows, bool(own)):
            return "\n\n".join(filter(None, [own, *map(_laid_out_row, rows)]))
        filled = [(row, values) for row, values in zip(rows, _grid(rows), strict=True) if any(values)]
        return table_text(
            [values for _, values in filled],
            caption=own or caption,
            caption_shown=caption_shown and not own,
            name_rows=_name_rows([row for row, _ in filled]),
        )


def _span(text: str | None) -> int:
    if text is None:
        return 1
    text = text.strip()
    return int(text[:6]) if text.isascii() and text.isdigit() else 1


def _grid(rows: Sequence[Row]) -> list[list[str]]:
    if any(cell.columns > 1 or cell.rows > 1 for row in rows for cell in row.cells):
        return laid_out([Cell(_one_line(cell), cell.columns, cell.rows) for cell in row.cells] for row in rows)
    return [[_one_line(cell) for cell in row.cells] for row in rows]


def _name_rows(rows: Sequence[Row]) -> int | None:
    """Number of first rows that the markup calls names of columns; None when it does not say."""
    count, several = 0, any(len(row.cells) > 1 for row in rows)
    for row in rows:
        filled = [cell for cell in row.cells if cell.content]
        title = several and len(filled) == len(row.cells) == 1
        if not (row.in_head or title or (filled and all(cell.heads for cell in filled[-max(len(filled) - 1, 1) :]))):
            break
        count += 1
    if 0 < count < len(rows) and count <= _MOST_NAME_ROWS and any(c.heads for row in rows[:count] for c in row.cells):
        return count
    first = [cell.heads for row in rows for cell in row.cells[:1]]
    return 0 if count == 0 and first and all(first) else None  # each row names itself


# ----------------------------------------------------------------------------------------------- tables that lay out


def _lays_out(attributes: Mapping[str, str], rows: Sequence[Row], captioned: bool) -> bool:
    """Whether a table only places parts of a page beside one another; decided by its structure."""
    if attributes.get("role", "").strip().lower() in ("presentation", "none") or attributes.get("datatable") == "0":
        return True
    filled: list[OpenCell] = []
    widest = 0
    for row in rows:
        before = len(filled)
        for cell in row.cells:
            if cell.heads:
                return False
            if cell.content:
                filled.append(cell)
        if row.in_head:
            return False
        widest = max(widest, len(filled) - before)
    if captioned:
        return False
    paragraphs = any("\n\n" in cell.content for cell in filled)
    blocks = any(cell.blocks for cell in filled)
    if widest < 2:
        return paragraphs or blocks
    if blocks or (paragraphs and len(rows) == 1):
        return True
    return len(rows) <= 3 and any(len(cell.content) > _LONG for cell in filled)


def _laid_out_row(row: Row) -> str:
    """The cells of a row as paragraphs; short ones side by side, such as a label and its value, stay on one line."""
    cells = [cell for cell in row.cells if cell.content]
    texts = [cell.content for cell in cells]
    if len(cells) > 1 and all(len(c.content) <= _SHORT and "\n" not in c.content and not c.blocks for c in cells):
        return " | ".join(texts)
    return "\n\n".join(texts)


def _one_line(cell: OpenCell) -> str:
    """The text of a cell as one line: its paragraphs and list items are joined."""
    text = cell.content
    if cell.blocks:
        text = _HEADING.sub("", unmarked_tables(text))
        text = _INNER_ROW.sub("; ", text).replace(" | ", ", ")
    if "\n" not in text:
        return text
    joined = ""
    for paragraph in _PARAGRAPHS.split(text):
        part = " ".join(word for word in paragraph.split() if word != "```")
        item = _ITEM.match(part)
        part = part.removeprefix("- ")
        goes_on = not item and (joined[-1:] in _ENDS or part[:1] in ("(", "[") or part[:1].islower())
        joined += ("" if not joined or not part else " " if goes_on else "; ") + part
    return joined
