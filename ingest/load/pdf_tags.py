"""Tables and headings that a PDF names itself: its structure tree, as browsers and word processors write it."""

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest.load.pdf_words import Word

_MOST_ELEMENTS = 20_000  # of one page
MOST_COLUMNS = 200  # that a cell covers
_LONGEST = 65_536  # bytes of a picture's description
_PICTURES = ("Figure", "Formula")
_CELLS = ("TH", "TD")


@dataclass(slots=True)
class TaggedCell:
    """A cell of a table in a structure tree."""

    is_name: bool = False
    columns: int = 1
    rows: int = 1
    marks: set[int] = field(default_factory=set)  # of the page's content
    words: list[Word] = field(default_factory=list)

    @property
    def middle(self) -> float:
        """The middle of its words, from the left."""
        return (min(word.left for word in self.words) + max(word.right for word in self.words)) / 2


@dataclass(slots=True)
class Tags:
    """What the structure tree of a page says."""

    tables: list[list[list[TaggedCell]]] = field(default_factory=list)
    levels: dict[int, int] = field(default_factory=dict)  # mark of the page's content -> level of a heading
    pictures: list[str] = field(default_factory=list)  # what pictures and formulas show, in words


def page_tags(page: Any) -> Tags:
    """The tables and headings of a page's structure tree; none for a page without one."""
    import pypdfium2.raw as raw  # noqa: PLC0415  # needed by this format only

    tags = Tags()
    tree = raw.FPDF_StructTree_GetForPage(page)
    if not tree:
        return tags
    try:
        count = raw.FPDF_StructTree_CountChildren(tree)
        roots = [raw.FPDF_StructTree_GetChildAtIndex(tree, index) for index in range(min(count, _MOST_ELEMENTS))]
        _Walk(tags).walk([root for root in roots if root])
    finally:
        raw.FPDF_StructTree_Close(tree)
    return tags


class _Walk:
    """Goes through a structure tree, within a bound on its elements."""

    def __init__(self, tags: Tags) -> None:
        import pypdfium2.raw as raw  # noqa: PLC0415

        self._raw = raw
        self._tags = tags
        self._left = _MOST_ELEMENTS
        self._buffer = ctypes.create_string_buffer(64)

    def walk(self, roots: Sequence[Any]) -> None:
        waiting = list(reversed(roots))
        while waiting and self._left > 0:
            element = waiting.pop()
            self._left -= 1
            kind = self._kind(element)
            if kind == "Table":
                rows = self._rows(element)
                if rows:
                    self._tags.tables.append(rows)
                    continue
            if len(kind) == 2 and kind[0] == "H" and kind[1] in "123456":
                self._tags.levels |= dict.fromkeys(self._marks(element) or (), int(kind[1]))
                continue
            if kind in _PICTURES:
                self._tags.pictures += filter(None, [self._alternative(element)])
            waiting += reversed(list(self._children(element)))

    def _alternative(self, element: Any) -> str:
        size = self._raw.FPDF_StructElement_GetAltText(element, None, 0)
        if not 2 < size <= _LONGEST:
            return ""
        buffer = ctypes.create_string_buffer(size)
        self._raw.FPDF_StructElement_GetAltText(element, buffer, size)
        return " ".join(buffer.raw[: size - 2].decode("utf-16-le", "replace").split())

    def _rows(self, table: Any) -> list[list[TaggedCell]]:
        """The rows of a table; none for one that holds another, which is there for the layout."""
        rows: list[list[TaggedCell]] = []
        waiting = list(reversed(list(self._children(table))))
        while waiting and self._left > 0:
            element = waiting.pop()
            self._left -= 1
            if self._kind(element) != "TR":
                waiting += reversed(list(self._children(element)))
                continue
            row = []
            for child in self._children(element):
                kind = self._kind(child)
                if kind not in _CELLS:
                    continue
                marks = self._marks(child)
                if marks is None:
                    return []
                columns, down = self._number(child, b"ColSpan"), self._number(child, b"RowSpan")
                row.append(TaggedCell(kind == "TH", columns, down, marks))
            if row:
                rows.append(row)
        return rows

    def _marks(self, element: Any) -> set[int] | None:
        """Marks of all content of an element; None when there is a table in it."""
        marks: set[int] = set()
        waiting = [element]
        while waiting and self._left > 0:
            present = waiting.pop()
            self._left -= 1
            if present is not element and self._kind(present) == "Table":
                return None
            for index in range(max(self._raw.FPDF_StructElement_CountChildren(present), 0)):
                child = self._raw.FPDF_StructElement_GetChildAtIndex(present, index)
                if child:
                    waiting.append(child)
                else:
                    marks.add(self._raw.FPDF_StructElement_GetChildMarkedContentID(present, index))
        return marks - {-1}

    def _children(self, element: Any) -> Iterator[Any]:
        for index in range(max(self._raw.FPDF_StructElement_CountChildren(element), 0)):
            child = self._raw.FPDF_StructElement_GetChildAtIndex(element, index)
            if child:
                yield child

    def _kind(self, element: Any) -> str:
        size = self._raw.FPDF_StructElement_GetType(element, self._buffer, 64)
        return self._buffer.raw[: max(size - 2, 0)].decode("utf-16-le", "replace") if size <= 64 else ""

    def _number(self, element: Any, name: bytes) -> int:
        """A number among an element's attributes, 1 without it."""
        value = ctypes.c_float()
        for index in range(max(self._raw.FPDF_StructElement_GetAttributeCount(element), 0)):
            attribute = self._raw.FPDF_StructElement_GetAttributeAtIndex(element, index)
            found = self._raw.FPDF_StructElement_Attr_GetValue(attribute, name) if attribute else None
            if found and self._raw.FPDF_StructElement_Attr_GetNumberValue(found, value):
                return int(min(max(value.value, 1), MOST_COLUMNS))
        return 1


def marks_of(textpage: Any, words: Sequence[Word]) -> dict[int, int]:
    """id of a word -> mark of the content that it belongs to."""
    import pypdfium2.raw as raw  # noqa: PLC0415

    result = {}
    for word in words:
        item = raw.FPDFText_GetTextObject(textpage, word.start)
        if item:
            result[id(word)] = raw.FPDFPageObj_GetMarkedContentID(item)
    return result
