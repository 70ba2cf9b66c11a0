"""Loader of Excel files."""

import io
import re
from collections.abc import Iterable, Iterator

from ingest.load import kinds
from ingest.load.container import Container
from ingest.load.extracted import Builder, Extracted, unmarked
from ingest.load.limits import MIB, Limits
from ingest.load.tables import rows_text

_TEXT_RUN = re.compile(r"\{http://schemas\.openxmlformats\.org/drawingml/2006/main\}(t|p)$")
_MAX_CELLS = 2_000_000
_MAX_SHEET_XML = 150 * MIB  # openpyxl reads sheets as a stream


def _core_title(container: Container) -> str:
    if "docProps/core.xml" not in container:
        return ""
    title = container.xml("docProps/core.xml").findtext("{http://purl.org/dc/elements/1.1/}title", "") or ""
    return title.strip()


# ---------------------------------------------------------------------------------------------------------- sheets


def load_xlsx(content: bytes, limits: Limits) -> Extracted:
    """Sheets in order, each a part: one line for each row, with the column names; then the text in drawings."""
    import openpyxl  # noqa: PLC0415  # needed by this format only

    container = Container(content, limits, max_xml=_MAX_SHEET_XML)
    workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    builder, cells = Builder(), _Cells()
    for number, sheet in enumerate(workbook.worksheets, start=1):
        sheet.reset_dimensions()  # some writers declare A1 and write a thousand rows
        rows = cells.of(sheet.iter_rows(values_only=True), sheet.title)
        builder.add_part(rows_text(rows), kind="sheet", number=number, name=sheet.title)
    drawn = _drawn_text(container)
    if drawn:
        builder.add(unmarked("Text in drawings:\n" + "\n".join(drawn)))
    title = _core_title(container)
    workbook.close()
    return Extracted(
        text=builder.text(),
        media_type=kinds.XLSX,
        title=title,
        parts=tuple(builder.parts),
        tables=tuple(builder.tables),
        warnings=tuple(cells.warnings),
    )


class _Cells:
    """The cells of a workbook as text, up to a limit for all sheets together."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self._left = _MAX_CELLS

    def of(self, rows: Iterable[tuple[object, ...]], name: str) -> Iterator[list[str]]:
        """The rows of a sheet."""
        for row in rows:
            self._left -= max(len(row), 1)
            if self._left < 0:
                self.warnings.append(f"Sheet {name} has more than {_MAX_CELLS} cells; the rest was not read.")
                return
            yield [unmarked(_cell_text(value)) for value in row]


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = str(value)
    return text.removesuffix(" 00:00:00")  # a date is stored as midnight


def _drawn_text(container: Container) -> list[str]:
    paragraphs: list[str] = []
    for name in container.names():
        if name.startswith("xl/drawings/") and name.endswith(".xml"):
            for element in container.xml(name).iter():
                kind = _TEXT_RUN.search(element.tag)
                if kind and kind.group(1) == "p":
                    paragraphs.append("")
                elif kind and element.text:
                    paragraphs = [*paragraphs[:-1], (paragraphs[-1] if paragraphs else "") + element.text]
    return [paragraph for paragraph in paragraphs if paragraph.strip()]
