"""Detects messages that cannot be understood without the turns before them.

The word lists cover English, German, French and Spanish; in any other language only the length of a message counts.
A wrong "yes" costs one short call of the model, whose rewrite is checked. A wrong "no" sends the bare follow-up to the
retriever. So the lists hold words that nearly always point back; words that often do not are left out.
"""

import re

from app.core.scripts import DENSE
from app.core.stop_words import STOP_WORDS
from app.rewrite.own_subject import names_its_subject

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SHORT_WORDS = 3  # A message of so few words, such as "And in winter?", is too short to search for,
_TOPIC_WORDS = 3  # unless this many of them carry meaning ("Parental leave policy?"),
_TOPIC_LETTERS = 18  # or two of them have so many letters together ("Öffnungszeiten der Bibliothek").
_SHORT_CHARACTERS = 8  # The same limit for scripts without blanks.
# Words that need something they are an attribute of: "Total price?" is no topic of its own.
_ATTRIBUTES = frozenset(
    "total price prices cost costs fee fees date dates time deadline duration reason reasons number amount size weight "
    "details example examples exceptions conditions alternatives other another cheaper maximum minimum "
    "preis preise kosten gebühr gebühren datum dauer frist grund gründe anzahl betrag höhe größe gewicht beispiele "
    "ausnahmen bedingungen voraussetzungen andere weitere prix coût coûts frais durée délai raison raisons nombre "
    "montant exemples précio precio precios coste costes fecha duración plazo motivo número importe ejemplos".split()
)
_WIDE = re.compile(f"[{DENSE}]")

# Words that identify the language of a question. No word is in two lists.
_MARKERS = {
    "en": "the is are does do how what which who when where why can should of and to it",
    "de": "der die das den dem auch ist sind wie welche welcher welches wer wann wo warum kann soll und zu im nicht "
    "gibt",
    "fr": "le la les des du est sont était comment quoi quelle quel quels quelles qui quand où pourquoi peut et à dans "
    "pas",
    "es": "el los las del es son era cómo qué cuál cuáles quién cuándo dónde puede y en no hay para por una",
}
# Words that point back at any position in the message.
_BACK = {
    "en": "it its itself they them their theirs this these those he him his she her hers same former latter previous",
    "de": "er ihn ihm sie ihnen ihr ihre ihrem ihren ihrer ihres sein seine seinem seinen seiner seines dessen deren "
    "dies diese dieser dieses diesem diesen jene jener jenes davon dafür damit darüber dazu dabei "
    "danach daran darin darauf dagegen dort derselbe dieselbe dasselbe",
    "fr": "il elle ils elles celui celle ceux celles cela ça ceci ce cet cette ces son sa ses leur leurs lui "
    "ci celui-ci celle-ci là-bas",
    "es": "él ella ellos ellas eso esto ese esa esos esas este esta estos estas aquel aquella su sus lo allí ahí",
}
# Phrases with such a word that do not point back.
_NOT_BACK = {
    "en": r"\b(?:is|was|would) it (?:possible|necessary|safe|true|allowed|required|ok(?:ay)?|legal|better|worth)\b"
    r"|\bit (?:is|was) (?:possible|necessary|true|allowed|required)\b|\bthis (?:year|month|week|morning|document)\b"
    r"|\b(?:how long|what) does it (?:take|cost|mean) to\b",
    "de": r"\bgibt es\b|\bdieses jahr\b|\bdiese woche\b|\bdiesen monat\b",
    "fr": r"\best-ce\b|\bqu['’]est-ce\b|\bil y a\b|\by a-t-il\b|\bil faut\b|\bfaut-il\b|\bs['’]il\b|\bce qu[ei']"
    r"|\bcette année\b",
    "es": r"\blo que\b|\beste año\b|\besta semana\b|\beste mes\b",
}
# Words that point back only at the end of the message or before one of the listed followers.
_BACK_AT_END = {
    "en": r"\b(?:that|one|ones|there|so)\b(?=\W*$)|\bthat (?:is|was|does|did|mean|work|apply)\b"
    r"|\b(?:is|was|does|did|will|would|can|could|should|has) that\b(?! \w+ (?:is|are|was|were|that)\b)"
    r"|\b(?:about|of|for|with|after|before|than|like|from|to|on|in) that\b(?! \w+ (?:is|are|was|were)\b)"
    r"|\b(?:this|that|other|first|second|last) ones?\b|\bthe others?\b",
    "de": r"\b(?:das|die|der|den|dem|es|so)\b(?=\W*$)|\b(?:das|es) (?:ist|war|bedeutet|heißt|kostet|gilt|denn)\b"
    r"|\bdas (?:auch|noch|schon|immer|nur|für|bei|erlaubt|möglich|eigentlich|überhaupt|nicht)\b",
    "fr": r"\b(?:là|en|y|ça|eux)\b(?=\W*$)|\bc['’]est\b",
    "es": r"\b(?:así|eso|allí)\b(?=\W*$)",
}
_CONTINUES = re.compile(
    r"^\W*(?:and|but|or|so|then|also|what about|how about|what else|why not|und|aber|oder|dann|et|mais|ou|alors|puis"
    r"|y|pero|entonces|qué tal)(?=[\s,])",
    re.IGNORECASE,
)
_LISTS = {language: frozenset(words.split()) for language, words in _BACK.items()}
_MARKER_SETS = {language: frozenset(words.split()) for language, words in _MARKERS.items()}


def points_back(text: str, *, context: str = "") -> str:
    """Why the message cannot be understood alone, for people; empty when it can.

    context: an earlier message, which helps to identify the language of a short one.
    """
    if _WIDE.search(text):
        return "it is very short" if len(_WIDE.findall(text)) <= _SHORT_CHARACTERS else ""
    if start := _CONTINUES.match(text):
        return f"it begins with “{start.group().strip().lower()}”"
    if len(words(text)) <= _SHORT_WORDS and not _is_topic(text):
        return "it is very short"
    language = _language(text, context)
    if language is None:
        return ""
    plain = re.sub(_NOT_BACK[language], " ", text, flags=re.IGNORECASE)
    if at_end := re.search(_BACK_AT_END[language], plain, re.IGNORECASE):
        return f"it says “{at_end.group().lower()}”"
    shouted = sum(word[0].isupper() for word in words(plain)) > len(words(plain)) // 2 + 1
    for match in _WORD.finditer(plain):
        word = match.group()
        if match.start() and word[0].isupper() and not shouted:
            continue  # "Sie" and "Ihr" address a person, "IT" is a department, "It" a novel
        if word.lower() not in _LISTS[language]:
            continue
        if word == "sein" and not plain[match.end() :].lstrip()[:1].isupper():
            continue  # the verb
        if not names_its_subject(plain, match.start(), language, _carries_meaning):
            return f"it says “{word.lower()}”"
    return ""


def _is_topic(text: str) -> bool:
    """Whether so few words name a subject of their own."""
    content = content_words(text)
    named = [word for word in content if word not in _ATTRIBUTES]
    enough = len(content) >= _TOPIC_WORDS or len("".join(named)) >= _TOPIC_LETTERS
    return enough and len(named) > 1


def words(text: str) -> list[str]:
    """The words of a text in order, as written."""
    return _WORD.findall(text)


def content_words(text: str) -> list[str]:
    """Lower-case words that carry meaning, in order; function words of the four languages are left out."""
    return [word for word in map(str.lower, words(text)) if _carries_meaning(word)]


def _carries_meaning(word: str) -> bool:
    long_enough = len(word) > 2 or word.isdigit() or _WIDE.search(word) is not None
    return long_enough and word not in _FUNCTION


def _language(text: str, context: str) -> str | None:
    """The language whose markers occur most often; None when there is none, or a tie."""
    for sample in (text, f"{text} {context}"):
        lowered = {word.lower() for word in words(sample)}
        counts = {language: len(lowered & markers) for language, markers in _MARKER_SETS.items()}
        best = max(counts, key=counts.__getitem__)
        if counts[best] and sum(count == counts[best] for count in counts.values()) == 1:
            return best
    return None


_FUNCTION = STOP_WORDS.union(*_LISTS.values(), *_MARKER_SETS.values())
