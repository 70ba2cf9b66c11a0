"""Files embedded in a PDF, in its name tree and pinned to pages."""

import ctypes
import io

import pypdfium2
import pypdfium2.raw as raw

from ingest.load.pdf_attachments import pdf_attachments
from tests.support.cases import case_sources
from tests.support.pdf import make_pdf


def _with_files(*, embedded: dict[str, bytes | None], pinned: dict[str, bytes]) -> bytes:
    pdf = pypdfium2.PdfDocument(make_pdf([["A page"], ["Another page"]]))
    for name, data in embedded.items():
        attachment = pdf.new_attachment(name)
        if data is not None:
            attachment.set_data(data)
    page = pdf[1]
    for name, data in pinned.items():
        annotation = raw.FPDFPage_CreateAnnot(page, raw.FPDF_ANNOT_FILEATTACHMENT)
        handle = raw.FPDFAnnot_AddFileAttachment(annotation, _wide(name))
        pypdfium2.PdfAttachment(handle, pdf).set_data(data)
        raw.FPDFPage_CloseAnnot(annotation)
    page.close()
    stream = io.BytesIO()
    pdf.save(stream)
    pdf.close()
    return stream.getvalue()


def _wide(text: str) -> object:
    encoded = (text + "\x00").encode("utf-16-le")
    return ctypes.cast(ctypes.create_string_buffer(encoded), raw.FPDF_WIDESTRING)


def test_files_of_the_document_come_before_those_pinned_to_a_page() -> None:
    content = _with_files(embedded={"b.csv": b"1,2", "ä ö.txt": b"text"}, pinned={"note.txt": b"pinned"})
    assert sorted(list(pdf_attachments(content))[:2]) == [("b.csv", b"1,2"), ("ä ö.txt", b"text")]
    assert list(pdf_attachments(content))[2:] == [("note.txt", b"pinned")]


def test_a_pdf_without_files_has_none() -> None:
    assert list(pdf_attachments(make_pdf([["Only text"]]))) == []


def test_no_pdf_has_no_files() -> None:
    assert list(pdf_attachments(b"%PDF-1.4 nothing more")) == []


def test_a_file_that_is_empty_or_cannot_be_read_is_listed_without_bytes() -> None:
    content = _with_files(embedded={"empty.txt": b"", "lost.txt": None}, pinned={})
    assert sorted(pdf_attachments(content)) == [("empty.txt", b""), ("lost.txt", b"")]


def test_case_46_the_embedded_table_can_be_read() -> None:
    (source,) = case_sources("46")
    ((name, data),) = pdf_attachments(source.content)
    assert name == "quantities.csv"
    assert b"Oak planks,340" in data
