"""Splits text into sentences; a line break always ends one, as in lists, headings and tables."""

import re

import sentencex

from app.cite.language import languages_of

Span = tuple[int, int]


def sentence_spans(text: str) -> list[Span]:
    """Character spans (start, end) of the sentences of a text, without surrounding white space.

    The rules for English work for most scripts; other languages that are recognised have their own, so that the German
    "am 3. März" stays together. Linear in the text's length.
    """
    spans: list[Span] = []
    for line in re.finditer(r"[^\n]+", text):
        start = line.start()
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
    return spans


def _rules(line: str) -> str:
    """The language by whose rules a line is divided."""
    languages = languages_of(line)
    return languages[0] if len(languages) == 1 else "en"
