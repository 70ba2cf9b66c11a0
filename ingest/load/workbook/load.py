"""Loader of Excel workbooks."""

import re
from collections import Counter
from collections.abc import Iterator

from app.core.errors import DocumentError
from ingest.load import kinds
from ingest.load.extracted import Builder, Extracted, unmarked
from ingest.load.html_text import html_text
from ingest.load.limits import MIB, Limits
from ingest.load.ooxml.left_out import warnings
from ingest.load.ooxml.names import R, S
from ingest.load.ooxml.package import Element, Package
from ingest.load.sheets.counts import MOST_CELLS, Counts
from ingest.load.sheets.grid import Area
from ingest.load.sheets.references import cell_range
from ingest.load.sheets.tables import sheet_text
from ingest.load.workbook.cells import Book, Budget, Sheet, read_sheet
from ingest.load.workbook.drawings import Drawings
from ingest.load.workbook.notes import comment_lines, margin_lines, persons, rule_lines
from ingest.load.workbook.strings import shared_strings
from ingest.load.workbook.styles import styles

_MAX_XML = 150 * MIB  # sheets are read as a stream
_LONGEST_ADDRESS = 500  # characters
_ON = frozenset(("1", "true"))
_OWN_NAMES = "_xlnm."  # of the program: print areas, filters
_MOST_NAMES = 200
_UNNAMED = re.compile(  # names that the program itself gives to tables
    r"(?:table|tabelle|tableau|tabla|tabela|tabella|tabel|tabell|taulukko|tabulka|tabuľka|táblázat|tablo|таблица|таблиця"
    r"|表|表格|テーブル|표)[ _]?\d*(?:_\d+)?",
    re.IGNORECASE,
)


def load_xlsx(content: bytes, limits: Limits) -> Extracted:
    """Sheets in order, each a part: its tables with named columns, then notes, boxes of text and charts."""
    package = Package(content, limits, max_xml=_MAX_XML)
    main = package.main("xl/workbook.xml")
    if main.endswith(".bin"):
        raise DocumentError("It is a binary workbook (.xlsb), which is not supported.", fix="Save it as .xlsx.")
    workbook = _Workbook(package, main)
    for number, one in enumerate(package.xml(main).iterfind(f"{S}sheets/{S}sheet"), start=1):
        workbook.add(one, number)
    if not workbook.builder.length:
        workbook.refuse_damaged()
    workbook.add_names()
    workbook.count_pivots()
    builder = workbook.builder
    return Extracted(
        text=builder.text(),
        media_type=kinds.XLSX,
        title=package.title(),
        parts=tuple(builder.parts),
        tables=tuple(builder.tables),
        warnings=(
            *workbook.counts.warnings(),
            *warnings(workbook.left_out, package.damaged, characters=builder.length),
        ),
    )


class _Workbook:
    """Reads the sheets of a workbook into one text."""

    def __init__(self, package: Package, main: str) -> None:
        self.builder = Builder()
        self.left_out: Counter[str] = Counter()
        self._package = package
        self._main = main
        self._root = package.xml(main)
        self._book = self._shared()
        self._budget = Budget(MOST_CELLS)
        self._drawings = Drawings(package, self.left_out)
        self._persons = persons(package, main)
        self._margins: set[str] = set()
        self.counts = Counts()

    def _shared(self) -> Book:
        package = self._package
        properties, calculation = self._root.find(S + "workbookPr"), self._root.find(S + "calcPr")
        from_1904 = properties is not None and properties.get("date1904") in _ON
        strings: list[str] = []
        for part in package.related(self._main, "sharedStrings")[:1]:
            strings, complete = shared_strings(package.read(part))
            package.damaged.update([] if complete else [part])
        looks = package.related(self._main, "styles")
        return Book(
            strings=strings,
            styles=styles(package.beside(looks[0]) if looks else None, from_1904=from_1904),
            from_1904=from_1904,
            recalculated=calculation is not None and calculation.get("fullCalcOnLoad") in _ON,
        )

    def add(self, element: Element, number: int) -> None:
        """Read a sheet; without cells when it holds a chart or a program."""
        name = element.get("name", "")
        relation = self._package.relations(self._main).get(element.get(R + "id", ""))
        lines: list[str] = []
        if element.get("state") in ("hidden", "veryHidden"):
            lines.append("Hidden sheet")
        if relation is None or relation.external or relation.kind not in ("worksheet", "chartsheet"):
            self.counts.macro_sheets += 1
        else:
            lines += self._sheet(relation.target, relation.kind, name)
        text = "\n\n".join(filter(None, lines))
        self.builder.add_part(text, kind="sheet", number=number, name=unmarked(name))

    def _sheet(self, part: str, kind: str, name: str) -> Iterator[str]:
        if kind == "worksheet":
            sheet = read_sheet(self._package.read(part), self._book, self._budget)
            if sheet.damaged:
                self._package.damaged.add(part)
            self._count(sheet, name)
            self._add_links(sheet, part)
            sheet.grid.areas = list(self._areas(part))
            yield sheet_text(sheet.grid)
            self.counts.merged += sheet.grid.unfilled
            margins = margin_lines(sheet.around, self._margins)
            yield unmarked("\n".join([*rule_lines(sheet.around), *margins]))
        yield unmarked("\n".join(filter(None, comment_lines(self._package, part, self._persons))))
        drawn = self._drawings.html(part)
        yield html_text(drawn)[0] if drawn else ""

    def _count(self, sheet: Sheet, name: str) -> None:
        counts = self.counts
        counts.unstored += sheet.unstored
        counts.unseen += sheet.unseen
        counts.merged += sheet.around.merged_left_out
        if sheet.left_out:
            counts.too_large.append(name)
        counts.add_hidden(name, sheet.hidden_rows, sheet.grid.hidden_columns(sheet.around.hidden_columns))

    def _add_links(self, sheet: Sheet, part: str) -> None:
        """Write the address of a link behind the text of its cell."""
        relations = self._package.relations(part)
        for link in sheet.around.links:
            relation, at = relations.get(link.relation), cell_range(link.range)
            if relation is None or not relation.external or at is None:
                continue
            row = sheet.grid.rows.get(at.top, [])
            address = relation.target.removeprefix("mailto:").strip()[:_LONGEST_ADDRESS]
            if at.left < len(row) and row[at.left] and address.rstrip("/") not in row[at.left]:
                row[at.left] += f" ({address})"

    def _areas(self, part: str) -> Iterator[Area]:
        """The tables that the program itself knows."""
        for table in self._package.related(part, "table"):
            root = self._package.beside(table)
            range_ = cell_range(root.get("ref", ""))
            if range_ is not None:
                name = root.get("displayName") or root.get("name") or ""
                yield Area(
                    range_, "" if _UNNAMED.fullmatch(name) else name, int(root.get("headerRowCount", "1") in _ON)
                )

    def refuse_damaged(self) -> None:
        """Raise what is wrong with a sheet that nothing could be read of."""
        for part in sorted(self._package.damaged):
            self._package.xml(part)

    def count_pivots(self) -> None:
        """Count the data that pivot tables keep of sources outside of the workbook; those inside are read anyway."""
        names = {one.get("name") for one in self._root.iterfind(f"{S}sheets/{S}sheet")}
        for part in self._package.related(self._main, "pivotCacheDefinition"):
            source = self._package.beside(part).find(f"{S}cacheSource/{S}worksheetSource")
            inside = source is not None and not source.get(R + "id") and source.get("sheet", "") in (*names, "")
            self.counts.pivots += not inside

    def add_names(self) -> None:
        """Add the names that stand for values; those of ranges only say where a value is."""
        lines: list[str] = []
        for name in self._root.iterfind(f"{S}definedNames/{S}definedName"):
            value = "".join(name.itertext()).strip()
            own = name.get("name", "").startswith(_OWN_NAMES) or name.get("function") in _ON
            if value and not own and "!" not in value and len(lines) < _MOST_NAMES:
                lines.append(f"{name.get('name', '')} = {value.strip(chr(34))}")
        if lines:
            self.builder.add(unmarked("Defined names:\n" + "\n".join(lines)))
