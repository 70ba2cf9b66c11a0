"""PDF: bytes go in, the text of every page comes out, with the bookmarks as headings."""

import itertools
import re
from dataclasses import replace
from typing import Any

from app.core.domain import Heading, Part
from app.core.errors import DocumentError
from ingest.load import kinds
from ingest.load.divided_words import rejoined, words_of
from ingest.load.extracted import LONGEST_HEADING, Builder, Extracted, clean, unmarked
from ingest.load.limits import Limits, too_much_text
from ingest.load.numbers import pages
from ingest.load.ocr import DOTS_PER_INCH, MOST_PIXELS, Recognizer
from ingest.load.pdf_forms import form_values
from ingest.load.pdf_salvage import salvaged

_MAX_BOOKMARKS = 5_000
_DAMAGED = "The PDF is damaged or cut off: it was read as far as it goes."
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\u00ad": ""}
)
_SOFT_BREAK = re.compile("(?<=\\w)[\ufffe\x02]\\s*")  # PDFium's mark for a word divided at a line's end
_MEANINGLESS_TITLE = re.compile(
    r"^(?:untitled|title$|microsoft word|slide \d+|(?:document|presentation)\d*$|paper title)|\.\w{2,4}$", re.IGNORECASE
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
    texts, failed = _page_texts(pdf, failure, recognizer, limits)
    if len(failed) == count:
        raise DocumentError("The PDF is damaged: none of its pages can be read.", fix="Get a fresh copy.")
    known = words_of(texts)
    builder = Builder()
    for number, text in enumerate(texts, start=1):
        builder.add_part(rejoined(text, known), kind="page", number=number)
    text = builder.text()
    warnings = list(recognizer.warnings())
    if failed:
        warnings.append(f"{pages(failed).capitalize()} could not be read: damaged.")
    return Extracted(
        text=text,
        media_type=kinds.PDF,
        title=_title(pdf),
        headings=_headings(pdf, text, builder.parts),
        parts=tuple(builder.parts),
        warnings=tuple(warnings),
        ocr_missing=recognizer.missing,
    )


def _page_texts(
    pdf: Any, failure: type[Exception], recognizer: Recognizer, limits: Limits
) -> tuple[list[str], list[int]]:
    """(text of every page, numbers of the pages that could not be read, whose text is empty)."""
    texts: list[str] = []
    failed: list[int] = []
    length = 0
    for number in range(1, len(pdf) + 1):
        try:
            texts.append(_page_text(pdf, number, recognizer))
        except failure:
            texts.append("")
            failed.append(number)
        length += len(texts[-1])
        if length > limits.characters:
            raise too_much_text(limits)
    return texts, failed


def _page_text(pdf: Any, number: int, recognizer: Recognizer) -> str:
    page = pdf[number - 1]
    try:
        textpage = page.get_textpage()
        try:
            text = str(textpage.get_text_range())
        finally:
            textpage.close()
        fields = "\n".join(form_values(pdf, page))
        if not clean(text + fields).strip() and recognizer.wants(number):
            text = recognizer.text(_picture(page), number)
    finally:
        page.close()
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_LIGATURES)
    text = _SOFT_BREAK.sub("-\n", text)
    return unmarked(f"{text}\n\n{fields}" if fields else text)


def _picture(page: Any) -> Any:
    """The page rendered in grey, at a lower resolution when the page is huge."""
    width, height = page.get_size()
    scale = min(DOTS_PER_INCH / 72, (MOST_PIXELS / max(width * height, 1)) ** 0.5)
    return page.render(scale=scale, grayscale=True).to_pil()


# ----------------------------------------------------------------------------------------------- titles and headings


def _title(pdf: Any) -> str:
    title = " ".join(str(pdf.get_metadata_value("Title") or "").split())
    return "" if _MEANINGLESS_TITLE.search(title) else title


def _headings(pdf: Any, text: str, parts: list[Part]) -> tuple[Heading, ...]:
    """Bookmarks whose titles occur on the page they point to."""
    headings: list[Heading] = []
    position = 0
    for bookmark in itertools.islice(pdf.get_toc(max_depth=6), _MAX_BOOKMARKS):
        title, index = " ".join(bookmark.get_title().split())[:LONGEST_HEADING], _page_of(bookmark)
        if not title or index is None or not 0 <= index < len(parts):
            continue
        pattern = r"\s+".join(re.escape(word) for word in title.split()[:40])
        match = re.compile(pattern).search(text, max(parts[index].start, position), parts[index].end)
        if match:
            position = match.end()
            headings.append(Heading(level=min(bookmark.level + 1, 6), text=title, start=match.start()))
    return tuple(headings)


def _page_of(bookmark: Any) -> int | None:
    destination = bookmark.get_dest()
    return None if destination is None else destination.get_index()
