"""Documents of the made set, drawn by reportlab: the same bytes for the same document."""

import io
from collections.abc import Sequence
from typing import Any

import pypdfium2
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import (
    BalancedColumns,
    BaseDocTemplate,
    Flowable,
    Frame,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
)
from reportlab.platypus import Table as Grid

from tests.support.pdf_set.model import Beside, Block, Break, Columns, Heading, Made, Prose, Span, Table

_MARGIN = 62  # points
_BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=10.5, leading=13, spaceAfter=7, alignment=4)
_ALIGN = {"l": "LEFT", "c": "CENTER", "r": "RIGHT"}


def drawn(made: Made) -> bytes:
    """The PDF of a document."""
    size = landscape(A4) if made.landscape else A4
    stream = io.BytesIO()
    frame = Frame(_MARGIN, _MARGIN, size[0] - 2 * _MARGIN, size[1] - 2 * _MARGIN, 0, 0, 0, 0, id="main")
    template = PageTemplate("page", [frame], onPage=lambda canvas, _: _furnish(canvas, made, size))
    pdf = BaseDocTemplate(stream, pagesize=size, pageTemplates=[template], invariant=1, title="(anonymous)")
    pdf.build(_flowables(made.blocks, size[0] - 2 * _MARGIN))
    return _turned(stream.getvalue()) if made.rotated == "page" else stream.getvalue()


def _turned(content: bytes) -> bytes:
    """Every page shown turned by a quarter to the right, so that sideways text stands upright."""
    pdf = pypdfium2.PdfDocument(content)
    for page in pdf:
        page.set_rotation(90)
    stream = io.BytesIO()
    pdf.save(stream)
    pdf.close()
    return stream.getvalue()


def _furnish(canvas: Any, made: Made, size: tuple[float, float]) -> None:
    if made.rotated:
        canvas.setPageSize((size[1], size[0]))
        canvas.rotate(90)
        canvas.translate(0, -size[1])
    canvas.setFont("Helvetica", 8)
    if made.head:
        canvas.drawString(_MARGIN, size[1] - 40, made.head)
    if made.foot:
        canvas.drawCentredString(size[0] / 2, 34, made.foot.replace("#", str(canvas.getPageNumber())))


def _flowables(blocks: Sequence[Block], width: float) -> list[Flowable]:
    result: list[Flowable] = []
    for block in blocks:
        match block:
            case Prose(text):
                result.append(Paragraph(text, _BODY))
            case Heading(text, level):
                size = {1: 18, 2: 14, 3: 12}[level]
                style = ParagraphStyle("h", fontName="Helvetica-Bold", fontSize=size, leading=size * 1.2, spaceAfter=8)
                result.append(Paragraph(text, style))
            case Columns(inner, count):
                result.append(
                    BalancedColumns(_flowables(inner, (width - 18 * (count - 1)) / count), count, innerPadding=18)
                )
            case Beside(left, right, share):
                sides = [_flowables(left, width * share - 12), _flowables(right, width * (1 - share) - 12)]
                style_ = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (0, -1), 0)]
                result.append(Grid([sides], [width * share, width * (1 - share)], style=style_))
            case Break():
                result.append(PageBreak())
            case Table():
                if block.caption:
                    result.append(
                        Paragraph(
                            block.caption, ParagraphStyle("c", fontName="Times-Italic", fontSize=9.5, spaceAfter=3)
                        )
                    )
                result += [_grid(block, width), Spacer(1, 11)]
    return result


def _grid(table: Table, width: float) -> Grid:
    style: list[Any] = [
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE" if table.middle else "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), table.padding),
        ("BOTTOMPADDING", (0, 0), (-1, -1), table.padding),
    ]
    rows = _with_spans(table, style)
    count = len(rows[0])
    total = sum(table.widths)
    widths: list[Any] = [width * share / total for share in table.widths] or [None] * count
    font = ParagraphStyle("cell", fontName="Helvetica", fontSize=table.size, leading=table.size * 1.2)
    bold = ParagraphStyle("head", parent=font, fontName="Helvetica-Bold")
    if table.widths:  # cells that may take several lines
        rows = [
            [Paragraph(cell, bold if number < table.heads else font) for cell in row] for number, row in enumerate(rows)
        ]
    style += [("FONT", (0, 0), (-1, -1), "Helvetica", table.size), ("LEADING", (0, 0), (-1, -1), table.size * 1.2)]
    style.append(("FONT", (0, 0), (-1, table.heads - 1), "Helvetica-Bold", table.size))
    style += [("ALIGN", (index, 0), (index, -1), _ALIGN[letter]) for index, letter in enumerate(table.align)]
    style += _rules(table, len(rows))
    return Grid(rows, widths, style=style, repeatRows=table.heads if table.repeat else 0)


def _with_spans(table: Table, style: list[Any]) -> list[list[Any]]:
    """Every grid position filled, "" where a cell is covered; adds the spans to the style."""
    grid: list[list[str]] = []
    covered: set[tuple[int, int]] = set()
    for number, row in enumerate(table.rows):
        cells: list[str] = []
        for cell in row:
            while (number, len(cells)) in covered:
                cells.append("")
            if isinstance(cell, Span):
                start = len(cells)
                style.append(("SPAN", (start, number), (start + cell.columns - 1, number + cell.rows - 1)))
                covered |= {(number + r, start + c) for r in range(cell.rows) for c in range(cell.columns)}
                cells += [cell.text, *[""] * (cell.columns - 1)]
            else:
                cells.append(cell)
        grid.append(cells)
    width = max(map(len, grid))
    return [cells + [""] * (width - len(cells)) for cells in grid]


def _rules(table: Table, count: int) -> list[Any]:
    if table.style == "grid":
        return [("GRID", (0, 0), (-1, -1), 0.5, colors.black)]
    if table.style == "rows":
        return [("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.grey)]
    if table.style == "columns":
        return [("LINEAFTER", (0, 0), (-2, -1), 0.5, colors.black)]
    if table.style == "zebra":
        shaded = [("BACKGROUND", (0, row), (-1, row), colors.whitesmoke) for row in range(1, count, 2)]
        return [("BACKGROUND", (0, 0), (-1, 0), colors.lightgrey), *shaded]
    if table.style == "booktabs":
        return [
            ("LINEABOVE", (0, 0), (-1, 0), 1, colors.black),
            ("LINEBELOW", (0, table.heads - 1), (-1, table.heads - 1), 0.5, colors.black),
            ("LINEBELOW", (0, -1), (-1, -1), 1, colors.black),
        ]
    return []
