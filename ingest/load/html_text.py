"""HTML as Markdown-like text with marked headings. It is read as a stream, so deep nesting is no problem.

The parser is libxml2: the standard library's takes quadratic time on unclosed markup.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from ingest.load.extracted import heading_mark, unmarked, unmarked_tables
from ingest.load.tables import table_text

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure "
    "footer form header hr main nav ol p section summary ul".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_SKIPPED = frozenset(("script", "style", "template", "svg", "math", "object", "noscript", "select", "iframe"))
_DEEPEST_TABLE = 20  # tables nested deeper are read as plain blocks
_DEEPEST_LIST = 6
_FEED = 1 << 20  # bytes
_SPACE = re.compile(r"[ \t\n\r\f\v]+")


@dataclass(slots=True)
class _Buffer:
    """Text being written: the document, or one table cell."""

    pieces: list[str] = field(default_factory=list)
    at_line_start: bool = True
    after_bullet: bool = False  # a paragraph at the start of a list item stays on its line

    def write(self, text: str, *, bullet: bool = False) -> None:
        if text and not (self.after_bullet and not text.strip("\n")):
            self.pieces.append(text)
            self.at_line_start = text.endswith(("\n", " "))
            self.after_bullet = bullet

    def text(self) -> str:
        return "".join(self.pieces)


@dataclass(slots=True)
class _Table:
    rows: list[list[str]] = field(default_factory=list)
    row: list[str] | None = None
    cell: _Buffer | None = None


class _Reader:
    """Receives libxml2's events in order (a parser target of lxml) and writes the text."""

    def __init__(self) -> None:
        self.title = ""
        self.language: str | None = None
        self._root = _Buffer()
        self._tables: list[_Table] = []
        self._lists: list[int | None] = []  # a counter for each open ordered list, None for a bulleted one
        self._skipping = ""
        self._skip_depth = 0
        self._pre = 0
        self._in_title = False

    # ------------------------------------------------------------------------------------------------ the events

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A tag opens."""
        if self._skipping:
            if tag == self._skipping:
                self._skip_depth += 1
            return
        if tag in _SKIPPED:
            self._skipping, self._skip_depth = tag, 1
        elif tag == "html":
            self.language = self.language or attributes.get("lang")
        elif tag == "title":
            self._in_title = not self.title
        elif tag in _HEADINGS:
            self._write("\n\n" + heading_mark(_HEADINGS[tag]) + "#" * _HEADINGS[tag] + " ")
        elif tag in ("table", "tr", "td", "th"):
            self._table_tag(tag)
        elif tag == "pre":
            self._pre += 1
            self._write("\n\n```\n")
        elif tag == "li":
            self._start_item(attributes.get("data-label"))
        elif tag == "br":
            self._write("\n")
        elif tag == "img":
            self.data(attributes.get("alt") or "")
        elif tag in _BLOCKS:
            self._open_block(tag)

    def end(self, tag: str) -> None:
        """A tag closes, in the markup or because its parent does."""
        if self._skipping:
            if tag == self._skipping:
                self._skip_depth -= 1
            if self._skip_depth == 0:
                self._skipping = ""
        elif tag == "title":
            self._in_title = False
        elif tag == "pre" and self._pre:
            self._pre -= 1
            self._write("\n```\n\n")
        elif tag in ("td", "th"):
            self._close_cell()
        elif tag == "tr":
            self._close_row()
        elif tag == "table":
            self._close_table()
        elif tag in ("ul", "ol"):
            if self._lists:
                self._lists.pop()
            self._write("\n" if self._lists else "\n\n")
        elif tag in _BLOCKS or tag in _HEADINGS:
            self._write("\n\n")

    def data(self, data: str) -> None:
        """Text between tags."""
        if self._skipping:
            return
        data = unmarked(data)
        if self._in_title:
            self.title += data
            return
        buffer = self._buffer()
        if not self._pre:
            data = _SPACE.sub(" ", data)
            if buffer.at_line_start:
                data = data.lstrip(" ")
        buffer.write(data)

    # ------------------------------------------------------------------------------------------- lists and blocks

    def _open_block(self, tag: str) -> None:
        if tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ol" else None)
            self._write("" if len(self._lists) > 1 else "\n\n")
        elif tag == "hr":
            self._write("\n\n---\n\n")
        else:
            self._write("\n\n")

    def _start_item(self, label: str | None) -> None:
        """Begin an item. label: its number as the document shows it, when it is not for this list to count."""
        indent = "  " * min(len(self._lists) - 1, _DEEPEST_LIST) if self._lists else ""
        counter = self._lists[-1] if self._lists else None
        if label:
            self._buffer().write(f"\n{indent}{unmarked(label)} ", bullet=True)
        elif counter is None:
            self._buffer().write(f"\n{indent}- ", bullet=True)
        else:
            self._lists[-1] = counter + 1
            self._buffer().write(f"\n{indent}{counter + 1}. ", bullet=True)

    def _write(self, text: str) -> None:
        self._buffer().write(text)

    # ------------------------------------------------------------------------------------------------------ tables

    def _buffer(self) -> _Buffer:
        for table in reversed(self._tables):
            if table.cell is not None:
                return table.cell
        return self._root

    def _table_tag(self, tag: str) -> None:
        if tag == "table":
            if len(self._tables) < _DEEPEST_TABLE:
                self._tables.append(_Table())
            else:
                self._write("\n\n")
        elif not self._tables:
            self._write("\n")
        elif tag == "tr":
            self._close_row()
            self._tables[-1].row = []
        else:
            self._close_cell()
            table = self._tables[-1]
            table.row = [] if table.row is None else table.row
            table.cell = _Buffer()

    def _close_cell(self) -> None:
        table = self._tables[-1] if self._tables else None
        if table is not None and table.cell is not None and table.row is not None:
            table.row.append(table.cell.text().strip())
            table.cell = None

    def _close_row(self) -> None:
        self._close_cell()
        table = self._tables[-1] if self._tables else None
        if table is not None and table.row is not None:
            if any(table.row):
                table.rows.append(table.row)
            table.row = None

    def _close_table(self) -> None:
        if self._tables:
            self._close_row()
            rows = self._tables.pop().rows
            self._write("\n\n" + _table_text(rows) + "\n\n")

    def close(self) -> str:
        """The text, after closing the tables that the markup left open."""
        while self._tables:
            self._close_table()
        return self._root.text()


def _table_text(rows: list[list[str]]) -> str:
    """A data table as one line for each row; a layout table (cells with paragraphs) as its cells one by one."""
    if any("\n\n" in cell for row in rows for cell in row):
        return "\n\n".join(cell for row in rows for cell in row if cell)
    return table_text([unmarked_tables(cell) for cell in row] for row in rows)


def html_text(markup: str) -> tuple[str, str, str | None]:
    """(text with heading marks, title, declared language) of an HTML document or fragment."""
    reader = _Reader()
    parser = etree.HTMLParser(target=reader, encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    content = markup.replace("\x00", "").encode("utf-8", "replace")
    for start in range(0, len(content), _FEED):
        parser.feed(content[start : start + _FEED])
    text = parser.close() if content.strip() else ""
    return text, _SPACE.sub(" ", reader.title).strip(), reader.language
