"""Text made safe for HTML, with the words of a question marked in it."""

import html
import re
import unicodedata
from collections.abc import Iterable

from app.core.stop_words import STOP_WORDS

_WORD = re.compile(r"\w+")
_ENDINGS = ("ations", "ation", "ings", "ing", "ies", "ied", "ers", "ed", "er", "es", "s", "y", "e")
_SHORTEST_STEM = 3  # characters


def escape(text: object) -> str:
    """Any text as it stands in an element or in a double-quoted attribute."""
    cleaned = "".join(c if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs") else "\ufffd" for c in str(text))
    return html.escape(cleaned, quote=True)


def terms(question: str) -> frozenset[str]:
    """Stems of the words of a question that say what it is about; all its words when there is no such word."""
    words = [word.casefold() for word in _WORD.findall(question)]
    telling = [word for word in words if word not in STOP_WORDS and (len(word) > 1 or not word.isascii())]
    return frozenset(_stem(word) for word in telling or words)


def mark_terms(text: str, stems: Iterable[str]) -> str:
    """Escaped text with every word that shares a stem in a <mark>."""
    wanted = frozenset(stems)
    pieces: list[str] = []
    end = 0
    for found in _WORD.finditer(text):
        if _stem(found.group().casefold()) in wanted:
            pieces += (escape(text[end : found.start()]), "<mark>", escape(found.group()), "</mark>")
            end = found.end()
    pieces.append(escape(text[end:]))
    return "".join(pieces)


def _stem(word: str) -> str:
    """A crude stem, good enough to show a reader related words; search itself uses PostgreSQL's dictionaries."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word
