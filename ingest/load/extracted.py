"""The result of a format's loader, and the builder that records offsets while a text is put together."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Literal

from app.core.domain import Heading, Part, Rows

LONGEST_HEADING = 300  # characters; more is a paragraph formatted as a heading
# While markup is read, a heading is marked in the text itself, so that its offset survives the clean-up of white space.
_MARK = 0xE000
# A table: TABLE, its caption, HEADER, its columns' names, ABOVE, the lines above its rows, ROWS, its rows, END.
# Caption and names up to ABOVE are for passages; what of them is text stands again in the lines above the rows.
_TABLE, _HEADER, _ABOVE, _ROWS, _END = "\ue007", "\ue008", "\ue009", "\ue00a", "\ue00b"
_MARKS = re.compile("[\ue001-\ue00b]")
_TABLE_HEAD = re.compile(f"{_TABLE}[^{_ABOVE}]*{_ABOVE}")

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
    tags: tuple[str, ...] = ()  # see Document


def clean(text: str) -> str:
    """Text that PostgreSQL can store and people can read: \\n line ends, composed letters (NFC), no NUL or controls."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _TERMINAL.sub("", text) if "\x1b" in text else text
    text = text.replace("\x0b", "\n").replace("\x0c", "\n\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    text = _DROPPED.sub("", text)
    # Surrogate pairs are joined, lone surrogates replaced.
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = text if text.isascii() else unicodedata.normalize("NFC", text)
    text = _TRAILING_SPACE.sub("", text)
    return _BLANK_LINES.sub("\n\n", text).strip("\n")


def unmarked(text: str) -> str:
    """Source text without the characters that mark headings and tables here."""
    return _MARKS.sub("", text)


def marked_table(*, caption: str, header: str, above: str, rows: str) -> str:
    """A table's text, marked for `Builder.add`.

    caption, header: for every passage of the rows; one line each. above: the lines above the rows.
    """
    if not above and not rows:
        return ""
    lines = unmarked(f"{above}\n" if above and rows else above)
    return f"{_TABLE}{unmarked(caption)}{_HEADER}{unmarked(header)}{_ABOVE}{lines}{_ROWS}{unmarked(rows)}{_END}"


def with_caption(marked: str, caption: str) -> str:
    """A table's marked text, with a caption for its passages if it has none."""
    return marked.replace(_TABLE + _HEADER, f"{_TABLE}{unmarked(caption)}{_HEADER}", 1)


def unmarked_tables(marked: str) -> str:
    """Marked text with its tables as plain lines."""
    return _MARKS.sub("", _TABLE_HEAD.sub("", marked)) if _TABLE in marked else marked


def heading_mark(level: int) -> str:
    """The character that marks the start of a heading line of level 1..6."""
    return chr(_MARK + min(max(level, 1), 6))


@dataclass(slots=True)
class _OpenTable:
    """A table that is being added, with offsets into the text."""

    caption: str
    header: str
    start: int  # of the lines above its rows
    rows: int  # of its rows


@dataclass(slots=True)
class Builder:
    """Puts a text together piece by piece, and records headings, parts and tables with their offsets."""

    headings: list[Heading] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    tables: list[Rows] = field(default_factory=list)
    _table: _OpenTable | None = None
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
            if mark.start() < position:
                continue  # within the head of a table
            self._append(piece[position : mark.start()])
            position = mark.end()
            if mark.group() == _TABLE:
                position = self._open_table(piece, mark.start())
            elif mark.group() == _ROWS and self._table:
                self._table.rows = self.length
            elif mark.group() == _END:
                self._end_table()
            elif mark.group() < _TABLE:
                self._add_heading(ord(mark.group()) - _MARK, _line_at(piece, position))
        self._append(piece[position:])
        self._table = None
        return start, self.length

    def _add_heading(self, level: int, line: str) -> None:
        text = _MARKS.sub("", line).lstrip("# ").strip()
        if text:
            self.headings.append(Heading(level=level, text=text[:LONGEST_HEADING], start=self.length))

    def _open_table(self, piece: str, start: int) -> int:
        """Begin the table marked at `start`; returns where its lines begin."""
        head = _TABLE_HEAD.match(piece, start)
        if head is None:
            return start + 1
        caption, _, header = head.group()[1:-1].partition(_HEADER)
        self._table = _OpenTable(caption.strip(), header.strip(), self.length, self.length)
        return head.end()

    def _end_table(self) -> None:
        table, self._table = self._table, None
        if table and table.rows < self.length:
            self.tables.append(
                Rows(
                    caption=table.caption,
                    header=table.header,
                    head=table.rows - table.start,
                    start=table.rows,
                    end=self.length,
                )
            )

    def add_part(self, marked: str, *, kind: Literal["page", "slide", "sheet"], number: int, name: str = "") -> None:
        """Append a page, slide or sheet; an empty one becomes an empty span."""
        start, end = self.add(marked)
        self.parts.append(Part(kind=kind, number=number, name=name, start=start, end=end))

    def text(self) -> str:
        """Everything added so far."""
        return "".join(self._pieces)

    def _append(self, piece: str) -> None:
        self._pieces.append(piece)
        self.length += len(piece)


def _line_at(text: str, start: int) -> str:
    end = text.find("\n", start)
    return text[start : end if end >= 0 else len(text)]
