"""Superscripts and subscripts as plain text: "10^5", "m^3", "H2O"; ordinals and marks of notes as people read them."""

import re

REACH = 40  # characters before a raised text that decide how it reads
_LONGEST = 12  # characters of a power; more is a remark
_UNITS = frozenset(  # after longer words a number is a note
    "mol rad sec min cos sin tan cot log foot feet inch mile miles yard yards pixel pixels metre metres meter meters "
    "Meter Metern моль".split()
)
_ORDINALS = frozenset("o os a as e es r rs t".split())  # French and Spanish ones: 1er, 2e, 1a, No
_TRADE_MARKS = {"tm": "™", "sm": "℠"}
_WORD = re.compile(r"[^\W\d_]+\Z")
_PLAIN_POWER = re.compile(r"[+\-−–]?[\w.]+|\d*[+\-−–]")
_NOTE = re.compile(r"\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*|[*†‡§¶#]+|[a-z]")
_LETTERS = re.compile(r"[^\W\d_.]+\.?")
_FRACTION = re.compile(r"(\d?)\^(\d{1,3})\s*[/⁄]\s*\Z")


def raised(before: str, text: str, *, note: bool = False) -> str:
    """What a superscript reads as. before: the text that it follows; note: it links to a note."""
    text = " ".join(text.split())
    if not text:
        return ""
    if not any(map(str.isalnum, text)) and not (len(text) == 1 and text in "+-−–"):
        return text
    if text[0] in "([" and text[-1] in ")]":
        return text
    if text.casefold() in _TRADE_MARKS:
        return _TRADE_MARKS[text.casefold()]
    if note and _NOTE.fullmatch(text):
        return f"[^{text}]"
    base = before[-1:]
    word = _WORD.search(before)
    if _LETTERS.fullmatch(text) and _is_ordinal(before, word.group() if word else "", text):
        return text
    if (" " in text and not _PLAIN_POWER.fullmatch(text)) or len(text) > _LONGEST:
        return f" ({text})" if base.strip() else f"({text})"
    if _NOTE.fullmatch(text) and _follows_prose(base, word.group() if word else ""):
        return f"[^{text}]"
    return f"^{text}" if _PLAIN_POWER.fullmatch(text) else f"^({text})"


def _is_ordinal(before: str, word: str, text: str) -> bool:
    """Whether raised letters belong to the word or number before them: 1st, 2e, Mme, No."""
    letters = text.rstrip(".")
    if before[-1:].isdecimal():
        return 1 < len(letters) <= 4 or letters in _ORDINALS
    if len(word) == 1 and len(letters) == 1:
        return letters in "oer" and (word.isupper() or word == "n")
    return 1 < len(letters) <= 4 and bool(word)


def _follows_prose(base: str, word: str) -> bool:
    """Whether a number after this is the mark of a note: after a word or a sentence, not after a unit or a symbol."""
    if not base.strip() or base.isdecimal() or base in ")]}|":
        return False
    return not word or len(word) > 3 or _is_ideograph(base) or (len(word) == 3 and word.isalpha() and _is_word(word))


def _is_word(word: str) -> bool:
    return word not in _UNITS and not word.isupper()


def _is_ideograph(character: str) -> bool:
    return "\u2e80" <= character <= "\u9fff" or "\uac00" <= character <= "\ud7ff"


def lowered(before: str, text: str) -> tuple[int, str]:
    """(characters of `before` to take away, what is written instead) of a subscript."""
    text = " ".join(text.split())
    fraction = _FRACTION.search(before)
    if fraction and text.isdecimal():
        whole, upper = fraction.groups()
        return len(fraction.group()) - len(whole), f"{' ' if whole else ''}{upper}/{text}"
    if text[:1].isdecimal() and before[-1:].isdecimal():
        return 0, f"_{text}"  # a number written to this base
    return 0, text
