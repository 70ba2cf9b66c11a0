"""A claim and a passage go in; what the passage does not say of the claim comes out.

Values are compared, not spellings: 1.250 and 1250, 12,50 and 12.50, fourteen and 14, 2026-03-03 and 3 March 2026 agree.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from app.cite.dates import Date, dates
from app.cite.language import languages_of
from app.cite.names import missing_names
from app.cite.number_words import SPELLED, spelled_numbers
from app.cite.numbers import Number, Time, codes, numbers, plain_digits, squashed, times
from app.cite.polarity import best_clause, denies
from app.cite.rates import rates
from app.cite.rows import other_row, swapped_cell
from app.cite.sentences import sentence_spans
from app.cite.weekdays import weekdays
from app.cite.words import content_words, coverage

Kind = Literal["number", "date", "unit", "name", "row", "denial"]
_FACTOR: dict[Kind, float] = {"number": 0.3, "date": 0.3, "unit": 0.4, "row": 0.4, "name": 0.5, "denial": 0.4}
_COMPARABLE = 0.5  # share of a claim's words in a clause from which their denials are compared
_LEAST_SPELLED = 2  # "one" is more often an article or a pronoun
_STRUCK = re.compile(r"\[struck out: [^\]]*\]")
_LONGEST_QUOTE = 160  # characters


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Something of a claim that the passage does not say, or says otherwise."""

    kind: Kind
    what: str  # as the claim has it
    quote: str = ""  # what the passage says instead


@dataclass(frozen=True, slots=True)
class Comparison:
    """A claim compared with one passage."""

    disagreements: tuple[Disagreement, ...]
    coverage: float  # share of the claim's words and values in the passage, 0..1

    @property
    def factor(self) -> float:
        """0..1 by which the support of the claim is multiplied."""
        return min((_FACTOR[item.kind] for item in self.disagreements), default=1.0)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What of a text is compared by value."""

    text: str  # with ASCII digits
    numbers: tuple[Number, ...]
    dates: tuple[Date, ...]
    times: tuple[Time, ...]
    codes: tuple[str, ...]
    squashed: str


@lru_cache(maxsize=1024)
def compared(claim: str, text: str, heading: str) -> Comparison:
    """The comparison of a claim with a passage's text below its heading path."""
    text = _STRUCK.sub(" ", text)
    whole = f"{heading}\n{text}"
    languages = languages_of(claim) or SPELLED  # a short claim may have no function word
    mine, theirs = _facts(claim, languages, _LEAST_SPELLED), _facts(whole, SPELLED, 0)
    nearest = nearest_sentence(claim, text)
    near = _facts(nearest, SPELLED, 0)
    found = [
        *_numbers(mine, theirs, near, text, heading, nearest),
        *_times(mine, theirs, text, heading),
        *_dates(mine, theirs),
    ]
    found += _weekdays(claim, text)
    if (by := rates(claim)) and (stated := rates(whole)) and not by & stated:
        found.append(Disagreement("unit", claim, nearest))
    found += [Disagreement("number", code) for code in mine.codes if squashed(code) not in theirs.squashed]
    cell, row = swapped_cell(claim, text, heading)
    if cell and not any(item.kind == "row" for item in found):
        found.append(Disagreement("row", cell, row))
    clause = best_clause(claim, nearest, coverage)
    names = missing_names(_without(claim, mine.dates), clause, whole, languages)
    found += [Disagreement("name", name, nearest) for name in names]
    if denies(claim) != denies(clause) and coverage(claim, clause) >= _COMPARABLE:
        found.append(Disagreement("denial", claim, nearest))
    return Comparison(tuple(found), _coverage(claim, mine, whole, {item.what for item in found}))


def explained(found: Sequence[Disagreement], number: int) -> str:
    """One line for people about the first kind of disagreement. number: of the passage."""
    if not found:
        return ""
    first = found[0]
    if first.kind in ("number", "date", "name"):
        same = dict.fromkeys(item.what for item in found if item.kind == first.kind)
        return f"passage {number} does not mention {', '.join([*same][:3])}"
    if first.kind == "row":
        return f"passage {number} has {first.what} in another place of the table: “{_short(first.quote)}”"
    return f"passage {number} says “{_short(first.quote)}”"


def nearest_sentence(claim: str, text: str) -> str:
    """The sentence of the text that shares most words with the claim; of equals the shortest."""
    sentences = [text[start:end] for start, end in sentence_spans(text)]
    return max(sentences, key=lambda sentence: (coverage(claim, sentence), -len(sentence)), default="")


def _short(quote: str) -> str:
    quote = " ".join(quote.split())
    return quote if len(quote) <= _LONGEST_QUOTE else quote[:_LONGEST_QUOTE].rsplit(" ", 1)[0] + " …"


def _coverage(claim: str, mine: _Facts, text: str, wrong: set[str]) -> float:
    """Share of the claim's words and values in the text; a value written otherwise counts as one word that is there."""
    items: tuple[Date | Time | Number, ...] = (*mine.dates, *mine.times, *mine.numbers)
    values = [item for item in items if item.written not in wrong]
    words = plain_digits(claim)
    for value in values:
        words = words.replace(value.written, " ")
    left = len(content_words(words))
    if not left:
        return 1.0 if values else 0.0
    return (coverage(words, text) * left + len(values)) / (left + len(values))


@lru_cache(maxsize=256)
def _facts(text: str, languages: tuple[str, ...], least: int) -> _Facts:
    """The facts of a text. least: the smallest number in words; 0 for a passage, in which parts of dates count too."""
    text = plain_digits(text)
    days = tuple(dates(text))
    clock = tuple(times(_without(text, days)))
    rest = _without(text, [*days, *clock] if least else clock)
    written = [*numbers(rest), *spelled_numbers(rest, languages, least=least)]
    return _Facts(text, tuple(written), days, clock, tuple(codes(rest)), squashed(text))


def _without(text: str, items: Sequence[Date | Time]) -> str:
    """The text with these items blanked, at the same offsets."""
    for item in items:
        text = text[: item.start] + " " * (item.end - item.start) + text[item.end :]
    return text


def _numbers(mine: _Facts, theirs: _Facts, near: _Facts, text: str, heading: str, nearest: str) -> list[Disagreement]:
    found = []
    for number in mine.numbers:
        everywhere = [other for other in theirs.numbers if number.agrees(other)]
        same = [other for other in near.numbers if number.agrees(other)] or everywhere
        if not same:
            elsewhere = any(number.same_quantity(other) for other in theirs.numbers)
            if not elsewhere and not _is_hour(number, theirs):
                found.append(Disagreement("number", number.written))
            continue
        with_units = [other for other in same if other.units]
        if number.units and len(with_units) == len(same) and not any(number.units & other.units for other in same):
            found.append(Disagreement("unit", number.written, nearest))
        elif row := other_row(mine.text, same[0].written, plain_digits(text), heading):
            found.append(Disagreement("row", number.written, row))
    return found


def _is_hour(number: Number, theirs: _Facts) -> bool:
    """Whether a bare number, as in "opens at 9", is the hour of a time in the passage."""
    hours = {60 * int(value) for value in number.readings if value == int(value)}
    return number.units <= {"clock"} and bool(hours & {time.minutes for time in theirs.times})


def _whole_numbers(facts: _Facts) -> set[int]:
    return {int(value) for number in facts.numbers for value in number.readings if value == int(value)}


def _times(mine: _Facts, theirs: _Facts, text: str, heading: str) -> list[Disagreement]:
    bare = [number for number in theirs.numbers if number.units <= {"clock"}]
    hours = {60 * int(value) for number in bare for value in number.readings if value == int(value) and value <= 24}
    stated = {time.minutes for time in theirs.times} | hours
    found = [Disagreement("number", time.written) for time in mine.times if time.minutes not in stated]
    for time in mine.times:
        same = next((other for other in theirs.times if other.minutes == time.minutes), None)
        if same and (row := other_row(mine.text.replace(time.written, " "), same.written, plain_digits(text), heading)):
            found.append(Disagreement("row", time.written, row))
    return found


def _dates(mine: _Facts, theirs: _Facts) -> list[Disagreement]:
    years = {number for number in _whole_numbers(theirs) if 1000 < number < 3000}
    return [Disagreement("date", day.written) for day in mine.dates if not day.stated_by(theirs.dates, years)]


def _weekdays(claim: str, text: str) -> list[Disagreement]:
    """Days of the week that a passage with such days lacks; one without any may give their dates."""
    stated = weekdays(text)
    return [Disagreement("date", name) for day, name in weekdays(claim).items() if stated and day not in stated]
