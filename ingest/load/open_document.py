"""Loader of OpenDocument text, sheets, slides and drawings."""

from lxml import etree

from app.core.errors import DocumentError
from ingest.load.extracted import Builder, Extracted
from ingest.load.html_text import html_text
from ingest.load.limits import MIB, Limits
from ingest.load.odf.blocks import Blocks
from ingest.load.odf.document import Open, opened
from ingest.load.odf.names import CHART, MATH, OFFICE
from ingest.load.odf.objects import chart_html, formula_html
from ingest.load.odf.package import Element, OpenDocument
from ingest.load.odf.sheets import add_sheets
from ingest.load.odf.slides import add_slides
from ingest.load.odf.text import add_text
from ingest.load.ooxml.left_out import warnings
from ingest.load.sheets.counts import Counts

_SPREADSHEET = "spreadsheet"
_MAX_SHEETS_XML = 150 * MIB  # sheets are read as a stream


def load_open_document(content: bytes, media_type: str, limits: Limits) -> Extracted:
    """A text with headers and footers first, sheets or slides as parts, or the pages of a drawing."""
    builder = Builder()
    if _SPREADSHEET in media_type:
        file = OpenDocument(content, limits, max_xml=_MAX_SHEETS_XML)
        document, counts = add_sheets(builder, file)
    else:
        file = OpenDocument(content, limits)
        document, counts = _added(builder, file), Counts()
    return Extracted(
        text=builder.text(),
        media_type=media_type,
        title=file.title(),
        headings=tuple(builder.headings),
        parts=tuple(builder.parts),
        tables=tuple(builder.tables),
        warnings=(*counts.warnings(), *warnings(document.left_out, (), characters=builder.length)),
    )


def _added(builder: Builder, file: OpenDocument) -> Open:
    """The document of a file that is no workbook, its text added."""
    root = file.xml("content.xml")
    document = opened(file, root)
    if root.tag == MATH + "math":
        builder.add(html_text(formula_html(root))[0])
        return document
    body = root.find(OFFICE + "body")
    for story in body if body is not None else ():
        _add_story(builder, document, story)
    return document


def _add_story(builder: Builder, document: Open, story: Element) -> None:
    kind = etree.QName(story).localname
    if kind == "text":
        add_text(builder, document, story)
    elif kind in ("presentation", "drawing"):
        add_slides(builder, document, story, drawing=kind == "drawing")
    elif kind == "chart":
        builder.add("".join(html_text(chart_html(chart))[0] for chart in story.iterchildren(CHART + "chart")))
    elif kind == "database":
        raise DocumentError("It is a database, which is not supported.", fix="Export its tables as CSV.")
    else:
        builder.add(html_text(Blocks(document, is_body=True).html(iter(story)))[0])
