"""A piece of a table goes in with its heading path, the path comes out with the table's header row at its end.

So every piece of a long table says what its columns are: to the embedding model, to full-text search, to the chat model
and to people. Rows that name their columns themselves (csv, sheets, slides) need none.
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
        """The heading path of a piece that begins at this offset."""
        index = bisect_right(self._starts, start) - 1
        if index < 0 or start >= self._tables[index].end:
            return path
        return (*path, self._tables[index].header)
