"""Documents of the made set as Word, spreadsheet and slide files that LibreOffice prints."""

import io
import zipfile
from collections.abc import Sequence
from html import escape
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from pptx import Presentation
from pptx.util import Inches, Pt

from tests.support.pdf_set.model import Beside, Block, Break, Columns, Heading, Made, Prose, Span, Table

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_ALIGN = {"l": "start", "c": "center", "r": "end"}
_TEXT_WIDTH = 9_000  # twentieths of a point
_RELATIONSHIPS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
_PAGE = (
    '<w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1400" w:bottom="1400" w:left="1450" w:right="1450" w:header="700" w:footer="700"/>'
)
_PAGE_NUMBER = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
)


def office_file(made: Made) -> bytes:
    """The Word, spreadsheet or slide file of a document."""
    return {"docx": _docx, "xlsx": _xlsx, "pptx": _pptx}[made.origin](made)


def _docx(made: Made) -> bytes:
    body = _word_blocks(made.blocks)
    namespaces = f'xmlns:w="{_W}" xmlns:r="{_RELATIONS}"'
    refs = '<w:headerReference w:type="default" r:id="h"/><w:footerReference w:type="default" r:id="f"/>'
    document = f"<w:document {namespaces}><w:body>{body}<w:sectPr>{refs}{_PAGE}</w:sectPr></w:body></w:document>"
    foot = _run(made.foot.replace("#", "")) + (_PAGE_NUMBER if "#" in made.foot else "")
    relationships = f'<Relationships xmlns="{_PACKAGE}/relationships">{{}}</Relationships>'
    relation = f'<Relationship Id="{{}}" Type="{_RELATIONS}/{{}}" Target="{{}}.xml"/>'
    parts = (("document", "document.main"), ("header", "header"), ("footer", "footer"))
    kinds = "".join(f'<Override PartName="/word/{name}.xml" ContentType="{_TYPE}.{kind}+xml"/>' for name, kind in parts)
    rels = f'<Default Extension="rels" ContentType="{_RELATIONSHIPS_TYPE}"/>'
    inner = relation.format("h", "header", "header") + relation.format("f", "footer", "footer")
    files = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">{rels}{kinds}</Types>',
        "_rels/.rels": relationships.format(relation.format("d", "officeDocument", "word/document")),
        "word/_rels/document.xml.rels": relationships.format(inner),
        "word/document.xml": document,
        "word/header.xml": f"<w:hdr {namespaces}><w:p>{_run(made.head)}</w:p></w:hdr>",
        "word/footer.xml": f"<w:ftr {namespaces}><w:p>{foot}</w:p></w:ftr>",
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{text}')
    return stream.getvalue()


def _run(text: str, size: float = 10.5, *, bold: bool = False) -> str:
    weight = "<w:b/>" if bold else ""
    font = '<w:rFonts w:ascii="DejaVu Serif" w:hAnsi="DejaVu Serif" w:cs="DejaVu Serif"/>'
    look = f'{font}{weight}<w:sz w:val="{round(size * 2)}"/>'
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _word_blocks(blocks: Sequence[Block]) -> str:
    parts = []
    for block in blocks:
        match block:
            case Prose(text):
                parts.append(f'<w:p><w:pPr><w:spacing w:after="140"/><w:jc w:val="both"/></w:pPr>{_run(text)}</w:p>')
            case Heading(text, level):
                run = _run(text, {1: 18, 2: 14, 3: 12}[level], bold=True)
                parts.append(f'<w:p><w:pPr><w:spacing w:after="160"/></w:pPr>{run}</w:p>')
            case Columns(inner, count):
                kind = '<w:type w:val="continuous"/>'
                parts.append(f"<w:p><w:pPr><w:sectPr>{kind}{_PAGE}</w:sectPr></w:pPr></w:p>")
                columns = f'<w:cols w:num="{count}" w:space="500"/>'
                parts.append(_word_blocks(inner))
                parts.append(f"<w:p><w:pPr><w:sectPr>{kind}{_PAGE}{columns}</w:sectPr></w:pPr></w:p>")
            case Table():
                parts.append(_word_table(block) + '<w:p><w:pPr><w:spacing w:after="80"/></w:pPr></w:p>')
            case Beside() | Break():
                raise ValueError("not for Word files")
    return "".join(parts)


def _word_table(table: Table) -> str:
    count = sum(cell.columns if isinstance(cell, Span) else 1 for cell in table.rows[0])
    shares = table.widths or [1] * count
    text_width = _TEXT_WIDTH if table.size > 8 else _TEXT_WIDTH // 2 - 300
    widths = [round(text_width * share / sum(shares)) for share in shares]
    sides = {"grid": "top left bottom right insideH insideV", "rows": "bottom insideH"}.get(table.style, "").split()
    borders = "".join(f'<w:{side} w:val="single" w:sz="4" w:color="000000"/>' for side in sides)
    rows = []
    hanging: dict[int, int] = {}  # column -> rows left of a cell above
    for number, row in enumerate(table.rows):
        head = "<w:trPr><w:tblHeader/></w:trPr>" if number < table.heads and table.repeat else ""
        rows.append(f"<w:tr>{head}{_word_cells(row, table, widths, hanging, head=number < table.heads)}</w:tr>")
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    layout = (
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/>'
    )
    return f"<w:tbl><w:tblPr>{layout}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def _word_cells(
    row: Sequence[str | Span], table: Table, widths: list[int], hanging: dict[int, int], *, head: bool
) -> str:
    cells, column = [], 0
    waiting = list(row)
    while column < len(widths):
        if hanging.get(column):
            hanging[column] -= 1
            cells.append(f'<w:tc><w:tcPr><w:tcW w:w="{widths[column]}" w:type="dxa"/><w:vMerge/></w:tcPr><w:p/></w:tc>')
            column += 1
            continue
        cell = waiting.pop(0)
        text, across, down = (cell.text, cell.columns, cell.rows) if isinstance(cell, Span) else (cell, 1, 1)
        merge = '<w:vMerge w:val="restart"/>' if down > 1 else ""
        if down > 1:
            hanging[column] = down - 1
        span = f'<w:gridSpan w:val="{across}"/>' if across > 1 else ""
        width = sum(widths[column : column + across])
        letter = table.align[column] if table.align else "l"
        look = f'<w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{merge}</w:tcPr>'
        run = _run(text, table.size, bold=head)
        cells.append(f'<w:tc>{look}<w:p><w:pPr><w:jc w:val="{_ALIGN[letter]}"/></w:pPr>{run}</w:p></w:tc>')
        column += across
    return "".join(cells)


def _xlsx(made: Made) -> bytes:
    book = Workbook()
    sheet: Any = book.active
    (table,) = (block for block in made.blocks if isinstance(block, Table))
    line = Side(style="thin")
    for number, row in enumerate(table.rows, start=1):
        column = 1
        for cell in row:
            text, across = (cell.text, cell.columns) if isinstance(cell, Span) else (cell, 1)
            target = sheet.cell(number, column, text)
            target.font = Font(name="DejaVu Sans", size=10, bold=number <= table.heads)
            letter = table.align[column - 1] if table.align else "l"
            target.alignment = Alignment(horizontal={"l": "left", "c": "center", "r": "right"}[letter])
            if across > 1:
                sheet.merge_cells(start_row=number, end_row=number, start_column=column, end_column=column + across - 1)
            for covered in range(column, column + across):
                if table.style == "grid":
                    sheet.cell(number, covered).border = Border(left=line, right=line, top=line, bottom=line)
            column += across
    for column_cells in sheet.columns:
        longest = max(len(str(cell.value or "")) for cell in column_cells)
        sheet.column_dimensions[column_cells[0].column_letter].width = max(longest + 3, 8)
    sheet.page_setup.orientation = "landscape" if made.landscape else "portrait"
    sheet.oddHeader.center.text = sheet.oddFooter.center.text = ""
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _pptx(made: Made) -> bytes:
    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[5])
    for block in made.blocks:
        if isinstance(block, Heading):
            slide.shapes.title.text = block.text
        elif isinstance(block, Table):
            count = len(block.rows[0])
            shape = slide.shapes.add_table(len(block.rows), count, Inches(0.7), Inches(1.8), Inches(8.4), Inches(3.5))
            for number, row in enumerate(block.rows):
                for column, cell in enumerate(row):
                    target = shape.table.cell(number, column)
                    target.text = str(cell)
                    target.text_frame.paragraphs[0].runs[0].font.size = Pt(block.size)
    stream = io.BytesIO()
    show.save(stream)
    return stream.getvalue()
