"""Token starts and boundaries (paragraph, sentence, line, row, word) of a text, as sorted character offsets."""

import re
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from app.core.domain import Rows

Offsets = npt.NDArray[np.int64]

_BLOCK = 200_000  # characters tokenised in one call, so that memory does not grow with the text
_LONGEST_TOKEN = 32  # characters; the tokenizer returns an endless word as one longer token
_PIECE = 4  # characters counted as one token in an endless word

_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*|\n(?=#{1,6} )")
_SENTENCE = re.compile(  # the end of a sentence, and before a list item or a table row
    r"[.!?…][\"'»”’)\]]*\s+(?=[^a-z\s])|[。！？]\s*|[:;]\n"
    r"|\n(?=[ \t]*(?:[-*+•–]|\d{1,3}[.)])[ \t])|\n(?=[^\n]{0,400} \| )"
)
_LINE = re.compile(r"\n+")
_WORD = re.compile(r"\s+")
_CELL = re.compile(r" \| ")
_ROW_TYPES = frozenset(  # each line is a record, which should not be cut at a sentence within it
    (
        "text/csv",
        "application/json",
        "application/vnd.ms-excel",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.oasis.opendocument.spreadsheet",
    )
)


class TokenStarts:
    """Start offsets of a text's tokens."""

    def __init__(self, text: str, token_offsets: Callable[[str], list[tuple[int, int]]]) -> None:
        blocks = []
        for start, end in _blocks(text):
            spans = np.array(token_offsets(text[start:end]), dtype=np.int64).reshape(-1, 2) + start
            blocks.append(_starts(spans[spans[:, 1] > spans[:, 0]]))
        self._starts: Offsets = np.concatenate(blocks) if blocks else np.empty(0, np.int64)

    def index(self, offset: int) -> int:
        """Index of the first token that begins at offset or later."""
        return int(np.searchsorted(self._starts, offset))

    def start(self, index: int) -> int:
        """Start offset of a token."""
        return int(self._starts[index])

    def start_or(self, index: int, last: int, end: int) -> int:
        """Start offset of a token, `end` for indexes from `last` on."""
        return self.start(index) if index < last else end

    def count(self, start: int, end: int) -> int:
        """Number of tokens that begin within [start, end)."""
        return self.index(end) - self.index(start)


def _blocks(text: str) -> list[tuple[int, int]]:
    """Character ranges that cover the text, cut at white space where there is any."""
    blocks, start = [], 0
    while start < len(text):
        end = min(start + _BLOCK, len(text))
        if end < len(text):
            space = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
            end = space + 1 if space > start else end
        blocks.append((start, end))
        start = end
    return blocks


def _starts(spans: Offsets) -> Offsets:
    """Starts of the tokens at spans [tokens, 2], with further starts inside endless words."""
    endless = spans[:, 1] - spans[:, 0] > _LONGEST_TOKEN
    if not endless.any():
        return spans[:, 0]
    pieces = [np.arange(start, end, _PIECE, dtype=np.int64) for start, end in spans[endless]]
    return np.unique(np.concatenate([spans[:, 0], *pieces]))


class Boundaries:
    """Boundaries of a text by kind, the best kind to cut at first.

    A table is cut between its rows, below its first one: its names and a row are never parted.
    """

    def __init__(self, text: str, media_type: str, tables: Sequence[Rows] = ()) -> None:
        self._tops = np.array([table.start - table.head for table in tables], dtype=np.int64)
        self._table_ends = np.array([table.end for table in tables], dtype=np.int64)
        self._rows = _row_starts(text, tables)
        self._words = _ends(_WORD, text)
        lines, sentences = _ends(_LINE, text), _ends(_SENTENCE, text)
        order = (lines,) if media_type in _ROW_TYPES else (sentences, lines)
        paragraphs = _ends(_PARAGRAPH, text)
        self._kinds = (self._outside(paragraphs), *(np.union1d(self._outside(o), self._rows) for o in order))
        self._within_rows = (_ends(_CELL, text), sentences, lines, self._words) if tables else (self._words,)

    def best(self, nearest: int, wanted: int, furthest: int) -> int | None:
        """Of the boundaries in [nearest, furthest], those of the best kind; of these the one nearest to wanted."""
        return _best(self._kinds, nearest, wanted, furthest)

    def row(self, earliest: int, wanted: int, latest: int) -> int | None:
        """The start of a row in [earliest, latest] nearest to `wanted`, where that is within a table."""
        return _best((self._rows,), earliest, wanted, latest) if self._in_tables(np.array([wanted]))[0] else None

    def any(self, nearest: int, wanted: int, furthest: int) -> int | None:
        """As `best`, also within rows and at words."""
        return _best(self._within_rows, nearest, wanted, furthest)

    def word_at(self, earliest: int, latest: int) -> int:
        """The first word start in [earliest, latest], else latest."""
        index = int(np.searchsorted(self._words, earliest))
        return min(int(self._words[index]), latest) if index < len(self._words) else latest

    def _in_tables(self, offsets: Offsets) -> npt.NDArray[np.bool_]:
        """Whether each offset lies within a table, below its first line and above its end."""
        if not len(self._tops):
            return np.zeros(len(offsets), dtype=np.bool_)
        index = np.searchsorted(self._tops, offsets, side="left") - 1
        return (index >= 0) & (offsets < self._table_ends[np.maximum(index, 0)])

    def _outside(self, offsets: Offsets) -> Offsets:
        return offsets[~self._in_tables(offsets)]


def _best(kinds: Sequence[Offsets], nearest: int, wanted: int, furthest: int) -> int | None:
    for offsets in kinds:
        low, high = np.searchsorted(offsets, nearest), np.searchsorted(offsets, furthest, side="right")
        if low < high:
            inside = offsets[low:high]
            return int(inside[np.argmin(np.abs(inside - wanted))])
    return None


def _row_starts(text: str, tables: Sequence[Rows]) -> Offsets:
    """Where each row begins; for the first of a table where its caption and names begin."""
    starts = []
    for table in tables:
        starts.append(table.start - table.head)
        starts += [match.end() for match in _LINE.finditer(text, table.start, table.end) if match.end() < table.end]
    return np.array(sorted(starts), dtype=np.int64)


def _ends(pattern: re.Pattern[str], text: str) -> Offsets:
    return np.fromiter((match.end() for match in pattern.finditer(text)), dtype=np.int64)
