"""A question goes in; what it wants of a table's cells comes out: operation, comparisons, and the words left (pure)."""

import re
from dataclasses import dataclass
from datetime import date

from app.plan.periods import Period, period_at_end
from app.plan.table_words import COMPARED, OPERATIONS
from app.plan.words import content

_LONGEST = 300
_NUMBER = r"(?P<currency>[$€£]\s?)?(?P<number>\d[\d.,  '’]*\d|\d)"
_COMPARISONS = {
    sign: re.compile(rf"(?<![^\W_])(?:{words}) {_NUMBER}", re.IGNORECASE) for sign, words in COMPARED.items()
}
_OPERATIONS = {
    name: re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])", re.IGNORECASE) for name, words in OPERATIONS.items()
}
# Parts of groups, and rows that are left out: no rule computes them.
_REFUSED = re.compile(
    r"(?<![^\W_])(?:per|for each|for every|grouped by|each|every|pro|je|jede[rnsm]?"
    r"|pour chaque|chaque|por cada|cada|not|no|without|except"
    r"|excluding|other than|nicht|ohne|außer|sauf|sans|hors|sin|excepto|salvo|why|how did"
    r"|warum|pourquoi|por qué)(?![^\W_])",
    re.IGNORECASE,
)
_COUNTED = re.compile(rf"(?<![^\W_])(?:{OPERATIONS['count']})\s*(?P<what>[^\W\d_][\w-]*)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """A cell is compared with a number."""

    sign: str  # >, >=, < or <=
    number: str  # as written


@dataclass(frozen=True, kw_only=True, slots=True)
class TableQuestion:
    """What is wanted of a table."""

    operation: str  # sum, average, maximum, minimum, count or filter
    hint: tuple[str, ...]  # words of the operation that may name its column: "expensive"
    words: tuple[str, ...]  # in small letters: each must be found in the table, its names or its file's name
    text: str  # the question without operation, comparisons and period
    counted: str = ""  # the word after "how many"
    comparisons: tuple[Compared, ...] = ()
    period: Period | None = None


def table_question(question: str, today: date) -> TableQuestion | None:
    """What the question wants of a table; None where it has no word of an operation."""
    text = " ".join(question.split()).strip(" ?!.¿¡")
    if len(text) > _LONGEST or (_OPERATIONS["maximum"].search(text) and _OPERATIONS["minimum"].search(text)):
        return None
    comparisons = []
    for sign, pattern in _COMPARISONS.items():
        for match in pattern.finditer(text):
            comparisons.append(Compared(sign=sign, number=match["number"]))
        text = pattern.sub(" # ", text)
    if _REFUSED.search(text):
        return None
    operation = next((name for name, words in _OPERATIONS.items() if words.search(text)), "")
    if not operation or (operation == "filter" and not comparisons):
        return None
    counted = _COUNTED.search(text)
    plain = _OPERATIONS[operation].sub(" ", text)
    cut = period_at_end(" ".join(plain.split()), today)
    rest = cut[0] if cut else plain
    return TableQuestion(
        operation=operation,
        hint=tuple(content(" ".join(match.group() for match in _OPERATIONS[operation].finditer(text)))),
        words=tuple(content(rest)),
        text=rest,
        counted=counted["what"] if counted else "",
        comparisons=tuple(comparisons),
        period=cut[1] if cut else None,
    )
