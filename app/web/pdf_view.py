"""Draws pages of a PDF, with the boxes of the lines that hold a passage. Runs in the child process only."""

import ctypes
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import pypdfium2
import pypdfium2.raw as pdfium

from app.core.errors import DocumentError
from app.web.pdf_image import Box, PageImage

_WIDTH = 1300  # pixels, unless _MOST_PIXELS makes it smaller
_MOST_PIXELS = 4_000_000
_SHORTEST_RUN = 3  # consecutive words that count as a match, so that single common words are not boxed
_MOST_CHARACTERS = 50_000  # of a page; beyond it the page is shown without boxes
_MOST_ROUNDS = 8  # of looking for words that stand in another order on the page
_WORD = re.compile(r"\w+")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff]")
# Inside a word: the soft hyphen, and what PDFium returns for a hyphen at the end of a line.
_JOINED = ("\u00ad", "\u200b", "\ufffe", "\x02")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be seen of a document."""

    pages: tuple[int, ...]  # from 1
    passage: str
    quote: str = ""  # a sentence of the passage


def page_images(content: bytes, wanted: Wanted) -> tuple[int, tuple[PageImage, ...]]:
    """The number of pages, and images of the wanted ones with boxes around the lines of the passage.

    Pages that the document does not have are left out. Raises DocumentError when the bytes cannot be read as a PDF.
    """
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise DocumentError("The PDF cannot be opened to show its page; the passage's text is shown.") from error
    try:
        count = len(document)
        return count, tuple(_render(document, number, wanted) for number in wanted.pages if 1 <= number <= count)
    except pypdfium2.PdfiumError as error:
        raise DocumentError("The PDF's page cannot be drawn; the passage's text is shown.") from error
    finally:
        document.close()


def _render(document: pypdfium2.PdfDocument, number: int, wanted: Wanted) -> PageImage:
    page = document[number - 1]
    width, height = page.get_size()  # points, rotation applied
    scale = min(_WIDTH / max(width, 1), (_MOST_PIXELS / max(width * height, 1)) ** 0.5)
    bitmap = page.render(scale=scale)
    text_page = page.get_textpage()
    place = bitmap.get_posconv(page), (bitmap.width, bitmap.height)
    boxes = _boxes(text_page, *place, wanted.passage)
    quoted = _boxes(text_page, *place, wanted.quote) if boxes and wanted.quote else ()
    image = bitmap.to_pil().convert("RGB")
    stream = io.BytesIO()
    image.save(stream, "PNG")
    rendered = PageImage(number, stream.getvalue(), image.width, image.height, boxes, quoted)
    text_page.close()
    page.close()
    return rendered


def _boxes(
    text_page: pypdfium2.PdfTextPage, convert: pypdfium2.PdfPosConv, size: tuple[int, int], passage: str
) -> tuple[Box, ...]:
    count = text_page.count_chars()
    if count > _MOST_CHARACTERS:
        return ()
    characters = [chr(pdfium.FPDFText_GetUnicode(text_page, index)) for index in range(count)]
    lines: list[list[float]] = []  # left, bottom, right, top in points of the page before rotation
    for index in _matching(characters, passage):
        rectangle = _character_box(text_page, index)
        if rectangle is None:
            continue
        left, bottom, right, top = rectangle
        last = lines[-1] if lines else None
        in_line = last and last[1] <= (bottom + top) / 2 <= last[3]
        if last and in_line and last[0] <= right and left <= last[2] + 4 * (top - bottom):
            last[:] = [min(last[0], left), min(last[1], bottom), max(last[2], right), max(last[3], top)]
        else:
            lines.append([left, bottom, right, top])
    return tuple(_on_image(line, convert, size) for line in lines)


def _character_box(text_page: pypdfium2.PdfTextPage, index: int) -> tuple[float, float, float, float] | None:
    """Left, bottom, right, top of a character in points; the loose box is as tall as the line."""
    box = pdfium.FS_RECTF()
    if not pdfium.FPDFText_GetLooseCharBox(text_page, index, ctypes.byref(box)):
        return None
    if box.left == box.right or box.bottom == box.top:
        return None
    return box.left, box.bottom, box.right, box.top


def _on_image(line: Sequence[float], convert: pypdfium2.PdfPosConv, size: tuple[int, int]) -> Box:
    """A rectangle of the page as fractions of its image, which may be rotated and cropped."""
    (x1, y1), (x2, y2) = convert.to_bitmap(line[0], line[1]), convert.to_bitmap(line[2], line[3])
    width, height = size
    return Box(min(x1, x2) / width, min(y1, y2) / height, abs(x2 - x1) / width, abs(y2 - y1) / height)


def _matching(characters: Sequence[str], passage: str) -> list[int]:
    """Indices of the page's characters that belong to the passage, in the page's own order.

    Page and passage are compared word by word: their white space and hyphenation differ. A passage is read column by
    column and row by row while a page keeps its text in any order, so runs of words may follow each other differently.
    """
    text = "".join(c if len(c) == 1 and c not in _JOINED else "\u2060" for c in characters)
    on_page = [(match.group().casefold(), match.start(), match.end()) for match in re.finditer(r"[\w\u2060]+", text)]
    page_words = [_key(word.replace("\u2060", "")) for word, _, _ in on_page]
    wanted = [_key(word.casefold()) for word in _WORD.findall(passage)]
    shortest = min(_SHORTEST_RUN, len(wanted))
    indices: set[int] = set()
    for _ in range(_MOST_ROUNDS):
        found = False
        for block in SequenceMatcher(None, page_words, wanted, autojunk=False).get_matching_blocks():
            if block.size and block.size >= shortest:
                found = True
                indices |= set(range(on_page[block.a][1], on_page[block.a + block.size - 1][2]))
                page_words[block.a : block.a + block.size] = [""] * block.size  # on the page, and found
                wanted[block.b : block.b + block.size] = [" "] * block.size
        if not found:
            break
    return sorted(indices)


def _key(word: str) -> str:
    """A word for comparison. Of a word that runs to the left PDFium may keep the letters as they look: any order."""
    return "".join(sorted(word)) if _RIGHT_TO_LEFT.search(word) else word
