"""A question that asks several things goes in, each of its questions comes out (pure)."""

import re
from functools import lru_cache

from app.plan.words import LANGUAGES, Words

_MOST_QUESTIONS = 4
_FEWEST_WORDS = 3  # of a question that can be searched on its own
_BEGINNING = 4  # words in which a question has its question word
STOP = re.compile(r"\w{3}[.!?？]\s+¿?\w")  # a sentence ends, and another follows; "H. G." is none
_END = re.compile(r"(?<=[?？])\s+")


def several(question: str) -> tuple[str, ...]:
    """The questions, each of which stands on its own; empty when there is one, or when one needs another's words.

    question: on one line, with its signs.
    """
    sentences = [sentence for sentence in _END.split(question) if sentence.strip()]
    for words in LANGUAGES.values():
        if len(sentences) > 1:
            parts = tuple(sentences) if all(_is_question(sentence, words) for sentence in sentences) else ()
        else:
            parts = _joined(question, words)
        if 2 <= len(parts) <= _MOST_QUESTIONS and _stand_alone(parts, words):
            return parts
    return ()


def _is_question(sentence: str, words: Words) -> bool:
    """Whether it is one sentence that asks: from its beginning on, or somewhere before its own sign."""
    begins = sentence if sentence.rstrip().endswith(("?", "？")) else " ".join(sentence.split()[:_BEGINNING])
    return STOP.search(sentence) is None and bool(_asks(words).search(begins))


def _joined(question: str, words: Words) -> tuple[str, ...]:
    """ "When was A built, and who built B?": a question word after "and"."""
    pieces = _joint(words).split(question) if STOP.search(question) is None else [question]
    begins = _asks(words).search(pieces[0])
    return tuple(piece.strip(" ,;") for piece in pieces) if begins and len(pieces) > 1 else ()


def _stand_alone(parts: tuple[str, ...], words: Words) -> bool:
    """Whether every part has enough words, and none of the later ones points back to an earlier one."""
    if any(len(part.split()) < _FEWEST_WORDS for part in parts):
        return False
    return not any(_back(words).search(part) and not _names(part) for part in parts[1:])


def _names(part: str) -> bool:
    """Whether it holds a name or a number, which its pronouns may mean."""
    return any(word[:1].isupper() or word[:1].isdigit() for word in part.lstrip("¿").split()[1:])


@lru_cache
def _asks(words: Words) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words.asks})\b|^¿?(?:{words.begins})\b", re.IGNORECASE)


@lru_cache
def _joint(words: Words) -> re.Pattern[str]:
    """The "and" before a question word, which may have a preposition before it; WHO is a name."""
    return re.compile(rf"(?:[,;]? (?:{words.joins})|;),? (?=¿?(?:(?:{words.before}) )?(?:{words.asks})\b)")


@lru_cache
def _back(words: Words) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words.points_back})\b", re.IGNORECASE)
