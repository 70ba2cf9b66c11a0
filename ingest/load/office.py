"""Loaders of Word, PowerPoint and Excel files."""

import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

from ingest.load import kinds
from ingest.load.container import Container
from ingest.load.extracted import Builder, Extracted, heading_mark, unmarked
from ingest.load.html_text import html_text
from ingest.load.limits import MIB, Limits
from ingest.load.tables import rows_text

_TEXT_RUN = re.compile(r"\{http://schemas\.openxmlformats\.org/drawingml/2006/main\}(t|p)$")
_DEEPEST_GROUP = 20
_MAX_CELLS = 2_000_000
_MAX_SHEET_XML = 150 * MIB  # openpyxl reads sheets as a stream


def _core_title(container: Container) -> str:
    if "docProps/core.xml" not in container:
        return ""
    title = container.xml("docProps/core.xml").findtext("{http://purl.org/dc/elements/1.1/}title", "") or ""
    return title.strip()


# ---------------------------------------------------------------------------------------------------------- slides


def load_pptx(content: bytes, limits: Limits) -> Extracted:
    """Slides in order, each a part: title as a heading, shapes from top to bottom, groups, tables, notes, comments."""
    import pptx  # noqa: PLC0415  # needed by this format only

    container = Container(content, limits)
    presentation = pptx.Presentation(io.BytesIO(content))
    builder = Builder()
    for number, slide in enumerate(presentation.slides, start=1):
        builder.add_part("\n\n".join(_slide_texts(slide)), kind="slide", number=number)
    return Extracted(
        text=builder.text(),
        media_type=kinds.PPTX,
        title=_core_title(container),
        headings=tuple(builder.headings),
        tables=tuple(builder.tables),
        parts=tuple(builder.parts),
    )


def _slide_texts(slide: Any) -> Iterator[str]:
    title = slide.shapes.title
    if title is not None and title.has_text_frame and title.text_frame.text.strip():
        yield heading_mark(1) + "# " + unmarked(" ".join(title.text_frame.text.split()))
    for shape in _in_reading_order(slide.shapes, depth=0):
        if title is None or shape.shape_id != title.shape_id:
            yield unmarked(_shape_text(shape))
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        notes = slide.notes_slide.notes_text_frame.text.strip()
        if notes:
            yield "Notes: " + unmarked(notes)
    for relation in slide.part.rels.values():
        if relation.reltype.endswith("/comments") and not relation.is_external:
            yield unmarked(_comments(relation.target_part.blob))


def _in_reading_order(shapes: Any, *, depth: int) -> Iterator[Any]:
    for shape in sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0)):
        if hasattr(shape, "shapes") and depth < _DEEPEST_GROUP:
            yield from _in_reading_order(shape.shapes, depth=depth + 1)
        else:
            yield shape


def _shape_text(shape: Any) -> str:
    if getattr(shape, "has_table", False):
        return rows_text([unmarked(cell.text) for cell in row.cells] for row in shape.table.rows)
    if getattr(shape, "has_chart", False):
        return rows_text(_chart_rows(shape.chart))
    if shape.has_text_frame:
        return str(shape.text_frame.text)
    description = shape._element.xpath(".//p:cNvPr/@descr")  # a picture's alternative text has no public name
    return str(description[0]) if description else ""


def _chart_rows(chart: Any) -> Iterator[list[str]]:
    plot = chart.plots[0]
    series = [(str(line.name), list(line.values)) for line in plot.series]
    yield ["Category", *(name for name, _ in series)]
    for index, category in enumerate(plot.categories):
        yield [str(category), *(str(values[index]) if index < len(values) else "" for _, values in series)]


def _comments(blob: bytes) -> str:
    from xml.etree import ElementTree  # noqa: PLC0415  # needed by this format only

    root = ElementTree.fromstring(blob)  # noqa: S314  # Container refused entity declarations
    texts = [element.text for element in root.iter() if element.tag.endswith(("}text", "}t")) and element.text]
    return "Comment: " + "\n".join(texts) if texts else ""


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
