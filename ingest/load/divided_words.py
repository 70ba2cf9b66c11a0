"""Words that were divided at the end of a line are put together again."""

import re

_HARD_BREAK = re.compile(r"(?<![^\W\d_])([^\W\d_]{2,})-\n([^\W\d_]{2,})")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def words_of(texts: list[str]) -> frozenset[str]:
    """Words of the document, lower case, to decide whether a hyphen at a line's end belongs to the word."""
    return frozenset(word.lower() for text in texts for word in _WORD.findall(text))


def rejoined(text: str, known: frozenset[str]) -> str:
    """Text with divided words put together: whole where the whole word occurs elsewhere, else by the hyphen's use."""

    def join(match: re.Match[str]) -> str:
        first, second = match.group(1), match.group(2)
        whole, hyphened = (first + second).lower(), f"{first}-{second}".lower()
        if whole in known or (hyphened not in known and second[0].islower()):
            return first + second
        return f"{first}-{second}"

    return _HARD_BREAK.sub(join, text)
