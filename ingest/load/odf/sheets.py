"""OpenDocument sheets, read as a stream: the rows of a sheet are forgotten as soon as they are read."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from ingest.load.extracted import Builder, unmarked
from ingest.load.html_text import html_text
from ingest.load.odf.blocks import Blocks
from ingest.load.odf.cells import Contents, contents, is_bold
from ingest.load.odf.document import Open, opened
from ingest.load.odf.names import OFFICE, TABLE
from ingest.load.odf.package import PARSING, Element, OpenDocument, not_too_deep, whole
from ingest.load.odf.rules import Rules
from ingest.load.odf.tables import CELL, COVERED, span
from ingest.load.odf.text import page_margins
from ingest.load.sheets.counts import MOST_CELLS, Counts
from ingest.load.sheets.grid import MOST_COLUMNS, Area, Grid, Range
from ingest.load.sheets.references import address, cell_range
from ingest.load.sheets.tables import sheet_text

_MOST_REPEATED_COLUMNS = 1_024  # that one cell with a value stands for
_MOST_REPEATED_ROWS = 10_000
_MOST_STYLED = 1_024  # columns whose style is kept
_UNNAMED = "__Anonymous"  # beginning of the name of a range that was filtered and never named
_CACHED = "'file:"  # beginning of the name of a sheet that repeats another file's cells
_HIDDEN = frozenset(("collapse", "filter"))
_TABLE, _ROW, _COLUMN, _SHAPES, _RULE, _NAME, _RANGE = (
    TABLE + name
    for name in "table table-row table-column shapes content-validation named-expression database-range".split()
)
_FORMS = OFFICE + "forms"
_END_OF_RANGE = re.compile(r"\.(\$?[A-Z]{1,3}\$?\d{1,7})", re.IGNORECASE)


@dataclass(slots=True)
class _Sheet:
    name: str
    hidden: bool
    grid: Grid = field(default_factory=Grid)
    rows: int = 0  # read so far, repeated ones included
    hidden_rows: int = 0
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    columns: int = 0
    column_styles: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    drawn: list[str] = field(default_factory=list)  # HTML


def add_sheets(builder: Builder, file: OpenDocument) -> tuple[Open, Counts]:
    """Add the sheets of a workbook, each a part; returns what was counted."""
    reader = _Reader(file)
    reader.read()
    for number, sheet in enumerate(reader.sheets, start=1):
        counted = sheet.grid.hidden_columns(sheet.hidden_columns)
        reader.counts.add_hidden(sheet.name, sheet.hidden_rows, counted)
        text = "\n\n".join(filter(None, _texts(sheet)))
        builder.add_part(text, kind="sheet", number=number, name=unmarked(sheet.name))
    lines = [*reader.names, *reader.rules.rest(), *page_margins(reader.document)]
    lines += (f"Form field: {text}" for text in reader.document.controls.values() if text)
    builder.add(unmarked("\n".join(lines)))
    return reader.document, reader.counts


def _texts(sheet: _Sheet) -> Iterator[str]:
    if sheet.hidden:
        yield "Hidden sheet"
    yield sheet_text(sheet.grid)
    yield unmarked("\n".join([*sheet.rules, *sheet.comments]))
    html = "".join(sheet.drawn)
    yield html_text(html)[0] if html else ""


class _Reader:
    """Reads content.xml element by element."""

    def __init__(self, file: OpenDocument) -> None:
        self.sheets: list[_Sheet] = []
        self.counts = Counts()
        self.rules = Rules()
        self.names: list[str] = []
        self.document = opened(file, etree.Element("none"))
        self._file = file
        self._sheet: _Sheet | None = None
        self._depth = 0  # tables around the element
        self._left = MOST_CELLS

    def read(self) -> None:
        """Read all sheets."""
        events = etree.iterparse(
            io.BytesIO(self._file.read("content.xml")),
            events=("start", "end"),
            tag=(_TABLE, _ROW, _COLUMN, _SHAPES, _RULE, _NAME, _RANGE, _FORMS),
            remove_comments=True,
            remove_pis=True,
            **PARSING,
        )
        try:
            for event, element in events:
                if event == "start":
                    self._start(element)
                else:
                    self._end(element)
        except etree.XMLSyntaxError as error:
            raise not_too_deep(error) from error

    def _start(self, element: Element) -> None:
        if element.tag != _TABLE:
            return
        self._depth += 1
        if self._depth > 1:
            return
        if not self.sheets:
            self.document = opened(self._file, element.getroottree().getroot())  # its styles have been read by now
        name = element.get(TABLE + "name", "")
        if name.startswith(_CACHED):
            self.document.count("linked document")
            return
        look = self.document.styles.look("table", element.get(TABLE + "style-name"))
        self._sheet = _Sheet(name, look.hidden is True)
        self.sheets.append(self._sheet)

    def _end(self, element: Element) -> None:
        sheet, tag = self._sheet, element.tag
        if tag == _TABLE:
            self._depth -= 1
            if self._depth == 0 and sheet is not None:
                sheet.rules = list(self.rules.lines())
                self._sheet = None
                element.clear()
        elif tag == _RULE:
            self.rules.add(element)
        elif tag == _FORMS:
            self.document.add_forms(element)
        elif tag == _NAME:
            self._add_name(element)
        elif tag == _RANGE:
            self._add_range(element)
        elif sheet is None or self._depth != 1:
            return
        elif tag == _COLUMN:
            self._add_columns(sheet, element)
        elif tag == _SHAPES:
            sheet.drawn.append(Blocks(self.document, is_body=False).html(iter(element)))
        elif tag == _ROW:
            self._add_row(sheet, element)
            _forget(element)

    def _add_columns(self, sheet: _Sheet, element: Element) -> None:
        count = whole(element.get(TABLE + "number-columns-repeated"), most=MOST_COLUMNS)
        if element.get(TABLE + "visibility") in _HIDDEN:
            sheet.hidden_columns.append((sheet.columns, sheet.columns + count - 1))
        style = element.get(TABLE + "default-cell-style-name", "")
        sheet.column_styles += [style] * min(count, _MOST_STYLED - len(sheet.column_styles))
        sheet.columns += count

    # -------------------------------------------------------------------------------------------------------- rows

    def _add_row(self, sheet: _Sheet, row: Element) -> None:
        repeated = max(whole(row.get(TABLE + "number-rows-repeated")), 1)
        values, strong = self._values(sheet, row)
        copies = min(repeated, _MOST_REPEATED_ROWS, self._left // max(len(values), 1)) if values else 0
        self._left -= copies * len(values)
        if values and not copies and sheet.name not in self.counts.too_large:
            self.counts.too_large.append(sheet.name)
        for number in range(sheet.rows, sheet.rows + copies):
            sheet.grid.rows[number] = values[:] if copies > 1 else values
            if strong:
                sheet.grid.strong.add(number)
        if row.get(TABLE + "visibility") in _HIDDEN:
            sheet.hidden_rows += copies
        sheet.rows += repeated

    def _values(self, sheet: _Sheet, row: Element) -> tuple[list[str], bool]:
        """(the values of a row, whether all of them are bold)."""
        values: list[str] = []
        column, strong = 0, True
        row_style = row.get(TABLE + "default-cell-style-name", "")
        for cell in row:
            if cell.tag not in (CELL, COVERED):
                continue
            repeated = max(whole(cell.get(TABLE + "number-columns-repeated"), most=MOST_COLUMNS), 1)
            if cell.tag == COVERED:
                self.counts.covered += any("".join(one.itertext()).strip() for one in cell)
            elif len(cell) or len(cell.attrib) > 1:
                own = sheet.column_styles[column] if column < len(sheet.column_styles) else ""
                found = contents(self.document, cell, row_style or own)
                self._note(sheet, cell, found, column)
                if found.text:
                    values += [""] * (column - len(values)) + [found.text] * min(repeated, _MOST_REPEATED_COLUMNS)
                    strong = strong and is_bold(self.document, cell, row_style or own)
            column += repeated
        return values, strong and bool(values)

    def _note(self, sheet: _Sheet, cell: Element, found: Contents, column: int) -> None:
        """Note what stands in a cell besides its text, and how far it goes."""
        columns, rows = span(cell, "columns"), span(cell, "rows")
        if (columns > 1 or rows > 1) and found.text:
            sheet.grid.merged.append(Range(sheet.rows, column, sheet.rows + rows - 1, column + columns - 1))
        self.counts.unstored += found.unstored
        if found.comments or found.drawn:
            where = address(sheet.rows, column)
            sheet.comments += (f"Comment at {where}: {text}" for text in found.comments if text)
            sheet.drawn.append(Blocks(self.document, is_body=False).html(iter(found.drawn)))
        rule = cell.get(TABLE + "content-validation-name")
        if rule:
            self.rules.use(rule, address(sheet.rows, column))

    # ------------------------------------------------------------------------------------------- names and ranges

    def _add_name(self, element: Element) -> None:
        """A name that stands for a value; those of cells only say where a value is."""
        value = element.get(TABLE + "expression", "").partition("=")[2] or element.get(TABLE + "expression", "")
        if value and "[" not in value and "$" not in value:
            self.names.append(f"{element.get(TABLE + 'name', '')} = {value.strip(chr(34))}")

    def _add_range(self, element: Element) -> None:
        """A range that is filtered or that is a table of its own."""
        target = element.get(TABLE + "target-range-address", "")
        ends = _END_OF_RANGE.findall(target)
        range_ = cell_range(f"{ends[0]}:{ends[-1]}") if ends else None
        name = _END_OF_RANGE.split(target, maxsplit=1)[0].lstrip("$").strip("'").replace("''", "'")
        sheet = next((one for one in self.sheets if one.name == name), None)
        if range_ is None or sheet is None or element.get(TABLE + "contains-header") == "false":
            return
        own_name = element.get(TABLE + "name", "")
        if element.get(TABLE + "display-filter-buttons") == "true" or own_name.startswith(_UNNAMED):
            sheet.grid.filtered.append(range_)
        elif range_.top < range_.bottom:
            sheet.grid.areas.append(Area(range_, own_name, 1))


def _forget(row: Element) -> None:
    """Free the memory of a row that was read, and of what stands before it."""
    parent = row.getparent()
    row.clear()
    while row.getprevious() is not None:
        del parent[0]
