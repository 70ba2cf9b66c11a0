"""What is added to a PDF page and is no part of its text: filled-in form fields, comments, typed notes."""

import ctypes
from collections.abc import Iterator
from typing import Any

from ingest.load.pdf_drawings import Line
from ingest.load.pdf_letters import Box
from ingest.load.pdf_words import Frame

_MOST = 5_000  # annotations of a page
_LONGEST = 65_536  # bytes of one value
_LONGEST_QUOTE = 200  # characters of marked text
_MOST_QUADS = 50


def annotation_lines(pdf: Any, page: Any, textpage: Any) -> list[str]:
    """A line for every filled-in field ("name: value"), comment and typed note of a page."""
    import pypdfium2.raw as raw  # noqa: PLC0415  # needed by this format only

    lines: list[str] = []
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), _MOST)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            kind = raw.FPDFAnnot_GetSubtype(annotation)
            if kind == raw.FPDF_ANNOT_WIDGET:
                lines += _field(pdf, annotation)
            elif kind == raw.FPDF_ANNOT_FREETEXT:
                lines += filter(None, [_string(annotation, b"Contents")])
            elif kind not in (raw.FPDF_ANNOT_POPUP, raw.FPDF_ANNOT_LINK):
                lines += _comment(annotation, kind, textpage)
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    return lines


def struck_lines(page: Any, frame: Frame) -> list[Line]:
    """The lines with which comments strike text out."""
    import pypdfium2.raw as raw  # noqa: PLC0415

    lines = []
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), _MOST)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        if raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_STRIKEOUT:
            for box in _quads(annotation):
                left, top, right, bottom = frame.upright(*box)
                lines.append(Line((top + bottom) / 2, left, right))
        raw.FPDFPage_CloseAnnot(annotation)
    return lines


def _quads(annotation: Any) -> Iterator[Box]:
    """Left, bottom, right, top of every stretch of text that a comment marks."""
    import pypdfium2.raw as raw  # noqa: PLC0415

    quad = raw.FS_QUADPOINTSF()
    for index in range(min(raw.FPDFAnnot_CountAttachmentPoints(annotation), _MOST_QUADS)):
        if raw.FPDFAnnot_GetAttachmentPoints(annotation, index, quad):
            xs, ys = (quad.x1, quad.x2, quad.x3, quad.x4), (quad.y1, quad.y2, quad.y3, quad.y4)
            yield min(xs), min(ys), max(xs), max(ys)


def _field(pdf: Any, annotation: Any) -> Iterator[str]:
    import pypdfium2.raw as raw  # noqa: PLC0415

    if pdf.formenv is None:
        return
    name = _wide(raw.FPDFAnnot_GetFormFieldAlternateName, pdf.formenv, annotation)
    name = name or _wide(raw.FPDFAnnot_GetFormFieldName, pdf.formenv, annotation)
    value = _wide(raw.FPDFAnnot_GetFormFieldValue, pdf.formenv, annotation).strip()
    if value and value != "Off":
        yield f"{name}: {value}" if name else value


def _comment(annotation: Any, kind: int, textpage: Any) -> Iterator[str]:
    text = _string(annotation, b"Contents")
    if not text:
        return
    author = _string(annotation, b"T")
    by = f" by {author}" if author else ""
    quote = _quote(annotation, kind, textpage)
    yield f"Comment{by} on “{quote}”: {text}" if quote else f"Comment{by}: {text}"


def _quote(annotation: Any, kind: int, textpage: Any) -> str:
    """The text that a highlight or an underline marks."""
    import pypdfium2.raw as raw  # noqa: PLC0415

    marks = (raw.FPDF_ANNOT_HIGHLIGHT, raw.FPDF_ANNOT_UNDERLINE, raw.FPDF_ANNOT_SQUIGGLY, raw.FPDF_ANNOT_STRIKEOUT)
    if kind not in marks:
        return ""
    parts = [str(textpage.get_text_bounded(*box)) for box in _quads(annotation)]
    quote = " ".join(" ".join(parts).split())
    return quote if len(quote) <= _LONGEST_QUOTE else quote[: _LONGEST_QUOTE - 1] + "…"


def _string(annotation: Any, key: bytes) -> str:
    import pypdfium2.raw as raw  # noqa: PLC0415

    return " ".join(_wide(raw.FPDFAnnot_GetStringValue, annotation, key).split())


def _wide(function: Any, *arguments: Any) -> str:
    """The UTF-16 string that a PDFium function writes to a buffer."""
    import pypdfium2.raw as raw  # noqa: PLC0415

    size = function(*arguments, None, 0)
    if not 2 < size <= _LONGEST:
        return ""
    buffer = ctypes.create_string_buffer(size)
    function(*arguments, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")
