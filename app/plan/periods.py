"""A stretch of time in words goes in, its days come out: "in May", "since 2023", "letzten Monat" (pure)."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from app.core.dates import MONTH_NAMES, MONTHS, stamps

_YEAR = r"(?:19|20)\d\d"
_MONTH = rf"(?:{MONTH_NAMES})"
_OF = r"(?:of |de |del |d['’])?"
_DATE = (
    rf"(?:\d{{4}}-\d\d(?:-\d\d)?|\d{{1,2}}[./]\d{{1,2}}[./]{_YEAR}"
    rf"|(?:the |am |le |el )?\d{{1,2}}(?:st|nd|rd|th|er|\.)? {_OF}{_MONTH}(?:,? {_OF}{_YEAR})?"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? {_YEAR})?"
    rf"|(?:the month of |mois de |mes de )?{_MONTH}(?:,? {_OF}{_YEAR})?"
    rf"|(?:the year |dem jahr |jahr |l['’]année |el año )?{_YEAR})"
)
_RELATIVE = {
    "day 0": r"today|heute|aujourd['’]hui|hoy",
    "day 1": r"yesterday|gestern|d['’]hier|ayer",
    "week 0": r"this week|diese woche|dieser woche|cette semaine|esta semana",
    "week 1": r"last week|letzter? woche|vorige woche|la semaine dernière|la semana pasada",
    "month 0": r"this month|diesen monat|diesem monat|ce mois(?:-ci)?|este mes",
    "month 1": r"last month|letzten monat|vorigen monat|le mois dernier|el mes pasado",
    "year 0": r"this year|dieses jahr|diesem jahr|cette année|este año",
    "year 1": r"last year|letztes jahr|voriges jahr|letzten jahr|l['’]année dernière|el año pasado",
}
_WITHIN = (
    r"(?:in the month of|in the year|in|from|during|dated|for|of|im jahr|im monat|im|in"
    r"|aus dem jahr|aus|vom|von|während|für"
    r"|en|de l['’]année|de|du|daté[es]* de|pendant|durant|del año|del|durante|fechad[oa]s en)"
)
_SINCE = r"(?:since|seit dem|seit|ab|depuis le|depuis|à partir de|desde el|desde|a partir de)"
_AFTER = r"(?:after|later than|nach dem|nach|après le|après|después del?|posteriores? a)"
_BEFORE = r"(?:before|earlier than|older than|vor dem|vor|avant le|avant|antes del?|anteriores? a)"
_UNTIL = r"(?:until|till|up to|bis zum|bis|jusqu['’]en|jusqu['’]à|hasta el|hasta)"
_BETWEEN = (
    rf"(?:between (?P<a1>{_DATE}) and (?P<b1>{_DATE})|zwischen (?P<a2>{_DATE}) und (?P<b2>{_DATE})"
    rf"|entre (?P<a3>{_DATE}) (?:et|y) (?P<b3>{_DATE})|(?:from|von|vom|de|du|desde) (?P<a4>{_DATE}) "
    rf"(?:to|until|bis zum|bis|à|au|hasta|a) (?P<b4>{_DATE}))"
)
_ONE = "|".join(
    (
        rf"(?P<within>{_WITHIN}) (?P<during>{_DATE})",
        rf"{_SINCE} (?P<since>{_DATE})",
        rf"{_AFTER} (?P<after>{_DATE})",
        rf"{_BEFORE} (?P<before>{_DATE})",
        rf"{_UNTIL} (?P<until>{_DATE})",
        _BETWEEN,
        rf"(?:(?:{_WITHIN}|{_SINCE}) )?(?P<relative>{'|'.join(_RELATIVE.values())})",
    )
)
_LAST = re.compile(rf"(?:^|\s)(?:{_ONE})$", re.IGNORECASE)
_FIRST = re.compile(rf"^(?:{_ONE})(?:\s|$)", re.IGNORECASE)
_MONTH_ALONE = re.compile(rf"(?<![^\W_])({_MONTH})(?![^\W_])", re.IGNORECASE)
_SMALL = re.compile(r",? (?:of|de|del) |(?:st|nd|rd|th)?, |(?<=\d)(?:st|nd|rd|th) | d['’]", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"({_MONTH}) (\d{{1,2}}) ({_YEAR})", re.IGNORECASE)
_WRITTEN_YEAR = re.compile(_YEAR)
_DAY = re.compile(r"\b\d{1,2}\b")


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """Days from `since` to the day before `until`; None: open on that side."""

    since: date | None = None
    until: date | None = None
    month: int = 0  # 1..12 where the words name a month without its year; since and until are its latest one

    def __str__(self) -> str:
        first = self.since.isoformat() if self.since else ""
        last = (self.until - timedelta(days=1)).isoformat() if self.until else ""
        if self.since and self.until:
            for cut, end in ((7, _next_month(self.since)), (4, date(self.since.year + 1, 1, 1))):
                if self.since.day == 1 and (cut == 7 or self.since.month == 1) and end == self.until:
                    return first[:cut]
            return first if first == last else f"{first} – {last}"
        return f"≥ {first}" if first else f"≤ {last}"


def period_of(year: int, month: int) -> Period:
    """A whole month."""
    first = date(year, month, 1)
    return Period(since=first, until=_next_month(first))


def period_at_end(text: str, today: date, *, loose: bool = True) -> tuple[str, Period] | None:
    """The text without the period it ends with, and the period; None where it ends with none.

    loose: "of" and the like may lead to it; after a subject they belong to the subject ("the events of May 1968").
    """
    match = _LAST.search(text)
    if match is None or (not loose and (match["within"] or "").lower() in ("of", "de", "du", "del", "von", "vom")):
        return None
    period = _period(match, today)
    return (text[: match.start()].strip(), period) if period else None


def period_at_start(text: str, today: date) -> tuple[str, Period] | None:
    """The same for a period that the text begins with."""
    match = _FIRST.match(text)
    period = _period(match, today) if match else None
    return (text[match.end() :].strip(), period) if match and period else None


def _period(match: re.Match[str], today: date) -> Period | None:
    found = {name: value for name, value in match.groupdict().items() if value}
    if word := found.get("relative"):
        return _relative(word, today)
    ends = [name for name in found if name[1:].isdigit()]
    if len(ends) == 2 and (year := _WRITTEN_YEAR.search(found[ends[1]])) and not _WRITTEN_YEAR.search(found[ends[0]]):
        found[ends[0]] += f" {year.group()}"  # from May to June 2025
    spans = {name: span for name, value in found.items() if name != "within" and (span := _span(value, today))}
    if len(spans) < len(found) - ("within" in found):
        return None
    for name, span in spans.items():
        match name:
            case "during":
                return Period(since=span[0], until=span[1], month=_lone_month(found[name]))
            case "since":
                return Period(since=span[0])
            case "after":
                return Period(since=span[1])
            case "before":
                return Period(until=span[0])
            case "until":
                return Period(until=span[1])
    return Period(since=spans[ends[0]][0], until=spans[ends[1]][1]) if len(ends) == 2 else None


def _span(words: str, today: date) -> tuple[date, date] | None:
    """First day, and the day after the last one."""
    plain = _MONTH_FIRST.sub(r"\2 \1 \3", _SMALL.sub(" ", words))
    try:
        if written := stamps(plain):
            one = written[0]
            if one.day:
                first = date(one.year, one.month, one.day)
                return first, first + timedelta(days=1)
            if one.month:
                first = date(one.year, one.month, 1)
                return first, _next_month(first)
            return date(one.year, 1, 1), date(one.year + 1, 1, 1)
        named = _MONTH_ALONE.search(words)
        if named is None:
            return None
        month, day = MONTHS[named.group(1).lower()], _DAY.search(words)
        first = date(today.year, month, int(day.group()) if day else 1)
        if first > today:
            first = first.replace(year=first.year - 1)
    except ValueError:  # the 31st of June
        return None
    return first, first + timedelta(days=1) if day else _next_month(first)


def _lone_month(words: str) -> int:
    """The month of words that name nothing else."""
    named = _MONTH_ALONE.search(words)
    return MONTHS[named.group(1).lower()] if named and not re.search(r"\d", words) else 0


def _relative(word: str, today: date) -> Period:
    """A period that depends on the day of the question."""
    name = next(name for name, words in _RELATIVE.items() if re.fullmatch(words, word, re.IGNORECASE))
    unit, back = name.split()[0], int(name.split()[1])
    if unit == "day":
        first = today - timedelta(days=back)
        return Period(since=first, until=first + timedelta(days=1))
    if unit == "week":
        first = today - timedelta(days=today.weekday() + 7 * back)
        return Period(since=first, until=first + timedelta(days=7))
    if unit == "month":
        first = today.replace(day=1)
        first = (first - timedelta(days=1)).replace(day=1) if back else first
        return Period(since=first, until=_next_month(first))
    return Period(since=date(today.year - back, 1, 1), until=date(today.year - back + 1, 1, 1))


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
