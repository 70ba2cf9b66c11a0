"""Which facts a question asks for: several questions in one, in English, German, French and Spanish."""

import re

from app.plan.words import POINTERS, content, trimmed

_MOST = 4  # parts; a question with more is searched as a whole
_FEWEST_WORDS = 3  # of a part
_SENTENCES = re.compile(r"(?<=[?])\s+(?=\S)")
_QUESTION_WORD = (
    r"(?:what|when|where|which|(?-i:[wW]ho)|whom|whose|why|how"
    r"|wer|wen|wem|wessen|was|wann|wo|woher|wohin|womit|wodurch|wofür|warum|wieso|wie|wieviele?|welche[rsnm]?"
    r"|(?-i:[qQ]ui)|que|qu['’]est-ce|quand|où|comment|combien|pourquoi|quel(?:le)?s?|quoi|lequel|laquelle"
    r"|quién(?:es)?|qué|cuándo|dónde|cómo|cuánt[oa]s?|por qué|cuál(?:es)?)"
)
_BEFORE = (
    r"(?:(?:in|on|at|for|to|by|from|with|of|under|during|until|since|into|through|after|before"
    r"|bei|mit|von|zu|aus|nach|für|auf|bis|seit|durch|à|de|en|dans|pour|par|avec|depuis|a|con|para|por|desde)\s+)?"
)
_AND = re.compile(
    rf"(?:\s*[,;]?\s+(?:and(?: also)?|as well as|und(?: auch)?|sowie|et(?: aussi)?"
    r"|ainsi que|y(?: también)?|e|así como)\s+"
    rf"|\s*;\s+)(?={_BEFORE}{_QUESTION_WORD}\b)|\s*,\s+(?=(?:how|why|wie|warum|comment|pourquoi|cómo|por qué)\b)",
    re.IGNORECASE,
)
# "between when it begins and when it ends" is one fact.
_PAIR = re.compile(r"\b(?:between|zwischen|entre|both|sowohl)\b", re.IGNORECASE)
_OPENING = re.compile(rf"^\W*{_BEFORE}{_QUESTION_WORD}\b", re.IGNORECASE)
_ASKING = re.compile(
    r"^\W*(?:please |bitte )?(?:tell|explain|describe|list|name|give|show|say|state|erklär|nenn|beschreib|sag|zeig"
    r"|expli|décri|donne|dis|nomme|describ|di|dime|nombra|indica)",
    re.IGNORECASE,
)


def parts_of(question: str) -> tuple[str, ...]:
    """The facts that the question asks for, each as a question of its own; empty for one fact alone.

    A part that points back ("and who founded it?") gets the words of the first one.
    """
    sentences = [part for part in _SENTENCES.split(question) if part.strip()]
    if len(sentences) > 1 and not all(part.rstrip().endswith("?") for part in sentences):
        return ()  # a story and a question: the story is no fact that is asked for
    found = [piece for sentence in sentences for piece in _clauses(sentence)]
    if not 1 < len(found) <= _MOST or any(not _stands(part) for part in found):
        return ()
    first = found[0]
    return (first, *(_completed(part, first) for part in found[1:]))


def _clauses(sentence: str) -> list[str]:
    """Parts of one sentence that begins with a question word, or asks to tell."""
    whole = trimmed(sentence)
    if _PAIR.search(whole) or not (_OPENING.match(whole) or _ASKING.match(whole)):
        return [whole]
    pieces = [trimmed(piece) for piece in _AND.split(whole)]
    return pieces if all(map(_stands, pieces)) else [whole]


def _stands(part: str) -> bool:
    return len(part.split()) >= _FEWEST_WORDS and bool(content(part) or POINTERS.search(part))


def _completed(part: str, first: str) -> str:
    """The part with the subject of the first one, where it points back or names none of its own."""
    if len(content(part)) > 1 and not POINTERS.search(part):
        return part
    known = set(content(part))
    missing = [word for word in content(first) if word not in known]
    return f"{part} ({' '.join(missing)})" if missing else part
