"""One page of a PDF: its lines and tables in reading order, or its running text where that is not possible."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest.load.limits import Limits
from ingest.load.numbers import pages
from ingest.load.ocr import Layer, Recognizer
from ingest.load.pdf_annotations import annotation_lines, struck_lines
from ingest.load.pdf_drawings import Drawings, drawings, mark_struck
from ingest.load.pdf_furniture import EDGE, Items
from ingest.load.pdf_language import is_no_language
from ingest.load.pdf_letters import Box
from ingest.load.pdf_order import Region, page_regions
from ingest.load.pdf_paragraphs import TextLine, text_line
from ingest.load.pdf_scan import hides_text, not_doubled, picture_of
from ingest.load.pdf_table import Columns, FoundTable
from ingest.load.pdf_tagged_tables import tagged_tables
from ingest.load.pdf_tags import marks_of, page_tags
from ingest.load.pdf_words import Frame, Word, page_characters, page_words

_MOST_WORDS = 12_000  # of a page whose layout is read
_SHARE_OF_PROCESSOR = 0.6  # of the processor time limit, for reading pages
_LATER = 0.002  # seconds of a page when its lines become paragraphs


@dataclass(slots=True)
class PageContent:
    """What was read of a page."""

    number: int
    height: float = 0.0  # points, of its upright text
    regions: list[Items] = field(default_factory=list)
    text: str = ""  # running text, or recognised text
    notes: list[str] = field(default_factory=list)  # descriptions of pictures, filled-in fields and comments

    @property
    def length(self) -> int:
        """Characters of its text, about."""
        tables = sum(item.length for region in self.regions for item in region if isinstance(item, FoundTable))
        return tables + sum(map(len, self.lines)) + len(self.text) + sum(map(len, self.notes))

    @property
    def lines(self) -> list[str]:
        """The texts of its lines."""
        return [item.text for region in self.regions for item in region if isinstance(item, TextLine)]


class PageReader:
    """Reads the pages of one document, in order."""

    def __init__(self, pdf: Any, limits: Limits, recognizer: Recognizer) -> None:
        import pypdfium2.raw as raw  # noqa: PLC0415  # needed by this format only

        self._pdf = pdf
        self._is_tagged = bool(raw.FPDFCatalog_IsTagged(pdf))
        self._count = len(pdf)
        self._recognizer = recognizer
        self._begun = time.process_time()
        self._seconds = _SHARE_OF_PROCESSOR * limits.cpu_seconds
        self._plain_seconds = 0.0  # spent on what running text needs too
        self._carried: Columns = ()
        self._without_layout: list[int] = []
        self._crowded: list[int] = []

    def read(self, number: int) -> PageContent:
        """A page, numbered from 1. Raises PDFium's error for one that is damaged."""
        begun = time.process_time()
        page = self._pdf[number - 1]
        try:
            textpage = page.get_textpage()
            try:
                characters = page_characters(textpage)
                self._plain_seconds += time.process_time() - begun
                content = self._content(page, textpage, characters, number)
                content.notes += annotation_lines(self._pdf, page, textpage)
                return content
            finally:
                textpage.close()
        finally:
            page.close()

    def warnings(self) -> tuple[str, ...]:
        """Warnings for people about pages that were not read fully."""
        notes = []
        if self._without_layout:
            subject = pages(self._without_layout)
            notes.append(f"Columns and tables of {subject} were not separated: too much text, or too little time.")
        if self._crowded:
            notes.append(f"Lines of tables on {pages(self._crowded)} were left out of account: too many drawings.")
        return tuple(notes)

    def _content(self, page: Any, textpage: Any, characters: str | None, number: int) -> PageContent:
        bounds = _bounds(page)
        content = PageContent(number, bounds[3] - bounds[1])
        drawn = Drawings()
        try:
            if characters is None or not self._has_time(number):
                raise ValueError("no layout")
            drawn = self._lay_out(page, textpage, page_words(textpage, characters, bounds), bounds, content)
        except (ArithmeticError, LookupError, ValueError):  # places that are no numbers, or no places of a page
            content.regions = []
            content.text = str(textpage.get_text_range())
            if content.text.strip():
                self._without_layout.append(number)
        self._carried = _last_columns(content)
        self._recognise(page, textpage, characters or content.text, drawn, content, bounds)
        return content

    def _lay_out(
        self, page: Any, textpage: Any, words: Sequence[tuple[Frame, list[Word]]], bounds: Box, content: PageContent
    ) -> Drawings:
        """Fill in the regions of a page. Raises ValueError for a page with too many words."""
        if sum(len(group) for _, group in words) > _MOST_WORDS:
            raise ValueError("more words than a page has")
        frame = words[0][0] if words else Frame(0, bounds)
        drawn = drawings(page, frame)
        if not drawn.complete:
            self._crowded.append(content.number)
        content.height = frame.height
        for index, (direction, group) in enumerate(words):
            lines_drawn = drawings(page, direction) if index else drawn
            mark_struck(group, sorted([*lines_drawn.across, *struck_lines(page, direction)], key=lambda line: line.at))
            tagged = self._tagged(page, textpage, group, content) if self._is_tagged and not index else []
            regions = page_regions(group, lines_drawn, self._carried if not index else (), tagged)
            content.regions += [_items(region) for region in regions]
        if self._is_tagged and not words:
            content.notes += page_tags(page).pictures
        return drawn

    def _tagged(
        self, page: Any, textpage: Any, words: list[Word], content: PageContent
    ) -> list[tuple[FoundTable, list[Word]]]:
        """The tables that the PDF names itself; marks the words of its headings, adds what its pictures show."""
        tags = page_tags(page)
        content.notes += tags.pictures
        if not tags.tables and not tags.levels:
            return []
        marks = marks_of(textpage, words)
        for word in words:
            word.level = tags.levels.get(marks.get(id(word), -1), 0)
        return tagged_tables(tags, words, marks)

    def _has_time(self, number: int) -> bool:
        """Whether there is processor time left for layout, so that the other pages can still be read without."""
        used = time.process_time() - self._begun
        usual = self._plain_seconds / number + _LATER
        return used + (self._count - number) * usual < self._seconds

    def _recognise(
        self, page: Any, textpage: Any, characters: str, drawn: Drawings, content: PageContent, bounds: Box
    ) -> None:
        """Add the text of a picture, where the page has none of its own, or only some, or no language."""
        number = content.number
        seen = "".join(characters.split())
        area = (bounds[2] - bounds[0]) * (bounds[3] - bounds[1])
        if not seen:
            layer = Layer.NONE
        elif is_no_language(characters):
            layer = Layer.NO_LANGUAGE
        elif hides_text(page, textpage, len(seen), drawn, area):
            layer = Layer.LITTLE
        else:
            return
        if not self._recognizer.wants(number, layer):
            return
        text = self._recognizer.text(picture_of(page), number, layer)
        if layer is Layer.NO_LANGUAGE:
            if text.strip() and not is_no_language(text):
                content.regions, content.text = [], text
            elif text.strip():
                self._recognizer.forget(number, layer)
        else:
            own = content.lines or content.text.splitlines()
            content.text = "\n\n".join(filter(None, [content.text, not_doubled(text, own) if own else text]))


def _bounds(page: Any) -> Box:
    left, bottom, right, top = page.get_bbox()
    return float(left), float(bottom), float(right), float(top)


def _items(region: Region) -> Items:
    return [item if isinstance(item, FoundTable) else text_line(item) for item in region]


def _last_columns(content: PageContent) -> Columns:
    """The columns of the table that ends a page, above its foot; none when something else does."""
    for region in reversed(content.regions):
        for item in reversed(region):
            if isinstance(item, FoundTable):
                return item.columns
            if item.top < (1 - EDGE) * content.height:
                return ()
    return ()
