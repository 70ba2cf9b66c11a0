"""Text goes in, its language comes out as an ISO 639-1 code, or None when it cannot be told."""

from functools import cache
from typing import Any

_FEWEST_LETTERS = 40  # below that a guess is a coin toss
_SAMPLE = 6_000  # characters, half from the beginning and half from the middle
_SUREST = 0.9  # probability among the languages known


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415  # loads a model of 0.3 s

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def language_of(text: str, *, declared: str | None) -> str | None:
    """The language the text itself shows; the file's own word decides only where the text does not."""
    half = _SAMPLE // 2
    middle = max(len(text) // 2, half)
    sample = text[:half] + text[middle : middle + half]
    said = (declared or "").replace("_", "-").split("-")[0].strip().lower()
    fallback = said if len(said) == 2 and said.isascii() and said.isalpha() else None
    if sum(_weight(letter) for letter in sample if letter.isalpha()) < _FEWEST_LETTERS:
        return fallback
    ranked = dict(_identifier().rank(sample))
    ranked["zh"] += ranked.pop("wuu", 0.0) + ranked.pop("yue", 0.0)  # as written they are hardly told apart
    language, probability = max(ranked.items(), key=lambda one: one[1])
    known = probability >= _SUREST and len(language) == 2  # "zxx" says that it is no language
    return str(language) if known else fallback


def _weight(letter: str) -> int:
    """A character of Thai, kana, Han or Hangul says as much as about three of an alphabet."""
    return 3 if letter >= "\u0e00" else 1
