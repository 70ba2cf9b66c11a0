"""Captions and column names of tables, for the passages of their rows.

So every passage of a long table names its table and its columns: for the embedding model, full-text search, the chat
model and people. Rows with column names in each line (csv, sheets, slides) carry the caption alone.
"""

from bisect import bisect_right

from app.core.domain import Document

Names = tuple[str, ...]
_COMPARED = 30  # characters of a caption


class TableHeaders:
    """The tables of one document."""

    def __init__(self, document: Document) -> None:
        self._text = document.text
        self._tables = document.tables
        self._tops = [table.start - table.head for table in document.tables]

    def names(self, start: int) -> Names:
        """Caption and column names that a chunk lacks which begins at offset `start`; none outside tables."""
        index = bisect_right(self._tops, start) - 1
        table = self._tables[index] if index >= 0 else None
        if table is None or start >= table.end:
            return ()
        if start >= table.start:
            return tuple(filter(None, (table.caption, table.header)))
        captioned = self._text.startswith(table.caption[:_COMPARED], start)  # its own text begins with the caption
        return () if captioned or not table.caption else (table.caption,)
