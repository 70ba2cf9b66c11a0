"""Questions with several parts, made by rule from pairs of single questions whose passages are known.

Two questions of different documents become one that needs both: a two-fact question ("… and …", "…? …?") or a
comparison of what they ask for. Which questions are paired, and how, follows from a seed. Every other made question
belongs to the half that was not looked at while the rules were written.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.quality.evaluation.questions import EvaluationQuestion, QuestionSet, of_folder
from tests.quality.sets import FOLDER

SEED = 16
_LANGUAGES = FOLDER.parent / "dev_languages"
_NOUN = {  # "What is the X?" -> "the X"
    "en": re.compile(r"(?:what|who) (?:is|was|are|were) (the .+?)\??", re.IGNORECASE),
    "de": re.compile(r"(?:was|wer) (?:ist|war|sind|waren) ((?:der|die|das) .+?)\??", re.IGNORECASE),
    "es": re.compile(
        r"¿?(?:cuál|quién|cuáles) (?:es|era|fue|son|fueron|eran) ((?:el|la|los|las) .+?)\??", re.IGNORECASE
    ),
}
_JOIN = {"en": "and", "de": "und", "es": "y"}
_COMPARISONS = {
    "en": (
        "What is the difference between {} and {}?",
        "Compare {} with {}.",
        "How does {} differ from {}?",
        "Which came first, {} or {}?",
    ),
    "de": (
        "Was ist der Unterschied zwischen {} und {}?",
        "Vergleiche {} mit {}.",
        "Worin unterscheidet sich {} von {}?",
        "Was war zuerst da, {} oder {}?",
    ),
    "es": (
        "¿Cuál es la diferencia entre {} y {}?",
        "Compara {} con {}.",
        "¿En qué se diferencian {} y {}?",
        "¿Qué fue primero, {} o {}?",
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A development set from which pairs are drawn."""

    name: str
    folder: Path
    language: str
    facts: int  # two-fact questions
    comparisons: int


SOURCES = (
    Source(name="xquad_en", folder=FOLDER / "xquad_en", language="en", facts=60, comparisons=40),
    Source(name="clapnq_dev", folder=FOLDER / "clapnq_dev", language="en", facts=40, comparisons=20),
    Source(name="xquad_de", folder=_LANGUAGES / "xquad_de", language="de", facts=30, comparisons=10),
    Source(name="xquad_es", folder=_LANGUAGES / "xquad_es", language="es", facts=30, comparisons=10),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A made question and the addresses of the documents that it needs."""

    text: str
    kind: str  # "two facts" or "comparison"
    needed: tuple[str, ...]
    kept: bool  # True: of the half that was not looked at


def made(source: Source) -> tuple[QuestionSet, tuple[Made, ...]]:
    """The set's corpus and single questions, and what is made of them."""
    whole = of_folder(source.folder)
    single = [question for question in whole.questions if len(question.expected) == 1]
    rng = random.Random(f"{SEED} {source.name}")
    rng.shuffle(single)
    facts = _joined(_pairs(single, source.facts), source.language)
    named = [question for question in single if _noun(question, source.language)]
    rng.shuffle(named)
    comparisons = _compared(_pairs(named, source.comparisons), source.language)
    return whole, (*_parted(facts, "two facts"), *_parted(comparisons, "comparison"))


_Pair = tuple[EvaluationQuestion, EvaluationQuestion]
_Text = tuple[str, _Pair]


def _pairs(questions: Sequence[EvaluationQuestion], count: int) -> Iterator[_Pair]:
    """Neighbours of a shuffled list that need different documents, each question once."""
    waiting = list(questions)
    while count and len(waiting) > 1:
        first, second = waiting.pop(0), waiting.pop(0)
        if first.expected[0].source_uri != second.expected[0].source_uri:
            count -= 1
            yield first, second


def _joined(pairs: Iterator[_Pair], language: str) -> Iterator[_Text]:
    forms: tuple[Callable[[str, str], str], ...] = (
        lambda one, other: f"{one.rstrip('? ')}, {_JOIN[language]} {_lower(other)}",
        lambda one, other: f"{one.rstrip('? ')}? {other.rstrip('? ')}?",
        lambda one, other: f"{one.rstrip('? ')} {_JOIN[language]} {_lower(other)}",
    )
    for at, pair in enumerate(pairs):
        yield forms[at // 2 % len(forms)](pair[0].text, pair[1].text), pair


def _compared(pairs: Iterator[_Pair], language: str) -> Iterator[_Text]:
    for at, pair in enumerate(pairs):
        forms = _COMPARISONS[language]
        yield forms[at // 2 % len(forms)].format(*(_noun(question, language) for question in pair)), pair


def _parted(texts: Iterator[_Text], kind: str) -> Iterator[Made]:
    for at, (text, pair) in enumerate(texts):
        needed = tuple(str(question.expected[0].source_uri) for question in pair)
        yield Made(text=text, kind=kind, needed=needed, kept=at % 2 == 1)


def _noun(question: EvaluationQuestion, language: str) -> str:
    match = _NOUN[language].fullmatch(question.text.strip())
    return match[1] if match else ""


def _lower(text: str) -> str:
    """The question as it stands inside a sentence."""
    start = 1 if text.startswith("¿") else 0
    return text[start : start + 1].lower() + text[start + 1 :]
