"""The cells of a sheet, read as a stream, and what the sheet's part says about them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ingest.load.runs import Run, run_text
from ingest.load.sheets.grid import Grid
from ingest.load.sheets.references import cell, cell_range, column_number
from ingest.load.workbook.events import Attributes, attribute, read_events
from ingest.load.workbook.strings import RichText
from ingest.load.workbook.styles import Style

_DIGITS = "0123456789"
_ON = frozenset(("1", "true"))
_HEADERS = frozenset(f"{which}{what}" for which in ("odd", "even", "first") for what in ("Header", "Footer"))
_LONGEST_FORMULA = 1_000  # characters
_MOST_LISTED = 10_000  # merged ranges, links, rules of a sheet


@dataclass(slots=True)
class Link:
    """A link of a cell. relation: id of its address."""

    range: str
    relation: str


@dataclass(slots=True)
class Rule:
    """What may be entered into cells."""

    range: str = ""
    kind: str = ""
    choices: str = ""  # the formula of a list
    prompt: str = ""


@dataclass(slots=True)
class Sheet:
    """The content of a sheet's part."""

    grid: Grid = field(default_factory=Grid)
    headers: dict[str, str] = field(default_factory=dict)  # oddHeader, ... -> code
    links: list[Link] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    hidden_rows: int = 0  # with values
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)  # (first, last)
    unstored: int = 0  # formulas without a result
    unseen: int = 0  # numbers that their format hides
    left_out: bool = False  # more cells than the limit
    damaged: bool = False  # it was not read to its end
    merged_left_out: int = 0


class Budget:
    """Cells that may still be read, of all sheets together."""

    def __init__(self, cells: int) -> None:
        self.left = cells


@dataclass(frozen=True, kw_only=True, slots=True)
class Book:
    """What cells refer to."""

    strings: Sequence[str]
    styles: Sequence[Style]
    from_1904: bool
    recalculated: bool  # when it is opened, so that a stored 0 may be no result


def read_sheet(content: bytes, book: Book, budget: Budget) -> Sheet:
    """The sheet in a part."""
    reader = _SheetReader(book, budget)
    reader.sheet.damaged = not read_events(content, reader)
    if reader.unordered:
        reader.sheet.grid.rows = dict(sorted(reader.sheet.grid.rows.items()))
    return reader.sheet


class _SheetReader:
    """Receives the events of a sheet's part."""

    def __init__(self, book: Book, budget: Budget) -> None:
        self.sheet = Sheet()
        self.unordered = False
        self._book = book
        self._budget = budget
        self._text: list[str] = []
        self._row: list[str] = []
        self._number = -1  # of the row
        self._is_hidden = False
        self._bold: bool | None = None  # whether all values of the row are; None for no value
        self._cell: Attributes | None = None
        self._column = -1
        self._stored: str | None = None
        self._formula: str | None = None
        self._shared_as = ""  # id of the formula that the cell shares with others
        self._shared: dict[str, str] = {}  # id of a formula that several cells share -> its text
        self._inline: RichText | None = None
        self._columns: dict[str, int] = {}
        self._rule: Rule | None = None

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        if self._inline is not None:
            self._inline.start(name, attributes)
        elif name == "c":
            self._cell = attributes
            self._stored = self._formula = None
        elif name in ("v", "f"):
            self._text.clear()
            if name == "f" and self._cell is not None:
                self._begin_formula(attributes)
        elif name == "row":
            self._begin_row(attributes)
        elif name == "is":
            self._inline = RichText()
        else:
            self._begin_other(name, attributes)

    def end(self, name: str) -> None:
        """An element ends."""
        if name == "v":
            self._stored = "".join(self._text)
        elif name == "c":
            self._end_cell()
        elif name == "is" and self._inline is not None:
            self._stored, self._inline = self._inline.take(), None
        elif self._inline is not None:
            self._inline.end(name)
        elif name == "f" and self._cell is not None:
            self._end_formula()
        elif name == "row":
            self._end_row()
        elif self._rule is not None:
            self._end_in_rule(name)
        elif name in _HEADERS:
            self.sheet.headers.setdefault(name, "".join(self._text))

    def data(self, text: str) -> None:
        """Text between the tags."""
        if self._inline is not None:
            self._inline.data(text)
        else:
            self._text.append(text)

    # -------------------------------------------------------------------------------------------------------- rows

    def _begin_row(self, attributes: Attributes) -> None:
        stated = attributes.get("r", "")
        number = int(stated) - 1 if stated.isdigit() and len(stated) < 8 else self._number + 1
        self.unordered = self.unordered or number <= self._number
        self._number, self._row, self._bold, self._column = number, self.sheet.grid.rows.get(number, []), None, -1
        self._is_hidden = attributes.get("hidden") in _ON

    def _end_row(self) -> None:
        if not self._row or self.sheet.left_out:
            return
        self._budget.left -= len(self._row)
        if self._budget.left < 0:
            self.sheet.left_out = True
            return
        self.sheet.grid.rows[self._number] = self._row
        self.sheet.hidden_rows += self._is_hidden
        if self._bold:
            self.sheet.grid.strong.add(self._number)

    # ------------------------------------------------------------------------------------------------------- cells

    def _end_cell(self) -> None:
        attributes, self._cell = self._cell, None
        if attributes is None:
            return
        address = attributes.get("r")
        if address:
            letters = address.rstrip(_DIGITS)
            column = self._columns.get(letters)
            if column is None:
                column = self._columns[letters] = max(column_number(letters), 0) if letters.isalpha() else 0
            self._column = column
        else:
            self._column += 1
        if (self._stored is None and self._formula is None) or self.sheet.left_out:
            return
        style = self._style(attributes.get("s"))
        text = self._value(attributes.get("t", "n"), self._stored or "", style)
        if not text:
            return
        if style.struck:
            text = run_text([Run(text, struck=True)])
        self._bold = style.bold and self._bold is not False
        row = self._row
        if self._column == len(row):
            row.append(text)
        else:
            row.extend([""] * (self._column + 1 - len(row)))
            row[self._column] = text

    def _style(self, number: str | None) -> Style:
        styles = self._book.styles
        index = int(number) if number and number.isdigit() and len(number) < 8 else 0
        return styles[index] if index < len(styles) else styles[0]

    def _value(self, kind: str, stored: str, style: Style) -> str:
        if self._formula is not None and self._is_unstored(kind, stored):
            self.sheet.unstored += 1
            return self._formula
        if kind == "n":
            if not stored:
                return ""
            shown = style.format.number(stored)
            if not shown.text and shown.beside:
                self.sheet.unseen += 1
            return str(shown)
        if kind == "s":
            index = int(stored) if stored.isdigit() and len(stored) < 10 else -1
            strings = self._book.strings
            return style.format.text(strings[index]) if 0 <= index < len(strings) else ""
        if kind == "b":
            return {"0": "FALSE", "1": "TRUE"}.get(stored, stored.upper())
        if kind == "d":
            return str(style.format.number(_serial(stored, from_1904=self._book.from_1904)))
        return style.format.text(stored) if stored and kind != "e" else stored

    def _is_unstored(self, kind: str, stored: str) -> bool:
        if kind == "str":
            return False  # a text may be empty
        return not stored or (self._book.recalculated and kind == "n" and stored == "0")

    def _begin_formula(self, attributes: Attributes) -> None:
        self._formula = ""
        self._shared_as = attributes.get("si", "0") if attributes.get("t") == "shared" else ""

    def _end_formula(self) -> None:
        text = "".join(self._text)[:_LONGEST_FORMULA].replace("_xlfn.", "").replace("_xlws.", "").strip()
        if self._shared_as and text:
            self._shared[self._shared_as] = f"{text} (as in {(self._cell or {}).get('r', '')})"
        elif self._shared_as:
            text = self._shared.get(self._shared_as, "")
        self._formula = f"={text}"

    # ------------------------------------------------------------------------------------ what stands around the cells

    def _begin_other(self, name: str, attributes: Attributes) -> None:
        grid = self.sheet.grid
        if name == "mergeCell":
            merged = cell_range(attributes.get("ref", ""))
            if merged is not None and len(grid.merged) < _MOST_LISTED:
                grid.merged.append(merged)
            else:
                self.sheet.merged_left_out += 1
        elif name == "col" and attributes.get("hidden") in _ON:
            first, last = (cell(f"A{attributes.get(side, '1')}") for side in ("min", "max"))
            if first and last:
                self.sheet.hidden_columns.append((first[0], last[0]))
        elif name == "autoFilter":
            filtered = cell_range(attributes.get("ref", ""))
            if filtered is not None:
                grid.filtered.append(filtered)
        elif name == "hyperlink" and len(self.sheet.links) < _MOST_LISTED:
            self.sheet.links.append(Link(attributes.get("ref", ""), attribute(attributes, "id")))
        elif name == "dataValidation" and len(self.sheet.rules) < _MOST_LISTED:
            prompt = ": ".join(filter(None, (attributes.get("promptTitle"), attributes.get("prompt"))))
            self._rule = Rule(attributes.get("sqref", ""), attributes.get("type", ""), "", prompt)
        elif name in _HEADERS or self._rule is not None:
            self._text.clear()

    def _end_in_rule(self, name: str) -> None:
        assert self._rule is not None  # noqa: S101  # of the caller
        if name in ("formula1", "f"):  # the newer form has its formulas one level deeper
            self._rule.choices = self._rule.choices or "".join(self._text).strip()
        elif name == "sqref":
            self._rule.range = self._rule.range or "".join(self._text).strip()
        elif name == "dataValidation":
            self.sheet.rules.append(self._rule)
            self._rule = None


def _serial(text: str, *, from_1904: bool) -> str:
    """The number of days of a moment that is stored as text; the text itself when it is none."""
    try:
        moment = datetime.fromisoformat(text.replace("Z", "")).replace(tzinfo=None)
    except ValueError:
        return text
    days = moment - (datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30))
    return repr(days.days + days.seconds / 86_400)
