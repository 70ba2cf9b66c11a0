"""Kinds of values in tables: text, numbers, years, dates, ranges, quantities."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

EMPTY, TEXT, NUMBER, YEAR, DATE, RANGE, QUANTITY = "", "text", "number", "year", "date", "range", "quantity"
FIGURES = frozenset((NUMBER, YEAR, DATE, RANGE, QUANTITY))
_MISSING = frozenset("- – — ? … ... . / n/a n.a. na nan null none nil k.a. k. #n/a tbd tba".split())
_DIGIT = re.compile(r"\d")
_DATE_FORM = re.compile(
    r"\d{1,4}([./-])\d{1,2}\1\d{1,4}([ T]\d{1,2}:\d\d.{0,12})?|\d{1,2}:\d\d(:\d\d)?( ?[ap]m)?"
    r"|(1[89]|2[01])\d\d([/-]\d\d|[/-](1[89]|2[01])\d\d)|\d{1,2}/(1[89]|2[01])\d\d"
    r"|\d{1,2}[. -]{1,2}[^\W\d_]{3,10}[. ,-]{1,2}((1[89]|2[01])\d\d|\d\d)",
    re.IGNORECASE,
)
_RANGE_FORM = re.compile(r"\d[\d.,]*\s*[-–—]\s*\d[\d.,]*\+?|[<>≤≥]=?\s*\d[\d.,]*|\d[\d.,]*\s*\+")
_NUMBER_FORM = re.compile(r"[\s+\-−€$£¥₹%(]*\d[\d\s.,:/'’\-%)€$£¥₹]*")
_QUANTITY_FORM = re.compile(r"(?:[A-Z]{3}\s)?[+\-−]?\d[\d.,'’\s]*(?:\s?[^\W\d_]{1,4}\.?|\s?[^\w\s]{1,2}[^\W\d_]?)?")
_FORMS = ((DATE, _DATE_FORM), (RANGE, _RANGE_FORM), (NUMBER, _NUMBER_FORM), (QUANTITY, _QUANTITY_FORM))
_BESIDE = re.compile(r"(?<=[^\s(]) \([-+\d][\d.,:%E+\- ]*\)$")  # the stored value beside the one that is shown
_LONGEST_FIGURE = 40  # characters
_LETTER = re.compile(r"[^\W\d_]")
_DIGITS = re.compile(r"\d+")


def common_kind(found: Sequence[str]) -> str:
    """The kind of most values of a column; figures of several kinds are numbers."""
    kinds = Counter(found)
    del kinds[EMPTY]
    total = sum(kinds.values())
    if not total:
        return EMPTY
    if kinds[YEAR] < 0.6 * total:
        kinds[NUMBER] += kinds.pop(YEAR, 0)
    kind, count = kinds.most_common(1)[0]
    if count >= 0.6 * total:
        return kind
    return NUMBER if sum(kinds[kind] for kind in FIGURES) >= 0.6 * total else TEXT


def kind_of(value: str) -> str:
    """The kind of a value; EMPTY also for what stands for a missing one."""
    if not _DIGIT.search(value):
        return EMPTY if not value or value.casefold() in _MISSING else TEXT
    if is_year(value):
        return YEAR
    if value[0] == "=":
        return NUMBER  # a formula without a result
    if value[-1] == ")":
        value = _BESIDE.sub("", value)
    if value[0].isalpha() and not value[:3].isupper():
        return TEXT  # most texts with a digit; a currency may stand before an amount
    if len(value) <= _LONGEST_FIGURE:
        for kind, form in _FORMS:
            if form.fullmatch(value):
                return kind
    return TEXT


def is_year(value: str) -> bool:
    """Whether a value is the number of a year."""
    return len(value) == 4 and value.isdecimal() and 1800 <= int(value) < 2200


def integer(value: str) -> int | None:
    """A value as a whole number, None for any other."""
    return int(value) if value.isdecimal() and len(value) < 10 else None


def is_sequence(values: Sequence[int | None], *, any_step: bool = False) -> bool:
    """Whether the values are integers that go up or down in equal steps, or with any_step in one direction."""
    numbers = [value for value in values if value is not None]
    if len(numbers) < len(values):
        return False
    steps = {second - first for first, second in pairwise(numbers)}
    if any_step:
        return all(step > 0 for step in steps) or all(step < 0 for step in steps)
    return len(steps) == 1 and 0 not in steps


def form_of(value: str) -> str:
    """The pattern of letters and digits of a value: "S0-17" and "B3-4" have the same."""
    return _DIGITS.sub("9", _LETTER.sub("a", value))
