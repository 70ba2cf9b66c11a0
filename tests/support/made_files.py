"""Files of every format, made by hand, so that a test says what is in them."""

import hashlib
import io
import zipfile
import zlib
from collections.abc import Mapping

import openpyxl
import pptx
from pptx.util import Inches

from app.core.domain import Source

_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PARAGRAPH = '<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def source(content: bytes | str, name: str = "file") -> Source:
    """A source as discover would make it."""
    raw = content.encode() if isinstance(content, str) else content
    return Source(uri=f"/files/{name}", name=name, content=raw, sha256=hashlib.sha256(raw).hexdigest())


def zipped(entries: Mapping[str, bytes | str]) -> bytes:
    """A zip container with these entries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def unzipped(content: bytes) -> dict[str, bytes]:
    """The entries of a zip container."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def docx(*paragraphs: tuple[str, str], table: list[list[str]] | None = None, prologue: str = "") -> bytes:
    """A Word document; a paragraph is (style, text), for example ("Heading1", "Pay")."""
    body = "".join(_PARAGRAPH.format(style=style, text=text) for style, text in paragraphs)
    if table:
        cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
        rows = "".join(f"<w:tr>{''.join(cell.format(value) for value in row)}</w:tr>" for row in table)
        body += f"<w:tbl>{rows}</w:tbl>"
    overrides = (
        '<Override PartName="/word/document.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
        '<Override PartName="/word/styles.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>'
    )
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="Heading{level}"><w:name w:val="heading {level}"/></w:style>'
        for level in (1, 2, 3)
    )
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Default Extension="rels" ContentType="application/'
            f'vnd.openxmlformats-package.relationships+xml"/>{overrides}</Types>',
            "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" '
            f'Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
            "word/_rels/document.xml.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" '
            f'Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
            "word/styles.xml": f'<w:styles xmlns:w="{_WORD}">{styles}</w:styles>',
            "word/document.xml": f'{prologue}<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>',
        }
    )


def pptx_with(slides: list[tuple[str, str, str]]) -> bytes:
    """Slides of (title, text in a group, notes)."""
    presentation = pptx.Presentation()
    for title, grouped, notes in slides:
        slide = presentation.slides.add_slide(presentation.slide_layouts[5])
        slide.shapes.title.text = title
        inner = slide.shapes.add_group_shape().shapes.add_group_shape()
        inner.shapes.add_textbox(Inches(1), Inches(2), Inches(4), Inches(1)).text_frame.text = grouped
        if notes:
            slide.notes_slide.notes_text_frame.text = notes
    buffer = io.BytesIO()
    presentation.save(buffer)
    return buffer.getvalue()


def xlsx(sheets: Mapping[str, list[list[object]]]) -> bytes:
    """A workbook with these sheets."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def pdf(
    pages: list[list[str]],
    *,
    bookmarks: list[tuple[str, int]] | None = None,
    locked: bool = False,
    drawing: str = "",
) -> bytes:
    """A PDF with these lines on each page and bookmarks of (title, page from 0), written by hand.

    drawing is PDF operators that stand before the lines of each page.
    """
    first_page, count = 4, len(pages)
    kids = " ".join(f"{first_page + 2 * index} 0 R" for index in range(count))
    outline = first_page + 2 * count
    objects = {
        1: f"<</Type/Catalog/Pages 2 0 R{f'/Outlines {outline} 0 R' if bookmarks else ''}>>",
        2: f"<</Type/Pages/Kids[{kids}]/Count {count}>>",
        3: "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    }
    for index, lines in enumerate(pages):
        shown = "".join(f"({line}) Tj 0 -16 Td " for line in lines)
        stream = drawing + (f"BT /F1 12 Tf 50 780 Td {shown}ET" if lines else "")
        page = first_page + 2 * index
        objects[page] = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {page + 1} 0 R/Resources<</Font<</F1 3 0 R>>>>>>"
        )
        objects[page + 1] = f"<</Length {len(stream)}>>stream\n{stream}\nendstream"
    marks = bookmarks or []
    for number, (title, index) in enumerate(marks):
        around = f"/Prev {outline + number} 0 R" if number else ""
        around += f"/Next {outline + number + 2} 0 R" if number + 1 < len(marks) else ""
        objects[outline + 1 + number] = (
            f"<</Title({title})/Parent {outline} 0 R/Dest[{first_page + 2 * index} 0 R/Fit]{around}>>"
        )
    if marks:
        objects[outline] = f"<</First {outline + 1} 0 R/Last {outline + len(marks)} 0 R/Count {len(marks)}>>"
    body, offsets = "%PDF-1.7\n", {}
    for number in sorted(objects):
        offsets[number] = len(body)
        body += f"{number} 0 obj{objects[number]}endobj\n"
    table = "".join(f"{offsets[number]:010} 00000 n \n" for number in sorted(objects))
    lock = f"/ID[<{'1' * 32}><{'2' * 32}>]/Encrypt<</Filter/Standard/V 1/R 2/O<{'3' * 64}>/U<{'4' * 64}>/P -4>>"
    trailer = f"trailer<</Size {len(objects) + 1}/Root 1 0 R{lock if locked else ''}>>\nstartxref\n{len(body)}\n%%EOF"
    return f"{body}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode("latin-1")


def packed_pdf(lines: list[str]) -> bytes:
    """A PDF 1.5 of one page whose page, tree and catalog stand in an object stream; its cross-reference is no good."""
    objects = {
        1: "<</Type/Catalog/Pages 2 0 R>>",
        2: "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/Resources<</Font<</F1 4 0 R>>>>>>",
        4: "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    }
    bodies, places, length = list(objects.values()), [], 0
    for number, body in objects.items():
        places.append(f"{number} {length}")
        length += len(body) + 1
    head = " ".join(places) + " "
    packed = zlib.compress((head + " ".join(bodies)).encode())
    stream = f"BT /F1 12 Tf 50 780 Td {''.join(f'({line}) Tj 0 -16 Td ' for line in lines)}ET"
    content = f"%PDF-1.5\n5 0 obj<</Length {len(stream)}>>stream\n{stream}\nendstream\nendobj\n".encode()
    content += f"6 0 obj<</Type/ObjStm/N 4/First {len(head)}/Filter/FlateDecode/Length {len(packed)}>>stream\n".encode()
    return content + packed + b"\nendstream\nendobj\n" + b"7 0 obj<</Type/XRef" + b" " * 300


def odt(*, content: str, footer: str) -> bytes:
    """An OpenDocument text; content and footer are its XML inside office:text and style:footer."""
    names = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"'
        for prefix in ("office", "text", "table", "style")
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:document-content {names}><office:body><office:text>{content}"
            "</office:text></office:body></office:document-content>",
            "styles.xml": f"<office:document-styles {names}><style:footer>{footer}</style:footer>"
            "</office:document-styles>",
        }
    )


def epub(chapters: list[str], *, title: str) -> bytes:
    """An e-book; a chapter is the body of an XHTML file."""
    items = "".join(f'<item id="c{n}" href="c%20{n}.xhtml" media-type="a"/>' for n in range(len(chapters)))
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    files = {f"OEBPS/c {n}.xhtml": f"<html><body>{body}</body></html>" for n, body in enumerate(chapters)}
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
            "OEBPS/book.opf": '<package xmlns="http://www.idpf.org/2007/opf" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
            f"<dc:title>{title}</dc:title><dc:language>en</dc:language></metadata>"
            f"<manifest>{items}</manifest><spine>{spine}</spine></package>",
            **files,
        }
    )
