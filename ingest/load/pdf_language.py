"""Whether the text layer of a PDF page is a language, or signs that stand for letters only in its own font."""

import re
import unicodedata
from collections import Counter

_FEWEST = 40  # letters and signs; of less nothing can be said
_CODES = re.compile(r"\(cid:\d+\)")
_WORD = re.compile(r"\S+")
_VOWELS = frozenset("aeiouyäöüåøæœáàâãéèêëíìîïóòôõúùûýÿąęěůőűıœ")
_MOST_UNREADABLE = 0.3  # share of characters without a meaning of their own
_FEWEST_WORDS = 0.35  # share of words that can be words of a language
_SCRIPTS_OF_ONE_TEXT = 3
_LONGEST_CLUSTER = 6  # consonants in a row


def is_no_language(text: str) -> bool:
    """Whether the text of a page cannot be words of any language: private signs, codes, mixed rare scripts, no words."""
    codes = sum(len(match.group()) for match in _CODES.finditer(text))
    signs = [sign for sign in _CODES.sub("", text) if not sign.isspace()]
    if len(signs) + codes < _FEWEST:
        return False
    unreadable = codes + sum(_is_unreadable(sign) for sign in signs)
    if unreadable > _MOST_UNREADABLE * (len(signs) + codes):
        return True
    scripts = Counter(_script(sign) for sign in signs if sign.isalpha())
    letters = scripts.total()
    if letters < _FEWEST:
        return False
    common = [
        count
        for script, count in scripts.items()
        if count >= 0.05 * letters and script not in ("HIRAGANA", "KATAKANA", "CJK", "LATIN")
    ]
    if len(common) > _SCRIPTS_OF_ONE_TEXT:
        return True
    if scripts["LATIN"] < 0.8 * letters:
        return False
    return share_of_words(text) < _FEWEST_WORDS


def share_of_words(text: str) -> float:
    """Share of a Latin text's longer words that look like words: letters only, with vowels; 1 without such words."""
    words = [word.strip(".,;:!?()[]{}\"'“”‘’«»„…-–—/") for word in _WORD.findall(text)]
    long = [word for word in words if len(word) >= 4 and not _is_number(word)]
    if len(long) < 8:
        return 1.0
    return sum(map(_can_be_word, long)) / len(long)


def _can_be_word(word: str) -> bool:
    letters = word.replace("-", "").replace("'", "").replace("’", "")
    if not letters.isalpha():
        return False
    if not (letters[1:].islower() or letters.isupper()):
        return False
    lower = letters.casefold()
    vowels = sum(letter in _VOWELS for letter in lower)
    return 0.15 * len(lower) <= vowels <= 0.8 * len(lower) and not re.search(
        f"[^{''.join(_VOWELS)}]{{{_LONGEST_CLUSTER},}}", lower
    )


def _is_number(word: str) -> bool:
    return sum(sign.isdigit() for sign in word) >= 0.5 * len(word)


def _is_unreadable(sign: str) -> bool:
    return sign == "\ufffd" or unicodedata.category(sign) in ("Co", "Cn", "Cc", "Cs")


def _script(letter: str) -> str:
    """The script of a letter, by the first word of its name."""
    return unicodedata.name(letter, "UNKNOWN").split(" ", 1)[0]
