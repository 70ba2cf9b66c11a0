"""A question and a table go in; the column that is meant and the rows that count come out (pure)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from app.core.dates import stamps
from app.core.names import words_of
from app.direct.cells import Column, number_of, numbers_of
from app.direct.conditions import same_word, within
from app.direct.grid import Grid
from app.plan.table_words import GENERIC, SAME, TOTALS
from app.plan.tables import TableQuestion
from app.plan.words import content

_NO_MEASURE = re.compile(
    r"(?:no|nr|n°|#|id|nummer|number|numéro|número|year|jahr|année|año|pos|position|rank|plz"
    r"|zip|code)\.?",
    re.IGNORECASE,
)
_FEW = 4  # letters from which a word may be the beginning of another


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """What is computed."""

    operation: str
    column: int | None  # of the values; None: rows are counted or listed
    rows: tuple[int, ...]  # that meet the conditions, totals left out
    filters: tuple[str, ...]  # conditions, for people
    columns: dict[int, Column]  # every column of numbers
    left: tuple[str, ...] = ()  # words of the question that stand nowhere
    candidates: tuple[int, ...] = ()  # columns that it may mean, where it is not clear which
    matched: float = 0.0  # words that were found; a synonym or a period counts half


def choose(asked: TableQuestion, grid: Grid, *, about: str, language: str | None, column: int | None = None) -> Chosen:
    """The choice; it holds when no word is left.

    about: title, heading and file name of the table, where words of the question may stand.
    column: of the values, where it was chosen already.
    """
    columns = {
        number: found
        for number in range(len(grid.names))
        if (found := numbers_of([row.cells[number] for row in grid.rows], language=language))
    }
    own = [word for word in asked.words if word not in GENERIC and word != "#"]
    rows = [n for n, row in enumerate(grid.rows) if not TOTALS.fullmatch(next(filter(None, row.cells), ""))]
    used: set[str] = set()
    rows, filters = _by_values(asked, grid, columns, rows, used)
    by_name = {
        number: [word for word in own if any(_means(word, other) for other in words_of(name))]
        for number, name in enumerate(grid.names)
    }
    measure, candidates = (column, ()) if column is not None else _measure(asked, grid, columns, by_name, used)
    for sign in asked.comparisons:
        target = measure if measure is not None else (candidates[0] if len(candidates) == 1 else None)
        limit = number_of(sign.number, comma=columns[target].comma) if target in columns else None
        if target is None or limit is None:
            return Chosen(operation="", column=None, rows=(), filters=(), columns=columns, left=("#",))
        values = columns[target].values
        rows = [n for n in rows if (value := values[n]) is not None and _holds(value, sign.sign, limit)]
        filters.append(f"{grid.names[target]} {sign.sign} {sign.number}")
    if asked.period:
        dated = _by_period(asked, grid, rows)
        if dated is None:
            return Chosen(operation="", column=None, rows=(), filters=(), columns=columns, left=(str(asked.period),))
        rows = dated
        filters.append(str(asked.period))
    known = {word for words in by_name.values() for word in words} | used
    titled = {word for word in own if any(_means(word, other) for other in words_of(about))}
    names = [*(other for name in grid.names for other in words_of(name)), *words_of(about)]
    literal = used | {word for word in own if any(_alike(word, other) for other in names)}
    left = tuple(word for word in own if word not in known | titled)
    hints = [word for word in asked.hint if any(_in(group, word) for group in SAME)]  # "oldest" means a column of ages
    if hints and measure is not None and not _named_by(hints, grid.names[measure]):
        left = (*left, *hints)
    operation = _operation(asked, grid, measure)
    needs = operation not in ("count", "filter")
    return Chosen(
        operation=operation, column=measure if needs else None, rows=tuple(rows), filters=tuple(filters),
        columns=columns, left=left, candidates=() if measure is not None or not needs else candidates,
        matched=sum(1.0 if word in literal else 0.5 for word in known | titled) + len(filters) - bool(asked.period) / 2,
    )  # fmt: skip


def _named_by(words: Sequence[str], name: str) -> bool:
    return any(_means(word, other) for word in words for other in words_of(name))


def _operation(asked: TableQuestion, grid: Grid, measure: int | None) -> str:
    """ "How many units" adds the units up where they are a column of numbers, "how many products" counts rows."""
    if asked.operation != "count" or measure is None or asked.comparisons:
        return asked.operation
    counted = [word.casefold() for word in (asked.counted,) if word]
    return "sum" if any(_means(word, other) for word in counted for other in words_of(grid.names[measure])) else "count"


def _measure(
    asked: TableQuestion, grid: Grid, columns: dict[int, Column], by_name: dict[int, list[str]], used: set[str]
) -> tuple[int | None, tuple[int, ...]]:
    """The column of the values, or those that it may be."""
    numeric = [number for number in columns if not _NO_MEASURE.fullmatch(grid.names[number].strip())]
    hints = {n: _named_by(asked.hint, grid.names[n]) for n in numeric}
    scores = {n: len([word for word in by_name[n] if word not in used]) + hints[n] for n in numeric}
    best = max(scores.values(), default=0)
    named = [number for number, score in scores.items() if score == best] if best else []
    if len(named) > 1:  # the column whose name has the fewest other words
        shortest = min(len(words_of(grid.names[number])) for number in named)
        named = [number for number in named if len(words_of(grid.names[number])) == shortest]
    if len(named) == 1:
        return named[0], ()
    if not named and len(numeric) == 1 and asked.operation != "count":
        return numeric[0], ()
    return None, tuple(named or numeric)


def _by_values(
    asked: TableQuestion, grid: Grid, columns: dict[int, Column], rows: Sequence[int], used: set[str]
) -> tuple[list[int], list[str]]:
    """Rows whose cells stand in the question, and the conditions; words that were found are added to `used`."""
    plain = f" {' '.join(words_of(asked.text))} "
    left, filters = list(rows), []
    for number, name in enumerate(grid.names):
        if number in columns and not _NO_MEASURE.fullmatch(name.strip()):
            continue
        found = {}
        for value in {grid.rows[n].cells[number] for n in rows}:
            words = words_of(value)
            said = " ".join(words)
            if (
                words
                and (f" {said} " in plain or _plural(words, plain))
                and (content(value) or said.isdecimal() or _is_named(value, asked.text))
            ):
                found[value] = words
        found = {
            value: words
            for value, words in found.items()
            if not any(set(words) < set(other) for other in found.values())  # "North" within "North East"
        }
        if found:
            left = [n for n in left if grid.rows[n].cells[number] in found]
            filters.append(f"{name} = {' / '.join(sorted(found))}")
            for words in found.values():
                used.update(word for word in asked.words if any(same_word(w, o) for w in words_of(word) for o in words))
    return left, filters


def _is_named(month: str, text: str) -> bool:
    """Whether a month that is also a small word, as May, stands in the question as it is written in the cell."""
    return any(day.month for day in stamps(f"{month} 2000")) and month[:1].isupper() and f" {month} " in f" {text} "


def _plural(words: Sequence[str], plain: str) -> bool:
    """Whether a cell of one word stands in the question in another number."""
    return len(words) == 1 and len(words[0]) >= _FEW and any(same_word(words[0], other) for other in plain.split())


def _by_period(asked: TableQuestion, grid: Grid, rows: Sequence[int]) -> list[int] | None:
    """Rows of the period by the one column of dates or months; None without one."""
    period = asked.period
    for number in range(len(grid.names)):
        cells = [grid.rows[n].cells[number] for n in rows]
        days = [next(iter(stamps(cell)), None) for cell in cells]
        if cells and sum(day is not None for day in days) > len(cells) / 2 and period:
            if period.month:
                return [n for n, day in zip(rows, days, strict=True) if day and day.month == period.month]
            return [n for n, day in zip(rows, days, strict=True) if within(day, period)]
    if period and period.month:  # a column of months by name
        for number in range(len(grid.names)):
            named = [n for n in rows if _is_month(grid.rows[n].cells[number], period.month)]
            if named:
                return named
    return None


def _is_month(cell: str, month: int) -> bool:
    found = stamps(f"{cell} 2000")
    return bool(found) and found[0].month == month and not any(map(str.isdigit, cell))


def _holds(value: Decimal, sign: str, limit: Decimal) -> bool:
    return {">": value > limit, ">=": value >= limit, "<": value < limit, "<=": value <= limit}[sign]


def _means(word: str, other: str) -> bool:
    """Whether a word of the question and one of a name are alike or synonyms."""
    return _alike(word, other) or any(_in(group, word) and _in(group, other) for group in SAME)


def _alike(word: str, other: str) -> bool:
    """Whether they are forms of one word, or one is the beginning of the other."""
    one = " ".join(words_of(word))
    short, long = sorted((one, other), key=len)
    return same_word(one, other) or (len(short) > _FEW and long.startswith(short))


def _in(group: frozenset[str], word: str) -> bool:
    """Whether a group of synonyms has a form of the word."""
    one = " ".join(words_of(word))
    return any(same_word(one, other) for other in _plain(group))


@cache
def _plain(group: frozenset[str]) -> set[str]:
    return {" ".join(words_of(word)) for word in group}
