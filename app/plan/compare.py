"""A question that compares things goes in, one question for each thing comes out (pure)."""

import re
from functools import lru_cache

from app.plan.several import STOP
from app.plan.words import LANGUAGES, Words

_MOST_THINGS = 4
_LISTED_WORDS = 6  # of one thing in a list with commas; what is longer has its comma inside
_LONGEST_THING = 10  # words; what is longer is a clause
_VAGUE = re.compile(
    r"(?:the )?others?\b|those\b|them\b|andere\w*\b|(?:les |d['’])?autres?\b|(?:l[ao]s )?otr[ao]s?\b", re.IGNORECASE
)
_POLITE = r"(?:(?:please|bitte|can you|could you|können sie|kannst du|pouvez-vous|peux-tu|puedes|por favor),? )*"


def compared(question: str) -> tuple[str, ...]:
    """The things that are compared, each with what is asked of it; empty for any other question.

    question: on one line, without the sign at its end.
    """
    if STOP.search(question):
        return ()
    for words in LANGUAGES.values():
        for rule in (_named, _differing, _more, _chosen, _repeated):
            parts = rule(question, words)
            if 2 <= len(parts) <= _MOST_THINGS and not any(_VAGUE.match(part) for part in parts):
                return parts
    return ()


def _named(question: str, words: Words) -> tuple[str, ...]:
    """ "Compare A with B", "What is the difference between A and B in terms of C?"."""
    ends = rf"(?P<things>.+?)(?: (?:{words.aspect}) (?P<aspect>.+))?"
    if match := _regex(rf"{_POLITE}(?:{words.compare}) {ends}").fullmatch(question):
        things = _two(match["things"], words.against) or _things(match["things"], words)
    elif match := _regex(rf".*?\b(?:{words.difference}) {ends}").fullmatch(question):
        things = _things(match["things"], words) or _two(match["things"], words.against)
    else:
        return ()
    return _each(things, match["aspect"] or "")


def _differing(question: str, words: Words) -> tuple[str, ...]:
    """ "How does A differ from B?", "How do A and B differ?"."""
    match = _regex(words.differs).fullmatch(question)
    if not match:
        return ()
    found = match.groupdict()
    if found.get("things"):
        return _each(_things(found["things"], words), found.get("aspect") or "")
    return (found["one"], found["other"])


def _more(question: str, words: Words) -> tuple[str, ...]:
    """ "Is A longer than B?"."""
    match = _regex(words.more).fullmatch(question)
    if (
        not match
        or len(match["one"].split()) > _LONGEST_THING
        or _regex(rf"(?:{words.before}) .+|\d.*").fullmatch(match["other"])
    ):
        return ()
    return _each((match["one"], match["other"]), match["quality"])


def _chosen(question: str, words: Words) -> tuple[str, ...]:
    """ "Which is longer, A or B?"."""
    match = _regex(
        rf"(?P<stem>(?:(?:{words.before}) )?(?:{words.asks})\b.+?)[,:;] "
        rf"(?P<things>(?:[^,]+, )*[^,]+,? (?:{words.either}) [^,]+)"
    ).fullmatch(question)
    if not match or len(match["stem"].split()) < 3:
        return ()
    things = _regex(rf", (?:{words.either}) | (?:{words.either}) |, ").split(match["things"])
    return tuple(f"{match['stem']} {thing}" for thing in things)


def _repeated(question: str, words: Words) -> tuple[str, ...]:
    """ "What is the price of A and of B?": the same preposition before each thing."""
    match = _regex(
        rf"(?P<stem>(?:(?:{words.before}) )?(?:{words.asks})\b.+?) (?P<before>{words.before}) (?P<one>.+?),? "
        rf"(?:{words.joins}) (?P=before) (?P<other>.+)"
    ).fullmatch(question)
    return tuple(f"{match['stem']} {match['before']} {match[name]}" for name in ("one", "other")) if match else ()


def _things(text: str, words: Words) -> tuple[str, ...]:
    """The things of a list: "A, B and C", "A and B"."""
    listed = _regex(rf",? (?:{words.joins}|{words.either}) |, ").split(text)
    if "," in text and all(len(thing.split()) <= _LISTED_WORDS for thing in listed):
        return tuple(listed)
    return _two(text, words.joins)


def _two(text: str, joins: str) -> tuple[str, ...]:
    """Two things, parted at the joint after which it goes on as it began ("the …"), else at the one in the middle."""
    joints = [(match.start(), match.end()) for match in _regex(rf",? (?:{joins}) ").finditer(text)]
    if not joints:
        return ()
    first = text.split(maxsplit=1)[0].lower()
    alike = [joint for joint in joints if text[joint[1] :].lower().startswith(f"{first} ")]
    start, end = min(alike or joints, key=lambda joint: abs(joint[0] + joint[1] - len(text)))
    return text[:start], text[end:]


def _each(things: tuple[str, ...], aspect: str) -> tuple[str, ...]:
    return tuple(" ".join(filter(None, (thing.strip(), aspect.strip()))) for thing in things)


@lru_cache(maxsize=64)
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
