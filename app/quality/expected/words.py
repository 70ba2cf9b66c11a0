"""Quoted words found in a text as people remember them: case, spaces, accents, hyphens and quotes aside (pure)."""

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
    """Character ranges of a text where the quote's words stand, whole words only; empty for a quote without any."""
    wanted = fold(quote)
    if not wanted or wanted not in fold(text):  # the cheap look first: most texts do not hold the words
        return []
    folded, origin = _with_origins(text)
    found = []
    at = folded.find(wanted)
    while at >= 0:
        after = at + len(wanted)
        start, end = origin[at], origin[after - 1] + 1
        # "ß" folds to two letters: a match that takes only one of them is none.
        whole = (at == 0 or origin[at - 1] != start) and (after == len(origin) or origin[after] != end - 1)
        if whole and not _inside_word(text, start) and not _inside_word(text, end):
            found.append((start, end))
        at = folded.find(wanted, at + 1)
    return found


def holds(quote: str, text: str) -> bool:
    """Whether the words stand in the text."""
    return bool(spans_of(quote, text))


def _with_origins(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the place in the text that it came from."""
    folded: list[str] = []
    origin: list[int] = []
    known: dict[str, str] = {}
    for at, character in enumerate(text):
        if character not in known:
            known[character] = fold(character)
        for piece in known[character]:
            folded.append(piece)
            origin.append(at)
    return "".join(folded), origin


def _inside_word(text: str, at: int) -> bool:
    """Whether a word goes on across this place; scripts written without spaces have no such places."""
    if at <= 0 or at >= len(text):
        return False
    before, after = text[at - 1], text[at]
    return before.isalnum() and after.isalnum() and not (_UNSPACED.match(before) or _UNSPACED.match(after))
