"""Files embedded in a PDF: those of the whole document, then those pinned to a page."""

import itertools
import zlib
from collections.abc import Iterator
from typing import Any

from ingest.load.extracted import unmarked
from ingest.load.pdf_salvage import packed_objects

_PINNED = b"/FileAttachment"
_EMPTY = tuple(zlib.compress(b"", level) for level in (1, 6, 9))  # PDFium does not inflate an empty file
_MOST = 2_000  # attachments
_MOST_PAGES = 20_000  # that are searched for pinned files


def pdf_attachments(content: bytes) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of every embedded file, read one by one; the bytes are empty when they cannot be read.

    Nothing for a PDF that is damaged or needs a password: loading it reports that.
    """
    import pypdfium2  # noqa: PLC0415  # needed by this format only

    try:
        pdf = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError:
        return
    try:
        yield from itertools.islice(_read(pdf, content), _MOST)
    finally:
        pdf.close()


def _read(pdf: Any, content: bytes) -> Iterator[tuple[str, bytes]]:
    import pypdfium2  # noqa: PLC0415

    for number, file in enumerate(_files(pdf, content), start=1):
        try:
            data = bytes(file.get_data())
        except pypdfium2.PdfiumError:
            data = b""
        yield _name(file, number), b"" if data in _EMPTY else data


def _files(pdf: Any, content: bytes) -> Iterator[Any]:
    import pypdfium2  # noqa: PLC0415

    for index in range(pdf.count_attachments()):
        try:
            yield pdf.get_attachment(index)
        except pypdfium2.PdfiumError:
            continue
    # Loading a page takes as long as reading it, so pages are searched only when a pinned file is mentioned.
    if _mentions_pinned(content):
        for index in range(min(len(pdf), _MOST_PAGES)):
            yield from _pinned(pdf, index)


def _mentions_pinned(content: bytes) -> bool:
    if _PINNED in content or b"/Encrypt" in content:
        return True
    return any(_PINNED in packed for _, packed in packed_objects(content))


def _pinned(pdf: Any, index: int) -> Iterator[Any]:
    """Files of the annotations of one page; of a page that cannot be loaded, none."""
    import pypdfium2  # noqa: PLC0415
    import pypdfium2.raw as raw  # noqa: PLC0415

    try:
        page = pdf[index]
    except pypdfium2.PdfiumError:
        return
    try:
        for number in range(raw.FPDFPage_GetAnnotCount(page)):
            annotation = raw.FPDFPage_GetAnnot(page, number)
            if not annotation:
                continue
            try:
                if raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_FILEATTACHMENT:
                    file = raw.FPDFAnnot_GetFileAttachment(annotation)
                    if file:
                        yield pypdfium2.PdfAttachment(file, pdf)
            finally:
                raw.FPDFPage_CloseAnnot(annotation)
    finally:
        page.close()


def _name(file: Any, number: int) -> str:
    import pypdfium2  # noqa: PLC0415

    try:
        name = str(file.get_name())
    except (pypdfium2.PdfiumError, UnicodeError):
        name = ""
    return " ".join(unmarked(name).split()) or f"attachment {number}"
