"""Scanned pages and pictures: read by tesseract where it is installed; without it the document says how to get it."""

import io
import zlib
from typing import Any

import pypdfium2
import pytest
from sqlalchemy import Engine

from app.core.domain import CHUNKER_VERSION, Document
from app.core.errors import DocumentError
from app.core.tesseract import chosen_languages, tesseract_languages
from ingest.load import load
from ingest.load.limits import Limits
from ingest.pipeline import Ingester, Outcome
from ingest.store import Store
from tests.support import made_files as made
from tests.support.fake_embedder import FakeEmbedder

ENGLISH = Limits(ocr_languages="eng")
LINES = ["The ferry to the island", "leaves at six o'clock."]


def picture(lines: list[str]) -> Any:
    """A page with these lines as a scanner would see it."""
    return pypdfium2.PdfDocument(made.pdf([lines]))[0].render(scale=200 / 72, grayscale=True).to_pil()


def encoded(image: Any, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def read(content: bytes, name: str = "scan") -> Document:
    return load(made.source(content, name), ENGLISH)


@pytest.mark.tesseract
def test_only_pages_without_a_text_layer_are_recognised_and_the_document_says_which() -> None:
    scanned = pypdfium2.PdfDocument(encoded(picture(LINES), "PDF"))
    whole = pypdfium2.PdfDocument(made.pdf([["A page with text."], []]))
    whole.import_pages(scanned)
    buffer = io.BytesIO()
    whole.save(buffer)
    document = read(buffer.getvalue())
    pages = [document.text[part.start : part.end] for part in document.parts]
    assert pages == ["A page with text.", "", "\n".join(LINES)]
    assert document.warnings == (
        "The text of page 3 was recognised in a picture (eng): letters may be misread.",
        "No text layer on page 2: blank.",
    )


@pytest.mark.tesseract
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_of_a_page_is_a_document(kind: str) -> None:
    document = read(encoded(picture(LINES), kind))
    assert document.text == "\n".join(LINES)
    assert document.media_type == f"image/{kind.lower()}"


@pytest.mark.tesseract
def test_every_picture_of_a_tiff_is_a_page() -> None:
    content = encoded(picture(LINES), "TIFF", save_all=True, append_images=[picture(["Second page"])])
    document = read(content, "scan.tif")
    assert [document.text[part.start : part.end] for part in document.parts] == ["\n".join(LINES), "Second page"]


@pytest.mark.tesseract
def test_the_languages_are_those_set_that_are_installed_else_all() -> None:
    installed = tesseract_languages()
    assert "eng" in installed
    assert chosen_languages("eng", installed) == "eng"
    assert chosen_languages("xyz", installed) == chosen_languages("", installed)
    assert "osd" not in chosen_languages("", installed)


def test_without_tesseract_the_document_names_its_pages_and_how_to_read_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    document = read(encoded(picture(LINES), "PNG"))
    assert document.text == ""
    assert [part.number for part in document.parts] == [1]
    assert "No text layer on page 1: scanned or blank" in document.warnings[0]
    assert "apt-get install tesseract-ocr" in document.warnings[0]
    assert document.ocr_missing
    assert not load(made.source(made.pdf([LINES, []]), "off.pdf"), Limits(ocr_seconds=0)).ocr_missing
    assert not load(made.source(made.pdf([LINES]), "text.pdf"), ENGLISH).ocr_missing


def test_a_document_with_unread_pages_is_not_current_until_tesseract_is_installed(
    database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    store = Store(database, chunker_version=CHUNKER_VERSION)
    ingester = Ingester(store=store, make_embedder=FakeEmbedder)
    for name, pages in (("scan.pdf", [LINES, []]), ("text.pdf", [LINES])):
        source = made.source(made.pdf(pages), name)
        assert ingester.ingest(source, collection="c").outcome is Outcome.NEW
        version = store.stored_version(source.uri, collection="c")
        assert version is not None
        assert (version.sha256, version.current) == (source.sha256, name == "text.pdf")


@pytest.mark.tesseract
def test_pages_that_were_not_read_for_want_of_tesseract_are_read_once_it_is_there(
    monkeypatch: pytest.MonkeyPatch, database: Engine
) -> None:
    store = Store(database, chunker_version=CHUNKER_VERSION)
    ingester = Ingester(store=store, make_embedder=FakeEmbedder)
    source = made.source(encoded(picture(LINES), "PNG"), "scan.png")
    with monkeypatch.context() as without:
        without.setenv("PATH", "")
        assert ingester.ingest(source, collection="c").outcome is Outcome.EMPTY
    assert ingester.ingest(source, collection="c").outcome is Outcome.CHANGED
    assert ingester.ingest(source, collection="c").outcome is Outcome.UNCHANGED


def test_a_picture_made_to_exhaust_memory_is_refused() -> None:
    content = bytearray(encoded(picture(["x"]), "PNG"))
    content[16:24] = (60_000).to_bytes(4, "big") * 2  # width and height
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    with pytest.raises(DocumentError, match="exhaust memory"):
        read(bytes(content))
