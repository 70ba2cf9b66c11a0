"""Where the text goes: the page, open tables with their cells, lists, figures."""

from collections.abc import Mapping
from dataclasses import dataclass

from ingest.load.captions import LONGEST_CAPTION, caption_in
from ingest.load.extracted import with_caption
from ingest.load.hypertext.buffer import Buffer
from ingest.load.hypertext.lists import OpenList
from ingest.load.hypertext.table import OpenTable

_DEEPEST_TABLE = 20  # tables nested deeper are read as plain blocks
_DEEPEST_BUFFER = 60


@dataclass(slots=True)
class _Figure:
    """A figure, which may hold a table and its caption in any order."""

    depth: int  # tables around it
    caption: str = ""
    table: tuple[Buffer, int] | None = None  # where the table's text stands


class Page:
    """The text that is being written."""

    def __init__(self) -> None:
        self._buffers = [Buffer()]
        self._tables: list[OpenTable] = []
        self._table: OpenTable | None = None  # the innermost one; None also within one that is nested too deeply
        self._ignored = 0  # open tables that are nested too deeply
        self._lists: list[OpenList] = []
        self._figures: list[_Figure] = []

    @property
    def buffer(self) -> Buffer:
        """Where text goes now."""
        return self._buffers[-1]

    def write(self, text: str) -> None:
        """Append line ends and marks."""
        self._buffers[-1].write(text)

    def capture(self) -> Buffer | None:
        """A buffer of its own for the text that follows; None where too many are open."""
        if len(self._buffers) >= _DEEPEST_BUFFER:
            return None
        self._buffers.append(Buffer())
        return self._buffers[-1]

    def release(self, buffer: Buffer) -> str:
        """The text of a captured buffer, which is closed; what was captured within it and left open is part of it."""
        if not any(open_buffer is buffer for open_buffer in self._buffers[1:]):
            return ""
        while self._buffers[-1] is not buffer:
            inner = self._buffers.pop()
            self._buffers[-1].write(inner.text())
        return self._buffers.pop().text()

    def text(self) -> str:
        """The whole text."""
        while self._tables:
            self.close_table()
        while len(self._buffers) > 1:
            inner = self._buffers.pop()
            self._buffers[-1].write(inner.text())
        return self._buffers[0].text()

    # ---------------------------------------------------------------------------------------------------------- lists

    def open_list(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Begin a list."""
        self._lists.append(OpenList.opened(tag, attributes))
        self.write("" if len(self._lists) > 1 else "\n\n")

    def close_list(self) -> None:
        """End a list."""
        if self._lists:
            self._lists.pop().finish()
        self.write("\n" if self._lists else "\n\n")

    def begin_item(self, attributes: Mapping[str, str]) -> None:
        """Begin an item of the list."""
        if self._lists:
            value, marker = attributes.get("value"), attributes.get("data-marker")
            self._lists[-1].write_marker(self.buffer, len(self._lists) - 1, value, marker)
        else:
            self.buffer.write("\n- ", bullet=True)

    # --------------------------------------------------------------------------------------------------------- tables

    def mark_blocks(self) -> None:
        """Note that the cell that is being read holds what only a page holds."""
        if self._tables and self._tables[-1].cell is not None:
            self._tables[-1].cell.blocks = True

    def open_table(self, attributes: Mapping[str, str]) -> None:
        """Begin a table."""
        self.mark_blocks()
        if len(self._tables) < _DEEPEST_TABLE:
            self._table = OpenTable(dict(attributes))
            self._tables.append(self._table)
        else:
            self._ignored += 1
            self._table = None
            self.write("\n\n")

    def close_table(self) -> None:
        """End a table and write it."""
        if self._ignored:
            self._ignored -= 1
            self._table = None if self._ignored else self._tables[-1]
            self.write("\n\n")
            return
        self.close_row()
        self.close_caption()
        table = self._tables.pop()
        self._table = self._tables[-1] if self._tables else None
        figure = self._figures[-1] if self._figures and self._figures[-1].depth == len(self._tables) else None
        caption = figure.caption if figure and figure.caption else self._caption_above()
        text = table.text(caption=caption, caption_shown=True)
        self.write("\n\n")
        if text:
            self.buffer.pieces.append(text)
            if figure:
                figure.table = (self.buffer, len(self.buffer.pieces) - 1)
            self.buffer.at_line_start = False
            self.write("\n\n")

    def section(self, tag: str) -> None:
        """Begin the head, body or foot of a table; empty ends it."""
        if self._table is not None:
            self.close_row()
            self._table.section = tag

    def open_row(self) -> None:
        """Begin a row."""
        if self._table is None:
            self.write("\n")
            return
        self.close_row()
        self._table.open_row()

    def open_cell(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Begin a cell."""
        if self._table is None:
            self.write("\n")
            return
        self.close_cell()
        self._buffers.append(self._table.open_cell(tag, attributes))

    def close_cell(self) -> None:
        """End a cell."""
        table = self._table
        if table is not None and table.cell is not None:
            self._drop_to(table.cell)
            table.close_cell(table.cell)

    def close_row(self) -> None:
        """End a row."""
        table = self._table
        if table is not None:
            self.close_cell()
            table.close_row()

    def open_caption(self) -> None:
        """Begin the caption of a table."""
        if self._table is not None and self._table.caption is None:
            self.close_row()
            self._table.caption = Buffer()
            self._buffers.append(self._table.caption)

    def close_caption(self) -> None:
        """End the caption of a table."""
        table = self._table
        if table is not None and table.caption is not None:
            self._drop_to(table.caption)
            table.captions.append(table.caption.text())
            table.caption = None

    def _drop_to(self, buffer: Buffer) -> None:
        """Close a buffer, and those opened within it and left open."""
        while len(self._buffers) > 1:
            inner = self._buffers.pop()
            if inner is buffer:
                return
            self._buffers[-1].write(inner.text())

    def _caption_above(self) -> str:
        """The paragraph before the table, if it is its caption."""
        return caption_in(self.buffer.tail(LONGEST_CAPTION + 20).rstrip().rpartition("\n\n")[2])

    # -------------------------------------------------------------------------------------------------------- figures

    def open_figure(self) -> None:
        """Begin a figure."""
        self.write("\n\n")
        self._figures.append(_Figure(len(self._tables)))

    def close_figure(self) -> None:
        """End a figure."""
        if self._figures:
            self._figures.pop()
        self.write("\n\n")

    def write_figure_caption(self, text: str) -> None:
        """The caption of a figure, which names the passages of the table in it."""
        self.write("\n\n" + text.strip() + "\n\n")
        figure = self._figures[-1] if self._figures else None
        if figure and figure.depth == len(self._tables):
            figure.caption = " ".join(text.split())[:LONGEST_CAPTION]
            if figure.table:
                buffer, index = figure.table
                buffer.pieces[index] = with_caption(buffer.pieces[index], figure.caption)
