"""Where a text may be cut: token starts, and paragraph, sentence, line and word boundaries, as sorted offsets."""

import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Offsets = npt.NDArray[np.int64]

_BLOCK = 200_000  # characters tokenised at a time, so that memory does not grow with the text
_LONGEST_TOKEN = 32  # a longer "token" is an endless word that the model reads as unknown
_PIECE = 4

_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*|\n(?=#{1,6} )")
_SENTENCE = re.compile(  # the end of a sentence, and before a list item or a table row
    r"[.!?…][\"'»”’)\]]*\s+(?=[^a-z\s])|[。！？]\s*|[:;]\n"
    r"|\n(?=[ \t]*(?:[-*+•–]|\d{1,3}[.)])[ \t])|\n(?=[^\n]{0,400} \| )"
)
_LINE = re.compile(r"\n+")
_WORD = re.compile(r"\s+")
_ROW_TYPES = frozenset(  # one line is one record: a sentence inside it is no place to cut
    (
        "text/csv",
        "application/json",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.oasis.opendocument.spreadsheet",
    )
)


class TokenStarts:
    """Where the tokens of a text begin."""

    def __init__(self, text: str, token_offsets: Callable[[str], list[tuple[int, int]]]) -> None:
        blocks = []
        for start, end in _blocks(text):
            spans = np.array(token_offsets(text[start:end]), dtype=np.int64).reshape(-1, 2) + start
            blocks.append(_without_endless(spans[spans[:, 1] > spans[:, 0]]))
        self._starts: Offsets = np.concatenate(blocks) if blocks else np.empty(0, np.int64)

    def index(self, offset: int) -> int:
        """Number of the first token that begins at offset or later."""
        return int(np.searchsorted(self._starts, offset))

    def start(self, index: int) -> int:
        """Offset at which a token begins."""
        return int(self._starts[index])

    def start_or(self, index: int, last: int, end: int) -> int:
        """Offset at which a token begins, `end` for tokens from `last` on."""
        return self.start(index) if index < last else end

    def count(self, start: int, end: int) -> int:
        """Tokens that begin within [start, end)."""
        return self.index(end) - self.index(start)


def _blocks(text: str) -> list[tuple[int, int]]:
    blocks, start = [], 0
    while start < len(text):
        end = min(start + _BLOCK, len(text))
        if end < len(text):
            space = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
            end = space + 1 if space > start else end
        blocks.append((start, end))
        start = end
    return blocks


def _without_endless(spans: Offsets) -> Offsets:
    endless = spans[:, 1] - spans[:, 0] > _LONGEST_TOKEN
    if not endless.any():
        return spans[:, 0]
    pieces = [np.arange(start, end, _PIECE, dtype=np.int64) for start, end in spans[endless]]
    return np.unique(np.concatenate([spans[:, 0], *pieces]))


class Boundaries:
    """The places to cut, best kind first."""

    def __init__(self, text: str, media_type: str) -> None:
        self._words = _ends(_WORD, text)
        lines, sentences = _ends(_LINE, text), _ends(_SENTENCE, text)
        order = (lines,) if media_type in _ROW_TYPES else (sentences, lines)
        self._kinds = (_ends(_PARAGRAPH, text), *order, self._words)

    def best(self, nearest: int, wanted: int, furthest: int) -> int | None:
        """The boundary in [nearest, furthest] that is of the best kind, and of those the one next to wanted."""
        for offsets in self._kinds:
            low, high = np.searchsorted(offsets, nearest), np.searchsorted(offsets, furthest, side="right")
            if low < high:
                inside = offsets[low:high]
                return int(inside[np.argmin(np.abs(inside - wanted))])
        return None

    def word_at(self, earliest: int, latest: int) -> int:
        """The first word start in [earliest, latest], else latest."""
        index = int(np.searchsorted(self._words, earliest))
        return min(int(self._words[index]), latest) if index < len(self._words) else latest


def _ends(pattern: re.Pattern[str], text: str) -> Offsets:
    return np.fromiter((match.end() for match in pattern.finditer(text)), dtype=np.int64)
