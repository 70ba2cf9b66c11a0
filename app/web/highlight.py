"""Text escaped for HTML, with the words of a question highlighted."""

import html
import re
import unicodedata
from collections.abc import Iterable

from app.core.stop_words import STOP_WORDS

_WORD = re.compile(r"\w+")
_ENDINGS = ("ations", "ation", "ings", "ing", "ies", "ied", "ers", "ed", "er", "es", "s", "y", "e")
_SHORTEST_STEM = 3  # characters


def escape(text: object) -> str:
    """A text escaped for an element or a double-quoted attribute; control characters become U+FFFD."""
    cleaned = "".join(c if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs") else "\ufffd" for c in str(text))
    return html.escape(cleaned, quote=True)


def terms(question: str) -> frozenset[str]:
    """Stems of the content words of a question; of all its words when it has no content word."""
    words = [word.casefold() for word in _WORD.findall(question)]
    content = [word for word in words if word not in STOP_WORDS and (len(word) > 1 or not word.isascii())]
    return frozenset(_stem(word) for word in content or words)


def mark_terms(text: str, stems: Iterable[str]) -> str:
    """Escaped text with a <mark> around every word that has one of the stems."""
    wanted = frozenset(stems)
    pieces: list[str] = []
    end = 0
    for match in _WORD.finditer(text):
        if _stem(match.group().casefold()) in wanted:
            pieces += (escape(text[end : match.start()]), "<mark>", escape(match.group()), "</mark>")
            end = match.end()
    pieces.append(escape(text[end:]))
    return "".join(pieces)


def _stem(word: str) -> str:
    """A crude stem, good enough for highlighting; the search itself uses PostgreSQL's dictionaries."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word
