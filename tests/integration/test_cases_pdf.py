"""Cases 10, 39 and 46 and others of their kinds: PDFs whose text layer hides the content, tables over pages."""

import io
import re
from typing import Any

import pypdfium2
import pytest
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath
from PIL import Image, ImageDraw
from reportlab.lib.utils import ImageReader

from app.core.domain import Document
from app.core.models.embedding import Embedder
from ingest.load import load
from ingest.load.limits import Limits
from tests.support import made_files as made
from tests.support.cases import case_document, passages
from tests.support.pdf import drawn_pdf, lines_at

ENGLISH = Limits(ocr_languages="eng")
LETTER = [
    "The ferry to the island leaves at six.",
    "Tickets are sold on board by the mate.",
    "Dogs travel free of charge.",
]


def read(content: bytes, limits: Limits = ENGLISH) -> Document:
    return load(made.source(content, "scan.pdf"), limits)


def scan(lines: list[str]) -> Any:
    """A picture of a page with these lines."""
    page = drawn_pdf(lambda canvas: lines_at(canvas, 60, 160, lines, size=14, lead=22))
    return pypdfium2.PdfDocument(page)[0].render(scale=150 / 72, grayscale=True).to_pil()


def on_page(canvas: Any, image: Any, box: tuple[float, float, float, float] = (0, 0, 595, 842)) -> None:
    """Draw a picture on a page."""
    stream = io.BytesIO()
    image.save(stream, "PNG")
    canvas.drawImage(ImageReader(stream), *box)


# ---------------------------------------------------------------------------------------------------------- case 10


@pytest.mark.tesseract
def test_case_10_the_scan_behind_a_typed_footer_is_recognised() -> None:
    document = case_document("10")
    assert document.text.startswith("Received 12 Jan 2026 - Doc 00417 - Page 1 of 1")
    assert "The monthly rent is 875 pounds" in document.text
    assert "The notice period is ten weeks." in document.text
    (warning,) = document.warnings  # it names the languages that this machine's tesseract has
    assert re.fullmatch(
        r"The text of page 1 was recognised in a picture \(eng[+a-z]*\): letters may be misread\.", warning
    )


def test_case_10_without_tesseract_the_page_is_named_and_read_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    document = case_document("10")
    assert document.text == "Received 12 Jan 2026 - Doc 00417 - Page 1 of 1"
    assert document.warnings[0].startswith("Little text beside a picture on page 1: probably scanned.")
    assert document.ocr_missing


@pytest.mark.tesseract
def test_case_10_a_stamp_that_the_scan_shows_too_stands_once() -> None:
    stamp = "Received on 12 January 2026 in Vik"

    def draw(canvas: Any) -> None:
        image = scan(LETTER)
        ImageDraw.Draw(image).text((120, 1500), stamp, fill=0, font_size=30)
        on_page(canvas, image)
        lines_at(canvas, 58, 735, [stamp], size=14)

    text = read(drawn_pdf(draw)).text
    assert text.startswith(stamp)
    assert text.count("12 January 2026") == 1
    assert "Tickets are sold on board by the mate." in text


@pytest.mark.tesseract
def test_case_10_a_scanned_letter_set_into_a_typed_page_is_recognised() -> None:
    def draw(canvas: Any) -> None:
        lines_at(canvas, 60, 60, ["Annex 3: the letter of the ferry company, as it came by post."])
        on_page(canvas, scan(LETTER), (60, 60, 480, 680))

    text = read(drawn_pdf(draw)).text
    assert text.startswith("Annex 3: the letter of the ferry company, as it came by post.")
    assert "Dogs travel free of charge." in text


@pytest.mark.parametrize("picture", [Image.effect_noise((400, 560), 90), Image.new("L", (400, 560), 225)])
def test_case_10_a_photograph_or_a_tinted_page_with_few_words_is_no_scan(
    picture: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(canvas: Any) -> None:
        on_page(canvas, picture)
        lines_at(canvas, 60, 60, ["Cover"])

    monkeypatch.setenv("PATH", "")
    document = read(drawn_pdf(draw))
    assert document.text == "Cover"
    assert not document.warnings


@pytest.mark.tesseract
def test_scanned_pages_are_recognised_when_there_is_no_processor_time_for_layout(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ingest.load.pdf_page._SHARE_OF_PROCESSOR", 0)
    document = read(
        drawn_pdf(lambda canvas: lines_at(canvas, 60, 60, LETTER), lambda canvas: on_page(canvas, scan(LETTER)))
    )
    assert document.text.count("Dogs travel free of charge.") == 2
    assert [warning.split(":")[0] for warning in document.warnings] == [
        "The text of page 2 was recognised in a picture (eng)",
        "Columns and tables of page 1 were not separated",
    ]


@pytest.mark.tesseract
def test_a_page_whose_letters_are_drawn_as_shapes_is_recognised() -> None:
    def draw(canvas: Any) -> None:
        lines_at(canvas, 60, 800, ["File 7"], size=8)
        for number, line in enumerate(LETTER):
            outline = TextPath((60, 700 - 40 * number), line, size=18, prop=FontProperties(family="DejaVu Sans"))
            polygons: Any = outline.to_polygons()
            for polygon in polygons:
                path = canvas.beginPath()
                path.moveTo(*polygon[0])
                for x, y in polygon[1:]:
                    path.lineTo(x, y)
                path.close()
                canvas.drawPath(path, stroke=1, fill=0)

    text = read(drawn_pdf(draw)).text
    assert text.startswith("File 7")
    assert "Tickets are sold on board" in text


def _unreadable(canvas: Any) -> None:
    """Readable letters in a picture, with a text layer of other letters in the same places."""
    on_page(canvas, scan(LETTER))
    text = canvas.beginText(60, 842 - 160)
    text.setTextRenderMode(3)
    text.setFont("Helvetica", 14)
    text.setLeading(22)
    for line in LETTER * 3:
        text.textLine("".join(chr((ord(letter) - 31) % 94 + 33) if letter != " " else " " for letter in line))
    canvas.drawText(text)


@pytest.mark.tesseract
def test_a_text_layer_that_is_no_language_gives_way_to_what_the_page_shows() -> None:
    document = read(drawn_pdf(_unreadable))
    assert document.text.split("\n") == LETTER


def test_a_text_layer_that_is_no_language_is_named_where_it_cannot_be_recognised() -> None:
    document = read(drawn_pdf(_unreadable, lambda canvas: lines_at(canvas, 60, 60, LETTER)), Limits(ocr_seconds=0))
    assert document.warnings == (
        "A text layer that is no language on page 1: its font hides its letters, and FOREMOST_OCR_SECONDS is 0.",
    )
    assert "Dogs travel free of charge." in document.text


# ---------------------------------------------------------------------------------------------------------- case 39


def test_case_39_rows_of_every_page_know_their_columns_and_empty_cells_are_visible(embedder: Embedder) -> None:
    document = case_document("39")
    names = "Berth | Length (m) | Depth (m) | Owner"
    assert [table.header for table in document.tables] == [names] * 3
    for row in ("B004 | 15 |  | Eide", "B088 | 9 |  | Iversen", "B095 | 17 |  | Ruud", "B110 | 30 | 3.7 | Krogh"):
        assert f"\n{row}" in document.text
    chunks = passages(document, embedder)
    found = [chunk for chunk in chunks if "B095 | 17 |  | Ruud" in chunk.text]
    assert found
    assert all(names in chunk.heading_path for chunk in found)
    assert document.title != "(anonymous)"


def test_case_46_an_embedded_file_does_not_hide_the_text_of_the_pages() -> None:
    assert case_document("46", "tender.pdf").text
