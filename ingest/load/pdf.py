"""PDF: bytes go in, the text of every page comes out, with the bookmarks as headings."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from app.core.domain import Heading, Part
from app.core.errors import DocumentError
from ingest.load import kinds
from ingest.load.divided_words import rejoined, words_of
from ingest.load.extracted import Builder, Extracted
from ingest.load.limits import Limits, too_much_text
from ingest.load.numbers import pages
from ingest.load.ocr import Recognizer
from ingest.load.pdf_outline import bookmark_headings
from ingest.load.pdf_page import PageContent, PageReader
from ingest.load.pdf_salvage import salvaged
from ingest.load.pdf_text import marked_pages
from ingest.load.pdf_xfa import form_lines

_DAMAGED = "The PDF is damaged or cut off: it was read as far as it goes."
_FEW_BOOKMARKS = 0.3  # of the number of headings recognised by their look
_MEANINGLESS_TITLE = re.compile(
    r"^\W*(?:anonymous|untitled|untitle|no ?title|ohne titel|sans titre|sin t[ií]tulo|senza titolo|none|null|unknown"
    r"|title|titel|paper title|print|printing|scan|scanned document|blank page|new document|untitled document"
    r"|(?:microsoft |ms )?(?:powerpoint|excel|word)(?: \w+)?|powerpoint[- ]\w+|pr[aä]sentation|presentation"
    r"|document|dokument|documento|slide|folie|book|mappe|sheet|tabelle|layout|page|seite|about:blank)[\W\d]*$"
    r"|^(?:paper title|microsoft (?:word|excel|powerpoint) -|https?://|file://|[a-z]:\\|/)|\.[a-z0-9]{2,5}$|^[\W\d]*$",
    re.IGNORECASE,
)


def load_pdf(content: bytes, limits: Limits) -> Extracted:
    """Pages in order, each a part; pages without a text layer and pages that fail are named in the warnings.

    A truncated PDF is read as far as possible. Raises DocumentError when the file needs a password or no part of it
    can be read.
    """
    import pypdfium2  # noqa: PLC0415  # needed by this format only

    pdf, damaged = _opened(content), False
    if pdf is None:
        repaired = salvaged(content)
        pdf, damaged = None if repaired is None else _opened(repaired), True
    if pdf is None:
        raise DocumentError("The PDF is damaged and cannot be opened.", fix="Get a fresh copy.")
    try:
        extracted = _read(pdf, pypdfium2.PdfiumError, limits)
    finally:
        pdf.close()
    if damaged and not extracted.text:
        raise DocumentError("The PDF is damaged and has no readable text.", fix="Get a fresh copy.")
    if not damaged:
        return extracted
    return replace(extracted, warnings=(_DAMAGED, *extracted.warnings))


def _opened(content: bytes) -> Any:
    """PDFium's document, None when PDFium cannot open it."""
    import pypdfium2  # noqa: PLC0415  # needed by this format only

    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        # PDFium reports its last error, which may be of an earlier file: check that this file is encrypted.
        if "password" in str(error).lower() and b"/Encrypt" in content:
            raise DocumentError("It is encrypted and needs a password.", fix="Save a copy without one.") from error
        return None


def _read(pdf: Any, failure: type[Exception], limits: Limits) -> Extracted:
    count = len(pdf)
    if count == 0:
        raise DocumentError("The PDF has no pages, so it is damaged.", fix="Get a fresh copy.")
    if count > limits.pages:
        raise DocumentError(f"The PDF has {count} pages.", fix="Split it, or raise FOREMOST_LOAD_PAGES.")
    pdf.init_forms()
    recognizer = Recognizer(limits)
    reader = PageReader(pdf, limits, recognizer)
    contents, failed = _pages(reader, count, failure, limits)
    if len(failed) == count:
        raise DocumentError("The PDF is damaged: none of its pages can be read.", fix="Get a fresh copy.")
    contents[0].notes += form_lines(pdf, sum(content.length for content in contents))
    marked = marked_pages(contents)
    known = words_of([page.text for page in marked])
    goes_on = [page.goes_on for page in marked]
    builder = Builder()
    for number, (text, separator) in enumerate(_joined([page.text for page in marked], goes_on, known), start=1):
        start, end = builder.add(text, separator=separator)
        builder.parts.append(Part(kind="page", number=number, start=start, end=end))
    text = builder.text()
    bookmarks, about_bookmarks = bookmark_headings(pdf, text, builder.parts)
    warnings = [*recognizer.warnings(), *reader.warnings(), *about_bookmarks]
    if failed:
        warnings.append(f"{pages(failed).capitalize()} could not be read: damaged.")
    return Extracted(
        text=text,
        media_type=kinds.PDF,
        title=_title(pdf),
        headings=_headings(bookmarks, builder.headings),
        parts=tuple(builder.parts),
        tables=tuple(builder.tables),
        warnings=tuple(warnings),
        ocr_missing=recognizer.missing,
    )


def _joined(texts: list[str], goes_on: list[bool], known: frozenset[str]) -> Iterator[tuple[str, str]]:
    """(text, what stands before it) of every page; a sentence or a word that a page's end divides is joined."""
    separator = ""
    for number, text in enumerate(texts):
        following = texts[number + 1] if number + 1 < len(texts) and goes_on[number + 1] else None
        text = rejoined(text, known)
        after = "\n\n" if following is None else " "
        if following is not None and text.endswith("-"):
            last, first = text.rsplit(None, 1)[-1], following.split(None, 1)[0]
            whole = rejoined(f"{last}\n{first}", known)
            after = ""
            text = text if whole.startswith(last) else text[:-1]
        yield text, separator
        separator = after


def _pages(
    reader: PageReader, count: int, failure: type[Exception], limits: Limits
) -> tuple[list[PageContent], list[int]]:
    """(every page, numbers of the pages that could not be read, which are empty)."""
    contents: list[PageContent] = []
    failed: list[int] = []
    length = 0
    for number in range(1, count + 1):
        try:
            content = reader.read(number)
        except failure:
            content = PageContent(number)
            failed.append(number)
        contents.append(content)
        length += content.length
        if length > limits.characters:
            raise too_much_text(limits)
    return contents, failed


# ----------------------------------------------------------------------------------------------- titles and headings


def _title(pdf: Any) -> str:
    title = " ".join(str(pdf.get_metadata_value("Title") or "").split())
    return "" if _MEANINGLESS_TITLE.search(title) else title


def _headings(bookmarks: tuple[Heading, ...], by_look: list[Heading]) -> tuple[Heading, ...]:
    """The bookmarks, unless they are few beside the headings recognised by their look."""
    return bookmarks if len(bookmarks) > _FEW_BOOKMARKS * len(by_look) else tuple(by_look)
