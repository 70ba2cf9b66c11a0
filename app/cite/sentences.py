"""Splits text into sentences; a line break always ends one, as in lists, headings and tables."""

import re

import sentencex

Span = tuple[int, int]


def sentence_spans(text: str) -> list[Span]:
    """Character spans (start, end) of the sentences of a text, without surrounding white space.

    The rules for English work for most scripts. Linear in the text's length.
    """
    spans: list[Span] = []
    for line in re.finditer(r"[^\n]+", text):
        start = line.start()
        for piece in sentencex.segment("en", line.group()):
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
