"""Words divided by a hyphen at the end of a line are joined again."""

import re

_HARD_BREAK = re.compile(r"(?<![^\W\d_])([^\W\d_]{2,})-\n([^\W\d_]{2,})")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def words_of(texts: list[str]) -> frozenset[str]:
    """Words of the document in lower case, to decide whether a hyphen at a line's end belongs to the word."""
    return frozenset(word.lower() for text in texts for word in _WORD.findall(text))


def rejoined(text: str, known: frozenset[str]) -> str:
    """The text with divided words joined.

    Without the hyphen when that word is among the known words; else with it when the hyphenated word is; else without
    it when the second half starts in lower case.
    """

    def join(match: re.Match[str]) -> str:
        first, second = match.group(1), match.group(2)
        whole, hyphenated = (first + second).lower(), f"{first}-{second}".lower()
        if whole in known or (hyphenated not in known and second[0].islower()):
            return first + second
        return f"{first}-{second}"

    return _HARD_BREAK.sub(join, text)
