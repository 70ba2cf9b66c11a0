"""Text goes in, the spans of its sentences come out; a line break always ends a sentence (lists, headings, tables)."""

import re

import sentencex

Span = tuple[int, int]


def sentence_spans(text: str, language: str | None = None) -> list[Span]:
    """Character spans (start, end) of the sentences of text, white space around them left out.

    language is ISO 639-1; None uses the rules for English, whose full stop serves most scripts. Linear in the text.
    """
    spans: list[Span] = []
    for line in re.finditer(r"[^\n]+", text):
        at = line.start()
        for piece in sentencex.segment(language or "en", line.group()):
            end = min(at + len(piece), line.end())
            inner = text[at:end]
            left = len(inner) - len(inner.lstrip())
            right = len(inner.rstrip())
            if right > left:
                spans.append((at + left, at + right))
            at = end
        if text[at : line.end()].strip():  # should the library drop a tail, it is kept as a sentence of its own
            spans.append((at, line.end()))
    return spans
