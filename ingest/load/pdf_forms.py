"""Filled-in form fields of a PDF page, which its text does not include."""

import ctypes
from collections.abc import Iterator
from typing import Any


def form_values(pdf: Any, page: Any) -> Iterator[str]:
    """ "name: value" of every filled-in field of a page."""
    import pypdfium2.raw as raw  # noqa: PLC0415  # needed by this format only

    if pdf.formenv is None:
        return
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        if raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_WIDGET:
            name = _wide(raw.FPDFAnnot_GetFormFieldAlternateName, pdf.formenv, annotation)
            name = name or _wide(raw.FPDFAnnot_GetFormFieldName, pdf.formenv, annotation)
            value = _wide(raw.FPDFAnnot_GetFormFieldValue, pdf.formenv, annotation).strip()
            if value and value != "Off":
                yield f"{name}: {value}" if name else value
        raw.FPDFPage_CloseAnnot(annotation)


def _wide(function: Any, *arguments: Any) -> str:
    """The UTF-16 string that a PDFium function writes to a buffer."""
    import pypdfium2.raw as raw  # noqa: PLC0415

    size = function(*arguments, None, 0)
    if not 2 < size <= 65_536:
        return ""
    buffer = ctypes.create_string_buffer(size)
    function(*arguments, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")
