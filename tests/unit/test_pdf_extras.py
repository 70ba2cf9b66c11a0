"""What a PDF holds beside the text of its pages: comments, forms, bookmarks, its title."""

import ctypes
import io
from collections.abc import Callable
from typing import Any

import pypdfium2
import pypdfium2.raw as raw
import pytest

from app.core.domain import Document
from ingest.load import load
from ingest.load.limits import Limits
from tests.support import made_files as made
from tests.support.pdf import drawn_pdf, lines_at

LINES = ["The lamp on the mole is lit at dusk.", "The keeper notes the hour in a book."]


def read(content: bytes) -> Document:
    return load(made.source(content, "file.pdf"), Limits(ocr_seconds=0))


def annotated(*add: Callable[[Any], None]) -> bytes:
    """A page of LINES with annotations."""
    pdf = pypdfium2.PdfDocument(drawn_pdf(lambda canvas: lines_at(canvas, 60, 100, LINES)))
    page = pdf[0]
    for function in add:
        function(page)
    page.close()
    stream = io.BytesIO()
    pdf.save(stream)
    pdf.close()
    return stream.getvalue()


def annotation(kind: int, *, text: str = "", author: str = "", marks: tuple[float, ...] = ()) -> Callable[[Any], None]:
    """Adds an annotation of this kind to a page; marks: left, bottom, right, top of the text that it marks."""

    def add(page: Any) -> None:
        handle = raw.FPDFPage_CreateAnnot(page, kind)
        for key, value in ((b"Contents", text), (b"T", author)):
            if value:
                wide = ctypes.create_string_buffer((value + "\x00").encode("utf-16-le"))
                raw.FPDFAnnot_SetStringValue(handle, key, ctypes.cast(wide, raw.FPDF_WIDESTRING))
        if marks:
            left, bottom, right, top = marks
            raw.FPDFAnnot_AppendAttachmentPoints(
                handle, raw.FS_QUADPOINTSF(left, top, right, top, left, bottom, right, bottom)
            )
        raw.FPDFPage_CloseAnnot(handle)

    return add


def test_comments_and_typed_notes_are_read_with_their_author_and_what_they_mark() -> None:
    document = read(
        annotated(
            annotation(raw.FPDF_ANNOT_TEXT, text="Ask the\rkeeper", author="Mia"),
            annotation(raw.FPDF_ANNOT_HIGHLIGHT, text="At six in winter", marks=(60, 738, 230, 752)),
            annotation(raw.FPDF_ANNOT_FREETEXT, text="Draft of May"),
            annotation(raw.FPDF_ANNOT_POPUP, text="shown twice"),
            annotation(raw.FPDF_ANNOT_SQUARE),
        )
    )
    assert document.text.split("\n\n")[1] == (
        "Comment by Mia: Ask the keeper\n"
        "Comment on “The lamp on the mole is lit at dusk.”: At six in winter\n"
        "Draft of May"
    )


def test_text_that_a_comment_strikes_out_is_marked() -> None:
    document = read(annotated(annotation(raw.FPDF_ANNOT_STRIKEOUT, marks=(59, 725, 111, 738))))
    assert "[struck out: The keeper] notes the hour in a book." in document.text


def _xfa(page: list[str], *, entity: bool = False) -> bytes:
    doctype = '<!DOCTYPE x [<!ENTITY a "aaaa">]>' if entity else ""
    template = (
        f'{doctype}<template xmlns="http://www.xfa.org/schema/xfa-template/3.0/"><subform><draw>'
        "<value><text>Application for a berth</text></value></draw>"
        "<field><caption><value><text>Name of the boat</text></value></caption>"
        "<event><script>hidden</script></event></field></subform></template>"
    )
    data = (
        '<xfa:datasets xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/"><xfa:data><form><boat>Seagull</boat>'
        "<length>12 m</length></form></xfa:data></xfa:datasets>"
    )
    streams = "".join(
        f"{number} 0 obj<</Length {len(text)}>>stream\n{text}\nendstream endobj\n"
        for number, text in ((20, template), (21, data))
    )
    form = b"/Type/Catalog/AcroForm<</Fields[]/XFA[(template) 20 0 R(datasets) 21 0 R]>>"
    return made.pdf([page]).replace(b"/Type/Catalog", form).replace(b"1 0 obj", streams.encode() + b"1 0 obj", 1)


def test_a_form_kept_as_xml_is_read_when_its_page_only_asks_to_wait() -> None:
    text = read(_xfa(["Please wait..."])).text
    assert text == "Please wait...\n\nApplication for a berth\nName of the boat\nboat: Seagull\nlength: 12 m"


def test_a_form_kept_as_xml_beside_drawn_pages_is_not_read_twice() -> None:
    page = [f"Line {number} of the form as it is drawn on the page." for number in range(20)]
    assert "Seagull" not in read(_xfa(page)).text


def test_a_form_that_declares_entities_is_left_alone() -> None:
    assert "berth" not in read(_xfa(["Please wait..."], entity=True)).text


def test_bookmarks_win_over_the_look_of_headings() -> None:
    content = made.pdf([["Chapter", "text", "Part of it", "text"]], bookmarks=[("Chapter", 0), ("Part of it", 0)])
    assert [heading.text for heading in read(content).headings] == ["Chapter", "Part of it"]


def test_a_single_bookmark_does_not_hide_many_headings() -> None:
    def draw(canvas: Any) -> None:
        canvas.bookmarkPage("x")
        canvas.addOutlineEntry("Lamp 0", "x")
        for number in range(6):
            canvas.setFont("Helvetica-Bold", 14)
            canvas.drawString(60, 800 - 100 * number, f"Lamp {number}")
            lines_at(canvas, 60, 70 + 100 * number, LINES)

    assert [heading.text for heading in read(drawn_pdf(draw)).headings] == [f"Lamp {number}" for number in range(6)]


@pytest.mark.parametrize(
    "title",
    [
        "(anonymous)",
        "untitled",
        "Untitled-1",
        "Microsoft Word - Jahresbericht",
        "report.docx",
        "PowerPoint Presentation",
        "Document1",
        "https://example.org/page",
        "Slide 1",
        "2024-11",
    ],
)
def test_titles_that_programs_leave_behind_are_no_titles(title: str) -> None:
    assert _titled(title) == "file.pdf"


@pytest.mark.parametrize("title", ["Annual Report 2024", "Presentation of results", "Sheet metal work", "Report v2.0"])
def test_titles_that_people_give_are_kept(title: str) -> None:
    assert _titled(title) == title


def _titled(title: str) -> str:
    def draw(canvas: Any) -> None:
        canvas.setTitle(title)
        lines_at(canvas, 60, 100, LINES)

    return read(drawn_pdf(draw)).title
