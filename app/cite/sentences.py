"""Splits text into sentences; a line break always ends one, as in lists, headings and tables."""

import re
from collections.abc import Sequence

import sentencex

from app.cite.dates import dates
from app.cite.language import languages_of

_ABBREVIATED = re.compile(r"\d\s?(?:mio|mrd|tsd|mln)\.$", re.IGNORECASE)
Span = tuple[int, int]


def sentence_spans(text: str) -> list[Span]:
    """Character spans (start, end) of the sentences of a text, without surrounding white space.

    The rules for English work for most scripts; other languages that are recognised have their own, so that the German
    "am 3. März" stays together. Linear in the text's length.
    """
    spans: list[Span] = []
    for line in re.finditer(r"[^\n]+", text):
        start = line.start()
        first = len(spans)
        for piece in sentencex.segment(_rules(line.group()), line.group()):
            end = min(start + len(piece), line.end())
            inner = text[start:end]
            left = len(inner) - len(inner.lstrip())
            right = len(inner.rstrip())
            if right > left:
                spans.append((start + left, start + right))
            start = end
        if text[start : line.end()].strip():  # If the library drops a tail, the tail is a sentence of its own.
            spans.append((start, line.end()))
        spans[first:] = _joined(text, line.group(), line.start(), spans[first:])
    return spans


def _joined(text: str, line: str, offset: int, spans: Sequence[Span]) -> list[Span]:
    """The spans of a line, joined where a date or an abbreviation before a unit was divided."""
    days = [(offset + day.start, offset + day.end) for day in dates(line)] if len(spans) > 1 else []
    joined: list[Span] = []
    for start, end in spans:
        before = joined[-1] if joined else None
        if before and (_ABBREVIATED.search(text[before[0] : before[1]]) or any(a < start < b for a, b in days)):
            joined[-1] = (before[0], end)
        else:
            joined.append((start, end))
    return joined


def _rules(line: str) -> str:
    """The language by whose rules a line is divided."""
    languages = languages_of(line)
    return languages[0] if len(languages) == 1 else "en"
