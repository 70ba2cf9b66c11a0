"""What stands before a chunk's text for the embedding model: title, headings, and the names of a table's columns."""

from collections.abc import Sequence
from typing import Protocol

from app.core.domain import HEADING_SEPARATOR

# Of identity, title and heading path before the text, and as many of a table's columns; each at most a quarter of the
# window.
CONTEXT_TOKENS = 60
IDENTITY_SHARE = 3  # the names of folder and file take at most a third of that
MAX_CHARACTERS = 4_000  # of a chunk: text with few tokens (rulers, endless words) must not make an endless passage
_COLUMNS = " | "  # between the names of columns
_NAME_CHARACTERS = (24, 16, 12, 9, 6, 4)  # that column names are cut to, the longest that fits


class Tokenizer(Protocol):
    """The part of an embedding model that chunking needs."""

    max_tokens: int

    def count_tokens(self, texts: Sequence[str]) -> list[int]: ...

    def token_offsets(self, text: str) -> list[tuple[int, int]]: ...


class Contexts:
    """The contexts of a document's chunks, shortened to their shares of the model's window."""

    def __init__(self, title: str, tokenizer: Tokenizer, identity: Sequence[str] = ()) -> None:
        self._title = title
        self._tokenizer = tokenizer
        self._special = tokenizer.count_tokens([""])[0]
        self._share = min(CONTEXT_TOKENS, tokenizer.max_tokens // 4)
        self.least_room = max(tokenizer.max_tokens - self._special - self._share, 1)
        self._identity = self._cut(HEADING_SEPARATOR.join(identity), self._share // IDENTITY_SHARE)
        named = self._count(self._identity + HEADING_SEPARATOR) if self._identity else 0
        self._limit = self._share - named
        self._known: dict[tuple[str, ...], tuple[str, int]] = {}

    def text(self, path: tuple[str, ...]) -> str:
        """The context of a chunk below this path, of which the names of a table's columns may be the last part."""
        return self._of(path)[0]

    def room(self, path: tuple[str, ...]) -> int:
        """Tokens left for the text of a chunk below this path."""
        return max(self._tokenizer.max_tokens - self._special - self._of(path)[1], 1)

    def _of(self, path: tuple[str, ...]) -> tuple[str, int]:
        if path not in self._known:
            columns = path[-1] if path and _COLUMNS in path[-1] else ""
            headings = self._headings(path[:-1] if columns else path)
            parts = (self._identity, headings, self._shorter(columns) if columns else "")
            context = HEADING_SEPARATOR.join(filter(None, parts))
            self._known[path] = (context, self._count(context))
        return self._known[path]

    def _headings(self, path: tuple[str, ...]) -> str:
        names = [self._title, *path]
        context = HEADING_SEPARATOR.join(names)
        if self._count(context) > self._limit and len(names) > 2:
            context = HEADING_SEPARATOR.join((names[0], "…", names[-1]))
        if self._count(context) > self._limit:
            share = (self._limit - 2) // 2
            context = HEADING_SEPARATOR.join(self._cut(name, share) for name in dict.fromkeys((names[0], names[-1])))
        return self._if_fits(context, self._limit)

    def _shorter(self, columns: str) -> str:
        """Column names, where they are too long cut to the same length, so that each of them is kept."""
        names = columns.split(_COLUMNS)
        for characters in (len(columns), *_NAME_CHARACTERS):
            line = _COLUMNS.join(name[:characters].rstrip() for name in names)
            if self._count(line) <= self._share:
                return line
        return self._if_fits(self._cut(columns, self._share), self._share)

    def _if_fits(self, context: str, limit: int) -> str:
        """The context; nothing where the tokenizer counts the whole differently from its parts."""
        return context if self._count(context) <= limit else ""

    def _count(self, context: str) -> int:
        return self._tokenizer.count_tokens([context])[0] - self._special

    def _cut(self, name: str, tokens: int) -> str:
        offsets = self._tokenizer.token_offsets(name[:MAX_CHARACTERS])
        return name if len(offsets) <= tokens else name[: offsets[max(tokens - 1, 0)][0]].rstrip() + "…"
