"""The dates of a text by value: ISO, with dots or slashes, and with month names of many languages."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from babel import Locale

_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "ru", "pl", "sv", "tr", "hi", "ar")
_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_NUMERIC = re.compile(r"(?<![\d.])(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4}|\d{2})(?!\d)")
_HAN = re.compile(r"(?:(\d{4})\s*年)?\s*(\d{1,2})\s*月(?:\s*(\d{1,2})\s*[日号號])?")
_KOREAN = re.compile(r"(?:(\d{4})\s*년)?\s*(\d{1,2})\s*월(?:\s*(\d{1,2})\s*일)?")
_MORE_MONTHS = {"jänner": 1, "feber": 2, "sept": 9, "sep": 9, "يناير": 1, "فبراير": 2, "مارس": 3, "أبريل": 4, "مايو": 5,
                "يونيو": 6, "يوليو": 7, "أغسطس": 8, "سبتمبر": 9, "أكتوبر": 10, "نوفمبر": 11, "ديسمبر": 12}  # fmt: skip
_BARE_FROM = 4  # letters of a month's name that counts without a day or year
_MAYBE_WORDS = frozenset(("enero", "mars", "agosto"))  # with a capital also a name

Day = tuple[int, int, int]  # year, month, day; 0 where it is not given


@dataclass(frozen=True, kw_only=True, slots=True)
class Date:
    """A date of a text."""

    written: str
    start: int
    end: int
    readings: frozenset[Day]  # two where day and month can be either

    def agrees(self, other: "Date") -> bool:
        """Whether both can be the same day, or one is a part of the other's statement."""
        return any(_compatible(mine, theirs) for mine in self.readings for theirs in other.readings)

    def stated_by(self, others: "Sequence[Date]", years: set[int]) -> bool:
        """Whether a text with these dates and years states this one; year and day may stand apart there."""
        for mine in self.readings:
            for other in others:
                for theirs in other.readings:
                    if not _compatible(mine, theirs) or (mine[2] and not theirs[2]):
                        continue
                    if not mine[0] or theirs[0] or mine[0] in years:
                        return True
        return False


def _compatible(first: Day, second: Day) -> bool:
    return all(a == b or not a or not b for a, b in zip(first, second, strict=True))


def dates(text: str) -> list[Date]:
    """The dates of a text, in order. text: as plain_digits returns it."""
    found = sorted(_all(text), key=lambda date: (date.start, -date.end))
    result: list[Date] = []
    for date in found:
        if not result or date.start >= result[-1].end:
            result.append(date)
    return result


def _all(text: str) -> Iterator[Date]:
    for match in _ISO.finditer(text):
        yield from _date(match, {(int(match[1]), int(match[2]), int(match[3]))})
    for match in _NUMERIC.finditer(text):
        first, second, year = int(match[1]), int(match[3]), _year(match[4])
        readings = {(year, second, first)}
        if match[2] != ".":
            readings.add((year, first, second))
        yield from _date(match, readings)
    for pattern in (_HAN, _KOREAN):
        for match in pattern.finditer(text):
            if match[1] or match[3]:
                yield from _date(match, {(int(match[1] or 0), int(match[2]), int(match[3] or 0))})
    for match in _with_names().finditer(text):
        yield from _named(match)


def _year(written: str) -> int:
    return int(written) if len(written) == 4 else 2000 + int(written)


def _date(match: re.Match[str], readings: set[Day]) -> Iterator[Date]:
    valid = frozenset(day for day in readings if 1 <= day[1] <= 12 and 0 <= day[2] <= 31)
    if valid:
        yield Date(written=match.group().strip(), start=match.start(), end=match.end(), readings=valid)


def _named(match: re.Match[str]) -> Iterator[Date]:
    name = match["month"].casefold().rstrip(".")
    month = _months().get(name)
    day = match["day"] or match["day2"]
    year = match["year"]
    if month is None:
        return
    if not (day or year) and (len(name) < _BARE_FROM or name in _MAYBE_WORDS or not match["month"][0].isupper()):
        return  # "may", "mar" and the like are words too
    yield from _date(match, {(int(year or 0), month, int(day or 0))})


@cache
def _months() -> dict[str, int]:
    """Month name, case folded, without a full stop -> 1..12."""
    months = dict(_MORE_MONTHS)
    for language in _LANGUAGES:
        locale = Locale.parse(language)
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in locale.months[context].get(width, {}).items():
                    if any(character.isdigit() for character in name):
                        continue
                    months.setdefault(name.casefold().rstrip("."), number)
    return months


@cache
def _with_names() -> re.Pattern[str]:
    names = "|".join(sorted(map(re.escape, _months()), key=len, reverse=True))
    ordinal = r"(?:st|nd|rd|th|er|\.|º)?"
    link = r"(?:\s+(?:of|de|del|di|von)\b)?"
    return re.compile(
        rf"(?:(?<!\d)(?P<day>\d{{1,2}}){ordinal}{link}\s*)?(?<!\w)(?P<month>(?:{names}))(?!\w)\.?"
        rf"(?:\s+(?P<day2>\d{{1,2}}){ordinal}(?!\d|[:.]\d))?(?:,?{link}\s*(?P<year>[12]\d{{3}})(?!\d))?",
        re.IGNORECASE,
    )
