"""Small helpers over the words of a question."""

import re

from app.core.stop_words import STOP_WORDS

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_MORE = frozenset(
    "what what's who's where's how's "
    "when where which who whom whose why how is are was were do does did has have had can could there many much "
    "wer was wann wo warum wieso welche welcher welches welchem welchen wie viel viele "
    "qui que quoi quand où comment combien pourquoi quel quelle quels quelles lequel laquelle "
    "quién qué cuándo dónde cómo cuánto cuánta cuántos cuántas cuál cuáles".split()
)
_EMPTY = STOP_WORDS | _MORE
# Words of a question that stand for something named before them.
POINTERS = re.compile(
    r"(?<!\w)(?:it|its|they|them|their|he|she|him|her|his|this|these|those|the (?:former|latter)|there"
    r"|er|sie|es|ihn|ihm|ihr|ihre[rnms]?|seine?[rnms]?|dessen|deren|diese[rsnm]?|dort"
    r"|il|elle|ils|elles|son|sa|ses|leurs?|cela|celui-ci|celle-ci"
    r"|él|ella|ellos|ellas|sus?|este|esta|estos|estas|ello|allí)(?!\w)",
    re.IGNORECASE,
)


def words(text: str) -> list[str]:
    """The words as written, in order."""
    return _WORD.findall(text)


def content(text: str) -> list[str]:
    """The words in small letters that say what a text is about, in order."""
    return [word for word in map(str.casefold, words(text)) if word not in _EMPTY and (len(word) > 1 or word.isdigit())]


def trimmed(text: str) -> str:
    """One line without the punctuation around it."""
    return " ".join(text.split()).strip(" \t,;:.?!¿¡")
