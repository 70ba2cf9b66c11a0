"""Detection of a text's language."""

from functools import cache
from typing import Any

_FEWEST_LETTERS = 40  # below that a guess is no better than chance
_SAMPLE = 6_000  # characters, half from the beginning and half from the middle
_LEAST_PROBABILITY = 0.9
# Thai; kana, Han and Hangul follow it. Rougher than app.core.scripts.DENSE: the language stored with short documents in
# Vietnamese and Georgian depends on it.
_FIRST_DENSE_LETTER = "\u0e00"
_DENSE_WEIGHT = 3  # one of these characters carries as much as about three letters of an alphabet


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415  # loads a model of 0.3 s

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def language_of(text: str, *, declared: str | None) -> str | None:
    """ISO 639-1 code of the text's language, None when it is uncertain.

    declared: the language the file names, used only where the text itself is too short or too mixed to tell.
    """
    half = _SAMPLE // 2
    middle = max(len(text) // 2, half)
    sample = text[:half] + text[middle : middle + half]
    code = (declared or "").replace("_", "-").split("-")[0].strip().lower()
    fallback = code if len(code) == 2 and code.isascii() and code.isalpha() else None
    if sum(_weight(letter) for letter in sample if letter.isalpha()) < _FEWEST_LETTERS:
        return fallback
    ranked = dict(_identifier().rank(sample))
    ranked["zh"] += ranked.pop("wuu", 0.0) + ranked.pop("yue", 0.0)  # in writing these are hardly distinguishable
    language, probability = max(ranked.items(), key=lambda item: item[1])
    certain = probability >= _LEAST_PROBABILITY and len(language) == 2  # "zxx" means: no language
    return str(language) if certain else fallback


def _weight(letter: str) -> int:
    return _DENSE_WEIGHT if letter >= _FIRST_DENSE_LETTER else 1
