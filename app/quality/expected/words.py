"""Finds quoted words in a text regardless of case, spaces, accents, hyphens and quotation marks (pure)."""

import re
import unicodedata

from app.core.scripts import UNSPACED

_NEITHER_LETTER_NOR_DIGIT = re.compile(r"[\W_]+")
_UNSPACED = re.compile(f"[{UNSPACED}]")


def fold(text: str) -> str:
    """Letters and digits alone, in one case and without accents; "Foot-\\nball’s" becomes "footballs"."""
    plain = text if text.isascii() else unicodedata.normalize("NFKD", text)
    return _NEITHER_LETTER_NOR_DIGIT.sub("", plain.casefold())


def spans_of(quote: str, text: str) -> list[tuple[int, int]]:
    """Character ranges (end exclusive) of a text where the quote's words stand; empty for a quote without words.

    Only whole words count: "rapist" is not in "therapist".
    """
    folded_quote = fold(quote)
    if not folded_quote or folded_quote not in fold(text):  # the cheap test first: most texts do not hold the words
        return []
    folded, origins = _with_origins(text)
    spans = []
    at = folded.find(folded_quote)
    while at >= 0:
        after = at + len(folded_quote)
        start, end = origins[at], origins[after - 1] + 1
        # "ß" folds to two letters: a match that takes only one of them does not count.
        starts_whole = at == 0 or origins[at - 1] != start
        ends_whole = after == len(origins) or origins[after] != end - 1
        if starts_whole and ends_whole and not _inside_word(text, start) and not _inside_word(text, end):
            spans.append((start, end))
        at = folded.find(folded_quote, at + 1)
    return spans


def holds(quote: str, text: str) -> bool:
    """Whether the words stand in the text."""
    return bool(spans_of(quote, text))


def _with_origins(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the index in the text that it comes from."""
    folded: list[str] = []
    origins: list[int] = []
    cache: dict[str, str] = {}
    for index, character in enumerate(text):
        if character not in cache:
            cache[character] = fold(character)
        for piece in cache[character]:
            folded.append(piece)
            origins.append(index)
    return "".join(folded), origins


def _inside_word(text: str, index: int) -> bool:
    """Whether the index lies inside a word; scripts written without spaces have no such positions."""
    if index <= 0 or index >= len(text):
        return False
    before, after = text[index - 1], text[index]
    return before.isalnum() and after.isalnum() and not (_UNSPACED.match(before) or _UNSPACED.match(after))
