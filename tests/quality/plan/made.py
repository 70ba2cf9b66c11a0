"""Questions that need two passages, made of the questions of XQuAD: two facts, a comparison, two hops."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.quality.sets import FOLDER

SET = "xquad_en"
OF_A_KIND = 60
_WHEN = re.compile(r"^When (?P<verb>did|was|were) (?P<rest>.+)\?$")
_COUNT = re.compile(r"^How many (?P<things>\w+(?: \w+)?) (?P<rest>(?:did|does|do|are|were|was|is|has|have) .+)\?$")
_OPENING = re.compile(r"^(?:What|When|Where|Who|How|Which) ")
_PERSON = re.compile(r"^Who (?P<rest>(?:was|is|led|won|wrote|founded|discovered|designed|defeated|\w+ed) .+)\?$")
_THING = re.compile(
    r"^(?:What|Which)(?: is the)? (?P<noun>(?:\w+ ){0,2}\w+?) "
    r"(?P<rest>(?:is|was|were|has|had|that|not|agreed|led|won) .+)\?$"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A question with the documents that hold its parts."""

    kind: str
    text: str
    needed: frozenset[str]


def made() -> tuple[tuple[Made, ...], tuple[Made, ...]]:
    """Two halves, every second question in each; tests/quality/RESULTS.md says how far one is unseen."""
    questions = {row["id"]: row["text"].strip() for row in _rows("queries")}
    where = {}
    for line in (FOLDER / SET / "qrels.tsv").read_text("utf-8").splitlines():
        question, document, _ = line.split("\t")
        where[question] = document
    answers = {row["id"]: row["answers"][0].strip(". ") for row in _rows("answers")}
    built = [*_facts(questions, where), *_comparisons(questions, where), *_hops(questions, where, answers)]
    return tuple(built[::2]), tuple(built[1::2])


def _rows(kind: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / SET / f"{kind}.jsonl").read_text("utf-8").splitlines()]


def _apart(keys: list[str], where: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Pairs from the two halves of a list, of different articles."""
    half = len(keys) // 2
    for one, other in zip(keys[:half], keys[half:], strict=False):
        if where[one].split("#")[0] != where[other].split("#")[0]:
            yield one, other


def _facts(questions: dict[str, str], where: dict[str, str]) -> list[Made]:
    usable = [key for key, text in questions.items() if _OPENING.match(text) and text.endswith("?") and len(text) < 90]
    pairs = list(_apart(usable[::7], where))[:OF_A_KIND]
    result = []
    for number, (one, other) in enumerate(pairs):
        first, second = questions[one], questions[other]
        joined = f"{first} {second}" if number % 4 < 2 else f"{first.rstrip('?')} and {_lower(second)}"
        result.append(Made(kind="two facts", text=joined, needed=frozenset((where[one], where[other]))))
    return result


def _comparisons(questions: dict[str, str], where: dict[str, str]) -> list[Made]:
    found = []
    for rule, shape in (
        (_WHEN, "Which came first, {} or {}?"),
        (_COUNT, "Compare {} and {}."),
    ):
        keys = [key for key, text in questions.items() if rule.match(text)]
        for one, other in _apart(keys, where):
            first, second = (_clause(rule, questions[key]) for key in (one, other))
            needed = frozenset((where[one], where[other]))
            found.append(Made(kind="comparison", text=shape.format(first, second), needed=needed))
    return found[:OF_A_KIND]


def _clause(rule: re.Pattern[str], question: str) -> str:
    match = rule.match(question)
    if match is None:
        raise ValueError(question)
    if rule is _WHEN:
        return f"when {match['rest']}" if match["verb"] == "did" else f"when {match['rest']} ({match['verb']})"
    return f"the number of {match['things']} that {match['rest']}"


def _hops(questions: dict[str, str], where: dict[str, str], answers: dict[str, str]) -> list[Made]:
    """A name in one question, replaced by the description that another question gives of it."""
    found, taken = [], Counter[str]()
    for one, text in questions.items():
        name = answers.get(one, "")
        described = _described(text)
        if not described or len(name) < 4 or not name[0].isupper():  # letters of a name
            continue
        for other, asked in questions.items():
            whole = re.compile(rf"\b{re.escape(name)}\b")
            if where[one] != where[other] and len(whole.findall(asked)) == 1 and taken[one] < 3:
                taken[one] += 1
                moved = described.join(whole.split(asked))
                found.append(Made(kind="two hops", text=moved, needed=frozenset((where[one], where[other]))))
    return found[:OF_A_KIND]


def _described(question: str) -> str:
    if match := _PERSON.match(question):
        return f"the person who {match['rest']}"
    if match := _THING.match(question):
        rest = match["rest"].removeprefix("that ")
        return f"the {match['noun'].removeprefix('the ')} that {rest}"
    return ""


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]
