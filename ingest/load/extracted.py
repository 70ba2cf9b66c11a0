"""The result of a format's loader, and the builder that records offsets while a text is put together."""

import re
from dataclasses import dataclass, field
from typing import Literal

from app.core.domain import Heading, Part, Rows

LONGEST_HEADING = 300  # characters; more is a paragraph formatted as a heading
# While markup is read, a heading is marked in the text itself, so that its offset survives the clean-up of white space.
_MARK = 0xE000
TABLE_MARK, TABLE_END = "\ue007", "\ue008"  # around the lines of a table, of which the first is the header row
_MARKS = re.compile("[\ue001-\ue008]")
LONGEST_HEADER = 300  # characters of a table's header row that are kept

_DROPPED = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufeff\ufffe\uffff]")
_TERMINAL = re.compile("\x1b\\[[0-9;?]{0,20}[A-Za-z]")  # colour codes of a recorded terminal
_TRAILING_SPACE = re.compile("(?<![ \t\u00a0])[ \t\u00a0]+$", re.MULTILINE)  # the lookbehind keeps it linear
_BLANK_LINES = re.compile("\n{3,}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Extracted:
    """A file's text and structure, before title and language are decided and limits applied."""

    text: str  # as clean() returns it
    media_type: str
    title: str = ""  # from the file's own metadata or front matter, if it has one
    language: str | None = None  # as the file declares it
    headings: tuple[Heading, ...] = ()
    parts: tuple[Part, ...] = ()
    tables: tuple[Rows, ...] = ()
    warnings: tuple[str, ...] = ()
    ocr_missing: bool = False  # see Document


def clean(text: str) -> str:
    """Text that PostgreSQL can store and people can read: \\n line ends, no NUL, controls or lone surrogates."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _TERMINAL.sub("", text) if "\x1b" in text else text
    text = text.replace("\x0b", "\n").replace("\x0c", "\n\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    text = _DROPPED.sub("", text)
    # Surrogate pairs are joined, lone surrogates replaced.
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = _TRAILING_SPACE.sub("", text)
    return _BLANK_LINES.sub("\n\n", text).strip("\n")


def unmarked(text: str) -> str:
    """Source text without the characters that mark headings and tables here."""
    return _MARKS.sub("", text)


def heading_mark(level: int) -> str:
    """The character that marks the start of a heading line of level 1..6."""
    return chr(_MARK + min(max(level, 1), 6))


@dataclass(slots=True)
class Builder:
    """Puts a text together piece by piece, and records headings, parts and tables with their offsets."""

    headings: list[Heading] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    tables: list[Rows] = field(default_factory=list)
    _table_start: int | None = None  # of the table that is being added
    _pieces: list[str] = field(default_factory=list)
    length: int = 0

    def add(self, marked: str, *, separator: str = "\n\n") -> tuple[int, int]:
        """Append a piece, turning its heading marks into headings; returns its span (start, end)."""
        piece = clean(marked)
        if self.length and piece:
            self._append(separator)
        start = self.length
        position = 0
        for mark in _MARKS.finditer(piece):
            self._append(piece[position : mark.start()])
            position = mark.end()
            if mark.group() == TABLE_MARK:
                self._table_start = self.length
            elif mark.group() == TABLE_END:
                self._end_table()
            else:
                self._add_heading(ord(mark.group()) - _MARK, _line_at(piece, position))
        self._append(piece[position:])
        self._table_start = None
        return start, self.length

    def _add_heading(self, level: int, line: str) -> None:
        text = _MARKS.sub("", line).lstrip("# ").strip()
        if text:
            self.headings.append(Heading(level=level, text=text[:LONGEST_HEADING], start=self.length))

    def _end_table(self) -> None:
        if self._table_start is not None:
            lines = "".join(self._pieces_from(self._table_start))
            header, _, rows = lines.partition("\n")
            if header.strip() and rows.strip():
                start = self._table_start + len(header) + 1
                self.tables.append(Rows(header=header.strip()[:LONGEST_HEADER], start=start, end=self.length))
        self._table_start = None

    def add_part(self, marked: str, *, kind: Literal["page", "slide", "sheet"], number: int, name: str = "") -> None:
        """Append a page, slide or sheet; an empty one becomes an empty span."""
        start, end = self.add(marked)
        self.parts.append(Part(kind=kind, number=number, name=name, start=start, end=end))

    def text(self) -> str:
        """Everything added so far."""
        return "".join(self._pieces)

    def _pieces_from(self, start: int) -> list[str]:
        """The pieces from offset `start` on."""
        first, length = len(self._pieces), self.length
        while first and length > start:
            first -= 1
            length -= len(self._pieces[first])
        return self._pieces[first:]

    def _append(self, piece: str) -> None:
        self._pieces.append(piece)
        self.length += len(piece)


def _line_at(text: str, start: int) -> str:
    end = text.find("\n", start)
    return text[start : end if end >= 0 else len(text)]
