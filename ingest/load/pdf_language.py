"""Whether the text layer of a PDF page is a language, or signs that stand for letters only in its own font."""

import re
import unicodedata
from collections import Counter

_FEWEST = 40  # signs; fewer decide nothing
_CODES = re.compile(r"\(cid:\d+\)")
_FILLERS = frozenset(".·…_-–—=*│─")
_MOST_UNREADABLE = 0.3  # share of characters without a meaning of their own
_FEWEST_LETTERS = 0.3  # share of letters and digits
_MANY = 200  # signs
_SEEN_TOGETHER = frozenset(("LATIN", "HIRAGANA", "KATAKANA", "CJK", "HANGUL", "MATHEMATICAL", "GREEK"))
_SCRIPTS_OF_ONE_TEXT = 2  # beside those
# The commonest letters of languages in Latin script are .49 to .67 of their texts, .3 of letters that stand for others.
_COMMON = frozenset("eainorst")
_FEWEST_COMMON = 0.42
_LETTERS = 150  # letters, the fewest that decide it
_MOST_DIGITS = 0.25  # digits beside a letter; more are part numbers and codes


def is_no_language(text: str) -> bool:
    """Whether the text of a page cannot be a language: private signs, codes, mixed rare scripts, letters at random."""
    # PDFium gives a character beyond 16 bits in two halves.
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    codes = sum(len(match.group()) for match in _CODES.finditer(text))
    signs = [sign for sign in _CODES.sub("", text) if not sign.isspace() and sign not in _FILLERS]
    if len(signs) + codes < _FEWEST:
        return False
    unreadable = codes + sum(map(_is_unreadable, signs))
    if unreadable > _MOST_UNREADABLE * (len(signs) + codes):
        return True
    letters = [sign for sign in signs if sign.isalpha()]
    digits = sum(sign.isdigit() for sign in signs)
    if len(letters) + digits < _FEWEST_LETTERS * len(signs):
        return len(signs) > _MANY
    scripts = Counter(map(_script, letters))
    mixed = [name for name, count in scripts.items() if count >= 0.05 * len(letters) and name not in _SEEN_TOGETHER]
    if len(letters) >= _FEWEST and len(mixed) > _SCRIPTS_OF_ONE_TEXT:
        return True
    return scripts["LATIN"] >= 0.8 * len(letters) and digits <= _MOST_DIGITS * len(letters) and _is_random(letters)


def _is_random(letters: list[str]) -> bool:
    """Whether Latin letters are not spread as in a language."""
    plain = [letter for letter in unicodedata.normalize("NFD", "".join(letters).casefold()) if "a" <= letter <= "z"]
    return len(plain) >= _LETTERS and sum(letter in _COMMON for letter in plain) < _FEWEST_COMMON * len(plain)


def _is_unreadable(sign: str) -> bool:
    return sign == "\ufffd" or unicodedata.category(sign) in ("Co", "Cn", "Cc", "Cs")


def _script(letter: str) -> str:
    """The script of a letter, by the first word of its name."""
    return unicodedata.name(letter, "UNKNOWN").split(" ", 1)[0]
