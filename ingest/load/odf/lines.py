"""The content of a paragraph of an OpenDocument file as HTML."""

from dataclasses import dataclass, field
from html import escape
from typing import Any

from ingest.load.margins import PAGE_MARK
from ingest.load.odf.document import Open
from ingest.load.odf.frames import FRAME, GROUPS, SHAPES, alternative, drawn
from ingest.load.odf.names import DC, DRAW, MATH, META, OFFICE, SVG, TEXT, XLINK
from ingest.load.odf.objects import formula_html
from ingest.load.odf.package import Element
from ingest.load.odf.styles import PLAIN, Look
from ingest.load.ooxml.html import safe

_SPACES = {TEXT + "s": " ", TEXT + "tab": " ", TEXT + "line-break": "<br>"}
_PAGE_NUMBERS = frozenset((TEXT + "page-number", TEXT + "page-count", TEXT + "page-continuation"))
_UNREAD = frozenset(
    (
        TEXT + "number",  # the number of an item, as a program wrote it once
        TEXT + "tracked-changes",
        TEXT + "note-citation",
        TEXT + "label",  # what a list to choose from offers
        TEXT + "script",
        OFFICE + "annotation-end",
        OFFICE + "event-listeners",
        SVG + "title",
        SVG + "desc",
        DRAW + "enhanced-geometry",
        DRAW + "glue-point",
    )
)


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote, an endnote or a comment. element: what holds its paragraphs."""

    word: str
    element: Element
    author: str = ""
    date: str = ""


Step = Any  # Element, Note, or HTML as str


@dataclass(slots=True)
class Line:
    """A paragraph: its HTML, and what stands after it."""

    html: str
    after: list[Step] = field(default_factory=list)


class Lines:
    """Reads paragraphs. marks_pages: the numbers of pages are set between marks."""

    def __init__(self, document: Open, *, marks_pages: bool = False) -> None:
        self._document = document
        self._marks_pages = marks_pages
        self._pieces: list[str] = []
        self._after: list[Step] = []
        self._stack: list[tuple[Step, Look]] = []
        self._hidden = False  # hidden text was passed

    def line(self, paragraph: Element, look: Look = PLAIN) -> Line:
        """A paragraph in the look of its style."""
        self._pieces, self._after, self._hidden = [], [], False
        self._push(paragraph, look)
        while self._stack:
            step, inner = self._stack.pop()
            if isinstance(step, str):
                self._pieces.append(step)
            elif isinstance(step, _Text):
                self._text(step.text, inner)
            else:
                self._element(step, inner)
        self._document.count("hidden passage", int(self._hidden))
        return Line("".join(self._pieces), self._after)

    def _push(self, element: Element, look: Look, *, before: str = "", after: str = "") -> None:
        """Read the content of an element next, between two pieces of HTML."""
        steps: list[tuple[Step, Look]] = [(before, look)] if before else []
        if element.text:
            steps.append((_Text(element.text), look))
        for child in element:
            steps.append((child, look))
            if child.tail:
                steps.append((_Text(child.tail), look))
        if after:
            steps.append((after, look))
        self._stack.extend(reversed(steps))

    def _text(self, text: str, look: Look) -> None:
        if look.hidden:
            self._hidden = self._hidden or not text.isspace()
            return
        html = safe(text)
        if look.shift and text.strip():
            html = f"<{look.shift}>{html}</{look.shift}>"
        self._pieces.append(f"<s>{html}</s>" if look.struck and text.strip() else html)

    def _element(self, element: Element, look: Look) -> None:
        tag = element.tag
        if tag == TEXT + "span":
            own = self._document.styles.look("text", element.get(TEXT + "style-name"))
            self._push(element, own.within(look))
        elif tag in _SPACES:
            self._pieces.append(_SPACES[tag])
        elif tag in _UNREAD:
            return
        elif tag == TEXT + "a":
            address = escape(element.get(XLINK + "href", ""))
            self._push(element, look, before=f'<a href="{address}">', after="</a>")
        elif tag == TEXT + "note":
            self._note(element)
        elif tag == OFFICE + "annotation":
            self._after.append(comment(element))
        elif tag in (FRAME, *SHAPES):
            self._drawn(element)
        elif tag in GROUPS:
            self._push_parts(element, look)
        elif tag == DRAW + "control":
            key = element.get(DRAW + "control", "")
            self._pieces.append(safe(self._document.controls.pop(key, "")))
        elif tag == MATH + "math":
            self._pieces.append(formula_html(element))
        elif tag in (TEXT + "hidden-text", TEXT + "hidden-paragraph"):
            text = element.get(TEXT + "string-value") or "".join(element.itertext())
            self._hidden = self._hidden or (tag == TEXT + "hidden-text" and bool(text.strip()))
        elif tag == TEXT + "ruby-text":
            self._push(element, look, before="<rt>", after="</rt>")
        elif tag in _PAGE_NUMBERS and self._marks_pages:
            self._push(element, look, before=PAGE_MARK, after=PAGE_MARK)
        else:
            self._push(element, look)

    def _push_parts(self, element: Element, look: Look) -> None:
        """Read the things in a group, which has no text of its own."""
        self._pieces.append(alternative(element))
        self._stack.extend((child, look) for child in reversed(element))

    def _drawn(self, element: Element) -> None:
        found = drawn(self._document, element)
        self._pieces.append(found.inline)
        self._after += found.after

    def _note(self, element: Element) -> None:
        citation = element.find(TEXT + "note-citation")
        mark = "".join(citation.itertext()).strip() if citation is not None else ""
        word = "Endnote" if element.get(TEXT + "note-class") == "endnote" else "Footnote"
        body = element.find(TEXT + "note-body")
        if mark:
            self._pieces.append(f'<sup class="note">{safe(mark)}</sup>')
        if body is not None:
            self._after.append(Note(f"{word} {mark}. " if mark else f"{word}: ", body))


@dataclass(frozen=True, slots=True)
class _Text:
    """Text of the document, which is not HTML yet."""

    text: str


def comment(element: Element) -> Note:
    """A comment of a reader. element: office:annotation."""
    reply = any(key.endswith("}parent-name") for key in element.attrib)
    date = element.findtext(DC + "date") or element.findtext(META + "date-string") or ""
    return Note("Reply: " if reply else "Comment: ", element, element.findtext(DC + "creator") or "", date)
