"""PDF: bytes go in, the text of every page comes out, with the bookmarks as headings."""

import re
from collections.abc import Iterator
from typing import Any

from app.core.domain import Heading, Part
from app.core.errors import DocumentError
from ingest.load import kinds
from ingest.load.draft import LONGEST_HEADING, Builder, Draft, unmarked

_MAX_PAGES = 20_000
_MAX_BOOKMARKS = 5_000
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\u00ad": ""}
)
_SOFT_BREAK = re.compile("(?<=\\w)[\ufffe\x02]\\s*")  # PDFium's own sign for a word divided at a line's end
_HARD_BREAK = re.compile(r"(?<![^\W\d_])([^\W\d_]{2,})-\n([^\W\d_]{2,})")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_MEANINGLESS_TITLE = re.compile(
    r"^(?:untitled|title$|microsoft word|slide \d+|(?:document|presentation)\d*$|paper title)|\.\w{2,4}$", re.IGNORECASE
)


def load_pdf(content: bytes) -> Draft:
    """Pages in order, each a part; pages without a text layer and pages that fail are named in the warnings.

    Raises DocumentError when the file needs a password or is too damaged to open.
    """
    import pypdfium2  # noqa: PLC0415  # needed by this format only

    try:
        pdf = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        # PDFium reports its last error, which may be that of an earlier file: the file itself must speak of encryption
        if "password" in str(error).lower() and b"/Encrypt" in content:
            raise DocumentError("It is encrypted and needs a password: save a copy without one.") from error
        raise DocumentError("The PDF is damaged and cannot be opened: get a fresh copy.") from error
    try:
        return _read(pdf, pypdfium2.PdfiumError)
    finally:
        pdf.close()


def _read(pdf: Any, failure: type[Exception]) -> Draft:
    count = len(pdf)
    if count == 0 or count > _MAX_PAGES:
        raise DocumentError(f"The PDF has {count} pages; it is damaged or made to exhaust memory.")
    pdf.init_forms()
    texts: list[str] = []
    failed: list[int] = []
    for index in range(count):
        try:
            texts.append(_page_text(pdf, index))
        except failure:
            texts.append("")
            failed.append(index + 1)
    if len(failed) == count:
        raise DocumentError("The PDF is damaged: none of its pages can be read. Get a fresh copy.")
    known = _words(texts)
    builder, empty = Builder(), []
    for number, text in enumerate(texts, start=1):
        builder.add_part(_joined(text, known), kind="page", number=number)
        if builder.parts[-1].start == builder.parts[-1].end and number not in failed:
            empty.append(number)
    text = builder.text()
    return Draft(
        text=text,
        media_type=kinds.PDF,
        title=_title(pdf),
        headings=_headings(pdf, text, builder.parts),
        parts=tuple(builder.parts),
        warnings=_warnings(empty, failed),
    )


def _page_text(pdf: Any, index: int) -> str:
    page = pdf[index]
    try:
        textpage = page.get_textpage()
        try:
            text = str(textpage.get_text_range())
        finally:
            textpage.close()
        fields = "\n".join(_form_values(pdf, page))
    finally:
        page.close()
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_LIGATURES)
    text = _SOFT_BREAK.sub("-\n", text)
    return unmarked(f"{text}\n\n{fields}" if fields else text)


def _form_values(pdf: Any, page: Any) -> Iterator[str]:
    """Filled-in form fields, which are no part of the page's text."""
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
    """A UTF-16 string from a PDFium function that fills a buffer."""
    import ctypes  # noqa: PLC0415  # needed by this format only

    import pypdfium2.raw as raw  # noqa: PLC0415

    size = function(*arguments, None, 0)
    if not 2 < size <= 65_536:
        return ""
    buffer = ctypes.create_string_buffer(size)
    function(*arguments, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")


# ------------------------------------------------------------------------------------------- words divided at lines


def _words(texts: list[str]) -> frozenset[str]:
    """Words of the document, lower case, to decide whether a hyphen at a line's end belongs to the word."""
    return frozenset(word.lower() for text in texts for word in _WORD.findall(text))


def _joined(text: str, known: frozenset[str]) -> str:
    """Text with divided words put together: whole where the whole word occurs elsewhere, else by the hyphen's use."""

    def join(match: re.Match[str]) -> str:
        first, second = match.group(1), match.group(2)
        whole, hyphened = (first + second).lower(), f"{first}-{second}".lower()
        if whole in known or (hyphened not in known and second[0].islower()):
            return first + second
        return f"{first}-{second}"

    return _HARD_BREAK.sub(join, text)


# ----------------------------------------------------------------------------------------------- titles and headings


def _title(pdf: Any) -> str:
    title = " ".join(str(pdf.get_metadata_value("Title") or "").split())
    return "" if _MEANINGLESS_TITLE.search(title) else title


def _headings(pdf: Any, text: str, parts: list[Part]) -> tuple[Heading, ...]:
    """Bookmarks whose titles are found on the page they point to."""
    found: list[Heading] = []
    position = 0
    for number, mark in enumerate(pdf.get_toc(max_depth=6)):
        if number >= _MAX_BOOKMARKS:
            break
        title, index = " ".join(mark.get_title().split())[:LONGEST_HEADING], _page_of(mark)
        if not title or index is None or not 0 <= index < len(parts):
            continue
        pattern = r"\s+".join(re.escape(word) for word in title.split()[:40])
        match = re.compile(pattern).search(text, max(parts[index].start, position), parts[index].end)
        if match:
            position = match.end()
            found.append(Heading(level=min(mark.level + 1, 6), text=title, start=match.start()))
    return tuple(found)


def _page_of(mark: Any) -> int | None:
    destination = mark.get_dest()
    return None if destination is None else destination.get_index()


def _warnings(empty: list[int], failed: list[int]) -> tuple[str, ...]:
    notes = []
    if empty:
        notes.append(f"No text layer on {_pages(empty)}: scanned or blank.")
    if failed:
        notes.append(f"{_pages(failed).capitalize()} could not be read: damaged.")
    return tuple(notes)


def _pages(numbers: list[int]) -> str:
    """ "page 3" or "pages 1–4, 9"."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][-1] == number - 1:
            ranges[-1][1:] = [number]
        else:
            ranges.append([number])
    said = ", ".join("–".join(map(str, dict.fromkeys(one))) for one in ranges[:20])
    return f"{'page' if len(numbers) == 1 else 'pages'} {said}{' and more' if len(ranges) > 20 else ''}"
