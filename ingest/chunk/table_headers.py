"""Captions and column names of tables, appended to the heading path of every chunk of a table's rows.

So every chunk of a long table names its columns: for the embedding model, full-text search, the chat model and people.
Rows with column names in each line (csv, sheets, slides) carry the caption alone.
"""

from bisect import bisect_right

from app.core.domain import Document

Path = tuple[str, ...]


class TableHeaders:
    """The tables of one document."""

    def __init__(self, document: Document) -> None:
        self._tables = document.tables
        self._starts = [table.start for table in document.tables]

    def path(self, path: Path, start: int) -> Path:
        """The heading path of a chunk that begins at offset `start`, with caption and names of the table there."""
        index = bisect_right(self._starts, start) - 1
        if index < 0 or start >= self._tables[index].end:
            return path
        table = self._tables[index]
        return (*path, *filter(None, (table.caption, table.header)))
