"""A question that counts or lists documents goes in, its conditions come out; every word must be understood (pure)."""

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from app.plan.list_words import LANGUAGES, MEDIA, TONGUES, Tongue
from app.plan.periods import Period, period_at_end, period_at_start
from app.plan.words import content

_LONGEST = 300  # characters of such a question
_MOST_NOUN_WORDS = 3
_POLITE = re.compile(
    r"^(?:(?:please|bitte|hi|hello|ok(?:ay)?|so)[, ]+)*(?:(?:can|could|would) you (?:please )?"
    r"|tell me |kannst du (?:mir )?(?:bitte )?"
    r"|peux[- ]tu |pouvez[- ]vous |puedes )?",
    re.IGNORECASE,
)
_PAGE = re.compile(r"[,;.:]?\s*\(?(?:page|seite|página)\s+(\d{1,4})\)?$", re.IGNORECASE)
_OR = re.compile(r"\s+(?:or|oder|ou|o)\s+", re.IGNORECASE)
_SEPARABLE = re.compile(r" (?:auf|an)$")  # of "auflisten" and "anzeigen"
# "either fire or flood", "the word fire": what comes before the subject itself.
_LED = re.compile(
    r"^(?:(?:either|both|entweder|sowohl|soit|o bien) )?(?:(?:the |das |den |die |le |les |la "
    r"|las |el |los )?(?:words?|phrases?|terms?"
    r"|names?|wort|wörter|begriffe?|namen?|mots?|termes?|noms?|palabras?|términos?|nombres?|expression|frase) (?=\S))?",
    re.IGNORECASE,
)
_QUOTES = "\"“”„«»'‘’"
_CLAUSE = re.compile(
    r"(?<![^\W_])(?:who|whose|when|where|why|wer|wessen|warum|pourquoi|quién|if|because|wenn"
    r"|weil|should|must|soll|muss|doit|debe"
    r"|i|you|ich|du|je|tu)(?![^\W_])",
    re.IGNORECASE,
)
_NEWS = {
    "en": r"(?:what(?:['’]s| is| has been| was)|show me what is|list what is)",
    "de": r"(?:was)",
    "fr": r"(?:quoi de|qu['’]est[- ]ce qui|qu['’]y a[- ]t[- ]il de)",
    "es": r"(?:qué)",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """What is counted or listed. A condition that is empty or None does not count."""

    tongue: str  # language of the question: en, de, fr or es
    count: bool = False  # how many; else which
    kind: str = ""  # what the documents are called, as asked: "incidents"; empty for documents of any kind
    certain: bool = True  # False: `kind` may as well be something that documents tell about
    topics: tuple[str, ...] = ()  # one of them is enough
    mentioned: bool = False  # the words themselves, not their subject
    media_type: str = ""
    language: str = ""
    tag: str = ""
    collection: str = ""
    titled: str = ""
    period: Period | None = None
    new: bool = False  # the period is that of coming into the library
    page: int = 1

    @property
    def exact(self) -> bool:
        """Whether only metadata decide."""
        return not self.topics


def listed_in(question: str, today: date) -> Listed | None:
    """The conditions, or None for any other question. today: what "since May" is counted from."""
    text = " ".join(question.split())
    if len(text) > _LONGEST:
        return None
    text = text.strip(" ?!.¿¡:")
    page = _PAGE.search(text)
    text = _POLITE.sub("", text[: page.start()] if page else text).strip(" ?!.¿¡:,")
    for name, tongue in TONGUES.items():
        found = _news(text, name, tongue, today) or _inverse(text, name, tongue) or _plain(text, name, tongue, today)
        if found:
            return replace(found, page=max(1, int(page.group(1)))) if page else found
    return None


def _news(text: str, name: str, tongue: Tongue, today: date) -> Listed | None:
    """What is new since May?"""
    match = _whole(rf"{_NEWS[name]} {tongue.new}(?P<rest> .+)").fullmatch(text)
    rest = match["rest"].strip() if match else ""
    if not rest or not (cut := period_at_end(rest, today)) or _rest_is_filler(cut[0], tongue) is None:
        return None
    return Listed(tongue=name, period=cut[1], new=True)


def _inverse(text: str, name: str, tongue: Tongue) -> Listed | None:
    """In which documents is X mentioned?"""
    for pattern in tongue.inverse:
        if match := _whole(pattern).fullmatch(text):
            groups = match.groupdict()
            topics = _topics(groups["topic"] or groups.get("topic2") or "")
            if topics:
                generic = bool(_whole(tongue.generic).fullmatch(groups["noun"]))
                return Listed(
                    tongue=name,
                    count=groups["head"].lower().startswith(("how", "wie", "combien", "cuánt")),
                    kind="" if generic else groups["noun"],
                    topics=topics,
                    mentioned=True,
                )
    return None


def _plain(text: str, name: str, tongue: Tongue, today: date) -> Listed | None:
    """How many, which or a list of something, then its conditions."""
    for count, head in ((True, tongue.count), (False, tongue.show)):
        match = _whole(rf"(?:{head})\s*(?P<rest>(?<=[\s'’]).+)").fullmatch(text)
        if match and (found := _noun(match["rest"], count, name, tongue, today)):
            return found
    return None


def _noun(text: str, count: bool, name: str, tongue: Tongue, today: date) -> Listed | None:
    """What is counted: a word for documents, a type, or any noun that is followed by conditions alone."""
    text, language = _leading_language(text)
    base = Listed(tongue=name, count=count, language=language)
    for pattern, media_type in MEDIA.items():
        if match := _whole(rf"(?:{pattern})(?P<rest>(?:[ ,].*)?)").fullmatch(text):
            return _conditions(match["rest"], replace(base, media_type=media_type), tongue, today, sure=True)
    if match := _whole(rf"(?:(?:new|neuen?|nouveaux|nuevos) )?(?:{tongue.generic})(?P<rest>(?:[ ,].*)?)").fullmatch(
        text
    ):
        found = _conditions(match["rest"], base, tongue, today, sure=True)
        return found if found and (found != base or language) else None
    words = text.split()
    for length in range(1, min(_MOST_NOUN_WORDS, len(words)) + 1):
        noun, rest = " ".join(words[:length]).strip(","), " ".join(words[length:])
        soft = bool(_whole(tongue.soft).fullmatch(noun))
        if not (soft or _is_noun(noun)):
            continue
        start = replace(base, kind=noun, certain=soft)
        found = _conditions(rest, start, tongue, today, sure=soft)
        if found and (found != start or count):
            return found
    return None


def _conditions(rest: str, found: Listed, tongue: Tongue, today: date, *, sure: bool) -> Listed | None:
    """The conditions that follow the noun, or None when a word is left over.

    sure: the noun means documents, so that "on fire safety" is what they are about.
    """
    rest = rest.strip(" ,")
    before = None
    while rest and rest != before:
        before = rest
        about = rf"{tongue.about}|{tongue.loose_about}" if sure else tongue.about
        topic = _whole(rf"(?:(?P<about>{about})|{tongue.mention}) (?P<topic>.+)").fullmatch(rest)
        cut = period_at_end(rest, today, loose=topic is None)
        if cut and found.period is None and (cut[0] or not topic):
            rest, found = cut[0].strip(" ,"), replace(found, period=cut[1])
            continue
        if topic is None and found.period is None and (cut := period_at_start(rest, today)):
            rest, found = cut[0], replace(found, period=cut[1])
            continue
        rest, found = _metadata(rest, found, tongue)
        if rest != before:
            continue
        if topic:
            return _about(topic["topic"], found, mentioned=topic["about"] is None)
        for pattern in tongue.behind:
            if match := _whole(pattern).fullmatch(f" {rest}") or _whole(pattern).fullmatch(rest):
                return _about(match["topic"], found, mentioned=True)
        rest = _filler(rest, tongue)
    return None if rest else found


def _metadata(rest: str, found: Listed, tongue: Tongue) -> tuple[str, Listed]:
    """The rest without a tag, collection, language, title or "added" at its end."""
    value = rf"[{_QUOTES}]*(?P<value>[^{_QUOTES}]+?)[{_QUOTES}]*"
    if match := _whole(rf"(?P<before>.*?)(?:^|\s){tongue.tagged} {value}").fullmatch(rest):
        return match["before"].strip(" ,"), replace(found, tag=match["value"])
    if match := _whole(rf"(?P<before>.*?)(?:^|\s){tongue.within}").fullmatch(rest):
        groups = match.groupdict()
        return match["before"].strip(" ,"), replace(
            found, collection=groups["collection"] or groups.get("collection2") or ""
        )
    for code, words in LANGUAGES.items():
        pattern = rf"(?P<before>.*?)(?:^|\s)(?:written |geschrieben |verfasst )?(?:in|auf|en) (?:{words})(?: language)?"
        if match := _whole(pattern).fullmatch(rest):
            return match["before"].strip(" ,"), replace(found, language=code)
    if match := _whole(rf"(?P<before>.*?)(?:^|\s){tongue.titled} {value}").fullmatch(rest):
        return match["before"].strip(" ,"), replace(found, titled=match["value"])
    if found.period is not None and (match := _whole(rf"{tongue.new}").fullmatch(rest)):
        return "", replace(found, new=True)
    return rest, found


def _about(topic: str, found: Listed, *, mentioned: bool) -> Listed | None:
    topics = _topics(topic)
    return replace(found, topics=topics, mentioned=mentioned) if topics else None


def _topics(text: str) -> tuple[str, ...]:
    """The subjects, each as words to search for; empty where a clause follows that says more than a subject."""
    plain = _LED.sub("", _SEPARABLE.sub("", text.strip(f" ,.?!{_QUOTES}"))).strip(_QUOTES)
    if not content(plain) or _CLAUSE.search(plain):
        return ()
    parts = [part.strip(f" ,{_QUOTES}") for part in _OR.split(plain)]
    return tuple(part for part in parts if content(part))


def _filler(rest: str, tongue: Tongue) -> str:
    """The rest without words that say only that something is there."""
    shorter = _whole(rf"(?:{tongue.filler})(?P<rest>(?:[ ,].*)?)").fullmatch(rest)
    if shorter:
        return shorter["rest"].strip(" ,")
    shorter = _whole(rf"(?P<rest>.*?)[ ,](?:{tongue.filler})").fullmatch(rest)
    return shorter["rest"].strip(" ,") if shorter else rest


def _rest_is_filler(rest: str, tongue: Tongue) -> bool | None:
    while rest and (shorter := _filler(rest, tongue)) != rest:
        rest = shorter
    return None if rest else True


def _leading_language(text: str) -> tuple[str, str]:
    for code, words in LANGUAGES.items():
        if match := _whole(rf"(?:{words}) (?P<rest>\S.*)").fullmatch(text):
            return match["rest"], code
    return text, ""


def _is_noun(noun: str) -> bool:
    return all(word.isalpha() or "-" in word for word in noun.split()) and len(content(noun)) == len(noun.split())


@cache
def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
