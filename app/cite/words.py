"""The content words of a text, and when two words are forms of one word, in every script."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from app.core.scripts import DENSE
from app.core.stop_words import BASIC_STOP_WORDS

WORD = re.compile(r"\w+(?:[.:,/'’-]\w+)*", re.UNICODE)
_DENSE_RUN = re.compile(f"[{DENSE}]+")
_MARKS = re.compile(r"[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0640]")
_ENDINGS = frozenset(
    " s es e en n er ern em ens a as o os i y ie u m t te ten an ar ен а у е ом ой ы и ю я ов ам ах ами ем".split(" ")
)
_SHORTEST_STEM = 3  # letters that two forms of a word share
_ARABIC_PREFIXES = ("وال", "بال", "كال", "فال", "لل", "ال", "و", "ب", "ل", "ف")


def content_words(text: str) -> list[str]:
    """Case-folded words without stop words; scripts without spaces between words give pairs of characters."""
    return list(_content_words(text))


@lru_cache(maxsize=512)
def _content_words(text: str) -> tuple[str, ...]:
    return tuple(word for word in _pieces(text.casefold()) if word not in BASIC_STOP_WORDS)


def _pieces(text: str) -> Iterator[str]:
    for match in WORD.finditer(text):
        word, end = match.group(), 0
        for run in _DENSE_RUN.finditer(word):
            if word[end : run.start()]:
                yield word[end : run.start()]
            characters = run.group()
            yield from (characters[at : at + 2] for at in range(max(len(characters) - 1, 1)))
            end = run.end()
        if word[end:]:
            yield word[end:]


def coverage(claim: str, text: str) -> float:
    """Share of the claim's content words that occur in the text; word endings may differ."""
    claim_words = content_words(claim)
    if not claim_words:
        return 0.0
    known = _known(text)
    return sum(known.has(word) for word in claim_words) / len(claim_words)


@dataclass(frozen=True, slots=True)
class _Known:
    """The words of a text."""

    words: frozenset[str]
    stems: frozenset[str]
    by_beginning: Mapping[str, tuple[str, ...]]

    def has(self, word: str) -> bool:
        if word in self.words or _stem(word) in self.stems:
            return True
        plain = folded(word)
        return any(same_word(plain, other) for other in self.by_beginning.get(plain[:_SHORTEST_STEM], ()))


@lru_cache(maxsize=512)
def _known(text: str) -> _Known:
    words = frozenset(_pieces(text.casefold()))
    by_beginning: dict[str, tuple[str, ...]] = {}
    for word in map(folded, words):
        if len(word) > _SHORTEST_STEM:
            beginning = word[:_SHORTEST_STEM]
            by_beginning[beginning] = (*by_beginning.get(beginning, ()), word)
    return _Known(words, frozenset(map(_stem, words)), by_beginning)


def _stem(word: str) -> str:
    """A word without accents and the ending that inflection changes; only for comparison with other stems."""
    word = folded(word)
    for prefix in _ARABIC_PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= _SHORTEST_STEM:
            word = word[len(prefix) :]
            break
    return word if any(c.isdigit() for c in word) or len(word) <= 4 else word[: max(4, len(word) - 2)]


@lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """The text case folded, without accents and vowel signs."""
    return _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))


def same_word(first: str, second: str) -> bool:
    """Whether two words, as `folded` returns them, are forms of one word: they differ by an ending."""
    if first == second:
        return True
    shared = 0
    while shared < min(len(first), len(second)) and first[shared] == second[shared]:
        shared += 1
    if shared < _SHORTEST_STEM or shared < min(len(first), len(second)) - 2:
        return False
    return first[shared:].strip("'’") in _ENDINGS and second[shared:].strip("'’") in _ENDINGS
