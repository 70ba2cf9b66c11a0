"""Words that differ from a mistyped one by one slip of the hand."""

import unicodedata

LONGEST = 30  # letters of a word that is corrected
SHORTEST = 5
# Letters that may have been meant, by the first word of their Unicode names. Accented Latin letters are left out: the
# search finds words without their accents too.
_ALPHABETS = {
    "LATIN": "abcdefghijklmnopqrstuvwxyz",
    "CYRILLIC": "абвгдежзийклмнопрстуфхцчшщъыьэюяёієїґ",
    "GREEK": "αβγδεζηθικλμνξοπρστυφχψως",
    "ARABIC": "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىأإآؤئء",
    "HEBREW": "אבגדהוזחטיכלמנסעפצקרשתךםןףץ",
    "ARMENIAN": "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ",
}


def variants(word: str) -> list[str]:
    """The words with one letter more, one fewer, another one, or two neighbours exchanged; in small letters.

    Empty for a word of fewer than 5 or more than 30 letters, with anything but letters, or of another script. About
    50 times as many as the word has letters.
    """
    word = unicodedata.normalize("NFC", word).lower()
    if not (SHORTEST <= len(word) <= LONGEST and word.isalpha()):
        return []
    alphabet = _ALPHABETS.get(unicodedata.name(word[0], "").partition(" ")[0], "")
    if not alphabet:
        return []
    splits = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    made = {before + letter + after for before, after in splits for letter in alphabet}
    made |= {before + letter + after[1:] for before, after in splits if after for letter in alphabet}
    made |= {before + after[1:] for before, after in splits if after}
    made |= {before + after[1] + after[0] + after[2:] for before, after in splits if len(after) > 1}
    return sorted(made - {word})
